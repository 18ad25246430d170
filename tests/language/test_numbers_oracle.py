"""Every spoken number means what a maintained library says it means."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_to_num import text2num

from qa_toolkit.language import normalise

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def english(number: int) -> str:
    """A number in English words."""
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            joiner = " and " if size == 100 else " "
            return f"{english(number // size)} {name}" + (f"{joiner}{english(rest)}" if rest else "")
    if number < 20:
        return _UNITS[number]
    return _TENS[number // 10] + (f"-{_UNITS[number % 10]}" if number % 10 else "")


@given(st.one_of(st.integers(0, 9999), st.integers(0, 10**9)))
@settings(max_examples=300, deadline=None)
def test_english_numbers(number: int) -> None:
    words = english(number)
    assert text2num(words.replace("-", " "), "en") == number
    assert normalise(words) == " ".join(str(number)) == normalise(f"{number:,}")


@pytest.mark.parametrize(
    "words",
    [
        "cero", "nueve", "quince", "veintidós", "treinta y cinco", "noventa y nueve", "cien", "ciento uno",
        "ciento veinte",
        "quinientos cincuenta y cinco", "setecientos siete", "mil", "mil uno", "dos mil diez",
        "mil novecientos ochenta y seis", "veintitrés mil", "cien mil doscientos", "novecientos mil",
        "un millón", "dos millones trescientos mil cuarenta y dos",
    ],
)  # fmt: skip
def test_spanish_numbers(words: str) -> None:
    assert normalise(words, "es") == " ".join(str(text2num(words, "es")))
