"""Lists of phrases looked for among normalised words.

A conversation holds a few of the thousands of phrases that rubrics list. One look at its words for all lists
together says which it may hold; a list then asks for its own of these. What may be there is looked for by
``pattern_search``.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, count

from qa_toolkit.evaluation.evaluators.likeness import NEGATIONS
from qa_toolkit.evaluation.evaluators.pattern_search import Hit, Positions, places_of
from qa_toolkit.evaluation.evaluators.phrase_index import Look, PhraseIndex
from qa_toolkit.evaluation.evaluators.phrase_patterns import Pattern, compile_phrase
from qa_toolkit.evaluation.evaluators.searchable import Searchable

__all__ = ["NEGATIONS", "Hit", "Pattern", "PhraseList", "compile_phrase", "phrase_list"]

_MOST_PATTERNS = 1 << 15


class PhraseList:
    """Phrases looked for together, in the order they were listed.

    ``number`` is that under which the index of their language knows them, 0 before they were asked for.
    """

    __slots__ = ("_order", "language", "members", "number", "patterns")

    def __init__(self, patterns: tuple[Pattern, ...], language: str) -> None:
        self.patterns, self.language, self.number = patterns, language, 0
        self.members = frozenset(patterns)
        self._order = {pattern: number for number, pattern in enumerate(patterns)}

    def hits(self, text: Searchable) -> list[Hit]:
        """The places of all phrases in the order they were listed; kept, as several criteria share a list."""
        text.refresh()
        found: _Found | None = text.found.get(self.language)
        if found is None or not found.look.first <= self.number <= found.look.last:
            found = _looked_at(text, self)
        hits = found.of_lists.get(self)
        if hits is None:
            hits = found.of_lists[self] = self._hits(found, text)
        return hits

    def _hits(self, found: _Found, text: Searchable) -> list[Hit]:
        own = self.members & found.look.possible
        if not own:
            return []
        if len(self.members) == len(self.patterns):
            ordered = sorted(own, key=self._order.__getitem__) if len(own) > 1 else list(own)
        else:
            ordered = [pattern for pattern in self.patterns if pattern in own]
        return list(chain.from_iterable([found.of(pattern, text) for pattern in ordered]))


@lru_cache(maxsize=1 << 12)
def phrase_list(texts: tuple[str, ...], language: str, least: float) -> PhraseList:
    """Phrases in normal form.

    Raises:
        ValueError: there is no word in one of them.
    """
    patterns = tuple(compile_phrase(text, language, least) for text in texts)
    return PhraseList(patterns, language)


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
_numbers = count(1)
_indexes: dict[str, PhraseIndex] = {}
"""By language, as a conversation that is searched in two languages is read in each by itself."""


def _looked_at(text: Searchable, listed: PhraseList) -> _Found:
    """What was found in a conversation so far, after a look for the phrases of a list that is new to it."""
    index = _indexes.get(listed.language)
    if index is None or listed.number < index.first:
        index = _with(listed)
    found: _Found | None = text.found.get(listed.language)
    if found is None or found.look.first != index.first:
        found = text.found[listed.language] = _Found(index.look(text))
    else:
        found.look = index.look(text)
    return found


def _with(listed: PhraseList) -> PhraseIndex:
    """The index with a new list; all begin anew when they are full, as lists of rubrics out of use stay."""
    with _entering:
        if sum(map(len, _indexes.values())) > _MOST_PATTERNS:
            _indexes.clear()
        index = _indexes.get(listed.language)
        if index is None:
            index = _indexes[listed.language] = PhraseIndex(next(_numbers))
        index.enter(listed, next(_numbers))
        return index
