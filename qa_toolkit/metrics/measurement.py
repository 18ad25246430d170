"""Transcript in, ConversationMetrics out; every value with its definition, thresholds and origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from statistics import fmean, median

from qa_toolkit.domain.events import Event
from qa_toolkit.domain.metrics import ConversationMetrics, MeasuredFrom
from qa_toolkit.domain.transcript import ChannelLayout, Role, Transcript
from qa_toolkit.metrics.backchannels import words_of
from qa_toolkit.metrics.chat import measure_chat
from qa_toolkit.metrics.definitions import DEFINITIONS
from qa_toolkit.metrics.floor import Floor, Interruption, floor_of, interruptions, monologues, replies
from qa_toolkit.metrics.intervals import (
    TOLERANCE_S,
    Interval,
    Intervals,
    covered_twice,
    difference,
    gaps,
    intersection,
    total_s,
    union,
)
from qa_toolkit.metrics.reading import add_reading
from qa_toolkit.metrics.sheet import (
    NO_LONG_OVERLAP,
    NO_LONG_SILENCE,
    NO_REPLY,
    NO_ROLES,
    NO_SPEAKERS,
    NO_TIMES,
    NO_TURNS,
    NO_WORD_TIMES,
    NOBODY,
    ONE_CHANNEL,
    ONE_PARTY,
    Sheet,
)
from qa_toolkit.metrics.sound import add_sound
from qa_toolkit.metrics.spelling import add_spelling
from qa_toolkit.metrics.thresholds import DEFAULT_THRESHOLDS, MetricThresholds
from qa_toolkit.metrics.timeline import Timeline, timeline_of
from qa_toolkit.metrics.tone import add_tone
from qa_toolkit.metrics.waits import Waits, waits_of

PARTIES = (Role.AGENT, Role.CUSTOMER, Role.INTERPRETER, Role.IVR)
_FLOOR_ROLES = (Role.AGENT, Role.CUSTOMER, Role.INTERPRETER)


def measure(transcript: Transcript, thresholds: MetricThresholds = DEFAULT_THRESHOLDS) -> ConversationMetrics:
    """The metrics and events of a conversation; a pure function of its arguments.

    The definitions are listed in ``docs/metrics.md``. A value that cannot be known (no times, one party only,
    roles unknown, one channel for both parties) is None with the reason, never a wrong number. The order of
    turns in the transcript does not matter.
    """
    if transcript.kind == "chat":
        return measure_chat(transcript, thresholds)
    timeline = timeline_of(transcript, thresholds)
    sheet = Sheet(thresholds)
    if not timeline.talk and not _silent_recording(transcript, timeline):
        reason = NO_TIMES if transcript.turns else NOBODY
        for definition in DEFINITIONS.values():
            if definition.id != "first_response/1" and definition.basis == "times":
                for role in _rows(definition.scope, (Role.AGENT, Role.CUSTOMER)):
                    sheet.add(definition.id, role, None, None, reason)
        add_sound(sheet, transcript, (Role.AGENT, Role.CUSTOMER))
        add_reading(sheet, transcript)
        add_spelling(sheet, transcript)
        tones = add_tone(sheet, transcript, 0.0)
        return ConversationMetrics(transcript.id, tuple(sheet.metrics), (), timeline.warnings, tones)
    floor = floor_of(timeline, thresholds)
    waits = waits_of(transcript, timeline, thresholds)
    cuts = interruptions(floor, thresholds.interruption_lead_s)
    call = _Call(transcript, timeline, floor, waits, cuts, thresholds)
    _talk(sheet, call)
    _silences(sheet, call)
    _together(sheet, call)
    _turn_taking(sheet, call)
    _pace(sheet, call)
    add_sound(sheet, transcript, call.roles)
    add_reading(sheet, transcript)
    add_spelling(sheet, transcript)
    tones = add_tone(sheet, transcript, timeline.duration_s)
    return ConversationMetrics(transcript.id, tuple(sheet.metrics), _events(call), _warnings(call), tones)


@dataclass(frozen=True, slots=True)
class _Call:
    transcript: Transcript
    timeline: Timeline
    floor: Floor
    waits: Waits
    cuts: tuple[Interruption, ...]
    thresholds: MetricThresholds

    @property
    def roles(self) -> tuple[Role, ...]:
        """Agent and customer always, interpreter and announcements where they are heard."""
        heard = {party.role for party in self.timeline.talk}
        return tuple(role for role in PARTIES if role in heard or role in (Role.AGENT, Role.CUSTOMER))

    @property
    def roles_unknown(self) -> bool:
        return any(party.role == Role.UNKNOWN for party in self.timeline.talk)

    @property
    def speakers(self) -> int:
        """How many parties are heard, announcements left out."""
        return sum(party.role != Role.IVR for party in self.timeline.talk)

    @property
    def alone(self) -> str | None:
        """Why there is no other party; None where two or more are heard."""
        if self.speakers > 1:
            return None
        return NO_SPEAKERS if self.roles_unknown else ONE_PARTY

    def absent(self, role: Role) -> str | None:
        """Why nothing can be said about a role; None when it speaks, or is known to be silent."""
        heard = {party.role for party in self.timeline.talk}
        if role in heard:
            return None
        if self.roles_unknown:
            return NO_ROLES
        recording = self.transcript.recording
        both_ends = len(heard) > 1 or (recording is not None and recording.layout == ChannelLayout.TWO_PARTY)
        if both_ends:
            return None
        return f"no speech of the {role.value} in this transcript"


def _silent_recording(transcript: Transcript, timeline: Timeline) -> bool:
    return transcript.recording is not None and not transcript.turns and timeline.duration_s > 0


def _rows(scope: str, roles: Sequence[Role]) -> tuple[Role | None, ...]:
    """The rows of a definition: each role, the whole call, or both."""
    return {"role": tuple(roles), "call": (None,), "both": (*roles, None)}[scope]


def _talk(sheet: Sheet, call: _Call) -> None:
    timeline = call.timeline
    talk = {role: total_s(timeline.of_role(role)) for role in PARTIES}
    for role in call.roles:
        absent = call.absent(role)
        sheet.add("talk_time/1", role, None if absent else talk[role], timeline.measured_from, absent)
    spoken = sum(total_s(spans) for spans in timeline.talk.values())
    sheet.add("talk_time/1", None, spoken, timeline.measured_from)
    _talk_of_turns(sheet, call)
    sharing = [role for role in _FLOOR_ROLES if talk[role] > 0]
    both = sum(talk[role] for role in sharing)
    for role in call.roles:
        if role == Role.IVR:
            continue
        because = call.absent(role) or (NO_ROLES if call.roles_unknown else None)
        because = because or (ONE_PARTY if len(sharing) < 2 else None)
        sheet.add(
            "talk_share/1", role, None if because else talk[role] / both, timeline.measured_from, because
        )
    for role in call.roles:
        because = call.absent(role) or (None if timeline.duration_s > 0 else NO_TIMES)
        share = None if because else talk[role] / timeline.duration_s
        sheet.add("talk_share_of_call/1", role, share, timeline.measured_from, because)


def _talk_of_turns(sheet: Sheet, call: _Call) -> None:
    """The turns as the transcript has them, not drawn in to words or speech."""
    timed = [
        (turn.role, turn.end_s - turn.start_s)
        for turn in call.transcript.turns
        if turn.start_s is not None and turn.end_s is not None and 0.0 <= turn.start_s <= turn.end_s
    ]
    for row in (*call.roles, None):
        because = (call.absent(row) if row else None) or (
            None if timed or not call.transcript.turns else NO_TIMES
        )
        summed = fsum(length for role, length in timed if row in (None, role))
        sheet.add("talk_time_of_turns/1", row, None if because else summed, "turns", because)


def _silences(sheet: Sheet, call: _Call) -> None:
    timeline, waits, limits, origin = call.timeline, call.waits, call.thresholds, call.timeline.measured_from
    silent = gaps(timeline.anyone, 0.0, timeline.duration_s)
    held_s = total_s(waits.held)
    outside = difference(silent, waits.held)
    sheet.add("silence/1", None, total_s(outside), origin)
    sheet.add("silence_with_holds/1", None, total_s(silent), origin)
    long_s = sum(e - s for s, e in outside if e - s > limits.connect_silence_s)
    sheet.add("silence_over_limit_and_holds/1", None, held_s + long_s, origin)
    long_s = sum(e - s for s, e in silent if e - s > limits.google_silence_s)
    because = None if timeline.duration_s > 0 else NO_TIMES
    sheet.add("silence_share/1", None, None if because else long_s / timeline.duration_s, origin, because)
    nobody = None if timeline.talk else NOBODY
    longest = max((e - s for s, e in waits.open), default=0.0)
    sheet.add("longest_silence/1", None, None if nobody else longest, origin, nobody)
    _lengths(
        sheet, "silence", waits.open, limits.silence_event_s, origin, because=nobody, none=NO_LONG_SILENCE
    )
    words = [word for turn in timeline.turns for word in turn.words]
    because = None if words and timeline.turns_from == "words" else NO_WORD_TIMES
    unspoken = max(0.0, timeline.duration_s - fsum(word.end_s - word.start_s for word in words))
    sheet.add("silence_between_words/1", None, None if because else unspoken, "words", because)
    dead_s = total_s(waits.dead_air)
    sheet.add("dead_air/1", None, None if nobody else dead_s, origin, nobody)
    sheet.add("dead_air_count/1", None, None if nobody else len(waits.dead_air), origin, nobody)
    sheet.add("hold/1", None, held_s, origin)
    sheet.add("hold_count/1", None, len(waits.held), origin)
    sheet.add("longest_hold/1", None, max((e - s for s, e in waits.held), default=0.0), origin)


def _lengths(
    sheet: Sheet,
    what: str,
    spans: Intervals,
    least_s: float,
    origin: MeasuredFrom,
    *,
    because: str | None,
    none: str,
) -> None:
    """Number, mean and shortest of the spans that last ``least_s`` and longer."""
    long = [end - start for start, end in spans if end - start >= least_s - TOLERANCE_S]
    sheet.add(f"{what}_count/1", None, None if because else len(long), origin, because)
    because = because or (None if long else none)
    sheet.add(f"mean_{what}/1", None, None if because else fmean(long), origin, because)
    sheet.add(f"shortest_{what}/1", None, None if because else min(long), origin, because)


def _not_together(call: _Call) -> str | None:
    if call.timeline.one_channel:
        return ONE_CHANNEL
    return call.alone


def _together(sheet: Sheet, call: _Call) -> None:
    because = _not_together(call)
    at_once = covered_twice(list(call.timeline.talk.values()))
    if because == ONE_PARTY and len(call.timeline.talk) > 1:
        because = None  # a party and an announcement can still sound at once
    sheet.add("overlap/1", None, None if because else total_s(at_once), call.timeline.measured_from, because)
    _overlaps(sheet, call, at_once, because)
    origin = call.timeline.turns_from
    rows: tuple[Role | None, ...] = (*(role for role in call.roles if role != Role.IVR), None)
    for row in rows:
        because = (call.absent(row) if row else None) or _not_together(call)
        mine = [cut for cut in call.cuts if row in (None, cut.by.party.role)]
        sheet.add("interruptions/1", row, None if because else len(mine), origin, because)
        lasted = total_s(union((cut.start_s, cut.end_s) for cut in mine))
        sheet.add("interruption_time/1", row, None if because else lasted, origin, because)
    _by_length(sheet, call)
    for row in rows:
        because = call.absent(row) if row else None
        small = sum(row in (None, s.party.role) for s in call.floor.backchannels)
        turns = sum(row in (None, s.party.role) for s in call.floor.turns)
        sheet.add("backchannels/1", row, None if because else small, origin, because)
        sheet.add("turns/1", row, None if because else turns, origin, because)
        if row is not None:
            _overtalk(sheet, call, row)


def _overlaps(sheet: Sheet, call: _Call, at_once: Intervals, because: str | None) -> None:
    origin, limits = call.timeline.measured_from, call.thresholds
    _lengths(sheet, "overlap", at_once, limits.overlap_event_s, origin, because=because, none=NO_LONG_OVERLAP)
    longest = max((end - start for start, end in at_once), default=0.0)
    missing = because or (None if longest >= limits.overlap_event_s - TOLERANCE_S else NO_LONG_OVERLAP)
    sheet.add("longest_overlap/1", None, None if missing else longest, origin, missing)


def _by_length(sheet: Sheet, call: _Call) -> None:
    """Interruptions as stretches in which both sides speak at once for long."""
    sides: dict[str, list[Interval]] = {}
    for party, spans in call.timeline.talk.items():
        if party.role != Role.IVR:
            sides.setdefault(party.side, []).extend(spans)
    long = [s for s in covered_twice(list(sides.values())) if s[1] - s[0] > call.thresholds.verint_overlap_s]
    because = _not_together(call)
    value = None if because else len(long)
    sheet.add("interruptions_by_length/1", None, value, call.timeline.measured_from, because)


def _overtalk(sheet: Sheet, call: _Call, role: Role) -> None:
    """Share of a role's turns that start while a turn of the other side lasts."""
    turns = sum(turn.party.role == role for turn in call.floor.turns)
    into = sum(cut.by.party.role == role for cut in interruptions(call.floor, 2 * TOLERANCE_S))
    because = call.absent(role) or _not_together(call) or (None if turns else NO_TURNS)
    share = None if because else into / turns
    sheet.add("overtalk_share/1", role, share, call.timeline.turns_from, because)


def _turn_taking(sheet: Sheet, call: _Call) -> None:
    origin, limits = call.timeline.turns_from, call.thresholds
    answers = replies(call.floor, call.waits.held)
    runs = monologues(call.floor, limits.monologue_pause_s, limits.bridge_s)
    for role in call.roles:
        if role in (Role.AGENT, Role.CUSTOMER):
            offsets = [reply.offset_s for reply in answers if reply.by.party.role == role]
            _latency(sheet, role, offsets, call.absent(role) or _no_reply(call, offsets), origin)
        if role != Role.IVR:
            lengths = [run.end_s - run.start_s for run in runs if run.party.role == role]
            because = call.absent(role)
            longest = None if because else max(lengths, default=0.0)
            sheet.add("longest_monologue/1", role, longest, origin, because)


def _no_reply(call: _Call, offsets: Sequence[float]) -> str | None:
    if offsets:
        return None
    return call.alone or NO_REPLY


def _latency(
    sheet: Sheet, role: Role, offsets: Sequence[float], because: str | None, origin: MeasuredFrom
) -> None:
    waited = [max(0.0, offset) for offset in offsets]
    sheet.add("response_latency/1", role, None if because else median(waited), origin, because)
    sheet.add("response_latency_offset/1", role, None if because else median(offsets), origin, because)
    sheet.add("response_latency_mean/1", role, None if because else fmean(waited), origin, because)
    sheet.add("longest_response_latency/1", role, None if because else max(waited), origin, because)


def _pace(sheet: Sheet, call: _Call) -> None:
    timeline, least = call.timeline, call.thresholds.pace_words
    for role in call.roles:
        if role == Role.IVR:
            continue
        turns = [t for t in timeline.turns if t.party.role == role and len(spoken_words(t.text)) >= least]
        words = sum(len(spoken_words(turn.text)) for turn in turns)
        spans = timeline.of_role(role)
        talked = total_s(intersection(spans, [(turn.start_s, turn.end_s) for turn in turns]))
        because = call.absent(role) or (None if talked > 0 else f"no turn of {least:g} words or more")
        sheet.add(
            "words_per_minute/1",
            role,
            None if because else 60 * words / talked,
            timeline.measured_from,
            because,
        )
        held = sum(turn.end_s - turn.start_s for turn in turns)
        pace = None if because or held <= 0 else 60 * words / held
        sheet.add("words_per_minute_of_turns/1", role, pace, timeline.measured_from, because)


def spoken_words(text: str) -> tuple[str, ...]:
    """The words of a text as speech counts them: parts between blanks that hold a letter or a digit."""
    return tuple(part for part in text.split() if words_of(part))


def _events(call: _Call) -> tuple[Event, ...]:
    limits = call.thresholds
    found = list(call.waits.events)
    silent = difference(gaps(call.timeline.anyone, 0.0, call.timeline.duration_s), call.waits.held)
    found += [
        Event("silence", None, start, end, source="silence/1")
        for start, end in silent
        if end - start >= limits.silence_event_s
    ]
    found += [Event("dead_air", None, start, end, source="dead_air/1") for start, end in call.waits.dead_air]
    if call.timeline.one_channel:
        found += [event for event in call.transcript.events if _marked(event, limits.overlap_event_s)]
    else:
        found += [
            Event("overlap", None, start, end, source="overlap/1")
            for start, end in covered_twice(list(call.timeline.talk.values()))
            if end - start >= limits.overlap_event_s
        ]
        found += [
            Event(
                "interruption", cut.by.party.role.value, cut.start_s, cut.end_s,
                turn=cut.by.turn, channel=cut.by.channel, source="interruptions/1",
            )
            for cut in call.cuts
        ]  # fmt: skip
    found += [
        Event(
            "backchannel", small.party.role.value, small.start_s, small.end_s,
            turn=small.turn, channel=small.channel, source="backchannels/1", text=small.text or None,
        )
        for small in call.floor.backchannels
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda e: (e.start_s or 0.0, e.end_s or 0.0, e.kind, e.role or "")))


def _marked(event: Event, least_s: float) -> bool:
    """Whether it is an overlap that was heard on one channel, long enough to be told."""
    if event.kind != "overlap" or event.start_s is None or event.end_s is None:
        return False
    return event.end_s - event.start_s >= least_s - TOLERANCE_S


def _warnings(call: _Call) -> tuple[str, ...]:
    warnings = list(call.timeline.warnings)
    if call.roles_unknown:
        warnings.append(f"{NO_ROLES}: values per role are missing")
    if call.alone == ONE_PARTY and call.speakers:
        warnings.append(f"{ONE_PARTY}: silence may hold the speech of a party that was not recorded")
    return tuple(warnings)
