"""A channel map that is the wrong way round: found by the words, with a warning; none where it is right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from qa_toolkit.domain import Role, Transcript, Turn, Word
from qa_toolkit.pipeline import read_case
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription.attribution import two_parties
from qa_toolkit.transcription.layout import Track
from qa_toolkit.transcription.listening import HeardTrack
from qa_toolkit.transcription.options import TranscriptionOptions

NOT_SURE = {"out-004", "out-007"}
"""Calls whose words do not say clearly enough who is the agent."""


def bundled() -> Iterator[Transcript]:
    for path in sorted((sample_dir() / "transcripts").glob("*.json")):
        transcript = read_case(path).transcript
        if transcript is None or transcript.kind != "call":
            continue
        if {Role.AGENT, Role.CUSTOMER} <= {turn.role for turn in transcript.turns if turn.end_s is not None}:
            yield transcript


CALLS = tuple(bundled())


def heard(turns: Sequence[Turn], role: Role, channel: int) -> HeardTrack:
    """What a recogniser would hear of a role, its words spread over its turns."""
    own = [
        turn for turn in turns if turn.role is role and turn.start_s is not None and turn.end_s is not None
    ]
    words = [
        Word(part, turn.start_s + at * step, turn.start_s + (at + 0.9) * step, 0.9)
        for turn in own
        for step in [(turn.end_s - turn.start_s) / len(turn.text.split())]
        for at, part in enumerate(turn.text.split())
    ]
    spans = tuple((turn.start_s, turn.end_s) for turn in own)
    return HeardTrack(Track(channel, np.zeros(16_000, dtype=np.int16)), spans, tuple(words))


def warned(transcript: Transcript, *roles: Role) -> bool:
    sides = [heard(transcript.turns, role, channel) for channel, role in enumerate(roles)]
    found = two_parties(sides, TranscriptionOptions(), transcript.language or "en")
    return any("channels are probably swapped" in warning for warning in found.warnings)


@pytest.mark.parametrize("call", CALLS, ids=[call.id for call in CALLS])
def test_the_wrong_way_round_is_warned_about_and_the_right_way_is_not(call: Transcript) -> None:
    assert warned(call, Role.CUSTOMER, Role.AGENT) is (call.id not in NOT_SURE)
    assert not warned(call, Role.AGENT, Role.CUSTOMER)


def test_there_are_calls_in_both_languages_and_directions() -> None:
    assert len(CALLS) >= 20
    assert {call.language for call in CALLS} >= {"en", "es"}
