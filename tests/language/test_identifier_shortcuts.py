"""What is passed over unread holds nothing: identifiers are the same when everything is read."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.domain.transcript import Role, Transcript, Turn
from qa_toolkit.evaluation.evaluators import said_identifiers as said
from qa_toolkit.language import identifier_dates, identifier_numbers, identifier_places, normalised
from qa_toolkit.language.heard_words import HeardWords
from qa_toolkit.language.identifier_words import CUES, IS_MY, JOINERS, LIVES_AT, MARKS, MONTHS, UNITS
from qa_toolkit.language.identifiers import IdentifierSpan, identifier_spans


def _phrases(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split(",")]


NUMBERS = _phrases("""
    one, two, three, four, five, eight, nine, oh, double, uno, dos, siete, cero, twenty, fourteen, eighty-six,
    hundred, 4, 12, 55, 412, 6789, 1986, 1420, 3/14/1986, 3/4/70, 1986-03-14, 412-55-6789, (559) 555-0188, 4242,
    800, 95670, 14th, dash5, 5-, ٣, ４
""")
AROUND = [*sorted(JOINERS | MARKS | UNITS), *MONTHS, *(" ".join(phrase) for phrase in IS_MY)]
NAMED = [
    *(" ".join(phrase) for phrase, _ in CUES),
    *_phrases("last, MSC, A, a, IOE, coverage, office, Maria"),
]
PLACES = _phrases("""
    street, avenue, calle, avenida, drive, apartment, office, county, address, live, Elm, Olmo, number, at,
    arroba, @, dot, punto, gmail, com, maria.lopez@gmail.com, email, online, underscore, box, pobox, postal,
    po box, P.O. box, apartado postal
""") + [" ".join(phrase) for phrase in LIVES_AT]
GAPS = [" ", " ", " ", " ", ", ", ". ", "-", ".", "/", " - ", "… "]

words = st.one_of(*map(st.sampled_from, (NUMBERS, NUMBERS, AROUND, NAMED, PLACES)))
texts = st.lists(st.tuples(words, st.sampled_from(GAPS)), max_size=14).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
languages = st.sampled_from(["en", "es", "es-MX", "fr"])
turns = st.lists(st.tuples(st.sampled_from([Role.AGENT, Role.CUSTOMER, Role.CUSTOMER]), texts), max_size=6)


def _everything(context: identifier_numbers.Context) -> Iterator[tuple[int, int]]:
    yield 0, len(context.words)


def _plainly(text: str, language: str, lead: str) -> tuple[IdentifierSpan, ...]:
    """Every word read, whether there can be something or not."""
    with (
        patch.object(identifier_numbers.Context, "_dictations", _everything),
        patch.object(identifier_places, "_may_hold_address", lambda _: True),
        patch.object(identifier_places, "may_hold_mail", lambda _: True),
        patch.object(identifier_dates, "_may_hold_date", lambda _: True),
        patch("qa_toolkit.language.identifiers.LEAST_DIGITS", 0),
        patch("qa_toolkit.language.identifiers._LEAST_DIGITS_OF_DATE", 0),
    ):
        return identifier_spans(text, language, lead=lead)


@settings(max_examples=400)
@given(texts, languages, texts)
def test_what_is_passed_over_holds_no_identifier(text: str, language: str, lead: str) -> None:
    assert identifier_spans(text, language, lead=lead) == _plainly(text, language, lead)


@given(turns, languages)
def test_other_languages_are_looked_for_wherever_their_numbers_are(
    lines: list[tuple[Role, str]], language: str
) -> None:
    made = tuple(Turn(number, role, text) for number, (role, text) in enumerate(lines))
    transcript = Transcript("x", made, language)
    found = said.said_identifiers(transcript, language)
    every = [other for other in said.LANGUAGES if other != language]
    with patch.object(said, "_others", lambda *_: every):
        assert said.said_identifiers(transcript, language) == found


@given(st.lists(texts, max_size=4), languages)
def test_heard_words_know_what_was_around_them(lines: list[str], language: str) -> None:
    turns = [(text, normalised(text, language)) for text in lines]
    expected = []
    for text, said_words in turns:
        before: int | None = None
        for token in said_words.tokens:
            gap = None if before is None else text[before : token.start]
            expected.append((token.text, text[token.start : token.end], gap))
            before = token.end
    heard = HeardWords(turns)
    assert [(w.text, w.source, w.gap) for w in heard.between(0, len(heard) + 3)] == expected
    assert [turns[turn][1].texts[number] for turn, number in map(heard.at, range(len(heard)))] == heard.texts
    assert heard.digits == [n for n, word in enumerate(heard.between(0, len(heard))) if word.digit]
