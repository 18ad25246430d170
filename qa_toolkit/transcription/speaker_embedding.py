"""What a voice sounds like: one vector for each short window of speech (an adapter to the ONNX embedder).

The embedder takes windows of 80 frames (0.8 s) of a 40-band log-mel spectrogram and gives 256 numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.errors import EnvironmentProblemError, MissingExtraError

SAMPLE_RATE_HZ = 16_000
WINDOW_FRAMES = 80
HOP_SAMPLES = 160
WINDOW_SAMPLES = WINDOW_FRAMES * HOP_SAMPLES
_FFT_SAMPLES = 512
_FRAME_SAMPLES = 400
_MEL_BANDS = 40
_BATCH = 16
NEEDED_SAMPLES = WINDOW_SAMPLES - HOP_SAMPLES + _FFT_SAMPLES
"""What is read for one window: the last frame reaches a little beyond it."""
_LOG_FROM_MEL, _LOG_STEP = 15.0, math.log(6.4) / 27.0
"""Slaney's scale: 15 mels of equal width up to 1 kHz, then 27 steps for a factor of 6.4."""

Floats = NDArray[np.float32]


def embed(samples: Floats, starts: Sequence[int], embedder: Path) -> Floats:
    """One vector of length 1 for each window of 0.8 s that starts at a sample of ``starts``.

    Windows may reach over either end of the recording; what lies outside is silence.

    Args:
        samples: mono, 16 kHz, -1 to 1.
        embedder: the ONNX file of the speaker embedder.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        EnvironmentProblemError: the file is no speaker embedder.
    """
    session = _session(str(embedder))
    vectors = [
        session.run(
            None, {"mel_window": np.stack([_window(samples, at) for at in starts[first : first + _BATCH]])}
        )[0]
        for first in range(0, len(starts), _BATCH)
    ]
    if not vectors:
        return np.zeros((0, 256), dtype=np.float32)
    return unit_length(np.concatenate(vectors))


def unit_length(vectors: Floats) -> Floats:
    """Vectors scaled to length 1; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def log_mel(samples: Floats) -> Floats:
    """log10 of the mel spectrogram, frames by bands, as the embedder was trained on it.

    Frames of 25 ms every 10 ms, Hamming window, power spectrum, Slaney mel scale, no centring. The
    numbers are those of librosa's ``melspectrogram``, which takes seconds to import.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FFT_SAMPLES)[::HOP_SAMPLES]
    taper, filters = _taper_and_filters()
    power = np.abs(np.fft.rfft(frames * taper, axis=1)) ** 2
    return np.asarray(np.log10(power @ filters + 1e-10), dtype=np.float32)


@cache
def _taper_and_filters() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The Hamming window in the middle of a frame, and the mel filters, bins by bands."""
    edge = (_FFT_SAMPLES - _FRAME_SAMPLES) // 2
    phase = 2.0 * np.pi * np.arange(_FRAME_SAMPLES) / _FRAME_SAMPLES
    taper = np.pad(0.54 - 0.46 * np.cos(phase), (edge, _FFT_SAMPLES - _FRAME_SAMPLES - edge))
    return taper, _mel_filters()


def _mel_filters() -> NDArray[np.float64]:
    """Triangles of equal area on Slaney's mel scale: even below 1 kHz, logarithmic above (Slaney 1998)."""
    highest = _LOG_FROM_MEL + math.log(SAMPLE_RATE_HZ / 2 / 1000.0) / _LOG_STEP
    mels = np.linspace(0.0, highest, _MEL_BANDS + 2)
    even = mels * 1000.0 / _LOG_FROM_MEL
    edges = np.where(mels < _LOG_FROM_MEL, even, 1000.0 * np.exp(_LOG_STEP * (mels - _LOG_FROM_MEL)))
    bins = np.arange(_FFT_SAMPLES // 2 + 1) * SAMPLE_RATE_HZ / _FFT_SAMPLES
    rising = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    filters: NDArray[np.float64] = (
        np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (edges[2:] - edges[:-2])
    )
    return filters


def _window(samples: Floats, start: int) -> Floats:
    piece = samples[max(0, start) : max(0, start + NEEDED_SAMPLES)]
    before = max(0, -start)
    return log_mel(np.pad(piece, (before, NEEDED_SAMPLES - before - piece.size)))


@lru_cache(maxsize=2)
def _session(embedder: str) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtraError.of("transcription", "telling speakers apart") from error
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    fix = "use the model 'speaker-embedder' of models/manifest.toml"
    try:
        session = onnxruntime.InferenceSession(
            embedder, providers=["CPUExecutionProvider"], sess_options=options
        )
    except Exception as error:
        raise EnvironmentProblemError("the speaker embedder cannot be loaded", embedder, fix) from error
    if [given.name for given in session.get_inputs()] != ["mel_window"]:
        raise EnvironmentProblemError("the model is no speaker embedder", embedder, fix)
    return session
