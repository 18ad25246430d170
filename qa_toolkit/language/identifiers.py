"""Finds spoken and written identifiers of people: numbers, birth dates, addresses, e-mail addresses.

A number alone says little, so its kind is decided by what was said around it, nearest first, and by its
shape: length, grouping, check digits. What was said before by the other side counts as well; callers hand it
in as ``lead``. The last four digits of anything are no identifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from qa_toolkit.language.heard_words import HeardWords
from qa_toolkit.language.identifier_numbers import LEAST_DIGITS, Context
from qa_toolkit.language.identifier_places import addresses, emails
from qa_toolkit.language.identifier_shapes import KINDS, Identifier, IdentifierKind
from qa_toolkit.language.normaliser import normalised

__all__ = [
    "KINDS",
    "HeardWords",
    "Identifier",
    "IdentifierKind",
    "IdentifierSpan",
    "find_identifiers",
    "identifier_spans",
]

_LEAST_DIGITS_OF_DATE: Final = 3


@dataclass(frozen=True, slots=True)
class IdentifierSpan:
    """An identifier in a text; ``original[start:end]`` holds it."""

    kind: IdentifierKind
    value: str
    start: int
    end: int
    probability: float


def identifier_spans(text: str, language: str = "en", *, lead: str = "") -> tuple[IdentifierSpan, ...]:
    """Every identifier of one text, in order.

    Args:
        text: any text.
        language: tag of the language; English and Spanish have number words.
        lead: what was said before, such as the question that the text answers.
    """
    said = normalised(text, language, drop_fillers=True)
    heard, tokens = HeardWords([(text, said)], opening=""), said.tokens
    before = normalised(lead, language, drop_fillers=True).texts if lead else ()
    return tuple(
        IdentifierSpan(f.kind, f.value, tokens[f.first].start, tokens[f.last - 1].end, f.probability)
        for f in find_identifiers(heard, before)
    )


def find_identifiers(
    words: HeardWords, lead: Sequence[str] = (), *, of_office: bool = False
) -> tuple[Identifier, ...]:
    """Every identifier among the words of one speaker, in order, none overlapping another.

    Args:
        words: what the speaker said without anybody else really taking the floor.
        lead: the words before it, of anyone.
        of_office: the speaker speaks for an office, whose "call me at" gives no number of a person.
    """
    found = [Identifier("email", *mail) for mail in emails(words, lead)]
    if words.digits:
        context = Context(words, lead, of_office=of_office)
        for born in context.births() if len(words.digits) >= _LEAST_DIGITS_OF_DATE else ():
            found += [born] if not _taken(born, found) else []
        places = addresses(words, lead)
        found += [i for i in (Identifier("address", *place) for place in places) if not _taken(i, found)]
        if len(words.digits) >= LEAST_DIGITS:
            used = {n for identifier in found for n in range(identifier.first, identifier.last)}
            found += context.numbers(used)
    return tuple(sorted(found, key=lambda i: i.first))


def _taken(one: Identifier, others: Sequence[Identifier]) -> bool:
    return any(one.first < other.last and other.first < one.last for other in others)
