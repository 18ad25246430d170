"""Finds strings of digits in speech: identifiers that are spoken or written, in any mixture."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from qa_toolkit.language.normaliser import normalise_words


@dataclass(frozen=True, slots=True)
class DigitSpan:
    """Digits said or written one after the other; ``original[start:end]`` holds them all."""

    digits: str
    start: int
    end: int


def digit_spans(text: str, language: str = "en", *, at_least: int = 1) -> tuple[DigitSpan, ...]:
    """Every unbroken run of digits, in order.

    ``nine one six, 555-oh one one two`` is one run, ``9165550112``: people group digits as they like and
    recognisers write them as they like, so spaces, punctuation and fillers (``um``) do not end a run; any
    other word does, and so do a decimal point, an amount of money's unit and an ordinal.

    Args:
        text: any text.
        language: tag of the language; number words are known for English and Spanish.
        at_least: shorter runs are left out.
    """
    tokens = normalise_words(text, language, drop_fillers=True)
    runs = (list(run) for is_number, run in groupby(tokens, lambda t: t.text.isdecimal()) if is_number)
    return tuple(
        DigitSpan("".join(token.text for token in run), run[0].start, run[-1].end)
        for run in runs
        if sum(len(token.text) for token in run) >= at_least
    )
