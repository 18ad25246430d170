"""Who speaks when: the parties of a transcript as intervals, and their turns as stretches of floor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qa_toolkit.domain.metrics import MeasuredFrom
from qa_toolkit.domain.transcript import ChannelLayout, Role, SpeechSpan, Transcript, Turn, Word
from qa_toolkit.metrics.backchannels import words_of
from qa_toolkit.metrics.intervals import Interval, Intervals, difference, intersection, union
from qa_toolkit.metrics.thresholds import MetricThresholds


@dataclass(frozen=True, slots=True)
class Party:
    """One party of a call; ``label`` tells speakers apart whose role is not known."""

    role: Role
    label: str = ""

    @property
    def side(self) -> str:
        """Customer and interpreter are one side of the conversation; the other side is the agent."""
        if self.role in (Role.CUSTOMER, Role.INTERPRETER):
            return "far"
        return f"{self.role.value} {self.label}".strip()


@dataclass(frozen=True, slots=True)
class TimedTurn:
    """A turn with usable times: what was said, and the spans in which its words lie."""

    party: Party
    start_s: float
    end_s: float
    text: str
    turn: int
    channel: int | None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The times of a transcript, ready to measure.

    Attributes:
        talk: where each party speaks, pauses up to ``bridge_s`` closed.
        measured_from: what ``talk`` rests on.
        turns: all turns with usable times, in order of time, the recorded announcements included.
        turns_from: what the edges of the turns rest on.
        one_channel: speakers were told apart on one channel, one at a time, so overlap is not seen.
        warnings: what was left out, and why.
    """

    duration_s: float
    talk: Mapping[Party, Intervals]
    measured_from: MeasuredFrom
    turns: tuple[TimedTurn, ...]
    turns_from: MeasuredFrom
    one_channel: bool
    warnings: tuple[str, ...] = ()

    @property
    def anyone(self) -> Intervals:
        """The time in which at least one party speaks."""
        return union(span for spans in self.talk.values() for span in spans)

    def of_role(self, role: Role) -> Intervals:
        """The time in which somebody of that role speaks."""
        return union(span for party, spans in self.talk.items() for span in spans if party.role == role)


def timeline_of(transcript: Transcript, thresholds: MetricThresholds) -> Timeline:
    """The times of a transcript: speech spans where it has them, else words, else the edges of turns.

    Turns without times, or whose end lies before their start, are left out with a warning. The call lasts
    until ``duration_s`` or, where that is missing or too short, until the last speech.
    """
    turns, left_out = _timed_turns(transcript)
    speech = tuple(span for span in transcript.speech if _usable(span.start_s, span.end_s))
    worded = bool(turns) and all(turn.words or not words_of(turn.text) for turn in turns)
    turns_from: MeasuredFrom = "words" if worded and any(turn.words for turn in turns) else "turns"
    measured_from: MeasuredFrom = "channel_speech" if speech else turns_from
    talk = _talk_of_speech(speech, turns) if speech else _talk_of_turns(turns)
    bridged = {party: union(spans, bridge_s=thresholds.bridge_s) for party, spans in talk.items()}
    warnings = [f"{left_out} turns without usable times are not measured"] if left_out else []
    ends = [spans[-1][1] for spans in bridged.values() if spans] + [turn.end_s for turn in turns]
    duration_s, note = _duration(transcript.duration_s, max(ends, default=0.0))
    return Timeline(
        duration_s=duration_s,
        talk={party: spans for party, spans in sorted(bridged.items(), key=_party_order) if spans},
        measured_from=measured_from,
        turns=turns if turns or not speech else _turns_of_speech(speech),
        turns_from=turns_from if turns or not speech else "channel_speech",
        one_channel=_one_channel(transcript),
        warnings=(*warnings, *note),
    )


def _party_order(item: tuple[Party, Intervals]) -> tuple[str, str]:
    return item[0].role.value, item[0].label


def _usable(start_s: float | None, end_s: float | None) -> bool:
    if start_s is None or end_s is None or not (math.isfinite(start_s) and math.isfinite(end_s)):
        return False
    return 0.0 <= start_s <= end_s


def _duration(stated_s: float | None, last_s: float) -> tuple[float, tuple[str, ...]]:
    if stated_s is None or not math.isfinite(stated_s):
        return last_s, ()
    if stated_s < last_s - 0.5:
        return last_s, (f"the stated duration of {stated_s:g} s ends before the last speech at {last_s:g} s",)
    return max(stated_s, last_s), ()


def _one_channel(transcript: Transcript) -> bool:
    recording = transcript.recording
    return recording is not None and recording.layout in (ChannelLayout.MONO, ChannelLayout.DUAL_MONO)


def _party(turn: Turn) -> Party:
    if turn.role != Role.UNKNOWN:
        return Party(turn.role)
    label = turn.speaker if turn.speaker is not None else turn.channel
    return Party(Role.UNKNOWN, "" if label is None else str(label))


def _timed_turns(transcript: Transcript) -> tuple[tuple[TimedTurn, ...], int]:
    found: list[TimedTurn] = []
    for turn in transcript.turns:
        words = tuple(word for word in turn.words if _usable(word.start_s, word.end_s))
        start_s = min((word.start_s for word in words), default=turn.start_s)
        end_s = max((word.end_s for word in words), default=turn.end_s)
        if start_s is not None and end_s is not None and _usable(start_s, end_s):
            found.append(TimedTurn(_party(turn), start_s, end_s, turn.text, turn.id, turn.channel, words))
    found.sort(key=lambda t: (t.start_s, t.end_s, t.party.role.value, t.party.label, t.turn))
    return tuple(found), len(transcript.turns) - len(found)


def _talk_of_turns(turns: Iterable[TimedTurn]) -> dict[Party, list[Interval]]:
    talk: dict[Party, list[Interval]] = {}
    for turn in turns:
        spans = [(word.start_s, word.end_s) for word in turn.words] or [(turn.start_s, turn.end_s)]
        talk.setdefault(turn.party, []).extend(spans)
    return talk


def _talk_of_speech(
    speech: tuple[SpeechSpan, ...], turns: tuple[TimedTurn, ...]
) -> dict[Party, list[Interval]]:
    """Speech spans know their channel; an announcement or interpreter on it is known from the turns."""
    spans_of: dict[Party, list[tuple[int, Interval]]] = {}
    for span in speech:
        party = Party(span.role, str(span.channel) if span.role == Role.UNKNOWN else "")
        spans_of.setdefault(party, []).append((span.channel, (span.start_s, span.end_s)))
    known = {party.role for party in spans_of}
    moved = {
        party: [(turn.channel, (turn.start_s, turn.end_s)) for turn in turns if turn.party == party]
        for party in {turn.party for turn in turns}
        if party.role in (Role.IVR, Role.INTERPRETER) and party.role not in known
    }
    talk: dict[Party, list[Interval]] = {}
    for party, spans in spans_of.items():
        for channel in {channel for channel, _ in spans}:
            rest = union(span for at, span in spans if at == channel)
            for guest, places in moved.items():
                theirs = intersection(rest, (place for at, place in places if at == channel))
                talk.setdefault(guest, []).extend(theirs)
                rest = difference(rest, theirs)
            talk.setdefault(party, []).extend(rest)
    return talk


def _turns_of_speech(speech: tuple[SpeechSpan, ...]) -> tuple[TimedTurn, ...]:
    """Where nothing was transcribed, each speech span stands for a turn without words."""
    ordered = sorted(speech, key=lambda s: (s.start_s, s.end_s, s.role.value, s.channel))
    return tuple(
        TimedTurn(
            Party(span.role, str(span.channel) if span.role == Role.UNKNOWN else ""),
            span.start_s,
            span.end_s,
            "",
            -1,
            span.channel,
        )
        for span in ordered
    )
