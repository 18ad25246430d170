"""A recording into a transcript; the stages in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from qa_toolkit.domain import ChannelLayout, MadeBy, Recording, Scalar, Transcript
from qa_toolkit.transcription import engines
from qa_toolkit.transcription.acoustics import clipping_notes, party_sounds
from qa_toolkit.transcription.attribution import one_channel, two_parties
from qa_toolkit.transcription.audio import decode
from qa_toolkit.transcription.engine import SpeechEngine
from qa_toolkit.transcription.layout import find_tracks
from qa_toolkit.transcription.listening import listen
from qa_toolkit.transcription.options import TranscriptionOptions
from qa_toolkit.transcription.overlap import detector_identity

_DEFAULTS = TranscriptionOptions()
DRAFT_WARNING = "draft: made with the quick profile; transcribe with the profile accurate before it counts"
_DECODED = 0.03
"""Share of the work that is done after decoding, for the progress shown."""
_HEARD = {ChannelLayout.TWO_PARTY: 0.83, ChannelLayout.MONO: 0.6, ChannelLayout.DUAL_MONO: 0.6}
_ATTRIBUTED = 0.85
"""The same once the words are heard, and once it is known who speaks; what is left is loudness and pitch.

On one channel telling voices apart takes half as long as hearing the words.
"""


def transcribe(
    path: Path,
    options: TranscriptionOptions = _DEFAULTS,
    *,
    engine: SpeechEngine | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Transcript:
    """The transcript of a recording: who said what, when.

    Two-party recordings keep each party on its channel; on mono recordings two voices are told apart and
    roles are inferred, with a confidence. The same file, models and options give the same transcript.

    Args:
        path: anything FFmpeg decodes.
        engine: a recogniser to use instead of the model in ``options``.
        on_progress: told the fraction done, 0 to 1.

    Raises:
        AudioError: the file cannot be decoded.
        EnvironmentProblemError: a model or the device is missing.
        UsageError: the options name an unknown role, or a language the model does not know.
    """
    report = on_progress or _unreported
    audio = decode(path, lambda share: report(_DECODED * share))
    tracks = find_tracks(audio)
    report(_DECODED)
    engine = engine or load_engine(options)
    after = _HEARD[tracks.layout]
    heard = listen(
        tracks,
        audio.duration_s,
        options,
        engine,
        on_progress=lambda share: report(_DECODED + (after - _DECODED) * share),
    )
    attribute = two_parties if tracks.layout is ChannelLayout.TWO_PARTY else one_channel
    spoken = attribute(
        heard.tracks,
        options,
        heard.language,
        on_progress=lambda share: report(after + (_ATTRIBUTED - after) * share),
    )
    report(_ATTRIBUTED)
    draft = (DRAFT_WARNING,) if options.profile == "draft" else ()
    sounds = party_sounds(
        audio.channels, spoken.speech, lambda share: report(_ATTRIBUTED + (1.0 - _ATTRIBUTED) * share)
    )
    said = (*draft, *audio.warnings, *tracks.warnings, *heard.warnings, *spoken.warnings)
    report(1.0)
    return Transcript(
        id=path.stem,
        turns=spoken.turns,
        language=heard.language if spoken.turns else options.language,
        duration_s=round(audio.duration_s, 3),
        recording=Recording(
            path.name, audio.sha256, audio.sample_rate_hz, len(audio.channels), tracks.layout
        ),
        speech=spoken.speech,
        role_confidence=spoken.role_confidence,
        warnings=(*said, *clipping_notes(sounds)),
        made_by=_made_by(engine, options, tracks.layout),
        acoustics=sounds,
        music=heard.music,
        events=spoken.events,
        recognition=heard.counts,
    )


def _unreported(_: float) -> None:
    """Progress nobody asked for."""


def load_engine(options: TranscriptionOptions = _DEFAULTS) -> SpeechEngine:
    """The recogniser for these options, kept for the next call.

    Raises:
        EnvironmentProblemError: a model or the device is missing.
        UsageError: no recogniser has the name in the options.
    """
    return engines.load(options)


def _made_by(engine: SpeechEngine, options: TranscriptionOptions, layout: ChannelLayout) -> MadeBy:
    chosen = {
        key: ",".join(value) if isinstance(value, tuple) else value
        for key, value in asdict(options).items()
        # Threads do not change the text, so they are no part of the result; the others have their own fields.
        if key not in {"model", "profile", "threads", "engine"}
    }
    identity = engine.identity
    settings: dict[str, Scalar] = {**identity.settings, **chosen}
    if layout is not ChannelLayout.TWO_PARTY and options.speakers > 1:
        settings["overlap_detector"] = detector_identity()
    return MadeBy(identity.engine, identity.model, identity.model_sha256, options.profile, settings)
