"""A transcript in the formats other tools read."""

from __future__ import annotations

import json

import pytest

from qa_toolkit.domain import Role, Transcript, Turn, Word
from qa_toolkit.domain.contract import from_contract
from qa_toolkit.errors import UsageError
from qa_toolkit.transcription.formats import FORMATS, write

TRANSCRIPT = Transcript(
    id="call 7",
    duration_s=3700.0,
    turns=(
        Turn(
            1, Role.AGENT, "Good morning.", 0.5, 1.25, "S0", 0, (Word("Good", 0.5, 0.75, 0.98), Word("morning.", 0.8, 1.25, 0.9))
        ),
        Turn(2, Role.CUSTOMER, "Is <this> --> it?", 3661.0, 3662.5, "S1", 1, (Word("Is", 3661.0, 3661.2),)),
        Turn(3, Role.UNKNOWN, "no times"),
    ),
)  # fmt: skip

EXPECTED = {
    "vtt": (
        "WEBVTT\n\n1\n00:00:00.500 --> 00:00:01.250\n<v agent>Good morning.\n\n"
        "2\n01:01:01.000 --> 01:01:02.500\n<v customer>Is &lt;this&gt; --&gt; it?\n"
    ),
    "srt": (
        "1\n00:00:00,500 --> 00:00:01,250\nagent: Good morning.\n\n"
        "2\n01:01:01,000 --> 01:01:02,500\ncustomer: Is <this> -> it?\n"
    ),
    "txt": "agent: Good morning.\ncustomer: Is <this> -> it?\nunknown: no times\n",
    "rttm": (
        "SPEAKER call_7 1 0.500 0.750 <NA> <NA> S0 <NA> <NA>\n"
        "SPEAKER call_7 2 3661.000 1.500 <NA> <NA> S1 <NA> <NA>\n"
    ),
    "ctm": (
        "call_7 1 0.500 0.250 Good 0.980\ncall_7 1 0.800 0.450 morning. 0.900\ncall_7 2 3661.000 0.200 Is\n"
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_formats(name: str) -> None:
    assert write(TRANSCRIPT, name) == EXPECTED[name]


def test_json_is_the_contract_and_reads_back() -> None:
    data = json.loads(write(TRANSCRIPT, "json"))
    assert data["schema"] == "qa-toolkit/transcript/1"
    assert from_contract(Transcript, data) == TRANSCRIPT


def test_every_format_has_an_expectation() -> None:
    assert {*EXPECTED, "json"} == set(FORMATS)


def test_an_empty_transcript_is_writable_in_every_format() -> None:
    for name in FORMATS:
        assert isinstance(write(Transcript(id="x", turns=()), name), str)


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="use json, vtt, srt, txt, rttm, ctm"):
        write(TRANSCRIPT, "docx")
