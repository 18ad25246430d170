"""The machine's answers beside those somebody gave for the same interaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import AnswerStatus, Evaluation
from qa_toolkit.domain.rubric import NOT_APPLICABLE, Criterion
from qa_toolkit.errors import ApplicabilityError, InputError
from qa_toolkit.evaluation.engine import EvaluationSettings, evaluate
from qa_toolkit.evaluation.examples import answer_text
from qa_toolkit.evaluation.loader import LoadedRubric

Verdict = Literal["agrees", "differs", "open", "error"]


@dataclass(frozen=True, slots=True)
class LabelOutcome:
    """One label and what the machine said; ``open``: it left the criterion to a person."""

    interaction: str
    criterion: str
    expected: str | float
    got: str | float
    verdict: Verdict
    reason: str | None

    @property
    def met(self) -> bool | None:
        """Whether the answers agree; None where the machine gave none."""
        return None if self.verdict == "open" else self.verdict == "agrees"


def labels_of(document: object, source: str) -> dict[str, str | float]:
    """The labels in a parsed file: ``labels: {criterion: answer}`` or ``{criterion: {answer: …}}``.

    Raises:
        InputError: the labels are not of that shape.
    """
    written = document.get("labels") if isinstance(document, Mapping) else None
    if written is None:
        return {}
    if not isinstance(written, Mapping):
        raise InputError("its labels are not an object", source, 'write {"CRITERION": "ANSWER", …}')
    found: dict[str, str | float] = {}
    for criterion, label in written.items():
        value: Any = label.get("answer") if isinstance(label, Mapping) else label
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise InputError(f"the label of {criterion} is not an answer", source, "text or a number")
        found[str(criterion)] = value
    return found


def compare_with_labels(
    case: Case,
    rubric: LoadedRubric,
    labels: Mapping[str, str | float],
    *,
    settings: EvaluationSettings | None = None,
) -> tuple[LabelOutcome, ...]:
    """The labels of the rubric's criteria beside the machine's answers; none where it does not apply.

    Raises:
        InputError: a label is no answer of its criterion.
    """
    wanted = [criterion for criterion in rubric.rubric.criteria if criterion.id in labels]
    for criterion in wanted:
        _check(criterion, labels[criterion.id], case.interaction.id)
    if not wanted:
        return ()
    try:
        evaluation = evaluate(case, rubric, settings=settings)
    except ApplicabilityError:
        return ()
    return tuple(_outcome(evaluation, criterion.id, labels[criterion.id]) for criterion in wanted)


def _check(criterion: Criterion, label: str | float, interaction: str) -> None:
    if label != NOT_APPLICABLE and criterion.option_for(label) is None:
        accepted = ", ".join([*(criterion.answers or ("a number inside a range",)), NOT_APPLICABLE])
        raise InputError(
            f"the label '{label}' is no answer of {criterion.id}", interaction, f"accepted: {accepted}"
        )


def _outcome(evaluation: Evaluation, criterion: str, label: str | float) -> LabelOutcome:
    answer = evaluation.answer(criterion)
    got = answer_text(answer)
    verdict: Verdict = "agrees" if str(got) == str(label) or got == label else "differs"
    if answer.status is AnswerStatus.ERROR:
        verdict = "error"
    elif answer.status is AnswerStatus.UNANSWERED:
        verdict = "open"
    return LabelOutcome(evaluation.interaction, criterion, label, got, verdict, answer.reason)
