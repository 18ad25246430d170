"""Statements about answers, and about an evaluator as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import Answer, AnswerStatus, SpanEvidence
from qa_toolkit.testing.builders import case
from qa_toolkit.testing.engine import ask


def assert_answer(answer: Answer, expected: str | float, *, quotes: str | None = None) -> None:
    """The answer is the expected one and, with ``quotes``, its evidence quotes words that hold this text."""
    if answer.status is not AnswerStatus.ANSWERED or answer.answer != expected:
        raise AssertionError(f"expected '{expected}', got {_told(answer)}")
    spans = [item.text for item in answer.evidence if isinstance(item, SpanEvidence)]
    if quotes is not None and not any(quotes in text for text in spans):
        raise AssertionError(f"'{quotes}' is not quoted; quoted: {spans or 'nothing'}")


def assert_unanswered(answer: Answer, *, because: str | None = None) -> None:
    """The criterion is left to a person and, with ``because``, the reason holds this text."""
    _assert_status(answer, AnswerStatus.UNANSWERED, because)


def assert_not_applicable(answer: Answer, *, because: str | None = None) -> None:
    """The criterion does not apply and, with ``because``, the reason holds this text."""
    _assert_status(answer, AnswerStatus.NOT_APPLICABLE, because)


def check_evaluator(evaluator: type[Any], parameters: Mapping[str, Any], cases: Sequence[Case] = ()) -> None:
    """An evaluator keeps the contract: same answer twice, evidence or silence, no failure.

    Besides the given cases it is asked about a call without words and a call without turns.

    Raises:
        AssertionError: naming the case and what went wrong.
    """
    unusual = (case("agent: ...", id="no words"), case(id="no turns"))
    for each in (*cases, *unusual):
        first, second = (ask(evaluator, parameters, each) for _ in range(2))
        if first.status is AnswerStatus.ERROR:
            raise AssertionError(f"case '{each.interaction.id}': {first.reason}")
        if first != second:
            raise AssertionError(f"case '{each.interaction.id}': two different answers to the same case")
        if first.status is AnswerStatus.UNANSWERED and "no evidence" in (first.reason or ""):
            raise AssertionError(f"case '{each.interaction.id}': {first.reason}")


def _assert_status(answer: Answer, status: AnswerStatus, because: str | None) -> None:
    if answer.status is not status:
        raise AssertionError(f"expected {status.value}, got {_told(answer)}")
    if because is not None and because not in (answer.reason or ""):
        raise AssertionError(f"the reason does not hold '{because}': {answer.reason}")


def _told(answer: Answer) -> str:
    said = f"'{answer.answer}'" if answer.status is AnswerStatus.ANSWERED else answer.status.value
    return f"{said} ({answer.reason or 'no reason'})"
