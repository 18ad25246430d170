"""Tests of rubrics and evaluators: cases in a line each, and the answer as the engine would give it.

    from qa_toolkit.testing import ask, assert_answer, case

    def test_a_greeting_is_found() -> None:
        answer = ask("phrase", {"any": ["hello"]}, case("agent: Hello there."))
        assert_answer(answer, "yes", quotes="Hello")

Needs no test framework; every ``assert_`` function raises AssertionError with the reason.
"""

from qa_toolkit.testing.builders import case, record, transcript
from qa_toolkit.testing.checks import (
    assert_answer,
    assert_not_applicable,
    assert_unanswered,
    check_evaluator,
)
from qa_toolkit.testing.engine import ask, find_events

__all__ = [
    "ask",
    "assert_answer",
    "assert_not_applicable",
    "assert_unanswered",
    "case",
    "check_evaluator",
    "find_events",
    "record",
    "transcript",
]
