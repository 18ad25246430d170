"""Sentences of a conversation, and what their surface says that a vector does not: negation, question."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from qa_toolkit.domain.transcript import Transcript
from qa_toolkit.language import normalised

SURFACE: Final = ("negated", "asks", "supposed", "first_person", "second_person", "length")
"""Names of the surface features, in order; each lies between 0 and about 1."""

_STOPS: Final = ".?!…"
_MOST_WORDS: Final = 30
_STEP_WORDS: Final = 15


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEGATIONS: Final = _set(
    "not no never nor neither without cannot nobody nothing nunca sin ni tampoco jamas nada"
)
_ASKING: Final = _set(
    """
    what who whose when where which how can could may might would will do does did is are was were have has
    shall should que cual cuales como cuando donde quien cuanto puede puedo podria me
    """
)
_SUPPOSED: Final = _set("if unless whether si")
_FIRST: Final = _set("i my me we our us mine yo mi mis me nos nuestro")
_SECOND: Final = _set("you your yours usted su sus le ustedes tu")
_OPENERS: Final = _set("and so well okay ok right great now then but y pues bueno entonces")


class Sentence(NamedTuple):
    """A sentence: ``turns[turn].text[start:end]``."""

    turn: int
    start: int
    end: int
    text: str


def sentences_of(transcript: Transcript) -> Iterator[Sentence]:
    """The sentences of all turns in order; what goes on without a stop is cut into overlapping parts."""
    for position, turn in enumerate(transcript.turns):
        text = turn.text
        words = text.split()
        first = end = 0
        for last in _stops(words):
            start = text.index(words[first], end)
            while last - first > _MOST_WORDS:
                end = _end(text, words[first : first + _MOST_WORDS], start)
                yield Sentence(position, start, end, text[start:end])
                middle = _end(text, words[first : first + _STEP_WORDS], start)
                first += _STEP_WORDS
                start = text.index(words[first], middle)
            end = _end(text, words[first:last], start)
            yield Sentence(position, start, end, text[start:end])
            first = last


def _stops(words: Sequence[str]) -> Iterator[int]:
    """After how many words a sentence ends; a stop that stands alone at its start does not end it."""
    first = 0
    for number, word in enumerate(words, start=1):
        if word[-1] in _STOPS and (number > first + 1 or len(word) > 1):
            yield number
            first = number
    if first < len(words):
        yield len(words)


def _end(text: str, words: Sequence[str], start: int) -> int:
    """Where the last of some words in a row ends; the first begins at ``start``."""
    spaced = " ".join(words)
    if text.startswith(spaced, start):
        return start + len(spaced)
    for word in words:
        start = text.index(word, start) + len(word)
    return start


def surface_of(text: str, language: str) -> tuple[float, ...]:
    """The surface features of a sentence, in the order of ``SURFACE``."""
    words = normalised(text, language, drop_fillers=True).texts
    opening = next((word for word in words if word not in _OPENERS), "")
    present = set(words)
    return (
        float(bool(present & _NEGATIONS)),
        float("?" in text or opening in _ASKING),
        float(bool(present & _SUPPOSED)),
        float(bool(present & _FIRST)),
        float(bool(present & _SECOND)),
        round(math.log1p(len(words)) / 4, 4),
    )
