"""Recordings of hours: the same result out of a file as out of memory, and little memory used."""

from __future__ import annotations

import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_sound import Sound, bursts

from qa_toolkit.transcription import spool
from qa_toolkit.transcription.acoustics import party_sounds
from qa_toolkit.transcription.audio import decode
from qa_toolkit.transcription.layout import find_tracks

pytest.importorskip("av")

AGENT = bursts(20.0, seed=1, on=(1.0, 4.0, 7.0, 11.0))
CUSTOMER = bursts(20.0, seed=2, on=(2.5, 5.5, 9.0, 13.0, 15.0))


def leaking(own: Sound, other: Sound, gain: float) -> Sound:
    return (own + other * gain).astype(np.int16)


CASES: list[tuple[str, tuple[Sound, ...]]] = [
    ("mono", (AGENT,)),
    ("two parties", (AGENT, CUSTOMER)),
    ("dual mono", (AGENT, (AGENT * 0.7).astype(np.int16))),
    ("crosstalk", (leaking(AGENT, CUSTOMER, 0.05), leaking(CUSTOMER, AGENT, 0.05))),
    ("quiet", ((AGENT * 0.01).astype(np.int16), (CUSTOMER * 0.02).astype(np.int16))),
]


@pytest.mark.parametrize(("name", "channels"), CASES, ids=[name for name, _ in CASES])
def test_samples_in_a_file_give_the_same_tracks(
    wave_file: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    channels: tuple[Sound, ...],
) -> None:
    path = wave_file(*channels)
    held = find_tracks(decode(path))
    monkeypatch.setattr(spool, "IN_MEMORY_BYTES", 10_000)
    monkeypatch.setattr(spool, "BLOCK", 7_001)
    audio = decode(path)
    assert all(isinstance(channel, np.memmap) for channel in audio.channels)
    filed = find_tracks(audio)
    assert (filed.layout, filed.warnings, filed.gated_s) == (held.layout, held.warnings, held.gated_s)
    for one, other in zip(filed.tracks, held.tracks, strict=True):
        assert np.array_equal(one.samples, other.samples)
    assert party_sounds(audio.channels, ()) == ()


PEAK = """
import resource, sys
from pathlib import Path
from qa_toolkit import model_files
from qa_toolkit.transcription.audio import decode
from qa_toolkit.transcription.layout import find_tracks
from qa_toolkit.transcription.voice_activity import speech_probabilities

for track in find_tracks(decode(Path(sys.argv[1]))).tracks:
    speech_probabilities(track.samples, model_files.resolve("silero-vad").path)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_mb(path: Path) -> int:
    done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.soak
@pytest.mark.model
@pytest.mark.timeout(1800)
def test_six_hours_need_little_more_memory_than_ten_minutes(tmp_path: Path) -> None:
    """Two channels at 8 kHz, decoded, checked for crosstalk and searched for speech: at most 150 MB more."""
    pytest.importorskip("onnxruntime")
    minute = np.stack([bursts(60.0, seed=s, rate=8000, on=(1.0 + s, 20.0 + s, 40.0)) for s in (0, 3)], axis=1)
    peaks = []
    for minutes in (10, 360):
        path = tmp_path / f"{minutes}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(8000)
            for _ in range(minutes):
                file.writeframes(minute.tobytes())
        peaks.append(peak_mb(path))
    assert peaks[1] - peaks[0] <= 150
