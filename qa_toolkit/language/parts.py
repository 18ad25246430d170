"""A text normalised in parts: plain words as they stand, and what lies between them.

Most words of a conversation are changed by no rule and change nothing for their neighbours. Such a word
parts a text: what stands before it and after it can be normalised apart, and the little texts between
(`` I'm ``, ``, and a ``) come again in every call. ``tests/language/test_parts.py`` holds the outcome against
that of the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, NamedTuple

from qa_toolkit.language.folding import fold_in_place
from qa_toolkit.language.numbers import NormalisedToken
from qa_toolkit.language.spelling import american_spelling
from qa_toolkit.language.words import ENGLISH, TOP_LEVEL_DOMAINS, LanguageWords, NumberWords

Tokens = tuple[NormalisedToken, ...]
Whole = Callable[[str], Tokens]

_PLAIN: Final = re.compile(r"(?<![\w'.])[a-z]{2,}(?![\w']|\.\w)")
"""Words of more than one letter with nothing written onto them."""
_STAND_IN: Final = "qzx"
"""A word that no rule knows, for the plain word beside a part."""
_MOST_KEPT: Final = 1 << 15

_token: Callable[[tuple[str, int, int]], NormalisedToken] = partial(tuple.__new__, NormalisedToken)


class InParts:
    """Normalises texts of one language in parts.

    Args:
        words: of the language.
        whole: normalises a text as a whole, by all rules.
    """

    def __init__(self, words: LanguageWords, whole: Whole) -> None:
        self._whole = whole
        self._far = _far(words.numbers)
        self._plain = _PlainWords(_watched(words), words.fillers)
        rules = _Rules(whole, _may_be_far(words.numbers), _asks_for_next(words))
        self._first = _Between(rules, "", _STAND_IN)
        self._middle = _Between(rules, _STAND_IN, _STAND_IN)
        self._last = _Between(rules._replace(asks=None), _STAND_IN, "")

    def tokens(self, text: str) -> Tokens:
        """The normalised tokens of a text."""
        folded = fold_in_place(text)
        if folded is None:
            return self._whole(text)
        found: list[NormalisedToken] = []
        plain, between, last, far = self._plain, self._first, 0, False
        for match in _PLAIN.finditer(folded):
            word = match[0]
            if not plain[word]:
                continue
            start, end = match.span()
            part = between[text[last:start]]
            if part.asks:
                continue
            if part.tokens:
                found += [_token((t, first + last, stop + last)) for t, first, stop in part.tokens]
            far = far or part.far
            found.append(_token((word, start, end)))
            last, between = end, self._middle
        if not last:
            return self._whole(text)
        part = self._last[text[last:]]
        if (far or part.far) and self._far.search(folded):
            return self._whole(text)
        found += [_token((t, first + last, stop + last)) for t, first, stop in part.tokens]
        return tuple(found)


class _Part(NamedTuple):
    """What stands between plain words.

    ``asks``: what it comes to rests on the plain word that follows. ``far``: it may rest on words beyond.
    """

    tokens: Tokens
    asks: bool
    far: bool


class _Rules(NamedTuple):
    """How parts are read."""

    whole: Whole
    far: re.Pattern[str]
    asks: re.Pattern[str] | None


class _PlainWords(dict[str, bool]):
    """Whether a word is changed by no rule and watched by none."""

    def __init__(self, watched: frozenset[str], fillers: re.Pattern[str]) -> None:
        super().__init__()
        self._watched, self._fillers = watched, fillers

    def __missing__(self, word: str) -> bool:
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[word] = found = word not in self._watched and self._fillers.fullmatch(word) is None
        return found


class _Between(dict[str, _Part]):
    """The parts met so far, with plain words before and after them or at the edge of a text."""

    def __init__(self, rules: _Rules, before: str, after: str) -> None:
        super().__init__()
        self._rules, self._before, self._after = rules, before, after

    def __missing__(self, text: str) -> _Part:
        if len(self) >= _MOST_KEPT:
            self.clear()
        folded = fold_in_place(text) or ""
        asks = self._rules.asks is not None and self._rules.asks.search(folded) is not None
        far = self._rules.far.search(folded) is not None
        self[text] = found = _Part(() if asks else self._read(text), asks, far)
        return found

    def _read(self, text: str) -> Tokens:
        lead = len(self._before)
        tokens = self._rules.whole(f"{self._before}{text}{self._after}")
        own = tokens[1 if self._before else 0 : len(tokens) - (1 if self._after else 0)]
        return tuple(token._replace(start=token.start - lead, end=token.end - lead) for token in own)


_REACHES_FAR: Final = r"[\[<{(~]|\d[.,]\d"
"""Remarks may hold several words and make parts of words disappear; the places of a decimal number rest on
whether its text is read again."""


def _far(numbers: NumberWords | None) -> re.Pattern[str]:
    """Texts in which a rule looks past a plain word: at the month of a date, at ``oh`` among digits."""
    found = [_REACHES_FAR]
    if numbers is not None:
        month, ordinal = _any_of(numbers.months), _any_of(numbers.ordinals)
        ordinal = rf"(?:{ordinal}|\d(?:st|nd|rd|th))"
        found += [rf"{month}(?=.*{ordinal})", rf"{ordinal}(?=.*{month})", _any_of(numbers.point_words)]
        if numbers.oh:
            found.append(rf"{_any_of(numbers.spoken)}\W+{_any_of(numbers.oh)}")
    return re.compile("|".join(found), re.DOTALL)


def _may_be_far(numbers: NumberWords | None) -> re.Pattern[str]:
    """Parts of such texts."""
    if numbers is None:
        return re.compile(_REACHES_FAR)
    return re.compile(f"{_REACHES_FAR}|{_any_of(numbers.months | numbers.oh | numbers.point_words)}")


def _any_of(words: Iterable[str]) -> str:
    return rf"\b(?:{'|'.join(sorted(words))})\b"


def _asks_for_next(words: LanguageWords) -> re.Pattern[str] | None:
    """What ends in ``it's``, ``I'd`` or ``theres``, which are opened according to the word that follows."""
    if not words.clitics:
        return None
    written = [word for word, parts in words.expansions.items() if parts[-1] in ("is", "would")]
    return re.compile(rf"(?:'[sd]|\b(?:{'|'.join(written)}))\W*\Z")


def _watched(words: LanguageWords) -> frozenset[str]:
    """Every word that a rule changes, or that changes what a rule does to the word beside it."""
    numbers = words.numbers
    found = words.opened | words.money_joiners | words.money_wholes | words.money_parts | TOP_LEVEL_DOMAINS
    found |= {word for sequence in words.sequences for word in sequence}
    if words is ENGLISH:
        found |= american_spelling().keys()
    if numbers is not None:
        found |= numbers.openers | numbers.spoken | numbers.multipliers | numbers.months | {numbers.point}
        found |= {word for word in (numbers.unit_joiner, numbers.tail_joiner) if word}
    return found
