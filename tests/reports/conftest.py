"""A small call with everything a page can show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa_toolkit.domain import (
    Answer,
    AnswerStatus,
    ChannelLayout,
    ConversationMetrics,
    CriticalCount,
    Evaluation,
    EvaluatorRef,
    Event,
    MadeBy,
    Metric,
    Recording,
    Role,
    RubricRef,
    Score,
    SectionScore,
    Source,
    SpanEvidence,
    Transcript,
    Turn,
    ValueEvidence,
    WindowEvidence,
    Word,
)
from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.reports import ReportCall

PHRASE = EvaluatorRef("phrase", "1.0.0")


@pytest.fixture
def rubric() -> Rubric:
    return Rubric.model_validate(
        {
            "id": "greeting",
            "version": "1.2.0",
            "title": "Greeting calls",
            "sections": [
                {
                    "id": "opening",
                    "title": "Opening",
                    "criteria": [
                        {"id": "G-1", "question": "Was the caller greeted?", "critical": "customer"},
                        {"id": "G-2", "question": "Was the recording announced?", "critical": "compliance"},
                    ],
                },
                {
                    "id": "rest",
                    "title": "The rest",
                    "criteria": [
                        {"id": "R-1", "question": "Was the wait short?"},
                        {"id": "R-2", "question": "Was an interpreter offered?"},
                        {"id": "R-3", "question": "Was the tone friendly?"},
                        {"id": "R-4", "question": "Was the address confirmed?"},
                    ],
                },
            ],
        }
    )


@pytest.fixture
def transcript() -> Transcript:
    hello = "thank you, thank you for calling"
    words = tuple(Word(w, 1.0 + i * 0.5, 1.4 + i * 0.5) for i, w in enumerate(hello.split()))
    return Transcript(
        id="call-1",
        turns=(
            Turn(1, Role.AGENT, hello, 1.0, 4.0, "S0", 0, words),
            Turn(2, Role.CUSTOMER, "Hi, I need help with my plan.", 3.6, 7.0, "S1", 1),
            Turn(3, Role.AGENT, "Of course.", 30.0, 31.5, "S0", 0),
        ),
        language="en",
        duration_s=65.0,
        recording=Recording("call-1.wav", "c" * 64, 8000, 2, ChannelLayout.TWO_PARTY),
        metadata={
            "agent": "A-17",
            "site": "Fresno",
            "direction": "inbound",
            "date": "2026-03-05T15:02:00-08:00",
        },
        made_by=MadeBy("faster-whisper", "whisper-base", "d" * 64, "accurate"),
    )


@pytest.fixture
def metrics() -> ConversationMetrics:
    return ConversationMetrics(
        "call-1",
        (
            Metric("talk_time", "agent", 4.5, "s", "talk_time/1", {"bridge_s": 0.5}, "channel_speech"),
            Metric("talk_time", "customer", 3.4, "s", "talk_time/1", {"bridge_s": 0.5}, "channel_speech"),
            Metric("longest_silence", None, 75.0, "s", "longest_silence/1", {}, "channel_speech"),
            Metric("hold", None, None, "s", "hold/1", {}, None, "no hold was announced"),
        ),
        (
            Event("silence", None, 7.0, 30.0),
            Event("silence", None, 31.5, 32.0),
            Event("hold", None, 10.0, 25.0),
            Event("overlap", None, 3.6, 4.0),
            Event("interruption", "customer", 3.6, 4.0, turn=2),
        ),
    )


@pytest.fixture
def evaluation() -> Evaluation:
    answered, full = AnswerStatus.ANSWERED, {"points": 1.0, "max_points": 1.0}
    answers = (
        Answer("G-1", answered, "yes", **full, confidence=0.93, evaluator=PHRASE, evidence=(
            SpanEvidence(1, "thank you for calling", 0, 2.0, 4.0), SpanEvidence(1, "you for", 0, 2.5, 3.5))),
        Answer("G-2", answered, "no", 0.0, 1.0, 0.9, "no announcement was heard", PHRASE,
               (WindowEvidence("a recording notice", 0.0, 60.0),)),
        Answer("R-1", answered, "yes", **full, evidence=(ValueEvidence("metric", "longest_silence", 23.0),)),
        Answer("R-2", AnswerStatus.NOT_APPLICABLE, reason="no other language was asked for"),
        Answer("R-3", AnswerStatus.UNANSWERED, reason="low confidence"),
        Answer("R-4", AnswerStatus.ERROR, reason="the evaluator stopped"),
    )  # fmt: skip
    score = Score(
        percent=66.667,
        points=2.0,
        max_points=3.0,
        complete=False,
        open=2,
        passed=None,
        sections=(SectionScore("opening", 50.0, 1.0, 2.0), SectionScore("rest", 100.0, 1.0, 1.0)),
        critical={"customer": CriticalCount(1, 0), "compliance": CriticalCount(1, 1)},
    )
    return Evaluation(
        "call-1", RubricRef("greeting", "1.2.0", "e" * 64), Source("machine", "qa_toolkit"), answers, score
    )


@pytest.fixture
def call(
    evaluation: Evaluation, transcript: Transcript, metrics: ConversationMetrics, rubric: Rubric
) -> ReportCall:
    return ReportCall(evaluation, transcript, metrics, rubric, back="../index.html")


@pytest.fixture
def auto_failed(evaluation: Evaluation) -> Evaluation:
    score = replace(
        evaluation.score,
        percent=0.0,
        passed=False,
        auto_failed_by=("G-2",),
        percent_before_auto_fail=66.667,
    )
    return replace(evaluation, score=score)
