"""Mono, dual mono or a party a channel, and crosstalk taken out."""

from __future__ import annotations

import numpy as np
import pytest
from made_sound import Sound, bursts

from qa_toolkit.domain import ChannelLayout
from qa_toolkit.transcription.audio import DecodedAudio
from qa_toolkit.transcription.layout import find_tracks, levelled
from qa_toolkit.transcription.levels import level_db

AGENT = bursts(12.0, seed=1, on=(1.0, 4.0, 8.0))
CUSTOMER = bursts(12.0, seed=2, on=(2.4, 6.0, 10.0))
SILENCE = np.zeros(12 * 16_000, dtype=np.int16)


def scaled(sound: Sound, gain: float) -> Sound:
    return np.clip(sound * gain, -32768, 32767).astype(np.int16)


def mixed(first: Sound, second: Sound, gain: float = 1.0) -> Sound:
    return np.clip(first.astype(np.int32) + (second * gain).astype(np.int32), -32768, 32767).astype(np.int16)


def audio(*channels: Sound) -> DecodedAudio:
    return DecodedAudio(channels, 8000, channels[0].size / 16_000, "0" * 64)


BOTH = mixed(AGENT, CUSTOMER)

ECHO = np.roll(scaled(AGENT, 0.3), 80)

LAYOUTS = [
    (
        "strong echo of the agent with a quieter customer",
        (AGENT, mixed(scaled(CUSTOMER, 0.3), ECHO)),
        ChannelLayout.TWO_PARTY,
    ),
    ("one channel", (BOTH,), ChannelLayout.MONO),
    ("one party each", (AGENT, CUSTOMER), ChannelLayout.TWO_PARTY),
    ("one party is silent", (AGENT, SILENCE), ChannelLayout.TWO_PARTY),
    ("both are silent", (SILENCE, SILENCE), ChannelLayout.TWO_PARTY),
    ("one party is faint crosstalk of the other", (AGENT, scaled(AGENT, 0.05)), ChannelLayout.TWO_PARTY),
    ("some crosstalk", (mixed(AGENT, CUSTOMER, 0.1), mixed(CUSTOMER, AGENT, 0.1)), ChannelLayout.TWO_PARTY),
    ("the same mix twice", (BOTH, BOTH), ChannelLayout.DUAL_MONO),
    ("the same mix, one side quieter", (BOTH, scaled(BOTH, 0.5)), ChannelLayout.DUAL_MONO),
    ("the same mix, 5 ms later", (BOTH, np.roll(BOTH, 80)), ChannelLayout.DUAL_MONO),
    ("the same mix, inverted", (BOTH, scaled(BOTH, -1.0)), ChannelLayout.DUAL_MONO),
    ("the same mix, coded twice", (BOTH, mixed(BOTH, bursts(12.0, seed=3))), ChannelLayout.DUAL_MONO),
]


@pytest.mark.parametrize(
    ("channels", "layout"), [row[1:] for row in LAYOUTS], ids=[row[0] for row in LAYOUTS]
)
def test_layouts(channels: tuple[Sound, ...], layout: ChannelLayout) -> None:
    found = find_tracks(audio(*channels))
    assert found.layout is layout
    assert len(found.tracks) == (2 if layout is ChannelLayout.TWO_PARTY else 1)
    assert [track.channel for track in found.tracks] == list(range(len(found.tracks)))


def test_an_inverted_copy_does_not_cancel() -> None:
    assert level_db(find_tracks(audio(BOTH, scaled(BOTH, -1.0))).tracks[0].samples) > -40


def test_of_four_channels_the_two_with_sound_are_used() -> None:
    found = find_tracks(audio(SILENCE, AGENT, SILENCE, CUSTOMER))
    assert [track.channel for track in found.tracks] == [1, 3]
    assert found.warnings == ("the recording has 4 channels; only channels 1 and 3 are used",)


def test_sound_that_is_left_out_is_mentioned() -> None:
    found = find_tracks(audio(AGENT, CUSTOMER, scaled(AGENT, 0.5)))
    assert "1 more with sound are left out" in found.warnings[0]


@pytest.mark.parametrize("gain", [0.005, 0.01, 0.03])
def test_quiet_recordings_are_amplified(gain: float) -> None:
    assert level_db(levelled(scaled(BOTH, gain))) == pytest.approx(-26.0, abs=3.0)


def test_normal_and_silent_recordings_are_not() -> None:
    assert levelled(BOTH) is BOTH
    assert levelled(SILENCE) is SILENCE
