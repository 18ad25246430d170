"""Words of sentences as numbers: what is the same to the first stage of a classifier, and what is not."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.evaluation import lexical_words
from qa_toolkit.evaluation.lexical import PLACES, SURFACE, Features, features_of, words_of

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


PIECES = "one 5 5th 5-5 — . ? don't Don’t ¿qué QUÉ and so um if unless i your 7? ?7 no 'tis x² ½ ٣ ß 日本 a_b < ^ #"


@given(
    st.lists(
        st.lists(st.sampled_from(PIECES.split()), max_size=7).map(" ".join)
        | st.text("abno1 5?'’_.- \n²٣—#<^$\u0301", max_size=14),
        max_size=5,
    )
)
def test_all_sentences_at_once_are_as_word_by_word(texts: list[str]) -> None:
    found, plain = features_of(texts), plain_features(texts)
    for name in ("words", "word_starts", "parts", "part_starts", "surface"):
        one, other = getattr(found, name), getattr(plain, name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other), name


def plain_features(texts: list[str]) -> Features:
    """The features worked out sentence by sentence and word by word."""
    words, parts, surface = [], [], []
    for text in texts:
        own = words_of(text)
        surface.append(plain_surface(own))
        marked = ["<", *own]
        hashes = [zlib.crc32(word.encode()) for word in marked]
        pairs, apart = [*pairwise(hashes)], [*zip(hashes, hashes[2:], strict=False)]
        triples = [*zip(hashes, hashes[1:], hashes[2:], strict=False)]
        words.append(
            [place([one], 0) for one in hashes]
            + [place(two, 1) for two in pairs]
            + [place(three, 2) for three in triples]
            + [place(two, 3) for two in apart]
        )
        pieces = [f"^{word}$"[i : i + n] for word in marked for n in (3, 4) for i in range(len(word) + 3 - n)]
        parts.append([PLACES + place([zlib.crc32(piece.encode())], 0) for piece in pieces])
    table = np.asarray(surface, dtype=np.float64).reshape(len(texts), len(SURFACE))
    return Features(*in_one_row(words), *in_one_row(parts), table)


def place(hashes: Sequence[int], salt: int) -> int:
    joined = hashes[0]
    for other in hashes[1:]:
        joined = (joined * 1000003 + other) % 2**64
    return (joined ^ (0x51ED27, 0xA3C59B, 0x7F4A15, 0x2545F9)[salt]) * 0x9E3779B97F4A7C15 % 2**64 >> 51


def in_one_row(rows: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    starts = [sum(map(len, rows[:number])) for number in range(len(rows))]
    return np.asarray([number for row in rows for number in row], dtype=np.int64), np.asarray(
        starts, dtype=np.int64
    )


def plain_surface(words: list[str]) -> list[float]:
    opening = next((word for word in words if word not in lexical_words._OPENERS), "")
    return [
        float(any(word in lexical_words._NEGATIONS or word.endswith("n't") for word in words)),
        float("?" in words or opening in lexical_words._ASKING),
        float(any(word in lexical_words._SUPPOSED for word in words)),
        float(any(word in lexical_words._FIRST for word in words)),
        float(any(word in lexical_words._SECOND for word in words)),
        float("#" in words),
        min(len(words), 50) / 25,
    ]


def test_nothing_to_score() -> None:
    assert len(features_of([])) == 0
    assert list(features_of([]).scores(WEIGHTS, NO_SURFACE, 0.5)) == []


def test_what_is_kept_of_chunks_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical_words, "_MOST_CHUNKS", 3)
    monkeypatch.setattr(lexical_words, "_CHUNKS", lexical_words._Chunks())
    texts = ["one two, three. four five? six", "x" * 1000]
    for _ in range(2):
        assert np.array_equal(features_of(texts).parts, plain_features(texts).parts)
    assert len(lexical_words._CHUNKS) <= 3
    assert max(map(len, lexical_words._CHUNKS)) < 10
