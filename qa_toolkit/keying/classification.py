"""What kind of error a wrong value is, from the two values alone; the order is that of the taxonomy."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from rapidfuzz.distance import OSA, Levenshtein

from qa_toolkit.keying.dates import swapped_day_and_month
from qa_toolkit.keying.layout import FieldSpec

CODE_RULES: Final = frozenset({"code", "frequency", "yes_no", "checkbox_set", "state", "suffix"})
"""Rules whose values come from a short list: they say too little about where a value came from."""

BOX_RULES: Final = frozenset({"yes_no", "checkbox_set"})
AMOUNT_RULES: Final = frozenset({"money", "number"})
IDENTIFIER_RULES: Final = frozenset({"ssn", "itin", "atin"})
MOVED_LENGTH: Final = 3

_KEYBOARD = ("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./")
_KEYPAD = ("789", "456", "123", "0")


def _neighbours() -> frozenset[tuple[str, str]]:
    found = set()
    for rows in (_KEYBOARD, _KEYPAD):
        places = {key: (x, y) for y, row in enumerate(rows) for x, key in enumerate(row)}
        for one, (x, y) in places.items():
            for other, (v, w) in places.items():
                if one != other and abs(x - v) <= 1 and abs(y - w) <= 1:
                    found.add((one, other))
    return frozenset(found)


_ADJACENT = _neighbours()


def is_telling(spec: FieldSpec, key: str) -> bool:
    """Whether a value says enough to recognise it somewhere else: three characters, no short list."""
    return (
        spec.rule not in CODE_RULES
        and not key.startswith("?")
        and sum(c.isalnum() for c in key) >= MOVED_LENGTH
        and key not in ("yes", "no")
    )


def kind_of(spec: FieldSpec, keyed: str, keyed_key: str, reference_key: str, *, amount_agrees: bool) -> str:
    """The kind of a value that is wrong in itself, neither moved nor missing.

    Args:
        keyed: the keyed text as it was written.
        keyed_key, reference_key: both values normalised.
        amount_agrees: for a frequency, whether its amount was keyed right.
    """
    if spec.type == "frequency" and amount_agrees:
        return "wrong_frequency"
    if spec.rule in AMOUNT_RULES and _power_of_ten(keyed_key, reference_key):
        return "decimal_shift"
    if _transposed(spec, keyed, keyed_key, reference_key):
        return "transposed"
    if spec.type in ("code", "frequency", "checkbox") or spec.rule in CODE_RULES - {"suffix"}:
        return "wrong_code"
    return "wrong_value"


def _power_of_ten(keyed: str, reference: str) -> bool:
    try:
        one, other = Decimal(keyed), Decimal(reference)
    except InvalidOperation:
        return False
    if not one or not other:
        return False
    ratio = (one / other).normalize()
    return ratio.as_tuple().digits == (1,) and not ratio.is_signed() and ratio != 1


def _transposed(spec: FieldSpec, keyed: str, keyed_key: str, reference_key: str) -> bool:
    if spec.rule in BOX_RULES:
        return False
    if spec.rule == "date":
        return _date_transposed(keyed, keyed_key, reference_key)
    return is_swap(keyed_key.lstrip("?"), reference_key.lstrip("?"))


def is_swap(one: str, other: str) -> bool:
    """Whether two neighbouring characters changed places and nothing else differs."""
    return len(one) == len(other) and OSA.distance(one, other) == 1 and Levenshtein.distance(one, other) == 2


def _date_transposed(keyed: str, keyed_key: str, reference_key: str) -> bool:
    """A swap in either usual order of the digits, or month and day in each other's place."""
    if reference_key.startswith("?"):
        return is_swap(keyed_key.lstrip("?"), reference_key.lstrip("?"))
    if swapped_day_and_month(
        keyed if keyed_key.startswith("?") else keyed_key, date.fromisoformat(reference_key)
    ):
        return True
    right = reference_key.replace("-", "")
    if keyed_key.startswith("?"):
        typed = "".join(re.findall("[0-9]+", keyed))
        return is_swap(typed, right) or is_swap(typed, right[4:] + right[:4])
    typed = keyed_key.replace("-", "")
    return is_swap(typed, right) or is_swap(typed[4:] + typed[:4], right[4:] + right[:4])


def characters_of(spec: FieldSpec, keyed_key: str, reference_key: str) -> tuple[str, str]:
    """Both values as characters that were typed; of dates the digits, in the order nearer to the keyed."""
    typed, right = keyed_key.lstrip("?"), reference_key.lstrip("?")
    if spec.rule != "date":
        return typed, right
    typed, right = re.sub("[^0-9]", "", typed), re.sub("[^0-9]", "", right)
    if keyed_key.startswith("?") and not reference_key.startswith("?"):
        other = right[4:] + right[:4]
        right = min((right, other), key=lambda digits: Levenshtein.distance(typed, digits))
    return typed, right


def slip_of(keyed: str, reference: str) -> str | None:
    """The slip of the hand behind a wrong value, where one single slip explains it."""
    edits = list(Levenshtein.editops(reference, keyed))
    if len(edits) != 1:
        return None
    edit = edits[0]
    place = edit.dest_pos
    if edit.tag == "delete":
        return "dropped"
    typed = keyed[place]
    if edit.tag == "insert":
        beside = (
            keyed[max(0, edit.dest_pos - 1) : edit.dest_pos] + keyed[edit.dest_pos + 1 : edit.dest_pos + 2]
        )
        return "doubled" if typed in beside else "inserted"
    return "adjacent_key" if (typed.lower(), reference[edit.src_pos].lower()) in _ADJACENT else "substitution"
