"""Who holds the floor: turns put together from their pieces, interruptions, replies, monologues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from qa_toolkit.domain.transcript import Role
from qa_toolkit.metrics.backchannels import is_backchannel, words_of
from qa_toolkit.metrics.intervals import TOLERANCE_S, Intervals, intersection, total_s
from qa_toolkit.metrics.thresholds import MetricThresholds
from qa_toolkit.metrics.timeline import Party, TimedTurn, Timeline


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech of one party without a pause that gives the floor away; ``turn`` is where it starts."""

    party: Party
    start_s: float
    end_s: float
    text: str
    turn: int | None
    channel: int | None


@dataclass(frozen=True, slots=True)
class Floor:
    """The conversation as an alternation: turns that take the floor, and back-channels that do not."""

    turns: tuple[Stretch, ...]
    backchannels: tuple[Stretch, ...]

    @property
    def sides(self) -> frozenset[str]:
        """The sides that speak, back-channels included."""
        return frozenset(s.party.side for s in (*self.turns, *self.backchannels))


@dataclass(frozen=True, slots=True)
class Interruption:
    """``by`` cuts into ``of``; it lasts from ``start_s`` until one of the two ends."""

    by: Stretch
    of: Stretch
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Reply:
    """``by`` takes the floor after the other side; ``offset_s`` is negative where it starts in overlap."""

    by: Stretch
    offset_s: float


def floor_of(timeline: Timeline, thresholds: MetricThresholds) -> Floor:
    """The floor of a timeline; recorded announcements take no part in it."""
    pieces = [
        piece
        for turn in timeline.turns
        if turn.party.role != Role.IVR
        for piece in _pieces(turn, timeline, thresholds)
    ]
    # A pause that is no pause does not make a back-channel of the first word of a sentence.
    pieces = _joined(pieces, thresholds.bridge_s, thresholds.bridge_s)
    is_small = [_is_small(piece, pieces, thresholds) for piece in pieces]
    small = [piece for piece, yes in zip(pieces, is_small, strict=True) if yes]
    takers = [piece for piece, yes in zip(pieces, is_small, strict=True) if not yes]
    turns = _joined(takers, thresholds.turn_pause_s, thresholds.bridge_s)
    return Floor(_ordered(turns), _ordered(small))


def _ordered(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    return tuple(sorted(stretches, key=lambda s: (s.start_s, s.end_s, s.party.role.value, s.party.label)))


def _pieces(turn: TimedTurn, timeline: Timeline, thresholds: MetricThresholds) -> list[Stretch]:
    """A turn, cut where its words leave a long pause and drawn in to the speech that was found."""
    whole = Stretch(turn.party, turn.start_s, turn.end_s, turn.text, turn.turn, turn.channel)
    if turn.turn < 0:
        whole = replace(whole, turn=None)
    groups: list[list[int]] = []
    for at, word in enumerate(turn.words):
        if groups and word.start_s - turn.words[at - 1].end_s <= thresholds.turn_pause_s:
            groups[-1].append(at)
        else:
            groups.append([at])
    pieces = [whole]
    if len(groups) > 1:
        pieces = [
            replace(
                whole,
                start_s=turn.words[group[0]].start_s,
                end_s=max(turn.words[at].end_s for at in group),
                text=" ".join(turn.words[at].text.strip() for at in group),
            )
            for group in groups
        ]
    if timeline.measured_from == "channel_speech":
        pieces = [_drawn_in(piece, timeline.talk.get(piece.party, ())) for piece in pieces]
    return pieces


def _drawn_in(piece: Stretch, talk: Intervals) -> Stretch:
    # Word times of a recogniser stretch into silence; where a voice was found there, its edges are better.
    voiced = intersection(talk, [(piece.start_s, piece.end_s)])
    return replace(piece, start_s=voiced[0][0], end_s=voiced[-1][1]) if voiced else piece


def _is_small(piece: Stretch, pieces: Sequence[Stretch], thresholds: MetricThresholds) -> bool:
    if words_of(piece.text):
        return is_backchannel(piece.text)
    if piece.end_s - piece.start_s > thresholds.wordless_backchannel_s + TOLERANCE_S:
        return False
    return any(
        other.party.side != piece.party.side
        and other.start_s < piece.start_s - TOLERANCE_S
        and other.end_s > piece.end_s + TOLERANCE_S
        for other in pieces
    )


def _joined(pieces: Sequence[Stretch], pause_s: float, always_s: float) -> list[Stretch]:
    """Pieces of one party put together across pauses in which nobody else takes the floor."""
    joined: list[Stretch] = []
    for party in sorted({p.party for p in pieces}, key=lambda p: (p.role.value, p.label)):
        others = [piece for piece in pieces if piece.party.side != party.side]
        last: Stretch | None = None
        for piece in _ordered(p for p in pieces if p.party == party):
            if last is not None and _goes_on(last, piece, others, pause_s, always_s):
                text = f"{last.text} {piece.text}".strip()
                last = replace(last, end_s=max(last.end_s, piece.end_s), text=text)
                joined[-1] = last
            else:
                last = piece
                joined.append(piece)
    return joined


def _goes_on(
    last: Stretch, piece: Stretch, others: Sequence[Stretch], pause_s: float, always_s: float
) -> bool:
    pause = piece.start_s - last.end_s
    if pause <= always_s + TOLERANCE_S:
        return True
    if pause > pause_s + TOLERANCE_S:
        return False
    return not any(o.start_s < piece.start_s and o.end_s > last.end_s for o in others)


def interruptions(floor: Floor, lead_s: float) -> tuple[Interruption, ...]:
    """Turns that start ``lead_s`` or more before the end of a turn of the other side that began earlier.

    A turn that cuts into several turns of the other side is one interruption, of the one that lasts longest.
    Two turns that start together interrupt nobody.
    """
    found: list[Interruption] = []
    sounding: list[Stretch] = []
    for turn in floor.turns:
        sounding = [other for other in sounding if other.end_s > turn.start_s]
        held = [
            other
            for other in sounding
            if other.party.side != turn.party.side
            and other.start_s < turn.start_s - TOLERANCE_S
            and other.end_s - turn.start_s >= lead_s - TOLERANCE_S
        ]
        sounding.append(turn)
        if held:
            of = max(held, key=lambda s: (s.end_s, -s.start_s))
            found.append(Interruption(turn, of, turn.start_s, min(turn.end_s, of.end_s)))
    return tuple(found)


def replies(floor: Floor, holds: Intervals) -> tuple[Reply, ...]:
    """Each change of the floor to another side, with its offset; time on hold is not waiting for a reply.

    A turn that lies wholly inside the other side's turn takes no floor and is passed over.
    """
    found: list[Reply] = []
    holder: Stretch | None = None
    for turn in floor.turns:
        if holder is not None and turn.party.side != holder.party.side:
            if turn.end_s <= holder.end_s:
                continue
            offset = turn.start_s - holder.end_s
            if offset > 0:
                offset -= total_s(intersection([(holder.end_s, turn.start_s)], holds))
            found.append(Reply(turn, offset))
        if holder is None or turn.party.side != holder.party.side or turn.end_s > holder.end_s:
            holder = turn
    return tuple(found)


def monologues(floor: Floor, pause_s: float, bridge_s: float) -> tuple[Stretch, ...]:
    """Longest runs of each party in which no other side takes the floor and no pause exceeds ``pause_s``."""
    return _ordered(_joined(floor.turns, pause_s, bridge_s))
