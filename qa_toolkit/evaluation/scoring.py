"""Answers and a rubric to points and a percentage, by published methods (``docs/scoring.md``).

In every method an answered criterion contributes *earned* and *possible* points, and

    percent = 100 x sum(earned) / sum(possible)

over the answered criteria: not applicable, unanswered and failed criteria leave both sums, which is the same
as sharing their weight among the rest in proportion. A bonus criterion adds to the earned points only. The
points a score shows are those of its answers; an auto-fail changes the percentage, never the points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qa_toolkit.domain.evaluation import Answer, AnswerStatus, CriticalCount, Score, SectionScore
from qa_toolkit.domain.frozen import quick_init, replaced
from qa_toolkit.domain.rubric import AnswerOption, Criterion, PointsRange, Rubric, ScoringMethod, Section

FAMILIES = ("customer", "business", "compliance")
CRITICAL_CATEGORY_MINIMUM = 0.5
"""Zendesk QA: a critical category picked below half of its scale sets the review to 0."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Percentage points one criterion costs; negative where a bonus adds."""

    criterion: str
    percent: float


@quick_init
@dataclass(frozen=True, slots=True)
class _Counted:
    """What one answered criterion contributes.

    ``points`` and ``max_points`` are what the answer shows; ``earned`` and ``possible`` are what the method
    divides, which differs from them where it weights groups or measures from the worst option.
    """

    criterion: Criterion
    section: Section
    points: float
    max_points: float
    earned: float
    possible: float
    share: float
    auto_fail: bool | str


def score(rubric: Rubric, answers: Iterable[Answer]) -> tuple[tuple[Answer, ...], Score]:
    """The answers with their points filled in, in the order of the form, and the score.

    Degenerate input: nothing answered that counts gives ``percent`` None, unless an auto-fail was answered
    under ``on_auto_fail: zero``, which is 0.0 whatever else counts.

    Args:
        rubric: the form.
        answers: one for each criterion; a criterion without an answer is taken as unanswered.
    """
    given = {answer.criterion: answer for answer in answers}
    complete_answers = [given.get(c.id) or _unanswered(c) for c in rubric.criteria]
    counted = _counted(rubric, given)
    filled = tuple(_with_points(answer, counted.get(answer.criterion)) for answer in complete_answers)
    return filled, _score(rubric, filled, list(counted.values()))


def losses(rubric: Rubric, answers: Iterable[Answer]) -> tuple[Loss, ...]:
    """What each answered criterion takes off 100 %, before auto-fails; the sum is 100 - percent.

    Empty when nothing counts.
    """
    counted = list(_counted(rubric, {answer.criterion: answer for answer in answers}).values())
    possible = math.fsum(item.possible for item in counted)
    if possible <= 0:
        return ()
    return tuple(Loss(i.criterion.id, 100.0 * (i.possible - i.earned) / possible) for i in counted)


def _unanswered(criterion: Criterion) -> Answer:
    return Answer(criterion.id, AnswerStatus.UNANSWERED, reason="no answer was given")


def _counted(rubric: Rubric, given: Mapping[str, Answer]) -> dict[str, _Counted]:
    counted: dict[str, _Counted] = {}
    for section in rubric.sections:
        for criterion in section.criteria:
            answer = given.get(criterion.id)
            if answer is None or answer.status is not AnswerStatus.ANSWERED or answer.answer is None:
                continue
            option = criterion.option_for(answer.answer)
            if option is None:
                raise ValueError(f"{answer.answer!r} is not an answer of {criterion.id}")
            counted[criterion.id] = _contribution(rubric.scoring.method, section, criterion, option)
    return counted


def _contribution(
    method: ScoringMethod, section: Section, criterion: Criterion, option: AnswerOption | PointsRange
) -> _Counted:
    """Points of one answer, and what it contributes to the percentage under a method."""
    picked, best, worst = option.points, criterion.best_points, criterion.worst_points
    share = _on_scale(picked, worst, best)
    if method in (ScoringMethod.POINTS, ScoringMethod.GROUP_WEIGHT):
        points, most = picked, best
    else:
        weight = _even_share(section) if method is ScoringMethod.SECTION_WEIGHT else criterion.weight
        points, most = weight * (picked / best if best > 0 else 0.0), weight
    earned, possible = points, most
    if method is ScoringMethod.GROUP_WEIGHT:
        earned, possible = points * section.weight, most * section.weight
    elif method is ScoringMethod.CATEGORY_AVERAGE:
        earned = criterion.weight * share
    if criterion.bonus:
        most = possible = 0.0
    return _Counted(criterion, section, points, most, earned, possible, share, option.auto_fail)


def _on_scale(picked: float, worst: float, best: float) -> float:
    return (picked - worst) / (best - worst) if best > worst else 1.0


def _even_share(section: Section) -> float:
    """The section's weight spread evenly over its criteria; a bonus criterion is one share more."""
    regular = sum(1 for other in section.criteria if not other.bonus)
    return section.weight / (regular or len(section.criteria))


def _with_points(answer: Answer, counted: _Counted | None) -> Answer:
    if counted is None:
        return replaced(answer, points=None, max_points=None)
    return replaced(answer, points=counted.points, max_points=counted.max_points)


def _score(rubric: Rubric, answers: Sequence[Answer], counted: Sequence[_Counted]) -> Score:
    zeroing = rubric.scoring.on_auto_fail == "zero"
    form_failed = [i for i in counted if _fails_form(rubric, i)]
    section_failed = [i for i in counted if i.auto_fail == "section"]
    failed_ids = {i.criterion.id for i in (*form_failed, *section_failed)}
    failed_by = tuple(i.criterion.id for i in counted if i.criterion.id in failed_ids)
    sections_zeroed = {i.section.id for i in section_failed} if zeroing else set()
    earned = math.fsum(i.earned for i in counted if i.section.id not in sections_zeroed)
    possible = math.fsum(i.possible for i in counted)
    percent = 0.0 if form_failed and zeroing else _percent(earned, possible)
    open_count = sum(a.status in (AnswerStatus.UNANSWERED, AnswerStatus.ERROR) for a in answers)
    return Score(
        percent=percent,
        points=math.fsum(i.points for i in counted),
        max_points=math.fsum(i.max_points for i in counted),
        complete=open_count == 0,
        open=open_count,
        passed=_passed(rubric, percent, open_count, failed=bool(failed_by)),
        auto_failed_by=failed_by,
        percent_before_auto_fail=_percent(math.fsum(i.earned for i in counted), possible),
        sections=tuple(
            _section(s, counted, failed_by, zero=s.id in sections_zeroed) for s in rubric.sections
        ),
        critical=_critical(counted),
    )


def _fails_form(rubric: Rubric, item: _Counted) -> bool:
    if item.auto_fail is True:
        return True
    critical_category = (
        rubric.scoring.method is ScoringMethod.CATEGORY_AVERAGE and item.criterion.critical != "none"
    )
    return critical_category and item.share < CRITICAL_CATEGORY_MINIMUM


def _percent(earned: float, possible: float) -> float | None:
    return 100.0 * earned / possible if possible > 0 else None


def _passed(rubric: Rubric, percent: float | None, open_count: int, *, failed: bool) -> bool | None:
    if failed:
        return False
    minimum = rubric.scoring.pass_percent
    if open_count or percent is None or minimum is None:
        return None
    return percent >= minimum - 1e-9


def _section(
    section: Section, counted: Sequence[_Counted], failed_by: Sequence[str], *, zero: bool
) -> SectionScore:
    items = [i for i in counted if i.section.id == section.id]
    earned = 0.0 if zero else math.fsum(i.earned for i in items)
    possible = math.fsum(i.possible for i in items)
    by = tuple(i.criterion.id for i in items if i.criterion.id in failed_by)
    points, most = math.fsum(i.points for i in items), math.fsum(i.max_points for i in items)
    return SectionScore(section.id, _percent(earned, possible), points, most, by)


def _critical(counted: Sequence[_Counted]) -> dict[str, CriticalCount]:
    """For each family, answered criteria and those with less than their best answer."""
    result = {}
    for family in FAMILIES:
        items = [i for i in counted if i.criterion.critical == family]
        result[family] = CriticalCount(len(items), sum(i.share < 1.0 for i in items))
    return result
