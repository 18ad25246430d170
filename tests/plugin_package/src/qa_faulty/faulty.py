"""One evaluator a fault; apart from it each keeps the contract."""

from __future__ import annotations

import sys
import time
from typing import Any, ClassVar

from qa_toolkit.domain import Answer, AnswerStatus, Case, CasePart, SpanEvidence
from qa_toolkit.domain.rubric import Authored, Criterion
from qa_toolkit.evaluation.evaluator import Tools


class NoParameters(Authored):
    """None."""


class _Faulty:
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset({"transcript"})
    Parameters: ClassVar[type[NoParameters]] = NoParameters

    def __init__(self, parameters: NoParameters, tools: Tools) -> None:
        del parameters, tools


class Raising(_Faulty):
    name: ClassVar[str] = "raising"

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        raise KeyError("nobody expected this")


class Lying(_Faulty):
    name: ClassVar[str] = "lying"

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        evidence = (SpanEvidence(1, "words nobody said"),)
        return Answer(criterion.id, AnswerStatus.ANSWERED, "yes", confidence=1.0, evidence=evidence)


class Leaving(_Faulty):
    name: ClassVar[str] = "leaving"

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        sys.exit("goodbye")


class Sleeping(_Faulty):
    name: ClassVar[str] = "sleeping"

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        while True:
            try:  # noqa: SIM105  # as a careless author would write it
                time.sleep(60)
            except Exception:  # noqa: BLE001, S110  # as a careless author would write it
                pass


class Changing(_Faulty):
    name: ClassVar[str] = "changing"

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        metadata: Any = case.interaction.metadata
        metadata["agent"] = "somebody else"
        raise AssertionError("the case could be changed")


class Speechless(_Faulty):
    name: ClassVar[str] = "speechless"

    def answer(self, criterion: Criterion, case: Case) -> Any:
        return "yes"
