"""Items that rest on measured times: interruption, hold, silence, pace, talk share, introduction."""

from __future__ import annotations

from typing import Any

import pytest

from qa_toolkit.domain import AnswerStatus
from qa_toolkit.evaluation import load_rubric
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.pipeline import judge, with_metrics

Line = tuple[float, float, str, str]


def answer_of(rubric: str, criterion: str, lines: list[Line], **document: Any) -> str | None:
    """The machine's answer: an option, ``na`` or None."""
    turns = [{"role": role, "text": text, "start_s": a, "end_s": b} for a, b, role, text in lines]
    direction = "inbound" if rubric == "inbound_call" else "outbound"
    case = case_from_document({"turns": turns, "direction": direction, **document}, default_id="made")
    answer = judge(with_metrics(case), load_rubric(rubric)).answer(criterion)
    if answer.status is AnswerStatus.NOT_APPLICABLE:
        return "na"
    return None if answer.answer is None else str(answer.answer)


GREETING: Line = (0, 3, "agent", "Lakeside Health Exchange, this is Omar.")
REASON = "I am calling because my card never came and I wanted to"
AFTER: Line = (16, 18, "customer", "Yes, as I said.")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([GREETING, (4, 12, "customer", REASON + " know."), (12.5, 15, "agent", "Sure, I can look.")], "yes"),
        ([GREETING, (4, 12, "customer", REASON), (10, 15, "agent", "What is your zip code?"), AFTER], "no"),
        ([GREETING, (4, 12, "customer", REASON), (10, 10.6, "agent", "Mm-hm."), AFTER], "yes"),
        ([GREETING, (4, 12, "customer", REASON), (11.7, 15, "agent", "What is it about?"), AFTER], "yes"),
    ],
    ids=["agent waits", "agent cuts in", "back-channel", "under half a second"],
)
def test_reason_uninterrupted(lines: list[Line], expected: str) -> None:
    assert answer_of("inbound_call", "IN-06", lines) == expected


ASKS: Line = (10, 15, "agent", "Could I put you on hold for a minute while I open the file?")
FINE: Line = (15.3, 16, "customer", "Sure.")
BACK: Line = (50, 53, "agent", "Thank you for holding, I have it.")


@pytest.mark.parametrize(
    ("lines", "holds", "expected"),
    [
        ([GREETING, ASKS, FINE, BACK], [(16, 49)], "yes"),
        ([GREETING, (10, 11, "agent", "Hold on."), BACK], [(16, 49)], "no"),
        ([GREETING, ASKS, FINE, (50, 53, "agent", "Okay, it says here nothing.")], [(16, 49)], "no"),
        ([GREETING, ASKS, FINE, (180, 183, "agent", "Thank you for holding.")], [(16, 179)], "no"),
        ([GREETING, (4, 8, "customer", "My card never came.")], [], "na"),
    ],
    ids=["all four", "not asked", "no thanks", "over 120 seconds", "no hold"],
)
def test_hold(lines: list[Line], holds: list[tuple[float, float]], expected: str) -> None:
    given = [{"start_s": a, "end_s": b} for a, b in holds]
    assert answer_of("inbound_call", "IN-21", lines, holds=given) == expected


@pytest.mark.parametrize(
    ("before", "silence_s", "expected"),
    [
        ("Okay.", 19, "yes"),
        ("Okay.", 25, "no"),
        ("No worries.", 30, "no"),
        ("One moment, let me check that for you.", 40, "yes"),
        ("One moment, let me check that for you.", 50, "no"),
    ],
)
def test_dead_air(before: str, silence_s: float, expected: str) -> None:
    lines: list[Line] = [
        GREETING,
        (4, 8, "customer", "My card never came."),
        (8, 10, "agent", before),
        (10 + silence_s, 14 + silence_s, "agent", "It was sent in May."),
    ]
    assert answer_of("inbound_call", "IN-22", lines) == expected


HELLO: Line = (0, 1, "customer", "Hello?")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([HELLO, (1.5, 5, "agent", "This is Eve with the Lakeside Health Exchange.")], "yes"),
        ([HELLO, (1.5, 5, "agent", "It's Eve with the Lakeside Health Exchange about your renewal.")], "no"),
        ([HELLO, (1.5, 5, "agent", "Is Bo there? Tell him to call the Lakeside Health Exchange.")], "no"),
        ([HELLO, (1.5, 5, "agent", "Hello, I need to talk to Bo Li.")], "no"),
    ],
    ids=["both names", "with case detail", "no own name", "neither"],
)
def test_introduction(lines: list[Line], expected: str) -> None:
    assert answer_of("outbound_call", "OB-02", lines) == expected


def test_voicemail_without_a_person_is_known_from_the_call_alone() -> None:
    lines: list[Line] = [
        (0, 4, "ivr", "Please leave a message after the tone."),
        (5, 9, "agent", "This is Eve from the Lakeside Health Exchange, please call us."),
    ]
    assert answer_of("outbound_call", "OB-01", lines) == "na"
    assert answer_of("outbound_call", "OB-05", lines) == "yes"


@pytest.mark.parametrize(("words", "seconds", "expected"), [(30, 12, "yes"), (30, 20, "no"), (40, 10, "no")])
def test_pace(words: int, seconds: float, expected: str) -> None:
    text = " ".join(["so we go on with it"] * (words // 6))
    lines: list[Line] = [HELLO, (1.5, 1.5 + seconds, "agent", text)]
    assert answer_of("outbound_call", "OB-18", lines) == expected


def test_agent_who_talks_nearly_all_the_time() -> None:
    lines: list[Line] = [HELLO, (1.5, 60, "agent", "So here is all of it."), (61, 63, "customer", "Okay.")]
    assert answer_of("outbound_call", "OB-17", lines) == "no"
    lines = [HELLO, (1.5, 20, "agent", "So here is some."), (21, 33, "customer", "Okay, and then?")]
    assert answer_of("outbound_call", "OB-17", lines) == "yes"
