"""What was worked out of the conversation that is judged; kept, as many evaluators ask for the same.

The last conversation of a thread is kept. It refers to the searchable text, which does not refer back, so
that nothing of a conversation is left once another one is judged.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qa_toolkit.domain.events import Event
from qa_toolkit.domain.transcript import Role
from qa_toolkit.evaluation.evaluators.meaning import Readings
from qa_toolkit.evaluation.evaluators.searchable import Searchable

if TYPE_CHECKING:
    from qa_toolkit.evaluation.evaluators.windows import Position, Window

Roles = tuple[Role, ...]


class Conversation:
    """One conversation in its own language.

    Attributes:
        unlimited: the window that holds everything, once it was asked for.
        windows: those limited, by their limits and roles and by the identity of the events that limit them,
            which are kept along.
        positions: where events start, by their identity; the events are kept along.
    """

    __slots__ = ("_own_stretches", "_readings", "_sure", "positions", "text", "unlimited", "windows")

    def __init__(self, text: Searchable) -> None:
        self.text = text
        self.unlimited: Window | None = None
        self.windows: dict[Any, tuple[Sequence[Event], Window]] = {}
        self.positions: dict[int, tuple[Event, Position]] = {}
        self._sure: dict[Roles, float] = {}
        self._readings: dict[int, Readings] = {}
        self._own_stretches: dict[tuple[int, Roles], tuple[Searchable, frozenset[int]]] = {}

    def mean_confidence(self, roles: Roles) -> float:
        """Mean word confidence of everything these roles (everyone, when empty) said."""
        sure = self._sure.get(roles)
        if sure is None:
            sure = self._sure[roles] = self.text.mean_confidence(roles)
        return sure

    def readings(self, source: Searchable) -> Readings:
        """Readings of the words around hits in the conversation, or in it as searched in another language."""
        kept = self._readings.get(id(source))
        if kept is None or kept.text is not source:
            kept = self._readings[id(source)] = Readings(source)
        return kept

    def own_stretches(self, roles: Roles, source: Searchable) -> frozenset[int]:
        """The stretches that these roles said."""
        key = (id(source), roles)
        kept = self._own_stretches.get(key)
        if kept is None or kept[0] is not source:
            own = frozenset(n for n, stretch in enumerate(source.stretches) if stretch.role in roles)
            kept = self._own_stretches[key] = source, own
        return kept[1]


_KEPT = threading.local()


def conversation_of(text: Searchable) -> Conversation:
    """What is known of a conversation, by its text in its own language."""
    kept: Conversation | None = getattr(_KEPT, "last", None)
    if kept is None or kept.text is not text:
        kept = _KEPT.last = Conversation(text)
    return kept
