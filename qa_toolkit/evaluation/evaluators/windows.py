"""Parts of a conversation that a search is limited to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import Field

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.frozen import quick_init
from qa_toolkit.domain.rubric import Authored, Number
from qa_toolkit.domain.transcript import Role
from qa_toolkit.evaluation.evaluators.conversation import Reach, conversation_at_hand
from qa_toolkit.evaluation.evaluators.searchable import Place, Searchable
from qa_toolkit.evaluation.evaluators.texts import EventNames

Seconds = Annotated[Number, Field(gt=0)]
Count = Annotated[int, Field(ge=1, strict=True)]
_NO_LIMITS = (None,) * 6


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


@quick_init
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

    def holds(self, place: Place) -> bool:
        """Whether something that starts at this place lies in the window."""
        return not self.limited or self._limits_hold(place)

    def holds_all(self, reach: Reach) -> bool | None:
        """Whether all words of a stretch lie in the window; None where it depends on the word."""
        held = []
        if self.turns is not None:
            held.append(_among(reach.turns, self.turns))
        if self.speech_end is not None:
            held.append(_below(reach.numbers, self.speech_end[0]))
        if self.start_s is not None:
            held.append(-_below(reach.times, self.start_s))
        if self.end_s is not None:
            held.append(_below(reach.times, self.end_s))
        if self.before is not None:
            held.append(_earlier(reach, self.before))
        if self.after is not None:
            held.append(-_earlier(reach, self.after))
        worst = min(held, default=1)
        return worst > 0 if worst else None

    def _limits_hold(self, place: Place) -> bool:
        if self.turns is not None and place.turn not in self.turns:
            return False
        if self.speech_end is not None and (place.turn, place.start) > self.speech_end:
            return False
        if self.before is None and self.after is None and self.start_s is None and self.end_s is None:
            return True
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


def _among(turns: frozenset[int], allowed: frozenset[int]) -> int:
    """1 where all turns are among those allowed, -1 where none is, 0 where some are."""
    if turns <= allowed:
        return 1
    return -1 if turns.isdisjoint(allowed) else 0


def _below(span: tuple[float, float] | None, limit: float | None) -> int:
    """1 where a span ends below a limit, -1 where it begins above it, 0 where neither can be said."""
    if span is None or limit is None:
        return 0
    return 1 if span[1] < limit else -1 if span[0] > limit else 0


def _earlier(reach: Reach, position: Position) -> int:
    """1 where all words come before a position, -1 where all come after it; by time if it has one."""
    if position.start_s is not None:
        return _below(reach.times, position.start_s)
    return _below(reach.numbers, position.turn)


def position_of(event: Event, text: Searchable | None) -> Position:
    """Where an event starts."""
    return positions_of([event], text)[0]


def positions_of(events: Sequence[Event], text: Searchable | None) -> list[Position]:
    """Where events start; kept with the conversation, as many windows and orders ask for them."""
    known = conversation_at_hand(text) if events else None
    if known is None:
        return [_position(event, text) for event in events]
    kept = known.positions
    for event in events:
        if id(event) not in kept:
            kept[id(event)] = event, _position(event, text)
    return [kept[id(event)][1] for event in events]


def _position(event: Event, text: Searchable | None) -> Position:
    turn = None if event.turn is None or text is None else text.turn_with_id(event.turn)
    if text is None or turn is None or not event.text:
        return Position(event.start_s, turn)
    return Position(event.start_s, turn, max(0, text.turns[turn].text.find(event.text)))


def first_event(case: Case, names: Sequence[str], text: Searchable | None) -> tuple[Event, Position] | None:
    """The earliest event of any of these kinds."""
    events = [event for name in names for event in case.events_of(name)]
    if not events:
        return None
    found = list(zip(events, positions_of(events, text), strict=True))
    first = found[0]
    for candidate in found[1:]:
        if candidate[1].before(first[1]):
            first = candidate
    return first


def open_window(limits: WindowLimits, roles: Sequence[Role], case: Case, text: Searchable) -> Window:
    """Works the limits out for a conversation; roles are those whose turns count (everyone, when empty)."""
    known = conversation_at_hand(text)
    if known is None:
        return _window(limits, roles, case, text) if limits.limited else _unlimited(text)
    if not limits.limited:
        if known.unlimited is None:
            known.unlimited = _unlimited(text)
        return known.unlimited
    names = (*limits.before, *limits.after)
    events = [event for name in names for event in case.events_of(name)] if names else ()
    key = (limits.limits, tuple(roles), *map(id, events))
    kept = known.windows.get(key)
    if kept is None:
        kept = known.windows[key] = events, _window(limits, roles, case, text)
    return kept[1]


def _unlimited(text: Searchable) -> Window:
    return Window(text, None, None, None, None, None, None, limited=False)


def _window(limits: WindowLimits, roles: Sequence[Role], case: Case, text: Searchable) -> Window:
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
        limited=(speech_end, turns, start_s, end_s, before, after) != _NO_LIMITS,
    )


def _untimed(limits: WindowLimits, own: Sequence[int], text: Searchable) -> str | None:
    limited_in_seconds = (limits.first_s, limits.last_s, limits.first_s_of_speech)
    if all(limit is None for limit in limited_in_seconds):
        return None
    timed = None not in [text.turns[i].start_s for i in own]
    if limits.first_s_of_speech is not None:
        timed = timed and None not in [text.turns[i].end_s for i in own]
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
        duration = case.transcript.duration_s if case.transcript else None
        start_s = max(0.0, (duration or _last_end(text)) - limits.last_s)
    return start_s, limits.first_s


def _last_end(text: Searchable) -> float:
    ends = [t.end_s if t.end_s is not None else t.start_s for t in text.turns]
    return max([end for end in ends if end is not None], default=0.0)


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
