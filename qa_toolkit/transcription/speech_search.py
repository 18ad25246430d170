"""The speech of a channel, and how much of the channel's sound it is.

A telephone's band filter makes voices look less like voices to the detector. Where a lower threshold would
find notably more of the sound, it is used; what is loud and still no speech is counted and can be reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.transcription.audio import Samples
from qa_toolkit.transcription.levels import FRAME_S, frame_levels_db
from qa_toolkit.transcription.music import find_music
from qa_toolkit.transcription.speech_edges import BELOW_SPEECH_DB
from qa_toolkit.transcription.voice_activity import Probabilities, Span, VoiceSettings, speech_spans, total_s

LOWERED = 0.5
"""The threshold that is tried second, as a share of the one asked for."""
NOTABLE_GAIN = 0.05
"""Sound that the lower threshold must find more, as a share of what the first found."""
MOST_LEFT_OUT = 0.1
"""Where the lower threshold leaves out more of the sound than this, that is music, tones or noise as well."""
LEAST_SPEECH_S = 5.0
"""With less speech than this there is nothing to judge the rest by: it may be music or noise."""
ABOVE_NOISE_DB = 6.0
SILENT_DB = -75.0
NO_SOUND_DB = -100.0
LEAST_RANGE_DB = 20.0
"""Speech stands at least this far out of noise; what varies less is all noise, all tone or all speech."""
_NEAR_S = 0.1

Frames = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FoundSpeech:
    """Where somebody speaks on a channel.

    Attributes:
        threshold: the probability of speech from which it was taken for speech.
        loud_s: seconds of sound that stand out of the channel's noise.
        left_out_s: the part of them that is not near any speech.
        music: stretches of that part that are music or tones.
    """

    spans: tuple[Span, ...]
    threshold: float
    loud_s: float
    left_out_s: float
    music: tuple[Span, ...] = ()


def find_speech(
    samples: Samples, probabilities: Probabilities, duration_s: float, threshold: float
) -> FoundSpeech:
    """Spans of speech, by the threshold given or, where that misses much of the sound, by half of it.

    Args:
        samples: of the channel, 16 kHz.
        probabilities: of speech, by frame of the detector.
    """
    loud = loud_frames(samples)
    spans = speech_spans(probabilities, duration_s, VoiceSettings(threshold=threshold))
    if total_s(spans) >= LEAST_SPEECH_S:
        lower = threshold * LOWERED
        wider = speech_spans(probabilities, duration_s, VoiceSettings(threshold=lower, hysteresis=lower / 2))
        covered, more = (int((loud & _frames(found, loud.size)).sum()) for found in (spans, wider))
        if more > (1.0 + NOTABLE_GAIN) * covered and _left_out_s(loud, wider) <= MOST_LEFT_OUT * _total_s(
            loud
        ):
            spans, threshold = wider, lower
    music = find_music(samples, loud, spans)
    return FoundSpeech(spans, threshold, _total_s(loud), _left_out_s(loud, spans), music)


def _total_s(frames: Frames) -> float:
    return float(frames.sum()) * FRAME_S


def _left_out_s(loud: Frames, spans: Sequence[Span]) -> float:
    near = _frames([(start - _NEAR_S, end + _NEAR_S) for start, end in spans], loud.size)
    return _total_s(loud & ~near)


def loud_frames(samples: Samples) -> Frames:
    """Frames of 20 ms that stand 6 dB out of the noise and lie within 30 dB of the loud ones.

    30 dB is the range of speech (ANSI S3.5-1997).
    """
    levels = frame_levels_db(samples)
    noise = _noise_db(levels)
    above = levels[levels > noise + ABOVE_NOISE_DB]
    if not above.size:
        return np.zeros(levels.size, dtype=np.bool_)
    limit = max(noise + ABOVE_NOISE_DB, float(np.percentile(above, 95.0)) - BELOW_SPEECH_DB)
    return np.asarray(levels > limit, dtype=np.bool_)


def _noise_db(levels: NDArray[np.float32]) -> float:
    """The level of the quietest tenth of the frames.

    Where these hold no sound at all, because crosstalk was taken out or the telephone sends nothing in
    pauses, the quietest tenth of the others is the noise, if they reach from noise to speech.
    """
    noise = float(np.percentile(levels, 10.0))
    sounding = levels[levels > NO_SOUND_DB]
    if noise <= NO_SOUND_DB and sounding.size:
        low, high = np.percentile(sounding, (10.0, 95.0))
        noise = float(low) if high - low >= LEAST_RANGE_DB else noise
    return max(noise, SILENT_DB)


def _frames(spans: Sequence[Span], count: int) -> Frames:
    frames = np.zeros(count, dtype=np.bool_)
    for start, end in spans:
        frames[max(0, round(start / FRAME_S)) : max(0, round(end / FRAME_S))] = True
    return frames
