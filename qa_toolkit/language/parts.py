"""A text normalised in parts: plain words as they stand, and what lies between them.

Most words of a conversation are changed by no rule and change nothing for their neighbours. Such a word
parts a text: what stands before it and after it can be normalised apart, and the little texts between
(`` I'm ``, ``, and a ``) come again in every call. ``tests/language/test_parts.py`` holds the outcome against
that of the whole text.

A text is cut at its spaces, and a chunk that is a plain word with punctuation behind it parts the text. Where
words stand is worked out only when it is asked for: most of them are only looked at.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import itemgetter
from typing import Final, NamedTuple

from qa_toolkit.language.folding import fold, fold_in_place
from qa_toolkit.language.numbers import NormalisedToken
from qa_toolkit.language.spelling import american_spelling
from qa_toolkit.language.words import (
    ENGLISH,
    HAS_OR_HAD,
    IS_BEFORE,
    TOP_LEVEL_DOMAINS,
    VERB_MAY_AFTER,
    LanguageWords,
    NumberWords,
)

Tokens = tuple[NormalisedToken, ...]
Whole = Callable[[str], Tokens]

_PLAIN: Final = re.compile(r"([a-z]{2,})[-.,;:?!\"]*")
"""A word of more than one letter with nothing written onto it but punctuation behind it."""
_BARE_NUMBER: Final = re.compile(r"(?:[-.,;:?!\"]* )?([0-9]{1,20})[.,;:?!\"]* ?")
"""A part that holds nothing but a number in digits; hardly one of them comes twice."""
_OPENED_BY: Final = IS_BEFORE.union(*(following for _, following in HAS_OR_HAD.values()))
"""The words that have a say in how ``it's`` or ``I'd`` before them is opened."""
_STAND_IN: Final = "qzx"
"""A word that no rule knows, for the plain word beside a part."""
_MOST_KEPT: Final = 1 << 15
_LONGEST_KEPT: Final = 100
"""So many of the chunks and parts met are kept, none longer than so many characters."""
_TEXT: Final = itemgetter(0)

_token: Callable[[tuple[str, int, int]], NormalisedToken] = partial(tuple.__new__, NormalisedToken)


class Normalised:
    """A normalised text: the texts of its tokens at once, the tokens with their places when asked for."""

    __slots__ = ("_parts", "_text", "_tokens", "texts")

    def __init__(
        self,
        text: str,
        texts: tuple[str, ...],
        parts: Sequence[_PartAt] = (),
        tokens: Tokens | None = None,
    ) -> None:
        self.texts = texts
        self._text, self._parts, self._tokens = text, parts, tokens

    @property
    def tokens(self) -> Tokens:
        """The normalised tokens."""
        tokens = self._tokens
        if tokens is None:
            tokens = self._tokens = tuple(self._placed())
        return tokens

    def _placed(self) -> list[NormalisedToken]:
        texts, starts, at = self.texts, [], 0
        for chunk in self._text.split(" "):
            starts.append(at)
            at += len(chunk) + 1
        found: list[NormalisedToken] = []
        last = number = 0
        for first, stop, part in (*self._parts, (len(starts), 0, _NO_PART)):
            for start in starts[last:first]:
                word = texts[number]
                found.append(_token((word, start, start + len(word))))
                number += 1
            if part.tokens:
                # A part begins where the plain word before it ends.
                origin = found[-1].end if first else 0
                found += [_token((text, start + origin, end + origin)) for text, start, end in part.tokens]
                number = len(found)
            last = stop
        return found


class InParts:
    """Normalises texts of one language in parts.

    Args:
        words: of the language.
        whole: normalises a text as a whole, by all rules.
    """

    def __init__(self, words: LanguageWords, whole: Whole) -> None:
        self._whole = whole
        self._far = _far(words)
        self._plain = _PlainWords(_watched(words), words.fillers)
        self._asking = _Asking(words)
        far = _may_be_far(words.numbers)
        self._first = _Between(whole, far, "", _STAND_IN)
        self._middle = _Between(whole, far, _STAND_IN, _STAND_IN)
        self._last = _Between(whole, far, _STAND_IN, "")

    def read(self, text: str) -> Normalised:
        """A normalised text."""
        chunks = text.split(" ")
        words = [*map(self._plain.__getitem__, chunks)]
        if "" not in words:
            return Normalised(text, tuple(words))
        parts = self._parts(chunks, words)
        if not parts:
            return self._as_a_whole(text)
        texts: list[str] = []
        last, far = 0, False
        for first, stop, part in parts:
            texts += words[last:first]
            texts += part.texts
            last, far = stop, far or part.far
        if far and self._far.search(fold(text).text):
            return self._as_a_whole(text)
        texts += words[last:]
        return Normalised(text, tuple(texts), parts)

    def _as_a_whole(self, text: str) -> Normalised:
        tokens = self._whole(text)
        return Normalised(text, tuple(map(_TEXT, tokens)), tokens=tokens)

    def _parts(self, chunks: list[str], words: list[str]) -> list[_PartAt]:
        """What lies between plain words; nothing where there are none.

        Args:
            words: the plain words the chunks are, empty for those that are none.
        """
        found: list[_PartAt] = []
        size, stop = len(words), 0
        for first, word in enumerate(words):
            if word or first < stop:
                continue
            stop = first + 1
            while stop < size and (
                not words[stop] or (words[stop] in _OPENED_BY and self._asks(chunks, first, stop))
            ):
                stop += 1
            part = self._part(chunks, words, first, stop)
            if part is None:
                return []
            found.append((first, stop, part))
        return found

    def _asks(self, chunks: list[str], first: int, stop: int) -> bool:
        """Whether what these chunks come to rests on the word that follows."""
        for number in range(stop - 1, first - 1, -1):
            asks = self._asking[chunks[number]]
            if asks is not None:
                return asks
        return False

    def _part(self, chunks: list[str], words: list[str], first: int, stop: int) -> _Part | None:
        text = " ".join(chunks[first:stop])
        if not first:
            return self._first[f"{text} "] if stop < len(chunks) else None
        # What is written behind the plain word before it belongs to a part.
        behind = chunks[first - 1][len(words[first - 1]) :]
        return self._middle[f"{behind} {text} "] if stop < len(chunks) else self._last[f"{behind} {text}"]


class _Part(NamedTuple):
    """What stands between plain words; ``far``: what it comes to may rest on words beyond."""

    texts: tuple[str, ...]
    tokens: Tokens
    far: bool


_PartAt = tuple[int, int, _Part]
"""A part, with the first chunk it is made of and the one after it."""
_NO_PART: Final = _Part((), (), far=False)


class _PlainWords(dict[str, str]):
    """The word that a chunk of a text is if no rule changes it and none watches it; else nothing."""

    def __init__(self, watched: frozenset[str], fillers: re.Pattern[str]) -> None:
        super().__init__()
        self._watched, self._fillers = watched, fillers

    def __missing__(self, chunk: str) -> str:
        match = _PLAIN.fullmatch(fold_in_place(chunk) or "")
        word = sys.intern(match[1]) if match else ""
        if word in self._watched or self._fillers.fullmatch(word):
            word = ""
        if len(chunk) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[chunk] = word
        return word


class _Asking(dict[str, bool | None]):
    """Whether a chunk ends in ``it's``, ``I'd`` or ``theres``, which are opened according to the word that
    follows; None where there is no word in it.
    """

    def __init__(self, words: LanguageWords) -> None:
        super().__init__()
        written = [word for word, parts in words.expansions.items() if parts[-1] in ("is", "would")]
        self._ends = re.compile(rf"(?:'[sd]|\b(?:{'|'.join(written)}))\W*\Z" if words.clitics else "(?!)")

    def __missing__(self, chunk: str) -> bool | None:
        folded = fold(chunk).text
        asks = self._ends.search(folded) is not None if re.search(r"\w", folded) else None
        if len(chunk) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[chunk] = asks
        return asks


class _Between(dict[str, _Part]):
    """The parts met so far, with plain words before and after them or at the edge of a text."""

    def __init__(self, whole: Whole, far: re.Pattern[str], before: str, after: str) -> None:
        super().__init__()
        self._whole, self._far, self._before, self._after = whole, far, before, after

    def __missing__(self, text: str) -> _Part:
        number = _BARE_NUMBER.fullmatch(text)
        if number is not None:
            digits = number[1]
            placed = [_token((digit, at, at + 1)) for at, digit in enumerate(digits, number.start(1))]
            return _Part(tuple(digits), tuple(placed), far=False)
        tokens = self._read(text)
        far = self._far.search(fold(text).text) is not None
        found = _Part(tuple(map(_TEXT, tokens)), tokens, far)
        if len(text) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[text] = found
        return found

    def _read(self, text: str) -> Tokens:
        lead = len(self._before)
        tokens = self._whole(f"{self._before}{text}{self._after}")
        own = tokens[1 if self._before else 0 : len(tokens) - (1 if self._after else 0)]
        return tuple(token._replace(start=token.start - lead, end=token.end - lead) for token in own)


_REACHES_FAR: Final = r"[\[<{(~]|\d[.,]\d"
"""Remarks may hold several words and make parts of words disappear; the places of a decimal number rest on
whether its text is read again."""


def _far(words: LanguageWords) -> re.Pattern[str]:
    """Texts in which a rule looks past a plain word: at the month of a date, at ``oh`` among digits."""
    found, numbers = [_REACHES_FAR], words.numbers
    if numbers is not None:
        # Fillers may disappear from between two words, and then the rules are applied again.
        then = rf"(?>\W+(?:(?:{words.fillers.pattern})\W+)*)"
        month, spoken = _any_of(numbers.months), _any_of(numbers.spoken)
        ordinal = rf"(?:{_any_of(numbers.ordinals)}|\b\d+(?:st|nd|rd|th))"
        day = rf"(?:{_any_of(numbers.tens)}{then})?{ordinal}"
        found += [
            rf"{month}{then}the{then}{day}",
            rf"{_any_of(VERB_MAY_AFTER)}{then}may{then}{day}",
            rf"{ordinal}{then}{numbers.date_joiner}{then}{month}",
            _any_of(numbers.point_words),
        ]
        if numbers.oh:
            found.append(rf"{spoken}{then}{_any_of(numbers.oh)}{then}(?!{spoken})[a-z]+{then}{spoken}")
    return re.compile("|".join(found))


def _may_be_far(numbers: NumberWords | None) -> re.Pattern[str]:
    """Parts of such texts."""
    if numbers is None:
        return re.compile(_REACHES_FAR)
    return re.compile(f"{_REACHES_FAR}|{_any_of(numbers.months | numbers.oh | numbers.point_words)}")


def _any_of(words: Iterable[str]) -> str:
    return rf"\b(?:{'|'.join(sorted(words))})\b"


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
