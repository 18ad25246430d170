"""The words of sentences as numbers, cheap enough for every sentence of every call.

Words, neighbouring words, pairs with one word between and parts of words are hashed into a fixed number of
places (feature hashing: Weinberger et al., 2009), so that no vocabulary is kept and a misrecognised word
still shares its parts with the right one. Numbers are one word, whatever their digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.evaluation.lexical_words import (
    ASKING,
    ASKS,
    BEGINNING,
    COUNT,
    HASH,
    OPENER,
    PLACE,
    PLACES,
    SALTS,
    places,
    read,
    words_of,
)

__all__ = ["PLACES", "SURFACE", "Features", "features_of", "words_of"]

SURFACE: Final = ("negated", "asks", "supposed", "first_person", "second_person", "number", "length")
"""Names of the surface features, in order; each lies between 0 and about 1."""

Floats = NDArray[Any]
Numbers = NDArray[np.int64]

_PART_WEIGHT: Final = 0.5
_JOIN: Final = np.uint64(1000003)


@dataclass(frozen=True, slots=True)
class Features:
    """The numbers of some sentences: where their word sequences and parts of words lie, and their surface.

    ``starts`` of a block say where each sentence begins in ``places``; every sentence has at least one place.
    """

    words: Numbers
    word_starts: Numbers
    parts: Numbers
    part_starts: Numbers
    surface: Floats
    word_norms: Floats = field(init=False)
    part_norms: Floats = field(init=False)

    def __post_init__(self) -> None:
        # A call is scored by some thirty classifiers: what does not depend on them is worked out once.
        object.__setattr__(self, "word_norms", np.sqrt(_counts(self.word_starts, len(self.words))))
        object.__setattr__(
            self, "part_norms", _PART_WEIGHT / np.sqrt(_counts(self.part_starts, len(self.parts)))
        )

    def __len__(self) -> int:
        return len(self.surface)

    def scores(self, coefficients: Floats, surface: Floats, intercept: float) -> Floats:
        """The linear score of each sentence; ``coefficients`` hold both blocks one after the other."""
        scores = self.word_scores(coefficients.reshape(len(coefficients), 1))[:, 0]
        return np.asarray(scores + self.surface @ surface + intercept)

    def word_scores(self, coefficients: Floats) -> Floats:
        """The scores of each sentence without its surface: a column for each column of coefficients."""
        if not len(self):
            return np.zeros((0, coefficients.shape[1]))
        word = np.add.reduceat(coefficients.take(self.words, axis=0), self.word_starts, axis=0)
        part = np.add.reduceat(coefficients.take(self.parts, axis=0), self.part_starts, axis=0)
        word /= self.word_norms[:, None]
        part *= self.part_norms[:, None]
        return np.asarray(word + part)

    def rows(self, chosen: Sequence[int]) -> Features:
        """The features of some of the sentences, in that order."""
        words, word_starts = _chosen(self.words, self.word_starts, chosen)
        parts, part_starts = _chosen(self.parts, self.part_starts, chosen)
        return Features(words, word_starts, parts, part_starts, self.surface[list(chosen)])

    def matrix(self) -> Any:
        """All numbers as a sparse matrix (needs scipy): both blocks, then the surface."""
        from scipy.sparse import csr_matrix, hstack

        blocks = []
        for where, starts, weight in (
            (self.words, self.word_starts, 1.0),
            (self.parts, self.part_starts, _PART_WEIGHT),
        ):
            counts = _counts(starts, len(where))
            values = np.repeat(weight / np.sqrt(counts), counts.astype(np.int64))
            pointers = np.append(starts, len(where))
            blocks.append(csr_matrix((values, where, pointers), shape=(len(self), 2 * PLACES)))
        return hstack([blocks[0] + blocks[1], csr_matrix(self.surface)]).tocsr()


def features_of(texts: Sequence[str]) -> Features:
    """The features of sentences, whatever their language."""
    if not texts:
        none = np.zeros(0, dtype=np.int64)
        return Features(none, none, none, none, np.zeros((0, len(SURFACE))))
    found, begins = read(texts)
    hashes, parts, counts, openings, _, _ = zip(*found, strict=True)
    counted = np.frombuffer(b"".join(counts), dtype=COUNT).reshape(-1, 3)
    words, pieces = np.add.reduceat(counted[:, :2], begins, axis=0, dtype=np.int64).T
    sequences, starts = _sequences(np.frombuffer(b"".join(hashes), dtype=HASH).astype(np.uint64), words)
    placed = np.frombuffer(b"".join(parts), dtype=PLACE).astype(np.int64)
    signs = np.bitwise_or.reduceat(counted[:, 2], begins) | _asking("".join(openings))
    return Features(sequences, starts, placed, _starts(pieces), _surface(signs, words - 1))


def _starts(counts: Numbers) -> Numbers:
    return np.cumsum(counts) - counts


def _asking(openings: str) -> Numbers:
    """The sign of asking where the first word of a sentence that is no mere opener asks."""
    asks = [one.lstrip(OPENER).startswith(ASKING) for one in openings.split(BEGINNING)[1:]]
    return np.asarray(asks) * ASKS


def _surface(signs: Numbers, words: Numbers) -> Floats:
    table = np.empty((len(signs), len(SURFACE)))
    table[:, :-1] = signs[:, None] >> np.arange(len(SURFACE) - 1) & 1
    table[:, -1] = np.minimum(words, 50) / 25
    return table


def _sequences(hashes: NDArray[np.uint64], counts: Numbers) -> tuple[Numbers, Numbers]:
    """Places of single words, pairs, triples and pairs with a word between, by sentence."""
    sentence = np.repeat(np.arange(len(counts)), counts)
    shifted = hashes * _JOIN
    pairs = shifted[:-1] + hashes[1:]
    joined = (hashes, pairs, pairs[:-1] * _JOIN + hashes[2:], shifted[:-2] + hashes[2:])
    found = places(np.concatenate(joined), np.repeat(SALTS, [len(one) for one in joined]))
    # Words beside one another, or with one between, may be of two sentences.
    beside, apart = sentence[1:] == sentence[:-1], sentence[2:] == sentence[:-2]
    inside = np.concatenate((np.ones(len(sentence), dtype=bool), beside, apart, apart))
    owners = np.concatenate((sentence, sentence[1:], sentence[2:], sentence[2:]))[inside]
    starts = _starts(counts + np.maximum(counts - 1, 0) + 2 * np.maximum(counts - 2, 0))
    return found[inside][np.argsort(owners, kind="stable")], starts


def _counts(starts: Numbers, total: int) -> Floats:
    return np.diff(np.append(starts, total)).astype(np.float64)


def _chosen(places: Numbers, starts: Numbers, chosen: Sequence[int]) -> tuple[Numbers, Numbers]:
    bounds = np.append(starts, len(places))
    pieces = [places[bounds[row] : bounds[row + 1]] for row in chosen]
    lengths = [len(piece) for piece in pieces]
    begins = np.cumsum([0, *lengths[:-1]]) if lengths else np.zeros(0)
    joined = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)
    return joined, np.asarray(begins, dtype=np.int64)
