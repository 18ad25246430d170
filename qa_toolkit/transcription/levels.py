"""How loud a channel is, frame by frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples
from qa_toolkit.transcription.spool import release

FRAME_S = 0.02
FRAME = int(SAMPLE_RATE_HZ * FRAME_S)
_BLOCK_FRAMES = 10_000


def frame_levels_db(samples: Samples) -> NDArray[np.float32]:
    """Level of each 20 ms frame in dB of full scale; silence is -120."""
    whole = samples[: samples.size // FRAME * FRAME].reshape(-1, FRAME)
    frames = whole if whole.size else np.zeros((1, FRAME), dtype=np.int16)
    power = np.empty(frames.shape[0], dtype=np.float32)
    for first in range(0, frames.shape[0], _BLOCK_FRAMES):
        block = frames[first : first + _BLOCK_FRAMES].astype(np.float32)
        power[first : first + _BLOCK_FRAMES] = np.mean(np.square(block), axis=1)
        release(samples)
    levels: NDArray[np.float32] = 10.0 * np.log10(
        np.maximum(power / np.float32(32768.0**2), np.float32(1e-12))
    )
    return levels


def level_db(samples: Samples) -> float:
    """The level speech has, if there is any: the 95th percentile of the frames."""
    return float(np.percentile(frame_levels_db(samples), 95.0))
