"""Measured facts about a conversation, each with its definition, thresholds and unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from qa_toolkit.domain.events import Event

MeasuredFrom = Literal["channel_speech", "words", "turns"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured value.

    Attributes:
        role: whose value it is; None for the whole call.
        value: None when it could not be measured; ``unavailable_because`` then says why.
        definition: name and version of the definition, for example ``talk_time/1``; published definitions
            that differ have ids of their own.
    """

    name: str
    role: str | None
    value: float | None
    unit: str
    definition: str
    thresholds: Mapping[str, float] = field(default_factory=dict)
    measured_from: MeasuredFrom | None = None
    unavailable_because: str | None = None


@dataclass(frozen=True, slots=True)
class TurnTone:
    """How positive or negative the words of a turn are by a word list, -1 to 1; no feeling is measured."""

    turn: int
    role: str
    tone: float


@dataclass(frozen=True, slots=True)
class ConversationMetrics:
    """All metrics and events of one interaction."""

    interaction: str
    metrics: tuple[Metric, ...]
    events: tuple[Event, ...] = ()
    warnings: tuple[str, ...] = ()
    tones: tuple[TurnTone, ...] = ()
    schema: Literal["qa-toolkit/metrics/1"] = "qa-toolkit/metrics/1"

    def get(self, name: str, role: str | None = None, definition: str | None = None) -> Metric | None:
        """The metric of that name and role (and definition, when given); None when there is none."""
        for metric in self.metrics:
            if metric.name == name and metric.role == role and definition in (None, metric.definition):
                return metric
        return None
