"""Lists of phrases looked for among normalised words.

A conversation holds a few of the thousands of phrases that rubrics list. One look at its words for all lists
together says which it may hold; a list then asks for its own of these. What may be there is looked for by
``pattern_search``.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from qa_toolkit.evaluation.evaluators.likeness import NEGATIONS
from qa_toolkit.evaluation.evaluators.pattern_search import Hit, Positions, may_be_joined, places_of
from qa_toolkit.evaluation.evaluators.phrase_patterns import Pattern, compile_phrase, pairs_of
from qa_toolkit.evaluation.evaluators.searchable import ANY_DIGIT, Searchable

__all__ = ["NEGATIONS", "Hit", "Pattern", "PhraseList", "compile_phrase", "find_all", "phrase_list"]

_MOST_PATTERNS = 1 << 15


@dataclass(frozen=True, slots=True, eq=False)
class PhraseList:
    """Phrases looked for together, in the order they were listed; ``members`` are the same as a set."""

    patterns: tuple[Pattern, ...]
    members: frozenset[Pattern]
    language: str

    def hits(self, text: Searchable) -> list[Hit]:
        """The places of all phrases in the order they were listed; kept, as several criteria share a list."""
        text.refresh()
        found = _looked_at(text, self)
        hits = found.of_lists.get(self)
        if hits is None:
            hits = found.of_lists[self] = self._hits(found, text)
        return hits

    def _hits(self, found: _Found, text: Searchable) -> list[Hit]:
        possible = found.possible
        if possible.isdisjoint(self.members):
            return []
        return [hit for pattern in self.patterns if pattern in possible for hit in found.of(pattern, text)]


@lru_cache(maxsize=1 << 12)
def phrase_list(texts: tuple[str, ...], language: str, least: float) -> PhraseList:
    """Phrases in normal form.

    Raises:
        ValueError: there is no word in one of them.
    """
    patterns = tuple(compile_phrase(text, language, least) for text in texts)
    return PhraseList(patterns, frozenset(patterns), language)


def find_all(pattern: Pattern, text: Searchable) -> list[Hit]:
    """All places of one phrase, in order, none overlapping another."""
    text.refresh()
    return places_of(pattern, text, Positions(), joined=may_be_joined(pattern, text))


@dataclass(slots=True, eq=False)
class _Found:
    """What was found of phrases in one conversation.

    Attributes:
        lists: so many lists were known when its words were looked at.
        possible: the phrases of these that it may hold, ``joined`` those that may be there with two words
            written as one or one as two.
        of_lists: the hits of the lists asked for so far.
    """

    lists: int = 0
    possible: set[Pattern] = field(default_factory=set)
    joined: set[Pattern] = field(default_factory=set)
    of_lists: dict[PhraseList, list[Hit]] = field(default_factory=dict)
    _of_patterns: dict[Pattern, list[Hit]] = field(default_factory=dict)
    _positions: Positions = field(default_factory=Positions)

    def of(self, pattern: Pattern, text: Searchable) -> list[Hit]:
        """The places of a phrase; kept, as lists repeat phrases."""
        hits = self._of_patterns.get(pattern)
        if hits is None:
            hits = places_of(pattern, text, self._positions, joined=pattern in self.joined)
            self._of_patterns[pattern] = hits
        return hits


class _ByWord:
    """Phrases by a word that a conversation must hold for them; read while another thread adds to it."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._patterns: dict[str, list[Pattern]] = {}

    def add(self, word: str, pattern: Pattern) -> None:
        """Lists a phrase under a word."""
        self._patterns.setdefault(word, []).append(pattern)
        self._words.add(word)

    def collect(self, words: frozenset[str], into: set[Pattern]) -> None:
        """Adds the phrases listed under any of these words."""
        for word in self._words & words:
            into.update(self._patterns[word])


class _Bending:
    """Pairs of words under which phrases are listed whose words may differ, by each of the two."""

    def __init__(self) -> None:
        self._after: dict[str, frozenset[str]] = {}
        self._before: dict[str, frozenset[str]] = {}

    def add(self, first: str, second: str) -> None:
        """Lists a pair."""
        self._after[first] = self._after.get(first, frozenset()) | {second}
        self._before[second] = self._before.get(second, frozenset()) | {first}

    def pairs(self, text: Searchable) -> frozenset[str]:
        """The pairs of which a word like one of them is said beside the other or a word like that."""
        bent, split = text.bent, text.split
        found: list[str] = []
        for first, seconds in _beside(self._after, text):
            like = text.alike(first)
            found += [first + second for second in seconds for one in like if one + second in split]
            for second in seconds & bent:
                likes = text.alike(second)
                found += [first + second for one in like for two in likes if one + two in split]
        for second, firsts in _beside(self._before, text):
            like = text.alike(second)
            found += [first + second for first in firsts for one in like if first + one in split]
        return frozenset(found)


def _beside(listed: Mapping[str, frozenset[str]], text: Searchable) -> list[tuple[str, frozenset[str]]]:
    """Words that words of the conversation are like, with the words listed beside them that it may hold."""
    bent, present = filter(listed.__contains__, text.bent), text.present
    return [(word, others) for word in bent if (others := listed[word] & present)]


class _PhraseIndex:
    """Which phrases a conversation may hold, by its words; for all lists asked for so far together.

    A phrase is listed under two words in a row, or one where it has no two. A list counts as known only when
    all of it is there, as it is read while another thread adds to it.
    """

    def __init__(self) -> None:
        self.numbers: dict[PhraseList, int] = {}
        self._entered: set[Pattern] = set()
        self._always: list[Pattern] = []
        self._by_word, self._by_pair = _ByWord(), _ByWord()
        self._by_form, self._by_part = _ByWord(), _ByWord()
        self._bending = _Bending()

    def __len__(self) -> int:
        """How many phrases it lists."""
        return len(self._entered)

    def enter(self, listed: PhraseList) -> int:
        """Enters a list and gives the number under which it is known, counted from one."""
        for pattern in listed.members - self._entered:
            self._enter(pattern)
            self._entered.add(pattern)
        return self.numbers.setdefault(listed, len(self.numbers) + 1)

    def look(self, text: Searchable, found: _Found) -> None:
        """Works out which of the phrases known now the conversation may hold."""
        known = len(self.numbers)
        joined = set[Pattern]()
        self._by_form.collect(text.spoken, joined)
        self._by_part.collect(text.split, joined)
        possible = joined.union(self._always)
        self._by_word.collect(text.present, possible)
        self._by_pair.collect(text.split, possible)
        self._by_pair.collect(self._bending.pairs(text), possible)
        found.possible, found.joined, found.lists = possible, joined, known

    def _enter(self, pattern: Pattern) -> None:
        if pattern.fuzzy:
            for form in pattern.joined_forms:
                self._by_form.add(form, pattern)
            for word in pattern.needed:
                self._by_part.add(word, pattern)
        if pattern.budget >= 1.0:
            self._always.append(pattern)
        elif pattern.pairs:
            # Of long words there are fewer.
            pair = max(pairs_of(pattern.words), key=lambda pair: (len(pair[0] + pair[1]), pair))
            self._by_pair.add(pair[0] + pair[1], pattern)
            if pattern.fuzzy:
                self._bending.add(*pair)
        else:
            self._by_word.add(pattern.words[pattern.anchor] if pattern.anchor >= 0 else ANY_DIGIT, pattern)


_entering = threading.Lock()
_indexes: dict[str, _PhraseIndex] = {}
"""By language, as a conversation that is searched in two languages is read in each by itself."""


def _looked_at(text: Searchable, listed: PhraseList) -> _Found:
    """What was found in a conversation so far, with a look for the phrases of a list if not done yet."""
    index = _indexes.get(listed.language)
    number = None if index is None else index.numbers.get(listed)
    if index is None or number is None:
        index, number = _entered(listed)
    found: _Found | None = text.found.get(index)
    if found is None:
        found = text.found[index] = _Found()
    if found.lists < number:
        index.look(text, found)
    return found


def _entered(listed: PhraseList) -> tuple[_PhraseIndex, int]:
    """The index with a new list; all begin anew when they are full, as lists of rubrics out of use stay."""
    with _entering:
        if sum(map(len, _indexes.values())) > _MOST_PATTERNS:
            _indexes.clear()
        index = _indexes.get(listed.language)
        if index is None:
            index = _indexes[listed.language] = _PhraseIndex()
        return index, index.enter(listed)
