"""Conversations written as one line, for the tests of metrics, and their values by name."""

from __future__ import annotations

from qa_toolkit.domain import Role, Transcript, Turn
from qa_toolkit.metrics import MetricThresholds, measure

CALL_AI_METRICS = "A 0-6.5 | C 6.9-9.0 | A 8.7-20 | C 12-12.4 {small} | C 21.5-24 | A 23-41"
"""The published example of call-ai-metrics."""
TALK = "and then we went on with it"  # seven words that are no back-channel
SHORT = {"A": "agent", "C": "customer", "I": "interpreter", "V": "ivr", "?": "unknown"}


def call(script: str, **fields: object) -> Transcript:
    """``A 0-6.5 text | C 6.9-9``: role, from, to and (else seven words) the text."""
    turns = []
    for number, part in enumerate((p for p in script.split("|") if p.strip()), start=1):
        role, times, *text = part.split(maxsplit=2)
        start, end = times.split("-")
        said = text[0].strip() if text else TALK
        turns.append(Turn(number, Role(SHORT[role]), said, float(start), float(end)))
    return Transcript("case", tuple(turns), **fields)


def values(transcript: Transcript, thresholds: MetricThresholds | None = None) -> dict[str, float | None]:
    """Values by ``definition role`` (``name role`` for version 1 of the default definition)."""
    measured = measure(transcript, thresholds or MetricThresholds())
    found = {}
    for metric in measured.metrics:
        name = metric.definition.removesuffix("/1")
        found[f"{name} {metric.role}" if metric.role else name] = metric.value
    return found
