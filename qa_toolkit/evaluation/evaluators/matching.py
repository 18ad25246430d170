"""Finding a phrase among normalised words, allowing for recognition errors.

Similarity of a phrase is the mean over its words: 1 for an equal word, 1 - edit distance / longer length for
a word that differs by spelling, 0 for a word left out or put in between. Four rules keep "I agree" apart
from "I disagree": at least half of the words must be equal; a differing word must be 70 % alike, have four
letters or more and no digit; it may not be the opposite by a prefix; negations must be equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from qa_toolkit.evaluation.evaluators.likeness import LEAST_ALIKE, LEXICON, NEGATIONS
from qa_toolkit.evaluation.evaluators.searchable import ANY_DIGIT, Searchable, is_digit, tokens_of

ANY_WORDS = "*"
MOST_ANY_WORDS = 3

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

    @property
    def fuzzy(self) -> bool:
        """Whether words may differ at all."""
        return self.least < 1.0


@dataclass(frozen=True, slots=True)
class Hit:
    """Words ``first`` to ``last`` (not included) of a stretch, and how alike they are to the phrase."""

    stretch: int
    first: int
    last: int
    similarity: float
    pattern: Pattern


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

    def candidates(self, text: Searchable) -> list[Pattern]:
        """The phrases that the conversation may hold, in the order they were listed."""
        numbers = set(self.always)
        for word in self.words & text.present():
            numbers.update(self.by_word[word])
        for form in self.forms & text.spoken():
            numbers.update(self.by_form[form])
        return [self.patterns[number] for number in sorted(numbers)]


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
    return Pattern(written, tuple(words), plain, joined, least, budget, len(plain), frozenset(plain), forms)


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
    if not _may_hold(pattern, text):
        return []
    kept = text.found.get(id(pattern))
    if kept is None or kept[0] is not pattern:
        hits = [hit for number in _candidates(pattern, text) for hit in _in_stretch(pattern, text, number)]
        kept = text.found[id(pattern)] = (pattern, hits)
    return kept[1]


def _may_hold(pattern: Pattern, text: Searchable) -> bool:
    """Whether every word of a phrase is there in some form; most phrases are ruled out here."""
    if pattern.budget >= 1.0 or pattern.needed <= text.present():
        return True
    return pattern.fuzzy and not pattern.joined_forms.isdisjoint(text.spoken())


def _candidates(pattern: Pattern, text: Searchable) -> list[int]:
    """Stretches in which no more words of the phrase are lacking than may be left out."""
    if pattern.budget >= 1.0:
        return _with_most_words(pattern, text)
    found: frozenset[int] | None = None
    for i in range(pattern.size):
        holder = _stretches_with(i, pattern, text)
        found = holder if found is None else found & holder
        if not found:
            return []
    return sorted(found or ())


def _with_most_words(pattern: Pattern, text: Searchable) -> list[int]:
    counts: dict[int, int] = {}
    for i in range(pattern.size):
        for number in _stretches_with(i, pattern, text):
            counts[number] = counts.get(number, 0) + 1
    return sorted(n for n, count in counts.items() if pattern.size - count <= pattern.budget)


def _stretches_with(i: int, pattern: Pattern, text: Searchable) -> frozenset[int]:
    """Stretches that hold a word of the phrase: equal, alike, split in two, or joined with its neighbour."""
    word = pattern.plain[i]
    if not pattern.fuzzy:
        return text.stretches_with(word)
    found = text.stretches_like(word)
    for joined in pattern.joined[i]:
        if joined in text.index:
            found |= text.index[joined]
    return found


def _in_stretch(pattern: Pattern, text: Searchable, number: int) -> Iterator[Hit]:
    texts = text.stretches[number].texts
    whole_number = set(pattern.words) == {ANY_DIGIT}
    end = 0
    for start in _starts(pattern, texts, text):
        found = _match(pattern, texts, start, text) if start >= end else None
        if found is None or (whole_number and _in_longer_number(texts, start, found[0])):
            continue
        end, loss = found
        yield Hit(number, start, end, max(0.0, 1.0 - loss / pattern.size), pattern)


def _starts(pattern: Pattern, texts: Sequence[str], text: Searchable) -> Iterator[int]:
    """Positions where the first word of the phrase may stand."""
    first = pattern.words[0]
    wanted = {first}
    if pattern.fuzzy:
        wanted.update(text.alike(first), pattern.joined[0])
    split = pattern.fuzzy and first in text.pairs
    if not split and first != ANY_DIGIT:
        yield from [position for position, word in enumerate(texts) if word in wanted]
        return
    for position, word in enumerate(texts):
        following = texts[position + 1] if split and position + 1 < len(texts) else ""
        if word in wanted or (first == ANY_DIGIT and is_digit(word)) or word + following == first:
            yield position


def _in_longer_number(texts: Sequence[str], start: int, end: int) -> bool:
    return (start > 0 and is_digit(texts[start - 1])) or (end < len(texts) and is_digit(texts[end]))


def _equal(wanted: str, word: str) -> bool:
    return wanted == word or (wanted == ANY_DIGIT and is_digit(word))


def _match(  # noqa: C901  # one branch for each way a word of the phrase can be met
    pattern: Pattern, texts: Sequence[str], start: int, text: Searchable
) -> tuple[int, float] | None:
    """The end and loss of the best match that begins exactly at a word."""
    words, count, fuzzy = pattern.words, len(texts), pattern.fuzzy
    if texts[start : start + len(words)] == words:
        return start + len(words), 0.0
    if pattern.budget < 1.0 and len(words) == pattern.size and _hopeless(pattern, texts, start, text):
        return None
    wanted_equal = (pattern.size + 1) // 2 if pattern.size > 1 else 0
    best: tuple[int, float] | None = None

    def walk(i: int, j: int, loss: float, equal: int) -> None:  # noqa: C901, PLR0912
        nonlocal best
        if loss > pattern.budget or (best is not None and loss >= best[1]):
            return
        if i == len(words):
            if equal >= wanted_equal:
                best = (j, loss)
            return
        if words[i] == ANY_WORDS:
            for skipped in range(min(MOST_ANY_WORDS, count - j) + 1):
                walk(i + 1, j + skipped, loss, equal)
            return
        if j < count and _equal(words[i], texts[j]):
            walk(i + 1, j + 1, loss, equal + 1)
        elif fuzzy and j < count:
            alike = text.alike(words[i]).get(texts[j], 0.0)
            if alike >= LEAST_ALIKE:
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


def _hopeless(pattern: Pattern, texts: Sequence[str], start: int, text: Searchable) -> bool:
    """Whether the first word that differs can stand for none of the phrase, of which none may be left out."""
    words, count = pattern.words, len(texts)
    same = 0
    while same < len(words) and start + same < count and words[same] == texts[start + same]:
        same += 1
    at = start + same
    if same == len(words) or at == count:
        return same < len(words)
    wanted, said = words[same], texts[at]
    if wanted == ANY_DIGIT or (same + 1 < len(words) and wanted + words[same + 1] == said):
        return False
    if at + 1 < count and wanted == said + texts[at + 1]:
        return False
    return not pattern.fuzzy or said not in text.alike(wanted)


def _may_differ(word: str) -> bool:
    """Whether a word may be left out or put in without changing what is said: no negation, no number."""
    return word not in NEGATIONS and word.isalpha()
