"""Loudness and pitch as metrics; how they are measured is tested with the transcription."""

from __future__ import annotations

import pytest

from qa_toolkit.domain import ChannelLayout, PartySound, Recording, Role, SpeechSpan, Transcript, Turn
from qa_toolkit.metrics import MetricThresholds, measure

RECORDING = Recording("a.wav", "0" * 64, 8000, 2, ChannelLayout.TWO_PARTY)
AGENT = PartySound(Role.AGENT, 0, 5.0, (None, -20.0, -24.0, -22.0), 0.25, 3.0, 120.0, 3.5)
NAMES = ("loudness", "loudness_variation", "clipping", "pitch", "pitch_variation")


def call(
    *sounds: PartySound, roles: str = "agent customer", recording: Recording | None = RECORDING
) -> Transcript:
    turns = tuple(
        Turn(n, Role(role), "good morning to you", n, n + 1.0) for n, role in enumerate(roles.split())
    )
    speech = tuple(SpeechSpan(turn.role, turn.id, turn.start_s or 0.0, turn.end_s or 0.0) for turn in turns)
    return Transcript("s", turns, duration_s=9.0, recording=recording, speech=speech, acoustics=sounds)


def test_the_summaries():
    found = measure(call(AGENT))
    values = {name: found.get(name, "agent").value for name in NAMES}
    # Median and population standard deviation (by hand: mean -22, squares 4, 4, 0) of the three seconds.
    assert values == pytest.approx(
        {
            "loudness": -22.0,
            "loudness_variation": (8 / 3) ** 0.5,
            "clipping": 0.25,
            "pitch": 120.0,
            "pitch_variation": 3.5,
        }
    )
    assert [found.get(name, "agent").unit for name in NAMES] == ["dBFS", "dB", "share", "Hz", "semitones"]
    assert found.get("pitch", "agent").measured_from == "channel_speech"


def test_of_two_channels_the_one_with_more_speech_counts():
    other = PartySound(Role.AGENT, 1, 2.5, (-50.0,), 0.0, 2.5, 200.0, 1.0)
    assert measure(call(other, AGENT)).get("pitch", "agent").value == 120.0


@pytest.mark.parametrize(
    ("transcript", "role", "name", "reason"),
    [
        (call(recording=None), "agent", "loudness", "does not come from audio"),
        (call(AGENT), "customer", "pitch", "not measured when the transcript was made"),
        (call(AGENT, roles="agent"), "customer", "pitch", "no speech of the customer"),
        (call(roles="unknown unknown"), "agent", "loudness", "not known who is agent"),
        (
            call(PartySound(Role.AGENT, 0, 1.9, (-20.0, -20.0))),
            "agent",
            "loudness",
            "less than 2 s of speech that no",
        ),
        (call(PartySound(Role.AGENT, 0, 0.0)), "agent", "clipping", "less than 2 s of speech"),
        (
            call(PartySound(Role.AGENT, 0, 9.0, (-20.0,), 0.0, 1.0, 90.0, 1.0)),
            "agent",
            "pitch",
            "of voiced speech",
        ),
    ],
)
def test_no_value_without_ground(transcript, role, name, reason):
    found = measure(transcript).get(name, role)
    assert found.value is None
    assert reason in found.unavailable_because


def test_a_threshold_of_zero_still_needs_speech():
    found = measure(call(PartySound(Role.AGENT, 0, 0.0)), MetricThresholds(acoustic_speech_s=0.0))
    assert [found.get(name, "agent").value for name in NAMES] == [None] * 5


def test_text_alone_has_no_sound_and_no_times_and_both_are_said():
    text = Transcript("t", (Turn(1, Role.AGENT, "hello there"),))
    found = measure(text)
    assert found.get("loudness", "agent").unavailable_because == "the transcript does not come from audio"
    assert found.get("talk_time", "agent").unavailable_because == "the transcript has no times"
