"""Files damaged at random, in every way a transfer can damage them: they decode or are refused, nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from qa_toolkit.errors import AudioError
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription import audio
from qa_toolkit.transcription.layout import find_tracks

pytest.importorskip("av")

FORMATS = [
    # codec, file, samples a second
    ("pcm_s16le", "call.wav", 8000),
    ("pcm_mulaw", "mulaw.wav", 8000),
    ("libmp3lame", "call.mp3", 16000),
    ("libopus", "call.ogg", 48000),
    ("flac", "call.flac", 16000),
]
LONGEST_S = 20.0


def damaged(whole: bytes, random: np.random.Generator) -> bytes:
    """A copy with one to four faults: bytes changed, a stretch lost, doubled, zeroed or made up, the end cut off.

    Half of the faults hit the first 200 bytes, where headers are.
    """
    data = bytearray(whole)
    for _ in range(int(random.integers(1, 5))):
        reach = min(200, len(data)) if random.random() < 0.5 else len(data)
        at = int(random.integers(0, max(1, reach)))
        length = int(random.integers(1, 400))
        match int(random.integers(0, 6)):
            case 0:
                for index in random.integers(0, max(1, reach), 8):
                    data[int(index) % len(data)] = int(random.integers(0, 256))
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at : at + length] = bytes(len(data[at : at + length]))
            case 4:
                data[at:at] = random.bytes(length)
            case _:
                del data[at + 1 :]
        if not data:
            return b"\0"
    return bytes(data)


def check(path: Path, whole: bytes, count: int, seed: int) -> tuple[int, int]:
    """How many damaged copies were read and how many refused; anything else fails."""
    random = np.random.default_rng(seed)
    read = refused = 0
    for number in range(count):
        path.write_bytes(damaged(whole, random))
        started = time.monotonic()
        try:
            decoded = audio.decode(path)
            find_tracks(decoded)
        except AudioError:
            refused += 1
        else:
            assert decoded.duration_s > 0, number
            assert len({channel.size for channel in decoded.channels}) == 1, number
            read += 1
        assert time.monotonic() - started < LONGEST_S, f"copy {number} of seed {seed}"
    return read, refused


@pytest.fixture
def spoken() -> np.ndarray:
    return audio.decode(sample_dir() / "calls" / "out-010.wav").channels[1][: 4 * 16_000]


@pytest.mark.parametrize(("codec", "name", "rate"), FORMATS)
def test_damaged_copies(
    encoded: Callable[..., Path], spoken: np.ndarray, codec: str, name: str, rate: int
) -> None:
    path = encoded(spoken, codec, name, rate=rate)
    read, refused = check(path, path.read_bytes(), 40, seed=11)
    assert read > 0
    assert refused > 0


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("codec", "name", "rate"), FORMATS)
def test_many_damaged_copies(
    encoded: Callable[..., Path], spoken: np.ndarray, codec: str, name: str, rate: int
) -> None:
    path = encoded(spoken, codec, name, rate=rate)
    assert sum(check(path, path.read_bytes(), 500, seed=2026)) == 500
