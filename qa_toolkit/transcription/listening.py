"""Finding the speech on each track and recognising the words in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from qa_toolkit import model_files
from qa_toolkit.domain import ChannelSound, MusicSpan, RecognitionCounts, Word
from qa_toolkit.transcription.audio import Samples
from qa_toolkit.transcription.engine import Heard, ListeningSettings, Recognition, SoundWindow, SpeechEngine
from qa_toolkit.transcription.layout import Track, Tracks
from qa_toolkit.transcription.options import TranscriptionOptions
from qa_toolkit.transcription.placing import merge_in_time, place_words, uncovered
from qa_toolkit.transcription.speech_edges import on_sound
from qa_toolkit.transcription.speech_search import FoundSpeech, find_speech
from qa_toolkit.transcription.voice_activity import Span, speech_probabilities, total_s
from qa_toolkit.transcription.windows import Window, pack

LOST_SPEECH_S = 2.0
"""Speech of this length without a word nearby is listened to a second time."""
SECOND_LISTENING_CONFIDENCE = 0.4
"""Mean word confidence from which a second listening is believed; it often goes to music or noise."""
THIN_WORDS_PER_S = 1.5
"""With fewer words a second of speech, terms to expect may have made the recogniser skip what it heard."""
MOSTLY_OTHER = 0.9
"""On a channel where so much of the sound is no speech, the first listening has to be as sure as a second."""

_FOUND, _HEARD = 0.1, 0.98
"""Shares of the work that are done after finding speech and after the first listening."""
NOTABLE_LEFT_OUT, NOTABLE_LEFT_OUT_S = 0.2, 5.0
"""Sound that was not taken for speech is reported above this share of a channel's sound and this time."""
NOTABLE_CROSSTALK = 0.05
"""Crosstalk that was taken out is reported above this share of the speech."""


@dataclass(frozen=True, slots=True)
class HeardTrack:
    """What was heard on one track."""

    track: Track
    speech: tuple[Span, ...]
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Listening:
    """What was heard on all tracks, in their order."""

    tracks: tuple[HeardTrack, ...]
    language: str
    warnings: tuple[str, ...]
    counts: RecognitionCounts
    music: tuple[MusicSpan, ...] = ()


def listen(
    tracks: Tracks,
    duration_s: float,
    options: TranscriptionOptions,
    engine: SpeechEngine,
    *,
    on_progress: Callable[[float], None] | None = None,
) -> Listening:
    """Words with times on each track.

    Windows of all tracks go to the engine together. Where there is speech and no word came back, that stretch
    is listened to again on its own; what stays without words is reported.
    """
    samples = {track.channel: track.samples for track in tracks.tracks}
    report = on_progress or _unreported
    searched = _speech(tracks, duration_s, options, lambda share: report(_FOUND * share))
    found = {channel: search.spans for channel, search in searched.items()}
    # The recogniser gets what the detector gave; where people are said to speak, the sound decides.
    speech = {channel: on_sound(spans, samples[channel]) for channel, spans in found.items()}
    settings = ListeningSettings(options.language, options.word_times, options.vocabulary, options.effort)

    def windows_of(spans: Mapping[int, Sequence[Span]]) -> list[Window]:
        return [
            window
            for channel, own in spans.items()
            for window in pack(own, channel=channel, duration_s=duration_s, samples=samples[channel])
        ]

    def recognise(
        windows: Sequence[Window],
        language: str | None,
        done: Callable[[int], None],
        vocabulary: tuple[str, ...] = options.vocabulary,
    ) -> Recognition:
        asked = replace(settings, language=language, vocabulary=vocabulary)
        return engine.recognise(_sounds(windows, samples), asked, done)

    windows = windows_of(found)
    first = recognise(
        windows, options.language, lambda done: report(_FOUND + (_HEARD - _FOUND) * done / len(windows))
    )
    if options.vocabulary:
        first = _without_skips(windows, first, lambda some: recognise(some, first.language, _unreported, ()))
    first = _believed(windows, first, searched)
    words = _words(windows, first, speech)
    lost = [
        window
        for channel in speech
        for run in uncovered(speech[channel], words[channel], LOST_SPEECH_S)
        for window in windows_of({channel: run})
    ]
    second: Recognition | None = None
    if lost:
        second = recognise(lost, first.language, _unreported)
        again = _words(lost, replace(second, windows=tuple(map(_if_sure, second.windows))), speech)
        words = {channel: merge_in_time(words[channel], again[channel]) for channel in speech}
    report(1.0)
    heard = tuple(HeardTrack(track, speech[track.channel], words[track.channel]) for track in tracks.tracks)
    doubts = (*_doubts(windows, first), *_silences(heard, options))
    notes = (*_crosstalk(tracks, heard), *_left_out(searched, options), *doubts)
    counts = _counts(tracks, searched, first.windows if second is None else (*first.windows, *second.windows))
    music = tuple(
        MusicSpan(channel, round(start, 3), round(end, 3))
        for channel, search in searched.items()
        for start, end in search.music
    )
    return Listening(heard, first.language, notes, counts, music)


def _sounds(windows: Sequence[Window], samples: Mapping[int, Samples]) -> list[SoundWindow]:
    return [
        SoundWindow(partial(window.samples, samples[window.channel]), window.length_s, window.speech_s)
        for window in windows
    ]


def _unreported(_: float) -> None:
    """Progress nobody asked for."""


def _speech(
    tracks: Tracks, duration_s: float, options: TranscriptionOptions, report: Callable[[float], None]
) -> dict[int, FoundSpeech]:
    detector = model_files.resolve("silero-vad").path
    found: dict[int, FoundSpeech] = {}
    for number, track in enumerate(tracks.tracks):
        probabilities = speech_probabilities(
            track.samples,
            detector,
            lambda share, before=number: report((before + share) / len(tracks.tracks)),  # type: ignore[misc]
        )
        found[track.channel] = find_speech(track.samples, probabilities, duration_s, options.vad_threshold)
    return found


def _counts(tracks: Tracks, searched: Mapping[int, FoundSpeech], heard: Sequence[Heard]) -> RecognitionCounts:
    return RecognitionCounts(
        speech_s=round(sum(total_s(found.spans) for found in searched.values()), 3),
        gated_s=round(tracks.gated_s, 3),
        windows=len(heard),
        retried_windows=sum(window.retried for window in heard),
        doubtful_windows=sum(window.doubt is not None for window in heard),
        channels=tuple(
            ChannelSound(
                channel,
                round(found.loud_s, 2),
                round(total_s(found.spans), 3),
                round(found.left_out_s, 2),
                found.threshold,
            )
            for channel, found in searched.items()
        ),
    )


def _words(
    windows: Sequence[Window], recognition: Recognition, speech: Mapping[int, Sequence[Span]]
) -> dict[int, tuple[Word, ...]]:
    words: dict[int, tuple[Word, ...]] = dict.fromkeys(speech, ())
    for window, heard in zip(windows, recognition.windows, strict=True):
        words[window.channel] += place_words(window, heard, speech[window.channel])
    return words


def _without_skips(
    windows: Sequence[Window], recognition: Recognition, again: Callable[[Sequence[Window]], Recognition]
) -> Recognition:
    """Windows with few words are heard again without terms to expect; the hearing with more words stays."""
    thin = [
        at
        for at, (window, heard) in enumerate(zip(windows, recognition.windows, strict=True))
        if len(heard.words) < THIN_WORDS_PER_S * window.speech_s
    ]
    if not thin:
        return recognition
    kept = list(recognition.windows)
    for at, heard in zip(thin, again([windows[at] for at in thin]).windows, strict=True):
        if heard.doubt is None and len(heard.words) > len(kept[at].words):
            kept[at] = heard
    return replace(recognition, windows=tuple(kept))


def _believed(
    windows: Sequence[Window], recognition: Recognition, searched: Mapping[int, FoundSpeech]
) -> Recognition:
    """Without unsure words on channels of music or noise: where that passes for a voice, it gives "you"."""
    doubtful = {
        channel for channel, found in searched.items() if found.left_out_s > MOSTLY_OTHER * found.loud_s
    }
    kept = (
        _if_sure(heard) if window.channel in doubtful else heard
        for window, heard in zip(windows, recognition.windows, strict=True)
    )
    return replace(recognition, windows=tuple(kept))


def _if_sure(heard: Heard) -> Heard:
    confidences = [word.confidence or 0.0 for word in heard.words]
    if not confidences or heard.doubt is not None:
        return Heard(())
    return heard if sum(confidences) / len(confidences) >= SECOND_LISTENING_CONFIDENCE else Heard(())


def _doubts(windows: Sequence[Window], recognition: Recognition) -> tuple[str, ...]:
    notes = [
        f"doubtful text on channel {window.channel} between {window.pieces[0].start_s:.1f} and "
        f"{window.pieces[-1].end_s:.1f} s: {heard.doubt}"
        for window, heard in zip(windows, recognition.windows, strict=True)
        if heard.doubt is not None
    ]
    if windows and recognition.language_probability < 0.5:
        notes.append(f"the language is uncertain; it was taken for '{recognition.language}'")
    return tuple(notes)


def _crosstalk(tracks: Tracks, heard: Sequence[HeardTrack]) -> tuple[str, ...]:
    if tracks.gated_s <= NOTABLE_CROSSTALK * sum(total_s(item.speech) for item in heard):
        return ()
    return (f"crosstalk between the channels: {tracks.gated_s:.1f} s of it were taken out",)


def _left_out(searched: Mapping[int, FoundSpeech], options: TranscriptionOptions) -> tuple[str, ...]:
    """What the search for speech is not sure of, by channel."""
    notes = []
    for channel, found in searched.items():
        if found.threshold < options.vad_threshold:
            notes.append(
                f"speech on channel {channel} is not clear: it was searched for with a threshold of "
                f"{found.threshold:g} in place of {options.vad_threshold:g}"
            )
        if found.left_out_s > max(NOTABLE_LEFT_OUT_S, NOTABLE_LEFT_OUT * found.loud_s):
            notes.append(
                f"{found.left_out_s:.1f} s of the {found.loud_s:.1f} s of sound on channel {channel} were "
                "not taken for speech: music, tones or noise, or speech that was missed"
            )
    return tuple(notes)


def _silences(heard: Sequence[HeardTrack], options: TranscriptionOptions) -> tuple[str, ...]:
    if not any(item.speech for item in heard):
        return ("no speech was found in the recording",)
    notes = []
    for number, item in enumerate(heard):
        if not item.speech:
            side = options.channel_map[number] if number < len(options.channel_map) else "unknown"
            notes.append(f"no speech was found on channel {item.track.channel} ({side})")
        lost_s = sum(total_s(run) for run in uncovered(item.speech, item.words, LOST_SPEECH_S))
        if lost_s > 0.0:
            notes.append(
                f"{lost_s:.1f} s that sound like speech on channel {item.track.channel} gave no words"
            )
    return tuple(notes)
