"""What holds for any text at all."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa_toolkit.language import normalise, normalise_words
from qa_toolkit.language.words import ENGLISH_NUMBERS, SPANISH_NUMBERS

_PARTS = [
    *ENGLISH_NUMBERS.units, *ENGLISH_NUMBERS.teens, *ENGLISH_NUMBERS.tens, *ENGLISH_NUMBERS.scales,
    *SPANISH_NUMBERS.units, *SPANISH_NUMBERS.tens, *SPANISH_NUMBERS.scales, *SPANISH_NUMBERS.hundreds,
    "hundred", "a", "and", "y", "un", "oh", "o", "O", "double", "triple", "doble", "point", "coma", "zero",
    "second", "first", "twenty-second", "fourteenth", "14th", "of", "de", "May", "March", "marzo", "primero",
    "I", "i", "A", "M", "E", "U.S.", "e-mail", "x", "it's", "'s", "been", "I'd", "don't", "can't", "gonna",
    "um", "uh", "mm", "hmm", "uh-huh", "per", "cent", "%", "$", "5", "12.50", "1,200", "1.200", "2,5", "0.50",
    "03/14/1986", "9:00", "dollars", "cents", "dólares", "[noise]", "wou~", ".", ",", "-", "?", "¿", "sí",
    "name@example.com", "é", "organisation", "health", "care", "ok",
]  # fmt: skip
# Words that touch the rules, in every neighbourhood.
tangled = st.lists(
    st.tuples(st.sampled_from(_PARTS), st.sampled_from(["", " ", " ", " ", ", ", ". ", "-"]))
).map(lambda rows: "".join(word + gap for word, gap in rows))
texts = st.one_of(tangled, st.text(), st.text(st.characters(codec="latin-1")))
languages = st.sampled_from(["en", "es", "en-US", "fr", ""])


@given(texts, languages, st.booleans())
@settings(max_examples=300, deadline=None)
@example("İstanbul ŉ ß ǰ ﬁ ½ ① e\u0301", "en", False)
@example("5.5.5 1,2,3 9:00:00 $ $$5 5% %", "en", True)
def test_every_place_is_a_real_slice_in_order(text: str, language: str, drop_fillers: bool) -> None:
    tokens = normalise_words(text, language, drop_fillers=drop_fillers)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert all(token.text and " " not in token.text for token in tokens)
    for before, after in pairwise(tokens):
        assert before.start <= after.start
        assert before.end <= after.end


@given(texts, languages, st.booleans())
@settings(max_examples=300, deadline=None)
def test_normalising_twice_changes_nothing(text: str, language: str, drop_fillers: bool) -> None:
    once = normalise(text, language, drop_fillers=drop_fillers)
    assert normalise(once, language, drop_fillers=drop_fillers) == once


@given(st.lists(st.sampled_from(["hello", "MY", "Zip", "code", "ñandú", "WORLD"])), languages)
def test_ordinary_words_keep_their_order_and_their_own_place(words: list[str], language: str) -> None:
    text = " ".join(words)
    tokens = normalise_words(text, language)
    assert [text[token.start : token.end] for token in tokens] == words


@given(texts, st.sampled_from(["en", "es"]))
@settings(max_examples=100, deadline=None)
def test_capitals_and_outer_spaces_do_not_matter_for_plain_words(text: str, language: str) -> None:
    assert normalise(f"  {text}\n", language) == normalise(text, language)
