"""Music and tones on hold, told from speech, noise and signals; whole recordings with a hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_sound import Sound, bursts

from qa_toolkit.metrics import measure
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription import TranscriptionOptions, transcribe
from qa_toolkit.transcription.audio import decode
from qa_toolkit.transcription.engine import EngineIdentity, Heard, HeardWord, Recognition
from qa_toolkit.transcription.music import find_music
from qa_toolkit.transcription.speech_search import loud_frames

RATE = 16_000


def tune(seconds: float, level: float = 0.1) -> np.ndarray:
    """A note of four harmonics every half second, as it comes out of a telephone."""
    random, sound = np.random.default_rng(4), np.zeros(round(seconds * RATE))
    time = np.arange(RATE) / RATE
    for start in range(0, sound.size - RATE, RATE // 2):
        pitch = 220.0 * 2 ** (random.choice((0, 4, 7, 9, 12, 16)) / 12)
        note = sum(np.sin(2 * np.pi * pitch * h * time) / h for h in (1, 2, 3, 4)) * np.exp(-3 * time)
        sound[start : start + RATE] += level * note
    return sound


def hiss(seconds: float, slope: float = 0.0, level: float = 0.1) -> np.ndarray:
    """Noise that falls with frequency to the power of ``slope``."""
    size = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(size=size))
    spectrum /= np.maximum(np.fft.rfftfreq(size, 1 / RATE), 20.0) ** slope
    sound = np.fft.irfft(spectrum, size)
    return level * sound / np.sqrt(np.mean(sound**2))


def cadence(seconds: float, on_s: float, off_s: float) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    return 0.1 * np.sin(2 * np.pi * 440 * at) * (at % (on_s + off_s) < on_s)


BETWEEN = [
    # what sounds from 10 to 30 s between speech, and whether it is music
    ("music", tune(20.0), True),
    ("music with noise 10 dB below", tune(20.0) + hiss(20.0, level=0.02), True),
    ("a tone", cadence(20.0, 20.0, 0.0), True),
    ("white noise", hiss(20.0), False),
    ("pink noise", hiss(20.0, 0.5), False),
    ("rumble", hiss(20.0, 1.0), False),
    ("ring-back", cadence(20.0, 2.0, 4.0), False),
    ("beeps", cadence(20.0, 0.4, 3.0), False),
    ("silence", np.zeros(20 * RATE), False),
    ("music far away", tune(20.0, 0.0005), False),
    ("four seconds of music", np.pad(tune(5.0), (0, 15 * RATE)), False),
]


@pytest.mark.parametrize(("sound", "music"), [row[1:] for row in BETWEEN], ids=[row[0] for row in BETWEEN])
def test_what_sounds_between_speech(sound: np.ndarray, music: bool) -> None:
    before, after = (bursts(10.0, seed=seed, on=tuple(range(1, 9))) for seed in (1, 2))
    samples = np.concatenate((before, np.clip(sound * 32767, -32768, 32767).astype(np.int16), after))
    speech = [(at + second, at + second + 0.8) for at in (0.0, 30.0) for second in range(1, 9)]
    found = find_music(samples, loud_frames(samples), speech)
    assert bool(found) is music
    for start, end in found:
        assert (start, end) == (pytest.approx(10.0, abs=0.6), pytest.approx(30.0, abs=1.1))


def test_music_ends_where_somebody_speaks() -> None:
    samples = np.clip(tune(30.0) * 32767, -32768, 32767).astype(np.int16)
    samples[:RATE] = 0
    found = find_music(samples, loud_frames(samples), [(14.0, 16.0)])
    assert [end <= 14.0 or start >= 16.0 for start, end in found] == [True, True]


class Talker:
    """Two words a second of speech."""

    identity = EngineIdentity("talker", "none", "0" * 64, {})

    def recognise(self, windows, settings, on_done=None):  # type: ignore[no-untyped-def]
        heard = [
            Heard(tuple(HeardWord(f"w{n}", n / 2, n / 2 + 0.4, 0.9) for n in range(int(w.speech_s * 2))))
            for w in windows
        ]
        return Recognition("en", 1.0, tuple(heard))


@pytest.mark.model
def test_music_between_speech_is_a_hold_of_the_call(wave_file: Callable[..., Path]) -> None:
    pytest.importorskip("av")
    pytest.importorskip("onnxruntime")
    agent, customer = (side[: 20 * RATE] for side in decode(sample_dir() / "calls" / "inb-003.wav").channels)
    played = (tune(40.0) * 32767).astype(np.int16)
    quiet: Sound = np.zeros(played.size, dtype=np.int16)
    path = wave_file(np.concatenate((agent, played, agent)), np.concatenate((customer, quiet, customer)))
    transcript = transcribe(path, TranscriptionOptions(), engine=Talker())
    (span,) = transcript.music
    assert (span.channel, span.start_s, span.end_s) == (
        0, pytest.approx(20.0, abs=1.0), pytest.approx(60.0, abs=1.5),
    )  # fmt: skip
    measured = measure(transcript)
    assert measured.get("hold").value == pytest.approx(40.0, abs=3.0)
    assert [e.source for e in measured.events if e.kind == "hold"] == ["hold_music/1"]
    assert not any(e.kind == "dead_air" for e in measured.events)
