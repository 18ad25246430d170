"""The formulas of the coefficients of agreement, for many weightings of the same rows at once.

Each function takes the weightings (one line a resample, one column a distinct row of ratings) and gives one
figure a line; NaN, inside this package only, where a figure is undefined. They use analytic operations alone,
so that a complex step gives exact derivatives (Squire and Trapp, 1998).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.ratings import MISSING, Floats, Patterns, Weighting

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Column = NDArray[Any]

_NEARLY_NOTHING = 1e-12


class Figures(NamedTuple):
    """A coefficient with the agreement that was seen and that is expected by chance."""

    value: Column
    observed: Column | None = None
    expected: Column | None = None


Coefficient = Callable[[Weighting], Figures]
Chance = Callable[[Weighting], Column]


def divided(above: Column, below: Column) -> Column:
    """The ratio; NaN where the denominator is 0."""
    nothing = np.abs(below) < _NEARLY_NOTHING
    return np.where(nothing, np.nan, above / np.where(nothing, 1.0, below))


def _quadratic_form(left: Column, matrix: Floats, right: Column) -> Column:
    form: Column = ((left @ matrix) * right).sum(axis=1)
    return form


def observed_agreement(rows: Patterns, weights: Floats) -> Chance:
    """Mean share of agreeing pairs, over the units with two ratings."""
    ratings = rows.ratings_per_unit
    paired = (ratings >= 2).astype(float)
    pairs = np.where(paired > 0, ratings * (ratings - 1), 1.0)
    shares = (rows.counts * (rows.counts @ weights.T - 1)).sum(axis=1) / pairs * paired

    def mean(weighting: Weighting) -> Column:
        return divided(weighting @ shares, weighting @ paired)

    return mean


def percent(rows: Patterns) -> Coefficient:
    """The agreement that was seen, for any number of categories. Every row has two ratings."""
    ratings = rows.ratings_per_unit
    ordered = np.sort(rows.codes, axis=1)
    agreeing = np.zeros(len(ordered))
    for apart in range(1, ordered.shape[1]):
        same = (ordered[:, apart:] == ordered[:, :-apart]) & (ordered[:, apart:] != MISSING)
        agreeing += 2 * same.sum(axis=1)
    shares = agreeing / (ratings * (ratings - 1))

    def figures(weighting: Weighting) -> Figures:
        observed = divided(weighting @ shares, weighting.sum(axis=1))
        return Figures(observed, observed)

    return figures


def corrected(rows: Patterns, weights: Floats, chance: Chance) -> Coefficient:
    """Agreement beyond chance: (observed - expected) / (1 - expected)."""
    seen = observed_agreement(rows, weights)

    def figures(weighting: Weighting) -> Figures:
        observed, expected = seen(weighting), chance(weighting)
        return Figures(divided(observed - expected, 1 - expected), observed, expected)

    return figures


def _prevalence(rows: Patterns) -> Chance:
    spread = rows.counts / rows.ratings_per_unit[:, None]

    def mean(weighting: Weighting) -> Column:
        return divided(weighting @ spread, weighting.sum(axis=1)[:, None])

    return mean


def chance_fleiss(rows: Patterns, weights: Floats) -> Chance:
    """Two ratings drawn from all ratings (Scott, 1955; Fleiss, 1971; missing ratings as in Gwet, 2014)."""
    prevalence = _prevalence(rows)

    def expected(weighting: Weighting) -> Column:
        share = prevalence(weighting)
        return _quadratic_form(share, weights, share)

    return expected


def chance_gwet(rows: Patterns, weights: Floats) -> Chance:
    """Gwet (2008): the more a category prevails, the less of it is chance."""
    prevalence = _prevalence(rows)
    categories = len(rows.categories)
    scale = float(weights.sum()) / (categories * (categories - 1))

    def expected(weighting: Weighting) -> Column:
        share = prevalence(weighting)
        chance: Column = scale * (share * (1 - share)).sum(axis=1)
        return chance

    return expected


def chance_uniform(rows: Patterns, weights: Floats) -> Chance:
    """All categories alike (Brennan and Prediger, 1981)."""
    share = float(weights.sum()) / len(rows.categories) ** 2

    def expected(weighting: Weighting) -> Column:
        return np.full(len(weighting), share)

    return expected


def _rater_shares(rows: Patterns, rater: int) -> tuple[Floats, Floats]:
    """Which category the rater chose in each row, and whether there is a rating."""
    given = rows.codes[:, rater] != MISSING
    chosen = np.zeros_like(rows.counts)
    chosen[np.flatnonzero(given), rows.codes[given, rater]] = 1.0
    return chosen, given.astype(float)


def chance_conger(rows: Patterns, weights: Floats) -> Chance:
    """A rating from each of two raters with habits of their own, over all pairs of raters (Conger, 1980)."""
    raters = [_rater_shares(rows, rater) for rater in range(rows.codes.shape[1])]

    def expected(weighting: Weighting) -> Column:
        whole: Column = np.zeros((len(weighting), len(rows.categories)))
        alone: Column = np.zeros(len(weighting))
        present: Column = np.zeros(len(weighting))
        for chosen, given in raters:
            rated = weighting @ given
            share = np.nan_to_num(divided(weighting @ chosen, rated[:, None]), nan=0.0)
            whole = whole + share
            alone = alone + _quadratic_form(share, weights, share)
            present = present + (rated.real > 0)
        return divided(_quadratic_form(whole, weights, whole) - alone, present * (present - 1))

    return expected


def two_raters(rows: Patterns, weights: Floats) -> Coefficient:
    """Cohen's kappa (1960, weighted 1968); the weights need not be symmetric. Both raters rated every row."""
    seen = weights[rows.codes[:, 0], rows.codes[:, 1]]
    (first, _), (second, _) = _rater_shares(rows, 0), _rater_shares(rows, 1)

    def figures(weighting: Weighting) -> Figures:
        n = weighting.sum(axis=1)
        observed = divided(weighting @ seen, n)
        expected = divided(_quadratic_form(weighting @ first, weights, weighting @ second), n * n)
        return Figures(divided(observed - expected, 1 - expected), observed, expected)

    return figures


def krippendorff(rows: Patterns, level: Level) -> Coefficient:
    """Alpha = 1 - observed / expected disagreement (Krippendorff, 2004), over the rows with two ratings."""
    if level == "ordinal":
        return _alpha_of_ranks(rows)
    if level == "interval":
        return _alpha_of_values(rows)
    return _alpha_of_metric(rows, _metric(rows, level))


def _alpha(observed: Column, expected: Column, largest: Column | float) -> Figures:
    """Alpha, and both disagreements as agreements: shares of the largest distance there is, less from 1."""
    value = 1 - divided(observed, expected)
    scale = np.asarray(largest) + 0 * observed
    return Figures(value, 1 - divided(observed, scale), 1 - divided(expected, scale))


def _metric(rows: Patterns, level: Level) -> Floats:
    values = rows.values
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    below = values[:, None] + values[None, :]
    if (values < 0).any():
        raise UsageError("the ratio level needs values of 0 or more", None, "use the interval level")
    metric: Floats = ((values[:, None] - values[None, :]) / np.where(below == 0, 1.0, below)) ** 2
    return metric


def _alpha_of_metric(rows: Patterns, metric: Floats) -> Coefficient:
    ratings = rows.ratings_per_unit
    apart = ((rows.counts @ metric) * rows.counts).sum(axis=1) / (ratings - 1)

    def figures(weighting: Weighting) -> Figures:
        used = weighting @ rows.counts
        n = weighting @ ratings
        observed = divided(weighting @ apart, n)
        expected = divided(_quadratic_form(used, metric, used), n * (n - 1))
        return _alpha(observed, expected, float(metric.max()))

    return figures


def _alpha_of_ranks(rows: Patterns) -> Coefficient:
    """The ordinal metric: squared distances between the mean ranks of the categories."""
    ratings = rows.ratings_per_unit

    def figures(weighting: Weighting) -> Figures:
        used = weighting @ rows.counts
        n = weighting @ ratings
        places = np.cumsum(used, axis=1) - used / 2
        squares, sums = places**2 @ rows.counts.T, places @ rows.counts.T
        observed = divided((weighting * 2 * (ratings * squares - sums**2) / (ratings - 1)).sum(axis=1), n)
        total = n * (used * places**2).sum(axis=1) - (used * places).sum(axis=1) ** 2
        return _alpha(observed, divided(2 * total, n * (n - 1)), (places[:, -1] - places[:, 0]) ** 2)

    return figures


def _alpha_of_values(rows: Patterns) -> Coefficient:
    """The interval metric: squared distances between the values, for any number of them."""
    ratings = rows.ratings_per_unit
    # Alpha does not depend on where the values start or on their unit; rounding does.
    places = (rows.values - rows.values.mean()) / (np.ptp(rows.values) or 1.0)
    each = np.where(rows.codes == MISSING, 0.0, places[rows.codes])
    sums, squares = each.sum(axis=1), (each**2).sum(axis=1)
    apart = 2 * (ratings * squares - sums**2) / (ratings - 1)

    def figures(weighting: Weighting) -> Figures:
        n = weighting @ ratings
        observed = divided(weighting @ apart, n)
        total = n * (weighting @ squares) - (weighting @ sums) ** 2
        return _alpha(observed, divided(2 * total, n * (n - 1)), 1.0)

    return figures
