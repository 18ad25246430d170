"""Answers over doubtful events: given where they hold either way, left to a person where they do not.

Rows: the events of a call as kind, start and probability, and the answer of the order rule.
"""

from __future__ import annotations

import pytest
from evaluation_builders import call, rubric_of, said

from qa_toolkit.domain import Answer, Event
from qa_toolkit.domain.evaluation import AnswerStatus
from qa_toolkit.evaluation.doubt import Doubts

KINDS = ("asked", "detail", "other")


def event(kind: str, start_s: float, probability: float) -> Event:
    return Event(kind, "agent", start_s, start_s + 1.0, probability)


def order(case: object) -> Answer:
    """Yes when something was asked before any detail; no when not."""
    asked = [e.start_s or 0.0 for e in case.events_of("asked")]  # type: ignore[attr-defined]
    details = [e.start_s or 0.0 for e in case.events_of("detail")]  # type: ignore[attr-defined]
    good = bool(asked) and (not details or min(asked) < min(details))
    return Answer("A", AnswerStatus.ANSWERED, "yes" if good else "no", confidence=0.9)


@pytest.mark.parametrize(
    ("events", "expected", "because"),
    [
        ([("asked", 1, 1.0), ("detail", 5, 1.0)], "yes", None),
        # a doubtful detail after the question changes nothing
        ([("asked", 1, 1.0), ("detail", 5, 0.5)], "yes", None),
        # before it, it would
        ([("asked", 5, 1.0), ("detail", 1, 0.5)], "unanswered", "detail"),
        # a doubtful question is all there is
        ([("asked", 1, 0.5)], "unanswered", "asked"),
        # a sure one besides
        ([("asked", 1, 0.5), ("asked", 2, 1.0), ("detail", 3, 1.0)], "yes", None),
        # only together they change it: the question may not have been, and the detail neither
        ([("asked", 2, 1.0), ("asked", 9, 0.5), ("detail", 12, 0.5), ("other", 1, 0.1)], "yes", None),
        # doubtful and without bearing
        ([("other", 1, 0.1)], "no", None),
        # exactly at the limit it counts
        ([("asked", 1, 0.7)], "yes", None),
    ],
)
def test_either_way(events: list[tuple[str, float, float]], expected: str, because: str | None) -> None:
    case = call("agent: Hi.", events=[event(*row) for row in events])
    answer = Doubts(case, 0.7).settled(order, KINDS)
    assert said(answer) == expected
    if because:
        assert answer.reason == f"depends on whether {because} happened, which is doubtful"
        assert answer.evidence


def test_what_only_two_doubts_together_change_is_found() -> None:
    def both(case: object) -> Answer:
        there = all(case.events_of(kind) for kind in ("asked", "detail"))  # type: ignore[attr-defined]
        return Answer("A", AnswerStatus.ANSWERED, "yes" if there else "no", confidence=0.9)

    case = call("agent: Hi.", events=[event("asked", 1, 0.5), event("detail", 2, 0.5)])
    answer = Doubts(case, 0.7).settled(both, KINDS)
    assert answer.reason == "depends on whether asked and detail happened, which is doubtful"


def test_an_error_is_an_error() -> None:
    def broken(case: object) -> Answer:
        if case.events_of("asked"):  # type: ignore[attr-defined]
            return Answer("A", AnswerStatus.ERROR, reason="boom")
        return Answer("A", AnswerStatus.ANSWERED, "no", confidence=0.9)

    case = call("agent: Hi.", events=[event("asked", 1, 0.5)])
    assert Doubts(case, 0.7).settled(broken, KINDS).reason == "boom"


def test_a_rule_that_rests_on_a_doubtful_absence_is_open() -> None:
    """Words recognised with little confidence: the criterion may apply after all."""
    from evaluation_builders import recognised

    from qa_toolkit.evaluation import evaluate

    rubric = rubric_of(
        "{id: A, question: q?, not_applicable_when: {no_event: signing}, evaluator: {phrase: {any: [thank you]}}}",
        events="{signing: {phrase: {any: [signature]}}}",
    )
    heard = recognised(call("agent: Thank you for that.", "agent: Your signature."), {"signature": 0.3})
    answer = evaluate(heard, rubric).answer("A")
    assert said(answer) == "unanswered"
    assert "depends on whether signing happened" in str(answer.reason)
