"""Intervals for rates, and how many items must be looked at. Rates are fractions 0-1."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

from qa_toolkit.errors import UsageError

SMALL_N = 30
"""Below this number of items a report says that the figure rests on few of them."""

BOOTSTRAP_SEED = 20240229
"""The seed of every resampling, so that the same data give the same interval."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its uncertainty and the number of items it rests on.

    Attributes:
        estimate, low, high: None where they cannot be given; ``reason`` then says why.
        n: items (for a bootstrap: clusters) behind the estimate.
        method: how the limits were found.
    """

    estimate: float | None
    low: float | None
    high: float | None
    n: int
    confidence: float
    method: str
    reason: str | None = None

    @property
    def small(self) -> bool:
        """Whether it rests on fewer than :data:`SMALL_N` items."""
        return self.n < SMALL_N


def wilson(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Score interval of a rate (Wilson, 1927); the default for every rate.

    With ``n`` of 0 there is no estimate; the reason says so.

    Raises:
        UsageError: the counts or the confidence are impossible.
    """
    _check(successes, n, confidence)
    if n == 0:
        return _nothing("wilson", confidence)
    z = _z(confidence)
    rate = successes / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    # At 0 and n the limits are exact; rounding must not leave 1e-17 of a rate.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(rate, low, high, n, confidence, "wilson")


def clopper_pearson(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Exact interval of a rate (Clopper and Pearson, 1934): covers at least ``confidence``, often more.

    Raises:
        UsageError: the counts or the confidence are impossible.
    """
    _check(successes, n, confidence)
    if n == 0:
        return _nothing("clopper_pearson", confidence)
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else float(stats.beta.ppf(tail, successes, n - successes + 1))
    high = 1.0 if successes == n else float(stats.beta.ppf(1 - tail, successes + 1, n - successes))
    return Interval(successes / n, low, high, n, confidence, "clopper_pearson")


def jeffreys(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Interval of a rate from Jeffreys' prior (Brown, Cai and DasGupta, 2001); 0 and n reach 0 and 1.

    Raises:
        UsageError: the counts or the confidence are impossible.
    """
    _check(successes, n, confidence)
    if n == 0:
        return _nothing("jeffreys", confidence)
    tail = (1 - confidence) / 2
    shape = (successes + 0.5, n - successes + 0.5)
    low = 0.0 if successes == 0 else float(stats.beta.ppf(tail, *shape))
    high = 1.0 if successes == n else float(stats.beta.ppf(1 - tail, *shape))
    return Interval(successes / n, low, high, n, confidence, "jeffreys")


def poisson_exact(events: int, exposure: float, confidence: float = 0.95) -> Interval:
    """Exact interval of events per unit of exposure (Garwood, 1936), for counts of rare errors.

    Raises:
        UsageError: the count, the exposure or the confidence are impossible.
    """
    if events < 0 or exposure < 0:
        raise UsageError(f"{events} events in {exposure} cannot be", None, "give counts of 0 or more")
    _check(0, 1, confidence)
    if exposure == 0:
        return _nothing("poisson_exact", confidence)
    tail = (1 - confidence) / 2
    low = 0.0 if events == 0 else float(stats.chi2.ppf(tail, 2 * events)) / 2
    high = float(stats.chi2.ppf(1 - tail, 2 * events + 2)) / 2
    return Interval(
        events / exposure, low / exposure, high / exposure, round(exposure), confidence, "poisson_exact"
    )


def ratio_of_totals(clusters: Sequence[tuple[float, float]]) -> float | None:
    """Sum of the numerators over the sum of the denominators; None when that sum is 0."""
    below = math.fsum(denominator for _, denominator in clusters)
    return math.fsum(numerator for numerator, _ in clusters) / below if below else None


def cluster_bootstrap(
    clusters: Sequence[Any],
    statistic: Callable[[Sequence[Any]], float | None] = ratio_of_totals,
    *,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
    confidence: float = 0.95,
    method: Literal["percentile", "bca"] = "percentile",
) -> Interval:
    """Interval of any figure whose items come in clusters, such as forms of fields or calls of words.

    Whole clusters are drawn with replacement and the figure is computed again (Efron, 1979), so that what
    belongs together stays together. ``bca`` corrects for bias and skew (Efron, 1987). Resamples in which the
    figure is None are left out; when more than half are, there is no interval.

    Args:
        clusters: one entry a cluster, in whatever form ``statistic`` wants.
        statistic: from clusters to a figure or None; by default the ratio of the totals of pairs.
        seed: the same seed gives the same interval.

    Raises:
        UsageError: the confidence or the number of resamples is impossible.
    """
    _check(0, 1, confidence)
    if resamples < 1:
        raise UsageError("a bootstrap needs resamples", None, "ask for 2000 or more")
    estimate = statistic(clusters) if clusters else None
    name, n = f"cluster_bootstrap_{method}", len(clusters)
    if estimate is None:
        return Interval(None, None, None, n, confidence, name, "the figure is undefined for these items")
    if n < 2:
        return Interval(estimate, None, None, n, confidence, name, "one cluster says nothing about others")
    figures = _resampled(clusters, statistic, seed, resamples)
    if figures.size * 2 < resamples:
        reason = "the figure is undefined in most resamples"
        return Interval(estimate, None, None, n, confidence, name, reason)
    tail = (1 - confidence) / 2
    levels = (tail, 1 - tail)
    if method == "bca":
        levels = _bca_levels(figures, estimate, _jackknife(clusters, statistic), levels)
    low, high = np.quantile(figures, levels)
    return Interval(estimate, float(low), float(high), n, confidence, name)


def sample_size(
    margin: float, *, rate: float = 0.5, population: int | None = None, confidence: float = 0.95
) -> int:
    """Items needed to know a rate within ``margin`` either way (Cochran, 1977).

    Args:
        margin: half width of the interval, a fraction (0.05 is five points).
        rate: the rate that is expected; 0.5 is the careful choice.
        population: items there are in all, for the finite population correction.

    Raises:
        UsageError: an argument is outside its range.
    """
    _check(0, 1, confidence)
    if not 0 < margin < 1 or not 0 <= rate <= 1 or (population is not None and population < 1):
        raise UsageError(
            f"no sample size for margin {margin}, rate {rate}, population {population}",
            None,
            "margin lies between 0 and 1, rate from 0 to 1, population from 1",
        )
    unlimited = _z(confidence) ** 2 * rate * (1 - rate) / margin**2
    needed = unlimited if population is None else unlimited / (1 + (unlimited - 1) / population)
    return max(1, math.ceil(needed - 1e-9))


def zero_failure_size(rate: float, confidence: float = 0.95) -> int:
    """Items that must all be without fault to show that fewer than ``rate`` of all items are faulty.

    The smallest n with (1 - rate)^n at most 1 - confidence.

    Raises:
        UsageError: rate or confidence is not between 0 and 1.
    """
    _check(0, 1, confidence)
    if not 0 < rate < 1:
        raise UsageError(f"no sample shows a fault rate below {rate}", None, "give a rate between 0 and 1")
    return math.ceil(math.log(1 - confidence) / math.log(1 - rate) - 1e-9)


def _z(confidence: float) -> float:
    return float(stats.norm.ppf(0.5 + confidence / 2))


def _check(successes: int, n: int, confidence: float) -> None:
    if not 0 <= successes <= n:
        raise UsageError(f"{successes} of {n} is not a rate", None, "give 0 <= successes <= n")
    if not 0 < confidence < 1:
        raise UsageError(
            f"confidence {confidence} is not possible", None, "give one between 0 and 1, such as 0.95"
        )


def _nothing(method: str, confidence: float) -> Interval:
    return Interval(None, None, None, 0, confidence, method, "there are no items")


def _resampled(
    clusters: Sequence[Any], statistic: Callable[[Sequence[Any]], float | None], seed: int, resamples: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    generator = np.random.default_rng(seed)
    draws = (generator.integers(0, len(clusters), len(clusters)) for _ in range(resamples))
    if statistic is ratio_of_totals:
        pairs = np.array(clusters, dtype=float)
        totals = (pairs[draw].sum(axis=0) for draw in draws)
        return np.array([above / below for above, below in totals if below])
    figures = (statistic([clusters[i] for i in draw]) for draw in draws)
    return np.array([figure for figure in figures if figure is not None], dtype=float)


def _jackknife(clusters: Sequence[Any], statistic: Callable[[Sequence[Any]], float | None]) -> list[float]:
    left_out = (statistic([*clusters[:i], *clusters[i + 1 :]]) for i in range(len(clusters)))
    return [figure for figure in left_out if figure is not None]


def _bca_levels(
    figures: np.ndarray[Any, np.dtype[np.float64]],
    estimate: float,
    jackknife: list[float],
    levels: tuple[float, float],
) -> tuple[float, float]:
    """The quantiles to read instead of ``levels``; ``levels`` themselves where all resamples agree."""
    below = float(np.mean(figures < estimate) + np.mean(figures == estimate) / 2)
    if not 0 < below < 1:
        return levels
    bias = float(stats.norm.ppf(below))
    away = np.mean(jackknife) - np.array(jackknife)
    spread = float(np.sum(away**2)) ** 1.5
    skew = float(np.sum(away**3)) / (6 * spread) if spread else 0.0

    def corrected(level: float) -> float:
        z = bias + float(stats.norm.ppf(level))
        return float(stats.norm.cdf(bias + z / (1 - skew * z)))

    return corrected(levels[0]), corrected(levels[1])
