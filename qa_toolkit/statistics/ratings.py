"""Tables of ratings as arrays: the distinct rows of a table and how often each occurs.

Every figure of agreement depends on the rows alone, not on their order, so a thousand interactions rated yes
or no by two people are four rows with their numbers.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.errors import UsageError

Ratings = Sequence[Sequence[Hashable | None]]
Floats = NDArray[np.float64]
Weighting = NDArray[Any]
"""How often each distinct row counts: one line a resample; complex while a derivative is taken."""

MISSING = -1


@dataclass(frozen=True, eq=False)
class Patterns:
    """The distinct rows of a table of ratings.

    Attributes:
        codes: distinct rows x raters; the position of the category, :data:`MISSING` without a rating.
        times: how many units have that row.
        categories: in order.
        values: where each category lies: its number, or 1, 2, 3 … where categories are not numbers.
        numeric: whether the categories are numbers.
    """

    codes: NDArray[np.int64]
    times: Floats
    categories: tuple[Hashable, ...]
    values: Floats
    numeric: bool

    @cached_property
    def counts(self) -> Floats:
        """Distinct rows x categories: how many raters chose the category."""
        counts = np.zeros((len(self.codes), len(self.categories)))
        for column in self.codes.T:
            given = column != MISSING
            counts[np.flatnonzero(given), column[given]] += 1
        return counts

    @property
    def ratings_per_unit(self) -> Floats:
        """Ratings of each distinct row."""
        return cast("Floats", (self.codes != MISSING).sum(axis=1).astype(float))

    @property
    def units(self) -> int:
        """Units with a rating."""
        return int(self.times.sum())

    def having(self, ratings: int) -> Patterns:
        """Only the rows with at least that many ratings."""
        keep = self.ratings_per_unit >= ratings
        return Patterns(self.codes[keep], self.times[keep], self.categories, self.values, self.numeric)

    def varies(self) -> bool:
        """Whether more than one category was used."""
        return len(np.unique(self.codes[self.codes != MISSING])) > 1

    def prevalence(self) -> dict[Hashable, float]:
        """Share of all ratings that each category has, in the order of the categories."""
        given = self.codes != MISSING
        times = np.broadcast_to(self.times[:, None], self.codes.shape)[given]
        totals = np.bincount(self.codes[given], weights=times, minlength=len(self.categories))
        whole = float(totals.sum())
        return {
            category: float(total) / whole
            for category, total in zip(self.categories, totals, strict=True)
            if whole
        }


def is_number(value: object) -> bool:
    """Whether a category is a number; true and false are answers, not numbers."""
    return isinstance(value, Real) and not isinstance(value, bool)


def category_order(used: Sequence[Hashable], given: Sequence[Hashable] | None = None) -> tuple[Hashable, ...]:
    """The categories in order: numbers by size, else as given, else by their text.

    Args:
        used: the categories that occur.
        given: every category there could have been; those that nobody used count, too.

    Raises:
        UsageError: a category that occurs is not among the given ones, or one is given twice.
    """
    if given is not None:
        for value in used:
            if value not in given:
                raise UsageError(f"the rating {value!r} is not a category", None, "name every category")
        if len(set(given)) != len(given):
            raise UsageError("a category is named twice", None, "name each category once")
    known = tuple(used if given is None else given)
    if all(is_number(value) for value in known):
        return tuple(sorted(known, key=lambda value: float(cast("Any", value))))
    return tuple(known if given is not None else sorted(known, key=lambda v: (type(v).__name__, str(v))))


def patterns(ratings: Ratings, categories: Sequence[Hashable] | None = None) -> Patterns:
    """The distinct rows of a table of ratings; units without a rating are left out.

    Raises:
        UsageError: rows differ in length, a rating is NaN, or is not one of ``categories``.
    """
    rows = checked_rows(ratings)
    used = tuple(dict.fromkeys(value for row in rows for value in row if value is not None))
    ordered = category_order(used, categories)
    position = {value: index for index, value in enumerate(ordered)}
    raters = len(rows[0]) if rows else 0
    codes = np.array(
        [[MISSING if value is None else position[value] for value in row] for row in rows], dtype=np.int64
    ).reshape(len(rows), raters)
    distinct, times = np.unique(codes, axis=0, return_counts=True)
    numeric = bool(ordered) and all(is_number(value) for value in ordered)
    values = [float(cast("Any", v)) for v in ordered] if numeric else list(range(1, len(ordered) + 1))
    return Patterns(distinct, times.astype(float), ordered, np.array(values, dtype=float), numeric)


def checked_rows(ratings: Ratings) -> list[tuple[Hashable | None, ...]]:
    """The rows with at least one rating.

    Raises:
        UsageError: rows differ in length, or a rating is NaN or infinite.
    """
    rows = [tuple(row) for row in ratings]
    if len(Counter(map(len, rows))) > 1:
        raise UsageError(
            "the rows of the ratings differ in length", None, "give one column a rater, None where missing"
        )
    if any(isinstance(value, float) and not math.isfinite(value) for row in rows for value in row):
        raise UsageError("a rating is not a number", None, "use None for a missing rating")
    return [row for row in rows if any(value is not None for value in row)]
