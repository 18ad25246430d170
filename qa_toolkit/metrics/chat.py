"""A chat has no speech; what can be measured is the time between messages, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median

from qa_toolkit.domain.metrics import ConversationMetrics
from qa_toolkit.domain.transcript import Role, Transcript
from qa_toolkit.metrics.reading import add_reading
from qa_toolkit.metrics.sheet import NO_REPLY, NO_TIMES, Sheet
from qa_toolkit.metrics.spelling import add_spelling
from qa_toolkit.metrics.thresholds import MetricThresholds
from qa_toolkit.metrics.tone import add_tone


def measure_chat(transcript: Transcript, thresholds: MetricThresholds) -> ConversationMetrics:
    """First response, latency, number, reading grade, spelling and tone of the messages of a chat."""
    sheet = Sheet(thresholds)
    messages = sorted(
        (t.start_s, t.id, t.role)
        for t in transcript.turns
        if t.start_s is not None and math.isfinite(t.start_s)
    )
    for role, other in ((Role.AGENT, Role.CUSTOMER), (Role.CUSTOMER, Role.AGENT)):
        waits, first_s = _waits(messages, role, other)
        no_times = None if messages else NO_TIMES
        because = no_times or (None if waits else NO_REPLY)
        sheet.add("first_response/1", role, None if because else first_s, "turns", because)
        sheet.add("response_latency/1", role, None if because else median(waits), "turns", because)
        sheet.add("response_latency_mean/1", role, None if because else fmean(waits), "turns", because)
        sheet.add("longest_response_latency/1", role, None if because else max(waits), "turns", because)
    rows: tuple[Role | None, ...] = (Role.AGENT, Role.CUSTOMER, None)
    for row in rows:
        sheet.add("turns/1", row, sum(row in (None, t.role) for t in transcript.turns), "turns")
    add_reading(sheet, transcript)
    add_spelling(sheet, transcript)
    tones = add_tone(sheet, transcript, messages[-1][0] if messages else 0.0)
    return ConversationMetrics(transcript.id, tuple(sheet.metrics), tones=tones)


def _waits(
    messages: Sequence[tuple[float, int, Role]], role: Role, other: Role
) -> tuple[list[float], float | None]:
    """From the other side's last message before each reply, and from its first message to the first reply."""
    waits: list[float] = []
    opened_s = last_s = first_s = None
    for at_s, _, by in messages:
        if by == other:
            last_s = at_s
            opened_s = at_s if opened_s is None else opened_s
        elif by == role and last_s is not None:
            waits.append(at_s - last_s)
            if first_s is None and opened_s is not None:
                first_s = at_s - opened_s
            last_s = None
    return waits, first_s
