"""The other side leaking into a channel: found, taken out, and nothing that was said there taken with it."""

from __future__ import annotations

import numpy as np
import pytest
from made_sound import Sound, bursts

from qa_toolkit import model_files
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription.audio import DecodedAudio, decode
from qa_toolkit.transcription.crosstalk import without_crosstalk
from qa_toolkit.transcription.layout import find_tracks
from qa_toolkit.transcription.levels import level_db
from qa_toolkit.transcription.voice_activity import speech_probabilities, speech_spans, total_s

pytest.importorskip("av")
SECONDS = 45


@pytest.fixture(scope="module")
def sides() -> tuple[Sound, Sound]:
    """The beginning of a bundled call in which the parties interrupt one another."""
    channels = decode(sample_dir() / "calls" / "inb-006.wav").channels
    return channels[0][: SECONDS * 16_000], channels[1][: SECONDS * 16_000]


def with_leak(own: Sound, other: Sound, *, db: float, delay_s: float = 0.0, noise: float = 0.0) -> Sound:
    late = np.concatenate([np.zeros(round(delay_s * 16_000)), other])[: own.size]
    hiss = np.random.default_rng(3).normal(0.0, noise, own.size)
    return np.clip(own + late * 10 ** (db / 20) + hiss, -32768, 32767).astype(np.int16)


def speech_s(samples: Sound) -> float:
    found = speech_probabilities(samples, model_files.resolve("silero-vad").path)
    return total_s(speech_spans(found, samples.size / 16_000))


LEAKS = [
    # dB below the original, delay in s, hiss
    (-26.0, 0.0, 0.0),
    (-26.0, 0.0, 60.0),
    (-26.0, 0.12, 0.0),
    (-20.0, 0.25, 40.0),
    (-12.0, 0.0, 0.0),
    (-35.0, 0.05, 20.0),
]


@pytest.mark.model
@pytest.mark.parametrize(("db", "delay_s", "noise"), LEAKS)
def test_speech_is_counted_once(sides: tuple[Sound, Sound], db: float, delay_s: float, noise: float) -> None:
    """With the leak taken out, about as much speech is found on each channel as without any leak."""
    pytest.importorskip("onnxruntime")
    first, second = sides
    leaking = (
        with_leak(first, second, db=db, delay_s=delay_s, noise=noise),
        with_leak(second, first, db=db, delay_s=delay_s, noise=noise),
    )
    tracks = find_tracks(DecodedAudio(leaking, 8000, float(SECONDS), "0" * 64))
    assert tracks.gated_s > 10.0
    for track, clean in zip(tracks.tracks, sides, strict=True):
        assert speech_s(track.samples) == pytest.approx(speech_s(clean), rel=0.12)


@pytest.mark.parametrize("noise", [0.0, 60.0])
def test_without_a_leak_the_channels_are_left_alone(sides: tuple[Sound, Sound], noise: float) -> None:
    first = with_leak(sides[0], sides[1], db=-200.0, noise=noise)
    (own, other), gated_s = without_crosstalk(first, sides[1])
    assert own is first
    assert other is sides[1]
    assert gated_s == 0.0


def test_noise_on_one_channel_is_no_leak(sides: tuple[Sound, Sound]) -> None:
    hiss = np.random.default_rng(4).normal(0.0, 200.0, sides[0].size).astype(np.int16)
    assert without_crosstalk(hiss, sides[0])[1] == 0.0


@pytest.mark.parametrize("quiet_db", [-10.0, -15.0])
def test_a_quiet_word_under_the_other_sides_speech_survives(
    sides: tuple[Sound, Sound], quiet_db: float
) -> None:
    """A back-channel 15 dB below the speech it accompanies stands out of a leak at -26 dB; most of it is kept."""
    agent = sides[0]
    loud = np.convolve(np.square(agent.astype(np.float64)), np.ones(8000), mode="valid")
    at = int(np.argmax(loud[: 30 * 16_000]))
    word = sides[1][int(7.9 * 16_000) : int(8.4 * 16_000)]
    gain = 10 ** ((level_db(agent) + quiet_db - level_db(word)) / 20)
    listener = np.zeros_like(agent)
    listener[at : at + word.size] = (word * gain).astype(np.int16)
    leaking = with_leak(listener, agent, db=-26.0)
    (cleaned, _), gated_s = without_crosstalk(leaking, agent)
    assert gated_s > 5.0
    kept = np.count_nonzero(cleaned[at : at + word.size] == leaking[at : at + word.size]) / word.size
    assert kept > 0.6


def test_only_the_leak_is_silenced_and_it_is_counted() -> None:
    agent = bursts(20.0, seed=1, on=(1.0, 4.0, 7.0, 11.0))
    customer = bursts(20.0, seed=2, on=(2.5, 5.5, 9.0, 13.0, 15.0))
    leaking = with_leak(agent, customer, db=-26.0)
    (cleaned, other), gated_s = without_crosstalk(leaking, customer)
    assert gated_s == pytest.approx(5 * 0.8, abs=0.3)
    leaked, own = (slice(int(s * 16_000), int((s + 0.8) * 16_000)) for s in (9.0, 7.0))
    assert np.abs(leaking[leaked]).max() > 200
    assert not cleaned[leaked].any()
    assert np.array_equal(cleaned[own], leaking[own])
    assert other is customer
