"""What was worked out of the conversation that is judged; kept, as many evaluators ask for the same.

The last conversation of a thread is kept. It refers to the searchable text, which does not refer back, so
that nothing of a conversation is left once another one is judged.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.transcript import Role, Transcript, Turn
from qa_toolkit.evaluation.evaluators.matching import Hit
from qa_toolkit.evaluation.evaluators.meaning import Readings
from qa_toolkit.evaluation.evaluators.searchable import Searchable, searchable
from qa_toolkit.evaluation.evaluators.texts import language_of

if TYPE_CHECKING:
    from qa_toolkit.evaluation.evaluators.windows import Position, Window

Roles = tuple[Role, ...]


_ROUNDED = 1e-6
"""The time of a word is reckoned from its turn's; it may lie so much outside it."""


class Reach(NamedTuple):
    """Where the words of a stretch begin: in which turns, and when; ``times`` is None where it depends."""

    turns: frozenset[int]
    numbers: tuple[int, int]
    times: tuple[float, float] | None


class _Reaches(dict[int, Reach]):
    """Where and when the words of each stretch begin."""

    def __init__(self, text: Searchable) -> None:
        super().__init__()
        self._text = text

    def __missing__(self, number: int) -> Reach:
        turns = frozenset(self._text.stretches[number].turns)
        said = [self._text.turns[turn] for turn in turns]
        reach = self[number] = Reach(turns, (min(turns), max(turns)), _times(said))
        return reach


class _Counting(dict[int, bool | None]):
    """Whether words of a stretch count by who says them and where; None where it depends on the word."""

    def __init__(self, text: Searchable, reaches: _Reaches, roles: Roles, window: Window) -> None:
        super().__init__()
        self._text, self._reaches, self._roles, self._window = text, reaches, roles, window

    def __missing__(self, number: int) -> bool | None:
        counts: bool | None = not self._roles or self._text.stretches[number].role in self._roles
        if counts and self._window.limited:
            counts = self._window.holds_all(self._reaches[number])
        self[number] = counts
        return counts

    def of(self, hits: Sequence[Hit]) -> list[Hit]:
        """Those of the hits that count."""
        return [
            hit
            for hit in hits
            if (counts := self[hit.stretch]) or (counts is None and self._begins_inside(hit))
        ]

    def _begins_inside(self, hit: Hit) -> bool:
        return self._window.holds(self._text.stretches[hit.stretch].place(hit.first))


class Source:
    """A conversation as it is searched in one language."""

    __slots__ = ("_counting", "_reaches", "readings", "text")

    def __init__(self, text: Searchable) -> None:
        self.text = text
        self.readings = Readings(text)
        self._reaches = _Reaches(text)
        self._counting: dict[tuple[Roles, int], tuple[Window, _Counting]] = {}

    def counting(self, hits: Sequence[Hit], roles: Roles, window: Window) -> list[Hit]:
        """The hits of some roles (everyone's, when empty) that begin in a window; criteria share windows."""
        key = roles, id(window)
        kept = self._counting.get(key)
        if kept is None:
            kept = self._counting[key] = window, _Counting(self.text, self._reaches, roles, window)
        return kept[1].of(hits)


class Conversation:
    """One conversation in its own language.

    Attributes:
        unlimited: the window that holds everything, once it was asked for.
        windows: the limited ones, by limits, roles and the identity of the events that limit them, which are
            kept along.
        positions: where events start, by their identity; the events are kept along.
        placed: events with their positions in order, by the identity of all of them.
    """

    __slots__ = (
        "_raw_language",
        "_roles",
        "_sources",
        "_sure",
        "language",
        "placed",
        "positions",
        "text",
        "transcript",
        "unlimited",
        "windows",
    )

    def __init__(self, case: Case) -> None:
        if case.transcript is None:
            raise ValueError("a transcript is needed")
        self.transcript: Transcript = case.transcript
        self.language = language_of(case)
        self.text = searchable(case.transcript, self.language)
        self.unlimited: Window | None = None
        self.windows: dict[Any, tuple[Sequence[Event], Window]] = {}
        self.positions: dict[int, tuple[Event, Position]] = {}
        self.placed: dict[tuple[int, ...], Sequence[Any]] = {}
        self._raw_language = case.interaction.language
        self._sources = {self.language: Source(self.text)}
        self._sure: dict[Roles, float] = {}
        self._roles: tuple[str, ...] | None = None

    def is_of(self, case: Case) -> bool:
        """Whether it is the conversation of a case, which is not compared."""
        return self.transcript is case.transcript and self._raw_language == case.interaction.language

    def source(self, language: str) -> Source:
        """The conversation as it is searched in a language."""
        found = self._sources.get(language)
        if found is None:
            found = self._sources[language] = Source(searchable(self.transcript, language))
        return found

    def role_of(self, turn: int) -> str:
        """Who says a turn."""
        if self._roles is None:
            self._roles = tuple(turn.role.value for turn in self.transcript.turns)
        return self._roles[turn]

    def mean_confidence(self, roles: Roles) -> float:
        """Mean word confidence of everything these roles (everyone, when empty) said."""
        sure = self._sure.get(roles)
        if sure is None:
            sure = self._sure[roles] = self.text.mean_confidence(roles)
        return sure


def _times(turns: Sequence[Turn]) -> tuple[float, float] | None:
    """Between which times the words of some turns begin; None where they have times of their own, or none."""
    known = [time for turn in turns for time in (turn.start_s, turn.end_s) if time is not None]
    if any(turn.words or turn.start_s is None for turn in turns):
        return None
    return min(known) - _ROUNDED, max(known) + _ROUNDED


_KEPT = threading.local()


def conversation_of(case: Case) -> Conversation:
    """The conversation of a case.

    Raises:
        ValueError: the case has no transcript.
    """
    kept: Conversation | None = getattr(_KEPT, "last", None)
    if kept is None or not kept.is_of(case):
        kept = _KEPT.last = Conversation(case)
    return kept


def conversation_at_hand(text: Searchable | None) -> Conversation | None:
    """The conversation kept, if a searchable text is its own."""
    kept: Conversation | None = getattr(_KEPT, "last", None)
    return kept if kept is not None and kept.text is text else None
