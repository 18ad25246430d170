"""What goes in and out of the store about people and their work; plain values, no database types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from qa_toolkit.store.records import Basis

UserRole = Literal["analyst", "lead", "manager", "agent", "auditor", "admin"]
AssignmentState = Literal["open", "done", "cancelled"]
DisputeState = Literal["open", "upheld", "changed", "withdrawn"]
StepKind = Literal["raised", "reading_asked", "read", "upheld", "changed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may work with the store; ``agent`` is the agent they are, if any."""

    id: str
    role: UserRole
    name: str | None = None
    agent: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an agent works from a day on.

    Attributes:
        valid_from, valid_until: ISO days, both included; an open end lasts until the agent's next placement.
        vendor: whose staff they are; None for the exchange's own.
    """

    agent: str
    valid_from: str
    team: str
    site: str | None = None
    vendor: str | None = None
    valid_until: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PeopleChange:
    """What saving people led to: users and placements added, changed, and as they were."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class CountingScore:
    """The evaluation that counts for an interaction, with where its agent worked on that day.

    Attributes:
        day: the first ten characters of the interaction's start, as written; None where it has no ISO date.
        basis: why it counts. team, site, vendor: None where the agent had no placement on that day.
    """

    interaction: str
    rubric: str
    evaluation: str
    basis: Basis
    agent: str | None
    day: str | None
    percent: float | None
    passed: bool | None
    complete: bool
    auto_failed: bool
    team: str | None
    site: str | None
    vendor: str | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """An interaction in a reviewer's queue; ``due_on`` is an ISO day, ``blind`` hides others' answers."""

    id: int
    interaction: str
    rubric: str
    reviewer: str
    blind: bool
    due_on: str | None
    session: str | None
    state: AssignmentState
    assigned_by: str
    assigned_at: datetime
    evaluation: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers not yet submitted, as JSON; ``version`` is to be named when they are saved again."""

    interaction: str
    rubric: str
    reviewer: str
    json: str
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """Why an answer differs from that of the evaluation a review is based on."""

    criterion: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class RootCause:
    """Why a criterion was not met."""

    criterion: str
    cause: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Remarks:
    """What a review says beside its answers."""

    overrides: tuple[Override, ...] = ()
    root_causes: tuple[RootCause, ...] = ()


@dataclass(frozen=True, slots=True)
class DisputeStep:
    """One step of a dispute."""

    number: int
    kind: StepKind
    who: str
    at: datetime
    text: str | None
    evaluation: str | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """An evaluation somebody does not accept; ``outcome`` is what counts when it is settled."""

    id: int
    interaction: str
    rubric: str
    evaluation: str
    criteria: tuple[str, ...]
    raised_by: str
    state: DisputeState
    outcome: str | None
    steps: tuple[DisputeStep, ...] = ()

    @property
    def version(self) -> int:
        """Number of its last step; a change names it, so that nobody overtakes another unseen."""
        return len(self.steps)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An agent has seen an evaluation."""

    evaluation: str
    who: str
    at: datetime
    comment: str | None


@dataclass(frozen=True, slots=True)
class CoachingNote:
    """Advice to an agent; ``revises`` is the note it takes the place of."""

    id: int
    evaluation: str
    criterion: str | None
    agent: str
    who: str
    at: datetime
    text: str
    revises: int | None
