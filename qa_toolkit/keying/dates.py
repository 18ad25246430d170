"""Dates that were mistyped: how alike they look, and month and day in each other's place."""

from __future__ import annotations

import re
from datetime import date


def date_shape(key: str) -> str:
    """The digits of a text that is no date, in the order of a date; only for telling how alike members are.

    ``?14/07/1986`` becomes 1986-14-07, which no comparison of values ever sees.
    """
    numbers = re.findall("[0-9]+", key)
    if not key.startswith("?") or len(numbers) != 3:
        return key
    year, month, day = numbers if len(numbers[0]) > 2 else (numbers[2], numbers[0], numbers[1])
    return f"{year:0>4}-{month:0>2}-{day:0>2}"


def swapped_day_and_month(keyed: str, reference: date) -> bool:
    """Whether a text names the reference day with month and day in each other's place, in any spelling."""
    if reference.day == reference.month:
        return False
    numbers = re.findall("[0-9]+", keyed)
    if len(numbers) == 1 and len(numbers[0]) == 8:
        whole = numbers[0]
        numbers = [whole[:4], whole[4:6], whole[6:]] if whole.startswith(f"{reference.year:04}") else [
            whole[:2], whole[2:4], whole[4:]
        ]  # fmt: skip
    if len(numbers) != 3:
        return False
    first, second, third = (int(number) for number in numbers)
    swapped = (reference.day, reference.month)
    if len(numbers[0]) == 4:
        return first == reference.year and (second, third) == swapped
    return third == reference.year and (first, second) == swapped
