"""Runs the examples that a rubric's criteria carry."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import Answer, AnswerStatus
from qa_toolkit.domain.rubric import NOT_APPLICABLE, Criterion, Example, Rubric
from qa_toolkit.errors import TranscriptError
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.evaluation.engine import EvaluationSettings, answer_one
from qa_toolkit.evaluation.loader import LoadedRubric

WORDS_PER_SECOND = 2.5
"""Pace at which the turns of an example are taken to be spoken (150 words a minute)."""
GAP_S = 0.4
"""Pause between the turns of an example."""
UNANSWERED = "unanswered"
Prepare = Callable[[Case], Case]
"""What is done to the case of an example before it is judged, such as measuring it."""
_TIMED = re.compile(r"\s*\[(\d{1,4}):([0-5]\d)\]\s*")


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
    rubric: LoadedRubric, *, settings: EvaluationSettings | None = None, prepare: Prepare | None = None
) -> tuple[ExampleOutcome, ...]:
    """Evaluates every example of every criterion, in the order of the form.

    Args:
        rubric: the rubric with its examples.
        settings: when machine answers are accepted.
        prepare: done to every case first; without it nothing is measured, and what rests on metrics is open.

    Raises:
        TranscriptError: an example's turns cannot be read; the message names criterion and number.
    """
    return tuple(
        run_example(rubric, criterion, number, settings=settings, prepare=prepare)
        for criterion in rubric.rubric.criteria
        for number in range(1, len(criterion.examples) + 1)
    )


def run_example(
    rubric: LoadedRubric,
    criterion: Criterion,
    number: int,
    *,
    settings: EvaluationSettings | None = None,
    prepare: Prepare | None = None,
) -> ExampleOutcome:
    """Evaluates one example (numbered from 1) of a criterion.

    Raises:
        TranscriptError: as for ``run_examples``.
    """
    example = criterion.examples[number - 1]
    case = case_of_example(example, f"{criterion.id} example {number}", rubric.rubric)
    answer = answer_one(prepare(case) if prepare else case, rubric, criterion.id, settings=settings)
    return ExampleOutcome(criterion.id, number, example.expect, answer_text(answer), answer.reason)


def answer_text(answer: Answer) -> str | float:
    """An answer as an example expects it: the option or number, ``na``, ``unanswered`` or ``error``."""
    if answer.status is AnswerStatus.ANSWERED and answer.answer is not None:
        return answer.answer
    if answer.status is AnswerStatus.NOT_APPLICABLE:
        return NOT_APPLICABLE
    return answer.status.value


def case_of_example(example: Example, example_id: str, rubric: Rubric | None = None) -> Case:
    """The interaction an example describes.

    Turns ``role: text`` are spoken one after another at an even pace; ``[m:ss] role: text`` begins at that
    time. The kind is the first one the rubric's ``applies_when`` names; else a record where there are
    fields, and a call.

    Raises:
        TranscriptError: a turn does not begin with a role, or times run backwards.
    """
    kind = _kind(example, rubric)
    document: dict[str, Any] = {"kind": kind, "metadata": dict(example.metadata)}
    document["language"] = example.metadata.get("language")
    if kind in ("record", "document"):
        document |= {"fields": dict(example.fields or {}), "reference": example.reference}
    else:
        document["turns"] = turns_of_example(example, example_id)
    return case_from_document(document, default_id=example_id)


def _kind(example: Example, rubric: Rubric | None) -> str:
    named = rubric.applies_when.get("kind", ()) if rubric else ()
    if named:
        return str(named[0])
    return "record" if example.fields is not None else "call"


def turns_of_example(example: Example, example_id: str) -> list[dict[str, Any]]:
    """The turns of an example as a transcript file writes them, with times."""
    turns: list[dict[str, Any]] = []
    time_s = 0.0
    for line in example.turns:
        timed = _TIMED.match(line)
        if timed:
            given_s = 60.0 * int(timed[1]) + int(timed[2])
            if turns and given_s < turns[-1]["start_s"]:
                raise TranscriptError(
                    f"the turn at {timed[1]}:{timed[2]} begins before the one above it",
                    example_id,
                    "order the turns by time",
                )
            time_s = given_s
        role, _, text = line[timed.end() if timed else 0 :].partition(":")
        length = max(len(text.split()), 1) / WORDS_PER_SECOND
        end_s = round(time_s + length, 3)
        turns.append(
            {"role": role.strip(), "text": text.strip(), "start_s": round(time_s, 3), "end_s": end_s}
        )
        time_s = end_s + GAP_S
    return turns
