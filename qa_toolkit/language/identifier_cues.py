"""The words that name a number's kind, and those that say a digit is none of a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from qa_toolkit.language.heard_words import HeardWords
from qa_toolkit.language.identifier_words import CUES_BY_FIRST_WORD, PIECE_NAMES


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


def counts_in(words: HeardWords) -> set[int]:
    """Digits that count other digits: the four of "the last four"."""
    counts, texts = set(), words.texts
    for position in words.digits:
        if not position or texts[position - 1] not in PIECE_NAMES:
            continue
        alone = position + 1 >= len(words) or not words[position + 1].digit
        pause = not alone and words.pause_before(position + 1) == 2
        if alone or pause:
            counts.add(position)
    return counts
