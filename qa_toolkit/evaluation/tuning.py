"""Chooses thresholds from labelled answers so that accepted answers keep an error bound.

For each of a few fixed thresholds the share of wrong answers among the accepted ones is bounded from above
(exact binomial, Clopper and Pearson, 1934), each at a confidence that makes up for how many are tried (as in
Learn then Test: Angelopoulos et al., 2021), and the lowest whose bound keeps the target is taken. A criterion
with too few labels for that shares those of its kind of evaluator, then those of all criteria. Where the same
interactions were judged with simulated recognition errors, too, the bound must be kept without errors and
over everything, and the share itself at each rate. Answers of one interaction count as independent, which
flatters the bound where they are not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import Answer, AnswerStatus
from qa_toolkit.domain.rubric import NOT_APPLICABLE, Criterion
from qa_toolkit.evaluation.engine import EvaluationSettings, proposed_answers
from qa_toolkit.evaluation.loader import LoadedRubric
from qa_toolkit.evaluation.thresholds import Pool, Threshold
from qa_toolkit.statistics import clopper_pearson

STEPS: Final = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
"""The thresholds that are tried."""
LEAST_FOR_COMPLIANCE: Final = 0.7
"""Criteria of the compliance family are never given a lower one: their failures are few, so that the labels
say little about those that would be missed."""
DEFAULT_THRESHOLD: Final = 0.9
"""Without enough labels only answers this sure are accepted."""


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """What the machine would answer, whatever its confidence, beside the label.

    ``confidence`` is None where it gives no answer at all; ``critical`` is the criterion's family;
    ``word_error_rate`` that of the simulated recognition.
    """

    interaction: str
    criterion: str
    kind: str
    critical: str
    label: str
    answer: str | None
    confidence: float | None
    word_error_rate: float = 0.0

    @property
    def right(self) -> bool:
        """Whether the answer is the label."""
        return self.answer == self.label

    def accepted(self, threshold: float) -> bool:
        """Whether it would be accepted."""
        return self.confidence is not None and self.confidence >= threshold


def labelled_answers(
    case: Case,
    rubric: LoadedRubric,
    labels: Mapping[str, str],
    *,
    settings: EvaluationSettings | None = None,
) -> list[LabelledAnswer]:
    """What the machine would answer to every labelled criterion that is not left to a person."""
    wanted = [c for c in rubric.rubric.criteria if c.id in labels and c.evaluator.name != "manual"]
    answers = proposed_answers(case, rubric, wanted, settings=settings)
    return [
        LabelledAnswer(case.interaction.id, c.id, c.evaluator.name, c.critical, labels[c.id], *_given(answer))
        for c, answer in zip(wanted, answers, strict=True)
    ]


def choose(
    answers: Iterable[LabelledAnswer],
    criteria: Iterable[Criterion],
    *,
    target: float,
    confidence: float,
) -> dict[str, Threshold]:
    """A threshold for every criterion.

    Args:
        answers: with labels, of all criteria.
        criteria: of the rubric; those left to a person get none.
        target: the share of wrong answers among accepted ones that is to be kept.
        confidence: with which it is.
    """
    own: dict[str, list[LabelledAnswer]] = defaultdict(list)
    kinds: dict[str, list[LabelledAnswer]] = defaultdict(list)
    everything: list[LabelledAnswer] = []
    for answer in answers:
        own[answer.criterion].append(answer)
        kinds[answer.kind].append(answer)
        everything.append(answer)
    chosen = {}
    for criterion in criteria:
        if criterion.evaluator.name == "manual":
            continue
        least = LEAST_FOR_COMPLIANCE if criterion.critical == "compliance" else STEPS[0]
        pools: tuple[tuple[Pool, Sequence[LabelledAnswer]], ...] = (
            ("criterion", own[criterion.id]),
            ("kind", kinds[criterion.evaluator.name]),
            ("all", everything),
        )
        found = (_lowest(pool, labelled, least, target, confidence) for pool, labelled in pools)
        chosen[criterion.id] = next(
            (threshold for threshold in found if threshold is not None), _default(everything, confidence)
        )
    return chosen


def error_bound(wrong: int, accepted: int, confidence: float) -> float | None:
    """Upper limit of the share of wrong answers; None when nothing was accepted."""
    if accepted == 0:
        return None
    # The upper end of a two-sided interval at 2c - 1 is the one-sided limit at c.
    high = clopper_pearson(wrong, accepted, confidence=2 * confidence - 1).high
    return None if high is None else round(high, 4)


def _lowest(
    pool: Pool, labelled: Sequence[LabelledAnswer], least: float, target: float, confidence: float
) -> Threshold | None:
    """The lowest threshold from which on every higher one that accepts enough keeps the target, too."""
    strict = 1 - (1 - confidence) / len(STEPS)
    clean = [answer for answer in labelled if answer.word_error_rate == 0.0]
    kept: Threshold | None = None
    for step in (step for step in reversed(STEPS) if step >= least):
        found = [_at(step, pool, part, confidence) for part in (clean, labelled)]
        bounds = [error_bound(one.wrong, one.accepted, strict) for one in found]
        if all(bound is not None and bound <= target for bound in bounds) and _holds(step, labelled, target):
            kept = found[0] if (found[0].error_bound or 0) >= (found[1].error_bound or 0) else found[1]
        elif kept is not None:
            break
    return kept


def _holds(step: float, labelled: Sequence[LabelledAnswer], target: float) -> bool:
    """Whether the share of wrong answers keeps the target at every rate of word errors."""
    by_rate: dict[float, list[LabelledAnswer]] = defaultdict(list)
    for answer in labelled:
        if answer.accepted(step):
            by_rate[answer.word_error_rate].append(answer)
    return all(sum(not a.right for a in taken) <= target * len(taken) for taken in by_rate.values())


def _default(labelled: Sequence[LabelledAnswer], confidence: float) -> Threshold:
    return _at(DEFAULT_THRESHOLD, "default", labelled, confidence)


def _at(step: float, pool: Pool, labelled: Sequence[LabelledAnswer], confidence: float) -> Threshold:
    taken = [answer for answer in labelled if answer.accepted(step)]
    wrong = sum(not answer.right for answer in taken)
    return Threshold(
        threshold=step,
        pool=pool,
        labels=len(labelled),
        accepted=len(taken),
        wrong=wrong,
        error_bound=error_bound(wrong, len(taken), confidence),
    )


def _given(answer: Answer) -> tuple[str | None, float | None]:
    if answer.status is AnswerStatus.NOT_APPLICABLE:
        return NOT_APPLICABLE, 1.0 if answer.confidence is None else answer.confidence
    if answer.status is AnswerStatus.ANSWERED:
        return str(answer.answer), 1.0 if answer.confidence is None else answer.confidence
    return None, None
