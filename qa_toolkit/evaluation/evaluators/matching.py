"""Finding a phrase among normalised words, allowing for recognition errors.

Similarity of a phrase is the mean over its words: 1 for an equal word, 1 - edit distance / longer length for
a word that differs by spelling, 0 for a word left out or put in between. Four rules keep "I agree" apart
from "I disagree": at least half of the words must be equal; a differing word must be 70 % alike, have four
letters or more and no digit; it may not be the opposite by a prefix; negations must be equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from qa_toolkit.evaluation.evaluators.likeness import LEAST_ALIKE, LEXICON, NEGATIONS
from qa_toolkit.evaluation.evaluators.searchable import ANY_DIGIT, Searchable, is_digit, tokens_of

ANY_WORDS = "*"
MOST_ANY_WORDS = 3
_ONLY_DIGITS = frozenset((ANY_DIGIT,))

__all__ = ["NEGATIONS", "Hit", "Pattern", "PhraseList", "compile_phrase", "find_all", "phrase_list"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled phrase: ``*`` stands for up to three words of any kind, ``#`` for one digit.

    A phrase of nothing but ``#`` is a number of exactly so many digits: nine do not match in a longer one.

    Attributes:
        plain: its words without ``*``; ``size`` is their number.
        joined: for each of them the forms it has when written together with a neighbour.
        budget: how much similarity all words together may lack.
        needed: its words, ``joined_forms`` those of ``joined``, as sets.
        adjacent: no word may be left out or put in between.
        wanted_equal: so many words must be equal.
        fuzzy: words may differ at all.
        literal: no word stands for others.
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
    adjacent: bool
    wanted_equal: int
    fuzzy: bool
    literal: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """Words ``first`` to ``last`` (not included) of a stretch, and how alike they are to the phrase."""

    stretch: int
    first: int
    last: int
    similarity: float
    pattern: Pattern


_Match = Callable[[Pattern, Sequence[str], int, Searchable], tuple[int, float] | None]


@dataclass(frozen=True, slots=True)
class PhraseList:
    """Phrases looked for together; those a conversation cannot hold are ruled out by one look at its words.

    Attributes:
        patterns: the phrases in the order they were listed.
        always: those that may lack a word, by position in ``patterns``.
        by_word: the others by a word that each of them needs.
        by_form: the others by the forms in which two of their words are written together.
    """

    patterns: tuple[Pattern, ...]
    always: tuple[int, ...]
    by_word: Mapping[str, tuple[int, ...]]
    by_form: Mapping[str, tuple[int, ...]]
    words: frozenset[str]
    forms: frozenset[str]

    def hits(self, text: Searchable) -> list[Hit]:
        """The places of all phrases in the order they were listed; kept, as several criteria share a list."""
        text.refresh()
        kept = text.found.get(id(self))
        if kept is None or kept[0] is not self:
            hits: list[Hit] = []
            for pattern in self._candidates(text):
                hits += _found_or_kept(pattern, text)
            kept = text.found[id(self)] = (self, hits)
        return kept[1]

    def _candidates(self, text: Searchable) -> list[Pattern]:
        """The phrases that the conversation may hold: every word is there in some form."""
        numbers = set(self.always)
        for word in self.words & text.present:
            numbers.update(self.by_word[word])
        for form in self.forms & text.spoken:
            numbers.update(self.by_form[form])
        present, spoken = text.present, text.spoken
        return [
            pattern
            for pattern in [self.patterns[number] for number in sorted(numbers)]
            if pattern.budget >= 1.0
            or pattern.needed <= present
            or (pattern.fuzzy and not pattern.joined_forms.isdisjoint(spoken))
        ]


@lru_cache(maxsize=1 << 12)
def phrase_list(texts: tuple[str, ...], language: str, least: float) -> PhraseList:
    """Phrases in normal form with an index of the words they need.

    Raises:
        ValueError: there is no word in one of them.
    """
    patterns = tuple(compile_phrase(text, language, least) for text in texts)
    always = []
    by_word: dict[str, tuple[int, ...]] = {}
    by_form: dict[str, tuple[int, ...]] = {}
    for number, pattern in enumerate(patterns):
        if pattern.budget >= 1.0:
            always.append(number)
            continue
        # A long word is rarer than a short one.
        word = max(pattern.needed, key=lambda text: (len(text), text))
        by_word[word] = (*by_word.get(word, ()), number)
        for form in pattern.joined_forms if pattern.fuzzy else ():
            by_form[form] = (*by_form.get(form, ()), number)
    return PhraseList(patterns, tuple(always), by_word, by_form, frozenset(by_word), frozenset(by_form))


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
    forms = frozenset(form for pair in joined for form in pair)
    return Pattern(
        written=written,
        words=tuple(words),
        plain=plain,
        joined=joined,
        least=least,
        budget=budget,
        size=len(plain),
        needed=frozenset(plain),
        joined_forms=forms,
        adjacent=budget < 1.0 and len(words) == len(plain),
        wanted_equal=(len(plain) + 1) // 2 if len(plain) > 1 else 0,
        fuzzy=least < 1.0,
        literal=len(words) == len(plain) and ANY_DIGIT not in plain,
    )


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


def find_all(pattern: Pattern, text: Searchable) -> list[Hit]:
    """All places of a phrase, in order, none overlapping another; kept, as lists repeat phrases."""
    text.refresh()
    return _found_or_kept(pattern, text)


def _found_or_kept(pattern: Pattern, text: Searchable) -> list[Hit]:
    kept = text.found.get(id(pattern))
    if kept is None or kept[0] is not pattern:
        kept = text.found[id(pattern)] = (pattern, _hits(pattern, text))
    return kept[1]


def _hits(pattern: Pattern, text: Searchable) -> list[Hit]:
    if pattern.adjacent and not (pattern.fuzzy and _may_be_joined(pattern, text)):
        return _hits_in_a_row(pattern, text)
    holding = _stretches_of(pattern, text)
    return _apart(pattern, _starts(pattern, holding, text), _match, text) if holding else []


def _may_be_joined(pattern: Pattern, text: Searchable) -> bool:
    """Whether two words of the phrase are said as one, or one of them as two."""
    return not (pattern.joined_forms.isdisjoint(text.spoken) and pattern.needed.isdisjoint(text.split))


def _hits_in_a_row(pattern: Pattern, text: Searchable) -> list[Hit]:
    """Hits of a phrase each word of which can only be met by one word, all of them side by side."""
    stretches = text.like if pattern.fuzzy else text.holding
    holding = -1
    for word in pattern.plain:
        holding &= stretches[word]
        if not holding:
            return []
    if pattern.literal and not (pattern.fuzzy and not text.bent.isdisjoint(pattern.needed)):
        return _literal_hits(pattern, holding, text)
    return _apart(pattern, _starts(pattern, holding, text), _side_by_side, text)


def _literal_hits(pattern: Pattern, holding: int, text: Searchable) -> list[Hit]:
    """Where exactly these words stand."""
    words, size = pattern.words, pattern.size
    hits: list[Hit] = []
    current, end = -1, 0
    for number, start in text.index.get(words[0], ()):
        if not holding >> number & 1 or (number == current and start < end):
            continue
        if size > 1 and text.stretches[number].texts[start : start + size] != words:
            continue
        current, end = number, start + size
        hits.append(Hit(number, start, end, 1.0, pattern))
    return hits


def _apart(pattern: Pattern, starts: Sequence[tuple[int, int]], match: _Match, text: Searchable) -> list[Hit]:
    """The matches that begin at these words; none inside another, no number inside a longer one."""
    whole_number = _ONLY_DIGITS.issuperset(pattern.words)
    hits: list[Hit] = []
    current, end = -1, 0
    for number, start in starts:
        if number != current:
            current, end = number, 0
        if start < end:
            continue
        texts = text.stretches[number].texts
        found = match(pattern, texts, start, text)
        if found is None or (whole_number and _in_longer_number(texts, start, found[0])):
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


def _side_by_side(
    pattern: Pattern, texts: Sequence[str], start: int, text: Searchable
) -> tuple[int, float] | None:
    """The end and loss of the words from exactly here, each equal or alike to one of the phrase."""
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
    return (end, loss) if equal >= pattern.wanted_equal else None


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
        if pattern.fuzzy and i > 0:
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
