"""A text normalised in parts comes to the same tokens, with the same places, as by all rules at once."""

from __future__ import annotations

import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.language import normaliser
from qa_toolkit.language.parts import InParts
from qa_toolkit.language.words import ENGLISH, SPANISH, LanguageWords, words_of
from qa_toolkit.resources import sample_dir

LANGUAGES = ("en", "es", "fr")


def rule_words(words: LanguageWords) -> list[str]:
    """Words that rules know, as somebody might say them, and signs."""
    numbers = words.numbers
    assert numbers is not None
    tables = [words.expansions, words.opened, numbers.openers, numbers.multipliers, numbers.months]
    found = {word for table in tables for word in table} | {w for pair in words.sequences for w in pair}
    found |= words.money_wholes | words.money_parts | words.money_joiners
    return sorted(found)


_CONTEXT = """
    the of de and y con point punto second diez may it that he name you we been got going here just so colour
    enrolment um uh uhm eh mm hmm com gov www at arroba dot m-e-d-i U.S.A. A I e B C it's I'd they're he'd
    Maria's can't cannot 'bout 'cause o'clock y'all 5 12 1,200 1.200 2,5 12:00 3rd 21st $12.50 $ 50% @ & wan~ [noise]
    healthcare.gov example.com ½ naïve straße drive-thru twenty-five x
"""
CONTEXT = _CONTEXT.split()
PLAIN = ["coverage", "please", "number", "marketplace", "telefono", "direccion", "gracias", "thank"]
GAPS = [" ", ", ", ". ", "? ", "-", "; ", " - ", ".", ": ", "  ", "! ", "... "]


def texts(words: LanguageWords) -> st.SearchStrategy[str]:
    word = st.sampled_from([*rule_words(words), *CONTEXT]) | st.sampled_from(PLAIN)
    cased = st.tuples(word, st.sampled_from([str, str.upper, str.capitalize])).map(
        lambda pair: pair[1](pair[0])
    )
    parts = st.lists(st.tuples(cased, st.sampled_from(GAPS) | st.just(" ")), min_size=1, max_size=12)
    return parts.map(lambda found: "".join(word + gap for word, gap in found))


def both(text: str, language: str, *, drop_fillers: bool) -> tuple[object, object]:
    words = words_of(language)
    whole = normaliser._whole(text, words=words, drop_fillers=drop_fillers)
    fresh = InParts(words, lambda part: normaliser._whole(part, words=words, drop_fillers=drop_fillers))
    return fresh.tokens(text), whole


@settings(max_examples=500, deadline=None)
@given(texts(ENGLISH), st.sampled_from(LANGUAGES), st.booleans())
def test_english_rules_reach_no_further_than_a_part(text: str, language: str, drop_fillers: bool) -> None:
    in_parts, whole = both(text, language, drop_fillers=drop_fillers)
    assert in_parts == whole


@settings(max_examples=500, deadline=None)
@given(texts(SPANISH), st.sampled_from(LANGUAGES), st.booleans())
def test_spanish_rules_reach_no_further_than_a_part(text: str, language: str, drop_fillers: bool) -> None:
    in_parts, whole = both(text, language, drop_fillers=drop_fillers)
    assert in_parts == whole


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.sampled_from(LANGUAGES), st.booleans())
def test_any_text_at_all(text: str, language: str, drop_fillers: bool) -> None:
    in_parts, whole = both(text, language, drop_fillers=drop_fillers)
    assert in_parts == whole


@pytest.mark.parametrize(("language", "drop_fillers"), [*product(LANGUAGES, (True, False))])
def test_every_turn_of_the_shipped_calls(language: str, drop_fillers: bool) -> None:
    words = words_of(language)
    kept = InParts(words, lambda part: normaliser._whole(part, words=words, drop_fillers=drop_fillers))
    for file in sorted((sample_dir() / "transcripts").glob("*.json")):
        for turn in json.loads(file.read_text(encoding="utf-8"))["turns"]:
            assert kept.tokens(turn["text"]) == normaliser._whole(
                turn["text"], words=words, drop_fillers=drop_fillers
            )
