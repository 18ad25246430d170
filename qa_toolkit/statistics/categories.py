"""Which category the raters disagree on, and whether agreement could be chance alone."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Literal

from qa_toolkit.statistics.agreement import Agreement, fleiss_kappa
from qa_toolkit.statistics.ratings import Ratings, patterns


def category_kappas(ratings: Ratings) -> dict[Hashable, Agreement]:
    """Fleiss' kappa of each category against all the others (Fleiss, 1971), without intervals.

    A category whose kappa is far below the rest is the one to talk about in a calibration session.
    """
    rows = [tuple(row) for row in ratings]
    return {
        category: fleiss_kappa(
            [tuple(None if value is None else value == category for value in row) for row in rows],
            interval="asymptotic",
        )
        for category in patterns(rows).categories
    }


def fleiss_null_error(ratings: Ratings, *, formula: Literal["1979", "1971"] = "1979") -> float | None:
    """Standard error of Fleiss' kappa if raters guessed (Fleiss, Nee and Landis, 1979).

    None unless every unit has the same number of ratings, two or more, and the ratings vary.

    Args:
        formula: ``1971`` is that of Fleiss' first paper, which is too large; for comparison with old tables.
    """
    rows = patterns(ratings)
    per_unit = set(rows.ratings_per_unit.tolist())
    if len(per_unit) != 1 or min(per_unit) < 2 or not rows.varies():
        return None
    raters, shares = per_unit.pop(), list(rows.prevalence().values())
    spread = math.fsum(p * (1 - p) for p in shares)
    if formula == "1971":
        same = 1 - spread
        cubes = math.fsum(p**3 for p in shares)
        above = same - (2 * raters - 3) * same**2 + 2 * (raters - 2) * cubes
        return math.sqrt(max(0.0, 2 * above / (rows.units * raters * (raters - 1)))) / spread
    skew = math.fsum(p * (1 - p) * (1 - 2 * p) for p in shares)
    return math.sqrt(2 * (spread**2 - skew) / (rows.units * raters * (raters - 1))) / spread


def kappa_null_error(ratings: Ratings) -> float | None:
    """Standard error of Cohen's kappa if two raters guessed (Fleiss, Cohen and Everitt, 1969).

    None unless two raters rated a unit and their ratings vary.
    """
    both = patterns(ratings).having(2)
    if both.codes.shape[1] != 2 or not both.units or not both.varies():
        return None
    n = both.units
    first, second = [0.0] * len(both.categories), [0.0] * len(both.categories)
    for (a, b), times in zip(both.codes, both.times, strict=True):
        first[a] += times / n
        second[b] += times / n
    expected = math.fsum(p * q for p, q in zip(first, second, strict=True))
    cubes = math.fsum(p * q * (p + q) for p, q in zip(first, second, strict=True))
    if expected >= 1:
        return None
    return math.sqrt(max(0.0, expected + expected**2 - cubes) / n) / (1 - expected)
