"""Fits what was read to the type of its field: letters that look like digits where only digits can stand.

Nothing is guessed beyond that: a text that still does not fit stays as it was read, and is doubtful.
"""

from __future__ import annotations

import re
from typing import Final

from qa_toolkit.keying.layout import FieldSpec
from qa_toolkit.keying.normalisers import rule_for

DIGIT_RULES: Final = frozenset(["date", "ssn", "itin", "atin", "phone", "zip", "money", "number", "a_number"])
IDENTIFIER_RULES: Final = frozenset(["ssn", "itin", "atin"])
IDENTIFIER_DIGITS: Final = 9
_AS_DIGITS: Final = str.maketrans(
    {
        "O": "0", "o": "0", "D": "0", "Q": "0", "l": "1", "I": "1", "i": "1", "|": "1", "!": "1", "Z": "2",
        "z": "2", "S": "5", "s": "5", "B": "8", "q": "9", "g": "9", "b": "6", "G": "6", "，": ",", "。": ".",
        "（": "(", "）": ")", "：": ":", "—": "-", "–": "-", "＄": "$",
    }
)  # fmt: skip
_ALIKE: Final = str.maketrans(
    {
        "0": "o", "q": "g", "9": "g", "1": "l", "i": "l", "j": "l", "|": "l", "!": "l", "/": "l", "(": "l",
        "5": "s", "$": "s", "8": "b", "6": "b", "2": "z", "7": "l", "y": "v", "u": "v", "n": "r", "h": "b",
        "t": "f", "4": "a", "e": "c",
    }
)  # fmt: skip
_DATE: Final = re.compile(r"(\d\d)[1/.\-, ]{1,2}(\d\d)[1/.\-, ]{1,2}(\d{4})")


def fitted(spec: FieldSpec, text: str) -> tuple[str, str | None]:
    """The text fitted to its field, and why it is doubtful, if it is."""
    plain = " ".join(text.split())
    problem = _problem(spec, plain)
    if not plain or problem is None:
        return plain, None
    if spec.rule in DIGIT_RULES:
        for tried in _attempts(spec, plain):
            if any(c.isdigit() for c in tried) and _problem(spec, tried) is None:
                return tried, f"read as '{plain}'"
    return plain, problem


def _problem(spec: FieldSpec, text: str) -> str | None:
    normal = rule_for(spec)(text)
    if spec.rule in IDENTIFIER_RULES and normal.key.isdigit() and len(normal.key) == IDENTIFIER_DIGITS:
        return None  # whether such a number is ever issued is no question of reading
    return normal.problem


def _attempts(spec: FieldSpec, text: str) -> list[str]:
    letter = text[:1] if spec.rule == "a_number" and text[:1] in ("A", "a") else ""
    digits = letter + text[len(letter) :].translate(_AS_DIGITS)
    found = [digits, digits.replace(" ", "")]
    if spec.rule == "date":
        match = _DATE.fullmatch(digits.replace(" ", ""))
        if match:
            found.append("/".join(match.groups()))
    if spec.rule == "money":
        found.append(re.sub(r"[^0-9.,]", "", digits))
    return found


def looks_alike(one: str, other: str) -> bool:
    """Whether two texts differ only in characters that recognisers take for one another, or in spaces."""
    return _shape(one) == _shape(other)


def _shape(text: str) -> str:
    folded = re.sub(r"[\s.,'\-]", "", text.casefold().translate(_ALIKE))
    return folded.replace("rr", "m").replace("cl", "d").replace("vv", "w")
