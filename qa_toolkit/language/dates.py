"""Dates by strict formats. Nothing is guessed: a text that fits no format, or names no day, is not a date."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

_MONTHS = (
    "january february march april may june july august september october november december",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
)
_MONTH_NUMBERS = {name: n for line in _MONTHS for n, name in enumerate(line.split(), start=1)}
_MONTH_NUMBERS |= {name[:3]: n for name, n in list(_MONTH_NUMBERS.items())} | {"sept": 9, "setiembre": 9}
_TOKENS = re.compile(r"YYYY|MONTH|MM|DD|[^YMD]+")


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """The expression of a format; one-digit months and days are accepted where separators tell them apart."""
    separated = bool(re.search(r"[-/. ,]", form))
    digits = "[0-9]{1,2}" if separated else "[0-9]{2}"
    parts = {
        "YYYY": "(?P<year>[0-9]{4})",
        "MM": f"(?P<month>{digits})",
        "DD": f"(?P<day>{digits})",
        "MONTH": r"(?P<name>[^\W\d_]+\.?)",
    }
    made = [parts[token] if token in parts else _separator(token) for token in _TOKENS.findall(form)]
    return re.compile("".join(made))


def _separator(token: str) -> str:
    return re.escape(token.strip()) + r"\s*" if token.strip() else r"\s+"


def read_date(text: str, formats: tuple[str, ...]) -> date | None:
    """The day a text names in one of the formats; None when it fits none or there is no such day.

    Formats are written in YYYY, MM, DD and MONTH (its name, English or Spanish).
    """
    for form in formats:
        match = _pattern(form).fullmatch(text)
        if match is None:
            continue
        found = match.groupdict()
        month = found.get("month") or _MONTH_NUMBERS.get(found.get("name", "").rstrip(".").casefold(), 0)
        try:
            return date(int(found["year"]), int(month), int(found["day"]))
        except ValueError:
            continue
    return None
