"""Regular expressions in phrases: what they find, what is refused, and that their time stays linear.

The catastrophic patterns are the known families (nested and overlapping repetition, Weideman et al., 2016;
OWASP, "Regular expression denial of service"), written out over several characters.
"""

from __future__ import annotations

import time
from itertools import product

import pytest
from pydantic import ValidationError

from qa_toolkit.evaluation.evaluators.phrase import PhraseParameters
from qa_toolkit.testing import ask, assert_answer, assert_unanswered, case, find_events

pytest.importorskip("re2", reason="google-re2 is not installed (extra language)")

from qa_toolkit.evaluation.evaluators.regular_expressions import RegularExpressions

FAMILIES = [
    "({c}+)+{e}",
    "({c}*)*{e}",
    "({c}|{c})*{e}",
    "({c}|{c}{c})+{e}",
    "({c}+)*{e}",
    "({c}*)+{e}",
    "^(({c}+)+)+{e}",
    "({c}+{c}+)+{e}",
    "(({c}|.)+)+{e}",
    "({c}?){{20}}{c}{{20}}{e}",
    "(.*{c}){{12}}{e}",
    "^(.*?{c}){{10}}{e}",
    "([{c}x]+)*{e}",
    "({c}+x?)+{e}",
    "(\\w+{c}?)+{e}",
    "({c}+|x+)*{e}",
    "(x?{c}+)+{e}",
    "(({c}x?)*)*{e}",
    "([^{e}]+{c}?)+{e}",
    "(?:{c}+){{2,}}{e}",
]
CHARACTERS = ["a", "b", "0", "[a-z]", "\\d", "\\w", "n", "9", "(?:ab)", "[0-9a-f]"]
CATASTROPHIC = [f.format(c=c, e="!") for f, c in product(FAMILIES, CHARACTERS)]


@pytest.mark.parametrize(
    ("regex", "line", "quote"),
    [
        (r"case no\.? ?[a-z]-?\d+", "agent: It is Case No. C-123.", "Case No. C-123"),
        (r"\b[a-z]{2}\d{6}\b", "agent: Your number is AB123456, please note.", "AB123456"),
        (r"https?://\S+", "agent: See https://exchange.example/forms now", "https://exchange.example/forms"),
        (r"contraseña", "agent: Su CONTRASEÑA, por favor.", "CONTRASEÑA"),
        (r"número \d+", "agent: ¿Sí? ñññ número 12", "número 12"),
    ],
)
def test_matches_are_quoted_as_they_stand(regex: str, line: str, quote: str) -> None:
    assert_answer(ask("phrase", {"regex": [regex]}, case(line)), "yes", quotes=quote)


def test_role_window_and_count_hold_as_for_phrases() -> None:
    calls = case("customer: C-1 C-2", "agent: C-3", "agent: C-4")
    assert_answer(
        ask("phrase", {"regex": [r"C-\d"], "role": "agent", "first_turns": 1}, calls), "yes", quotes="C-3"
    )
    assert_answer(ask("phrase", {"regex": [r"C-[12]"], "role": "agent"}, calls), "no")
    assert_answer(ask("phrase", {"regex": [r"C-\d"], "at_least": 5}, calls), "no")
    events = find_events("phrase", {"regex": [r"c-\d"]}, calls, kind="number")
    assert [event.text for event in events] == ["C-1", "C-2", "C-3", "C-4"]


def test_phrases_and_expressions_stand_together() -> None:
    parameters = {"any": ["hello"], "regex": [r"\d{5}"], "at_least": 2}
    assert_answer(ask("phrase", parameters, case("agent: hello 95816")), "yes", quotes="95816")
    below = ask("phrase", {**parameters, "missing": "unanswered"}, case("agent: hello"))
    assert_unanswered(below, because=r"\d{5}")


@pytest.mark.parametrize("regex", ["(", "(?=x)", r"(a)\1", "a*", "", "a{2000}", "x" * 501])
def test_what_has_no_linear_time_or_no_meaning_is_refused(regex: str) -> None:
    with pytest.raises(ValidationError):
        PhraseParameters.model_validate({"regex": [regex]})


def test_200_catastrophic_patterns_take_linear_time_on_100_kb() -> None:
    """Python's own engine does not come back from most of these."""
    assert len(set(CATASTROPHIC)) == 200
    seconds = {}
    for kilobytes in (50, 100):
        text = ("aaaaaaaaab0123456789nnnn" * 50 * kilobytes)[: 1000 * kilobytes - 2] + " !"
        begun = time.process_time()
        for pattern in CATASTROPHIC:
            for _, end in RegularExpressions([pattern]).find(text):
                assert end == len(text)  # only what takes the space can reach the end
        seconds[kilobytes] = time.process_time() - begun
    assert seconds[100] < 40
    assert seconds[100] < 3.5 * seconds[50] + 0.5
