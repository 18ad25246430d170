"""Words of sentences as numbers: what is the same to the first stage of a classifier, and what is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.evaluation.lexical import PLACES, SURFACE, features_of, words_of

WEIGHTS = np.random.default_rng(7).normal(size=2 * PLACES)
NO_SURFACE = np.zeros(len(SURFACE))
SENTENCES = st.lists(st.text(min_size=0, max_size=60), min_size=1, max_size=6)


def scores(texts: list[str]) -> list[float]:
    return [float(score) for score in features_of(texts).scores(WEIGHTS, NO_SURFACE, 0.5)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What's your zip code?", ["what's", "your", "zip", "code", "?"]),
        ("¿Cuál es su código?", ["cual", "es", "su", "codigo", "?"]),
        ("It is 9 5 8 1 6, right", ["it", "is", "#", "right"]),
        ("nine five eight one six", ["#"]),
        ("I DON’T know", ["i", "don't", "know"]),
        ("…", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("I don't need it", {"negated", "first_person"}),
        ("Do you have your card?", {"asks", "second_person"}),
        ("So, um, what is it", {"asks"}),
        ("If that is so", {"supposed"}),
        ("five one two", {"number"}),
        ("No le hace falta", {"negated", "second_person"}),
        ("", set()),
    ],
)
def test_surface(text: str, on: set[str]) -> None:
    values = dict(zip(SURFACE, features_of([text]).surface[0], strict=True))
    assert {name for name, value in values.items() if value and name != "length"} == on


@given(SENTENCES)
def test_a_sentence_has_the_same_score_in_any_company(texts: list[str]) -> None:
    together = scores(texts)
    assert together == pytest.approx([scores([text])[0] for text in texts], abs=1e-9)
    order = list(reversed(range(len(texts))))
    turned = features_of(texts).rows(order).scores(WEIGHTS, NO_SURFACE, 0.5)
    assert list(turned) == pytest.approx([together[row] for row in order], abs=1e-9)


@settings(deadline=None)  # scipy is imported in it
@given(SENTENCES)
def test_the_matrix_says_the_same_as_the_scores(texts: list[str]) -> None:
    features = features_of(texts)
    by_matrix = features.matrix() @ np.concatenate([WEIGHTS, NO_SURFACE]) + 0.5
    assert list(by_matrix) == pytest.approx(list(features.scores(WEIGHTS, NO_SURFACE, 0.5)), abs=1e-9)


def test_order_counts_and_numbers_and_case_do_not() -> None:
    assert scores(["you agree"]) != pytest.approx(scores(["agree you"]))
    assert scores(["call 555 0100 now"]) == pytest.approx(scores(["CALL five one now"]))


def test_nothing_to_score() -> None:
    assert len(features_of([])) == 0
    assert list(features_of([]).scores(WEIGHTS, NO_SURFACE, 0.5)) == []
