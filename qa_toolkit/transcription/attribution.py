"""Whose words they are: by channel where each party has its own, by voice and wording where not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa_toolkit import model_files
from qa_toolkit.domain import Event, Role, SpeechSpan, Turn, Word
from qa_toolkit.errors import EnvironmentProblemError, UsageError
from qa_toolkit.transcription.announcements import recorded_words, split_speech
from qa_toolkit.transcription.listening import HeardTrack
from qa_toolkit.transcription.options import TranscriptionOptions
from qa_toolkit.transcription.turns import SpokenWord, build_turns
from qa_toolkit.transcription.voice_activity import Span

if TYPE_CHECKING:
    from qa_toolkit.transcription.overlap import Overlap

UNSPACED_LANGUAGES = frozenset({"zh", "ja", "th", "lo", "my", "yue", "km"})
SWAP_CONFIDENCE = 0.8
"""How sure the wording must be before the channel map is called into question."""
MIN_ROLE_CONFIDENCE = 0.6
"""Below this the roles of a mono recording stay unknown."""
_INTERPRETER = "-interpreter"
_MONO = (
    "one channel for both parties: speakers are estimated, and speech of two at once is found only in part"
)
OVERLAP_SOURCE = "diarisation"
"""Who says that two speak at once on one channel."""


Report = Callable[[float], None]
"""Told the fraction of the work that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Turns and speech with roles; ``role_confidence`` is None where roles come from the channel map.

    ``events`` are overlaps that were heard on one channel; in them the speech of both speakers is listed.
    """

    turns: tuple[Turn, ...]
    speech: tuple[SpeechSpan, ...]
    role_confidence: float | None
    warnings: tuple[str, ...]
    events: tuple[Event, ...] = ()


def two_parties(
    heard: Sequence[HeardTrack],
    options: TranscriptionOptions,
    language: str,
    on_progress: Report | None = None,
) -> Spoken:
    """Each track is a speaker whose role the channel map gives.

    Where three or more speakers are asked for, an interpreter may share the channel of either party: a second
    voice on it whose words are an interpreter's.

    Raises:
        UsageError: the channel map names an unknown role.
    """
    roles = {_label(item.track.channel): _mapped_role(options.channel_map, n) for n, item in enumerate(heard)}
    sides = [
        _side(item, heard[1 - number].words if len(heard) == 2 else (), roles, options)
        for number, item in enumerate(heard)
    ]
    if options.speakers > 2:
        sides = _with_interpreter(heard, sides, options, on_progress)
    guests = {
        word.speaker: Role.INTERPRETER if word.speaker.endswith(_INTERPRETER) else Role.IVR
        for side in sides
        for word in side.words
        if word.speaker not in roles
    }
    words = (word for side in sides for word in side.words)
    turns = build_turns(words, roles | guests, joiner=_joiner(language))
    people = [turn for turn in turns if turn.speaker in roles]
    notes = (note for side in sides for note in side.notes)
    speech = _in_time(span for side in sides for span in side.speech)
    return Spoken(turns, speech, None, (*notes, *_swap_note(people, roles, options)))


@dataclass(frozen=True, slots=True)
class _Side:
    """What was said on a party's channel: by the party, or by a recording."""

    words: tuple[SpokenWord, ...]
    speech: tuple[SpeechSpan, ...]
    notes: tuple[str, ...]


def _side(
    item: HeardTrack, other: Sequence[Word], roles: Mapping[str, Role], options: TranscriptionOptions
) -> _Side:
    channel = item.track.channel
    label = _label(channel)
    role = roles[label]
    recorded: tuple[range, ...] = ()
    if role is not Role.IVR:
        recorded = recorded_words(
            item.words, other, far_end=role is Role.CUSTOMER, direction=options.direction
        )
    by_machine = {index for run in recorded for index in run}
    words = tuple(
        SpokenWord(word, f"{label}-ivr" if index in by_machine else label, channel)
        for index, word in enumerate(item.words)
    )
    speech = tuple(
        SpeechSpan(Role.IVR if machine else role, channel, *_rounded(part))
        for span in item.speech
        for part, machine in split_speech(span, item.words, recorded)
    )
    notes = tuple(
        f"a recorded voice on channel {channel} ({role.value}) from {item.words[run[0]].start_s:.1f} to "
        f"{item.words[run[-1]].end_s:.1f} s, judged by its words"
        for run in recorded
    )
    return _Side(words, speech, notes)


def _with_interpreter(
    heard: Sequence[HeardTrack],
    sides: Sequence[_Side],
    options: TranscriptionOptions,
    on_progress: Report | None,
) -> list[_Side]:
    """The sides, the first that has an interpreter's voice on it with the interpreter told apart."""
    from qa_toolkit.transcription import roles

    for number, item in enumerate(heard):
        label = _label(item.track.channel)
        part = _part(on_progress, number, len(heard))
        told = _voices(item, replace(options, speakers=options.speakers - 1), part)
        voices = [f"{label}/{voice}" for voice in told.labels]
        own = [
            replace(word, speaker=voice) if word.speaker == label else word
            for word, voice in zip(sides[number].words, voices, strict=True)
        ]
        others = [word for at, side in enumerate(sides) if at != number for word in side.words]
        found = roles.assign_roles(build_turns([*own, *others], {}), direction=options.direction)
        guests = {who for who, role in found.roles.items() if role is Role.INTERPRETER} & set(voices)
        if len(guests) == 1:
            (guest,) = guests
            places = [span for span, voice in told.spans if f"{label}/{voice}" == guest]
            told_apart = _told_apart(sides[number], label, [word.speaker == guest for word in own], places)
            return [told_apart if at == number else side for at, side in enumerate(sides)]
    return list(sides)


def _part(report: Report | None, number: int, of: int) -> Report | None:
    return None if report is None else lambda share: report((number + share) / of)


def _told_apart(side: _Side, label: str, is_guest: Sequence[bool], places: Sequence[Span]) -> _Side:
    words = tuple(
        replace(word, speaker=f"{label}{_INTERPRETER}") if guest else word
        for word, guest in zip(side.words, is_guest, strict=True)
    )
    speech: list[SpeechSpan] = []
    for span in side.speech:
        theirs = [] if span.role is Role.IVR else _shared((span.start_s, span.end_s), places)
        edges = [span.start_s, *(edge for place in theirs for edge in place), span.end_s]
        speech += [
            replace(span, start_s=a, end_s=b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a
        ]
        speech += [replace(span, role=Role.INTERPRETER, start_s=a, end_s=b) for a, b in theirs]
    note = f"an interpreter was told apart on channel {side.speech[0].channel}, by voice and words"
    return _Side(words, _in_time(speech), (*side.notes, note))


def _shared(span: Span, places: Sequence[Span]) -> list[Span]:
    """The parts of a span that lie in the places."""
    parts = (_rounded((max(span[0], start), min(span[1], end))) for start, end in places)
    return [(start, end) for start, end in parts if end > start]


def one_channel(
    heard: Sequence[HeardTrack],
    options: TranscriptionOptions,
    language: str,
    on_progress: Report | None = None,
) -> Spoken:
    """Voices are told apart and roles inferred from what they say; unknown where that is not sure enough."""
    item, channel = heard[0], heard[0].track.channel
    told = _voices(item, options, on_progress, overlaps=True)
    words = [SpokenWord(word, label, channel) for word, label in zip(item.words, told.labels, strict=True)]
    turns = build_turns(words, {}, joiner=_joiner(language))
    if not turns:
        return Spoken(
            (), _in_time(SpeechSpan(Role.UNKNOWN, channel, *_rounded(s)) for s in item.speech), None, ()
        )
    roles, confidence, role_note = _inferred_roles(turns, options)
    speech = (
        SpeechSpan(roles.get(label, Role.UNKNOWN), channel, *_rounded(span)) for span, label in told.spans
    )
    return Spoken(
        tuple(replace(turn, role=roles.get(turn.speaker or "", Role.UNKNOWN)) for turn in turns),
        _in_time(speech),
        confidence,
        (_MONO, *told.notes, role_note),
        tuple(replace(event, channel=channel) for event in told.overlaps),
    )


@dataclass(frozen=True, slots=True)
class _Voices:
    """A speaker label for each word, the spans of each speaker, what could not be known, and overlaps."""

    labels: tuple[str, ...]
    spans: tuple[tuple[Span, str], ...]
    notes: tuple[str, ...] = ()
    overlaps: tuple[Event, ...] = ()


def _voices(
    item: HeardTrack,
    options: TranscriptionOptions,
    on_progress: Report | None = None,
    *,
    overlaps: bool = False,
) -> _Voices:
    """The voices of a track; with ``overlaps``, spans of both speakers where two speak at once."""
    from qa_toolkit.transcription import diarisation
    from qa_toolkit.transcription.one_thread import one_matrix_thread
    from qa_toolkit.transcription.word_speakers import label_words

    one = _Voices((_label(0),) * len(item.words), tuple((span, _label(0)) for span in item.speech))
    if not item.words or options.speakers == 1:
        return one
    try:
        embedder = model_files.resolve("speaker-embedder").path
        with one_matrix_thread():
            found = diarisation.tell_apart(
                item.track.samples,
                item.speech,
                speakers=options.speakers,
                embedder=embedder,
                overlaps=overlaps,
                on_progress=on_progress,
            )
    except EnvironmentProblemError as error:
        return replace(one, notes=(f"the speakers were not told apart: {error}",))
    single = len({span.speaker for span in found.spans}) < 2
    return _Voices(
        tuple(_label(speaker) for speaker in label_words(item.words, found.spans)),
        tuple(((span.start_s, span.end_s), _label(span.speaker)) for span in found.voices),
        ("only one voice was found",) if single else (),
        tuple(_overlap_event(overlap) for overlap in found.overlaps),
    )


def _overlap_event(overlap: Overlap) -> Event:
    span = _rounded((overlap.start_s, overlap.end_s))
    return Event("overlap", None, *span, probability=round(overlap.probability, 3), source=OVERLAP_SOURCE)


def _inferred_roles(
    turns: Sequence[Turn], options: TranscriptionOptions
) -> tuple[Mapping[str, Role], float, str]:
    from qa_toolkit.transcription import roles

    found = roles.assign_roles(turns, direction=options.direction)
    confidence = round(found.confidence, 3)
    if confidence < MIN_ROLE_CONFIDENCE:
        return {}, confidence, f"who is the agent could not be told (confidence {confidence:.2f})"
    return (
        found.roles,
        confidence,
        f"who is the agent was inferred from the words (confidence {confidence:.2f})",
    )


def _swap_note(
    turns: Sequence[Turn], mapped: Mapping[str, Role], options: TranscriptionOptions
) -> tuple[str, ...]:
    """A warning when what is said fits the channel map the other way round."""
    from qa_toolkit.transcription import roles

    opposite = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}
    if {turn.speaker for turn in turns} != set(mapped) or set(mapped.values()) != set(opposite):
        return ()
    found = roles.assign_roles(turns, direction=options.direction)
    swapped = all(found.roles.get(speaker) == opposite[role] for speaker, role in mapped.items())
    if not swapped or found.confidence < SWAP_CONFIDENCE:
        return ()
    return (
        "the channels are probably swapped: what is said on them fits the other role; check the channel map",
    )


def _mapped_role(channel_map: Sequence[str], index: int) -> Role:
    if index >= len(channel_map):
        return Role.UNKNOWN
    try:
        return Role(channel_map[index])
    except ValueError as error:
        accepted = ", ".join(role.value for role in Role)
        raise UsageError(
            f"no role is called '{channel_map[index]}'", "channel map", f"use {accepted}"
        ) from error


def _label(number: int) -> str:
    return f"S{number}"


def _joiner(language: str) -> str:
    return "" if language in UNSPACED_LANGUAGES else " "


def _rounded(span: Span) -> Span:
    return round(span[0], 3), round(span[1], 3)


def _in_time(spans: Iterable[SpeechSpan]) -> tuple[SpeechSpan, ...]:
    return tuple(sorted(spans, key=lambda span: (span.start_s, span.channel, span.end_s)))
