"""How a voice sounds over time: windows along the speech of one channel and a vector for each.

The sound is read a minute at a time, so that a recording of hours does not have to lie in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.transcription.audio import Samples
from qa_toolkit.transcription.levels import level_db
from qa_toolkit.transcription.speaker_embedding import (
    SAMPLE_RATE_HZ,
    WINDOW_SAMPLES,
    Floats,
    embed,
    unit_length,
)
from qa_toolkit.transcription.spool import release

Span = tuple[float, float]
Labels = NDArray[np.int64]
Vectors = NDArray[np.float16]

WINDOW_HOP_S = 0.2
SMOOTHING_S = 0.8
"""Vectors of one span are averaged over this time to either side: short windows are noisy."""
DITHER_DB = -50.0
"""Noise this far below the speech is added: a telephone carries nothing above 4 kHz, and what rounding leaves
there would weigh as much in the logarithm as the voice does."""
_BLOCK_WINDOWS = 256
_BLOCK_SAMPLES = 60 * SAMPLE_RATE_HZ
_REACH_SAMPLES = 2 * WINDOW_SAMPLES
_NOISE_SAMPLES = 1 << 16


@dataclass(frozen=True, slots=True)
class VoiceWindows:
    """Where the windows lie: their centres in seconds, and the span each belongs to."""

    centres_s: NDArray[np.float64]
    spans: Labels


def windows_along(spans: Sequence[Span]) -> VoiceWindows:
    """Windows at even steps inside each span; a span shorter than a window has one around its middle."""
    centres: list[NDArray[np.float64]] = []
    half_s = WINDOW_SAMPLES / SAMPLE_RATE_HZ / 2
    for start, end in spans:
        first, last = start + half_s, end - half_s
        count = max(1, round((last - first) / WINDOW_HOP_S) + 1)
        centres.append(np.linspace(first, last, count) if count > 1 else np.array([(start + end) / 2]))
    owners = np.repeat(np.arange(len(spans)), [c.size for c in centres])
    return VoiceWindows(np.concatenate(centres), owners)


def voice_vectors(
    samples: Samples,
    windows: VoiceWindows,
    embedder: Path,
    on_progress: Callable[[float], None] | None = None,
) -> Vectors:
    """A vector of length 1 for each window.

    Args:
        samples: of the channel, 16-bit, 16 kHz.
        embedder: file of the model ``speaker-embedder``.
        on_progress: told the fraction done, 0 to 1.

    Raises:
        EnvironmentProblemError: the embedder cannot be used.
    """
    starts = np.round(windows.centres_s * SAMPLE_RATE_HZ).astype(int) - WINDOW_SAMPLES // 2
    noise = dither_of(samples)
    found: list[Vectors] = []
    for block in blocks_of(starts):
        own = starts[block]
        low = max(0, int(own[0]))
        sound = dithered(samples, low, int(own[-1]) + _REACH_SAMPLES, noise)
        found.append(embed(sound, (own - low).tolist(), embedder).astype(np.float16))
        release(samples)
        if on_progress is not None:
            on_progress(block.stop / starts.size)
    return np.concatenate(found)


def blocks_of(starts: NDArray[np.int64]) -> Iterator[slice]:
    """Windows that lie within a minute of each other, not too many at once."""
    first = 0
    for at in range(1, starts.size + 1):
        full = at - first >= _BLOCK_WINDOWS
        if at == starts.size or full or starts[at] - starts[first] > _BLOCK_SAMPLES:
            yield slice(first, at)
            first = at


def dither_of(samples: Samples) -> float:
    """How strong the noise is that is added, as a standard deviation where full scale is 1."""
    return float(10.0 ** ((level_db(samples) + DITHER_DB) / 20.0))


def dithered(samples: Samples, low: int, high: int, noise: float) -> Floats:
    """The samples from ``low`` to ``high``, -1 to 1, with the same noise at the same place whenever asked."""
    piece = samples[low:high].astype(np.float32) / 32768.0
    places = np.arange(low, low + piece.size) % _NOISE_SAMPLES
    return np.asarray(piece + np.float32(noise) * _hiss()[places], dtype=np.float32)


@cache
def _hiss() -> Floats:
    return np.random.default_rng(0).standard_normal(_NOISE_SAMPLES, dtype=np.float32)


def smoothed(vectors: Vectors, windows: VoiceWindows) -> Vectors:
    """The vectors averaged with their neighbours within each span, of length 1 again."""
    found = np.empty_like(vectors)
    edges = np.flatnonzero(np.diff(windows.spans, prepend=-1, append=-1))
    for low, high in pairwise(edges):
        at = windows.centres_s[low:high]
        first = np.searchsorted(at, at - SMOOTHING_S - 1e-9)
        last = np.searchsorted(at, at + SMOOTHING_S + 1e-9)
        sums = np.cumsum(vectors[low:high], axis=0, dtype=float)
        sums = np.concatenate([np.zeros((1, vectors.shape[1])), sums])
        found[low:high] = unit_length(np.asarray(sums[last] - sums[first], dtype=np.float32))
    return found
