"""The tables of MIL-STD-105E (10 May 1989, a work of the United States government, distribution unlimited).

Letters (table I) and master tables for single (II), double (III) and multiple sampling (IV), made from their
own regularity: with letters and AQLs numbered along their preferred series, the numbers depend on their sum
alone.
``docs/statistics.md`` says which cells were checked against what.
"""

from __future__ import annotations

from typing import Final, Literal

from qa_toolkit.errors import UsageError

Level = Literal["I", "II", "III"]
Inspection = Literal["normal", "tightened", "reduced"]
Sampling = Literal["single", "double", "multiple"]
Numbers = tuple[int | None, int]
"""Acceptance and rejection number; None where the first samples cannot accept."""

LETTERS: Final = "ABCDEFGHJKLMNPQR"
AQLS: Final = (
    0.010, 0.015, 0.025, 0.040, 0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5,
    10.0, 15.0, 25.0, 40.0, 65.0, 100.0, 150.0, 250.0, 400.0, 650.0, 1000.0,
)  # fmt: skip
LOT_LIMITS: Final = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10000, 35000, 150000, 500000)
LEVELS: Final = {"I": "AABCCDEFGHJKLMN", "II": "ABCDEFGHJKLMNPQ", "III": "BCDEFGHJKLMNPQR"}

_SIZES: Final = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150)
"""The preferred series; the last is letter S, which only tightened inspection has, and only at AQL 0.025."""
_S_ROW: Final = 16

_SINGLE: Final[dict[Inspection, dict[int, tuple[int, int]]]] = {
    "normal": {14: (0, 1), 17: (1, 2), 18: (2, 3), 19: (3, 4), 20: (5, 6), 21: (7, 8), 22: (10, 11),
               23: (14, 15),
               24: (21, 22), 25: (30, 31), 26: (44, 45)},
    "tightened": {15: (0, 1), 18: (1, 2), 19: (2, 3), 20: (3, 4), 21: (5, 6), 22: (8, 9), 23: (12, 13),
                  24: (18, 19),
                  25: (27, 28), 26: (41, 42)},
    "reduced": {14: (0, 1), 17: (0, 2), 18: (1, 3), 19: (1, 4), 20: (2, 5), 21: (3, 6), 22: (5, 8),
                23: (7, 10),
                24: (10, 13), 25: (14, 17), 26: (21, 24)},
}  # fmt: skip
_DOUBLE: Final[dict[Inspection, dict[int, tuple[Numbers, ...]]]] = {
    "normal": {17: ((0, 2), (1, 2)), 18: ((0, 3), (3, 4)), 19: ((1, 4), (4, 5)), 20: ((2, 5), (6, 7)),
               21: ((3, 7), (8, 9)), 22: ((5, 9), (12, 13)), 23: ((7, 11), (18, 19)),
               24: ((11, 16), (26, 27)),
               25: ((17, 22), (37, 38)), 26: ((25, 31), (56, 57))},
    "tightened": {18: ((0, 2), (1, 2)), 19: ((0, 3), (3, 4)), 20: ((1, 4), (4, 5)), 21: ((2, 5), (6, 7)),
                  22: ((3, 7), (11, 12)), 23: ((6, 10), (15, 16)), 24: ((9, 14), (23, 24)),
                  25: ((15, 20), (34, 35)),
                  26: ((23, 29), (52, 53))},
    "reduced": {17: ((0, 2), (0, 2)), 18: ((0, 3), (0, 4)), 19: ((0, 4), (1, 5)), 20: ((0, 4), (3, 6)),
                21: ((1, 5), (4, 7)), 22: ((2, 7), (6, 9)), 23: ((3, 8), (8, 12)), 24: ((5, 10), (12, 16)),
                25: ((7, 12), (18, 22)), 26: ((11, 17), (26, 30))},
}  # fmt: skip
_SEVEN: Final[dict[int, tuple[Numbers, ...]]] = {
    1: ((None, 2), (None, 2), (0, 2), (0, 3), (1, 3), (1, 3), (2, 3)),
    2: ((None, 2), (0, 3), (0, 3), (1, 4), (2, 4), (3, 5), (4, 5)),
    3: ((None, 3), (0, 3), (1, 4), (2, 5), (3, 6), (4, 6), (6, 7)),
    5: ((None, 4), (1, 5), (2, 6), (3, 7), (5, 8), (7, 9), (9, 10)),
    7: ((0, 4), (1, 6), (3, 8), (5, 10), (7, 11), (10, 12), (13, 14)),
    8: ((0, 4), (2, 7), (4, 9), (6, 11), (9, 12), (12, 14), (14, 15)),
    10: ((0, 5), (3, 8), (6, 10), (8, 13), (11, 15), (14, 17), (18, 19)),
    12: ((0, 6), (3, 9), (7, 12), (10, 15), (14, 17), (18, 20), (21, 22)),
    14: ((1, 7), (4, 10), (8, 13), (12, 17), (17, 20), (21, 23), (25, 26)),
    18: ((1, 8), (6, 12), (11, 17), (16, 22), (22, 25), (27, 29), (32, 33)),
    21: ((2, 9), (7, 14), (13, 19), (19, 25), (25, 29), (31, 33), (37, 38)),
}
"""Seven samples by the acceptance number of the single plan."""

_UP: Final[dict[Inspection, frozenset[int]]] = {
    "normal": frozenset({15}),
    "tightened": frozenset(),
    "reduced": frozenset({15}),
}
_LAST_REGULAR: Final = 24
_WIDE_ROWS: Final = 5
"""Only the first letters have plans that accept more than 21 (18 tightened, 10 reduced)."""


def cell(row: int, column: int, inspection: Inspection) -> tuple[int, int]:
    """Row and class (the sum of the two numbers) after following the arrows of the table.

    Raises:
        UsageError: the table has no plan there.
    """
    found = _follow(row, column, inspection, 0)
    if found is None:
        raise UsageError(
            "the table has no plan for this letter and AQL",
            None,
            "take a larger lot, or another AQL or level",
        )
    return found


def _follow(row: int, column: int, inspection: Inspection, step: int) -> tuple[int, int] | None:
    """An arrow points one way until a plan is met; where none is below, the table points up."""
    if not 0 <= row <= _last_row(column, inspection):
        return None
    place = row + column
    if _has_plan(row, place, inspection):
        return row, place
    if step:
        return _follow(row + step, column, inspection, step)
    if place in _UP[inspection] or place > _LAST_REGULAR:
        return _follow(row - 1, column, inspection, -1)
    return _follow(row + 1, column, inspection, 1) or _follow(row - 1, column, inspection, -1)


def _last_row(column: int, inspection: Inspection) -> int:
    return _S_ROW if inspection == "tightened" and AQLS[column] == 0.025 else len(LETTERS) - 1


def _has_plan(row: int, place: int, inspection: Inspection) -> bool:
    if place not in _SINGLE[inspection]:
        return False
    if inspection == "tightened" and (row, place) == (0, 15):
        return False
    return place <= _LAST_REGULAR or row < _WIDE_ROWS


def single_numbers(place: int, inspection: Inspection) -> tuple[int, int]:
    """Acceptance and rejection number of the single plan of a class."""
    return _SINGLE[inspection][place]


def letter_of(row: int) -> str:
    """The letter of a row; S comes after R."""
    return (LETTERS + "S")[row]


def stages_of(
    row: int, place: int, inspection: Inspection, sampling: Sampling
) -> tuple[Sampling, list[tuple[int, Numbers]]]:
    """Sampling that is used, and size and numbers of each sample, cumulative.

    Where a table of several samples points to the single plan (acceptance number 0, the first letters), that
    is used.

    Raises:
        UsageError: the table has no such plan, or this module does not have it.
    """
    if inspection == "reduced" and row < 2 and place > 16 + row:
        what = f"the reduced plans of letter {letter_of(row)} for so many faults are not there"
        raise UsageError(what, None, "inspect as normal")
    numbers = single_numbers(place, inspection)
    if sampling == "double" and place in _DOUBLE[inspection]:
        back = 3 if inspection == "reduced" else 1
        if row >= back:
            return "double", [(_SIZES[row - back], each) for each in _DOUBLE[inspection][place]]
    if sampling == "multiple" and numbers[0] > 0 and row >= 3:
        if inspection == "reduced" or numbers[0] not in _SEVEN:
            raise UsageError("there is no multiple plan here", None, "take --sampling double")
        return "multiple", [(_SIZES[row - 3], each) for each in _SEVEN[numbers[0]]]
    size = _SIZES[max(0, row - 2)] if inspection == "reduced" else _SIZES[row]
    return "single", [(size, numbers)]
