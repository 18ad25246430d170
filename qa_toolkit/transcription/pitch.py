"""The pitch of each frame by YIN (de Cheveigné and Kawahara 2002).

The numbers are those of ``librosa.yin``, the oracle in the tests; importing librosa takes seconds, the pitch
of a call a fifth of one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TROUGH = 0.1
"""The first lag whose normalised difference has a minimum below this is the period."""

Floats = NDArray[np.float32]


def yin(
    sound: Floats, rate_hz: int, lowest_hz: float, highest_hz: float, *, frame: int, hop: int
) -> NDArray[np.float64]:
    """Hertz for each frame of ``frame`` samples, one each ``hop``; none for a sound shorter than a frame.

    Frames without a pitch get some number, too; whether a frame is voiced is for the caller to find out.
    """
    if sound.size < frame:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(sound, frame)[::hop]
    shortest = int(np.floor(rate_hz / highest_hz))
    longest = min(int(np.ceil(rate_hz / lowest_hz)), frame - 1)
    difference = _normalised_difference(frames, shortest, longest)
    lags = _first_troughs(difference)
    rows = np.arange(len(lags))
    periods = shortest + lags + _vertex(difference, rows, lags)
    hertz: NDArray[np.float64] = rate_hz / periods.astype(np.float64)
    return hertz


def _normalised_difference(frames: Floats, shortest: int, longest: int) -> Floats:
    """Equation 8 of the paper for the lags from ``shortest`` to ``longest``, frames by lags."""
    import scipy.fft

    size = scipy.fft.next_fast_len(2 * frames.shape[1] - 1, real=True)
    spectrum = scipy.fft.rfft(frames, size, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    correlation = scipy.fft.irfft(power, size, axis=1)[:, : longest + 1]
    lost = np.cumsum(np.square(frames[:, :longest]), axis=1)
    difference = 2.0 * (correlation[:, :1] - correlation[:, 1:]) - lost
    mean = np.cumsum(difference, axis=1) / np.arange(1, longest + 1, dtype=np.float32)
    tiny = np.finfo(np.float32).tiny
    normalised: Floats = difference[:, shortest - 1 :] / (mean[:, shortest - 1 :] + tiny)
    return normalised


def _first_troughs(difference: Floats) -> NDArray[np.intp]:
    """The first minimum below the threshold in each row, else the lowest point."""
    trough = np.zeros(difference.shape, dtype=np.bool_)
    inner = difference[:, 1:-1]
    trough[:, 1:-1] = (inner < difference[:, :-2]) & (inner <= difference[:, 2:])
    trough[:, 0] = difference[:, 0] < difference[:, 1]
    trough[:, -1] = difference[:, -1] < difference[:, -2]
    trough &= difference < TROUGH
    lags: NDArray[np.intp] = np.where(trough.any(axis=1), trough.argmax(axis=1), difference.argmin(axis=1))
    return lags


def _vertex(difference: Floats, rows: NDArray[np.intp], lags: NDArray[np.intp]) -> Floats:
    """How far the lowest point of a parabola through three lags lies from the middle one; 0 at the edges."""
    inside = (lags > 0) & (lags < difference.shape[1] - 1)
    at = np.clip(lags, 1, difference.shape[1] - 2)
    before, middle, after = (difference[rows, at + step] for step in (-1, 0, 1))
    bend, slope = before + after - 2.0 * middle, (after - before) / 2.0
    within = inside & (np.abs(slope) < np.abs(bend))
    shift: Floats = np.where(within, -slope / np.where(bend == 0.0, 1.0, bend), 0.0).astype(np.float32)
    return shift
