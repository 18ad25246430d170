"""Evaluations of the same interactions as tables of ratings, one for each criterion."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from qa_toolkit.domain.evaluation import Answer, AnswerStatus, Evaluation, RubricRef, Source
from qa_toolkit.errors import UsageError

NOT_APPLICABLE = "na"


@dataclass(frozen=True, slots=True)
class CriterionAnswers:
    """All answers to one criterion.

    Attributes:
        units: interactions, in order of their ids.
        raters: who answered, machines first, then by name.
        rows: answers, one row a unit; None where there is none; ``na`` for not applicable.
        shares: points of each answer over the best points, for answers that carry points.
    """

    criterion: str
    units: tuple[str, ...]
    raters: tuple[Source, ...]
    rows: tuple[tuple[Hashable | None, ...], ...]
    shares: Mapping[Hashable, float]

    @property
    def ordered(self) -> tuple[Hashable, ...]:
        """The answers that carry points, from worst to best."""
        return tuple(sorted(self.shares, key=lambda answer: (self.shares[answer], str(answer))))

    def of(self, raters: Iterable[Source]) -> CriterionAnswers:
        """Only the answers of those raters."""
        wanted = set(raters)
        places = [place for place, rater in enumerate(self.raters) if rater in wanted]
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return CriterionAnswers(
            self.criterion, self.units, tuple(self.raters[p] for p in places), rows, self.shares
        )

    def passes(self, answer: Hashable) -> bool | None:
        """Whether the answer earns full points; None for not applicable and answers without points."""
        share = self.shares.get(answer)
        return None if share is None else share >= 1.0 - 1e-9


def one_rubric(evaluations: Sequence[Evaluation]) -> RubricRef:
    """The rubric version all evaluations answer.

    Raises:
        UsageError: there is none, there are several, or a source evaluated an interaction twice.
    """
    rubrics = {evaluation.rubric for evaluation in evaluations}
    if len(rubrics) != 1:
        names = ", ".join(sorted(f"{each.id}@{each.version}" for each in rubrics)) or "none"
        raise UsageError(
            f"the evaluations answer not one rubric version but {names}", None, "compare one version"
        )
    seen = set()
    for evaluation in evaluations:
        key = (evaluation.interaction, evaluation.source)
        if key in seen:
            what = f"'{evaluation.source.name}' evaluated '{evaluation.interaction}' twice"
            raise UsageError(what, None, "keep the revision that counts")
        seen.add(key)
    return rubrics.pop()


def answers_by_criterion(evaluations: Sequence[Evaluation]) -> dict[str, CriterionAnswers]:
    """The answers to each criterion of one rubric version, in the order of the first evaluation.

    Raises:
        UsageError: as :func:`one_rubric`.
    """
    one_rubric(evaluations)
    units = tuple(sorted({evaluation.interaction for evaluation in evaluations}))
    raters = tuple(sorted({e.source for e in evaluations}, key=lambda source: (source.kind, source.name)))
    by_place = {(e.interaction, e.source): {a.criterion: a for a in e.answers} for e in evaluations}
    criteria = dict.fromkeys(answer.criterion for e in evaluations for answer in e.answers)
    return {criterion: _table(criterion, units, raters, by_place) for criterion in criteria}


def _table(
    criterion: str,
    units: tuple[str, ...],
    raters: tuple[Source, ...],
    by_place: Mapping[tuple[str, Source], Mapping[str, Answer]],
) -> CriterionAnswers:
    rows = []
    shares: dict[Hashable, float] = {}
    for unit in units:
        answers = [by_place.get((unit, rater), {}).get(criterion) for rater in raters]
        rows.append(tuple(None if answer is None else _rating(answer) for answer in answers))
        for answer in answers:
            if answer is not None and answer.answer is not None and answer.max_points:
                shares[answer.answer] = (answer.points or 0.0) / answer.max_points
    return CriterionAnswers(criterion, units, raters, tuple(rows), shares)


def _rating(answer: Answer) -> Hashable | None:
    if answer.status is AnswerStatus.NOT_APPLICABLE:
        return NOT_APPLICABLE
    return answer.answer if answer.status is AnswerStatus.ANSWERED else None
