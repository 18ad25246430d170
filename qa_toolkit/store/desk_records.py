"""What goes in and out of the store about sessions, publishing, corrections, views and keying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

SessionState = Literal["open", "closed"]
Reveal = Literal["submitted", "closed"]
RemarkKind = Literal["note", "agreed", "effect"]
RubricState = Literal["draft", "registered", "active", "retired"]
Verdict = Literal["first", "second", "other", "unreadable", "source_conflict"]
Sampling = Literal["single", "double", "multiple"]
Inspection = Literal["normal", "tightened", "reduced"]
LotDecision = Literal["accepted", "rejected", "accepted_return_to_normal"]


@dataclass(frozen=True, slots=True)
class CalibrationSession:
    """The same interactions answered by several people on one rubric version.

    Attributes:
        expert: the rater whose answers are the reference; one of ``raters``.
        reveal: when a rater sees the answers of others: after having submitted all of their own
            (``submitted``), or when the session is closed.
        version: to be named when the session is changed.
    """

    id: str
    title: str | None
    rubric: str
    rubric_version: str
    interactions: tuple[str, ...]
    raters: tuple[str, ...]
    expert: str | None
    reveal: Reveal
    due_on: str | None
    state: SessionState
    created_by: str
    created_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class SessionTask:
    """One rater and one interaction of a session. Never an answer: who has submitted is no secret."""

    rater: str
    interaction: str
    assignment: int
    submitted: bool


@dataclass(frozen=True, slots=True)
class SessionRemark:
    """What came of a session.

    Attributes:
        kind: a ``note`` of the discussion, an ``agreed`` answer, or an ``effect`` on the rubric.
        answer: the agreed answer: an option, a number or ``na``.
        code: of an effect, one of ``qa_toolkit.review.RUBRIC_EFFECTS``.
    """

    id: int
    session: str
    kind: RemarkKind
    interaction: str | None
    criterion: str | None
    answer: str | float | None
    code: str | None
    text: str | None
    who: str
    at: datetime
    supersedes: int | None


@dataclass(frozen=True, slots=True)
class RubricDraft:
    """A rubric version that is still being written; ``version`` is to be named when it is saved again."""

    rubric: str
    rubric_version: str
    text: str
    sha256: str
    version: int
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True, slots=True)
class RubricStanding:
    """How a rubric version stands.

    Attributes:
        state: ``registered`` for one that was used without ever being published.
        number: of the last publication of the rubric, to be named when it is published or retired.
    """

    rubric: str
    rubric_version: str
    state: RubricState
    sha256: str
    who: str
    at: datetime
    text: str | None
    number: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A turn's words as a person heard them; ``text`` is None where the machine's are right after all.

    ``number`` counts the corrections of the turn and is to be named by the next.
    """

    interaction: str
    transcript: int
    turn: int
    number: int
    text: str | None
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SavedView:
    """Filters of a page under a name."""

    owner: str
    page: str
    name: str
    filters: Mapping[str, object]
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class KeyingAdjudication:
    """What a third person found on the paper where two readings of a field differ.

    Attributes:
        application: id of the record. layout: id of its layout.
        field_path: ``group.member.field``; without a member ``group.field``.
        keyed: the first keying. second: the second one, or what the auditor read. reference: the value found.
            Each as it is to be kept: identifiers masked.
        verdict: whose value it is.
        kind: kind of the first keying's error; None where it was right.
        operator: who keyed first. second_by: who keyed or read second.
        supersedes: the ruling this one takes the place of.
        id, created_at: None until it is in the store.
    """

    application: str
    layout: str
    field_path: str
    keyed: str | None
    second: str | None
    reference: str | None
    verdict: Verdict
    adjudicator: str
    reason: str
    kind: str | None = None
    operator: str | None = None
    second_by: str | None = None
    text: str | None = None
    supersedes: int | None = None
    id: int | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyingLot:
    """What inspecting a lot led to.

    Attributes:
        stream: whose lots follow one another under the switching rules: an operator, site or vendor.
        aql: acceptance quality limit in percent. letter: code letter. inspected, faults: what was looked at.
        id, created_at: None until it is in the store.
    """

    stream: str
    lot: str
    lot_size: int
    aql: float
    level: str
    sampling: Sampling
    inspection: Inspection
    letter: str
    inspected: int
    faults: int
    decision: LotDecision
    created_by: str
    note: str | None = None
    id: int | None = None
    created_at: datetime | None = None
