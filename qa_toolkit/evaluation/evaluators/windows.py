"""Parts of a conversation that a search is limited to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated

from pydantic import Field

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.frozen import quick_init
from qa_toolkit.domain.rubric import Authored, Number
from qa_toolkit.domain.transcript import Role
from qa_toolkit.evaluation.evaluators.conversation import Conversation, conversation_of
from qa_toolkit.evaluation.evaluators.searchable import Place, Searchable
from qa_toolkit.evaluation.evaluators.texts import EventNames

Seconds = Annotated[Number, Field(gt=0)]
Count = Annotated[int, Field(ge=1, strict=True)]


class WindowLimits(Authored):
    """Limits of a search; all that are given must hold.

    Attributes:
        first_s: the hit starts in the first so many seconds of the call.
        last_s: the hit starts in the last so many seconds.
        first_s_of_speech: the hit starts in the first so many seconds of the role's own speech, its turns
            laid end to end.
        first_turns: the hit lies in the first so many turns of the role.
        last_turns: the hit lies in the last so many turns of the role.
        before: the hit starts before the first of these events; no limit when none happens.
        after: the hit starts after the first of these events; without one there is nothing to search.
    """

    first_s: Seconds | None = None
    last_s: Seconds | None = None
    first_s_of_speech: Seconds | None = None
    first_turns: Count | None = None
    last_turns: Count | None = None
    before: EventNames = ()
    after: EventNames = ()

    @cached_property
    def limited(self) -> bool:
        """Whether any limit is given."""
        return any(self.limits)

    @cached_property
    def limits(self) -> tuple[float | tuple[str, ...] | None, ...]:
        """All limits; two searches of the same limits are made in the same window."""
        return (
            self.first_s,
            self.last_s,
            self.first_s_of_speech,
            self.first_turns,
            self.last_turns,
            self.before,
            self.after,
        )

    def event_names(self) -> tuple[str, ...]:
        """Events the limits refer to."""
        return (*self.before, *self.after)


@quick_init
@dataclass(frozen=True, slots=True)
class Position:
    """Where something starts: time where known, else the order of turns and characters."""

    start_s: float | None
    turn: int | None
    offset: int = 0

    def before(self, other: Position) -> bool | None:
        """Whether this comes before the other; None when the two cannot be compared.

        Times decide where both have one; equal times go by turn, then by character; equal is not before.
        """
        both_timed = self.start_s is not None and other.start_s is not None
        if both_timed and self.start_s != other.start_s:
            return self.start_s < other.start_s  # type: ignore[operator]
        if self.turn is not None and other.turn is not None:
            return (self.turn, self.offset) < (other.turn, other.offset)
        return False if both_timed else None


@dataclass(frozen=True, slots=True)
class Window:
    """The limits worked out for one conversation. ``impossible`` says why nothing can be searched."""

    text: Searchable
    speech_end: tuple[int, int] | None
    turns: frozenset[int] | None
    start_s: float | None
    end_s: float | None
    before: Position | None
    after: Position | None
    impossible: str | None = None
    limited: bool = True
    _held: dict[tuple[int, int], bool] = field(default_factory=dict, compare=False, repr=False)

    def holds(self, place: Place) -> bool:
        """Whether something that starts at this place lies in the window."""
        if not self.limited:
            return True
        held = self._held.get(place[:2])
        if held is None:
            held = self._held[place[:2]] = self._limits_hold(place)
        return held

    def _limits_hold(self, place: Place) -> bool:
        if self.turns is not None and place.turn not in self.turns:
            return False
        if self.speech_end is not None and (place.turn, place.start) > self.speech_end:
            return False
        start_s = self.text.time_of(place.turn, place.start)
        if not self._in_seconds(start_s):
            return False
        if self.before is None and self.after is None:
            return True
        here = Position(start_s, place.turn, place.start)
        early = self.before is None or bool(here.before(self.before))
        return early and (self.after is None or bool(self.after.before(here)))

    def _in_seconds(self, start_s: float | None) -> bool:
        if start_s is None:
            return True
        late_enough = self.start_s is None or start_s >= self.start_s
        return late_enough and (self.end_s is None or start_s <= self.end_s)

    def bounds(self) -> tuple[float | None, float | None]:
        """Start and end in seconds of what is searched, None where it is not limited or has no time."""
        start, end = self.start_s, self.end_s
        if self.after is not None and self.after.start_s is not None:
            start = max(start or 0.0, self.after.start_s)
        if self.before is not None and self.before.start_s is not None:
            end = self.before.start_s if end is None else min(end, self.before.start_s)
        if self.speech_end is not None:
            reached = self.text.time_of(*self.speech_end)
            end = reached if end is None or reached is None else min(end, reached)
        if start is not None and end is not None and end < start:
            end = start
        return _rounded(start), _rounded(end)


def position_of(event: Event, text: Searchable | None) -> Position:
    """Where an event starts; kept with the conversation, as many windows and orders ask for it."""
    if text is None:
        return Position(event.start_s, None)
    positions = conversation_of(text).positions
    kept = positions.get(id(event))
    if kept is None or kept[0] is not event:
        turn, offset = None, 0
        if event.turn is not None:
            turn = text.turn_with_id(event.turn)
            if turn is not None and event.text:
                offset = max(0, text.turns[turn].text.find(event.text))
        kept = positions[id(event)] = event, Position(event.start_s, turn, offset)
    return kept[1]


def first_event(case: Case, names: Sequence[str], text: Searchable | None) -> tuple[Event, Position] | None:
    """The earliest event of any of these kinds."""
    found = [(event, position_of(event, text)) for name in names for event in case.events_of(name)]
    if not found:
        return None
    first = found[0]
    for candidate in found[1:]:
        if candidate[1].before(first[1]):
            first = candidate
    return first


def open_window(limits: WindowLimits, roles: Sequence[Role], case: Case, text: Searchable) -> Window:
    """Works the limits out for a conversation; roles are those whose turns count (everyone, when empty)."""
    known = conversation_of(text)
    if not limits.limited:
        if known.unlimited is None:
            known.unlimited = Window(text, None, None, None, None, None, None, limited=False)
        return known.unlimited
    names = (*limits.before, *limits.after)
    events = [event for name in names for event in case.events_of(name)] if names else ()
    key = (limits.limits, tuple(roles), *map(id, events))
    kept = known.windows.get(key)
    if kept is None:
        kept = known.windows[key] = events, _window(limits, roles, case, known)
    return kept[1]


def _window(limits: WindowLimits, roles: Sequence[Role], case: Case, known: Conversation) -> Window:
    text = known.text
    own = text.turns_of(roles)
    impossible = _untimed(limits, own, text)
    start_s, end_s = (None, None) if impossible else _seconds(limits, case, text)
    before = first_event(case, limits.before, text) if limits.before else None
    after = first_event(case, limits.after, text) if limits.after else None
    if limits.after and after is None:
        impossible = impossible or f"{' or '.join(limits.after)} did not happen"
    speech_end = None
    if limits.first_s_of_speech is not None and not impossible:
        speech_end = _speech_end(own, text, limits.first_s_of_speech)
    turns = _turns(limits, own)
    return Window(
        text=text,
        speech_end=speech_end,
        turns=turns,
        start_s=start_s,
        end_s=end_s,
        before=before[1] if before else None,
        after=after[1] if after else None,
        impossible=impossible,
        limited=any(limit is not None for limit in (speech_end, turns, start_s, end_s, before, after)),
    )


def _untimed(limits: WindowLimits, own: Sequence[int], text: Searchable) -> str | None:
    limited_in_seconds = (limits.first_s, limits.last_s, limits.first_s_of_speech)
    if all(limit is None for limit in limited_in_seconds):
        return None
    timed = all(text.turns[i].start_s is not None for i in own)
    if limits.first_s_of_speech is not None:
        timed = timed and all(text.turns[i].end_s is not None for i in own)
    return None if timed else "the turns have no times, and the search is limited in seconds"


def _turns(limits: WindowLimits, own: Sequence[int]) -> frozenset[int] | None:
    if limits.first_turns is None and limits.last_turns is None:
        return None
    allowed = set(own)
    if limits.first_turns is not None:
        allowed &= set(own[: limits.first_turns])
    if limits.last_turns is not None:
        allowed &= set(own[-limits.last_turns :])
    return frozenset(allowed)


def _seconds(limits: WindowLimits, case: Case, text: Searchable) -> tuple[float | None, float | None]:
    start_s = None
    if limits.last_s is not None:
        ends = [t.end_s if t.end_s is not None else t.start_s for t in text.turns]
        known = [end for end in ends if end is not None]
        duration = case.transcript.duration_s if case.transcript else None
        start_s = max(0.0, (duration or max(known, default=0.0)) - limits.last_s)
    return start_s, limits.first_s


def _speech_end(own: Sequence[int], text: Searchable, limit_s: float) -> tuple[int, int]:
    """Turn and character reached after so many seconds of speech of one's own."""
    spoken = 0.0
    for i in own:
        turn = text.turns[i]
        length = (turn.end_s or 0.0) - (turn.start_s or 0.0)
        if spoken + length >= limit_s:
            reached = (turn.start_s or 0.0) + limit_s - spoken
            return i, _offset_at(i, reached, text)
        spoken += length
    return (own[-1], len(text.turns[own[-1]].text)) if own else (-1, 0)


def _offset_at(turn_index: int, time_s: float, text: Searchable) -> int:
    turn = text.turns[turn_index]
    low, high = 0, len(turn.text)
    while low < high:
        middle = (low + high + 1) // 2
        reached = text.time_of(turn_index, middle)
        if reached is not None and reached <= time_s:
            low = middle
        else:
            high = middle - 1
    return low


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
