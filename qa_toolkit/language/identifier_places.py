"""Street addresses with a house number, and e-mail addresses, among normalised words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from qa_toolkit.language.heard_words import DIGITS, HeardWord, HeardWords
from qa_toolkit.language.identifier_words import (
    ADDRESS_ASKED,
    DIRECTIONS,
    LIVES_AT,
    MAIL_CUES,
    MAIL_PROVIDERS,
    MAILING,
    NO_MAILBOX,
    NO_STREET_NAME,
    OFFICES,
    SPANISH_STREETS,
    STREETS,
    TOP_LEVEL,
    UNIT_WORDS,
    UNITS,
)

Found = tuple[str, int, int, float]
"""Canonical value, first word, word after the last, probability."""

_MOST_NAME_WORDS: Final = 4
_MOST_HOUSE_DIGITS: Final = 6
_SENTENCE_ENDS: Final = frozenset(".?!")
_MAIL_REACH: Final = 12
_AT: Final = frozenset(("at", "arroba"))
_DOTS: Final = frozenset(("dot", "punto"))
_OFFICE_REACH: Final = 9
_ASKED_REACH: Final = 14
_OPENING_WORDS: Final = 5
_ZIP_DIGITS: Final = 5
_PLACE_WORDS: Final = STREETS | SPANISH_STREETS | {"box", "postal"} | {phrase[0] for phrase in LIVES_AT}


def addresses(words: HeardWords, lead: Sequence[str] = ()) -> list[Found]:
    """Streets with their house numbers, in order; without a street word only where an address is asked."""
    found: list[Found] = []
    early = bool(words.digits) and words.digits[0] <= _OPENING_WORDS
    asked = early and not ADDRESS_ASKED.isdisjoint(lead[-_ASKED_REACH:])
    if not (asked or _may_hold_address(words)):
        return found
    texts, end = words.texts, 0
    for position in sorted((*words.digits, *(n for n, text in enumerate(texts) if text in SPANISH_STREETS))):
        if position < end:
            continue
        if texts[position] in SPANISH_STREETS:
            place = _spanish(words, position)
        else:
            place = _house(words, position, asked=asked and position <= _OPENING_WORDS)
        if place is not None:
            found.append(place)
            end = place[2]
    return found


def _may_hold_address(words: HeardWords) -> bool:
    """Whether there is a word of a street, of living somewhere, or of a box.

    Without one a house number can only be an answer to a question for the address.
    """
    return not _PLACE_WORDS.isdisjoint(words.texts) or "pobox" in "".join(words.texts)


def _house(words: HeardWords, first: int, *, asked: bool) -> Found | None:
    """An address that begins with its house number at this word, the first digit of a number."""
    within = first > 0 and words.texts[first - 1] in DIGITS and not _parted(words[first])
    before = frozenset(words.texts[max(0, first - _OFFICE_REACH) : first])
    if within or before & OFFICES:
        return None
    if _is_box(words, first):
        last = _digits_end(words, first)
        box = f"po box {_joined(words, first, last)}", max(0, first - 2), last, 0.9
        return None if before & MAILING else box
    return _street(words, first, asked=asked)


def _street(words: HeardWords, first: int, *, asked: bool) -> Found | None:
    """A house number, a name and a street word."""
    last = _digits_end(words, first)
    if last - first > _MOST_HOUSE_DIGITS or last >= len(words) or words.texts[last] in UNITS:
        return None
    for end in range(last, min(last + _MOST_NAME_WORDS + 1, len(words))):
        if _ends_sentence(words[end]) or words[end].digit:
            break
        if words[end].text in STREETS and end > last:
            stop = _with_unit(words, end + 1)
            return _joined(words, first, stop), first, stop, 0.9
        if words[end].text in NO_STREET_NAME:
            return None
    return _after_lives_at(words, first, last, asked=asked)


def _is_box(words: HeardWords, first: int) -> bool:
    before = " ".join(words.texts[max(0, first - 3) : first])
    return before.endswith(("po box", "p o box", "pobox", "apartado postal"))


def _after_lives_at(words: HeardWords, first: int, last: int, *, asked: bool) -> Found | None:
    """A house number and a name without a street word: "I live at 1420 Elm"."""
    named = words[last]
    if last - first < 2 or named.digit or named.text in NO_STREET_NAME | STREETS or _parted(named):
        return None
    before = tuple(words.texts[max(0, first - 2) : first])
    told = before in LIVES_AT or (asked and last - first < _ZIP_DIGITS)
    if told and named.text.isalpha():
        directed = named.text in DIRECTIONS and last + 1 < len(words) and words.texts[last + 1].isalpha()
        stop = last + 2 if directed and not _parted(words[last + 1]) else last + 1
        return _joined(words, first, stop), first, stop, 0.75
    return None


def _spanish(words: HeardWords, first: int) -> Found | None:
    """``calle Olmo (número) 1420``, which begins with the word for a street."""
    for position in range(first + 1, min(first + 7, len(words))):
        word = words[position]
        if _ends_sentence(word):
            return None
        if word.digit:
            last = _digits_end(words, position)
            fits = position > first + 1 and last - position <= _MOST_HOUSE_DIGITS
            after = words.texts[last] if last < len(words) else ""
            return (_joined(words, first, last), first, last, 0.85) if fits and after not in UNITS else None
        name = word.text not in NO_STREET_NAME or word.text in ("los", "las", "el", "la", "san", "santa")
        if not name:
            return None
    return None


def _digits_end(words: HeardWords, first: int) -> int:
    last = first + 1
    while last < len(words) and words.texts[last] in DIGITS and not _parted(words[last]):
        last += 1
    return last


def _with_unit(words: HeardWords, position: int) -> int:
    """The end of an address with its apartment, when one follows."""
    texts = words.texts
    if position < len(words) and texts[position] in UNIT_WORDS and words.gap(position) is not None:
        after = position + 1
        while after < len(words) and len(texts[after]) == 1:
            after += 1
        return after if after > position + 1 else position
    return position


def _parted(word: HeardWord) -> bool:
    """Whether a pause stands before the word."""
    return word.gap is not None and any(mark in word.gap for mark in ".,;?!")


def _ends_sentence(word: HeardWord) -> bool:
    return word.gap is not None and bool(_SENTENCE_ENDS & set(word.gap))


def _joined(words: HeardWords, first: int, last: int) -> str:
    made = ""
    for text in words.texts[first:last]:
        made += text if text in DIGITS and made[-1:].isdigit() else f" {text}"
    return made.strip()


def may_hold_mail(texts: Collection[str]) -> bool:
    """Whether ``@`` and a dot are among normalised words."""
    return not (_AT.isdisjoint(texts) or _DOTS.isdisjoint(texts))


def emails(words: HeardWords, lead: Sequence[str]) -> Iterator[Found]:
    """E-mail addresses: ``maria dot lopez at gmail dot com``, however written."""
    texts = words.texts
    if not may_hold_mail(texts):
        return
    for at, text in enumerate(texts):
        if text not in _AT or not at:
            continue
        last = _domain_end(texts, at + 1)
        if last is None or (texts[at - 1] in NO_MAILBOX and words.source(at) != "@"):
            continue
        known = texts[at + 1] in MAIL_PROVIDERS or text == "arroba" or words.source(at) == "@"
        before = [*lead, *texts[:at]][-_MAIL_REACH:]
        if not known and not MAIL_CUES & set(before):
            continue
        first = _mailbox_start(words, at)
        mailbox, domain = (map(_sign, part) for part in (texts[first:at], texts[at + 1 : last]))
        value = f"{''.join(mailbox)}@{''.join(domain)}"
        yield value, first, last, 0.95 if known else 0.8


def _domain_end(texts: Sequence[str], start: int) -> int | None:
    for position in range(start + 1, min(start + 6, len(texts) - 1)):
        if texts[position] in _DOTS and texts[position + 1] in TOP_LEVEL:
            return position + 2
    return None


def _mailbox_start(words: HeardWords, at: int) -> int:
    """Where the part before the sign begins: letters and digits spelled on, and what a dot or mark joins."""
    first = at - 1
    while first:
        here, before = words[first], words[first - 1]
        if _parted(here) and here.gap is not None and any(c.isspace() for c in here.gap):
            break
        joins = here.text in _SIGNS or before.text in _SIGNS
        spelled = here.digit or before.digit or (len(before.text) == 1 and before.text not in ("a", "i"))
        written = here.gap is not None and not any(c.isspace() for c in here.gap) and here.gap != ""
        if not (joins or spelled or written or here.gap == ""):
            break
        first -= 1
    return first


_SIGNS: Final = {
    "dot": ".",
    "punto": ".",
    "underscore": "_",
    "guion": "-",
    "bajo": "_",
    "dash": "-",
    "hyphen": "-",
    "plus": "+",
}


def _sign(word: str) -> str:
    return _SIGNS.get(word, word)
