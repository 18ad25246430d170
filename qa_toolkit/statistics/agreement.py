"""Agreement between raters: how often they agree, and how much of it is more than chance.

Ratings are a table: one row a unit (an evaluated interaction), one column a rater, None where a rater did not
rate. Categories may be anything that can be compared for equality; ``na`` is a category like any other.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.intervals import BOOTSTRAP_SEED, cluster_bootstrap

Ratings = Sequence[Sequence[Hashable | None]]
IntervalMethod = Literal["bootstrap", "asymptotic"]

FEW_UNITS = 20
"""Below this number of units an interval is printed with the warning that it rests on too few."""

_Row = tuple[Hashable | None, ...]
_NO_PAIRS = "no unit has two ratings"
_NO_VARIATION = "every rating is the same, so agreement beyond chance cannot be told"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient of agreement with its interval.

    Attributes:
        estimate: None where it is not defined; ``reason`` says why.
        low, high: limits; None where they are not defined.
        units: units with at least two ratings.
        observed: share of agreeing pairs.
        expected: share expected by chance; None for percent agreement.
        standard_error: of the large-sample formula, whatever the interval.
        prevalence: share of all ratings that each category has.
        warnings: what a reader must know, such as too few units.
    """

    name: str
    estimate: float | None
    low: float | None = None
    high: float | None = None
    units: int = 0
    raters: int = 0
    observed: float | None = None
    expected: float | None = None
    standard_error: float | None = None
    interval: IntervalMethod = "bootstrap"
    confidence: float = 0.95
    prevalence: Mapping[Hashable, float] = field(default_factory=dict)
    reason: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Options:
    interval: IntervalMethod
    confidence: float
    seed: int
    resamples: int


@dataclass(frozen=True, slots=True)
class _Estimate:
    value: float | None
    observed: float | None = None
    expected: float | None = None
    standard_error: float | None = None
    reason: str | None = None


def percent_agreement(
    ratings: Ratings,
    *,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Mean, over the units with two ratings or more, of the share of pairs of ratings that agree.

    Missing ratings are allowed. Without a unit that has two ratings it is None with the reason. It is defined
    without variation, too.
    """
    return _agreement("percent_agreement", _percent, ratings, _Options(interval, confidence, seed, resamples))


def cohen_kappa(
    ratings: Ratings,
    *,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Cohen's kappa of two raters (Cohen, 1960) over the units both rated.

    The standard error is that of Fleiss, Cohen and Everitt (1969). Kappa falls towards 0 when one answer
    prevails, however well the raters agree; read it beside ``gwet_ac1`` and the prevalence. When both raters
    gave one and the same answer throughout it is None with the reason.

    Raises:
        UsageError: there are not two raters.
    """
    if any(len(row) != 2 for row in ratings):
        raise UsageError("Cohen's kappa is for two raters", None, "use gwet_ac1 for more of them")
    return _agreement("cohen_kappa", _kappa, ratings, _Options(interval, confidence, seed, resamples))


def gwet_ac1(
    ratings: Ratings,
    *,
    categories: Sequence[Hashable] | None = None,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Gwet's AC1 (Gwet, 2008; missing ratings as in Gwet, 2014), for any number of raters.

    Units with a single rating count for the prevalence of the categories, not for the agreement. The standard
    error is Gwet's, for units drawn from many and raters as they are. Without variation it is None with the
    reason.

    Args:
        ratings: the table of ratings.
        categories: every answer that could have been given; by default those that were.
    """
    possible = tuple(categories) if categories is not None else _categories(ratings)
    if len(_categories(ratings)) < 2:
        return _agreement(
            "gwet_ac1", _ac1_undefined, ratings, _Options(interval, confidence, seed, resamples)
        )

    # A resample without variation is full agreement here: chance is judged over all possible answers.
    def estimate(rows: Sequence[_Row]) -> _Estimate:
        return _ac1(rows, possible)

    return _agreement("gwet_ac1", estimate, ratings, _Options(interval, confidence, seed, resamples))


def _agreement(
    name: str,
    estimate: Callable[[Sequence[_Row]], _Estimate],
    ratings: Ratings,
    options: _Options,
) -> Agreement:
    rows = _checked(ratings)
    found = estimate(rows)
    units = sum(1 for row in rows if _given(row) >= 2)
    low, high, warnings = None, None, []
    if found.value is not None:
        if options.interval == "bootstrap":
            drawn = cluster_bootstrap(
                rows,
                lambda drawn_rows: estimate(drawn_rows).value,
                seed=options.seed,
                resamples=options.resamples,
                confidence=options.confidence,
            )
            low, high = drawn.low, drawn.high
            warnings += [f"no interval: {drawn.reason}"] if drawn.reason else []
        else:
            low, high = _t_limits(found, len(rows), options.confidence)
        if units < FEW_UNITS:
            warnings.append(f"{units} units are too few for a reliable interval")
    return Agreement(
        name=name,
        estimate=found.value,
        low=low,
        high=high,
        units=units,
        raters=max((len(row) for row in rows), default=0),
        observed=found.observed,
        expected=found.expected,
        standard_error=found.standard_error,
        interval=options.interval,
        confidence=options.confidence,
        prevalence=_prevalence(rows),
        reason=found.reason,
        warnings=tuple(warnings),
    )


def _t_limits(found: _Estimate, n: int, confidence: float) -> tuple[float | None, float | None]:
    if found.value is None or found.standard_error is None or n < 2:
        return None, None
    half = float(stats.t.ppf(0.5 + confidence / 2, n - 1)) * found.standard_error
    return max(-1.0, found.value - half), min(1.0, found.value + half)


def _checked(ratings: Ratings) -> list[_Row]:
    rows = [tuple(row) for row in ratings]
    if len({len(row) for row in rows}) > 1:
        raise UsageError(
            "the rows of the ratings differ in length", None, "give one column a rater, None where missing"
        )
    if any(isinstance(value, float) and math.isnan(value) for row in rows for value in row):
        raise UsageError("a rating is not a number", None, "use None for a missing rating")
    return [row for row in rows if _given(row)]


def _given(row: Sequence[Hashable | None]) -> int:
    return sum(value is not None for value in row)


def _categories(ratings: Ratings) -> tuple[Hashable, ...]:
    return tuple(dict.fromkeys(value for row in ratings for value in row if value is not None))


def _prevalence(rows: Sequence[_Row]) -> dict[Hashable, float]:
    counts = Counter(value for row in rows for value in row if value is not None)
    total = counts.total()
    return {value: count / total for value, count in counts.most_common()}


def _counts(rows: Sequence[_Row], categories: Sequence[Hashable]) -> NDArray[np.float64]:
    """How many raters put each unit (row) into each category (column)."""
    column = {value: index for index, value in enumerate(categories)}
    counts = np.zeros((len(rows), len(categories)))
    for index, row in enumerate(rows):
        for value in row:
            if value is not None:
                if value not in column:
                    raise UsageError(f"the rating {value!r} is not a category", None, "name every category")
                counts[index, column[value]] += 1
    return counts


def _pair_shares(counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The share of agreeing pairs of every unit (0 where there are no pairs), and where there are pairs."""
    raters = counts.sum(axis=1)
    paired = raters >= 2
    pairs = np.where(paired, raters * (raters - 1), 1.0)
    return (counts * (counts - 1)).sum(axis=1) / pairs * paired, paired


def _percent(rows: Sequence[_Row]) -> _Estimate:
    shares, paired = _pair_shares(_counts(rows, _categories(rows)))
    shares = shares[paired]
    if not shares.size:
        return _Estimate(None, reason=_NO_PAIRS)
    observed = float(shares.mean())
    error = float(shares.std(ddof=1) / np.sqrt(shares.size)) if shares.size > 1 else None
    return _Estimate(observed, observed, None, error)


def _kappa(rows: Sequence[_Row]) -> _Estimate:
    both = [row for row in rows if _given(row) == 2]
    if not both:
        return _Estimate(None, reason=_NO_PAIRS)
    categories = _categories(both)
    column = {value: index for index, value in enumerate(categories)}
    table = np.zeros((len(categories), len(categories)))
    for first, second in both:
        table[column[first], column[second]] += 1
    table /= len(both)
    rows_total, columns_total = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float(np.trace(table)), float(rows_total @ columns_total)
    if len(categories) == 1:
        return _Estimate(None, observed, expected, reason=_NO_VARIATION)
    kappa = (observed - expected) / (1 - expected)
    return _Estimate(kappa, observed, expected, _kappa_error(table, kappa, expected, len(both)))


def _kappa_error(table: NDArray[np.float64], kappa: float, expected: float, n: int) -> float:
    """Fleiss, Cohen and Everitt (1969), equation 13."""
    rows_total, columns_total = table.sum(axis=1), table.sum(axis=0)
    margins = rows_total[None, :] + columns_total[:, None]
    diagonal = np.diag(table)
    on = float(diagonal @ (1 - (rows_total + columns_total) * (1 - kappa)) ** 2)
    squares = table * margins**2
    off = (1 - kappa) ** 2 * float(squares.sum() - np.trace(squares))
    rest = (kappa - expected * (1 - kappa)) ** 2
    return float(np.sqrt(max(0.0, on + off - rest) / n) / (1 - expected))


def _ac1_undefined(rows: Sequence[_Row]) -> _Estimate:
    observed = _percent(rows).observed
    return _Estimate(None, observed, reason=_NO_PAIRS if observed is None else _NO_VARIATION)


def _ac1(rows: Sequence[_Row], categories: Sequence[Hashable]) -> _Estimate:
    counts = _counts(rows, categories)
    shares, paired = _pair_shares(counts)
    n, n_paired = len(rows), int(paired.sum())
    if not n_paired:
        return _Estimate(None, reason=_NO_PAIRS)
    observed = float(shares.sum() / n_paired)
    spread = counts / counts.sum(axis=1, keepdims=True)
    prevalence = spread.mean(axis=0)
    chance = len(categories) - 1
    expected = float((prevalence * (1 - prevalence)).sum() / chance)
    value = (observed - expected) / (1 - expected)
    by_unit = n / n_paired * (shares - expected * paired) / (1 - expected)
    expected_by_unit = (spread * (1 - prevalence)).sum(axis=1) / chance
    by_unit = by_unit - 2 * (1 - value) * (expected_by_unit - expected) / (1 - expected)
    error = float(np.sqrt(((by_unit - value) ** 2).sum() / (n * (n - 1)))) if n > 1 else None
    return _Estimate(value, observed, expected, error)
