"""Music and tones on a channel, as callers on hold hear it; told from noise by the peaks of the spectrum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.transcription.audio import Samples
from qa_toolkit.transcription.levels import FRAME, FRAME_S, frame_levels_db
from qa_toolkit.transcription.speech_edges import BELOW_SPEECH_DB
from qa_toolkit.transcription.voice_activity import Span

LEAST_MUSIC_S = 5.0
"""Shorter stretches are beeps, keys and laughs."""
MOST_PAUSE_S = 1.5
"""Pauses within music: between notes, or between two tunes."""
LEAST_SOUND = 0.5
"""Share of the time that sounds: signals that come and go, such as ring-back (a third), stay below it."""
MOST_FLATNESS = 0.3
"""Geometric over arithmetic mean of the power spectrum: 0.56 for noise, near 0 for tones."""
_SPECTRUM = 2048
_BAND_BINS = 26
_FIRST_BIN, _BANDS = _BAND_BINS, 16
"""16 bands of 200 Hz from 200 to 3400 Hz."""
_MOST_SPECTRA = 200

Frames = NDArray[np.bool_]


def find_music(samples: Samples, loud: Frames, speech: Sequence[Span]) -> tuple[Span, ...]:
    """Stretches of music or tones on a channel, in seconds.

    A stretch is sound that stands out of the noise, without speech, for five seconds and longer; it is
    about as loud as the speech of the channel, if there is any, and its spectrum has peaks.

    Args:
        samples: of the channel, 16 kHz.
        loud: frames of 20 ms that stand out of the noise (``speech_search.loud_frames``).
        speech: where somebody speaks on the channel.
    """
    spoken = np.zeros(loud.size, dtype=np.bool_)
    for start, end in speech:
        spoken[round(start / FRAME_S) : round(end / FRAME_S)] = True
    levels = frame_levels_db(samples)
    told = levels[: loud.size][loud & spoken]
    least_db = float(np.median(told)) - BELOW_SPEECH_DB if told.size else -np.inf
    return tuple(
        (low * FRAME_S, high * FRAME_S)
        for low, high in _stretches(loud & ~spoken, spoken)
        if float(np.median(levels[low:high])) >= least_db and _flatness(samples, low, high) <= MOST_FLATNESS
    )


def _stretches(sounding: Frames, spoken: Frames) -> Iterator[tuple[int, int]]:
    """Frames from and to: runs of sound put together over short pauses, never over speech."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], sounding, [False])).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    pause, least = round(MOST_PAUSE_S / FRAME_S), round(LEAST_MUSIC_S / FRAME_S)
    first = 0
    for last in range(len(runs)):
        low, high = int(runs[first][0]), int(runs[last][1])
        following = int(runs[last + 1][0]) if last + 1 < len(runs) else None
        if following is not None and following - high <= pause and not spoken[high:following].any():
            continue
        if high - low >= least and float(sounding[low:high].mean()) >= LEAST_SOUND:
            yield low, high
        first = last + 1


def _flatness(samples: Samples, low: int, high: int) -> float:
    """How noise-like a stretch is: median over the louder half of at most 200 spectra.

    Flatness is taken within bands of 200 Hz, so that the slope of rumble does not count as peaks, and
    averaged by their energy.
    """
    starts = np.linspace(low * FRAME, high * FRAME - _SPECTRUM, _MOST_SPECTRA).astype(int)
    frames = np.stack([samples[start : start + _SPECTRUM] for start in starts])
    spectra = np.abs(np.fft.rfft(frames.astype(np.float32) * np.hanning(_SPECTRUM), axis=1)) ** 2
    bands = spectra[:, _FIRST_BIN : _FIRST_BIN + _BANDS * _BAND_BINS].reshape(-1, _BANDS, _BAND_BINS) + 1e-3
    energy = bands.mean(axis=2)
    flatness = np.average(np.exp(np.log(bands).mean(axis=2)) / energy, axis=1, weights=energy)
    louder = np.argsort(energy.sum(axis=1))[len(energy) // 2 :]
    return float(np.median(flatness[louder]))
