"""Words into turns: no word lost, order kept, and the turns a listener would draw."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.domain import Role, Word
from qa_toolkit.transcription.turns import SpokenWord, build_turns

ROLES = {"S0": Role.AGENT, "S1": Role.CUSTOMER}


def said(text: str) -> list[SpokenWord]:
    """``A 0.0-0.4 hello`` a line: speaker A is S0 on channel 0, B is S1 on channel 1."""
    words = []
    for line in text.strip().splitlines():
        who, times, word = line.split()
        start, end = times.split("-")
        channel = "AB".index(who)
        words.append(SpokenWord(Word(word, float(start), float(end)), f"S{channel}", channel))
    return words


TABLE = [
    (
        "one after the other",
        """A 0.0-0.4 Good
           A 0.4-0.9 morning.
           B 1.2-1.6 Hello.""",
        ["agent: Good morning.", "customer: Hello."],
    ),
    (
        "a pause of more than a second begins a new turn",
        """A 0.0-0.4 One.
           A 1.5-1.9 Two.""",
        ["agent: One.", "agent: Two."],
    ),
    (
        "a pause of a second does not",
        """A 0.0-0.4 One
           A 1.4-1.9 two.""",
        ["agent: One two."],
    ),
    (
        "a back-channel in a short pause parts the turn",
        """A 0.0-1.0 First
           B 1.1-1.3 Mm-hm.
           A 1.5-2.0 second.""",
        ["agent: First", "customer: Mm-hm.", "agent: second."],
    ),
    (
        "speech over which the other side talks stays one turn",
        """A 0.0-1.0 I
           A 1.0-2.0 will
           B 1.2-1.8 Wait!
           A 2.1-3.0 go""",
        ["agent: I will go", "customer: Wait!"],
    ),
    (
        "an interruption overlaps and leaves both turns whole",
        """B 0.0-1.0 My
           B 1.0-2.0 question
           A 1.4-1.9 Sir,
           A 1.9-2.6 no.
           B 2.0-2.4 is""",
        ["customer: My question is", "agent: Sir, no."],
    ),
    (
        "words of speech that goes on do not begin in a pause",
        """B 0.0-1.0 Nobody
           B 1.0-1.8 called
           A 1.2-1.5 Okay,
           B 1.8-2.4 back
           A 1.9-2.6 when?""",
        ["customer: Nobody called back", "agent: Okay, when?"],
    ),
    (
        "a pause in a sentence over which the other side talks on",
        """A 0.0-1.0 This
           B 0.8-1.6 Hi,
           B 1.6-2.4 um,
           A 1.5-2.0 is
           A 2.0-2.5 Ann.""",
        ["agent: This is Ann.", "customer: Hi, um,"],
    ),
    (
        "an answer that begins before the end parts the turn from what follows it",
        """A 0.0-1.0 Good
           A 1.0-1.6 too.
           B 1.3-1.8 Exactly!
           A 2.5-3.0 Okay,""",
        ["agent: Good too.", "customer: Exactly!", "agent: Okay,"],
    ),
]


@pytest.mark.parametrize(("text", "turns"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_turns_of_small_conversations(text: str, turns: list[str]) -> None:
    found = build_turns(said(text), ROLES)
    assert [f"{turn.role}: {turn.text}" for turn in found] == turns
    assert [turn.id for turn in found] == list(range(1, len(turns) + 1))


def test_no_words_no_turns() -> None:
    assert build_turns([], ROLES) == ()


def test_a_speaker_without_a_role_is_unknown() -> None:
    assert build_turns(said("A 0.0-0.4 Hello."), {})[0].role is Role.UNKNOWN


def test_languages_without_spaces_are_joined_without() -> None:
    words = said("A 0.0-0.4 你\nA 0.4-0.8 好")
    assert build_turns(words, ROLES, joiner="")[0].text == "你好"


@st.composite
def conversations(draw: st.DrawFn) -> list[SpokenWord]:
    words = []
    for channel in range(draw(st.integers(1, 3))):
        at = 0.0
        for number in range(draw(st.integers(0, 25))):
            at += draw(st.floats(-0.05, 2.5))
            at = max(at, 0.0)
            length = draw(st.floats(0.02, 1.5))
            words.append(SpokenWord(Word(f"w{channel}.{number}", at, at + length), f"S{channel}", channel))
            at += length
    return words


@given(conversations())
def test_every_word_is_kept_once_and_in_order(words: list[SpokenWord]) -> None:
    turns = build_turns(words, ROLES)
    for speaker in {word.speaker for word in words}:
        spoken = [word.word for word in words if word.speaker == speaker]
        assert [word for turn in turns if turn.speaker == speaker for word in turn.words] == spoken
    assert sum(len(turn.words) for turn in turns) == len(words)


@given(conversations())
def test_text_times_and_numbers_belong_together(words: list[SpokenWord]) -> None:
    turns = build_turns(words, ROLES)
    assert [turn.id for turn in turns] == list(range(1, len(turns) + 1))
    starts = [turn.start_s for turn in turns]
    assert starts == sorted(starts, key=lambda start: start or 0.0)
    for turn in turns:
        assert turn.text == " ".join(word.text for word in turn.words)
        assert turn.start_s == turn.words[0].start_s
        assert turn.end_s == max(word.end_s for word in turn.words)
        pauses = [b.start_s - a.end_s for a, b in zip(turn.words, turn.words[1:], strict=False)]
        assert all(pause <= 1.0 for pause in pauses)
