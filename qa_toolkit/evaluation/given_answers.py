"""An evaluation out of answers somebody gives, without any evaluator."""

from __future__ import annotations

import math
from collections.abc import Mapping

from qa_toolkit.authored.faults import choices
from qa_toolkit.domain.evaluation import Answer, AnswerStatus, Evaluation, RubricRef, Source
from qa_toolkit.domain.rubric import NOT_APPLICABLE, Criterion
from qa_toolkit.errors import InputError
from qa_toolkit.evaluation.loader import LoadedRubric
from qa_toolkit.evaluation.scoring import score

MAX_NUMBER = 1e300
"""Whole numbers can be larger than any float; nothing measured is."""


def score_answers(
    rubric: LoadedRubric, answers: Mapping[str, object], *, interaction: str, source: Source
) -> Evaluation:
    """Scores given answers.

    Args:
        rubric: the form.
        answers: criterion id to an option, a number (criteria with ranges), ``na`` (not applicable) or None
            (unanswered); a criterion left out is unanswered.
        interaction: id of the interaction the answers are about.
        source: who gave them.

    Raises:
        InputError: an unknown criterion, or an answer that is not permitted; the message names what is.
    """
    if not isinstance(answers, Mapping):
        raise InputError("answers are not a mapping", None, 'accepted: {"criterion id": answer, …}')
    known = [criterion.id for criterion in rubric.rubric.criteria]
    for criterion_id in answers:
        if criterion_id not in known:
            raise InputError(
                f"unknown criterion '{criterion_id}'", rubric.rubric.id, choices(str(criterion_id), known)
            )
    given = [_answer(c, answers.get(c.id)) for c in rubric.rubric.criteria]
    filled, result = score(rubric.rubric, given)
    return Evaluation(interaction, rubric_ref(rubric), source, filled, result)


def rubric_ref(rubric: LoadedRubric) -> RubricRef:
    """How an evaluation names its rubric."""
    return RubricRef(rubric.rubric.id, rubric.rubric.version, rubric.sha256)


def permitted_answer(criterion: Criterion, value: object) -> str | float | None:
    """The answer in the form it is stored in; None when the criterion does not permit it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str) and (abs(value) > MAX_NUMBER or not math.isfinite(value)):
        return None
    if criterion.option_for(value) is None:
        return None
    return str(value) if criterion.answers else float(value)


def accepted_answers(criterion: Criterion) -> str:
    """What may be answered, for a message."""
    if criterion.answers:
        return ", ".join([*criterion.answers, NOT_APPLICABLE])
    return f"a number from {_ranges(criterion)}, {NOT_APPLICABLE}"


def _ranges(criterion: Criterion) -> str:
    def bound(value: float | None, open_end: str) -> str:
        return open_end if value is None else f"{value:g}"

    return " or ".join(f"{bound(r.lowest, 'any')} to {bound(r.highest, 'any')}" for r in criterion.ranges)


def _answer(criterion: Criterion, value: object) -> Answer:
    if value is None:
        return Answer(criterion.id, AnswerStatus.UNANSWERED, reason="no answer was given")
    if value == NOT_APPLICABLE:
        return Answer(criterion.id, AnswerStatus.NOT_APPLICABLE, reason="given as not applicable")
    answer = permitted_answer(criterion, value)
    if answer is None:
        raise InputError(
            f"{value!r} is not an answer of {criterion.id}",
            None,
            f"accepted: {accepted_answers(criterion)}, null",
        )
    return Answer(criterion.id, AnswerStatus.ANSWERED, answer)
