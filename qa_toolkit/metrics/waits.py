"""Silences of a call, and what they are: holds, announced waits, dead air."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa_toolkit.domain.events import Event
from qa_toolkit.domain.transcript import ChannelLayout, Role, Transcript
from qa_toolkit.metrics.backchannels import words_of
from qa_toolkit.metrics.intervals import (
    TOLERANCE_S,
    Interval,
    Intervals,
    difference,
    gaps,
    intersection,
    total_s,
    union,
)
from qa_toolkit.metrics.thresholds import MetricThresholds
from qa_toolkit.metrics.timeline import TimedTurn, Timeline

HOLD_PROBABILITY = 0.8
"""Of an announced hold ("put you on hold") that is followed by silence; judged, not learnt."""
WAIT_PROBABILITY = 0.5
"""Of an announced wait ("one moment") that is followed by silence; judged, not learnt."""
MUSIC_PROBABILITY = 0.8
"""Of a hold that nobody announced while music or tones are heard on the agent's side; judged, not learnt."""
LONG_SILENCE_PROBABILITY = 0.4
"""Of a hold that nobody announced in a long silence: it may as well be dead air; judged, not learnt."""
ANNOUNCED, MUSIC, LONG_SILENCE = "hold_announced/1", "hold_music/1", "hold_long_silence/1"
"""Sources of hold events."""
_MUSIC_SHARE = 0.5
_REPLY_WORDS = 12
_CLOSE_TO_SILENCE_S = 15.0

_SOON = r"(?:moment|minute|second|sec|couple of minutes)"
_LOOK = r"(?:check|look|pull|see|find|get|bring|open|review|read|search|verify|load)"
_MIRO = r"(?:ver|reviso|revisar|verifico|verificar|busco|buscar|checo|checar|abro|abrir|consulto|consultar)"
_HOLD = re.compile(
    "|".join(
        (
            r"\bon (?:a |an |the )?(?:\w+ ){0,2}hold\b",
            r"\b(?:place|placing|put|putting) (?:you|the call|your call)\b[^.?!]*\bhold\b",
            r"\b(?:can|could|would|will) you (?:please |just )*hold\b",
            r"\bhold (?:the line|on|please|for)\b|\bplease hold\b|\b(?:short|brief|quick) hold\b",
            r"\bstay on the line\b|\bbe right back\b",
            r"\ben espera\b|\bno cuelgue\b|\b(?:espere|esp[eé]reme) en (?:la )?l[ií]nea\b",
        )
    )
)
_WAIT = re.compile(
    "|".join(
        (
            rf"\b(?:one|a|just a|another) (?:quick |brief |short |little )?{_SOON}\b|\bmoment,? please\b",
            r"\bbear with me\b|\bgive me (?:just )?(?:a|one|two|some)\b|\bhang on\b",
            rf"\blet me (?:just |quickly |go ahead and )*{_LOOK}\b",
            rf"\bwhile i (?:\w+ )?(?:{_LOOK}|type|enter|do)\b",
            rf"\bi(?:'m|’m| am| will|'ll|’ll)(?: just)? (?:going to )?{_LOOK}(?:ing)?\b",
            r"\bun (?:momento|momentito|segundo|minuto|minutito|ratito)\b|\bespere un\b",
            r"\bperm[ií]tame\b|\bd[eé]me un\b|\besp[eé]reme\b",
            rf"\b(?:d[eé]jeme|voy a|mientras)(?: \w+)? {_MIRO}\b",
        )
    )
)


@dataclass(frozen=True, slots=True)
class Waits:
    """The silences of a call by kind; every tuple is tidy.

    Attributes:
        held: what counts as hold.
        open: silences between first and last speech, holds taken out.
        announced: the part of ``open`` that the agent announced.
        dead_air: the part of ``open`` that is dead air.
        events: hold events, given ones first, then the likely ones with their probability.
    """

    held: Intervals
    open: Intervals
    announced: Intervals
    dead_air: Intervals
    events: tuple[Event, ...]


def waits_of(transcript: Transcript, timeline: Timeline, thresholds: MetricThresholds) -> Waits:
    """The silences of a call between its first and its last word, by kind."""
    given = _given_holds(transcript, timeline.duration_s)
    given_spans = union((e.start_s or 0.0, e.end_s or 0.0) for e in given)
    spoken = timeline.anyone
    inner = gaps(spoken, spoken[0][0], spoken[-1][1]) if spoken else ()
    music = _music_of_the_agents_side(transcript)
    silences = [
        gap
        for gap in difference(inner, given_spans)
        if gap[1] - gap[0] >= thresholds.hold_silence_s - TOLERANCE_S
    ]
    told = [event for gap in silences if (event := _announced(gap, timeline.turns, thresholds))]
    found = _likely_holds(silences, told, music, thresholds)
    counted = () if given else tuple(e for e in found if e.probability >= thresholds.hold_probability)
    held = given_spans or union((e.start_s or 0.0, e.end_s or 0.0) for e in counted)
    open_gaps = difference(inner, held)
    announced = intersection(open_gaps, [(e.start_s or 0.0, e.end_s or 0.0) for e in told])
    dead_air = tuple(
        gap
        for gap in open_gaps
        if gap[1] - gap[0] > thresholds.dead_air_s + TOLERANCE_S and not intersection([gap], announced)
    )
    return Waits(held, open_gaps, announced, dead_air, (*given, *found))


def _given_holds(transcript: Transcript, duration_s: float) -> tuple[Event, ...]:
    holds = [
        event
        for event in transcript.events
        if event.kind == "hold"
        and event.start_s is not None
        and event.end_s is not None
        and 0.0 <= event.start_s < event.end_s
        and event.start_s < duration_s
    ]
    return tuple(sorted(holds, key=lambda e: (e.start_s or 0.0, e.end_s or 0.0)))


def _music_of_the_agents_side(transcript: Transcript) -> Intervals:
    """Music on channels that are not the customer's: the agent's, or the only one."""
    recording = transcript.recording
    apart = recording is None or recording.layout == ChannelLayout.TWO_PARTY
    far = {turn.channel for turn in transcript.turns if turn.role in (Role.CUSTOMER, Role.INTERPRETER)}
    return union(
        (span.start_s, span.end_s) for span in transcript.music if not (apart and span.channel in far)
    )


def _likely_holds(
    silences: Sequence[Interval], told: Sequence[Event], music: Intervals, thresholds: MetricThresholds
) -> list[Event]:
    """For each silence that may be a hold the likeliest reason; of two as likely, what was said."""
    announced = {(event.start_s, event.end_s): event for event in told}
    found: list[Event] = []
    for silence in silences:
        reasons = (announced.get(silence), _with_music(silence, music), _long(silence, thresholds))
        likely = [event for event in reasons if event is not None]
        if likely:
            found.append(max(likely, key=lambda event: event.probability))
    return found


def _announced(silence: Interval, turns: Sequence[TimedTurn], thresholds: MetricThresholds) -> Event | None:
    announcement = _announcement_before(silence, turns)
    if announcement is None:
        return None
    turn, quoted, probability = announcement
    if probability < HOLD_PROBABILITY and silence[1] - silence[0] > thresholds.announced_wait_s + TOLERANCE_S:
        return None
    return Event(
        "hold", Role.AGENT.value, silence[0], silence[1], probability,
        turn.turn, turn.channel, ANNOUNCED, quoted,
    )  # fmt: skip


def _with_music(silence: Interval, music: Intervals) -> Event | None:
    if total_s(intersection([silence], music)) < _MUSIC_SHARE * (silence[1] - silence[0]):
        return None
    return Event("hold", Role.AGENT.value, *silence, MUSIC_PROBABILITY, source=MUSIC)


def _long(silence: Interval, thresholds: MetricThresholds) -> Event | None:
    if silence[1] - silence[0] <= thresholds.long_silence_s + TOLERANCE_S:
        return None
    return Event("hold", Role.AGENT.value, *silence, LONG_SILENCE_PROBABILITY, source=LONG_SILENCE)


def _announcement_before(
    silence: Interval, turns: Sequence[TimedTurn]
) -> tuple[TimedTurn, str, float] | None:
    """The agent's last words before a silence, if they announce it; a short answer may stand between."""
    before = [t for t in turns if t.start_s < silence[0] and t.party.role != Role.IVR]
    answer_words = 0
    for turn in reversed(before):
        if turn.party.role not in (Role.AGENT, Role.UNKNOWN):
            answer_words += len(words_of(turn.text))
            if answer_words > _REPLY_WORDS:
                return None
            continue
        if silence[0] - turn.end_s > _CLOSE_TO_SILENCE_S:
            return None
        text = turn.text.casefold()
        for pattern, probability in ((_HOLD, HOLD_PROBABILITY), (_WAIT, WAIT_PROBABILITY)):
            match = pattern.search(text)
            if match and len(text) == len(turn.text):
                return turn, turn.text[match.start() : match.end()], probability
        if turn.party.role == Role.AGENT:
            return None
        answer_words += len(words_of(turn.text))
        if answer_words > _REPLY_WORDS:
            return None
    return None
