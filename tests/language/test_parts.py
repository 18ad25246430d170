"""A text normalised in parts comes to the same tokens, with the same places, as by all rules at once."""

from __future__ import annotations

import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.language import normaliser, parts
from qa_toolkit.language.parts import InParts
from qa_toolkit.language.words import ENGLISH, HAS_OR_HAD, IS_BEFORE, SPANISH, LanguageWords, words_of
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
    healthcare.gov example.com ½ naïve straße drive-thru twenty-five x 4521 4521. 12: tiếng bảo Ạ
    wait… "quoted" going. better, been? had! wan- e\u0301 \u0301o e\u00ad \u200b \xb2
"""
CONTEXT = _CONTEXT.split()
PLAIN = ["coverage", "please", "number", "marketplace", "telefono", "direccion", "gracias", "thank"]
GAPS = [" ", ", ", ". ", "? ", "-", "; ", " - ", ".", ": ", "  ", "! ", "... ", "\n", "\xa0", "… ", '" ']


def texts(words: LanguageWords) -> st.SearchStrategy[str]:
    word = st.sampled_from([*rule_words(words), *CONTEXT]) | st.sampled_from(PLAIN)
    cased = st.tuples(word, st.sampled_from([str, str.upper, str.capitalize])).map(
        lambda pair: pair[1](pair[0])
    )
    said = st.lists(st.tuples(cased, st.sampled_from(GAPS) | st.just(" ")), min_size=1, max_size=12)
    return said.map(lambda found: "".join(word + gap for word, gap in found))


def both(text: str, language: str, *, drop_fillers: bool) -> tuple[object, object]:
    words = words_of(language)
    whole = normaliser._whole(text, words=words, drop_fillers=drop_fillers)
    fresh = InParts(words, lambda part: normaliser._whole(part, words=words, drop_fillers=drop_fillers))
    read = fresh.read(text)
    assert read.texts == tuple(token.text for token in read.tokens)
    return read.tokens, whole


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
            assert kept.read(turn["text"]).tokens == normaliser._whole(
                turn["text"], words=words, drop_fillers=drop_fillers
            )


SAID = ["it's", "I'd", "theres", "Maria's", "who'd", "that's", "it'd"]
AFTER = [
    *sorted(IS_BEFORE),
    *sorted(w for _, following in HAS_OR_HAD.values() for w in following),
    "um",
    *PLAIN,
]


@given(st.lists(st.sampled_from(SAID) | st.sampled_from(AFTER), min_size=2, max_size=8), st.booleans())
def test_what_is_opened_by_the_word_that_follows(said: list[str], drop_fillers: bool) -> None:
    text = " ".join(said)
    in_parts, whole = both(text, "en", drop_fillers=drop_fillers)
    assert in_parts == whole


_DATES = """
    january may march mayo marzo the of de first second third primero thirty 21st 3rd twenty um uh eh you we and
    oh nine five double one o cero dos diez y card please point punto hundred mil 5 12
"""
DATES = _DATES.split()
"""Words that a rule looks past a plain word for, and those it may meet there."""


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(DATES), st.sampled_from(GAPS) | st.just(" ")), min_size=2, max_size=8),
    st.sampled_from(("en", "es")),
    st.booleans(),
)
def test_rules_that_look_past_a_plain_word(
    said: list[tuple[str, str]], language: str, drop_fillers: bool
) -> None:
    text = "".join(word + gap for word, gap in said)
    in_parts, whole = both(text, language, drop_fillers=drop_fillers)
    assert in_parts == whole


@pytest.mark.parametrize(
    "text",
    [
        "may um the thirty first please",
        "we may third in a card",
        "the second um of um may please",
        "one oh we double a card",
        "five point card two",
    ],
)
@pytest.mark.parametrize("drop_fillers", [True, False])
def test_such_texts_are_read_as_a_whole(text: str, drop_fillers: bool) -> None:
    in_parts, whole = both(text, "en", drop_fillers=drop_fillers)
    assert in_parts == whole


_BESIDE = [" ", ", ", ". ", "? ", "- ", " $", " #", " ¿", "", "'", "%", " %", '" ']


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**6).map(str) | st.sampled_from(PLAIN),
            st.sampled_from(_BESIDE),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(LANGUAGES),
)
def test_numbers_in_digits(said: list[tuple[str, str]], language: str) -> None:
    in_parts, whole = both("".join(word + gap for word, gap in said), language, drop_fillers=True)
    assert in_parts == whole


def test_places_may_be_asked_for_again_and_the_texts_without_them() -> None:
    read = normaliser.normalised("Hi, it's the 12th of March… ¿Sí?", "en")
    assert read.texts == ("hi", "it", "is", "the", "1", "2", "of", "march", "si")
    assert read.tokens is read.tokens
    assert read.tokens == normaliser.normalise_words("Hi, it's the 12th of March… ¿Sí?", "en")


def test_parts_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_MOST_KEPT", 4)
    kept = InParts(ENGLISH, lambda part: normaliser._whole(part, words=ENGLISH, drop_fillers=True))
    for number in range(50):
        text = f"coverage{'x' * number} it's x{number} please"
        assert kept.read(text).tokens == normaliser._whole(text, words=ENGLISH, drop_fillers=True)
    kept.read(f"{'coverage' * 50} please x{'y' * 200} please")
    assert max(map(len, [*kept._plain, *kept._middle])) <= parts._LONGEST_KEPT
    assert len(kept._plain) <= 4
    assert len(kept._middle) <= 4


def test_a_chain_of_words_that_rest_on_the_next_is_read_once() -> None:
    read: list[str] = []

    def whole(part: str) -> tuple[normaliser.NormalisedToken, ...]:
        read.append(part)
        return normaliser._whole(part, words=ENGLISH, drop_fillers=True)

    text = f"please {'it’s the ' * 200}card"
    tokens = InParts(ENGLISH, whole).read(text).tokens
    assert len(read) == 1
    assert tokens == whole(text)
