from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qa_toolkit import model_files
from qa_toolkit.errors import EnvironmentProblemError
from qa_toolkit.transcription.pitch import compiled_librosa
from qa_toolkit.transcription.speaker_embedding import WINDOW_SAMPLES, _taper_and_filters, embed, log_mel


def test_the_mel_spectrogram_is_the_one_librosa_makes_of_the_whole():
    pytest.importorskip("librosa")
    librosa = compiled_librosa()
    sound = np.random.default_rng(3).standard_normal(16_000).astype(np.float32) * 0.1
    expected = librosa.feature.melspectrogram(
        y=sound,
        sr=16_000,
        n_fft=512,
        win_length=400,
        hop_length=160,
        n_mels=40,
        window="hamming",
        center=False,
    )
    assert log_mel(sound) == pytest.approx(np.log10(expected.T + 1e-10), abs=1e-4)


def test_the_mel_filters_are_those_of_librosa():
    pytest.importorskip("librosa")
    filters = compiled_librosa().filters
    taper, mel = _taper_and_filters()
    assert taper[56:456] == pytest.approx(filters.get_window("hamming", 400, fftbins=True), abs=1e-12)
    assert mel == pytest.approx(filters.mel(sr=16_000, n_fft=512, n_mels=40, dtype=np.float64).T, abs=1e-12)


def test_silence_has_the_floor_of_the_logarithm():
    assert log_mel(np.zeros(2_000, np.float32)) == pytest.approx(-10.0)


@pytest.mark.model
def test_vectors_have_length_one_and_windows_may_reach_over_the_ends():
    pytest.importorskip("onnxruntime")
    try:
        model = model_files.resolve("speaker-embedder").path
    except EnvironmentProblemError as error:
        pytest.skip(str(error))
    sound = np.random.default_rng(3).standard_normal(WINDOW_SAMPLES).astype(np.float32) * 0.1
    vectors = embed(sound, [-5_000, 0, 9_000], model)
    assert vectors.shape == (3, 256)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert embed(sound, [], model).shape == (0, 256)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path):
    pytest.importorskip("onnxruntime")
    wrong = tmp_path / "embedder.onnx"
    wrong.write_bytes(b"not a model")
    with pytest.raises(EnvironmentProblemError, match="cannot be loaded"):
        embed(np.zeros(WINDOW_SAMPLES, np.float32), [0], wrong)
