"""The other side's voice leaking into a party's channel: found by its waveform, and taken out.

A leak is a fainter, perhaps later copy of the other channel. Whether there is one is decided by the
correlation of the two channels where one is much louder, which neither noise nor a listener's "mm-hm" can
bring about. How far below the original the copy lies is then measured, and only frames no louder than the
copy are silenced: a quiet word under the other's speech stands out of it and is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples
from qa_toolkit.transcription.levels import FRAME, FRAME_S, frame_levels_db
from qa_toolkit.transcription.spool import made_in_blocks, release

Levels = NDArray[np.float32]
Mask = NDArray[np.bool_]

LEAK_DB = 8.0
"""A leak lies at least this far below the original."""
MIN_CORRELATION = 0.03
"""Mean correlation of leak and original; noise on the line makes it small."""
MIN_SIGNIFICANCE = 7.0
"""The correlation at the delay found, over its root mean square at all delays; up to 5 by chance."""
MAX_DELAY_S = 0.4
_COMPARED_S = 40.0
_MIN_COMPARED_S = 2.0
_LOUD_DB = 20.0
_INAUDIBLE_DB = 45.0
_SPREAD_DB = (6.0, 12.0)
_CEILING_DB = -6.0
_SMEAR = 2
_HOLD = 8
_VOICE_RANGE_DB = 12.0


@dataclass(frozen=True, slots=True)
class Leak:
    """How the other channel is heard on this one: so many frames later, up to so many dB relative to it."""

    delay: int
    limit_db: float


def without_crosstalk(first: Samples, second: Samples) -> tuple[tuple[Samples, Samples], float]:
    """The channels with each other's leaks silenced, and how many seconds of leaking speech that were.

    Channels without crosstalk, the usual case, are returned untouched.
    """
    levels = frame_levels_db(first), frame_levels_db(second)
    cleaned, gated_s = [], 0.0
    for own, other, own_db, other_db in (
        (first, second, levels[0], levels[1]),
        (second, first, levels[1], levels[0]),
    ):
        leak = find_leak(own, other, own_db, other_db)
        if leak is None:
            cleaned.append(own)
            continue
        original_db = _shifted(other_db, leak.delay)
        passing = own_db > _highest_nearby(original_db) + leak.limit_db
        usual_db = float(np.percentile(other_db, 95))
        # Noise passes, too, in pauses; only what is as loud as the leak's voice may hold the gate open.
        gate = ~(passing | _held_open(passing & (own_db > usual_db + leak.limit_db - _VOICE_RANGE_DB)))
        loud = original_db > usual_db - _LOUD_DB
        gated_s += float(np.count_nonzero(gate & loud)) * FRAME_S
        cleaned.append(_silenced(own, gate))
    return (cleaned[0], cleaned[1]), gated_s


def find_leak(own: Samples, other: Samples, own_db: Levels, other_db: Levels) -> Leak | None:
    """The leak of the other channel into this one; None where there is none.

    Args:
        own_db: level of each 20 ms frame of ``own``; ``other_db`` likewise.
    """
    loud = other_db > np.percentile(other_db, 95) - _LOUD_DB
    if not loud.any() or float(np.max(other_db)) < -70.0:
        return None
    under = loud & (own_db <= other_db - LEAK_DB) & (own_db > -100.0)
    found = _delay(own, other, under)
    if found is None:
        return None
    delay = round(found / FRAME)
    original = _shifted(other_db, delay)
    below = (own_db - original)[(original > np.percentile(other_db, 95) - _LOUD_DB) & (own_db > -100.0)]
    below = below[below <= -LEAK_DB]
    heard_db = own_db[original > np.percentile(other_db, 95) - _LOUD_DB]
    audible = float(np.median(heard_db)) > float(np.percentile(own_db, 95)) - _INAUDIBLE_DB
    if below.size * FRAME_S < _MIN_COMPARED_S / 2 or not audible:
        return None
    usual = float(np.median(below))
    spread = float(np.percentile(below, 90)) - usual + 3.0
    return Leak(delay, min(usual + min(max(spread, _SPREAD_DB[0]), _SPREAD_DB[1]), _CEILING_DB))


def _delay(own: Samples, other: Samples, under: Mask) -> int | None:
    """How many samples later the other channel is heard on this one, if it is.

    Stretches of half a second in which this channel is faint almost throughout are compared at all delays at
    once; their correlations add up where there is a leak and cancel out where there is none.
    """
    width = int(0.5 / FRAME_S)
    blocks = under[: under.size // width * width].reshape(-1, width).mean(axis=1)
    chosen = np.flatnonzero(blocks >= 0.6)
    if chosen.size * 0.5 < _MIN_COMPARED_S:
        return None
    chosen = chosen[np.linspace(0, chosen.size - 1, min(chosen.size, int(_COMPARED_S / 0.5))).astype(int)]
    reach, size = int(MAX_DELAY_S * SAMPLE_RATE_HZ), width * FRAME
    total = np.zeros(reach, dtype=np.float64)
    for block in chosen:
        start = int(block) * size
        faint = _flattened(own[start : start + size])
        lead = max(0, start - reach)
        source = _flattened(other[lead : start + size])
        source = np.pad(source, (reach - (start - lead), 0))
        total += _correlations(faint, source, reach)
    best = int(np.argmax(np.abs(total)))
    stands_out = abs(total[best]) / float(np.sqrt(np.mean(np.square(total))) + 1e-9)
    correlated = abs(total[best]) / chosen.size
    return best if correlated >= MIN_CORRELATION and stands_out >= MIN_SIGNIFICANCE else None


def _correlations(faint: NDArray[np.float32], source: NDArray[np.float32], reach: int) -> NDArray[np.float64]:
    """Normalised correlation of ``faint`` with what ``source`` was 0, 1, 2 … samples before."""
    length = 1 << int(source.size + faint.size).bit_length()
    product = np.fft.irfft(np.fft.rfft(source, length) * np.conj(np.fft.rfft(faint, length)), length)
    energy = np.concatenate([[0.0], np.cumsum(np.square(source, dtype=np.float64))])
    powers = energy[faint.size : faint.size + reach + 1] - energy[: reach + 1]
    norm = np.sqrt(np.maximum(powers, 1e-9) * max(float(np.sum(np.square(faint, dtype=np.float64))), 1e-9))
    correlations: NDArray[np.float64] = (product[: reach + 1] / norm)[::-1][:reach]
    return correlations


def _flattened(samples: Samples) -> NDArray[np.float32]:
    """Differences of neighbours: a flatter spectrum, so that a delay gives one sharp peak."""
    return np.diff(samples.astype(np.float32), prepend=np.float32(0.0))


def _shifted(levels: Levels, frames: int) -> Levels:
    return np.concatenate([np.full(frames, -120.0, dtype=np.float32), levels])[: levels.size]


def _highest_nearby(levels: Levels) -> Levels:
    padded = np.pad(levels, _SMEAR, constant_values=-120.0)
    highest: Levels = np.lib.stride_tricks.sliding_window_view(padded, 2 * _SMEAR + 1).max(axis=1)
    return highest


def _held_open(passing: Mask) -> Mask:
    """Where three of five frames pass, with 160 ms on both sides, so that word edges are not clipped."""
    steady = passing & (np.convolve(passing.astype(np.int32), np.ones(5, dtype=np.int32), mode="same") >= 3)
    held: Mask = np.convolve(steady.astype(np.int32), np.ones(2 * _HOLD + 1, dtype=np.int32), mode="same") > 0
    return held


def _silenced(samples: Samples, frames: Mask) -> Samples:
    def block(part: slice) -> Samples:
        frame = np.minimum(np.arange(part.start, part.stop) // FRAME, frames.size - 1)
        quiet = frames[frame]
        quiet[max(0, frames.size * FRAME - part.start) :] = False  # what is left after the last whole frame
        kept = np.where(quiet, np.int16(0), samples[part])
        release(samples)
        return kept

    return made_in_blocks(samples.size, block)
