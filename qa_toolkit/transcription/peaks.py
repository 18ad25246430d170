"""The outline of a recording's sound, for drawing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from qa_toolkit.transcription.audio import Samples, decode
from qa_toolkit.transcription.spool import release


@dataclass(frozen=True, slots=True)
class Outline:
    """Lowest and highest sample of each stretch of a recording.

    Attributes:
        channels: for each channel low and high in turn, -1 to 1 of full scale, two numbers a stretch.
    """

    duration_s: float
    channels: tuple[tuple[float, ...], ...]


def outline(path: Path, stretches: int = 1000) -> Outline:
    """The outline of a recording in stretches of equal length; fewer where there are fewer samples.

    Raises:
        AudioError: the file cannot be decoded.
    """
    sound = decode(path)
    try:
        return Outline(sound.duration_s, tuple(_extremes(samples, stretches) for samples in sound.channels))
    finally:
        for samples in sound.channels:
            release(samples)


def _extremes(samples: Samples, stretches: int) -> tuple[float, ...]:
    count = min(stretches, len(samples))
    if count == 0:
        return ()
    edges = np.linspace(0, len(samples), count + 1).astype(int)
    found: list[float] = []
    for start, end in pairwise(edges):
        piece = samples[start:end]
        found += [round(int(piece.min()) / 32768, 3), round(int(piece.max()) / 32768, 3)]
    return tuple(found)
