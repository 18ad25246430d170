"""Edges of speech: what the detector says, put where the sound is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.transcription.speech_edges import on_sound

RATE = 16_000
Span = tuple[float, float]


def channel(seconds: float, sounds: list[tuple[float, float, float]], noise_db: float = -60.0) -> np.ndarray:
    """Noise at a level, with louder noise (start, end, level in dB of full scale) where somebody speaks."""
    random = np.random.default_rng(3)
    samples = random.normal(0.0, 32768 * 10 ** (noise_db / 20), round(seconds * RATE))
    for start, end, level_db in sounds:
        low, high = round(start * RATE), round(end * RATE)
        samples[low:high] += random.normal(0.0, 32768 * 10 ** (level_db / 20), high - low)
    return np.clip(samples, -32768, 32767).astype(np.int16)


TABLE = [
    # what, sounds (start, end, dB), noise dB, spans of the detector, spans wanted
    ("late end", [(1.0, 2.0, -25)], -60, [(1.0, 2.18)], [(1.0, 2.0)]),
    ("early start", [(1.0, 2.0, -25)], -60, [(0.85, 2.0)], [(1.0, 2.0)]),
    ("late start after a soft onset", [(0.9, 1.1, -45), (1.1, 2.0, -25)], -60, [(1.05, 2.0)], [(0.9, 2.0)]),
    ("in loud noise", [(1.0, 2.0, -25)], -40, [(0.9, 2.2)], [(1.0, 2.0)]),
    ("no farther in than 0.3 s", [(1.0, 2.0, -25)], -60, [(1.0, 2.8)], [(1.0, 2.8)]),
    ("sound all around is no silence to compare with", [(0.5, 2.0, -25)], -60, [(1.0, 2.0)], [(1.0, 2.0)]),
    ("breath 35 dB below", [(1.0, 2.0, -20), (2.0, 2.3, -56)], -75, [(1.0, 2.25)], [(1.0, 2.0)]),
    ("two spans that meet", [(1.0, 3.0, -25)], -60, [(1.0, 2.0), (2.0, 3.1)], [(1.0, 2.0), (2.0, 3.0)]),
    ("digital silence", [], -200, [(1.0, 2.0)], [(1.0, 2.0)]),
    ("a word of 60 ms stays as it was found", [(1.0, 1.06, -25)], -60, [(0.95, 1.15)], [(0.95, 1.15)]),
    ("at both ends of the recording", [(0.0, 3.0, -25)], -60, [(0.0, 3.0)], [(0.0, 3.0)]),
]


@pytest.mark.parametrize(
    ("sounds", "noise_db", "found", "wanted"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_edges(
    sounds: list[tuple[float, float, float]], noise_db: float, found: list[Span], wanted: list[Span]
) -> None:
    spans = on_sound(found, channel(3.0, sounds, noise_db))
    assert len(spans) == len(wanted)
    for span, expected in zip(spans, wanted, strict=True):
        assert span == pytest.approx(expected, abs=0.025)


@given(st.lists(st.floats(0.0, 0.6), max_size=20), st.integers(0, 5))
def test_spans_stay_in_order_apart_and_within_the_recording(lengths: list[float], seed: int) -> None:
    random = np.random.default_rng(seed)
    samples = (random.normal(0, 300, 5 * RATE) * np.repeat(random.random(50) > 0.5, RATE // 10)).astype(
        np.int16
    )
    edges = [edge for edge in np.cumsum(lengths).tolist() if edge <= 5.0]
    spans = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False) if b > a]
    moved = on_sound(spans, samples)
    assert len(moved) == len(spans)
    flat = [edge for span in moved for edge in span]
    assert flat == sorted(flat)
    assert all(0.0 <= edge <= 5.0 for edge in flat)
    assert all(b > a for a, b in moved)
    for (a, b), (c, d) in zip(spans, moved, strict=True):
        assert -0.2 - 1e-6 <= c - a <= 0.3 + 1e-6
        assert -0.3 - 1e-6 <= d - b <= 0.2 + 1e-6
