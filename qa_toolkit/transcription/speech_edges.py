"""Where speech begins and ends to a hundredth of a second: spans of the detector, their edges on the sound.

The detector says that somebody speaks. It looks back over what it has heard, so its spans begin late after
a soft onset and end late in noise, by 0.1 to 0.2 s. Over a call of short turns that adds up: talk time grows,
silence shrinks, and turns that follow one another overlap.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples
from qa_toolkit.transcription.spool import release

Span = tuple[float, float]

STEP_S = 0.01
FARTHEST_IN_S, FARTHEST_OUT_S = 0.3, 0.2
"""An edge is moved at most this far; the detector is not wrong by more."""
SHORTEST_S = 0.1
ABOVE_NOISE_DB = 4.0
BELOW_SPEECH_DB = 30.0
"""Speech has a range of about 30 dB (ANSI S3.5-1997); what is fainter than that at an edge is not its own."""
_NOISE_S = 0.5
_LEAST_NOISE_S = 0.05
_SPANS_HELD = 64
_STEP = round(STEP_S * SAMPLE_RATE_HZ)

Levels = NDArray[np.float64]


def on_sound(spans: Sequence[Span], samples: Samples) -> tuple[Span, ...]:
    """Spans whose edges lie where the sound rises out of the channel's noise and falls back into it.

    The noise is the median level within half a second beside the edge, outside of speech; where other speech
    follows at once there is none, and only the range of the span's own levels decides. No span is lost,
    becomes shorter than 0.1 s by it, or reaches into another.

    Args:
        spans: ordered, not overlapping, in seconds.
        samples: of the channel, 16 kHz.
    """
    duration_s = samples.size / SAMPLE_RATE_HZ
    found: list[Span] = []
    for at, (start_s, end_s) in enumerate(spans):
        floor_s = found[-1][1] if found else 0.0
        ceiling_s = spans[at + 1][0] if at + 1 < len(spans) else duration_s
        own = _levels_db(samples, start_s, end_s)
        loud = float(np.percentile(own, 95)) - BELOW_SPEECH_DB if own.size else 0.0
        before = _levels_db(samples, max(floor_s, start_s - _NOISE_S), start_s)
        after = _levels_db(samples, end_s, min(ceiling_s, end_s + _NOISE_S))
        start = max(floor_s, start_s + STEP_S * _shift(own, before[::-1], loud))
        end = min(ceiling_s, end_s - STEP_S * _shift(own[::-1], after, loud))
        kept = end - start >= SHORTEST_S
        found.append((start, end) if kept else (max(floor_s, start_s), end_s))
        if at % _SPANS_HELD == 0:
            release(samples)
    release(samples)
    return tuple(found)


def _shift(inside: Levels, outside: Levels, loud: float) -> int:
    """Steps by which an edge moves inwards (above 0) or outwards; both stretches begin at the edge."""
    quiet = outside.size >= round(_LEAST_NOISE_S / STEP_S)
    limit = max(loud, float(np.median(outside)) + ABOVE_NOISE_DB if quiet else -np.inf)
    near = inside[: round(FARTHEST_IN_S / STEP_S)]
    above = np.flatnonzero(near >= limit)
    inwards = int(above[0]) if above.size else 0
    if inwards or not quiet:
        return inwards
    below = np.flatnonzero(outside[: round(FARTHEST_OUT_S / STEP_S)] < limit)
    return -int(below[0]) if below.size else 0


def _levels_db(samples: Samples, low_s: float, high_s: float) -> Levels:
    """Level of each step, averaged with its neighbours, in dB of one quantisation step."""
    piece = samples[round(low_s * SAMPLE_RATE_HZ) : round(high_s * SAMPLE_RATE_HZ)].astype(np.float64)
    power = np.square(piece[: piece.size // _STEP * _STEP]).reshape(-1, _STEP).mean(axis=1)
    if power.size >= 3:
        power = np.convolve(np.pad(power, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    levels: Levels = 10.0 * np.log10(power + 1.0)
    return levels
