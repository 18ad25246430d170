"""The words of a text, and what each adds to the numbers of a sentence.

Words are hashed, and so are their parts, so that no vocabulary is kept. What a piece of text adds does not
depend on what stands around it, but for numbers that follow one another, and is kept from call to call.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

PLACES: Final = 1 << 13
"""Places of each of the two blocks: word sequences, then parts of words."""

HASH: Final = np.dtype(np.uint32)
COUNT: Final = np.dtype(np.uint32)
PLACE: Final = np.dtype(np.uint16)
SALTS: Final = np.asarray((0x51ED27, 0xA3C59B, 0x7F4A15, 0x2545F9), dtype=np.uint64)
"""Of single words and of parts, of pairs, of triples, of pairs with a word between."""
NEGATED, ASKS, SUPPOSED, FIRST_PERSON, SECOND_PERSON, NUMBER = (1 << bit for bit in range(6))
"""Signs of a word, in the order of the surface features they switch on."""

BEGINNING, ASKING, OPENER, OTHER = "<", "?", "-", "a"
"""The first word that is no mere opener: asks or does not; all are openers; or a sentence begins."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|\?")
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(64 - 13)
_START: Final = "<"
_MOST_CHUNKS: Final = 1 << 15
_LONGEST_KEPT: Final = 64
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
_SIGNS: Final = (
    (NEGATED, _NEGATIONS),
    (ASKS, frozenset("?")),
    (SUPPOSED, _SUPPOSED),
    (FIRST_PERSON, _FIRST),
    (SECOND_PERSON, _SECOND),
    (NUMBER, frozenset(_NUMBER)),
)
_BEGINS, _ENDS, _BOTH, _NEITHER, _EMPTY = "b", "e", "#", "-", "."
_NUMBERS_IN_A_ROW: Final = re.compile(r"[e#]\.*(?=[b#])")


class Read(NamedTuple):
    """What some words in a row add to their sentence.

    Attributes:
        hashes: of the words, as ``HASH``.
        parts: the places of the parts of the words, as ``PLACE``.
        counts: how many words and parts there are, and the signs of all of them, as ``COUNT``.
        opening: what the first is that is no mere opener.
        number: whether they begin or end with one.
        rest: the same without the number they begin with.
    """

    hashes: bytes
    parts: bytes
    counts: bytes
    opening: str
    number: str
    rest: Read | None


def words_of(text: str) -> list[str]:
    """The words of a text without letter case and accents; every number is ``#``."""
    found = [_plain(word) for word in _WORD.findall(text)]
    kept: list[str] = []
    for word in found:
        number = word.isdigit() or word in _NUMBER_WORDS
        if not (number and kept and kept[-1] == _NUMBER):
            kept.append(_NUMBER if number else word)
    return kept


def read(texts: Sequence[str]) -> tuple[list[Read], list[int]]:
    """What the words of some sentences add, and where each sentence begins: with a mark of its own."""
    found: list[Read] = []
    begins: list[int] = []
    for text in texts:
        begins.append(len(found))
        found.append(_BEGINNING)
        found += map(_CHUNKS.__getitem__, text.split())  # no word has white space in it
    numbers = "".join([one.number for one in found])
    for joint in _NUMBERS_IN_A_ROW.finditer(numbers):
        found[joint.end()] = found[joint.end()].rest or _NOTHING
    return found, begins


def places(hashes: NDArray[np.uint64], salts: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Where hashed things lie; the salts tell single words from pairs and the like."""
    return (((hashes ^ salts) * _MIX) >> _SHIFT).astype(np.int64)


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold().replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


class _Chunks(dict[str, Read]):
    """What chunks of text without white space add; a plain dictionary, as it is asked for every word."""

    def __missing__(self, chunk: str) -> Read:
        words = tuple(words_of(chunk))
        if len(chunk) > _LONGEST_KEPT:
            return _of_words(words)
        if len(self) >= _MOST_CHUNKS:
            self.clear()
        found = self[chunk] = _of_words_known(words)
        return found


def _of_words(words: tuple[str, ...]) -> Read:
    signs = sum(sign for sign, those in _SIGNS if not those.isdisjoint(words))
    if any(word.endswith("n't") for word in words):
        signs |= NEGATED
    number, parts = _number(words), _parts_of(words)
    return Read(
        np.asarray([_hash(word) for word in words], dtype=HASH).tobytes(),
        parts,
        _counts(len(words), len(parts) // PLACE.itemsize, signs),
        next((ASKING if word in _ASKING else OTHER for word in words if word not in _OPENERS), OPENER),
        number,
        _of_words(words[1:]) if number in (_BEGINS, _BOTH) else None,
    )


_of_words_known: Final = lru_cache(maxsize=1 << 14)(_of_words)
"""All numbers are one word, however they are written, and a word is one before a comma and before a stop."""


@lru_cache(maxsize=1 << 10)  # most words share theirs
def _counts(*counts: int) -> bytes:
    return np.asarray(counts, dtype=COUNT).tobytes()


def _number(words: Sequence[str]) -> str:
    if not words:
        return _EMPTY
    if words[0] == _NUMBER:
        return _BOTH if words[-1] == _NUMBER else _BEGINS
    return _ENDS if words[-1] == _NUMBER else _NEITHER


def _hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def _parts_of(words: Sequence[str]) -> bytes:
    """The places of the three and four letters in a row of each word, its ends marked."""
    marked = [f"^{word}$" for word in words]
    hashes = [_hash(word[i : i + n]) for word in marked for n in (3, 4) for i in range(len(word) - n + 1)]
    return (PLACES + places(np.asarray(hashes, dtype=np.uint64), SALTS[:1])).astype(PLACE).tobytes()


_CHUNKS: Final = _Chunks()
_BEGINNING: Final = _of_words((_START,))._replace(opening=BEGINNING)
_NOTHING: Final = _of_words(())
