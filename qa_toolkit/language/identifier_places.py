"""Street addresses with a house number, and e-mail addresses, among normalised words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from qa_toolkit.language.identifier_cues import HeardWord
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
_OFFICE_REACH: Final = 9
_ASKED_REACH: Final = 14
_OPENING_WORDS: Final = 5
_ZIP_DIGITS: Final = 5


def addresses(words: Sequence[HeardWord], lead: Sequence[str] = ()) -> list[Found]:
    """Streets with their house numbers, in order; without a street word only where an address is asked."""
    found: list[Found] = []
    asked = bool(ADDRESS_ASKED & set(lead[-_ASKED_REACH:]))
    position = 0
    while position < len(words):
        place = _spanish(words, position)
        if place is None and words[position].digit:
            place = _house(words, position, asked=asked and position <= _OPENING_WORDS)
        if place is None:
            position += 1
            continue
        found.append(place)
        position = place[2]
    return found


def _house(words: Sequence[HeardWord], first: int, *, asked: bool) -> Found | None:
    """An address that begins with its house number at this word, the first digit of a number."""
    within = first > 0 and words[first - 1].digit and not _parted(words[first])
    before = {word.text for word in words[max(0, first - _OFFICE_REACH) : first]}
    if within or before & OFFICES:
        return None
    if _is_box(words, first):
        last = _digits_end(words, first)
        box = f"po box {_joined(words, first, last)}", first - 2, last, 0.9
        return None if before & MAILING else box
    return _street(words, first, asked=asked)


def _street(words: Sequence[HeardWord], first: int, *, asked: bool) -> Found | None:
    """A house number, a name and a street word."""
    last = _digits_end(words, first)
    if last - first > _MOST_HOUSE_DIGITS or last >= len(words) or words[last].text in UNITS:
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


def _is_box(words: Sequence[HeardWord], first: int) -> bool:
    before = " ".join(word.text for word in words[max(0, first - 3) : first])
    return before.endswith(("po box", "p o box", "pobox", "apartado postal"))


def _after_lives_at(words: Sequence[HeardWord], first: int, last: int, *, asked: bool) -> Found | None:
    """A house number and a name without a street word: "I live at 1420 Elm"."""
    named = words[last]
    if last - first < 2 or named.digit or named.text in NO_STREET_NAME | STREETS or _parted(named):
        return None
    before = tuple(word.text for word in words[max(0, first - 2) : first])
    told = before in LIVES_AT or (asked and last - first < _ZIP_DIGITS)
    if told and named.text.isalpha():
        directed = named.text in DIRECTIONS and last + 1 < len(words) and words[last + 1].text.isalpha()
        stop = last + 2 if directed and not _parted(words[last + 1]) else last + 1
        return _joined(words, first, stop), first, stop, 0.75
    return None


def _spanish(words: Sequence[HeardWord], first: int) -> Found | None:
    """``calle Olmo (número) 1420``."""
    if words[first].text not in SPANISH_STREETS:
        return None
    for position in range(first + 1, min(first + 7, len(words))):
        word = words[position]
        if _ends_sentence(word):
            return None
        if word.digit:
            last = _digits_end(words, position)
            fits = position > first + 1 and last - position <= _MOST_HOUSE_DIGITS
            after = words[last].text if last < len(words) else ""
            return (_joined(words, first, last), first, last, 0.85) if fits and after not in UNITS else None
        name = word.text not in NO_STREET_NAME or word.text in ("los", "las", "el", "la", "san", "santa")
        if not name:
            return None
    return None


def _digits_end(words: Sequence[HeardWord], first: int) -> int:
    last = first + 1
    while last < len(words) and words[last].digit and not _parted(words[last]):
        last += 1
    return last


def _with_unit(words: Sequence[HeardWord], position: int) -> int:
    """The end of an address with its apartment, when one follows."""
    if position < len(words) and words[position].text in UNIT_WORDS and words[position].gap is not None:
        after = position + 1
        while after < len(words) and (words[after].digit or len(words[after].text) == 1):
            after += 1
        return after if after > position + 1 else position
    return position


def _parted(word: HeardWord) -> bool:
    """Whether a pause stands before the word."""
    return word.gap is not None and any(mark in word.gap for mark in ".,;?!")


def _ends_sentence(word: HeardWord) -> bool:
    return word.gap is not None and bool(_SENTENCE_ENDS & set(word.gap))


def _joined(words: Sequence[HeardWord], first: int, last: int) -> str:
    made = ""
    for position in range(first, last):
        word = words[position]
        made += word.text if word.digit and made[-1:].isdigit() else f" {word.text}"
    return made.strip()


def emails(words: Sequence[HeardWord], lead: Sequence[str]) -> Iterator[Found]:
    """E-mail addresses: ``maria dot lopez at gmail dot com``, however written."""
    texts = [word.text for word in words]
    for at, text in enumerate(texts):
        if text not in ("at", "arroba") or not at:
            continue
        last = _domain_end(texts, at + 1)
        if last is None or (texts[at - 1] in NO_MAILBOX and words[at].source != "@"):
            continue
        known = texts[at + 1] in MAIL_PROVIDERS or text == "arroba" or words[at].source == "@"
        before = [*lead, *texts[:at]][-_MAIL_REACH:]
        if not known and not MAIL_CUES & set(before):
            continue
        first = _mailbox_start(words, at)
        mailbox, domain = (map(_sign, part) for part in (texts[first:at], texts[at + 1 : last]))
        value = f"{''.join(mailbox)}@{''.join(domain)}"
        yield value, first, last, 0.95 if known else 0.8


def _domain_end(texts: Sequence[str], start: int) -> int | None:
    for position in range(start + 1, min(start + 6, len(texts) - 1)):
        if texts[position] in ("dot", "punto") and texts[position + 1] in TOP_LEVEL:
            return position + 2
    return None


def _mailbox_start(words: Sequence[HeardWord], at: int) -> int:
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
