"""The public test kit: cases in a line, answers as the engine gives them, statements that can fail."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

import qa_toolkit.testing as kit
from qa_toolkit.domain import Answer, AnswerStatus, Case, CasePart, SpanEvidence
from qa_toolkit.domain.rubric import Authored, Criterion
from qa_toolkit.errors import EvaluatorError, TranscriptError
from qa_toolkit.testing import (
    ask,
    assert_answer,
    assert_not_applicable,
    assert_unanswered,
    case,
    check_evaluator,
    find_events,
    record,
    transcript,
)


class Nothing(Authored):
    """None."""


class Fixed:
    """Gives the answers it is made with, one after another."""

    name: ClassVar[str] = "fixed"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset()
    Parameters: ClassVar[type[Nothing]] = Nothing
    answers: ClassVar[list[Any]] = []

    def __init__(self, parameters: Nothing, tools: object) -> None:
        del parameters, tools

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        given = self.answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given  # type: ignore[no-any-return]


def test_everything_public_exists() -> None:
    assert all(hasattr(kit, name) for name in kit.__all__)


def test_turns_are_spoken_at_an_even_pace_or_at_given_times() -> None:
    turns = transcript("agent: one two three four five", "[0:30] customer: yes").turns
    assert [(turn.role.value, turn.start_s, turn.end_s) for turn in turns] == [
        ("agent", 0.0, 2.0),
        ("customer", 30.0, 30.4),
    ]


@pytest.mark.parametrize("line", ["nobody: hello", "hello", "[0:99] agent: hello"])
def test_a_line_without_a_role_is_refused(line: str) -> None:
    with pytest.raises(TranscriptError):
        case(line)


def test_times_must_not_run_backwards() -> None:
    with pytest.raises(TranscriptError, match="0:05"):
        case("[0:10] agent: hello", "[0:05] customer: hi")


def test_chats_are_measured_as_chats() -> None:
    made = case("[0:00] customer: hi", "[0:20] agent: hello", kind="chat")
    assert made.metrics is not None
    found = made.metrics.get("first_response", "agent")
    assert found is not None
    assert found.value == 20.0
    assert case("agent: hi", measured=False).metrics is None


def test_records_have_fields_and_metadata() -> None:
    made = record({"name": "Ana"}, reference={"name": "Anna"}, metadata={"outcome": "verified"})
    assert (made.record, made.reference) == ({"name": "Ana"}, {"name": "Anna"})
    assert_answer(ask("metadata", {"name": "outcome", "equals": "verified"}, made), "yes")


def test_answers_carry_their_quotation() -> None:
    answer = ask("phrase", {"any": ["hello"]}, case("agent: Well, hello there."))
    assert_answer(answer, "yes", quotes="hello")
    with pytest.raises(AssertionError, match="'goodbye' is not quoted"):
        assert_answer(answer, "yes", quotes="goodbye")
    with pytest.raises(AssertionError, match="expected 'no', got 'yes'"):
        assert_answer(answer, "no")


def test_open_and_excused_answers_are_told_apart() -> None:
    opened = ask("manual", {}, case("agent: hello"))
    assert_unanswered(opened, because="person")
    with pytest.raises(AssertionError, match="expected not_applicable"):
        assert_not_applicable(opened)
    with pytest.raises(AssertionError, match="does not hold 'xyz'"):
        assert_unanswered(opened, because="xyz")
    excused = ask("phrase", {"any": ["hello"], "found": "na"}, case("agent: hello"))
    assert_not_applicable(excused, because="said")


def test_thresholds_events_and_options_are_those_of_a_rubric() -> None:
    events = {"greeted": {"phrase": {"any": ["hello"]}}}
    parameters = {"any": ["name"], "after": "greeted", "found": "good", "missing": "bad"}
    answer = ask(
        "phrase",
        parameters,
        case("agent: hello", "agent: your name"),
        answers={"good": 2, "bad": 0},
        events=events,
        threshold=0.9,
    )
    assert_answer(answer, "good", quotes="name")
    missing = ask("phrase", {"any": ["x"]}, case("agent: hello"), threshold=0.9)
    assert_unanswered(missing, because="low confidence")


def test_events_can_be_looked_for() -> None:
    events = find_events(
        "phrase", {"any": ["hello"]}, case("agent: hello", "customer: hello"), kind="greeted"
    )
    assert [(event.kind, event.role) for event in events] == [("greeted", "agent"), ("greeted", "customer")]
    with pytest.raises(EvaluatorError, match="cannot find events"):
        find_events("manual", {}, case("agent: hello"))


def test_wrong_parameters_are_refused() -> None:
    with pytest.raises(EvaluatorError):
        ask("phrase", {"anny": ["hello"]}, case("agent: hello"))


class TestCheckEvaluator:
    @staticmethod
    def said(text: str) -> Answer:
        return Answer(
            "X-1", AnswerStatus.ANSWERED, text, confidence=1.0, evidence=(SpanEvidence(1, "Hello"),)
        )

    @staticmethod
    def silent() -> Answer:
        return Answer("X-1", AnswerStatus.UNANSWERED, reason="nothing to see")

    @pytest.mark.parametrize(
        ("first", "says"),
        [
            (["yes", "no"], "two different answers"),
            (["maybe", "maybe"], "accepted: yes, no"),
            ([ValueError("boom"), ValueError("boom")], "boom"),
        ],
    )
    def test_what_breaks_the_contract_is_named(self, first: list[Any], says: str) -> None:
        given = [item if isinstance(item, Exception) else self.said(item) for item in first]
        Fixed.answers = [*given, *[self.silent()] * 4]
        with pytest.raises(AssertionError, match=says):
            check_evaluator(Fixed, {}, [case("agent: Hello")])

    def test_what_keeps_it_passes(self) -> None:
        Fixed.answers = [self.said("yes"), self.said("yes"), *[self.silent()] * 4]
        check_evaluator(Fixed, {}, [case("agent: Hello")])
        assert Fixed.answers == []

    def test_an_answer_without_evidence_is_named(self) -> None:
        bare = Answer("X-1", AnswerStatus.ANSWERED, "yes", confidence=1.0)
        Fixed.answers = [bare, bare, *[self.silent()] * 4]
        with pytest.raises(AssertionError, match="no evidence"):
            check_evaluator(Fixed, {}, [case("agent: Hello")])
