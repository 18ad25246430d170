"""``metric``: values and counts against limits."""

from __future__ import annotations

from typing import Any

import pytest
from evaluation_builders import ask, call, said
from pydantic import ValidationError

from qa_toolkit.domain import Case, Event, Metric, SpanEvidence, ValueEvidence, WindowEvidence
from qa_toolkit.evaluation.evaluators.metric import MetricParameters

METRICS = [
    Metric("words_per_minute", "agent", 150.0, "words/min", "words_per_minute/1"),
    Metric("longest_silence", None, 21.5, "s", "longest_silence/1"),
    Metric("interruptions", "agent", 2.0, "count", "interruptions/1"),
    Metric("interruptions", "agent", 5.0, "count", "interruptions/other"),
    Metric("overlap", None, None, "s", "overlap/1", unavailable_because="one channel"),
]
EVENTS = [
    Event("asked", "agent", 5.0, 6.0, turn=1, text="there"),
    Event("interruption", "agent", 3.0, 4.0),
    Event("interruption", "agent", 15.0, 17.0),
    Event("interruption", "customer", 16.0, 17.0),
    Event("interruption", "agent", 18.0, 19.0, probability=0.2),
]
CASE: Case = call("agent: Hello there.", "customer: I moved.", metrics=METRICS, events=EVENTS)
PACE = {"name": "words_per_minute", "role": "agent"}
INTERRUPTS = {"event": "interruption", "role": "agent"}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({**PACE, "at_least": 110, "at_most": 180}, "yes"),
        ({**PACE, "at_least": 150, "at_most": 150}, "yes"),  # limits are included
        ({**PACE, "at_most": 149.9}, "no"),
        ({"name": "longest_silence", "at_most": 20}, "no"),
        ({"name": "longest_silence", "at_most": 20, "found": "no", "missing": "yes"}, "yes"),
        ({"name": "words_per_minute", "at_most": 180}, "unanswered"),  # of the whole call: not measured
        ({"name": "overlap", "at_most": 1}, "unanswered"),
        ({"name": "interruptions", "role": "agent", "at_most": 3}, "yes"),
        ({"name": "interruptions", "role": "agent", "at_most": 3, "definition": "interruptions/other"}, "no"),
        ({**INTERRUPTS, "at_most": 2}, "yes"),
        ({**INTERRUPTS, "at_most": 1}, "no"),
        ({**INTERRUPTS, "at_most": 2, "least_probability": 0.1}, "no"),
        ({"event": "interruption", "at_most": 2}, "no"),
        ({**INTERRUPTS, "longest_s": 2}, "yes"),
        ({**INTERRUPTS, "longest_s": 1.5}, "no"),
        ({"event": "hold", "longest_s": 120}, "yes"),
        ({**INTERRUPTS, "at_most": 1, "during": "asked"}, "yes"),  # in the turn of the event: 0 to 10 s
        ({**INTERRUPTS, "at_most": 0, "during": "asked"}, "no"),
        ({**INTERRUPTS, "at_most": 1, "after": "asked"}, "yes"),
        ({**INTERRUPTS, "at_most": 0, "before": "asked"}, "no"),
        ({**INTERRUPTS, "at_most": 0, "during": "hold"}, "unanswered"),
        ({**INTERRUPTS, "at_most": 0, "after": "hold"}, "unanswered"),
    ],
)
def test_limits(parameters: dict[str, Any], expected: str) -> None:
    answer = ask("metric", parameters, CASE)
    assert said(answer) == expected
    assert answer.reason
    assert bool(answer.evidence) is (expected != "unanswered")


def test_a_value_that_is_not_available_says_why() -> None:
    assert "one channel" in str(ask("metric", {"name": "overlap", "at_most": 1}, CASE).reason)


def test_evidence_is_the_value_or_the_events_and_their_number() -> None:
    pace = ask("metric", {**PACE, "at_most": 180}, CASE)
    assert pace.evidence == (ValueEvidence("metric", "words_per_minute.agent", 150.0),)
    none = ask("metric", {"event": "hold", "at_most": 0}, CASE)
    assert none.evidence == (WindowEvidence("hold"),)
    asked = ask("metric", {"event": "asked", "at_most": 1}, CASE)
    assert asked.evidence[0] == SpanEvidence(1, "there", None, 5.0, 6.0)
    assert asked.evidence[-1] == ValueEvidence("metric", "asked_count", 1)


RANGES = {"ranges": [{"to": 0, "points": 10}, {"from": 1, "to": 4, "points": 5}]}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"name": "interruptions", "role": "agent"}, 2.0),
        (INTERRUPTS, 2.0),
        ({"event": "hold"}, 0.0),
        ({"name": "interruptions", "role": "agent", "definition": "interruptions/other"}, "unanswered"),
    ],
)
def test_for_ranges_the_number_is_the_answer(parameters: dict[str, Any], expected: float | str) -> None:
    assert said(ask("metric", parameters, CASE, answers=RANGES)) == expected


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"name": "a", "event": "b"},
        {"name": "a", "during": "b"},
        {"name": "a", "longest_s": 3},
        {"name": ""},
    ],
)
def test_parameters_that_contradict_one_another_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MetricParameters.model_validate(parameters)
