"""Speech packed into windows of at most 30 s, and the way back from a window's clock to the recording's.

A recogniser reads 30 s at a time whatever it is given, so silence is left out and speech spans of one channel
follow one another. A window never mixes channels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples
from qa_toolkit.transcription.spool import release

Span = tuple[float, float]

WINDOW_S = 30.0
PADDING_S = 0.4
_LOOK_BACK_S = 5.0
_GOOD_CUT_S = 0.3
_HARD_CUT_SEARCH_S = 6.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the recording and where it lies in its window, in seconds."""

    start_s: float
    end_s: float
    offset_s: float

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces of one channel, end to end. ``speech_s`` is the speech in it without padding."""

    channel: int
    pieces: tuple[Piece, ...]
    speech_s: float

    @property
    def length_s(self) -> float:
        return self.pieces[-1].offset_s + self.pieces[-1].length_s

    def samples(self, channel: Samples) -> NDArray[np.float32]:
        """The sound of the window, -1 to 1, out of the samples of its channel."""
        parts = [channel[_sample(piece.start_s) : _sample(piece.end_s)] for piece in self.pieces]
        sound = np.concatenate(parts).astype(np.float32) / 32768.0
        release(channel)
        return sound


def pack(
    spans: Iterable[Span],
    *,
    channel: int,
    duration_s: float,
    samples: Samples | None = None,
    padding_s: float = PADDING_S,
    window_s: float = WINDOW_S,
) -> tuple[Window, ...]:
    """Speech spans, in order, packed greedily into windows.

    Args:
        spans: ordered spans of speech, not overlapping.
        samples: of the channel; with them a span longer than a window is cut where it is quietest.

    Every span lies in exactly one window, padded by up to ``padding_s`` of what surrounds it.
    """
    parts = [part for span in spans for part in _cut(span, window_s - 2 * padding_s, samples)]

    def window(first: int, stop: int) -> Window:
        pieces = _pieces(parts, first, stop, duration_s, padding_s)
        return Window(channel, pieces, sum(end - start for start, end in parts[first:stop]))

    windows: list[Window] = []
    first = 0
    for stop in range(1, len(parts) + 1):
        if stop - first > 1 and window(first, stop).length_s > window_s:
            cut = _good_cut(parts, first, stop - 1)
            if window(cut, stop).length_s > window_s:
                cut = stop - 1
            windows.append(window(first, cut))
            first = cut
    if parts:
        windows.append(window(first, len(parts)))
    return tuple(windows)


def _pieces(
    parts: Sequence[Span], first: int, stop: int, duration_s: float, padding_s: float
) -> tuple[Piece, ...]:
    """Pads each span, not into spans of other windows; spans whose padding meets become one piece."""
    floor = parts[first - 1][1] if first > 0 else 0.0
    ceiling = parts[stop][0] if stop < len(parts) else duration_s
    joined: list[Span] = []
    for start, end in parts[first:stop]:
        low, high = max(start - padding_s, floor), min(end + padding_s, ceiling)
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    pieces, offset = [], 0.0
    for low, high in joined:
        pieces.append(Piece(low, high, offset))
        offset += high - low
    return tuple(pieces)


def _good_cut(parts: Sequence[Span], first: int, stop: int) -> int:
    """Where to end a window that holds ``parts[first:stop]``: at a pause, not in the middle of a sentence."""
    if parts[stop][0] - parts[stop - 1][1] >= _GOOD_CUT_S:
        return stop
    late = [i for i in range(first + 1, stop + 1) if parts[i - 1][1] >= parts[stop - 1][1] - _LOOK_BACK_S]
    return max(late, key=lambda i: (parts[i][0] - parts[i - 1][1], i))


def _cut(span: Span, longest_s: float, samples: Samples | None) -> list[Span]:
    """The span in parts of at most ``longest_s``, cut at the quietest 100 ms of the last seconds."""
    parts = []
    start, end = span
    while end - start > longest_s:
        at = start + longest_s
        if samples is not None:
            at = _quietest(samples, at - min(_HARD_CUT_SEARCH_S, longest_s / 2), at)
        parts.append((start, at))
        start = at
    return [*parts, (start, end)]


def _quietest(samples: Samples, low_s: float, high_s: float) -> float:
    step = SAMPLE_RATE_HZ // 50
    part = samples[_sample(low_s) : _sample(high_s)].astype(np.float32)
    power = np.square(part[: part.size // step * step]).reshape(-1, step).mean(axis=1)
    if power.size < 5:
        return high_s
    smooth = np.convolve(power, np.ones(5), mode="valid")
    return low_s + (int(np.argmin(smooth)) + 2.5) * 0.02


def _sample(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE_HZ)
