"""Which phrases a conversation may hold: one look at its words for all lists of phrases together."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from qa_toolkit.evaluation.evaluators.phrase_patterns import Pattern, pairs_of
from qa_toolkit.evaluation.evaluators.searchable import ANY_DIGIT, Searchable

if TYPE_CHECKING:
    from qa_toolkit.evaluation.evaluators.matching import PhraseList

_MOST_WORDS = 20_000


class Look(NamedTuple):
    """What one look at the words of a conversation says of phrases.

    Attributes:
        first: lists are known to the index from this number on, ``last``: up to this one at that time.
        possible: the phrases of these that may be there.
        joined: those that may be there with two words written as one or one as two.
        meant: two words in a row of phrases that words said in a row are like, written as one.
        pairs: these and the words said in a row themselves.
    """

    first: int
    last: int
    possible: AbstractSet[Pattern]
    joined: AbstractSet[Pattern]
    meant: AbstractSet[str]
    pairs: AbstractSet[str]


class _ByWord:
    """Phrases by a word that a conversation must hold for them; read while another thread adds to it."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._patterns: dict[str, list[Pattern]] = {}

    def add(self, word: str, pattern: Pattern) -> None:
        """Lists a phrase under a word."""
        self._patterns.setdefault(word, []).append(pattern)
        self._words.add(word)

    def collect(self, words: AbstractSet[str], into: set[Pattern]) -> None:
        """Adds the phrases listed under any of these words."""
        into.update(*map(self._patterns.__getitem__, self._words & words))


class _Met:
    """Words of calls met so far.

    Attributes:
        like: for a word of a phrase those of them that are like it.
        said: two of them written as one that, said in a row, may stand for two words of a phrase in a row.
        meant: for each of these the two words of a phrase, written as one.
    """

    __slots__ = ("generation", "like", "meant", "said", "words")

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.words: set[str] = set()
        self.like: dict[str, set[str]] = defaultdict(set)
        self.said: set[str] = set()
        self.meant: dict[str, set[str]] = defaultdict(set)

    def pair(self, first: str, second: str, firsts: Iterable[str], seconds: Iterable[str]) -> None:
        """Keeps that any of these words beside any of those may mean two words of a phrase."""
        for one, other in product(firsts, seconds):
            self.meant[one + other].add(first + second)
            self.said.add(one + other)


class _BentPairs:
    """Words said in a row that are like two words in a row of a phrase.

    Calls share their words, so each word that is like one of a phrase is set beside the neighbours of that
    one once, and the outcome kept.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._after: dict[str, list[str]] = defaultdict(list)
        self._before: dict[str, list[str]] = defaultdict(list)
        self._met = _Met(-1)

    def add(self, first: str, second: str) -> None:
        """Lists two words in a row of a phrase."""
        if second in self._after.get(first, ()):
            return
        with self._lock:
            self._before[second].append(first)
            like = self._met.like
            self._met.pair(first, second, like[first], (second, *like[second]))
            self._met.pair(first, second, (first,), like[second])
            # Last, as it says that they are listed: a time limit may end this at any line.
            self._after[first].append(second)

    def meant(self, text: Searchable) -> set[str]:
        """The pairs of words of phrases that pairs said in a conversation are like."""
        met = self._met
        if met.generation != text.generation or not text.spoken <= met.words:
            with self._lock:
                met = self._meet(text)
        meant = set[str]()
        for said in met.said & text.split:
            meant |= met.meant[said]
        return meant

    def _meet(self, text: Searchable) -> _Met:
        met = self._met
        if met.generation != text.generation or len(met.words) > _MOST_WORDS:
            met = self._met = _Met(text.generation)
        new = text.spoken - met.words
        for word in text.bent:
            like = new.intersection(text.alike(word))
            if like:
                met.like[word] |= like
                for second in self._after.get(word, ()):
                    met.pair(word, second, like, (second, *met.like[second]))
                for first in self._before.get(word, ()):
                    met.pair(first, word, (first, *met.like[first]), like)
        met.words |= new
        return met


class PhraseIndex:
    """The phrases of all lists asked for so far, by what a conversation must hold for them.

    A phrase is listed under two words in a row, or one where it has no two. A list counts as known only when
    all of it is there, as a thread may look while another enters a list; only one enters at a time.
    """

    def __init__(self, first: int) -> None:
        self.first = self._last = first
        self._entered: set[Pattern] = set()
        self._always: list[Pattern] = []
        self._by_word, self._by_pair = _ByWord(), _ByWord()
        self._by_form, self._by_part = _ByWord(), _ByWord()
        self._bent = _BentPairs()

    def __len__(self) -> int:
        """How many phrases it lists."""
        return len(self._entered)

    def enter(self, listed: PhraseList, number: int) -> None:
        """Enters a list under a number higher than all before."""
        for pattern in listed.members - self._entered:
            self._enter(pattern)
            self._entered.add(pattern)
        self._last = listed.number = number

    def look(self, text: Searchable) -> Look:
        """Which of the phrases known now a conversation may hold."""
        last = self._last
        joined = set[Pattern]()
        self._by_form.collect(text.spoken, joined)
        self._by_part.collect(text.split, joined)
        meant = self._bent.meant(text)
        pairs = text.split | meant
        possible = joined.union(self._always)
        self._by_word.collect(text.present, possible)
        self._by_pair.collect(pairs, possible)
        return Look(self.first, last, possible, joined, meant, pairs)

    def _enter(self, pattern: Pattern) -> None:
        if pattern.fuzzy:
            for form in pattern.joined_forms:
                self._by_form.add(form, pattern)
            for word in pattern.needed:
                self._by_part.add(word, pattern)
            for first, second in pairs_of(pattern.words):
                self._bent.add(first, second)
        if pattern.budget >= 1.0:
            self._always.append(pattern)
        elif pattern.pairs:
            # Of long words there are fewer.
            self._by_pair.add(max(pattern.pairs, key=lambda pair: (len(pair), pair)), pattern)
        else:
            self._by_word.add(pattern.words[pattern.anchor] if pattern.anchor >= 0 else ANY_DIGIT, pattern)
