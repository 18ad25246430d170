"""Two voices at once on one channel: a logistic regression over measures of each window of speech.

Its weights are data (``overlap_detector.json``), learnt by ``benchmarks/overlap_training.py`` from calls
whose truth is known. It is built to be right when it marks something and misses much of what overlaps:
docs/listening.md says how much.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.transcription.audio import Samples
from qa_toolkit.transcription.overlap_measures import ToldApart, Values, overlap_measures
from qa_toolkit.transcription.voice_vectors import WINDOW_HOP_S, Span

DETECTOR_FILE = Path(__file__).with_name("overlap_detector.json")
MIN_OVERLAP_S = 0.3
"""Shorter overlaps are less than two windows, and cannot be told from a change of speaker."""

Probabilities = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Overlap:
    """A stretch in which two speakers (numbered as the spans are) probably speak at once.

    Attributes:
        probability: 0-1, mean over the stretch.
    """

    start_s: float
    end_s: float
    speakers: tuple[int, int]
    probability: float


@dataclass(frozen=True, slots=True)
class Detector:
    """What was learnt.

    Attributes:
        weights: by name of the measure, with the range outside of which the measure is cut off.
        opens: a stretch begins with a window of at least this probability,
        extends: and goes on as long as windows have at least this one.
    """

    version: str
    weights: Mapping[str, tuple[float, float, float]]
    intercept: float
    opens: float
    extends: float

    def probabilities(self, measures: Mapping[str, Values]) -> Probabilities:
        """Of two voices at once, for each window."""
        total = np.full(len(next(iter(measures.values()))), self.intercept)
        for name, (weight, low, high) in self.weights.items():
            total += weight * np.clip(measures[name].astype(np.float64), low, high)
        return np.asarray(1.0 / (1.0 + np.exp(-total)))


@cache
def shipped_detector() -> Detector:
    """The detector that comes with the toolkit."""
    learnt: dict[str, Any] = json.loads(DETECTOR_FILE.read_text(encoding="utf-8"))
    weights = {
        name: (float(w), float(low), float(high)) for name, (w, low, high) in learnt["weights"].items()
    }
    return Detector(learnt["version"], weights, learnt["intercept"], learnt["opens"], learnt["extends"])


@cache
def detector_identity() -> str:
    """Version and beginning of the sha256 of the learnt file, as a transcript names it."""
    digest = sha256(DETECTOR_FILE.read_bytes()).hexdigest()
    return f"{shipped_detector().version} {digest[:16]}"


def find_overlaps(
    samples: Samples, spans: Sequence[Span], told: ToldApart, embedder: Path, detector: Detector | None = None
) -> tuple[Overlap, ...]:
    """Where two voices are heard at once, in order of time; nothing where only one voice is in the call.

    Args:
        samples: of the channel, 16-bit, 16 kHz.
        spans: of speech, in seconds; the windows lie in them.
        detector: another than the shipped one.

    Raises:
        EnvironmentProblemError: the embedder cannot be used.
    """
    if len(told.means) < 2:
        return ()
    detector = detector or shipped_detector()
    probabilities = detector.probabilities(overlap_measures(samples, spans, told, embedder))
    return tuple(
        Overlap(start, end, _speakers(told, run), float(probabilities[run].mean()))
        for run in _runs(probabilities, told, detector)
        for start, end in [_edges(run, spans, told)]
        if end - start >= MIN_OVERLAP_S
    )


def _runs(probabilities: Probabilities, told: ToldApart, detector: Detector) -> list[slice]:
    """Windows of one span that go on long enough at the lower limit and reach the higher one."""
    likely = probabilities >= detector.extends
    breaks = np.diff(told.windows.spans, prepend=-1) != 0
    runs: list[slice] = []
    first = 0
    for at in range(1, likely.size + 1):
        if at == likely.size or likely[at] != likely[first] or breaks[at]:
            if likely[first] and probabilities[first:at].max() >= detector.opens:
                runs.append(slice(first, at))
            first = at
    return runs


def _edges(run: slice, spans: Sequence[Span], told: ToldApart) -> Span:
    """Half a step to either side of the windows' centres, inside the speech."""
    start, end = spans[int(told.windows.spans[run.start])]
    centres = told.windows.centres_s
    low, high = float(centres[run.start]), float(centres[run.stop - 1])
    return max(start, low - WINDOW_HOP_S / 2), min(end, high + WINDOW_HOP_S / 2)


def _speakers(told: ToldApart, run: slice) -> tuple[int, int]:
    """The one most windows were given to, and the other voice that is nearest."""
    first = int(np.bincount(told.labels[run]).argmax())
    likeness = (told.raw[run].astype(np.float32) @ told.means.T).sum(axis=0)
    likeness[first] = -np.inf
    return first, int(likeness.argmax())
