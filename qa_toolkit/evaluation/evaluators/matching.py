"""Finding a phrase among normalised words, allowing for recognition errors.

Similarity of a phrase is the mean over its words: 1 for an equal word, 1 - edit distance / longer length for
a word that differs by spelling, 0 for a word left out or put in between. Four rules keep "I agree" apart
from "I disagree": at least half of the words must be equal; a differing word must be 70 % alike, have four
letters or more and no digit; it may not be the opposite by a prefix; negations must be equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from qa_toolkit.evaluation.evaluators.searchable import ANY_DIGIT, Searchable, is_digit, tokens_of

ANY_WORDS = "*"
MOST_ANY_WORDS = 3
_LEAST_ALIKE = 0.7
_SHORTEST = 4
_OPPOSITES = ("un", "in", "im", "ir", "il", "dis", "non", "de", "mis", "des", "anti")
NEGATIONS = frozenset(
    ("not", "never", "no", "nor", "neither", "without", "cannot", "nunca", "sin", "ni", "jamas", "tampoco")
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled phrase: ``*`` stands for up to three words of any kind, ``#`` for one digit.

    A phrase of nothing but ``#`` is a number of exactly so many digits: nine do not match in a longer one.
    """

    written: str
    words: tuple[str, ...]
    least: float

    @property
    def size(self) -> int:
        """Number of words, ``*`` not counted."""
        return sum(word != ANY_WORDS for word in self.words)


@dataclass(frozen=True, slots=True)
class Hit:
    """Words ``first`` to ``last`` (not included) of a stretch, and how alike they are to the phrase."""

    stretch: int
    first: int
    last: int
    similarity: float
    pattern: Pattern


def compile_phrase(written: str, language: str, least: float) -> Pattern:
    """A phrase in normal form.

    Raises:
        ValueError: there is no word in it, or it starts or ends with ``*``.
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
    return Pattern(written, tuple(words), least)


def _words_of(part: str, language: str) -> list[str]:
    words: list[str] = []
    for number, piece in enumerate(part.split(ANY_DIGIT)):
        words += [ANY_DIGIT] if number else []
        words += [token.text for token in tokens_of(piece, language)]
    return words


def find_all(pattern: Pattern, text: Searchable) -> list[Hit]:
    """All places of a phrase, in order, none overlapping another."""
    hits: list[Hit] = []
    for number in _candidates(pattern, text):
        hits += _in_stretch(pattern, text.stretches[number].texts, number)
    return hits


def _candidates(pattern: Pattern, text: Searchable) -> list[int]:
    """Stretches that hold enough of the phrase's words."""
    words = [word for word in pattern.words if word != ANY_WORDS]
    if pattern.least >= 1.0:
        rarest = min((text.index.get(word, {}) for word in words), key=len)
        return [n for n in sorted(rarest) if all(n in text.index.get(word, ()) for word in words)]
    if len(words) == 1:
        alike = [w for w in text.index if w == words[0] or similarity(words[0], w) >= pattern.least]
        return sorted({number for word in alike for number in text.index[word]})
    counts: dict[int, int] = {}
    for word in words:
        for number in text.index.get(word, ()):
            counts[number] = counts.get(number, 0) + 1
    return sorted(number for number, count in counts.items() if 2 * count >= len(words))


def _in_stretch(pattern: Pattern, texts: Sequence[str], number: int) -> Iterator[Hit]:
    budget = pattern.size * (1.0 - pattern.least) + 1e-9
    whole_number = set(pattern.words) == {ANY_DIGIT}
    start = 0
    while start < len(texts):
        found = _match(pattern, texts, start, budget)
        if found is None or (whole_number and _in_longer_number(texts, start, found[0])):
            start += 1
            continue
        last, loss = found
        yield Hit(number, start, last, max(0.0, 1.0 - loss / pattern.size), pattern)
        start = max(last, start + 1)


def _in_longer_number(texts: Sequence[str], start: int, end: int) -> bool:
    return (start > 0 and is_digit(texts[start - 1])) or (end < len(texts) and is_digit(texts[end]))


def _match(pattern: Pattern, texts: Sequence[str], start: int, budget: float) -> tuple[int, float] | None:  # noqa: C901
    """The end and loss of the best match that begins exactly at a word."""
    words, count = pattern.words, len(texts)
    fuzzy = pattern.least < 1.0
    wanted_equal = (pattern.size + 1) // 2 if pattern.size > 1 else 0
    best: tuple[int, float] | None = None

    # One branch for each way a word of the phrase can be met.
    def walk(i: int, j: int, loss: float, equal: int) -> None:  # noqa: C901, PLR0912
        nonlocal best
        if loss > budget or (best is not None and loss >= best[1]):
            return
        if i == len(words):
            if equal >= wanted_equal:
                best = (j, loss)
            return
        if words[i] == ANY_WORDS:
            for skipped in range(min(MOST_ANY_WORDS, count - j) + 1):
                walk(i + 1, j + skipped, loss, equal)
            return
        if j < count and (words[i] == texts[j] or (words[i] == ANY_DIGIT and is_digit(texts[j]))):
            walk(i + 1, j + 1, loss, equal + 1)
        elif fuzzy and j < count:
            alike = similarity(words[i], texts[j])
            if alike >= _LEAST_ALIKE:
                walk(i + 1, j + 1, loss + 1.0 - alike, equal)
            if i + 1 < len(words) and words[i] + words[i + 1] == texts[j]:
                walk(i + 2, j + 1, loss, equal + 2)
            if j + 1 < count and words[i] == texts[j] + texts[j + 1]:
                walk(i + 1, j + 2, loss, equal + 1)
        if fuzzy and i > 0:
            if _may_differ(words[i]) and i + 1 < len(words):
                walk(i + 1, j, loss + 1.0, equal)
            if j < count and _may_differ(texts[j]):
                walk(i, j + 1, loss + 1.0, equal)

    walk(0, start, 0.0, 0)
    return best


@lru_cache(maxsize=200_000)
def similarity(one: str, other: str) -> float:
    """How alike two words are, 0-1; 0 where a difference may not be put down to recognition."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) < _SHORTEST or not (one.isalpha() and other.isalpha()):
        return 0.0
    if one in NEGATIONS or other in NEGATIONS or _opposite(one, other) or _opposite(other, one):
        return 0.0
    return float(Levenshtein.normalized_similarity(one, other, score_cutoff=_LEAST_ALIKE))


def _may_differ(word: str) -> bool:
    """Whether a word may be left out or put in without changing what is said: no negation, no number."""
    return word not in NEGATIONS and word.isalpha()


def _opposite(one: str, other: str) -> bool:
    return any(one == prefix + other for prefix in _OPPOSITES)
