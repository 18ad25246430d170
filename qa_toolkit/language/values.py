"""Values people write, read by type, so that two can be compared: names, dates, amounts, numbers, codes.

Nothing is guessed: a text that does not fit its type is no value, and the reason says why.

``keying.normalisers`` reads values, too, on top of what both share from here and from ``language.dates``:
dates, accents, codes, times a year. The two are kept apart because they answer different questions. Here a
value of any system is read: ``(500)`` or ``500 dollars`` is an amount, "LOPEZ, Maria" a name with its parts
turned round, and what does not fit is refused. There a person's typing is held against paper: parts in the
wrong order are an error that is looked for, so less is forgiven, what does not fit keeps a key of its own,
and layouts choose the rule of each field. With one set of rules, accuracy figures would move whenever an
evaluator learns one more spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, get_args

from qa_toolkit.language.dates import read_date

ValueKind = Literal[
    "text", "name", "date", "ssn", "phone", "email", "zip", "money", "number", "code", "codes", "yes_no"
]
VALUE_KINDS: Final[tuple[ValueKind, ...]] = get_args(ValueKind)
DATE_FORMATS: Final = ("YYYY-MM-DD", "MM/DD/YYYY", "MM-DD-YYYY")

Key = str | Decimal | date | frozenset[str]

_AMOUNT: Final = re.compile(
    r"(?P<minus>-|\()?\s*(?:US)?\$?\s*(?P<minus2>-)?(?P<n>\d{1,3}(?:,\d{3})+|\d+)?(?P<d>\.\d*)?\s*(?:USD|dollars)?\s*\)?",
    re.IGNORECASE,
)
_APOSTROPHES: Final = re.compile("['’‘`´ʼʹ′]")
_NAME_HYPHENS: Final = re.compile(r"\s*[-‐‑‒–—−]+\s*")
_NAME_ENDINGS: Final = {"junior": "jr", "senior": "sr", "2nd": "ii", "3rd": "iii", "4th": "iv"}
_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "dr", "mx", "sr", "sra", "srta", "don", "dona"})
_YES: Final = frozenset({"y", "yes", "si", "s", "true", "t", "1", "x"})
_NO: Final = frozenset({"n", "no", "false", "f", "0"})
_TIMES_A_YEAR: Final = {
    "daily": 260,
    "weekly": 52,
    "every 2 weeks": 26,
    "twice a month": 24,
    "monthly": 12,
    "quarterly": 4,
    "twice a year": 2,
    "yearly": 1,
}
_FREQUENCIES: Final = {
    "day": "daily",
    "per day": "daily",
    "a day": "daily",
    "every day": "daily",
    "week": "weekly",
    "per week": "weekly",
    "a week": "weekly",
    "every week": "weekly",
    "biweekly": "every 2 weeks",
    "bi weekly": "every 2 weeks",
    "every two weeks": "every 2 weeks",
    "every other week": "every 2 weeks",
    "fortnightly": "every 2 weeks",
    "semimonthly": "twice a month",
    "semi monthly": "twice a month",
    "twice monthly": "twice a month",
    "2 times a month": "twice a month",
    "two times a month": "twice a month",
    "month": "monthly",
    "per month": "monthly",
    "a month": "monthly",
    "every month": "monthly",
    "quarter": "quarterly",
    "every quarter": "quarterly",
    "year": "yearly",
    "per year": "yearly",
    "a year": "yearly",
    "annual": "yearly",
    "annually": "yearly",
    "every year": "yearly",
    "one time": "yearly",
    "once": "yearly",
    "diario": "daily",
    "semanal": "weekly",
    "quincenal": "twice a month",
    "mensual": "monthly",
    "anual": "yearly",
}


@dataclass(frozen=True, slots=True)
class ReadValue:
    """A value as it is compared; ``key`` is None when it cannot be read, and ``problem`` says why."""

    key: Key | None
    problem: str | None = None


def read_value(
    value: object,
    kind: ValueKind,
    *,
    formats: tuple[str, ...] = DATE_FORMATS,
    aliases: Mapping[str, str] | None = None,
) -> ReadValue:
    """Reads a value by its type.

    Args:
        value: text, a number or a truth value.
        kind: ``codes`` is a list written with ``;``, ``|``, ``,`` or ``/``, in any order.
        formats: of dates, in YYYY, MM and DD; a time after an ISO date is passed over.
        aliases: other spellings of codes.
    """
    text = " ".join(unicodedata.normalize("NFKC", _as_text(value)).split())
    if not text:
        return ReadValue(None, "there is no value")
    if kind == "date":
        return _date(text, formats)
    if kind in ("code", "codes"):
        known = {code(one): code(other) for one, other in (aliases or {}).items()}
        found = [
            known.get(code(part), code(part))
            for part in (re.split(r"[;|,/]", text) if kind == "codes" else [text])
        ]
        return (
            ReadValue(frozenset(part for part in found if part)) if kind == "codes" else ReadValue(found[0])
        )
    return _READERS[kind](text)


def times_a_year(frequency: object) -> Decimal | None:
    """How often a year a payment of that frequency comes; None when the word is unknown.

    A working year has 260 days and 52 weeks; a payment made once counts once. Hourly pay has no
    number without the hours and is unknown.
    """
    word = code(_as_text(frequency)).replace("_", " ")
    number = _TIMES_A_YEAR.get(_FREQUENCIES.get(word, word))
    return None if number is None else Decimal(number)


def without_accents(text: str) -> str:
    """Latin letters without their accents; other scripts as they are."""
    decomposed = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f"))


def without_invisible(text: str) -> str:
    """The text without characters that show nothing: zero-width spaces, soft hyphens, marks of direction."""
    if text.isascii():
        return text
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def fold(text: str) -> str:
    """Small Latin letters without accents."""
    return without_accents(text).casefold()


def code(text: str) -> str:
    """Small letters and digits with ``_`` between words."""
    folded = fold(text)
    return re.sub(r"[\W_]+", "_", folded).strip("_") or folded.strip()


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _text(text: str) -> ReadValue:
    return ReadValue(" ".join(re.sub(r"[^\w\s]|_", " ", fold(text)).split()) or fold(text))


def _name(text: str) -> ReadValue:
    """Given names first; "LOPEZ, Maria" is "maria lopez"; titles are left out, parts stay hyphenated."""
    last, comma, given = text.partition(",")
    if (
        comma
        and code(given)
        and _NAME_ENDINGS.get(code(given), code(given)) not in ("jr", "sr", "ii", "iii", "iv")
    ):
        text = f"{given} {last}"
    folded = _NAME_HYPHENS.sub("-", _APOSTROPHES.sub("", fold(text)))
    words = [word.strip(".-") for word in folded.replace(",", " ").split()]
    words = [_NAME_ENDINGS.get(word, word) for word in words if word]
    if len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    return ReadValue(" ".join(words)) if words else ReadValue(None, f"'{text}' is no name")


def _date(text: str, formats: tuple[str, ...]) -> ReadValue:
    day = re.sub(r"^(\d{4}-\d\d-\d\d)[T ]\d\d:?\d\d.*$", r"\1", text)
    found = read_date(day, formats)
    if found is not None:
        return ReadValue(found)
    return ReadValue(None, f"'{text}' is no day in the formats {', '.join(formats)}")


def _digits(text: str, what: str, sizes: tuple[int, ...]) -> ReadValue:
    digits = re.sub(r"[-–\s.()+/]", "", text)
    if not (digits.isascii() and digits.isdigit()):
        return ReadValue(None, f"the {what} holds more than digits")
    if what == "telephone number" and len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    if len(digits) not in sizes:
        return ReadValue(None, f"the {what} has {len(digits)} digits, not {' or '.join(map(str, sizes))}")
    return ReadValue(digits)


def _email(text: str) -> ReadValue:
    fits = re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", text)
    return ReadValue(text.casefold()) if fits else ReadValue(None, "that is no e-mail address")


def _amount(text: str, what: str) -> ReadValue:
    found = _AMOUNT.fullmatch(text)
    digits = found and ((found["n"] or "") + (found["d"] or "")).strip(".")
    if not found or not digits:
        return ReadValue(None, f"'{text}' is no {what}")
    number = Decimal((found["n"] or "0").replace(",", "") + (found["d"] or "").rstrip("."))
    return ReadValue(-number if found["minus"] or found["minus2"] else number)


def _yes_no(text: str) -> ReadValue:
    word = code(text)
    if word in _YES or word in _NO:
        return ReadValue("yes" if word in _YES else "no")
    return ReadValue(None, f"'{text}' is neither yes nor no")


_READERS: Final = {
    "text": _text,
    "name": _name,
    "ssn": lambda text: _digits(text, "Social Security number", (9,)),
    "phone": lambda text: _digits(text, "telephone number", (10,)),
    "zip": lambda text: _digits(text, "ZIP code", (5, 9)),
    "email": _email,
    "money": lambda text: _amount(text, "amount"),
    "number": lambda text: _amount(text, "number"),
    "yes_no": _yes_no,
}
