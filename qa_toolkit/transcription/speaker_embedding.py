"""What a voice sounds like: one vector for each short window of speech (an adapter to the ONNX embedder).

The embedder takes windows of 80 frames (0.8 s) of a 40-band log-mel spectrogram and gives 256 numbers.
"""

from __future__ import annotations

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
    """log10 of the mel spectrogram, frames by bands.

    Frames of 25 ms every 10 ms, Hamming window, power spectrum, Slaney mel scale: what
    ``librosa.feature.melspectrogram`` computes with ``n_fft=512, win_length=400, hop_length=160, n_mels=40,
    window="hamming", center=False``, without its seconds of start-up.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FFT_SAMPLES)[::HOP_SAMPLES]
    power = np.abs(np.fft.rfft(frames * _taper(), axis=1)) ** 2
    return np.asarray(np.log10(power @ _mel_filters().T + 1e-10), dtype=np.float32)


def _window(samples: Floats, start: int) -> Floats:
    needed = WINDOW_SAMPLES - HOP_SAMPLES + _FFT_SAMPLES
    piece = samples[max(0, start) : max(0, start + needed)]
    before = max(0, -start)
    return log_mel(np.pad(piece, (before, needed - before - piece.size)))


@cache
def _taper() -> NDArray[np.float64]:
    # librosa centres the shorter window in the FFT frame; "periodic" Hamming, as scipy gives for spectra.
    hamming = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(_FRAME_SAMPLES) / _FRAME_SAMPLES)
    edge = (_FFT_SAMPLES - _FRAME_SAMPLES) // 2
    return np.pad(hamming, (edge, edge))


@cache
def _mel_filters() -> NDArray[np.float64]:
    """Triangular filters of equal area, centres evenly spaced on the mel scale of Slaney (1998)."""
    top = _to_mel(np.array(SAMPLE_RATE_HZ / 2))
    edges = _to_hz(np.linspace(0.0, float(top), _MEL_BANDS + 2))
    lines = np.linspace(0.0, SAMPLE_RATE_HZ / 2, _FFT_SAMPLES // 2 + 1)
    rising = (lines - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - lines) / np.diff(edges)[1:, None]
    area = 2.0 / (edges[2:] - edges[:-2])
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)) * area[:, None])


def _to_mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = hertz / (200.0 / 3)
    return np.where(
        hertz < 1000.0, linear, 15.0 + np.log(np.maximum(hertz, 1.0) / 1000.0) * 27.0 / np.log(6.4)
    )


def _to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15.0, mel * (200.0 / 3), 1000.0 * np.exp((mel - 15.0) * np.log(6.4) / 27.0))


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
