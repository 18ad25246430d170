"""The normaliser leaves a pass out where it is sure that it would change nothing: it must be right about that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.language import normaliser
from qa_toolkit.language.spelling import american_spelling
from qa_toolkit.language.words import words_of

PLAIN = [
    "hello",
    "card",
    "um",
    "uh",
    "a",
    "i",
    "b",
    "may",
    "and",
    "of",
    "the",
    "dot",
    "com",
    "is",
    "been",
    "eh",
    "march",
    "marzo",
    "hundred",
    "mil",
    "point",
    "punto",
    "dollars",
    "cents",
    "centavos",
]
SIGNS = ["U.S.", "x-ray", "A", "don't", "$5", "5", "12.50", "é", "[noise]", "wan~"]


def vocabulary(language: str) -> list[str]:
    """Words the rules of a language know, and others."""
    words = words_of(language)
    known = [*words.expansions, *words.symbols, *words.money_joiners]
    known += [word for pair in words.sequences for word in pair]
    known += [word for target in words.sequences.values() for word in target]
    known += words.numbers.openers if words.numbers else ()
    return sorted({*known, *PLAIN, *SIGNS, *list(american_spelling())[:50]})


@pytest.mark.parametrize("language", ["en", "es", "fr"])
@given(data=st.data())
def test_a_pass_that_is_left_out_would_have_changed_nothing(language: str, data: st.DataObject) -> None:
    said = data.draw(st.lists(st.sampled_from(vocabulary(language)), min_size=1, max_size=8))
    text = data.draw(st.sampled_from([" ", ", ", ". "])).join(said)
    words = words_of(language)
    tokens = tuple(normaliser._one_pass(text, words))
    if normaliser._stays(tokens, words):
        assert [token.text for token in normaliser._again(tokens, words)] == [token.text for token in tokens]


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("hello card", True),
        ("9 5 8 1 6", True),
        ("i had a 5", True),
        ("5 oh", True),
        ("oh oh", False),
        ("5 hundred", False),
        ("a thousand", False),
        ("first", True),
        ("march first", False),
        ("5 point 2", False),
        ("dollars and 5 cents", False),
        ("b c", False),
        ("per cent", False),
        ("twenty", False),
        ("gonna", False),
        ("colour", False),
    ],
)
def test_what_a_rule_could_still_change_is_looked_at_again(text: str, stays: bool) -> None:
    tokens = tuple(
        normaliser.NormalisedToken(word, 0, len(word)) for word in text.split()
    )  # as if no rule had been applied
    assert normaliser._stays(tokens, words_of("en")) is stays
