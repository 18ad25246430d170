"""Recorded voices on a party's channel: which words are theirs, and which calls have none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from qa_toolkit.domain import ChannelLayout, Role, Word
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription.announcements import recorded_words, split_speech
from qa_toolkit.transcription.attribution import two_parties
from qa_toolkit.transcription.layout import Track, Tracks
from qa_toolkit.transcription.listening import HeardTrack
from qa_toolkit.transcription.options import TranscriptionOptions

SAMPLES = sorted((sample_dir() / "transcripts").glob("*.json"))


def timed(text: str, start_s: float, end_s: float) -> list[Word]:
    """Words spread over a stretch by their length."""
    parts = text.split()
    size = sum(len(part) + 1 for part in parts)
    words, at = [], 0
    for part in parts:
        low = start_s + (end_s - start_s) * at / size
        at += len(part) + 1
        words.append(Word(part, low, start_s + (end_s - start_s) * (at - 0.5) / size, 0.9))
    return words


def dialogue(*turns: str) -> dict[str, list[Word]]:
    """Turns as ``side: text``, one after the other at 3 words a second; ``(1.5)`` is the pause before, else 0.7 s."""
    sides: dict[str, list[Word]] = {"agent": [], "customer": []}
    at = 0.0
    for turn in turns:
        side, _, text = turn.partition(": ")
        pause_s = 0.7
        if text.startswith("("):
            number, _, text = text[1:].partition(") ")
            pause_s = float(number)
        at += pause_s
        length_s = len(text.split()) / 3.0
        sides[side] += timed(text, at, at + length_s)
        at += length_s
    return sides


def recorded(side: str, direction: str | None, *turns: str) -> str:
    sides = dialogue(*turns)
    own, other = sides[side], sides["customer" if side == "agent" else "agent"]
    found = recorded_words(own, other, far_end=side == "customer", direction=direction)
    return " ".join(own[index].text for run in found for index in run)


HELP = "agent: Good morning, Golden State Health Exchange, this is Denise. How can I help?"
REPLY = "customer: Hi, I moved last month."
ANNOUNCEMENTS = [
    # turns; the recorded words of the agent's channel
    (
        [
            "agent: Thank you for calling the exchange. This call may be recorded for quality.",
            "agent: Hello, this is Denise.",
            REPLY,
        ],
        "Thank you for calling the exchange. This call may be recorded for quality.",
    ),
    (
        [
            "agent: Golden State Health Exchange. This call is recorded.",
            "agent: Golden State Health Exchange, Randall.",
        ],
        "Golden State Health Exchange. This call is recorded.",
    ),
    (
        ["agent: Para español, oprima el dos.", "agent: (3.0) Thanks for holding, my name's Kyle.", REPLY],
        "Para español, oprima el dos.",
    ),
    (
        ["agent: Gracias por llamar. Su llamada puede ser grabada.", "agent: Buenas tardes, le atiende Ana."],
        "Gracias por llamar. Su llamada puede ser grabada.",
    ),
    (
        ["agent: Si habla español, marque dos.", "customer: Two.", "agent: Buenos días, habla Rubén."],
        "Si habla español, marque dos.",
    ),
    (
        [
            "agent: For English press one.",
            "customer: One.",
            "agent: All representatives are busy. Your call is important to us.",
            HELP,
            REPLY,
        ],
        "For English press one. All representatives are busy. Your call is important to us.",
    ),
    # nobody answers before the caller gives up
    (
        ["agent: Please stay on the line. Calls are answered in order.", "customer: (20) Oh, come on."],
        "Please stay on the line. Calls are answered in order.",
    ),
]
PEOPLE = [
    # a person speaks all the words, whatever they sound like
    [HELP, "agent: This call may be recorded.", REPLY],
    [
        "agent: Thank you for calling Golden State, this is Denise, this call may be recorded. How may I help you?"
    ],
    [
        "agent: Thank you for calling Golden State. This call may be recorded.",
        "agent: (0.4) My name is Ana, what is your name?",
    ],
    [
        "agent: Golden State Health Exchange, buenas tardes, habla Rubén. Esta llamada se graba. ¿En qué le ayudo?",
        REPLY,
    ],
    ["customer: Hello?", "agent: Hi. This call is recorded.", "agent: (2.0) Hello, are you there?"],
    ["agent: Hello.", REPLY, "agent: Please stay on the line.", "agent: (30) Thank you for holding."],
    [HELP, REPLY, "agent: For Spanish press two, it says there.", "agent: (2.0) Hello?"],
    ["agent: Okay. So the calls may be recorded. (0.1) Hello and welcome."],
]


@pytest.mark.parametrize(("turns", "expected"), ANNOUNCEMENTS)
@pytest.mark.parametrize("direction", ["inbound", None])
def test_an_announcement_before_the_agent(turns: list[str], expected: str, direction: str | None) -> None:
    assert recorded("agent", direction, *turns) == expected


@pytest.mark.parametrize("turns", PEOPLE)
@pytest.mark.parametrize("direction", ["inbound", "outbound", None])
def test_a_person_is_not_taken_for_an_announcement(turns: list[str], direction: str | None) -> None:
    assert recorded("agent", direction, *turns) == ""


MESSAGE = "agent: (2.0) Hi, this is Rubén from the exchange about your renewal. Please call us back at eight hundred, five five five."
MACHINES = [
    (["customer: Hi, it's Jolene, you know what to do.", MESSAGE], "Hi, it's Jolene, you know what to do."),
    (["customer: Hey, you've got Keisha, leave one.", MESSAGE], "Hey, you've got Keisha, leave one."),
    (
        ["customer: We can't come to the phone. Leave a message after the tone.", "agent: Hi, it is Ana."],
        "We can't come to the phone. Leave a message after the tone.",
    ),
    (
        [
            "customer: The number you have dialed has a mailbox that is full.",
        ],
        "The number you have dialed has a mailbox that is full.",
    ),
    (["customer: Deje su mensaje después del tono.", "agent: Hola."], "Deje su mensaje después del tono."),
    (
        ["customer: You've reached Sam. Leave a message.", MESSAGE, "customer: To send it, press one."],
        "You've reached Sam. Leave a message. To send it, press one.",
    ),
    # somebody picks up after all
    (
        [
            "customer: You've reached Sam. Leave a message after the beep.",
            "agent: Hi Sam.",
            "customer: Hello? I'm here.",
        ],
        "You've reached Sam. Leave a message after the beep.",
    ),
]
CUSTOMERS = [
    ["customer: Hello?", MESSAGE],
    ["customer: Hello, this is she.", MESSAGE],
    ["customer: Speaking.", MESSAGE],
    ["customer: Hello?", "agent: Hi, is Nadia there?", "customer: She can't come to the phone right now."],
    [
        "customer: She is not available, do you want to leave a message?",
        "agent: Please call us back at five five five.",
    ],
    ["customer: Hi, it's Jolene.", "agent: Hi Jolene, this is Walter. How are you?", "customer: Fine."],
    ["customer: You've got Sam.", "agent: Hi Sam.", "customer: Who is this?"],
]


@pytest.mark.parametrize(("turns", "expected"), MACHINES)
@pytest.mark.parametrize("direction", ["outbound", None])
def test_an_answering_machine(turns: list[str], expected: str, direction: str | None) -> None:
    assert recorded("customer", direction, *turns) == expected


@pytest.mark.parametrize("turns", CUSTOMERS)
@pytest.mark.parametrize("direction", ["outbound", "inbound", None])
def test_a_customer_is_not_taken_for_a_machine(turns: list[str], direction: str | None) -> None:
    assert recorded("customer", direction, *turns) == ""


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("direction_known", [True, False])
def test_the_sample_calls(path: Path, direction_known: bool) -> None:
    """In every sample call the recorded words are exactly those of the turns written down as ``ivr``."""
    data = json.loads(path.read_text("utf-8"))
    outbound = data["direction"] == "outbound"
    sides: dict[int, list[Word]] = {0: [], 1: []}
    true: dict[int, list[str]] = {0: [], 1: []}
    at = 0.0
    for turn in data["turns"]:
        side = int(turn["speaker"] == "customer" or (turn["speaker"] == "ivr" and outbound))
        start = turn.get("start_s", at + 0.7)
        at = turn.get("end_s", start + len(turn["text"].split()) / 3)
        words = timed(turn["text"], start, at)
        sides[side] += words
        if turn["speaker"] == "ivr":
            true[side] += [word.text for word in words]
    for side, words in sides.items():
        words.sort(key=lambda word: word.start_s)
        direction = data["direction"] if direction_known else None
        runs = recorded_words(words, sides[1 - side], far_end=side == 1, direction=direction)
        assert [words[index].text for run in runs for index in run] == true[side]


def test_speech_is_cut_in_the_pause_between_recording_and_person() -> None:
    words = [*timed("call is recorded", 1.0, 2.0), *timed("hello there", 2.5, 3.0)]
    parts = list(split_speech((0.9, 3.1), words, (range(3),)))
    assert [machine for _, machine in parts] == [True, False]
    assert parts[0][0][0] == 0.9
    assert parts[0][0][1] == parts[1][0][0] == pytest.approx(2.25, abs=0.1)
    assert parts[1][0][1] == 3.1
    assert list(split_speech((5.0, 6.0), words, (range(3),))) == [((5.0, 6.0), False)]
    assert list(split_speech((0.0, 9.0), words, (range(5),))) == [((0.0, 9.0), True)]
    assert list(split_speech((0.0, 9.0), words, ())) == [((0.0, 9.0), False)]


def test_turns_and_speech_of_both_voices() -> None:
    """Every word is kept, in order; the recording's turns and speech have the role ivr."""
    sides = dialogue(*ANNOUNCEMENTS[0][0])
    tracks = Tracks(
        ChannelLayout.TWO_PARTY, tuple(Track(number, np.zeros(16, dtype=np.int16)) for number in (0, 1))
    )
    heard = [
        HeardTrack(track, tuple((w.start_s, w.end_s) for w in words), tuple(words))
        for track, words in zip(tracks.tracks, sides.values(), strict=True)
    ]
    spoken = two_parties(heard, TranscriptionOptions(), "en")
    assert [turn.role for turn in spoken.turns] == [Role.IVR, Role.AGENT, Role.CUSTOMER]
    assert [turn.speaker for turn in spoken.turns] == ["S0-ivr", "S0", "S1"]
    assert [w for t in spoken.turns if t.channel == 0 for w in t.words] == sides["agent"]
    assert [span.role for span in spoken.speech if span.channel == 0] == [Role.IVR] * 13 + [Role.AGENT] * 4
    assert spoken.warnings == (
        "a recorded voice on channel 0 (agent) from 0.7 to 5.0 s, judged by its words",
    )
