"""What is worked out late, or a short way, is what the plain way over all words gives."""

from __future__ import annotations

import gc
import weakref
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from operator import itemgetter

import pytest
from evaluation_builders import call, recognised
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.domain.transcript import Role, Transcript
from qa_toolkit.evaluation.evaluators import searchable as module
from qa_toolkit.evaluation.evaluators.searchable import (
    ANY_DIGIT,
    Place,
    Searchable,
    searchable,
    texts_of,
    tokens_of,
)

WORDS = """
    okay, yeah mm-hm. card voice mail voicemail it's the 52 twelve $3.50 um Sí, ¿Qué I'm x é… [noise]
"""
SAID = st.lists(st.sampled_from(WORDS.split()), max_size=9).map(" ".join)
TURNS = st.lists(st.tuples(st.sampled_from(["agent", "customer"]), SAID), min_size=1, max_size=7)
LANGUAGE = st.sampled_from(["en", "es", "fr"])


def made(turns: list[tuple[str, str]], *, times: bool = True, heard: bool = False) -> Transcript:
    case = call(*(f"{role}: {said}" for role, said in turns), times=times)
    case = recognised(case, {"card": 0.5, "the": 0.25}) if heard else case
    assert case.transcript is not None
    return case.transcript


@given(TURNS, LANGUAGE)
def test_stretches_hold_the_words_of_their_turns(turns: list[tuple[str, str]], language: str) -> None:
    transcript = made(turns)
    text = searchable(transcript, language)
    of_turns = [
        (turn, token)
        for stretch in text.stretches
        for turn, token in zip(stretch.turns, stretch.tokens, strict=True)
    ]
    assert sorted(of_turns, key=itemgetter(0)) == [
        (position, token)
        for position, turn in enumerate(transcript.turns)
        for token in tokens_of(turn.text, language)
    ]
    for stretch in text.stretches:
        assert stretch.texts == tuple(token.text for token in stretch.tokens)
        assert all(transcript.turns[turn].role is stretch.role for turn in stretch.turns)
        assert [stretch.place(n) for n in range(len(stretch.texts))] == stretch.places(0, len(stretch.texts))


@given(TURNS, LANGUAGE)
def test_the_index_and_the_sets_of_words(turns: list[tuple[str, str]], language: str) -> None:
    text = searchable(made(turns), language)
    index: dict[str, list[tuple[int, int]]] = defaultdict(list)
    pairs: dict[str, int] = defaultdict(int)
    for number, stretch in enumerate(text.stretches):
        for position, word in enumerate(stretch.texts):
            index[word].append((number, position))
            if word in "0123456789":
                index[ANY_DIGIT].append((number, position))
        for one, other in pairwise(stretch.texts):
            pairs[one + other] |= 1 << number
    assert text.index == index
    assert text.spoken == index.keys()
    assert text.split == pairs.keys()
    assert dict(text.pairs) == pairs
    assert len(text.pairs) == len(pairs)
    assert text.pairs.get("neither", 7) == 7
    assert "neither" not in text.pairs
    with pytest.raises(KeyError):
        text.pairs["neither"]
    for word in [*index, "neither"]:
        assert text.holding[word] == sum(1 << number for number in {number for number, _ in index[word]})
    text.refresh()
    assert text.present == text.spoken | text.split | text.bent


@given(TURNS, st.booleans(), st.booleans(), st.data())
def test_words_are_quoted_as_their_places_are(
    turns: list[tuple[str, str]], times: bool, heard: bool, data: st.DataObject
) -> None:
    text = searchable(made(turns, times=times, heard=heard and times), "en")
    for number, stretch in enumerate(text.stretches):
        if not stretch.texts:
            continue
        first = data.draw(st.integers(0, len(stretch.texts) - 1))
        last = data.draw(st.integers(first, len(stretch.texts)))
        places = stretch.places(first, last)
        assert text.quoted(number, first, last) == (
            plainly_quoted(places, text),
            plain_confidence(places, text),
        )


def plainly_quoted(places: list[Place], text: Searchable) -> tuple[object, ...]:
    """One entry a turn, from the first to the last character."""
    bounds: dict[int, tuple[int, int]] = {}
    for turn, start, end in places:
        known = bounds.get(turn, (start, end))
        bounds[turn] = min(known[0], start), max(known[1], end)
    return tuple(text._span(turn, start, end) for turn, (start, end) in bounds.items())


def plain_confidence(places: list[Place], text: Searchable) -> float:
    known = []
    for place in places:
        starts, word = module._starts_of_words(text.turns[place.turn]), -1
        while word + 1 < len(starts) and starts[word + 1] <= place.start:
            word += 1
        if starts:
            known.append(text.turns[place.turn].words[max(word, 0)].confidence)
    values = [value for value in known if value is not None]
    return sum(values) / len(values) if values else 1.0


def test_one_turn_with_recognised_words_is_enough_for_confidence() -> None:
    heard, plain = made([("agent", "the card")], heard=True), made([("customer", "the card.")])
    both = replace(heard, turns=(*heard.turns, replace(plain.turns[0], id=2)))
    text = searchable(both, "en")
    assert text.mean_confidence(()) == pytest.approx(0.375)
    assert text.mean_confidence((Role.CUSTOMER,)) == 1.0
    assert text.quoted(0, 1, 2)[1] == 0.5
    assert text.quoted(1, 1, 2)[1] == 1.0


def test_texts_are_those_of_the_words() -> None:
    assert texts_of("Um, it's $3.50!", "en") == ("it", "is", "3", "dollars", "5", "0", "cents")
    assert texts_of("", "es") == ()


def test_nothing_of_a_conversation_is_held_by_itself() -> None:
    transcript = made([("agent", "the card"), ("customer", "my voice mail. 52")])
    text = module._build(transcript, "en")
    text.refresh()
    assert (text.like["voicemail"], text.holding["card"]) == (2, 1)
    assert text.quoted(0, 0, 1)
    known = weakref.ref(text)
    gc.disable()
    try:
        del text
        assert known() is None
    finally:
        gc.enable()
