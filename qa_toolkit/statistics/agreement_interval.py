"""A coefficient of agreement out of weighted rows of ratings, with its interval or why there is none."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.coefficients import Coefficient, Column, Figures
from qa_toolkit.statistics.ratings import Patterns, Weighting
from qa_toolkit.statistics.resampling import bootstrap_figures, influence_error

IntervalMethod = Literal["bootstrap", "asymptotic"]

FEW_UNITS = 20
"""Below this number of units an interval is printed with the warning that it rests on too few."""

NO_PAIRS = "no unit has two ratings"
NO_VARIATION = "every rating is the same, so agreement beyond chance cannot be told"
_NO_VALUE = "it is not defined for these ratings"
_MOST_CATEGORIES = 1000


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient of agreement with its interval.

    Attributes:
        estimate: None where it is not defined; ``reason`` says why.
        low, high: limits; None where they are not defined.
        units: units with at least two ratings.
        observed: share of agreeing pairs, weighted where the coefficient is; None for alpha.
        expected: share expected by chance; None for percent agreement and alpha.
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
class Options:
    """How intervals of agreement are made; confidence is 0-1, seed and resamples are of the bootstrap."""

    interval: IntervalMethod
    confidence: float
    seed: int
    resamples: int
    beyond_chance: bool = True
    freedom_lost: int = 1


def figure_of(
    name: str,
    rows: Patterns,
    counted: Patterns,
    build: Callable[[Patterns], Coefficient],
    options: Options,
    *,
    matrices: bool = True,
    shares: bool = True,
) -> Agreement:
    """The coefficient over the rows that count, or why there is none.

    Args:
        matrices: whether it needs a matrix of categories, of which there may then not be too many.
        shares: whether the agreement seen and that expected are given with it; they are not for alpha, whose
            standard error is Gwet's (2014), of the coefficient before its small-sample correction.
    """
    paired = rows.having(2)
    reason = _undefined(paired, options, matrices)
    if reason is not None:
        return _nothing(name, rows, reason, options)
    coefficient = build(counted)

    def value(weighting: Weighting) -> Column:
        return coefficient(weighting).value

    found = coefficient(counted.times[None, :])
    estimate = float(found.value[0])
    if not np.isfinite(estimate):
        return _nothing(name, rows, _NO_VALUE, options)
    error = influence_error(value, counted, estimate, counted.units - options.freedom_lost)
    if error is not None and not shares:
        ratings = float(counted.times @ counted.ratings_per_unit)
        error *= ratings / (ratings - 1)
    low, high, warning = _limits(value, counted, estimate, error, options)
    if options.interval == "bootstrap" and low is not None and high is not None:
        low, high = _widened((low, high), coefficient, counted, found, options)
    few = f"{paired.units} units are too few for a reliable interval"
    return Agreement(
        name=name,
        estimate=estimate,
        low=low,
        high=high,
        units=paired.units,
        raters=rows.codes.shape[1],
        observed=_first(found.observed) if shares else None,
        expected=_first(found.expected) if shares else None,
        standard_error=error,
        interval=options.interval,
        confidence=options.confidence,
        prevalence=rows.prevalence(),
        warnings=tuple(
            text for text in (warning, few if paired.units < FEW_UNITS else None) if text is not None
        ),
    )


def _undefined(paired: Patterns, options: Options, matrices: bool) -> str | None:  # noqa: FBT001
    if not paired.units:
        return NO_PAIRS
    if options.beyond_chance and not paired.varies():
        return NO_VARIATION
    if matrices and len(paired.categories) > _MOST_CATEGORIES:
        return f"over {_MOST_CATEGORIES} different ratings are measurements, not categories"
    return None


def _nothing(name: str, rows: Patterns, reason: str, options: Options) -> Agreement:
    observed = None
    if rows.having(2).units and reason == NO_VARIATION:
        observed = 1.0
    return Agreement(
        name=name,
        estimate=None,
        units=rows.having(2).units,
        raters=rows.codes.shape[1],
        observed=observed,
        interval=options.interval,
        confidence=options.confidence,
        prevalence=rows.prevalence(),
        reason=reason,
    )


def _limits(
    value: Callable[[Weighting], Column],
    rows: Patterns,
    estimate: float,
    error: float | None,
    options: Options,
) -> tuple[float | None, float | None, str | None]:
    if not 0 < options.confidence < 1:
        raise UsageError(
            f"confidence {options.confidence} is not possible", None, "give one between 0 and 1, such as 0.95"
        )
    if rows.units < 2:
        return None, None, "no interval: one unit says nothing about others"
    if options.interval == "asymptotic":
        if error is None:
            return None, None, "no interval: the standard error is undefined"
        half = float(stats.t.ppf(0.5 + options.confidence / 2, rows.units - 1)) * error
        return max(-1.0, estimate - half), min(1.0, estimate + half), None
    figures = bootstrap_figures(value, rows, seed=options.seed, resamples=options.resamples)
    if figures.size * 2 < options.resamples:
        return None, None, "no interval: the figure is undefined in most resamples"
    tail = (1 - options.confidence) / 2
    low, high = np.quantile(figures, (tail, 1 - tail))
    return float(low), float(high), None


def _widened(
    limits: tuple[float, float], coefficient: Coefficient, rows: Patterns, found: Figures, options: Options
) -> tuple[float, float]:
    """Limits of the bootstrap, at least as wide as those of the observed agreement alone.

    Raters who agree in all of 20 units have shown no more than that they agree in over 84 %, and resamples of
    what was never seen to differ do not differ either. So the limits are taken out to Wilson's for the
    observed agreement, at its effective number of units and with the expected agreement as it is.
    """
    observed, expected = _first(found.observed), _first(found.expected)
    if observed is None or (expected is None and options.beyond_chance):
        return limits
    chance = expected if options.beyond_chance and expected is not None else 0.0

    def seen(weighting: Weighting) -> Column:
        column = coefficient(weighting).observed
        return np.full(len(weighting), np.nan) if column is None else column

    error = influence_error(seen, rows, observed, rows.units - 1)
    units = float(rows.units)
    if error and 0 < observed < 1:
        units = max(1.0, observed * (1 - observed) / error**2)
    z = float(stats.norm.ppf(0.5 + options.confidence / 2))
    centre = (observed + z * z / (2 * units)) / (1 + z * z / units)
    half = z / (1 + z * z / units)
    half *= math.sqrt(max(0.0, observed * (1 - observed) / units + z * z / (4 * units**2)))
    edges = [max(0.0, centre - half), 1.0 if observed >= 1 else min(1.0, centre + half)]
    lowest, highest = ((edge - chance) / (1 - chance) for edge in edges)
    return min(limits[0], max(-1.0, lowest)), max(limits[1], min(1.0, highest))


def _first(column: Column | None) -> float | None:
    return None if column is None else float(column[0])
