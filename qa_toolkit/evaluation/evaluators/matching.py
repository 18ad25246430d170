"""Lists of phrases looked for among normalised words.

A conversation holds a few of the thousands of phrases that rubrics list. One look at its words for all lists
together says which it may hold; a list then asks for its own of these. What may be there is looked for by
``pattern_search``.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

from qa_toolkit.evaluation.evaluators.likeness import NEGATIONS
from qa_toolkit.evaluation.evaluators.pattern_search import Hit, Positions, places_of
from qa_toolkit.evaluation.evaluators.phrase_index import Look, PhraseIndex
from qa_toolkit.evaluation.evaluators.phrase_patterns import Pattern, compile_phrase
from qa_toolkit.evaluation.evaluators.searchable import Searchable

__all__ = ["NEGATIONS", "Hit", "Pattern", "PhraseList", "compile_phrase", "phrase_list"]

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
        possible = found.look.possible
        if possible.isdisjoint(self.members):
            return []
        own = filter(possible.__contains__, self.patterns)
        return list(chain.from_iterable([found.of(pattern, text) for pattern in own]))


@lru_cache(maxsize=1 << 12)
def phrase_list(texts: tuple[str, ...], language: str, least: float) -> PhraseList:
    """Phrases in normal form.

    Raises:
        ValueError: there is no word in one of them.
    """
    patterns = tuple(compile_phrase(text, language, least) for text in texts)
    return PhraseList(patterns, frozenset(patterns), language)


@dataclass(slots=True, eq=False)
class _Found:
    """What was found of phrases in one conversation; ``of_lists``: for the lists asked for so far."""

    look: Look
    of_lists: dict[PhraseList, list[Hit]] = field(default_factory=dict)
    _of_patterns: dict[Pattern, list[Hit]] = field(default_factory=dict)
    _positions: Positions = field(default_factory=Positions)

    def of(self, pattern: Pattern, text: Searchable) -> list[Hit]:
        """The places of a phrase; kept, as lists repeat phrases."""
        hits = self._of_patterns.get(pattern)
        if hits is None:
            hits = self._of_patterns[pattern] = places_of(pattern, text, self.look, self._positions)
        return hits


_entering = threading.Lock()
_indexes: dict[str, PhraseIndex] = {}
"""By language, as a conversation that is searched in two languages is read in each by itself."""


def _looked_at(text: Searchable, listed: PhraseList) -> _Found:
    """What was found in a conversation so far, with a look for the phrases of a list if not done yet."""
    index = _indexes.get(listed.language)
    number = None if index is None else index.numbers.get(listed)
    if index is None or number is None:
        index, number = _entered(listed)
    found: _Found | None = text.found.get(index)
    if found is None:
        found = text.found[index] = _Found(index.look(text))
    elif found.look.lists < number:
        found.look = index.look(text)
    return found


def _entered(listed: PhraseList) -> tuple[PhraseIndex, int]:
    """The index with a new list; all begin anew when they are full, as lists of rubrics out of use stay."""
    with _entering:
        if sum(map(len, _indexes.values())) > _MOST_PATTERNS:
            _indexes.clear()
        index = _indexes.get(listed.language)
        if index is None:
            index = _indexes[listed.language] = PhraseIndex()
        return index, index.enter(listed)
