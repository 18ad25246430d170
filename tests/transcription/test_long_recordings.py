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

from qa_toolkit.resources import sample_dir
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
from qa_toolkit.metrics import measure
from qa_toolkit.transcription import transcribe
from qa_toolkit.transcription.engine import EngineIdentity, Heard, HeardWord, Recognition

class Reader:
    # Two words a second, as people speak; the recogniser's own memory does not grow with the recording.
    identity = EngineIdentity("reader", "none", "0" * 64, {})
    def recognise(self, windows, settings, on_done=None):
        heard = []
        for window in windows:
            count = int(window.speech_s * 2)
            words = [HeardWord(f"word{n}", n / 2, n / 2 + 0.4, 0.9) for n in range(count)]
            heard.append(Heard(tuple(words)))
            if on_done is not None:
                on_done(len(heard))
        return Recognition("en", 1.0, tuple(heard))

done = []
transcript = transcribe(Path(sys.argv[1]), engine=Reader(), on_progress=done.append)
assert len(transcript.turns) > 10 and len({turn.speaker for turn in transcript.turns}) == 2
assert done == sorted(done) and done[-1] == 1.0 and len(done) > 10
assert measure(transcript).metrics
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_mb(path: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def written(path: Path, minutes: int, channels: int) -> Path:
    """A bundled call again and again, at the telephone's 8 kHz; one channel is the mix of both."""
    both = [channel[::2] for channel in decode(sample_dir() / "calls" / "inb-003.wav").channels]
    if channels == 1:
        both = [(both[0] // 2 + both[1] // 2).astype(np.int16)]
    call = np.stack(both, axis=1)[: 80 * 8000].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        left = minutes * 60 * 8000 * 2 * channels
        while left > 0:
            file.writeframes(call[:left])
            left -= len(call)
    return path


@pytest.mark.soak
@pytest.mark.model
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("channels", [1, 2])
def test_six_hours_need_little_more_memory_than_ten_minutes(
    tmp_path: Path, record_testsuite_property: Callable[[str, object], None], channels: int
) -> None:
    """Everything but the recogniser: decoding, crosstalk, speech, speakers, roles, sound, metrics; 150 MB more."""
    pytest.importorskip("onnxruntime")
    peaks = [peak_mb(written(tmp_path / f"{minutes}.wav", minutes, channels)) for minutes in (10, 360)]
    record_testsuite_property(f"peak_mb_of_ten_minutes_and_six_hours_{channels}", peaks)
    assert peaks[1] - peaks[0] <= 150
