"""Short ways to write cases and rubrics for the tests of the evaluation engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qa_toolkit.domain import (
    Answer,
    AnswerStatus,
    Case,
    ConversationMetrics,
    Event,
    Interaction,
    Metric,
    Role,
    Transcript,
    Turn,
    Word,
)
from qa_toolkit.domain.rubric import Criterion, EvaluatorSpec
from qa_toolkit.evaluation import registry
from qa_toolkit.evaluation.loader import LoadedRubric, parse_rubric

SECONDS_A_TURN = 10.0


def call(
    *lines: str,
    language: str | None = "en",
    times: bool = True,
    metadata: dict[str, Any] | None = None,
    events: Iterable[Event] = (),
    metrics: Iterable[Metric] | None = None,
    role_confidence: float | None = None,
) -> Case:
    """A case of turns ``role: text``; turn n lasts from 10 (n - 1) to 10 n seconds."""
    turns = []
    for number, line in enumerate(lines):
        role, _, text = line.partition(": ")
        start = number * SECONDS_A_TURN if times else None
        end = start + SECONDS_A_TURN if start is not None else None
        turns.append(Turn(number + 1, Role(role), text, start, end))
    transcript = Transcript("call", tuple(turns), language, role_confidence=role_confidence)
    measured = None if metrics is None else ConversationMetrics("call", tuple(metrics))
    interaction = Interaction("call", language=language, metadata=metadata or {})
    return Case(interaction, transcript, measured, tuple(events))


def recognised(case: Case, confidences: dict[str, float], otherwise: float = 1.0) -> Case:
    """The case as a recogniser would give it: words with times and confidences."""
    from dataclasses import replace

    assert case.transcript is not None
    turns = []
    for turn in case.transcript.turns:
        texts = turn.text.split()
        length = SECONDS_A_TURN / max(len(texts), 1)
        start = turn.start_s or 0.0
        words = tuple(
            Word(
                text,
                start + i * length,
                start + (i + 1) * length,
                confidences.get(text.strip(".,?!"), otherwise),
            )
            for i, text in enumerate(texts)
        )
        turns.append(replace(turn, words=words))
    return replace(case, transcript=replace(case.transcript, turns=tuple(turns)))


def criterion(**fields: Any) -> Criterion:
    return Criterion.model_validate({"id": "X-1", "question": "?", **fields})


def ask(name: str, parameters: dict[str, Any], case: Case, **fields: Any) -> Answer:
    """What one evaluator says, without the engine around it."""
    evaluator = registry.build(EvaluatorSpec(name=name, parameters=parameters), {})
    return evaluator.answer(criterion(**fields), case)


def said(answer: Answer) -> str | float | None:
    """The answer, or the status where there is none."""
    return answer.answer if answer.status is AnswerStatus.ANSWERED else answer.status.value


def rubric_of(
    criteria: str, *, scoring: str = "{method: question_weight}", events: str = "{}", top: str = ""
) -> LoadedRubric:
    """A one-section rubric; ``criteria`` is YAML, one flow mapping a line."""
    lines = "\n".join(f"      - {line.strip()}" for line in criteria.strip().splitlines())
    return parse_rubric(
        f"id: test\nversion: 1.0.0\ntitle: Test\n{top}\nscoring: {scoring}\nevents: {events}\n"
        f"sections:\n  - id: one\n    title: One\n    criteria:\n{lines}\n"
    )
