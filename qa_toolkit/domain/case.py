"""What an evaluator sees of an interaction, whatever the work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from qa_toolkit.domain.events import Event
from qa_toolkit.domain.metrics import ConversationMetrics
from qa_toolkit.domain.transcript import Metadata, Scalar, Transcript

InteractionKind = Literal["call", "chat", "record", "document"]
CasePart = Literal["transcript", "metrics", "events", "metadata", "record", "reference", "discrepancies"]


@dataclass(frozen=True, slots=True)
class Interaction:
    """One reviewable event. ``metadata`` holds every known value, the named ones included."""

    id: str
    kind: InteractionKind = "call"
    agent: str | None = None
    site: str | None = None
    queue: str | None = None
    started_at: str | None = None
    work_area: str | None = None
    direction: str | None = None
    language: str | None = None
    metadata: Metadata = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One field where keyed and reference values differ after the comparison rule.

    Attributes:
        field: empty for a discrepancy of a whole member.
        root: the discrepancy this one follows from (``kind:group:member[:field]``); None for one of its own.
        detail: what is known beyond the kind, such as the slip of the hand or where the value belongs.
    """

    record: str
    group: str
    member: str | None
    field: str
    kind: str
    keyed: str | None
    reference: str | None
    criticality: str
    root: str | None = None
    state: str = "open"
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What an evaluator sees: the interaction and whichever parts of it exist.

    Evaluators declare the parts they need; a missing part gives ``unanswered`` with the reason.
    """

    interaction: Interaction
    transcript: Transcript | None = None
    metrics: ConversationMetrics | None = None
    events: tuple[Event, ...] = ()
    record: Mapping[str, Scalar] | None = None
    reference: Mapping[str, Scalar] | None = None
    discrepancies: tuple[Discrepancy, ...] | None = None
    _of_kind: dict[str, Sequence[Event]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Events by kind, worked out when first asked for: a list as they came, a tuple once in order."""

    def events_of(self, kind: str) -> tuple[Event, ...]:
        """All events of that kind, in order of time (of turn, where there are no times)."""
        if not self._of_kind and self.events:
            self._of_kind.update(_by_kind(self.events))  # in one step, as several threads may ask at once
        found = self._of_kind.get(kind, ())
        if not isinstance(found, tuple):
            found = self._of_kind[kind] = tuple(sorted(found, key=_time) if len(found) > 1 else found)
        return found

    def has(self, part: CasePart) -> bool:
        """Whether that part of the case exists (an empty list of events counts as existing)."""
        if part == "metadata":
            return True
        if part == "events":
            return self.transcript is not None or bool(self.events)
        return getattr(self, part) is not None


def _by_kind(events: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event.kind, []).append(event)
    return found


def _time(event: Event) -> tuple[float, int]:
    return (event.start_s if event.start_s is not None else -1.0, event.turn or 0)
