"""Spans from frame probabilities, and the detector on real speech."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit import model_files
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription.audio import decode
from qa_toolkit.transcription.voice_activity import (
    FRAME_S,
    VoiceSettings,
    speech_probabilities,
    speech_spans,
    total_s,
)

PLAIN = VoiceSettings(edge_s=0.0)


def probabilities(pattern: str) -> np.ndarray:
    """``#`` is speech, ``-`` is doubtful (0.2), ``.`` is silence; one character a frame of 32 ms."""
    return np.array([{"#": 0.9, "-": 0.2, ".": 0.01}[c] for c in pattern], dtype=np.float32)


TABLE = [
    # frames, spans in frames
    ("..........", []),
    ("..######..", [(2, 8)]),
    ("######", [(0, 6)]),
    ("..####...####......", [(2, 13)]),  # a gap of three frames (96 ms) is no silence yet
    ("..####......####......", [(2, 6), (12, 16)]),
    ("..####----####......", [(2, 14)]),  # doubtful frames keep a span open ...
    ("....------....", []),  # ... and do not open one
    ("..##........", []),  # 64 ms are no speech
]


@pytest.mark.parametrize(("pattern", "frames"), TABLE)
def test_spans(pattern: str, frames: list[tuple[int, int]]) -> None:
    found = speech_spans(probabilities(pattern), len(pattern) * FRAME_S, PLAIN)
    assert [(round(a / FRAME_S), round(b / FRAME_S)) for a, b in found] == frames


@given(st.lists(st.floats(0.0, 1.0, width=32), max_size=200), st.floats(0.05, 0.95))
def test_spans_are_ordered_apart_and_inside_the_recording(values: list[float], threshold: float) -> None:
    duration_s = len(values) * FRAME_S - 0.01
    found = speech_spans(
        np.array(values, dtype=np.float32), max(duration_s, 0.0), VoiceSettings(threshold=threshold)
    )
    assert all(a < b for a, b in found)
    assert all(a >= 0.0 and b <= max(duration_s, 0.0) for a, b in found)
    assert all(first[1] < second[0] for first, second in pairwise(found))


@pytest.fixture(scope="module")
def detector() -> object:
    pytest.importorskip("onnxruntime")
    found = model_files.status("silero-vad")
    if found.path is None:
        pytest.skip(found.detail)
    return found.path


@pytest.mark.model
def test_a_voice_is_found_and_a_hold_tone_is_not(detector: object) -> None:
    audio = decode(sample_dir() / "calls" / "inb-001.flac")  # a hold with a soft tone from 56.5 to 84.8 s
    spans = speech_spans(speech_probabilities(audio.channels[0], detector), audio.duration_s)  # type: ignore[arg-type]
    held = sum(max(0.0, min(b, 84.8) - max(a, 57.0)) for a, b in spans)
    assert held < 1.0
    assert total_s(spans) > 45.0


@pytest.mark.model
def test_probabilities_do_not_depend_on_where_blocks_end(
    detector: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = decode(sample_dir() / "calls" / "inb-003.wav").channels[0][: 16_000 * 10]
    whole = speech_probabilities(samples, detector)  # type: ignore[arg-type]
    monkeypatch.setattr("qa_toolkit.transcription.voice_activity._BLOCK_FRAMES", 37)
    in_blocks = speech_probabilities(samples, detector)  # type: ignore[arg-type]
    assert np.allclose(whole, in_blocks, atol=1e-4)
    assert whole.size == -(-samples.size // 512)


@pytest.mark.model
@pytest.mark.parametrize("samples", [0, 1, 511, 512, 513])
def test_very_short_recordings(detector: object, samples: int) -> None:
    found = speech_probabilities(np.zeros(samples, dtype=np.int16), detector)  # type: ignore[arg-type]
    assert found.size == -(-samples // 512)
