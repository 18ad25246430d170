"""A recording into a transcript, stage by stage; read :func:`transcribe` first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from qa_toolkit import model_files
from qa_toolkit.domain import (
    ChannelLayout,
    MadeBy,
    Recording,
    Role,
    Scalar,
    SpeechSpan,
    Transcript,
    Turn,
    Word,
)
from qa_toolkit.errors import EnvironmentProblemError, UsageError
from qa_toolkit.transcription.audio import DecodedAudio, decode
from qa_toolkit.transcription.engine import Heard, ListeningSettings, Recognition, SoundWindow, SpeechEngine
from qa_toolkit.transcription.layout import Track, Tracks, find_tracks
from qa_toolkit.transcription.options import TranscriptionOptions
from qa_toolkit.transcription.placing import merge_in_time, place_words, uncovered
from qa_toolkit.transcription.turns import SpokenWord, build_turns
from qa_toolkit.transcription.voice_activity import (
    Span,
    VoiceSettings,
    speech_probabilities,
    speech_spans,
    total_s,
)
from qa_toolkit.transcription.windows import Window, pack

_LOST_SPEECH_S = 2.0
_SECOND_LISTENING_CONFIDENCE = 0.4
_SWAP_CONFIDENCE = 0.8
_MIN_ROLE_CONFIDENCE = 0.6
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue", "km"})

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class _Listened:
    """What was heard on one track."""

    track: Track
    speech: tuple[Span, ...]
    words: tuple[Word, ...]


def transcribe(
    path: Path,
    options: TranscriptionOptions = TranscriptionOptions(),
    *,
    engine: SpeechEngine | None = None,
    on_progress: Progress | None = None,
) -> Transcript:
    """The transcript of a recording: who said what, when.

    Two-party recordings keep each party on its channel; on mono recordings two voices are told apart and roles are
    inferred, with a confidence. The same file, models and options give the same transcript.

    Args:
        path: anything FFmpeg decodes.
        engine: a recogniser to use instead of the model in ``options``.
        on_progress: told the fraction done, 0 to 1.

    Raises:
        AudioError: the file cannot be decoded.
        EnvironmentProblemError: a model or the device is missing.
    """
    audio = decode(path)
    tracks = find_tracks(audio)
    detector = model_files.resolve("silero-vad").path
    speech = [_speech(track, audio, options, detector) for track in tracks.tracks]
    engine = engine or load_engine(options)
    listened, recognition, notes = _listen(tracks, speech, audio, options, engine, on_progress)
    if tracks.layout is ChannelLayout.TWO_PARTY:
        spoken = _two_parties(listened, options, recognition.language)
    else:
        spoken = _one_channel(listened[0], options, recognition.language)
    return Transcript(
        id=path.stem,
        turns=spoken.turns,
        language=recognition.language if any(item.words for item in listened) else options.language,
        duration_s=round(audio.duration_s, 3),
        recording=Recording(
            path.name, audio.sha256, audio.sample_rate_hz, audio.channel_count, tracks.layout
        ),
        speech=spoken.speech,
        role_confidence=spoken.role_confidence,
        warnings=(*audio.warnings, *tracks.warnings, *notes, *spoken.warnings),
        made_by=_made_by(engine, options),
    )


def load_engine(options: TranscriptionOptions) -> SpeechEngine:
    """The recogniser for these options, kept for the next call.

    Raises:
        EnvironmentProblemError: a model or the device is missing.
    """
    from qa_toolkit.transcription import whisper

    return whisper.load(model_files.resolve(options.model_name), options.device, options.threads)


# --- finding and hearing speech ----------------------------------------------------------------------------------


def _speech(
    track: Track, audio: DecodedAudio, options: TranscriptionOptions, detector: Path
) -> tuple[Span, ...]:
    probabilities = speech_probabilities(track.samples, detector)
    return speech_spans(probabilities, audio.duration_s, VoiceSettings(threshold=options.vad_threshold))


def _listen(
    tracks: Tracks,
    speech: Sequence[tuple[Span, ...]],
    audio: DecodedAudio,
    options: TranscriptionOptions,
    engine: SpeechEngine,
    on_progress: Progress | None,
) -> tuple[list[_Listened], Recognition, tuple[str, ...]]:
    samples = {track.channel: track.samples for track in tracks.tracks}
    spans = {track.channel: found for track, found in zip(tracks.tracks, speech, strict=True)}
    settings = ListeningSettings(options.language, options.word_times, options.vocabulary, options.beam_size)

    def recognise(windows: Sequence[Window], language: str | None) -> Recognition:
        sounds = [SoundWindow(window.samples(samples[window.channel]), window.speech_s) for window in windows]
        progress = (lambda done: on_progress(done / len(sounds))) if on_progress is not None else None
        return engine.recognise(sounds, replace(settings, language=language), progress)

    windows = [
        window
        for channel, found in spans.items()
        for window in pack(found, channel=channel, duration_s=audio.duration_s, samples=samples[channel])
    ]
    first = recognise(windows, options.language)
    words = {channel: _words_of(channel, windows, first, spans[channel]) for channel in spans}
    lost = [
        window
        for channel, found in spans.items()
        for span in uncovered(found, words[channel], _LOST_SPEECH_S)
        for window in pack([span], channel=channel, duration_s=audio.duration_s, samples=samples[channel])
    ]
    second = recognise(lost, first.language) if lost else Recognition(first.language, 1.0, ())
    second = replace(second, windows=tuple(map(_if_sure, second.windows)))
    for channel in spans:
        words[channel] = merge_in_time(words[channel], _words_of(channel, lost, second, spans[channel]))
    notes = (*_recognition_notes(windows, first), *_silence_notes(tracks, spans, words, options))
    return (
        [_Listened(track, spans[track.channel], words[track.channel]) for track in tracks.tracks],
        first,
        notes,
    )


def _words_of(
    channel: int, windows: Sequence[Window], recognition: Recognition, speech: Sequence[Span]
) -> tuple[Word, ...]:
    pairs = zip(windows, recognition.windows, strict=True)
    return tuple(
        word
        for window, heard in pairs
        if window.channel == channel
        for word in place_words(window, heard, speech)
    )


def _if_sure(heard: Heard) -> Heard:
    """Second listening goes to odd places (music, noise): only text the recogniser is sure of is taken."""
    confidences = [word.confidence or 0.0 for word in heard.words]
    sure = confidences and heard.doubt is None and float(np.mean(confidences)) >= _SECOND_LISTENING_CONFIDENCE
    return heard if sure else Heard(())


def _recognition_notes(windows: Sequence[Window], recognition: Recognition) -> tuple[str, ...]:
    notes = [
        f"doubtful text on channel {window.channel} between {window.pieces[0].start_s:.1f} and "
        f"{window.pieces[-1].end_s:.1f} s: {heard.doubt}"
        for window, heard in zip(windows, recognition.windows, strict=True)
        if heard.doubt is not None
    ]
    if windows and recognition.language_probability < 0.5:
        notes.append(f"the language is uncertain; it was taken for '{recognition.language}'")
    return tuple(notes)


def _silence_notes(
    tracks: Tracks,
    spans: Mapping[int, tuple[Span, ...]],
    words: Mapping[int, Sequence[Word]],
    options: TranscriptionOptions,
) -> tuple[str, ...]:
    notes = []
    if not any(spans.values()):
        return ("no speech was found in the recording",)
    for number, track in enumerate(tracks.tracks):
        found = spans[track.channel]
        if not found:
            role = _role(options.channel_map, number)
            notes.append(f"no speech was found on channel {track.channel} ({role})")
        lost_s = total_s(uncovered(found, words[track.channel], _LOST_SPEECH_S))
        if lost_s > 0.0:
            notes.append(f"{lost_s:.1f} s that sound like speech on channel {track.channel} gave no words")
    return tuple(notes)


# --- whose words they are ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Spoken:
    turns: tuple[Turn, ...]
    speech: tuple[SpeechSpan, ...]
    role_confidence: float | None
    warnings: tuple[str, ...]


def _two_parties(listened: Sequence[_Listened], options: TranscriptionOptions, language: str) -> _Spoken:
    roles = {f"S{item.track.channel}": _role(options.channel_map, n) for n, item in enumerate(listened)}
    words = [
        SpokenWord(word, f"S{item.track.channel}", item.track.channel)
        for item in listened
        for word in item.words
    ]
    turns = build_turns(words, roles, joiner=_joiner(language))
    speech = _speech_spans(
        (span, roles[f"S{item.track.channel}"], item.track.channel)
        for item in listened
        for span in item.speech
    )
    return _Spoken(turns, speech, None, _swap_note(turns, roles, options))


def _one_channel(item: _Listened, options: TranscriptionOptions, language: str) -> _Spoken:
    channel, joiner = item.track.channel, _joiner(language)
    labels, spans, notes = _speakers(item, options)
    turns = build_turns(
        [SpokenWord(word, label, channel) for word, label in zip(item.words, labels, strict=True)],
        {},
        joiner=joiner,
    )
    roles, confidence, role_notes = _roles_by_words(turns, options)
    turns = tuple(replace(turn, role=roles.get(turn.speaker or "", Role.UNKNOWN)) for turn in turns)
    speech = _speech_spans((span, roles.get(label, Role.UNKNOWN), channel) for span, label in spans)
    mono = "one channel for both parties: overlapping speech cannot be told apart, speakers are estimated"
    return _Spoken(turns, speech, confidence, (mono, *notes, *role_notes) if turns else ())


def _speakers(
    item: _Listened, options: TranscriptionOptions
) -> tuple[list[str], list[tuple[Span, str]], tuple[str, ...]]:
    """A speaker label for each word, the spans of each speaker, and what could not be known."""
    together: tuple[list[str], list[tuple[Span, str]]] = (
        ["S0"] * len(item.words),
        [(span, "S0") for span in item.speech],
    )
    if not item.words or options.speakers == 1:
        return *together, ()
    try:
        from qa_toolkit.transcription import diarisation
    except ImportError:
        return *together, ("speakers were not told apart",)
    try:
        embedder = model_files.resolve("speaker-embedder").path
    except EnvironmentProblemError as error:
        return *together, (f"speakers were not told apart: {error}",)
    sound = item.track.samples.astype(np.float32) / 32768.0
    found = diarisation.diarise(sound, item.speech, speakers=options.speakers, embedder=embedder)
    labels = [f"S{speaker}" for speaker in diarisation.label_words(item.words, found)]
    notes = ("only one voice was found",) if len({span.speaker for span in found}) == 1 else ()
    return labels, [((span.start_s, span.end_s), f"S{span.speaker}") for span in found], notes


def _roles_by_words(
    turns: Sequence[Turn], options: TranscriptionOptions
) -> tuple[Mapping[str, Role], float | None, tuple[str, ...]]:
    try:
        from qa_toolkit.transcription import roles
    except ImportError:
        return {}, None, ("the roles of the speakers were not inferred",)
    if not turns:
        return {}, None, ()
    found = roles.assign_roles(turns, direction=options.direction)
    confidence = round(found.confidence, 3)
    if confidence < _MIN_ROLE_CONFIDENCE:
        return {}, confidence, (f"the roles of the speakers could not be told (confidence {confidence:.2f})",)
    return found.roles, confidence, (f"the roles of the speakers are inferred (confidence {confidence:.2f})",)


def _swap_note(
    turns: Sequence[Turn], roles: Mapping[str, Role], options: TranscriptionOptions
) -> tuple[str, ...]:
    """A warning when what is said fits the channel map the other way round."""
    try:
        from qa_toolkit.transcription import roles as role_rules
    except ImportError:
        return ()
    if {turn.speaker for turn in turns} != set(roles) or set(roles.values()) != {Role.AGENT, Role.CUSTOMER}:
        return ()
    found = role_rules.assign_roles(turns, direction=options.direction)
    opposite = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}
    swapped = all(found.roles.get(speaker) == opposite[role] for speaker, role in roles.items())
    if not swapped or found.confidence < _SWAP_CONFIDENCE:
        return ()
    return ("the channels are probably swapped: what is said on them fits the other role; check channel_map",)


def _role(channel_map: Sequence[str], index: int) -> Role:
    try:
        return Role(channel_map[index]) if index < len(channel_map) else Role.UNKNOWN
    except ValueError as error:
        raise UsageError(
            f"no role is called '{channel_map[index]}'",
            "channel_map",
            f"use {', '.join(role.value for role in Role)}",
        ) from error


def _speech_spans(spans: object) -> tuple[SpeechSpan, ...]:
    found = [
        SpeechSpan(role, channel, round(span[0], 3), round(span[1], 3))
        for span, role, channel in spans  # type: ignore[attr-defined]
    ]
    return tuple(sorted(found, key=lambda span: (span.start_s, span.channel, span.end_s)))


def _joiner(language: str) -> str:
    return "" if language in _UNSPACED else " "


def _made_by(engine: SpeechEngine, options: TranscriptionOptions) -> MadeBy:
    chosen = {
        key: ",".join(value) if isinstance(value, tuple) else value
        for key, value in asdict(options).items()
        # Threads do not change the text, so they are no part of the result; the rest has fields of its own.
        if key not in {"model", "profile", "threads"}
    }
    identity = engine.identity
    settings: dict[str, Scalar] = {**identity.settings, **chosen}
    return MadeBy(identity.engine, identity.model, identity.model_sha256, options.profile, settings)
