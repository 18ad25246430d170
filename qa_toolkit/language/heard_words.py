"""Words as they were heard, and the pauses between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from qa_toolkit.domain.frozen import quick_init
from qa_toolkit.language.parts import Normalised

DIGITS: Final = frozenset("0123456789")


@quick_init
@dataclass(frozen=True, slots=True)
class HeardWord:
    """A normalised word.

    Attributes:
        source: what it was made from; digits made together share it.
        gap: the original characters since the word before; None where a turn of another speaker lies between.
    """

    text: str
    source: str
    gap: str | None

    @property
    def digit(self) -> bool:
        """Whether it is one digit."""
        return self.text in DIGITS


class HeardWords:
    """The words of one speaker, over one turn or several.

    Most words are never looked at but for their text. So the texts are at hand, and a ``HeardWord`` is made
    when it is asked for.

    Args:
        said: the original text of each turn, and normalised.
        opening: the gap before the first word.

    Attributes:
        texts: of all words.
        digits: where the words stand that are one digit.
    """

    def __init__(self, said: Sequence[tuple[str, Normalised]], *, opening: str | None = None) -> None:
        self.texts: list[str] = [text for _, normalised in said for text in normalised.texts]
        self.digits: list[int] = [n for n, text in enumerate(self.texts) if text in DIGITS]
        self._said = said
        self._opening = opening
        self._starts: list[int] = []

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, position: int) -> HeardWord:
        return HeardWord(self.texts[position], self.source(position), self.gap(position))

    def source(self, position: int) -> str:
        """What a word was made from."""
        turn, number = self.at(position)
        text, normalised = self._said[turn]
        token = normalised.tokens[number]
        return text[token.start : token.end]

    def gap(self, position: int) -> str | None:
        """The characters since the word before, None at the beginning of a turn."""
        turn, number = self.at(position)
        if not number:
            return None if position else self._opening
        text, normalised = self._said[turn]
        tokens = normalised.tokens
        return text[tokens[number - 1].end : tokens[number].start]

    def pause_before(self, position: int) -> int:
        """How much parts a word from the one before: 2 as two numbers, 1 as a mark within one, 0 nothing."""
        gap = self.gap(position)
        if gap is None:
            return 2
        if not gap:
            return 0
        if any(mark in gap for mark in ".,;:?!…") and any(c.isspace() for c in gap):
            return 2
        if any(mark in gap for mark in "-–./()"):
            return 1
        if gap.strip() == gap:
            return 0
        return int(self.source(position - 1)[-1:].isdigit() and self.source(position)[:1].isdigit())

    def at(self, position: int) -> tuple[int, int]:
        """The turn of a word, and which of the turn's words it is."""
        if not self._starts:
            self._starts = [0, *accumulate(len(normalised.texts) for _, normalised in self._said)]
        turn = bisect_right(self._starts, position) - 1
        return turn, position - self._starts[turn]

    def written(self, sign: str) -> bool:
        """Whether a sign stands somewhere in the original texts."""
        return any(sign in text for text, _ in self._said)

    def between(self, first: int, last: int) -> list[HeardWord]:
        """The words from ``first`` to ``last`` (not included)."""
        return [self[position] for position in range(first, min(last, len(self.texts)))]
