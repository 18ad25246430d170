"""What the sound alone says about two voices at once: measures of short frames, gathered by window.

Two voices fill the gaps of each other's spectrum and time: the spectrum is flatter, what is left without the
harmonics of the strongest pitch still has a pitch, pauses between syllables are shorter, the level is higher.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples
from qa_toolkit.transcription.spool import release
from qa_toolkit.transcription.voice_vectors import VoiceWindows, blocks_of

Values = NDArray[np.float32]

FRAME, HOP = 1024, 640
"""64 ms every 40 ms: long enough to resolve the harmonics of a low voice."""
REACH_FRAMES = 10
NEAR_FRAMES = 5
"""A window is described by the frames up to 0.4 s and up to 0.2 s from its centre."""
LOWEST_HZ, HIGHEST_HZ = 200.0, 3600.0
LOWEST_PITCH_HZ, HIGHEST_PITCH_HZ = 70.0, 400.0
_PITCHES = 96
_HARMONIC_HALF_WIDTH_HZ = 22.0
_SAME_PITCH = 0.05
_ENVELOPE_BINS = 24
_HIGHEST_PEAK = 4.0
_FLOOR = 1e-10
_DIP, _TOP = 15, 85
SPECTRAL = ("flatness", "pitch", "second_pitch", "beside_pitch", "peaks", "kurtosis")
LEVELS = ("level", "dip", "top", "spread")


def sound_measures(samples: Samples, windows: VoiceWindows) -> dict[str, Values]:
    """Measures of each window, ``NAME.near`` and ``NAME.wide``; the sound is read a minute at a time.

    ``level``, ``dip``, ``top`` and ``spread`` are mean, 15th and 85th percentile and standard deviation of
    the frames' levels in dB, of no fixed reference. The others are means over the frames weighted with their
    amplitude: ``flatness`` of the spectrum (log of geometric over arithmetic mean, 200 to 3600 Hz), ``pitch``
    and ``second_pitch`` (how well the flattened spectrum fits the harmonics of one pitch, and what is left
    without them those of another; -1 to 1), ``beside_pitch`` (share of power not on the first pitch's
    harmonics), ``peaks`` (standard deviation of the flattened spectrum), ``kurtosis`` (log, of the waveform).
    """
    centres = np.round((windows.centres_s * SAMPLE_RATE_HZ - FRAME / 2) / HOP).astype(np.int64)
    parts: list[dict[str, Values]] = []
    for block in blocks_of(centres * HOP):
        own = centres[block]
        first = int(own[0]) - REACH_FRAMES
        frames = _frames(samples, first, int(own[-1]) + REACH_FRAMES + 1)
        measured = _frame_measures(frames)
        places = (own - first)[:, None] + np.arange(-REACH_FRAMES, REACH_FRAMES + 1)
        gathered = {name: values[places] for name, values in measured.items()}
        near = slice(REACH_FRAMES - NEAR_FRAMES, REACH_FRAMES + NEAR_FRAMES + 1)
        parts.append(_summed_up(gathered, "wide") | _summed_up(_cut(gathered, near), "near"))
        release(samples)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]} if parts else {}


def _cut(gathered: Mapping[str, Values], part: slice) -> dict[str, Values]:
    return {name: values[:, part] for name, values in gathered.items()}


def _frames(samples: Samples, first: int, last: int) -> Values:
    """Frames ``first`` to ``last`` of the recording, -1 to 1; outside of it is silence."""
    low, high = first * HOP, (last - 1) * HOP + FRAME
    piece = samples[max(0, low) : max(0, high)].astype(np.float32) / np.float32(32768.0)
    before = max(0, -low)
    sound = np.pad(piece, (before, max(0, high - low - before - piece.size)))
    return np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP]


def _frame_measures(frames: Values) -> dict[str, Values]:
    taper, inside = _taper_and_bins()
    spectrum = np.fft.rfft(frames * taper, axis=1)[:, inside]
    power = np.asarray(spectrum.real**2 + spectrum.imag**2 + _FLOOR, dtype=np.float32)
    mean = power.mean(axis=1)
    flat = np.minimum(np.sqrt(power / _envelope(power)), _HIGHEST_PEAK)
    combs, beside, apart = _combs()
    lines = flat - flat.mean(axis=1, keepdims=True)
    fits = (lines @ combs) / _length(lines)
    best = fits.argmax(axis=1)
    rest = lines * beside[best]
    others = np.where(apart[best], (rest @ combs) / _length(rest), np.float32(-1.0))
    squares = frames * frames
    strength = squares.mean(axis=1)
    return {
        "level": 10.0 * np.log10(mean),
        "flatness": np.log(power).mean(axis=1) - np.log(mean),
        "pitch": fits.max(axis=1),
        "second_pitch": others.max(axis=1),
        "beside_pitch": (power * beside[best]).sum(axis=1) / power.sum(axis=1),
        "peaks": flat.std(axis=1),
        "kurtosis": np.log((squares * squares).mean(axis=1) / (strength * strength + 1e-12) + 1.0),
    }


def _length(rows: Values) -> Values:
    return np.asarray(np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6, dtype=np.float32)


def _envelope(power: Values) -> Values:
    """The spectrum averaged over 49 bins (766 Hz): what the line and the vocal tract make of it."""
    padded = np.pad(power, ((0, 0), (_ENVELOPE_BINS + 1, _ENVELOPE_BINS)), mode="edge")
    sums = np.cumsum(padded, axis=1, dtype=np.float64)
    width = 2 * _ENVELOPE_BINS + 1
    return np.asarray(np.maximum((sums[:, width:] - sums[:, :-width]) / width, _FLOOR), dtype=np.float32)


def _summed_up(gathered: Mapping[str, Values], name: str) -> dict[str, Values]:
    level = gathered["level"]
    weights = 10.0 ** (level / 20.0)
    weights = weights / weights.sum(axis=1, keepdims=True)
    dip, top = np.percentile(level, (_DIP, _TOP), axis=1)
    found = {"level": level.mean(axis=1), "dip": dip, "top": top, "spread": level.std(axis=1)}
    found |= {measure: (gathered[measure] * weights).sum(axis=1) for measure in SPECTRAL}
    return {f"{measure}.{name}": values.astype(np.float32) for measure, values in found.items()}


@cache
def _taper_and_bins() -> tuple[Values, NDArray[np.bool_]]:
    hertz = np.fft.rfftfreq(FRAME, 1.0 / SAMPLE_RATE_HZ)
    return np.hanning(FRAME).astype(np.float32), (hertz >= LOWEST_HZ) & (hertz <= HIGHEST_HZ)


@cache
def _combs() -> tuple[Values, Values, NDArray[np.bool_]]:
    """For each pitch: its harmonics as a cosine along the bins; the bins beside them; the pitches unlike it.

    A pitch an octave or a fifth away shares harmonics with it and is not another voice.
    """
    hertz = np.fft.rfftfreq(FRAME, 1.0 / SAMPLE_RATE_HZ)[_taper_and_bins()[1]]
    pitches = np.geomspace(LOWEST_PITCH_HZ, HIGHEST_PITCH_HZ, _PITCHES)
    order = hertz[:, None] / pitches
    combs = np.cos(2.0 * np.pi * order) * (order > 0.5)
    combs /= np.linalg.norm(combs, axis=0)
    beside = np.abs(order - np.round(order)) * pitches > _HARMONIC_HALF_WIDTH_HZ
    ratio = pitches[None, :] / pitches[:, None]
    kin = [np.abs(ratio / k - 1.0) < _SAME_PITCH for k in (1, 2, 3, 1 / 2, 1 / 3, 3 / 2, 2 / 3)]
    return combs.astype(np.float32), beside.T.astype(np.float32), ~np.any(kin, axis=0)
