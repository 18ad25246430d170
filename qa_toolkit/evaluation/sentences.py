"""Sentences of a conversation, and what their surface says that a vector does not: negation, question."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from qa_toolkit.domain.transcript import Transcript
from qa_toolkit.language import normalise_words

SURFACE: Final = ("negated", "asks", "supposed", "first_person", "second_person", "length")
"""Names of the surface features, in order; each lies between 0 and about 1."""

_SENTENCE: Final = re.compile(r"\S.*?(?:[.?!…]+(?=\s|$)|$)", re.DOTALL)
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


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: ``turns[turn].text[start:end]``."""

    turn: int
    start: int
    end: int
    text: str


def sentences_of(transcript: Transcript) -> Iterator[Sentence]:
    """The sentences of all turns in order; what goes on without a stop is cut into overlapping parts."""
    for position, turn in enumerate(transcript.turns):
        for match in _SENTENCE.finditer(turn.text):
            words = [*re.finditer(r"\S+", match[0])]
            step = _STEP_WORDS if len(words) > _MOST_WORDS else max(len(words), 1)
            size = _MOST_WORDS if len(words) > _MOST_WORDS else len(words)
            for first in range(0, max(len(words) - size + step, 1), step):
                chosen = words[first : first + size]
                start, end = match.start() + chosen[0].start(), match.start() + chosen[-1].end()
                yield Sentence(position, start, end, turn.text[start:end])


def surface_of(text: str, language: str) -> tuple[float, ...]:
    """The surface features of a sentence, in the order of ``SURFACE``."""
    words = [token.text for token in normalise_words(text, language, drop_fillers=True)]
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
