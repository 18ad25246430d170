"""Finding a phrase among normalised words, allowing for recognition errors.

Similarity of a phrase is the mean over its words: 1 for an equal word, 1 - edit distance / longer length for
a word that differs by spelling, 0 for a word left out or put in between. Four rules keep "I agree" apart
from "I disagree": at least half of the words must be equal; a differing word must be 70 % alike, have four
letters or more and no digit; it may not be the opposite by a prefix; negations must be equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from qa_toolkit.evaluation.evaluators.likeness import LEAST_ALIKE, NEGATIONS
from qa_toolkit.evaluation.evaluators.phrase_index import Look
from qa_toolkit.evaluation.evaluators.phrase_patterns import ANY_WORDS, Pattern
from qa_toolkit.evaluation.evaluators.searchable import ANY_DIGIT, Searchable, is_digit

MOST_ANY_WORDS = 3


class Hit(NamedTuple):
    """Words ``first`` to ``last`` (not included) of a stretch, and how alike they are to the phrase."""

    stretch: int
    first: int
    last: int
    similarity: float
    pattern: Pattern


class Positions:
    """Where words stand in one conversation, each worked out when it is first asked for.

    It does not refer to the conversation, which keeps it.
    """

    __slots__ = ("_numbers", "_of_words")

    def __init__(self) -> None:
        self._of_words: dict[str, Sequence[tuple[int, int]]] = {}
        self._numbers: list[tuple[int, int, int]] | None = None

    def of(self, word: str, text: Searchable) -> Sequence[tuple[int, int]]:
        """The places of a word of a phrase and of the words like it, in order."""
        found = self._of_words.get(word)
        if found is None:
            index, like = text.index, text.alike(word)
            found = index.get(word, ())
            if like:
                found = sorted([*found, *(at for other in like for at in index.get(other, ()))])
            self._of_words[word] = found
        return found

    def numbers(self, text: Searchable) -> list[tuple[int, int, int]]:
        """Digits in a row: the stretch, the first of them and the word after the last."""
        if self._numbers is None:
            self._numbers = _digits_in_a_row(text.index.get(ANY_DIGIT, ()))
        return self._numbers


def _digits_in_a_row(digits: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for stretch, position in digits:
        if found and found[-1][0] == stretch and found[-1][2] == position:
            found[-1] = (stretch, found[-1][1], position + 1)
        else:
            found.append((stretch, position, position + 1))
    return found


def places_of(pattern: Pattern, text: Searchable, look: Look, at: Positions) -> list[Hit]:
    """All places of a phrase, in order, none overlapping another."""
    if pattern.budget >= 1.0 or (pattern in look.joined and _joined_there(pattern, text)):
        return _walked(pattern, _starts(pattern, _stretches_of(pattern, text), text), text)
    # From here on each word is met by one word, and those in a row by words in a row.
    if not (pattern.pairs <= look.pairs and pattern.needed <= text.present):
        return []
    if pattern.number:
        numbers = at.numbers(text)
        return [Hit(*number, 1.0, pattern) for number in numbers if number[2] - number[1] == pattern.size]
    if pattern.literal and not (pattern.fuzzy and _may_be_bent(pattern, text, look)):
        return _literal_hits(pattern, text)
    return _hits_word_by_word(pattern, text, at)


def _joined_there(pattern: Pattern, text: Searchable) -> bool:
    """Whether all words may be there, if one can be met by two or two by one."""
    return pattern.needed <= text.present or not pattern.joined_forms.isdisjoint(text.spoken)


def _may_be_bent(pattern: Pattern, text: Searchable, look: Look) -> bool:
    """Whether words that are only like those of the phrase may stand for it."""
    if pattern.size == 1:
        like = text.alike(pattern.words[0])
        return bool(like) and 1.0 - max(like.values()) <= pattern.budget
    return not look.meant.isdisjoint(pattern.pairs)


def _literal_hits(pattern: Pattern, text: Searchable) -> list[Hit]:
    """Where exactly these words stand."""
    words, size, anchor = pattern.words, pattern.size, pattern.anchor
    if size == 1:
        return [Hit(number, at, at + 1, 1.0, pattern) for number, at in text.index.get(words[0], ())]
    hits: list[Hit] = []
    current, end = -1, 0
    for number, position in text.index.get(words[anchor], ()):
        start = position - anchor
        if start < 0 or (number == current and start < end):
            continue
        if text.stretches[number].texts[start : start + size] == words:
            current, end = number, start + size
            hits.append(Hit(number, start, end, 1.0, pattern))
    return hits


def _hits_word_by_word(pattern: Pattern, text: Searchable, at: Positions) -> list[Hit]:
    """Hits of a phrase each word of which can only be met by one word."""
    stretches = text.like if pattern.fuzzy else text.holding
    holding = -1
    for word in pattern.plain:
        holding &= stretches[word]
        if not holding:
            return []
    if pattern.adjacent:
        return _hits_in_a_row(pattern, holding, text, at)
    return _walked(pattern, _starts(pattern, holding, text), text)


def _hits_in_a_row(pattern: Pattern, holding: int, text: Searchable, at: Positions) -> list[Hit]:
    """Where words equal or alike to these stand side by side; they are sought by the rarest of them."""
    places = [at.of(word, text) for word in pattern.words]
    rarest = min(places, key=len)
    anchor = places.index(rarest)
    hits: list[Hit] = []
    current, end = -1, 0
    for number, position in rarest:
        start = position - anchor
        if start < 0 or not holding >> number & 1 or (number == current and start < end):
            continue
        loss = _side_by_side(pattern, text.stretches[number].texts, start, text)
        if loss is not None:
            current, end = number, start + pattern.size
            hits.append(Hit(number, start, end, max(0.0, 1.0 - loss / pattern.size), pattern))
    return hits


def _walked(pattern: Pattern, starts: Sequence[tuple[int, int]], text: Searchable) -> list[Hit]:
    """The best matches that begin at these words; none inside another, no number inside a longer one."""
    hits: list[Hit] = []
    current, end = -1, 0
    for number, start in starts:
        if number != current:
            current, end = number, 0
        if start < end:
            continue
        texts = text.stretches[number].texts
        found = _match(pattern, texts, start, text)
        if found is None or (pattern.number and _in_longer_number(texts, start, found[0])):
            continue
        end, loss = found
        hits.append(Hit(number, start, end, max(0.0, 1.0 - loss / pattern.size), pattern))
    return hits


def _stretches_of(pattern: Pattern, text: Searchable) -> int:
    """Stretches in which no more words of the phrase are lacking than may be left out."""
    everywhere = (1 << len(text.stretches)) - 1
    lacking = [everywhere] + [0] * int(pattern.budget)
    for i in range(pattern.size):
        here = _stretches_with(i, pattern, text)
        for words in range(len(lacking) - 1, 0, -1):
            lacking[words] = (lacking[words] & here) | (lacking[words - 1] & ~here)
        lacking[0] &= here
        if not any(lacking):
            return 0
    found = 0
    for stretches in lacking:
        found |= stretches
    return found


def _stretches_with(i: int, pattern: Pattern, text: Searchable) -> int:
    """Stretches that hold a word of the phrase: equal, alike, split in two, or joined with its neighbour."""
    word = pattern.plain[i]
    if not pattern.fuzzy:
        return text.holding[word]
    found = text.like[word]
    for joined in pattern.joined[i]:
        if joined in text.index:
            found |= text.holding[joined]
    return found


def _starts(pattern: Pattern, holding: int, text: Searchable) -> list[tuple[int, int]]:
    """Stretches and positions in them where the first word of the phrase may stand, in order."""
    if not holding:
        return []
    first = pattern.words[0]
    wanted = {first}
    if pattern.fuzzy:
        wanted.update(text.alike(first), pattern.joined[0])
    found = [at for word in wanted for at in text.index.get(word, ()) if holding >> at[0] & 1]
    split = text.pairs.get(first, 0) if pattern.fuzzy else 0
    found += _split_in_two(first, holding & split, text) if split else []
    return sorted(set(found)) if split or len(wanted) > 1 else found


def _split_in_two(word: str, holding: int, text: Searchable) -> list[tuple[int, int]]:
    return [
        (number, position)
        for number, stretch in enumerate(text.stretches)
        if holding >> number & 1
        for position, (one, other) in enumerate(pairwise(stretch.texts))
        if one + other == word
    ]


def _in_longer_number(texts: Sequence[str], start: int, end: int) -> bool:
    return (start > 0 and is_digit(texts[start - 1])) or (end < len(texts) and is_digit(texts[end]))


def _side_by_side(pattern: Pattern, texts: Sequence[str], start: int, text: Searchable) -> float | None:
    """The loss of the words from exactly here, each equal or alike to one of the phrase."""
    end = start + pattern.size
    if end > len(texts):
        return None
    loss, equal = 0.0, 0
    for wanted, said in zip(pattern.words, texts[start:end], strict=True):
        if _equal(wanted, said):
            equal += 1
            continue
        alike = text.alike(wanted).get(said, 0.0) if pattern.fuzzy else 0.0
        loss = loss + 1.0 - alike
        if alike < LEAST_ALIKE or loss > pattern.budget:
            return None
    return loss if equal >= pattern.wanted_equal else None


def _equal(wanted: str, word: str) -> bool:
    return wanted == word or (wanted == ANY_DIGIT and is_digit(word))


def _match(pattern: Pattern, texts: Sequence[str], start: int, text: Searchable) -> tuple[int, float] | None:
    """The end and loss of the best match that begins exactly at a word."""
    if texts[start : start + len(pattern.words)] == pattern.words:
        return start + len(pattern.words), 0.0
    walk = _Walk(pattern, texts, text)
    walk.on(0, start, 0.0, 0)
    return walk.best


class _Walk:
    """Every way to meet a phrase from a word on; ``best`` is the end and the loss of the best one.

    A class and no function inside another: that would refer to itself and keep the conversation in memory.
    """

    __slots__ = ("best", "pattern", "text", "texts")

    def __init__(self, pattern: Pattern, texts: Sequence[str], text: Searchable) -> None:
        self.pattern, self.texts, self.text = pattern, texts, text
        self.best: tuple[int, float] | None = None

    def on(self, i: int, j: int, loss: float, equal: int) -> None:
        """Goes on from word ``i`` of the phrase and word ``j`` of the stretch."""
        pattern, texts = self.pattern, self.texts
        if loss > pattern.budget or (self.best is not None and loss >= self.best[1]):
            return
        if i == len(pattern.words):
            if equal >= pattern.wanted_equal:
                self.best = (j, loss)
            return
        if pattern.words[i] == ANY_WORDS:
            for skipped in range(min(MOST_ANY_WORDS, len(texts) - j) + 1):
                self.on(i + 1, j + skipped, loss, equal)
            return
        if j < len(texts) and _equal(pattern.words[i], texts[j]):
            self.on(i + 1, j + 1, loss, equal + 1)
        elif pattern.fuzzy and j < len(texts):
            self._on_alike(i, j, loss, equal)
        if pattern.fuzzy and i > 0 and loss + 1.0 <= pattern.budget:
            if _may_differ(pattern.words[i]) and i + 1 < len(pattern.words):
                self.on(i + 1, j, loss + 1.0, equal)
            if j < len(texts) and _may_differ(texts[j]):
                self.on(i, j + 1, loss + 1.0, equal)

    def _on_alike(self, i: int, j: int, loss: float, equal: int) -> None:
        """With a word like the one wanted, two words said as one, or one said as two."""
        words, texts = self.pattern.words, self.texts
        alike = self.text.alike(words[i]).get(texts[j], 0.0)
        if alike >= LEAST_ALIKE:
            self.on(i + 1, j + 1, loss + 1.0 - alike, equal)
        if i + 1 < len(words) and words[i] + words[i + 1] == texts[j]:
            self.on(i + 2, j + 1, loss, equal + 2)
        if j + 1 < len(texts) and words[i] == texts[j] + texts[j + 1]:
            self.on(i + 1, j + 2, loss, equal + 1)


def _may_differ(word: str) -> bool:
    """Whether a word may be left out or put in without changing what is said: no negation, no number."""
    return word not in NEGATIONS and word.isalpha()
