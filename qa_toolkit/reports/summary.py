"""What many evaluations say together: rates with their n and interval, by rubric version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa_toolkit.domain.evaluation import Answer, AnswerStatus, Evaluation, RubricRef
from qa_toolkit.domain.rubric import Criterion, Rubric
from qa_toolkit.reports.wording import FAMILIES
from qa_toolkit.statistics import Interval, cluster_bootstrap, wilson


@dataclass(frozen=True, slots=True)
class FamilyAccuracy:
    """Critical-error accuracy of one family: transactions without such an error, of those it applied to.

    Two errors of a family in one transaction count once (COPC). ``open_in`` is the number of transactions in
    which a criterion of the family is not answered yet, so that an error may still be found.
    """

    family: str
    accuracy: Interval
    failed: int
    open_in: int | None = None


@dataclass(frozen=True, slots=True)
class CriterionSummary:
    """How often a criterion was met in full, of the times it was answered and earns points."""

    id: str
    question: str
    critical: str | None
    met: Interval
    not_applicable: int
    open: int
    errors: int


@dataclass(frozen=True, slots=True)
class SectionSummary:
    """Mean score of a section over the interactions in which something of it counts."""

    id: str
    title: str
    mean_percent: Interval


@dataclass(frozen=True, slots=True)
class RubricSummary:
    """All evaluations under one rubric version.

    Attributes:
        mean_percent: mean score; ``estimate`` and limits are percentages 0-100. Incomplete evaluations are
            in it with what is answered so far.
        passed: of the complete evaluations; an automatic fail is known before the rest is answered, so
            counting it among incomplete ones would make the rate too low.
        non_critical: answers without fault, of all answers to criteria that are not critical (per
            opportunity); drawn by whole interactions, because the answers of one belong together.
        by_person: answers a person gave, of all answers given.
    """

    rubric: RubricRef
    title: str
    n: int
    mean_percent: Interval
    passed: Interval
    auto_failed: Interval
    complete: Interval
    families: tuple[FamilyAccuracy, ...]
    non_critical: Interval | None
    sections: tuple[SectionSummary, ...]
    criteria: tuple[CriterionSummary, ...]
    by_person: int
    by_machine: int


def summaries(
    evaluations: Sequence[Evaluation], rubrics: Mapping[tuple[str, str], Rubric]
) -> tuple[RubricSummary, ...]:
    """One summary for each rubric version, in the order of their first evaluation."""
    groups: dict[RubricRef, list[Evaluation]] = {}
    for evaluation in evaluations:
        groups.setdefault(evaluation.rubric, []).append(evaluation)
    return tuple(_summary(ref, group, rubrics.get((ref.id, ref.version))) for ref, group in groups.items())


def mean_percent(values: Sequence[float]) -> Interval:
    """Mean of percentages with a bootstrap interval over interactions."""
    return cluster_bootstrap([(value, 1.0) for value in values])


def family_accuracy(
    family: str, evaluations: Sequence[Evaluation], rubric: Rubric | None = None
) -> FamilyAccuracy:
    """Critical-error accuracy of one family over transactions, with its Wilson interval."""
    counts = [e.score.critical[family] for e in evaluations if family in e.score.critical]
    applied = [count for count in counts if count.applicable > 0]
    failed = sum(count.failed > 0 for count in applied)
    open_in = None
    if rubric is not None:
        critical = {c.id for c in rubric.criteria if c.critical == family}
        open_in = sum(any(_is_open(a) and a.criterion in critical for a in e.answers) for e in evaluations)
    return FamilyAccuracy(family, wilson(len(applied) - failed, len(applied)), failed, open_in)


def accuracy_per_opportunity(evaluations: Sequence[Evaluation], rubric: Rubric) -> Interval:
    """Answers without fault, of all answers to criteria that are not critical.

    An answer is a fault when it earns less than full points. The interval is drawn by whole interactions.
    """
    plain = {c.id for c in rubric.criteria if c.critical == "none"}
    clusters = []
    for evaluation in evaluations:
        counted = [a for a in evaluation.answers if a.criterion in plain and _counts(a)]
        if counted:
            clusters.append((float(sum(map(_is_met, counted))), float(len(counted))))
    return cluster_bootstrap(clusters)


def _summary(ref: RubricRef, group: list[Evaluation], rubric: Rubric | None) -> RubricSummary:
    scores = [evaluation.score for evaluation in group]
    decided = [score.passed for score in scores if score.complete and score.passed is not None]
    answered = Counter(
        evaluation.source.kind
        for evaluation in group
        for answer in evaluation.answers
        if answer.status in {AnswerStatus.ANSWERED, AnswerStatus.NOT_APPLICABLE}
    )
    return RubricSummary(
        rubric=ref,
        title=rubric.title if rubric else ref.id,
        n=len(group),
        mean_percent=mean_percent([s.percent for s in scores if s.percent is not None]),
        passed=wilson(sum(decided), len(decided)),
        auto_failed=wilson(sum(bool(s.auto_failed_by) for s in scores), len(scores)),
        complete=wilson(sum(s.complete for s in scores), len(scores)),
        families=tuple(family_accuracy(family, group, rubric) for family in FAMILIES),
        non_critical=accuracy_per_opportunity(group, rubric) if rubric else None,
        sections=tuple(_sections(group, rubric)),
        criteria=tuple(_criteria(group, rubric)),
        by_person=answered["reviewer"],
        by_machine=answered["machine"],
    )


def _sections(group: list[Evaluation], rubric: Rubric | None) -> Iterator[SectionSummary]:
    titles = {section.id: section.title for section in rubric.sections} if rubric else {}
    percents: dict[str, list[float]] = {section: [] for section in titles}
    for evaluation in group:
        for section in evaluation.score.sections:
            percents.setdefault(section.id, [])
            if section.percent is not None:
                percents[section.id].append(section.percent)
    for section_id, values in percents.items():
        yield SectionSummary(section_id, titles.get(section_id, section_id), mean_percent(values))


def _criteria(group: list[Evaluation], rubric: Rubric | None) -> Iterator[CriterionSummary]:
    known: dict[str, Criterion] = {c.id: c for c in rubric.criteria} if rubric else {}
    answers: dict[str, list[Answer]] = {criterion: [] for criterion in known}
    for evaluation in group:
        for answer in evaluation.answers:
            answers.setdefault(answer.criterion, []).append(answer)
    for criterion_id, given in answers.items():
        criterion = known.get(criterion_id)
        counted = [answer for answer in given if _counts(answer)]
        states = Counter(answer.status for answer in given)
        yield CriterionSummary(
            id=criterion_id,
            question=criterion.question if criterion else "",
            critical=criterion.critical if criterion and criterion.critical != "none" else None,
            met=wilson(sum(map(_is_met, counted)), len(counted)),
            not_applicable=states[AnswerStatus.NOT_APPLICABLE],
            open=states[AnswerStatus.UNANSWERED],
            errors=states[AnswerStatus.ERROR],
        )


def _counts(answer: Answer) -> bool:
    return answer.status == AnswerStatus.ANSWERED and answer.points is not None and bool(answer.max_points)


def _is_met(answer: Answer) -> bool:
    return answer.points is not None and answer.max_points is not None and answer.points >= answer.max_points


def _is_open(answer: Answer) -> bool:
    return answer.status in {AnswerStatus.UNANSWERED, AnswerStatus.ERROR}
