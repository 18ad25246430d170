"""Sound made in the tests of transcription: tones, bursts of noise, WAV headers that claim anything."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.int16]


def tone(seconds: float = 1.0, *, rate: int = 8000, hertz: float = 440.0, level: float = 0.3) -> Sound:
    t = np.arange(round(seconds * rate)) / rate
    return (level * 32767 * np.sin(2 * np.pi * hertz * t)).astype(np.int16)


def bursts(seconds: float, *, seed: int, rate: int = 16_000, on: tuple[float, ...] = ()) -> Sound:
    """Noise shaped like speech: loud at the given seconds (each for 0.8 s), otherwise a faint floor."""
    random = np.random.default_rng(seed)
    sound = random.normal(0, 8, round(seconds * rate))
    for start in on:
        low = round(start * rate)
        sound[low : low + round(0.8 * rate)] += random.normal(0, 3000, round(0.8 * rate))
    return np.clip(sound, -32768, 32767).astype(np.int16)


def wave_header(
    *, channels: int = 1, rate: int = 8000, bits: int = 16, data_bytes: int = 0, tag: int = 1
) -> bytes:
    """The 44 bytes of a WAV header, with whatever it claims."""
    block = channels * bits // 8
    return (
        b"RIFF" + struct.pack("<I", min(36 + data_bytes, 0xFFFFFFFF)) + b"WAVEfmt "
        + struct.pack("<IHHII", 16, tag, channels, rate, min(rate * block, 0xFFFFFFFF))
        + struct.pack("<HH", block & 0xFFFF, bits)
        + b"data" + struct.pack("<I", data_bytes)
    )  # fmt: skip


def write_wave(path: Path, *channels: Sound, rate: int = 16_000) -> Path:
    """Writes channels of one length as a WAV file of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.stack(channels, axis=1).tobytes())
    return path
