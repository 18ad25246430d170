"""One spelling for each value, by type of field, so that only real differences are left.

A text that does not fit its type is never re-read as something that does: it keeps a key of its own, marked
with ``?``, and the problem says why.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from qa_toolkit.keying import addresses
from qa_toolkit.keying.layout import FieldSpec
from qa_toolkit.language.dates import read_date
from qa_toolkit.language.values import code, without_accents, without_invisible

CACHED_VALUES: Final = 8192


class Normal(NamedTuple):
    """A value as it is compared, and what is wrong with it for its type."""

    key: str
    problem: str | None = None


Rule = Callable[[str], Normal]

BOTH_MARKED: Final = "both boxes are marked"

_APOSTROPHES = dict.fromkeys(map(ord, "’‘`´ʼʹ′＇"), "'")
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—−﹣－"), "-")
_MONEY = re.compile(
    r"(?P<sign>-?)\s*(?:US)?\$?\s*(?P<n>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?P<d>\.[0-9]*)?\s*(?:USD|\$)?", re.I
)
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?")
_YES = frozenset(["y", "yes", "si", "s", "true", "t", "1", "x", "checked", "marked"])
_NO = frozenset(["n", "no", "false", "f", "0", "unchecked", "unmarked"])
_SPLIT = re.compile(r"[;|,/\n]+")
_SUFFIXES = {
    "junior": "jr",
    "senior": "sr",
    "2nd": "ii",
    "3rd": "iii",
    "4th": "iv",
    "second": "ii",
    "third": "iii",
}
_FREQUENCIES = {
    "biweekly": "every_2_weeks",
    "bi_weekly": "every_2_weeks",
    "every_two_weeks": "every_2_weeks",
    "every_other_week": "every_2_weeks",
    "fortnightly": "every_2_weeks",
    "semimonthly": "twice_a_month",
    "semi_monthly": "twice_a_month",
    "two_times_a_month": "twice_a_month",
    "2_times_a_month": "twice_a_month",
    "twice_monthly": "twice_a_month",
    "yearly": "annually",
    "annual": "annually",
    "every_year": "annually",
    "every_month": "monthly",
    "every_week": "weekly",
    "every_day": "daily",
    "one_time_only": "one_time",
    "once": "one_time",
}


def rule_for(spec: FieldSpec) -> Rule:
    """The normaliser of a field; results are remembered, as most values come again.

    Characters that nobody sees (zero-width spaces, marks of direction) mean nothing. A text that is not blank
    never gets the key of a blank, also where its rule leaves nothing of it (a name of one mark).
    """
    rule = _rule(spec)

    def fold(text: str) -> Normal:
        seen = without_invisible(text).strip()
        found = rule(seen) if seen else Normal("")
        return found if found.key else found._replace(key=" ".join(seen.casefold().split()))

    return lru_cache(maxsize=CACHED_VALUES)(fold)


def _rule(spec: FieldSpec) -> Rule:
    simple = _SIMPLE.get(spec.rule)
    if simple is not None:
        return simple
    if spec.rule == "date":
        formats = spec.date_formats
        return lambda text: _date(text, formats)
    aliases = {code(text): code(target) for text, target in spec.aliases.items()}
    if spec.rule == "yes_no":
        return lambda text: _yes_no(text, aliases)
    if spec.rule == "checkbox_set":
        return lambda text: _checkbox_set(text, aliases)
    if spec.rule == "frequency":
        aliases = {**_FREQUENCIES, **aliases}
    return lambda text: _code(text, aliases)


def _name(text: str) -> Normal:
    folded = text.translate(_APOSTROPHES).translate(_HYPHENS)
    folded = without_accents(unicodedata.normalize("NFKC", folded)).casefold()
    folded = re.sub(r"\s*(['-])\s*", r"\1", folded)
    words = [word.rstrip(".,") for word in folded.split()]
    return Normal(" ".join(word for word in words if word) or folded.strip())


def _suffix(text: str) -> Normal:
    word = re.sub(r"[.,\s]", "", without_accents(text)).casefold()
    return Normal(_SUFFIXES.get(word, word))


def _text(text: str) -> Normal:
    folded = without_accents(unicodedata.normalize("NFKC", text)).casefold()
    kept = " ".join(re.sub(r"[^\w\s]|_", "", folded).split())
    return Normal(kept or " ".join(folded.split()))


def _email(text: str) -> Normal:
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    fits = re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", folded)
    return Normal(folded, None if fits else f"'{text}' is not an e-mail address")


def _date(text: str, formats: tuple[str, ...]) -> Normal:
    day = read_date(" ".join(unicodedata.normalize("NFKC", text).split()), formats)
    if day is None:
        return Normal(f"?{text.casefold()}", f"'{text}' is no day in the formats {', '.join(formats)}")
    return Normal(day.isoformat())


def _digits_of(text: str, allowed: str = r"[-\s.()+/]") -> str | None:
    """The digits of a text that holds nothing else but separators."""
    digits = re.sub(allowed, "", unicodedata.normalize("NFKC", text).translate(_HYPHENS))
    return digits if digits.isascii() and digits.isdigit() else None


def _odd(text: str) -> str:
    return "?" + " ".join(text.casefold().split())


def _tax_number(text: str, what: str, fits: Callable[[str], bool]) -> Normal:
    digits = _digits_of(text)
    if digits is None:
        return Normal(_odd(text), f"the {what} holds more than digits")
    if len(digits) != 9:
        return Normal(digits, f"the {what} has {len(digits)} digits, not 9")
    return Normal(digits, None if fits(digits) else f"no {what} of these digits is ever issued")


def is_issued_ssn(digits: str) -> bool:
    """Whether nine digits can be a Social Security number (area, group and serial rules; SSA, 2011)."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def is_issued_itin(digits: str) -> bool:
    """Whether nine digits can be an individual taxpayer number (IRS ranges of the fourth and fifth digit)."""
    group = int(digits[3:5])
    return digits[0] == "9" and (50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or group >= 94)


def _ssn(text: str) -> Normal:
    return _tax_number(text, "Social Security number", is_issued_ssn)


def _itin(text: str) -> Normal:
    return _tax_number(text, "ITIN", is_issued_itin)


def _atin(text: str) -> Normal:
    return _tax_number(text, "ATIN", lambda digits: digits[0] == "9" and digits[3:5] == "93")


def _phone(text: str) -> Normal:
    digits = _digits_of(text)
    if digits is None:
        return Normal(_odd(text), "the phone number holds more than digits")
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    return Normal(digits, None if len(digits) == 10 else f"the phone number has {len(digits)} digits, not 10")


def _zip(text: str) -> Normal:
    digits = _digits_of(text)
    if digits is None:
        return Normal(_odd(text), "the ZIP code holds more than digits")
    return Normal(digits, None if len(digits) in (5, 9) else f"the ZIP code has {len(digits)} digits")


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text).lstrip("+") or "0"


def _money(text: str) -> Normal:
    match = _MONEY.fullmatch(unicodedata.normalize("NFKC", text).translate(_HYPHENS).strip())
    if match is None or not (match["n"] or (match["d"] or "").strip(".")):
        return Normal(_odd(text), f"'{text}' is not an amount in dollars")
    whole = (match["n"] or "0").replace(",", "")
    return Normal(_plain(Decimal(f"{match['sign']}{whole}{match['d'] or ''}".rstrip("."))))


def _number(text: str) -> Normal:
    folded = unicodedata.normalize("NFKC", text).translate(_HYPHENS).strip()
    if not _NUMBER.fullmatch(folded) or not any(c.isdigit() for c in folded):
        return Normal(_odd(text), f"'{text}' is not a number")
    return Normal(_plain(Decimal(folded.replace(",", "").rstrip("."))))


def _docnum(text: str) -> Normal:
    folded = without_accents(unicodedata.normalize("NFKC", text).translate(_HYPHENS)).upper()
    return Normal(re.sub(r"[\s-]", "", folded))


def _a_number(text: str) -> Normal:
    digits = re.sub(r"^A#?", "", _docnum(text).key)
    if not (digits.isascii() and digits.isdigit()):
        return Normal(_odd(text), "the alien number holds more than digits")
    return Normal(digits.zfill(9), None if len(digits) <= 9 else f"the alien number has {len(digits)} digits")


def _code(text: str, aliases: Mapping[str, str]) -> Normal:
    word = code(text)
    return Normal(aliases.get(word, word))


def _marks(text: str, aliases: Mapping[str, str]) -> list[str]:
    """The marked boxes of a question, yes and no in one spelling."""
    found = []
    for part in _SPLIT.split(text):
        word = code(part)
        if word:
            word = aliases.get(word, word)
            found.append("yes" if word in _YES else "no" if word in _NO else word)
    return sorted(set(found))


def _yes_no(text: str, aliases: Mapping[str, str]) -> Normal:
    marks = _marks(text, aliases)
    if {"yes", "no"} <= set(marks) or marks == ["both"]:
        return Normal("no;yes", BOTH_MARKED)
    return Normal(";".join(marks))


def _checkbox_set(text: str, aliases: Mapping[str, str]) -> Normal:
    marks = _marks(text, aliases)
    return Normal(";".join(marks), BOTH_MARKED if {"yes", "no"} <= set(marks) else None)


_SIMPLE: Final[Mapping[str, Rule]] = {
    "text": _text,
    "name": _name,
    "suffix": _suffix,
    "ssn": _ssn,
    "itin": _itin,
    "atin": _atin,
    "phone": _phone,
    "email": _email,
    "street": lambda text: Normal(addresses.street(text)),
    "unit": lambda text: Normal(addresses.unit(text)),
    "city": lambda text: Normal(addresses.city(text)),
    "county": lambda text: Normal(addresses.county(text)),
    "state": lambda text: Normal(addresses.state(text)),
    "zip": _zip,
    "money": _money,
    "number": _number,
    "docnum": _docnum,
    "a_number": _a_number,
}


def same_value(rule: str, one: str, other: str) -> bool:
    """Whether two keys mean one value; the last four digits of a ZIP code count only where both have them."""
    if one == other:
        return True
    return rule == "zip" and {len(one), len(other)} == {5, 9} and one[:5] == other[:5]
