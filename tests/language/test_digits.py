"""Runs of digits in speech."""

from __future__ import annotations

import pytest

from qa_toolkit.language import digit_spans


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("my zip is nine five eight one six thanks", "en", [("95816", "nine five eight one six")]),
        ("it's nine um five eight, 1-6.", "en", [("95816", "nine um five eight, 1-6")]),
        ("call 916-555-0112 or oh four", "en", [("9165550112", "916-555-0112"), ("04", "oh four")]),
        ("double five, triple oh seven", "en", [("550007", "double five, triple oh seven")]),
        (
            "born three fourteen nineteen eighty-six",
            "en",
            [("3141986", "three fourteen nineteen eighty-six")],
        ),
        ("the 21st of June", "en", [("21", "21st")]),
        ("the 21st floor, apartment five", "en", [("5", "five")]),
        ("about $250 a month", "en", [("250", "$250")]),
        ("nueve uno seis, cinco cinco", "es", [("91655", "nueve uno seis, cinco cinco")]),
        ("no digits here", "en", []),
    ],
)
def test_runs(text: str, language: str, expected: list[tuple[str, str]]) -> None:
    assert [(run.digits, text[run.start : run.end]) for run in digit_spans(text, language)] == expected


def test_short_runs_can_be_left_out() -> None:
    assert [run.digits for run in digit_spans("one moment, it is 95816", at_least=4)] == ["95816"]
