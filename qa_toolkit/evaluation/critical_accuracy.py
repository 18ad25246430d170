"""Accuracy of critical errors over many evaluations, by family and by transaction.

COPC-style reporting: the unit is the transaction. Two customer-critical errors in one call count once, and
the families are never blended into one figure. Non-critical criteria are counted by opportunity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qa_toolkit.domain.evaluation import AnswerStatus, Evaluation, Score
from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.evaluation.scoring import FAMILIES
from qa_toolkit.statistics import Interval, wilson


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A share without errors: ``of`` transactions or opportunities, ``errors`` of which had one.

    ``value`` (0-1) and ``interval`` (Wilson, 95 %) are None when nothing applied.
    """

    of: int
    errors: int
    value: float | None
    interval: Interval | None


def critical_error_accuracy(scores: Iterable[Score]) -> dict[str, Accuracy]:
    """For each family: transactions where it applied, those with at least one error, the share without.

    Source: COPC CX Standard as quoted in public calculators; targets are the user's to set.
    """
    applicable = dict.fromkeys(FAMILIES, 0)
    failed = dict.fromkeys(FAMILIES, 0)
    for score in scores:
        for family in FAMILIES:
            count = score.critical.get(family)
            if count is not None and count.applicable:
                applicable[family] += 1
                failed[family] += count.failed > 0
    return {family: _accuracy(applicable[family], failed[family]) for family in FAMILIES}


def non_critical_accuracy(evaluations: Iterable[Evaluation], rubric: Rubric) -> Accuracy:
    """1 - errors / opportunities over the non-critical criteria that were answered.

    An opportunity is an answered criterion of no family; an error is less than its best answer.
    """
    best = {c.id: c for c in rubric.criteria if c.critical == "none" and not c.bonus}
    opportunities = errors = 0
    for evaluation in evaluations:
        for answer in evaluation.answers:
            criterion = best.get(answer.criterion)
            if criterion is None or answer.status is not AnswerStatus.ANSWERED or answer.answer is None:
                continue
            option = criterion.option_for(answer.answer)
            opportunities += 1
            errors += option is None or option.points < criterion.best_points
    return _accuracy(opportunities, errors)


def _accuracy(of: int, errors: int) -> Accuracy:
    if of == 0:
        return Accuracy(0, 0, None, None)
    return Accuracy(of, errors, (of - errors) / of, wilson(of - errors, of))
