"""One rubric version answered once for one interaction, by evaluators or by a reviewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from qa_toolkit.domain.frozen import quick_init
from qa_toolkit.domain.transcript import Scalar


class AnswerStatus(StrEnum):
    """Four different things that are never one value."""

    ANSWERED = "answered"
    NOT_APPLICABLE = "not_applicable"
    UNANSWERED = "unanswered"
    ERROR = "error"


@quick_init
@dataclass(frozen=True, slots=True)
class SpanEvidence:
    """Quoted words: ``text`` is a contiguous part of the text of turn ``turn``."""

    turn: int
    text: str
    channel: int | None = None
    start_s: float | None = None
    end_s: float | None = None
    kind: Literal["span"] = "span"


@quick_init
@dataclass(frozen=True, slots=True)
class WindowEvidence:
    """Where something was looked for and not found; None times mean the whole interaction."""

    looked_for: str
    start_s: float | None = None
    end_s: float | None = None
    kind: Literal["window"] = "window"


@quick_init
@dataclass(frozen=True, slots=True)
class ValueEvidence:
    """A metric, a metadata value or a keyed field, with the value seen."""

    kind: Literal["metric", "metadata", "field"]
    name: str
    value: Scalar


Evidence = SpanEvidence | WindowEvidence | ValueEvidence


@quick_init
@dataclass(frozen=True, slots=True)
class EvaluatorRef:
    """Which code answered, and its version."""

    name: str
    version: str


@quick_init
@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one criterion, and on what it rests.

    Attributes:
        answer: the chosen option (``yes``, ``no`` …) or, for a criterion with ranges, the number;
            None unless ``status`` is ``answered``.
        points: filled in by the scoring; None when the answer does not count.
        confidence: probability 0-1 that the answer is right; None for a person's answer.
        reason: why, in one sentence; required for every status but ``answered``.
    """

    criterion: str
    status: AnswerStatus
    answer: str | float | None = None
    points: float | None = None
    max_points: float | None = None
    confidence: float | None = None
    reason: str | None = None
    evaluator: EvaluatorRef | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionScore:
    """The score of one section; ``percent`` is None when nothing in it counts."""

    id: str
    percent: float | None
    points: float = 0.0
    max_points: float = 0.0
    auto_failed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CriticalCount:
    """Criteria of one critical family: how many applied and were answered, how many of them failed."""

    applicable: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """Computed from answers and rubric, never stored alone. Percentages are 0-100 (above with bonus).

    ``percent`` is None (never 0 or 100) when nothing counts; ``passed`` is None while the evaluation is
    not complete, except False once an auto-fail is answered.
    """

    percent: float | None
    points: float
    max_points: float
    complete: bool
    open: int
    passed: bool | None
    auto_failed_by: tuple[str, ...] = ()
    percent_before_auto_fail: float | None = None
    sections: tuple[SectionScore, ...] = ()
    critical: Mapping[str, CriticalCount] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RubricRef:
    """Which rubric version was answered."""

    id: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """Who answered: code or a person."""

    kind: Literal["machine", "reviewer"]
    name: str


FROM_DRAFT = "made from a draft transcript; transcribe with the profile accurate before it counts"
"""Warning of metrics and evaluations whose transcript is a draft."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One rubric version answered once for one interaction.

    ``id``, ``revision``, ``based_on``, ``blind`` and ``session`` are set by the store; a fresh machine
    evaluation has none of them, so that the same input gives the same bytes.
    """

    interaction: str
    rubric: RubricRef
    source: Source
    answers: tuple[Answer, ...]
    score: Score
    id: str | None = None
    revision: int | None = None
    based_on: str | None = None
    blind: bool | None = None
    session: str | None = None
    warnings: tuple[str, ...] = ()
    schema: Literal["qa-toolkit/evaluation/1"] = "qa-toolkit/evaluation/1"

    @property
    def is_from_draft(self) -> bool:
        """Whether it rests on a draft transcript and should not decide anything."""
        return FROM_DRAFT in self.warnings

    def answer(self, criterion: str) -> Answer:
        """The answer to that criterion; KeyError when the rubric has none of that id."""
        for answer in self.answers:
            if answer.criterion == criterion:
                return answer
        raise KeyError(criterion)


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one item of a batch: everything made of it, or why there is nothing."""

    input: str
    status: Literal["done", "failed", "rejected"]
    reason: str | None = None
    transcript: Mapping[str, Any] | None = None
    metrics: Mapping[str, Any] | None = None
    evaluation: Mapping[str, Any] | None = None
    schema: Literal["qa-toolkit/result/1"] = "qa-toolkit/result/1"
