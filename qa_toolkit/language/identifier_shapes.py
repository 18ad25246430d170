"""Which kinds of identifier a string of digits can be, and how likely, given what was said around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

IdentifierKind = Literal[
    "ssn",
    "birth_date",
    "card",
    "bank_account",
    "phone",
    "address",
    "email",
    "case_number",
    "immigration_document",
]
KINDS: Final[tuple[IdentifierKind, ...]] = get_args(IdentifierKind)

_EARLIEST_YEAR: Final = 1900
_LATEST_YEAR: Final = 2030
LATEST_UNNAMED_BIRTH: Final = 2010
"""A full date up to this year is taken for a birth date when nothing says what it is."""
_TOLL_FREE: Final = frozenset({"800", "888", "877", "866", "855", "844", "833", "822"})
_YEAR_OF_TWO: Final = 30
_MONTHS: Final = range(1, 13)
_DAYS: Final = range(1, 32)


@dataclass(frozen=True, slots=True)
class Identifier:
    """Words ``first`` to ``last`` (not included) are an identifier; ``value`` is its canonical form.

    ``probability`` below 0.5 means that something is there that is no complete identifier of the kind.
    """

    kind: IdentifierKind
    value: str
    first: int
    last: int
    probability: float


@dataclass(frozen=True, slots=True)
class Number:
    """Digits as they were said.

    Attributes:
        letters: letters said right before them (``MSC``).
        sizes: how many digits between two pauses or marks.
        in_one_go: no word stands between the digits.
    """

    digits: str
    letters: str = ""
    sizes: tuple[int, ...] = ()
    in_one_go: bool = True


def passes_luhn(digits: str) -> bool:
    """Whether the check digit of a payment card fits (Luhn, 1960; ISO/IEC 7812-1)."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_issued_ssn(digits: str) -> bool:
    """Whether nine digits can be a Social Security number (area, group and serial; SSA, 2011)."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return (
        len(digits) == 9
        and area not in ("000", "666")
        and area < "900"
        and group != "00"
        and serial != "0000"
    )


def is_dialable(digits: str) -> bool:
    """Whether ten digits can be a North American number: neither code nor exchange begins with 0 or 1."""
    return len(digits) == 10 and digits[0] > "1" and digits[3] > "1"


def probability(kind: str, number: Number, *, cued: bool) -> float | None:
    """How likely the number is a full identifier of that kind; below 0.5 a broken one; None = it is none."""
    return _RULES[kind](number, cued)


def _ssn(number: Number, cued: bool) -> float | None:  # noqa: FBT001  # one signature for a table of rules
    digits = number.digits
    if len(digits) == 9:
        if cued:
            return 0.95 if is_issued_ssn(digits) or digits[0] == "9" else 0.75
        if not is_issued_ssn(digits) or number.letters:
            return None
        return 0.85 if number.sizes == (3, 2, 4) else 0.6 if number.in_one_go else None
    return 0.4 if cued and len(digits) in (7, 8, 10, 11, 12) else None


def _card(number: Number, cued: bool) -> float | None:  # noqa: FBT001
    digits = number.digits
    if not 13 <= len(digits) <= 19:
        return 0.4 if cued and len(digits) == 12 else None
    if passes_luhn(digits):
        if cued:
            return 0.97
        return 0.85 if digits[0] in "3456" and len(digits) in (15, 16) and number.in_one_go else None
    if cued:
        return 0.75 if 14 <= len(digits) <= 17 else None
    return 0.7 if number.sizes == (4, 4, 4, 4) and digits[0] in "3456" else None


def _bank_account(number: Number, cued: bool) -> float | None:  # noqa: FBT001
    return 0.9 if cued and 6 <= len(number.digits) <= 17 else None


def is_toll_free(digits: str) -> bool:
    """Whether the digits are a toll-free number, which is an office's and nobody's own."""
    digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return len(digits) == 10 and digits[:3] in _TOLL_FREE


def _phone(number: Number, cued: bool) -> float | None:  # noqa: FBT001
    digits = number.digits
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    if is_toll_free(digits):
        return None
    if len(digits) == 10:
        if is_dialable(digits):
            alone = number.in_one_go and not number.letters and _grouped_as(number, 10, {3, 6})
            return 0.95 if cued else 0.8 if alone else None
        return 0.75 if cued else None
    if len(digits) == 7 and cued:
        return 0.8
    return 0.4 if cued and len(digits) in (8, 9, 11) else None


def _grouped_as(number: Number, size: int, cuts: set[int]) -> bool:
    """Whether the pauses within a number fit its usual groups (counted in the last ``size`` digits)."""
    extra = len(number.digits) - size
    pauses = {sum(number.sizes[:n]) - extra for n in range(1, len(number.sizes))} - {0}
    return pauses <= cuts or cuts <= pauses


def _case_number(number: Number, cued: bool) -> float | None:  # noqa: FBT001
    size = len(number.digits) + len(number.letters)
    return 0.9 if cued and len(number.digits) >= 4 and 5 <= size <= 16 else None


def _immigration_document(number: Number, cued: bool) -> float | None:  # noqa: FBT001
    digits, letters = number.digits, number.letters
    if len(letters) == 3 and len(digits) == 10:
        return 0.95 if cued or letters in _RECEIPTS else None
    if letters == "a" and len(digits) in (8, 9):
        return 0.95 if cued else 0.8 if len(digits) == 9 and number.in_one_go else 0.5
    if cued:
        return 0.9 if 6 <= len(digits) <= 13 else None
    return None


_RECEIPTS: Final = frozenset(["msc", "ioe", "wac", "eac", "lin", "src", "nbc", "ysc"])
_RULES: Final = {
    "ssn": _ssn,
    "card": _card,
    "bank_account": _bank_account,
    "phone": _phone,
    "case_number": _case_number,
    "immigration_document": _immigration_document,
}


def date_of(digits: str, sizes: tuple[int, ...] = ()) -> str | None:
    """The day that digits name, as ``YYYY-MM-DD``, the American order first; None when they name none.

    Three groups of digits (``3/14/1986``) are taken as they stand. Other digits are cut wherever a month, a
    day and a year result, but not across a pause unless all digits stand apart.
    """
    if len(sizes) == 3:
        cuts = (digits[: sizes[0]], digits[sizes[0] : sizes[0] + sizes[1]], digits[sizes[0] + sizes[1] :])
        return _day(*cuts) or _day(cuts[1], cuts[0], cuts[2]) or _day(cuts[1], cuts[2], cuts[0])
    pauses = {sum(sizes[:n]) for n in range(1, len(sizes))}
    for pattern in _CUTS.get(len(digits), ()):
        found = re.fullmatch(pattern, digits)
        day = _day(found["m"], found["d"], found["y"]) if found else None
        if found and day:
            cut_at = {found.end(name) for name in "mdy"} - {len(digits)}
            if cut_at <= pauses or pauses <= cut_at:
                return day
    return None


_CUTS: Final = {
    8: (r"(?P<m>..)(?P<d>..)(?P<y>....)", r"(?P<y>....)(?P<m>..)(?P<d>..)", r"(?P<d>..)(?P<m>..)(?P<y>....)"),
    7: (r"(?P<m>.)(?P<d>..)(?P<y>....)", r"(?P<m>..)(?P<d>.)(?P<y>....)"),
    6: (
        r"(?P<m>.)(?P<d>.)(?P<y>(?:19|20)..)",
        r"(?P<m>..)(?P<d>..)(?P<y>..)",
        r"(?P<d>..)(?P<m>..)(?P<y>..)",
    ),
    5: (r"(?P<m>.)(?P<d>..)(?P<y>..)", r"(?P<m>..)(?P<d>.)(?P<y>..)"),
}


def date_with_month(month: int, day_before: str, after: str) -> tuple[str, int] | None:
    """The day named by a month's name with digits around it, and how many of the digits after were used."""
    if day_before:
        found = re.match(r"(?:19|20)\d\d", after)
        year = found[0] if found else after if len(after) == 2 else ""
        named = _day(str(month), day_before, year) if year else None
        return (named, len(year)) if named else None
    for pattern in (r"(\d{2})((?:19|20)\d\d)", r"(\d)((?:19|20)\d\d)"):
        found = re.match(pattern, after)
        named = _day(str(month), found[1], found[2]) if found else None
        if found and named:
            return named, len(found[0])
    if len(after) in (3, 4):
        named = _day(str(month), after[:-2], after[-2:])
        return (named, len(after)) if named else None
    return None


def _day(month: str, day: str, year: str) -> str | None:
    if not (month and day) or len(year) not in (2, 4) or len(month) > 2 or len(day) > 2:
        return None
    full = int(year)
    if len(year) == 2:
        full += 2000 if full <= _YEAR_OF_TWO else 1900
    if int(month) not in _MONTHS or int(day) not in _DAYS or not _EARLIEST_YEAR <= full <= _LATEST_YEAR:
        return None
    return f"{full:04}-{int(month):02}-{int(day):02}"
