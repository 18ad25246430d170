"""Where somebody speaks on a channel: the Silero detector, run on 32 ms frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.errors import EnvironmentProblemError, MissingExtraError
from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples
from qa_toolkit.transcription.spool import release

FRAME_SAMPLES = 512
FRAME_S = FRAME_SAMPLES / SAMPLE_RATE_HZ
_CONTEXT_SAMPLES = 64
_BLOCK_FRAMES = 1024
"""Frames given to the detector at once: about 30 s, few enough to stay in the processor's cache."""

Span = tuple[float, float]
Probabilities = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How frame probabilities become spans.

    A span opens at ``threshold`` and closes when the probability has been below ``threshold - hysteresis``
    for ``min_silence_s``. The usual threshold of 0.5 lost a quarter of the speech of some telephone channels.
    """

    threshold: float = 0.3
    hysteresis: float = 0.15
    min_silence_s: float = 0.16
    min_speech_s: float = 0.1
    edge_s: float = 0.032


def speech_probabilities(
    samples: Samples, model: Path, on_progress: Callable[[float], None] | None = None
) -> Probabilities:
    """The probability of speech for each frame of 512 samples (32 ms); the last frame is filled with silence.

    Args:
        on_progress: told the fraction done, 0 to 1.

    Raises:
        EnvironmentProblemError: the detector cannot be loaded.
    """
    session = _session(str(model))
    frames = -(-samples.size // FRAME_SAMPLES)
    h, c = _zeros(), _zeros()
    found = np.zeros(frames, dtype=np.float32)
    # Silence is not skipped: the detector remembers how long it lasted, and hears speech worse without it.
    for first in range(0, frames, _BLOCK_FRAMES):
        last = min(frames, first + _BLOCK_FRAMES)
        output, h, c = session.run(None, {"input": _frames(samples, first, last), "h": h, "c": c})
        found[first:last] = np.asarray(output).reshape(-1)
        release(samples)
        if on_progress is not None:
            on_progress(last / frames)
    return found


def speech_spans(
    probabilities: Probabilities, duration_s: float, settings: VoiceSettings = VoiceSettings()
) -> tuple[Span, ...]:
    """Spans of speech in seconds, ordered, not overlapping, within the recording."""
    close_below = max(settings.threshold - settings.hysteresis, 0.01)
    min_silence = max(1, round(settings.min_silence_s / FRAME_S))
    spans: list[tuple[int, int]] = []
    start: int | None = None
    last_voice = 0
    for index, probability in enumerate(probabilities):
        if start is None:
            if probability >= settings.threshold:
                start, last_voice = index, index
        elif probability >= close_below:
            last_voice = index
        elif index - last_voice >= min_silence:
            spans.append((start, last_voice + 1))
            start = None
    if start is not None:
        spans.append((start, last_voice + 1))
    long_enough = ((a * FRAME_S, b * FRAME_S) for a, b in spans if (b - a) * FRAME_S >= settings.min_speech_s)
    return _widened(long_enough, settings.edge_s, duration_s)


def total_s(spans: Sequence[Span]) -> float:
    """Summed length of spans that do not overlap."""
    return float(sum(end - start for start, end in spans))


def _widened(spans: Any, edge_s: float, duration_s: float) -> tuple[Span, ...]:
    result: list[Span] = []
    for start, end in spans:
        low, high = max(0.0, start - edge_s), min(duration_s, end + edge_s)
        if result and low <= result[-1][1]:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        elif high > low:
            result.append((low, high))
    return tuple(result)


def _frames(samples: Samples, first: int, last: int) -> NDArray[np.float32]:
    """Frames with the 64 samples before each, as the detector expects them."""
    lead = max(0, first * FRAME_SAMPLES - _CONTEXT_SAMPLES)
    piece = samples[lead : last * FRAME_SAMPLES].astype(np.float32) / 32768.0
    missing_before = _CONTEXT_SAMPLES - (first * FRAME_SAMPLES - lead)
    missing_after = (
        last * FRAME_SAMPLES + _CONTEXT_SAMPLES - first * FRAME_SAMPLES - missing_before - piece.size
    )
    padded = np.pad(piece, (missing_before, max(0, missing_after)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, FRAME_SAMPLES + _CONTEXT_SAMPLES)
    return np.ascontiguousarray(windows[::FRAME_SAMPLES][: last - first])


def _zeros() -> NDArray[np.float32]:
    return np.zeros((1, 1, 128), dtype=np.float32)


@lru_cache(maxsize=2)
def _session(model: str) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtraError.of("transcription", "finding speech") from error
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"], sess_options=options)
    except Exception as error:
        raise EnvironmentProblemError(
            "the speech detector cannot be loaded", model, "reinstall faster-whisper"
        ) from error
