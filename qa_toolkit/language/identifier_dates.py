"""Dates with a named month (``March 14th, 1986``, ``14 de marzo``) and written ones (``3/14/1986``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from qa_toolkit.language.heard_words import DIGITS, HeardWord, HeardWords
from qa_toolkit.language.identifier_shapes import date_of, date_with_month
from qa_toolkit.language.identifier_words import MONTHS

_WRITTEN: Final = re.compile(
    r"(?<![\dx/.-])(?:(\d{1,2})(/)(\d{1,2})/(\d{4}|\d\d)|(\d{1,2})([-.])(\d{1,2})\6(\d{4})"
    r"|(\d{4})([-/.])(\d{1,2})\10(\d{1,2}))(?![\dx/.-])"
)
_DATE_MARKS: Final = ("/", "-", ".")


def written_dates(words: HeardWords) -> tuple[tuple[int, int], ...]:
    """Where dates in digits stand, first and last word (not included): ``3/14/1986``, ``1986-03-14``.

    Slashes, hyphens or full stops without a blank hold the digits together; a blank ends the date.
    """
    if not _may_hold_date(words):
        return ()
    parts = [_shown(word) for word in words.between(0, len(words))]
    shown = "".join(parts)
    at = [n for n, part in enumerate(parts) for _ in part]
    found = []
    for match in _WRITTEN.finditer(shown):
        groups = [part for part in match.groups() if part and part.isdigit()]
        if date_of("".join(groups), tuple(map(len, groups))):
            found.append((at[match.start()], at[match.end() - 1] + 1))
    return tuple(found)


def _may_hold_date(words: HeardWords) -> bool:
    """Whether a digit stands right after one of the marks of dates."""
    return any(words.gap(digit) in _DATE_MARKS for digit in words.digits)


def _shown(word: HeardWord) -> str:
    """A digit as it is, anything else as ``x``, after the mark or blank before it."""
    gap = word.gap if word.gap is not None and len(word.gap) < 2 else " "
    mark = gap if gap in ("", *_DATE_MARKS) else " "
    return mark + (word.text if word.digit else "x")


@dataclass(frozen=True, slots=True)
class NamedDate:
    """A full date, ``YYYY-MM-DD``, said by the words ``first`` to ``last`` (not included)."""

    day: str
    first: int
    last: int


class NamedDates:
    """The dates with a named month among the words of a speaker."""

    def __init__(self, words: HeardWords) -> None:
        self.words = words
        self._texts = words.texts

    def all(self) -> list[NamedDate]:
        """Every date in order, none overlapping another."""
        found: list[NamedDate] = []
        for position, text in enumerate(self._texts):
            if text in MONTHS:
                date = self._date_at(position)
                if date and not any(date.first < other.last for other in found):
                    found.append(date)
        return found

    def _date_at(self, month: int) -> NamedDate | None:
        day_first, before = self._day_before(month)
        start = self._skip(month + 1, {"the", "of", "de", "del", "el", "ano", "and", "in", "year"})
        month_number = MONTHS[self._texts[month]]
        named: tuple[str, int] | None = None
        for digits in self._digits_after(start):
            named = date_with_month(month_number, before, digits)
            if named is None and before:
                named = date_with_month(month_number, "", digits)
                before, day_first = ("", month) if named else (before, day_first)
            if named and not before and (self._only_a_year(start, digits) or self._in_one(start, digits)):
                named = None
            if named:
                break
        if named is None:
            return None
        last = self._after_digits(start, named[1])
        return NamedDate(named[0], day_first if before else month, last)

    def _digits_after(self, start: int) -> list[str]:
        """The digits after a month up to each pause, the fewest first."""
        found, digits, position = [], "", start
        while position < len(self.words):
            text = self._texts[position]
            if text not in DIGITS and not self._between_digits(position):
                break
            if digits and (text not in DIGITS or self.words.pause_before(position) == 2):
                found.append(digits)
            digits += text if text in DIGITS else ""
            position += 1
        return list(dict.fromkeys([*found, digits])) if digits else []

    def _day_before(self, month: int) -> tuple[int, str]:
        end = month
        while end and self._texts[end - 1] in ("of", "de"):
            end -= 1
        first = end
        while first and self._texts[first - 1] in DIGITS and end - first < 3:
            first -= 1
        digits = "".join(self._texts[first:end])
        return (first, digits) if len(digits) in (1, 2) else (month, "")

    def _skip(self, position: int, passed: set[str]) -> int:
        while position < len(self.words) and self._texts[position] in passed:
            position += 1
        return position

    def _between_digits(self, position: int) -> bool:
        passed = self._texts[position] in ("of", "de", "del", "comma", "and")
        return passed and position + 1 < len(self.words) and self._texts[position + 1] in DIGITS

    def _after_digits(self, start: int, count: int) -> int:
        position = start
        while count:
            count -= self._texts[position] in DIGITS
            position += 1
        return position

    def _only_a_year(self, start: int, digits: str) -> bool:
        """Whether the digits after a month are its year and no day: "March 1986"."""
        if len(digits) != 4 or digits[:2] not in ("19", "20"):
            return False
        source = self.words.source(start).lower()
        return not source.endswith("th") and self.words.pause_before(start + 2) == 0

    def _in_one(self, start: int, digits: str) -> bool:
        """Whether three or four digits after a month are one written number: "July 145"."""
        written = self.words.between(start, start + len(digits))
        return len(digits) in (3, 4) and all(
            word.gap == "" and word.source[:1].isdigit() for word in written[1:]
        )
