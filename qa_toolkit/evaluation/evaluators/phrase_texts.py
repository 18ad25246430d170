"""The texts of a ``phrase`` evaluator, ready to be looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from qa_toolkit.evaluation.evaluators.matching import PhraseList, phrase_list

BETWEEN = " / "
SHOWN = 3
_MOST_LANGUAGES = 16


class PhraseTexts:
    """Texts by language; the lists for a language are made once, not for every conversation in it."""

    def __init__(self, by_language: Mapping[str, Sequence[str]], least: float) -> None:
        self._by_language, self._least = by_language, least
        self._lists: dict[str, tuple[tuple[str, PhraseList], ...]] = {}

    def lists(self, language: str) -> tuple[tuple[str, PhraseList], ...]:
        """The lists to look for in a conversation of a language, each with the language it is in."""
        found = self._lists.get(language)
        if found is None:
            found = tuple(
                (key or language, phrase_list(tuple(texts), key or language, self._least))
                for key, texts in self._by_language.items()
            )
            if len(self._lists) >= _MOST_LANGUAGES:
                self._lists.clear()
            self._lists[language] = found
        return found


def texts_by_language(by_language: Mapping[str, Sequence[str]] | None, least: float) -> PhraseTexts | None:
    """Texts ready to be looked for; None where there are none."""
    return PhraseTexts(by_language, least) if by_language else None


def names_of(by_language: Mapping[str, Sequence[str]] | None) -> str:
    """All texts in one line."""
    return BETWEEN.join(text for texts in (by_language or {}).values() for text in texts)


AllTexts = Mapping[str, Sequence[tuple[PhraseTexts, str]]]
"""Items every one of which must be found, by language: alternatives, and how they are named together."""


def all_texts(by_language: Mapping[str, Sequence[Sequence[str]]] | None, least: float) -> AllTexts:
    """Items of alternatives by language, ready to be looked for."""
    return {
        key: tuple((PhraseTexts({key: texts}, least), BETWEEN.join(texts)) for texts in items)
        for key, items in (by_language or {}).items()
    }


@lru_cache(maxsize=256)
def brief(names: str) -> str:
    """A line of phrases cut short for a reason; the evidence holds all of them."""
    phrases = names.split(BETWEEN)
    if len(phrases) <= SHOWN + 1:
        return names
    return f"{BETWEEN.join(phrases[:SHOWN])} and {len(phrases) - SHOWN} more"
