"""Small values to put into a store, shared by the tests of the store, the batch and the app."""

from __future__ import annotations

from typing import Any

from qa_toolkit.domain import (
    Answer,
    AnswerStatus,
    ChannelLayout,
    ConversationMetrics,
    CriticalCount,
    Evaluation,
    EvaluatorRef,
    Interaction,
    Metric,
    Recording,
    Result,
    Role,
    RubricRef,
    Score,
    SectionScore,
    Source,
    SpanEvidence,
    Transcript,
    Turn,
    WindowEvidence,
)
from qa_toolkit.domain.contract import to_contract
from qa_toolkit.store import InputRef, RubricText

RUBRIC_YAML = """\
id: greeting
version: 1.0.0
title: Greeting
sections:
  - id: opening
    title: Opening
    criteria:
      - id: G-1
        question: Was the caller greeted?
      - id: G-2
        question: Was the name of the agent given?
"""
MACHINE = Source("machine", "qa_toolkit")
GREETING = RubricText("greeting", "1.0.0", "a" * 64, RUBRIC_YAML, "Greeting")


def example_interaction(name: str = "call-1", **known: Any) -> Interaction:
    facts = {"agent": "A-17", "site": "Fresno", "started_at": "2026-11-02T09:00:00Z", "direction": "inbound"}
    facts |= known
    return Interaction(id=name, metadata={**facts, "transaction": "renewal"}, language="en", **facts)


def example_input(name: str = "call-1", content: str = "b") -> InputRef:
    return InputRef(f"{name}.wav", content * 64)


def example_transcript(name: str = "call-1") -> Transcript:
    return Transcript(
        id=name,
        language="en",
        duration_s=12.5,
        turns=(
            Turn(1, Role.AGENT, "Good morning, how can I help you?", 0.5, 2.75, "S0", 0),
            Turn(2, Role.CUSTOMER, "¿Habla español? My plan — it ended.", 3.0, 5.5, "S1", 1),
        ),
        recording=Recording(f"{name}.wav", "b" * 64, 8000, 2, ChannelLayout.TWO_PARTY),
    )


def example_metrics(name: str = "call-1") -> ConversationMetrics:
    return ConversationMetrics(name, (Metric("talk_time", "agent", 2.25, "s", "talk_time/1"),))


def example_evaluation(
    name: str = "call-1",
    *,
    percent: float | None = 50.0,
    source: Source = MACHINE,
    rubric: RubricText = GREETING,
    auto_failed_by: tuple[str, ...] = (),
    open_answers: int = 0,
) -> Evaluation:
    ref = EvaluatorRef("phrase", "1")
    return Evaluation(
        interaction=name,
        rubric=RubricRef(rubric.id, rubric.version, rubric.sha256),
        source=source,
        answers=(
            Answer(
                "G-1",
                AnswerStatus.ANSWERED,
                "yes",
                1.0,
                1.0,
                0.9,
                None,
                ref,
                (SpanEvidence(1, "Good morning", 0, 0.5, 1.2),),
            ),
            Answer(
                "G-2",
                AnswerStatus.ANSWERED,
                "no",
                0.0,
                1.0,
                0.8,
                "no name was heard",
                ref,
                (WindowEvidence("my name is …", 0.0, 12.5),),
            ),
        ),
        score=Score(
            percent=percent,
            points=1.0,
            max_points=2.0,
            complete=open_answers == 0,
            open=open_answers,
            passed=None if percent is None or open_answers else percent >= 80,
            auto_failed_by=auto_failed_by,
            percent_before_auto_fail=percent,
            sections=(SectionScore("opening", percent, 1.0, 2.0),),
            critical={
                "customer": CriticalCount(1, 0),
                "business": CriticalCount(),
                "compliance": CriticalCount(),
            },
        ),
    )


def example_result(name: str = "call-1", **changes: Any) -> Result:
    return Result(
        f"{name}.wav",
        "done",
        None,
        to_contract(example_transcript(name)),
        to_contract(example_metrics(name)),
        to_contract(example_evaluation(name, **changes)),
    )
