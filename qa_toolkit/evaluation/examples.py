"""Runs the examples that a rubric's criteria carry."""

from __future__ import annotations

from dataclasses import dataclass

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import AnswerStatus
from qa_toolkit.domain.rubric import NOT_APPLICABLE, Criterion, Example
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.evaluation.engine import EvaluationSettings, answer_one
from qa_toolkit.evaluation.loader import LoadedRubric

WORDS_PER_SECOND = 2.5
"""Pace at which the turns of an example are taken to be spoken (150 words a minute)."""
GAP_S = 0.4
"""Pause between the turns of an example."""
UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class ExampleOutcome:
    """What came of one example; ``got`` is an answer, ``na``, ``unanswered`` or ``error``."""

    criterion: str
    number: int
    expected: str | float
    got: str | float
    reason: str | None

    @property
    def met(self) -> bool:
        """Whether the expected answer came."""
        if isinstance(self.expected, str) or isinstance(self.got, str):
            return str(self.expected) == str(self.got)
        return self.expected == self.got


def run_examples(
    rubric: LoadedRubric, *, settings: EvaluationSettings | None = None
) -> tuple[ExampleOutcome, ...]:
    """Evaluates every example of every criterion, in the order of the form.

    Raises:
        TranscriptError: an example's turns cannot be read; the message names criterion and number.
    """
    return tuple(
        _run(rubric, criterion, number, example, settings)
        for criterion in rubric.rubric.criteria
        for number, example in enumerate(criterion.examples, start=1)
    )


def case_of_example(example: Example, example_id: str) -> Case:
    """The interaction an example describes: turns ``role: text``, spoken one after another at an even pace.

    Raises:
        TranscriptError: a turn does not begin with a role.
    """
    turns = []
    time_s = 0.0
    for line in example.turns:
        role, _, text = line.partition(":")
        length = max(len(text.split()), 1) / WORDS_PER_SECOND
        end_s = round(time_s + length, 3)
        turns.append(
            {"role": role.strip(), "text": text.strip(), "start_s": round(time_s, 3), "end_s": end_s}
        )
        time_s = end_s + GAP_S
    document = {"turns": turns, "metadata": dict(example.metadata)}
    return case_from_document(document, default_id=example_id)


def _run(
    rubric: LoadedRubric,
    criterion: Criterion,
    number: int,
    example: Example,
    settings: EvaluationSettings | None,
) -> ExampleOutcome:
    case = case_of_example(example, f"{criterion.id} example {number}")
    answer = answer_one(case, rubric, criterion.id, settings=settings)
    got: str | float = answer.status.value
    if answer.status is AnswerStatus.ANSWERED and answer.answer is not None:
        got = answer.answer
    elif answer.status is AnswerStatus.NOT_APPLICABLE:
        got = NOT_APPLICABLE
    return ExampleOutcome(criterion.id, number, example.expect, got, answer.reason)
