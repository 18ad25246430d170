"""Speech that is hard to tell: behind a steep band filter, among music and tones."""

from __future__ import annotations

import numpy as np
import pytest
from made_sound import bursts, tone

from qa_toolkit import model_files
from qa_toolkit.errors import EnvironmentProblemError
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription.audio import decode
from qa_toolkit.transcription.levels import FRAME_S
from qa_toolkit.transcription.speech_search import find_speech, loud_frames
from qa_toolkit.transcription.voice_activity import FRAME_S as DETECTOR_FRAME_S
from qa_toolkit.transcription.voice_activity import speech_probabilities, total_s

SOUND = bursts(20.0, seed=4, on=tuple(range(1, 19)))  # 18 x 0.8 s, all of one loudness


def probabilities(*parts: tuple[float, float, float]) -> np.ndarray:
    """Probability by frame: 0, but as said from one second to another."""
    found = np.zeros(round(20.0 / DETECTOR_FRAME_S), dtype=np.float32)
    for start, end, value in parts:
        found[round(start / DETECTOR_FRAME_S) : round(end / DETECTOR_FRAME_S)] = value
    return found


def said(first: int, last: int, value: float) -> list[tuple[float, float, float]]:
    return [(second, second + 0.8, value) for second in range(first, last)]


TABLE = [
    # what, probabilities, threshold used, seconds left out
    ("all of it is found", said(1, 19, 0.9), 0.3, 0.0),
    ("a part is nearly speech", [*said(1, 15, 0.9), *said(15, 19, 0.2)], 0.15, 0.0),
    ("a part is no speech at all", [*said(1, 15, 0.9), *said(15, 19, 0.02)], 0.3, 3.2),
    ("some of it nearly, more of it not", [*said(1, 10, 0.9), *said(10, 12, 0.2)], 0.3, 7.2),
    ("too little to judge the rest by", [*said(1, 6, 0.9), *said(6, 19, 0.2)], 0.3, 10.4),
    ("none", [], 0.3, 14.4),
]


@pytest.mark.parametrize(
    ("parts", "threshold", "left_out_s"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_threshold_gives_way_where_that_explains_the_sound(
    parts: list[tuple[float, float, float]], threshold: float, left_out_s: float
) -> None:
    found = find_speech(SOUND, probabilities(*parts), 20.0, 0.3)
    assert found.threshold == threshold
    assert found.loud_s == pytest.approx(14.4, abs=0.5)
    assert found.left_out_s == pytest.approx(left_out_s, abs=0.5)


@pytest.mark.parametrize(
    ("sound", "seconds"),
    [(np.zeros(32_000, np.int16), 0.0), (bursts(4.0, seed=1), 0.0), (tone(2.0, rate=16_000), 0.0)],
    ids=["silence", "noise", "a tone that never stops"],
)
def test_what_never_changes_does_not_stand_out(sound: np.ndarray, seconds: float) -> None:
    assert float(loud_frames(sound).sum()) * FRAME_S == pytest.approx(seconds, abs=0.3)


def test_noise_around_silenced_stretches_does_not_stand_out() -> None:
    """Where crosstalk was taken out there is no sound at all; what noise is left elsewhere is still noise."""
    whole = bursts(20.0, seed=4, on=tuple(range(1, 8)))
    noisy = whole + np.random.default_rng(2).normal(0, 100, whole.size).astype(np.int16)
    silenced = noisy.copy()
    silenced[12 * 16_000 : 18 * 16_000] = 0
    for samples in (noisy, silenced):
        assert float(loud_frames(samples).sum()) * FRAME_S == pytest.approx(7 * 0.8, abs=0.3)


def banded(samples: np.ndarray, order: int) -> np.ndarray:
    """Through a band filter of 300 to 3400 Hz, forwards and backwards."""
    import scipy.signal

    filters = scipy.signal.butter(order // 2, [300, 3400], "bandpass", fs=16_000, output="sos")
    return np.clip(scipy.signal.sosfiltfilt(filters, samples.astype(float)), -32768, 32767).astype(np.int16)


def speech_s(samples: np.ndarray) -> tuple[float, float]:
    """Seconds of speech found, and with a detector that stays at 0.5."""
    pytest.importorskip("onnxruntime")
    try:
        detector = model_files.resolve("silero-vad").path
    except EnvironmentProblemError as error:
        pytest.skip(str(error))
    found = speech_probabilities(samples, detector)
    duration_s = samples.size / 16_000
    return tuple(total_s(find_speech(samples, found, duration_s, at).spans) for at in (0.3, 0.5))  # type: ignore[return-value]


@pytest.mark.model
@pytest.mark.parametrize("order", [8, 16])
@pytest.mark.parametrize("name", ["inb-006", "out-001"])
def test_a_steep_band_filter_loses_no_speech(name: str, order: int) -> None:
    for channel in decode(sample_dir() / "calls" / f"{name}.wav").channels:
        assert speech_s(banded(channel, order))[0] >= 0.97 * speech_s(channel)[0]


@pytest.mark.model
@pytest.mark.parametrize("side", ["agent", "caller"])
def test_a_steep_band_filter_loses_no_speech_of_a_real_call(shared_data, side: str) -> None:
    path = shared_data("lca-auto-repairs-40") / f"Auto_Repairs_40_UTC_{side}.wav"
    whole = decode(path).channels[0]
    assert speech_s(banded(whole, 8))[0] >= 0.95 * speech_s(whole)[0]
