"""Phrases in normal form, with what finding them needs to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from qa_toolkit.evaluation.evaluators.likeness import LEXICON
from qa_toolkit.evaluation.evaluators.searchable import ANY_DIGIT, tokens_of

ANY_WORDS = "*"
_SIGNS = (ANY_WORDS, ANY_DIGIT)


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A compiled phrase: ``*`` stands for up to three words of any kind, ``#`` for one digit.

    A phrase of nothing but ``#`` is a number of exactly so many digits: nine do not match in a longer one.
    Two patterns are the same only if they are one object, so that sets of them are joined fast.

    Attributes:
        plain: its words without ``*``; ``size`` is their number.
        joined: for each of them the forms it has when written together with a neighbour.
        budget: how much similarity all words together may lack.
        needed: its words, ``joined_forms`` those of ``joined``, as sets.
        pairs: words of it that follow one another, each pair written as one.
        anchor: the position of its longest word, -1 where it has but signs: a long word is rarer than a short
            one.
        adjacent: no word may be left out or put in between.
        wanted_equal: so many words must be equal.
        fuzzy: words may differ at all.
        literal: no word stands for others.
        number: it is nothing but digits.
    """

    written: str
    words: tuple[str, ...]
    plain: tuple[str, ...]
    joined: tuple[tuple[str, ...], ...]
    least: float
    budget: float
    size: int
    needed: frozenset[str]
    joined_forms: frozenset[str]
    pairs: frozenset[str]
    anchor: int
    adjacent: bool
    wanted_equal: int
    fuzzy: bool
    literal: bool
    number: bool


@lru_cache(maxsize=1 << 15)
def compile_phrase(written: str, language: str, least: float) -> Pattern:
    """A phrase in normal form.

    Raises:
        ValueError: there is no word in it.
    """
    words: list[str] = []
    for number, part in enumerate(written.split(ANY_WORDS)):
        if number and words and words[-1] != ANY_WORDS:
            words.append(ANY_WORDS)
        words += _words_of(part, language)
    if not words or all(word == ANY_WORDS for word in words):
        raise ValueError(f"'{written}' holds no word to look for")
    while words[-1] == ANY_WORDS:
        words.pop()
    if least < 1.0:
        LEXICON.add(words)
    plain = tuple(word for word in words if word != ANY_WORDS)
    budget = len(plain) * (1.0 - least) + 1e-9
    joined = _joined(plain)
    spelled = [number for number, word in enumerate(words) if word not in _SIGNS]
    return Pattern(
        written=written,
        words=tuple(words),
        plain=plain,
        joined=joined,
        least=least,
        budget=budget,
        size=len(plain),
        needed=frozenset(plain),
        joined_forms=frozenset(form for pair in joined for form in pair),
        pairs=frozenset(map("".join, pairs_of(words))),
        anchor=max(spelled, key=lambda number: (len(words[number]), words[number]), default=-1),
        adjacent=budget < 1.0 and len(words) == len(plain),
        wanted_equal=(len(plain) + 1) // 2 if len(plain) > 1 else 0,
        fuzzy=least < 1.0,
        literal=len(spelled) == len(words),
        number=not spelled and len(words) == len(plain),
    )


def pairs_of(words: Sequence[str]) -> list[tuple[str, str]]:
    """Words of a phrase that follow one another; none with a sign that stands for other words."""
    return [pair for pair in pairwise(words) if pair[0] not in _SIGNS and pair[1] not in _SIGNS]


def _joined(plain: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """For each word the forms in which it is written together with a neighbour."""
    pairs = [first + second for first, second in pairwise(plain)]
    return tuple(tuple(pairs[max(0, i - 1) : i + 1]) for i in range(len(plain)))


def _words_of(part: str, language: str) -> list[str]:
    words: list[str] = []
    for number, piece in enumerate(part.split(ANY_DIGIT)):
        words += [ANY_DIGIT] if number else []
        words += [token.text for token in tokens_of(piece, language)]
    return words
