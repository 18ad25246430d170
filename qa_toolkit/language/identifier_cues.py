"""Words as they were heard, the pauses between them, and the words among them that name a number's kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from qa_toolkit.language.identifier_words import CUES_BY_FIRST_WORD, PIECE_NAMES


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
        return len(self.text) == 1 and self.text in "0123456789"


def pause_between(before: HeardWord, word: HeardWord) -> int:
    """How much parts two words: 2 a pause that may part two numbers, 1 a mark within one, 0 nothing."""
    if word.gap is None:
        return 2
    if any(mark in word.gap for mark in ".,;:?!…") and any(c.isspace() for c in word.gap):
        return 2
    if any(mark in word.gap for mark in "-–./()"):
        return 1
    both_written = before.source[-1:].isdigit() and word.source[:1].isdigit()
    return 1 if word.gap.strip() != word.gap and both_written else 0


def cues_in(texts: Sequence[str]) -> list[tuple[int, int, str]]:
    """Cues as start, end and kind; of two that begin at one word the longer."""
    found: list[tuple[int, int, str]] = []
    for start, word in enumerate(texts):
        beginning = CUES_BY_FIRST_WORD.get(word)
        if beginning is None:
            continue
        here = [(p, kind) for p, kind in beginning if tuple(texts[start : start + len(p)]) == p]
        if here:
            phrase, kind = max(here, key=lambda item: len(item[0]))
            if _of_the_last_four(texts[:start]):
                continue
            if not (found and start + len(phrase) <= found[-1][1]):
                found.append((start, start + len(phrase), kind))
    return found


def _of_the_last_four(before: Sequence[str]) -> bool:
    """Whether the words end in "last four (digits) of (your)", so that no full number is named."""
    near = list(before[-6:])
    for position in range(len(near) - 1):
        if near[position] in PIECE_NAMES and near[position + 1] == "4":
            return all(word in _LINKS for word in near[position + 2 :])
        if near[position] == "4" and near[position + 1] in ("ultimos", "ultimas"):
            return all(word in _LINKS for word in near[position + 2 :])
    return False


_LINKS: Final = frozenset(
    [
        *(
            "digits",
            "numbers",
            "of",
            "on",
            "your",
            "the",
            "her",
            "his",
            "my",
            "that",
            "full",
            "are",
            "in",
            "for",
        ),
        *("digitos", "numeros", "de", "del", "su", "mi", "el", "la", "cifras"),
    ]
)


def counts_in(words: Sequence[HeardWord]) -> set[int]:
    """Digits that count other digits: the four of "the last four"."""
    counts = set()
    for position in range(1, len(words)):
        if not words[position].digit or words[position - 1].text not in PIECE_NAMES:
            continue
        alone = position + 1 >= len(words) or not words[position + 1].digit
        pause = not alone and pause_between(words[position], words[position + 1]) == 2
        if alone or pause:
            counts.add(position)
    return counts
