"""Silences of a call, and what they are: holds, announced waits, dead air."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa_toolkit.domain.events import Event
from qa_toolkit.domain.transcript import Role, Transcript
from qa_toolkit.metrics.backchannels import words_of
from qa_toolkit.metrics.intervals import (
    TOLERANCE_S,
    Interval,
    Intervals,
    difference,
    gaps,
    intersection,
    union,
)
from qa_toolkit.metrics.thresholds import MetricThresholds
from qa_toolkit.metrics.timeline import TimedTurn, Timeline

HOLD_PROBABILITY = 0.8
"""Of an announced hold ("put you on hold") that is followed by silence; judged, not learnt."""
WAIT_PROBABILITY = 0.5
"""Of an announced wait ("one moment") that is followed by silence; judged, not learnt."""
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
        events: hold events, given ones first, then the announced ones with their probability.
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
    found = _announced(difference(inner, given_spans), timeline.turns, thresholds)
    counted = () if given else tuple(e for e in found if e.probability >= thresholds.hold_probability)
    held = given_spans or union((e.start_s or 0.0, e.end_s or 0.0) for e in counted)
    open_gaps = difference(inner, held)
    announced = intersection(open_gaps, [(e.start_s or 0.0, e.end_s or 0.0) for e in found])
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


def _announced(silences: Intervals, turns: Sequence[TimedTurn], thresholds: MetricThresholds) -> list[Event]:
    found: list[Event] = []
    for silence in silences:
        length = silence[1] - silence[0]
        if length < thresholds.hold_silence_s - TOLERANCE_S:
            continue
        announcement = _announcement_before(silence, turns)
        if announcement is None:
            continue
        turn, quoted, probability = announcement
        if probability < HOLD_PROBABILITY and length > thresholds.announced_wait_s + TOLERANCE_S:
            continue
        found.append(
            Event(
                "hold", Role.AGENT.value, silence[0], silence[1], probability,
                turn.turn, turn.channel, "hold_announced/1", quoted,
            )
        )  # fmt: skip
    return found


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
