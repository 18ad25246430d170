"""The words of sentences as numbers, cheap enough for every sentence of every call.

Words, neighbouring words, pairs with one word between and parts of words are hashed into a fixed number of
places (feature hashing: Weinberger et al., 2009), so that no vocabulary is kept and a misrecognised word
still shares its parts with the right one. Numbers are one word, whatever their digits.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

PLACES: Final = 1 << 13
"""Places of each of the two blocks: word sequences, then parts of words."""

SURFACE: Final = ("negated", "asks", "supposed", "first_person", "second_person", "number", "length")
"""Names of the surface features, in order; each lies between 0 and about 1."""

Floats = NDArray[Any]

_PART_WEIGHT: Final = 0.5
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|\?")
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(64 - 13)
_SALTS: Final = tuple(np.uint64(salt) for salt in (0x51ED27, 0xA3C59B, 0x7F4A15, 0x2545F9))
_START: Final = "<"
_NUMBER: Final = "#"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NUMBER_WORDS: Final = _set(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand
    cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince veinte treinta
    cuarenta cincuenta sesenta setenta ochenta noventa cien ciento mil
    """
)
_NEGATIONS: Final = _set(
    "not no never nor neither without cannot nobody nothing nunca sin ni tampoco jamas nada"
)
_ASKING: Final = _set(
    """
    ? what who whose when where which how can could may might would will do does did is are was were have has
    shall should que cual cuales como cuando donde quien cuanto puede puedo podria me
    """
)
_SUPPOSED: Final = _set("if unless whether si")
_FIRST: Final = _set("i i'm i'll i've i'd my me we we're we'll our us mine yo mi mis nos nuestro")
_SECOND: Final = _set("you you're you'll you've you'd your yours usted su sus le ustedes tu")
_OPENERS: Final = _set("and so well okay ok right great now then but um uh y pues bueno entonces este eh")


@dataclass(frozen=True, slots=True)
class Features:
    """The numbers of some sentences: where their word sequences and parts of words lie, and their surface.

    ``starts`` of a block say where each sentence begins in ``places``; every sentence has at least one place.
    """

    words: NDArray[np.int64]
    word_starts: NDArray[np.int64]
    parts: NDArray[np.int64]
    part_starts: NDArray[np.int64]
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
        word = np.add.reduceat(coefficients[self.words], self.word_starts, axis=0)
        part = np.add.reduceat(coefficients[self.parts], self.part_starts, axis=0)
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
        for places, starts, weight in (
            (self.words, self.word_starts, 1.0),
            (self.parts, self.part_starts, _PART_WEIGHT),
        ):
            counts = _counts(starts, len(places))
            values = np.repeat(weight / np.sqrt(counts), counts.astype(np.int64))
            pointers = np.append(starts, len(places))
            blocks.append(csr_matrix((values, places, pointers), shape=(len(self), 2 * PLACES)))
        return hstack([blocks[0] + blocks[1], csr_matrix(self.surface)]).tocsr()


def features_of(texts: Sequence[str]) -> Features:
    """The features of sentences, whatever their language."""
    words: list[str] = []
    starts: list[int] = []
    surface: list[tuple[float, ...]] = []
    for text in texts:
        starts.append(len(words))
        own = words_of(text)
        surface.append(_surface(own))
        words += (_START, *own)
    return Features(*_sequences(words, starts), *_parts(words, starts), _table(surface))


def words_of(text: str) -> list[str]:
    """The words of a text without letter case and accents; every number is ``#``."""
    found = [_plain(word) for word in _WORD.findall(text)]
    kept: list[str] = []
    for word in found:
        number = word.isdigit() or word in _NUMBER_WORDS
        if not (number and kept and kept[-1] == _NUMBER):
            kept.append(_NUMBER if number else word)
    return kept


@lru_cache(maxsize=1 << 15)
def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold().replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _surface(words: Sequence[str]) -> tuple[float, ...]:
    opening = next((word for word in words if word not in _OPENERS), "")
    present = set(words)
    return (
        float(bool(present & _NEGATIONS) or any(word.endswith("n't") for word in present)),
        float("?" in present or opening in _ASKING),
        float(bool(present & _SUPPOSED)),
        float(bool(present & _FIRST)),
        float(bool(present & _SECOND)),
        float(_NUMBER in present),
        min(len(words), 50) / 25,
    )


def _table(rows: Sequence[tuple[float, ...]]) -> Floats:
    return np.asarray(rows, dtype=np.float64).reshape(len(rows), len(SURFACE))


@lru_cache(maxsize=1 << 15)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=1 << 15)
def _parts_of(word: str) -> tuple[int, ...]:
    """The hashes of the three and four letters in a row of a word, its ends marked."""
    marked = f"^{word}$"
    pieces = [marked[i : i + n] for n in (3, 4) for i in range(len(marked) - n + 1)]
    return tuple(_hash(piece) for piece in pieces)


def _places(hashes: NDArray[np.uint64], salt: int) -> NDArray[np.int64]:
    return (((hashes ^ _SALTS[salt]) * _MIX) >> _SHIFT).astype(np.int64)


def _sequences(words: Sequence[str], starts: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of single words, pairs, triples and pairs with a word between, by sentence."""
    hashes = np.fromiter((_hash(word) for word in words), dtype=np.uint64, count=len(words))
    sentence = np.zeros(len(words), dtype=np.int64)
    if starts:
        sentence[list(starts[1:])] = 1
    sentence = np.cumsum(sentence)
    found, owners = [_places(hashes, 0)], [sentence]
    for salt, gaps in ((1, (1,)), (2, (1, 2)), (3, (2,))):
        reach = gaps[-1]
        if len(words) <= reach:
            continue
        joined = hashes[:-reach].copy()
        for gap in gaps:
            joined = joined * np.uint64(1000003) + hashes[gap : len(words) - reach + gap]
        inside = sentence[:-reach] == sentence[reach:]
        found.append(_places(joined[inside], salt))
        owners.append(sentence[reach:][inside])
    return _grouped(np.concatenate(found), np.concatenate(owners), len(starts))


def _parts(words: Sequence[str], starts: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    pieces: list[int] = []
    begins = []
    bounds = [*starts, len(words)]
    for first, last in pairwise(bounds):
        begins.append(len(pieces))
        for word in words[first:last]:
            pieces += _parts_of(word)
    hashes = np.asarray(pieces, dtype=np.uint64)
    return PLACES + _places(hashes, 0), np.asarray(begins, dtype=np.int64)


def _grouped(
    places: NDArray[np.int64], owners: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(owners, kind="stable")
    starts = np.searchsorted(owners[order], np.arange(count))
    return places[order], starts.astype(np.int64)


def _counts(starts: NDArray[np.int64], total: int) -> Floats:
    return np.diff(np.append(starts, total)).astype(np.float64)


def _chosen(
    places: NDArray[np.int64], starts: NDArray[np.int64], chosen: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    bounds = np.append(starts, len(places))
    pieces = [places[bounds[row] : bounds[row + 1]] for row in chosen]
    lengths = [len(piece) for piece in pieces]
    begins = np.cumsum([0, *lengths[:-1]]) if lengths else np.zeros(0)
    joined = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)
    return joined, np.asarray(begins, dtype=np.int64)
