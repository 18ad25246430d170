"""Prints wherever it can; apart from that it keeps the contract."""

from __future__ import annotations

from typing import ClassVar

from qa_toolkit.domain import Answer, AnswerStatus, Case, CasePart, Event, SpanEvidence
from qa_toolkit.domain.rubric import Authored, Criterion
from qa_toolkit.evaluation.evaluator import Tools

print("printed at import")  # noqa: T201  # that is its fault


class NoParameters(Authored):
    """None."""


class Printing:
    name: ClassVar[str] = "printing"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset({"transcript"})
    Parameters: ClassVar[type[NoParameters]] = NoParameters

    def __init__(self, parameters: NoParameters, tools: Tools) -> None:
        del parameters, tools
        print("printed when built")  # noqa: T201  # that is its fault

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        print("printed in answer")  # noqa: T201  # that is its fault
        first = case.transcript.turns[0]
        evidence = (SpanEvidence(first.id, first.text),)
        return Answer(criterion.id, AnswerStatus.ANSWERED, "yes", confidence=1.0, evidence=evidence)

    def find(self, kind: str, case: Case) -> list[Event]:
        print("printed in find")  # noqa: T201  # that is its fault
        return []
