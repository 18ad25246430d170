"""``checklist``: several evaluators under one criterion; ``every`` one must hold, or ``some``.

Sees exactly what its parts see. A part that cannot tell leaves the whole open, unless another settles it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

from pydantic import model_validator

from qa_toolkit.domain.case import Case, CasePart
from qa_toolkit.domain.evaluation import Answer, AnswerStatus
from qa_toolkit.domain.rubric import AnswerOption, Criterion, EvaluatorSpec
from qa_toolkit.evaluation.evaluator import Evaluator, Tools
from qa_toolkit.evaluation.evaluators.texts import TwoAnswers, each_once, settled, unanswered

_PART_ANSWERS = {"yes": AnswerOption(points=1.0), "no": AnswerOption(points=0.0)}


class ChecklistParameters(TwoAnswers):
    """Evaluators that answer ``yes`` or ``no`` (or ``na``: the part does not count).

    Attributes:
        every: all must be yes; one no settles it.
        some: one must be yes; all no settles it.
    """

    every: tuple[EvaluatorSpec, ...] = ()
    some: tuple[EvaluatorSpec, ...] = ()

    @model_validator(mode="after")
    def _one_list(self) -> Self:
        if bool(self.every) == bool(self.some):
            raise ValueError("one list of evaluators is expected: accepted: every or some")
        return self


class Checklist:
    """Answers ``found`` when the list is met, ``missing`` when it cannot be met any more."""

    name: ClassVar[str] = "checklist"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset()
    Parameters: ClassVar[type[ChecklistParameters]] = ChecklistParameters

    def __init__(self, parameters: ChecklistParameters, tools: Tools) -> None:
        self._parameters = parameters
        specs = parameters.every or parameters.some
        self._parts: tuple[Evaluator, ...] = tuple(tools.build(spec) for spec in specs)
        self._needs = frozenset(name for part in self._parts for name in part.needs)
        self._question: tuple[Criterion, Criterion] | None = None

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """The answer with the evidence of the parts that settle it."""
        question = self._asked_of_parts(criterion)
        lacking = [name for name in self._needs if not case.has(name)]
        settling = "no" if self._parameters.every else "yes"
        counting, decided, doubtful = [], [], []
        for part in self._parts:
            answer = _ask(part, question, case, lacking)
            if answer.status is AnswerStatus.NOT_APPLICABLE:
                continue
            counting.append(answer)
            if answer.answer == settling:
                decided.append(answer)
            if answer.status is not AnswerStatus.ANSWERED:
                doubtful.append(answer)
        if not counting:
            return settled(criterion, "na", (), confidence=1.0, reason="no part of the list applies")
        if not decided and doubtful:
            reasons = "; ".join(dict.fromkeys(a.reason or "no reason" for a in doubtful))
            return unanswered(criterion, f"{len(doubtful)} of {len(counting)} parts are open: {reasons}")
        return self._settle(criterion, decided or counting, is_settling=bool(decided))

    def _asked_of_parts(self, criterion: Criterion) -> Criterion:
        """The criterion with the answers of a part; kept, so that parts know it when they are asked again."""
        kept = self._question
        if kept is None or kept[0] is not criterion:
            question = criterion.model_copy(update={"answers": _PART_ANSWERS, "ranges": ()})
            kept = self._question = criterion, question
        return kept[1]

    def _settle(self, criterion: Criterion, answers: list[Answer], *, is_settling: bool) -> Answer:
        met = is_settling != bool(self._parameters.every)
        sures = [a.confidence for a in answers if a.confidence is not None]
        sure = max(sures, default=1.0) if is_settling else min(sures, default=1.0)
        evidence = each_once([item for a in answers for item in a.evidence])
        reason = "; ".join(dict.fromkeys(a.reason for a in answers if a.reason)) or "all parts answered"
        value = self._parameters.found if met else self._parameters.missing
        return settled(criterion, value, evidence, confidence=sure, reason=reason)


def _ask(part: Evaluator, criterion: Criterion, case: Case, lacking: Sequence[CasePart]) -> Answer:
    missing = sorted(set(lacking).intersection(part.needs)) if lacking else ()
    if missing:
        return unanswered(criterion, f"the interaction has no {' and no '.join(missing)}")
    answer = part.answer(criterion, case)
    if answer.status is AnswerStatus.ANSWERED and answer.answer not in _PART_ANSWERS:
        return unanswered(criterion, f"a part answered '{answer.answer}' instead of yes or no")
    return answer
