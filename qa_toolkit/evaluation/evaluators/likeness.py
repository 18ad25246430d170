"""Which words may stand for one another because a recogniser could have confused them.

Comparing every word of every phrase with every word of every call is what would make phrases slow. Calls
share their vocabulary, so each new word is compared once with the words of all phrases and the outcome kept.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from itertools import filterfalse
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

LEAST_ALIKE = 0.7
_SHORTEST = 4
_OPPOSITES = ("un", "in", "im", "ir", "il", "dis", "non", "de", "mis", "des", "anti")
_MOST_WORDS = 50_000
_SOUND_ALIKE = {"of": "off", "off": "of", "to": "too", "too": "to", "an": "and", "and": "an"}
"""Words too short to be compared by spelling that recognisers write for one another."""
_TWINS = frozenset(
    frozenset(pair.split())
    for pair in (
        "nacimiento vencimiento",
        "aplicacion apelacion",
        "nothing anything",
        "denial dental",
        "information confirmation",
        "informacion confirmacion",
        "conversation confirmation",
        "conversacion confirmacion",
        "tuesday thursday",
    )
)
"""Words of this trade that are alike and mean other things: a date of birth is no day something is due."""
NEGATIONS = frozenset(
    ("not", "never", "no", "nor", "neither", "without", "cannot", "nunca", "sin", "ni", "jamas", "tampoco")
)


def similarity(one: str, other: str) -> float:
    """How alike two words are, 0-1; 0 where a difference may not be put down to recognition."""
    if one == other:
        return 1.0
    if _SOUND_ALIKE.get(one) == other:
        return LEAST_ALIKE
    if not (_comparable(one) and _comparable(other)) or _opposite(one, other) or _opposite(other, one):
        return 0.0
    if _other_person(one, other) or frozenset((one, other)) in _TWINS:
        return 0.0
    return float(Levenshtein.normalized_similarity(one, other, score_cutoff=LEAST_ALIKE))


class _Compared(NamedTuple):
    """Words of calls compared with those of phrases; ``near`` are those that are like any of them."""

    words: set[str]
    near: dict[str, tuple[tuple[str, float], ...]]


class Lexicon:
    """The words of all phrases compiled so far, and the words of calls that are like them.

    What it has seen changes only how fast an answer comes, never the answer.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._words: dict[str, None] = {}
        self._compared = _Compared(set(), {})
        self.generation = 0

    def add(self, words: Iterable[str]) -> None:
        """Makes the words of a phrase known."""
        new = [word for word in words if word not in self._words and _comparable(word)]
        if new:
            with self._lock:
                self._words.update(dict.fromkeys(new))
                self._compared = _Compared(set(), {})
                self.generation += 1

    def alike(self, vocabulary: Iterable[str]) -> dict[str, dict[str, float]]:
        """For each word of a phrase the words of the vocabulary that are like it, not counting itself.

        What was compared is never emptied but begun anew, so that what another thread adds meanwhile takes
        nothing away here.
        """
        vocabulary = tuple(vocabulary)
        compared = self._compared
        if len(compared.words) >= _MOST_WORDS:
            compared = self._compared = _Compared(set(), {})
        for token in filterfalse(compared.words.__contains__, vocabulary):
            near = self._compare(token)
            if near:
                compared.near[token] = near
            compared.words.add(token)
        found: dict[str, dict[str, float]] = {}
        for token in filter(compared.near.__contains__, vocabulary):
            for word, likeness in compared.near[token]:
                found.setdefault(word, {})[token] = likeness
        return found

    def _compare(self, token: str) -> tuple[tuple[str, float], ...]:
        if token in _SOUND_ALIKE:
            return ((_SOUND_ALIKE[token], LEAST_ALIKE),)
        if not _comparable(token):
            return ()
        near = process.extract(
            token,
            tuple(self._words),
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=LEAST_ALIKE,
            limit=None,
        )
        found = ((str(word), similarity(str(word), token)) for word, *_ in near)
        return tuple((word, likeness) for word, likeness in found if 0.0 < likeness < 1.0)


LEXICON = Lexicon()
NOTHING: Mapping[str, float] = {}


def _comparable(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isalpha() and word not in NEGATIONS


def _opposite(one: str, other: str) -> bool:
    return any(one == prefix + other for prefix in _OPPOSITES)


def _other_person(one: str, other: str) -> bool:
    """Whether two words differ as ``necesito`` (I) and ``necesita`` (you) do: by a final o alone."""
    return one[:-1] == other[:-1] and "o" in (one[-1], other[-1]) and {one[-1], other[-1]} <= {"o", "a", "e"}
