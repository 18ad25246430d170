"""``manual``: a question for a person. Sees nothing and says so."""

from __future__ import annotations

from typing import ClassVar

from qa_toolkit.domain.case import Case, CasePart
from qa_toolkit.domain.evaluation import Answer
from qa_toolkit.domain.rubric import Authored, Criterion
from qa_toolkit.evaluation.evaluator import Tools
from qa_toolkit.evaluation.evaluators.texts import unanswered


class ManualParameters(Authored):
    """None."""


class Manual:
    """Leaves every criterion to a person."""

    name: ClassVar[str] = "manual"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset()
    Parameters: ClassVar[type[ManualParameters]] = ManualParameters

    def __init__(self, parameters: ManualParameters, tools: Tools) -> None:
        del parameters, tools

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """Always unanswered."""
        del case
        return unanswered(criterion, "for a person to judge")
