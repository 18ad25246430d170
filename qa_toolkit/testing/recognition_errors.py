"""Transcripts as a recogniser would garble them, to see what judging makes of recognition errors.

The error model: at a given rate of word errors, 60 % are substitutions, 25 % deletions and 15 % insertions,
about the mix that recognisers make on telephone speech. A word is replaced by one that sounds like it (a
homophone, else the nearest word of the conversation by letters, of several one by chance); short words are
inserted. A wrong word gets a confidence drawn from Beta(4, 3), mean 0.57, a right one from
Beta(10, 1.2), mean 0.89, so that confidence helps and is no oracle. The same transcript, rate and seed give
the same errors.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from qa_toolkit.domain.transcript import Transcript, Turn, Word

SUBSTITUTIONS: Final = 0.60
DELETIONS: Final = 0.25
_MOST_ALIKE: Final = 6
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+")
_LOST: Final = {
    "en": tuple("the a an to of and is it in i you that for on do your".split()),  # noqa: SIM905  # a list to read
    "es": tuple("el la de que y a en un una se lo su me le es".split()),  # noqa: SIM905
}
_HOMOPHONES: Final = (
    "there their", "to two", "four for", "your you're", "it's its", "no know", "right write", "hear here",
    "by buy", "one won", "eight ate", "would wood", "hold old", "plan plane", "birth berth", "mail male",
    "new knew", "see sea", "week weak", "wait weight", "appeal a peel", "rights writes", "fax facts",
    "sign sine", "vote boat", "fine find", "sure shirt", "agree a green", "date day", "zip sip",
    "haber a ver", "voto boto", "hecho echo", "si sí", "cita sita", "tasa taza", "cien sien", "votar botar",
)  # fmt: skip


def with_word_errors(transcript: Transcript, rate: float, *, seed: int = 0) -> Transcript:
    """The transcript with about that share of its words wrong, and a confidence for every word.

    Args:
        transcript: as said; turns keep their times.
        rate: word errors per word, 0-1; 0 changes no word and gives every word a confidence.
        seed: another one gives other errors.
    """
    language = (transcript.language or "en")[:2]
    vocabulary = tuple(sorted({word for turn in transcript.turns for word in _words(turn.text)}))
    key = f"{seed} {rate} {transcript.id}".encode()
    chance = random.Random(int.from_bytes(hashlib.sha256(key).digest()[:8], "big"))  # noqa: S311  # no secret
    turns = tuple(_garbled(turn, rate, chance, vocabulary, language) for turn in transcript.turns)
    return replace(transcript, turns=tuple(turn for turn in turns if turn.text.strip()))


def _garbled(
    turn: Turn, rate: float, chance: random.Random, vocabulary: Sequence[str], language: str
) -> Turn:
    """A turn as recognised: pieces of text with the confidence of each."""
    pieces: list[tuple[str, float]] = []
    for written in turn.text.split():
        drawn = chance.random() / rate if rate else 1.0
        if drawn < SUBSTITUTIONS:
            pieces += [(word, _wrong(chance)) for word in _other(written, chance, vocabulary).split()]
        elif drawn < SUBSTITUTIONS + DELETIONS:
            continue
        else:
            pieces.append((written, _right(chance)))
            if drawn < 1.0:
                pieces.append((chance.choice(_LOST.get(language, _LOST["en"])), _wrong(chance)))
    text = " ".join(word for word, _ in pieces)
    return replace(turn, text=text, words=_timed(turn, pieces))


def _timed(turn: Turn, pieces: Sequence[tuple[str, float]]) -> tuple[Word, ...]:
    """Words laid evenly over the turn; none where the turn has no times."""
    if turn.start_s is None or turn.end_s is None or not pieces:
        return ()
    step = (turn.end_s - turn.start_s) / len(pieces)
    return tuple(
        Word(word, round(turn.start_s + i * step, 3), round(turn.start_s + (i + 1) * step, 3), round(sure, 3))
        for i, (word, sure) in enumerate(pieces)
    )


def _right(chance: random.Random) -> float:
    return chance.betavariate(10, 1.2)


def _wrong(chance: random.Random) -> float:
    return chance.betavariate(4, 3)


def _other(written: str, chance: random.Random, vocabulary: Sequence[str]) -> str:
    """What is heard in place of a word; its punctuation stays."""
    match = _WORD.search(written)
    if match is None:
        return written
    word = match[0].lower()
    heard = chance.choice(_alike(word, tuple(vocabulary)))
    return written[: match.start()] + heard + written[match.end() :]


@lru_cache(maxsize=1 << 14)
def _alike(word: str, vocabulary: tuple[str, ...]) -> tuple[str, ...]:
    """Words that sound or are written like a word."""
    if word.isdigit():
        return tuple(str(int(word) + step) for step in (1, 2, 5))
    same = tuple(other for pair in _HOMOPHONES for other in _partner(word, pair))
    if same:
        return same
    near = process.extract(word, vocabulary, scorer=Levenshtein.distance, limit=_MOST_ALIKE + 1)
    return tuple(other for other, _, _ in near if other != word) or (word[::-1],)


def _partner(word: str, pair: str) -> tuple[str, ...]:
    first, _, second = pair.partition(" ")
    return (second,) if word == first else (first,) if word == second else ()


def _words(text: str) -> list[str]:
    return [match.lower() for match in _WORD.findall(text) if not match.isdigit()]
