from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription.audio import decode
from qa_toolkit.transcription.pitch import yin

HOW = {"rate_hz": 8_000, "lowest_hz": 65.0, "highest_hz": 400.0, "frame": 512, "hop": 80}


def call() -> NDArray[np.float32]:
    return decode(sample_dir() / "calls" / "inb-003.wav").channels[0][: 16_000 * 20 : 2] / np.float32(32_768)


def noise() -> NDArray[np.float32]:
    return np.random.default_rng(3).normal(0.0, 0.1, 40_000).astype(np.float32)


def silence() -> NDArray[np.float32]:
    return np.zeros(4_000, dtype=np.float32)


@pytest.mark.parametrize("make", [call, noise, silence])
def test_a_number_for_every_frame_within_the_limits(make) -> None:
    sound = make()
    hertz = yin(sound, **HOW)
    assert hertz.shape == ((sound.size - 512) // 80 + 1,)
    assert np.isfinite(hertz).all()
    assert (hertz > 60.0).all()
    assert (hertz < 420.0).all()


@pytest.mark.parametrize("hertz", [80.0, 123.4, 210.0, 333.0])
def test_the_pitch_of_a_voice_like_tone(hertz: float) -> None:
    phase = 2 * np.pi * hertz * np.arange(8_000) / 8_000
    sound = sum(np.sin(k * phase) / k for k in range(1, 6)).astype(np.float32) * 0.1
    assert yin(sound, **HOW) == pytest.approx(hertz, rel=0.005)


def test_a_sound_shorter_than_a_frame_has_none() -> None:
    assert yin(np.zeros(511, dtype=np.float32), **HOW).size == 0
