"""What goes into the store and what comes out of it; plain values, no database types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from qa_toolkit.domain.case import Interaction
from qa_toolkit.domain.evaluation import RubricRef, Source

LedgerState = Literal["queued", "running", "done", "failed", "rejected"]
Outcome = Literal["done", "failed", "rejected"]
RunState = Literal["running", "finished", "interrupted", "stopped", "abandoned"]
Claim = Literal["claimed", "done", "busy"]
Basis = Literal["machine", "review", "dispute"]


@dataclass(frozen=True, slots=True)
class RubricText:
    """A rubric version as its author wrote it; ``sha256`` is that of the file's bytes."""

    id: str
    version: str
    sha256: str
    text: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class RubricRecord:
    """A registered rubric version. ``evaluations`` counts what was filed under it."""

    id: str
    version: str
    sha256: str
    text: str
    title: str | None
    registered_at: datetime
    registered_by: str
    evaluations: int = 0


@dataclass(frozen=True, slots=True)
class InputRef:
    """The file an interaction was read from.

    Attributes:
        location: full path at the time of reading, for playing the recording; it may be gone since.
    """

    name: str
    sha256: str
    location: str | None = None


@dataclass(frozen=True, slots=True)
class InputRecord:
    """An input as kept, with the time it was first seen."""

    name: str
    sha256: str
    location: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SavedResult:
    """What saving a result led to.

    Attributes:
        evaluation_id: the filed evaluation, or the equal one that was already there (then ``new`` is False).
        warnings: for people, such as another recording under a known interaction id.
    """

    interaction: str
    evaluation_id: str
    revision: int
    new: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluationRecord:
    """A filed evaluation: ``json`` byte for byte as filed, around it what the store knows."""

    id: str
    interaction: str
    rubric: RubricRef
    source: Source
    revision: int
    created_at: datetime
    created_by: str
    json: str
    percent: float | None
    passed: bool | None
    complete: bool
    open: int
    auto_failed: bool
    based_on: str | None = None
    blind: bool | None = None
    session: str | None = None
    run: int | None = None
    input_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class InteractionFilter:
    """Which interactions a list shows; a value of None does not restrict.

    Attributes:
        started_from, started_before: compared as text with ``started_at``, so ISO dates and times work.
        text: part of the interaction id, whatever its case.
        min_percent, max_percent: both included; interactions without a percentage are then left out.
    """

    kind: str | None = None
    agent: str | None = None
    site: str | None = None
    queue: str | None = None
    language: str | None = None
    rubric: str | None = None
    started_from: str | None = None
    started_before: str | None = None
    text: str | None = None
    min_percent: float | None = None
    max_percent: float | None = None
    auto_failed: bool | None = None
    complete: bool | None = None
    passed: bool | None = None


@dataclass(frozen=True, slots=True)
class ScoredInteraction:
    """An interaction with the evaluation that counts under one rubric; None when there is none yet."""

    interaction: Interaction
    evaluation: EvaluationRecord | None


@dataclass(frozen=True, slots=True)
class InteractionPage:
    """Rows of a list and how many there are in all."""

    rows: tuple[ScoredInteraction, ...]
    total: int


@dataclass(frozen=True, slots=True)
class RunItem:
    """One input of a run. ``done_before``: an earlier run (or place) had done it, nothing was repeated."""

    position: int
    input: str
    state: LedgerState
    key: str | None = None
    interaction: str | None = None
    evaluation_id: str | None = None
    done_before: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One execution of the batch, with its inputs in their order."""

    id: int
    state: RunState
    started_at: datetime
    finished_at: datetime | None
    started_by: str
    rubrics: tuple[RubricRef, ...]
    settings: Mapping[str, object]
    items: tuple[RunItem, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerItem:
    """Progress of one key."""

    key: str
    state: LedgerState
    attempts: int
    reason: str | None
    run: int | None
    interaction: str | None
    evaluation_id: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the store holds; ``ledger`` counts keys by state."""

    interactions: int
    evaluations: int
    rubrics: int
    runs: int
    ledger: Mapping[str, int] = field(default_factory=dict)
