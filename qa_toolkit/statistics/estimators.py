"""What a sample says about everything it was drawn from: design weights, estimates, intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.intervals import SMALL_N
from qa_toolkit.statistics.ratings import Floats

SampleKind = Literal["strata", "unequal"]

_NO_ITEMS = "there are no items"


@dataclass(frozen=True, slots=True)
class PopulationEstimate:
    """An estimate for the whole population a sample was drawn from.

    Attributes:
        estimate, low, high: None where they cannot be given; ``reason`` says why.
        n: items that count; ``effective_n`` a simple random sample of that size would be as exact.
        population: items in the population; None where it is not known.
    """

    estimate: float | None
    low: float | None
    high: float | None
    standard_error: float | None
    n: int
    population: float | None
    method: str
    confidence: float = 0.95
    effective_n: float | None = None
    reason: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleDesign:
    """How the items of a sample came into it, one entry an item.

    Attributes:
        probabilities: of the item's being drawn.
        strata: the group the item was drawn from.
        sizes: how many items each group has in the population.
        kind: ``strata`` for simple random draws inside groups, ``unequal`` for draws by size.
    """

    probabilities: tuple[float, ...]
    strata: tuple[str, ...]
    sizes: Mapping[str, int]
    kind: SampleKind = "strata"

    @classmethod
    def simple(cls, n: int, population: int) -> SampleDesign:
        """A simple random sample without replacement.

        Raises:
            UsageError: more items than there are.
        """
        if n > population:
            raise UsageError(f"a sample of {n} cannot come from {population}", None, "check both numbers")
        return cls((n / population,) * n if n else (), ("all",) * n, {"all": population})

    @property
    def population(self) -> int:
        """Items in all groups."""
        return sum(self.sizes.values())


def design_mean(
    values: Sequence[float | None], design: SampleDesign, *, confidence: float = 0.95
) -> PopulationEstimate:
    """Mean of the population, with design weights; None marks items that do not count (not applicable).

    The Hájek estimator: the weighted sum over the sum of the weights. With strata and every item counting it
    is the stratified mean (Cochran, 1977), with finite population correction.
    """
    counts = [0.0 if value is None else 1.0 for value in values]
    return design_ratio([0.0 if v is None else v for v in values], counts, design, confidence=confidence)


def design_ratio(
    above: Sequence[float], below: Sequence[float], design: SampleDesign, *, confidence: float = 0.95
) -> PopulationEstimate:
    """Ratio of two totals of the population, such as errors per opportunity.

    Variance by linearisation (Woodruff, 1971): within strata with finite population correction; for draws by
    size the approximation of Hájek (1964). Shares of yes-no values get a Wilson interval at the effective
    sample size (as Korn and Graubard, 1998, did with exact limits), anything else a t interval.

    Raises:
        UsageError: the lists differ in length, or a probability or a stratum is impossible.
    """
    y, x, p = np.array(above, dtype=float), np.array(below, dtype=float), np.array(design.probabilities)
    _check_design(y, x, design, confidence)
    n = int((x != 0).sum())
    total = float((x / p).sum()) if len(p) else 0.0
    blank = PopulationEstimate(
        None, None, None, None, n, design.population, f"ratio_{design.kind}", confidence
    )
    absent = sorted(set(design.sizes) - set(design.strata))
    if total == 0:
        return replace(blank, reason=_NO_ITEMS)
    if absent:
        return replace(blank, reason=f"nothing was drawn from {', '.join(absent)}")
    ratio = float((y / p).sum()) / total
    variance, freedom, warnings = _variance((y - ratio * x) / total, p, design)
    estimate = replace(
        blank, estimate=ratio, standard_error=None if variance is None else math.sqrt(variance)
    )
    if n < SMALL_N:
        warnings.append(f"{n} items say little")
    if variance is None:
        return replace(estimate, reason="one item says nothing about others", warnings=tuple(warnings))
    shares = set(np.unique(x)) <= {0.0, 1.0} and set(np.unique(y)) <= {0.0, 1.0}
    limited = _limits(estimate, (x, p), design, freedom, shares=shares)
    return replace(limited, warnings=tuple(warnings))


def horvitz_thompson(
    values: Sequence[float], probabilities: Sequence[float], *, confidence: float = 0.95
) -> PopulationEstimate:
    """Total of the population (Horvitz and Thompson, 1952), unbiased; variance by Hájek (1964).

    Divide by the population's size for a mean; ``design_mean`` is steadier.
    """
    y, p = np.array(values, dtype=float), np.array(probabilities, dtype=float)
    _check_probabilities(p, len(y))
    blank = PopulationEstimate(None, None, None, None, len(y), None, "horvitz_thompson", confidence)
    if not len(y):
        return replace(blank, reason=_NO_ITEMS)
    total = float((y / p).sum())
    if len(y) < 2:
        return replace(blank, estimate=total, reason="one item says nothing about others")
    error = math.sqrt(_unequal_variance(y, p))
    half = float(stats.t.ppf(0.5 + confidence / 2, len(y) - 1)) * error
    return replace(blank, estimate=total, low=total - half, high=total + half, standard_error=error)


def hansen_hurwitz(
    values: Sequence[float], draw_probabilities: Sequence[float], *, confidence: float = 0.95
) -> PopulationEstimate:
    """Total of the population from draws with replacement (Hansen and Hurwitz, 1943).

    Args:
        values: one a draw; an item drawn twice stands twice.
        draw_probabilities: of the item at each single draw.
    """
    y, p = np.array(values, dtype=float), np.array(draw_probabilities, dtype=float)
    _check_probabilities(p, len(y))
    n = len(y)
    blank = PopulationEstimate(None, None, None, None, n, None, "hansen_hurwitz", confidence)
    if not n:
        return replace(blank, reason=_NO_ITEMS)
    total = float((y / p).mean())
    if n < 2:
        return replace(blank, estimate=total, reason="one item says nothing about others")
    error = float((y / p).std(ddof=1)) / math.sqrt(n)
    half = float(stats.t.ppf(0.5 + confidence / 2, n - 1)) * error
    return replace(blank, estimate=total, low=total - half, high=total + half, standard_error=error)


def _check_probabilities(p: Floats, n: int) -> None:
    if len(p) != n:
        raise UsageError(f"{n} values and {len(p)} probabilities", None, "give one probability a value")
    if not np.isfinite(p).all() or (p <= 0).any() or (p > 1 + 1e-9).any():
        raise UsageError(
            "a probability is not between 0 and 1", None, "check the probabilities of the sample"
        )


def _check_design(y: Floats, x: Floats, design: SampleDesign, confidence: float) -> None:
    if len(x) != len(y) or len(design.strata) != len(y):
        raise UsageError("values and design differ in length", None, "give one entry an item")
    if not np.isfinite(y).all() or not np.isfinite(x).all():
        raise UsageError("a value is not a number", None, "leave it empty where there is none")
    if not 0 < confidence < 1:
        raise UsageError(f"confidence {confidence} is not possible", None, "give one between 0 and 1")
    _check_probabilities(np.array(design.probabilities), len(y))
    for stratum in set(design.strata):
        drawn = design.strata.count(stratum)
        if design.sizes.get(stratum, 0) < drawn:
            what = f"{drawn} items from '{stratum}', which has {design.sizes.get(stratum, 0)}"
            raise UsageError(what, None, "check the sizes of the strata")


def _variance(residuals: Floats, p: Floats, design: SampleDesign) -> tuple[float | None, float, list[str]]:
    """Variance of the sum of weighted residuals, its degrees of freedom, and what to warn of."""
    n = len(residuals)
    if design.kind == "unequal":
        return (_unequal_variance(residuals, p) if n > 1 else None), n - 1, []
    if n < 2:
        return None, 0, []
    weighted, groups = residuals / p, np.array(design.strata)
    parts: list[tuple[float, int]] = []
    warnings: list[str] = []
    for stratum, size in design.sizes.items():
        inside = weighted[groups == stratum]
        left = 1 - len(inside) / size
        if left > 0 and len(inside) > 1:
            parts.append((left * len(inside) * float(inside.var(ddof=1)), len(inside) - 1))
        elif left > 0:
            parts.append((left * size**2 * float(residuals.var(ddof=1)), 1))
            warnings.append(f"one item from '{stratum}': its spread is taken from all items")
    variance = sum(part for part, _ in parts)
    squares = sum(part**2 / freedom for part, freedom in parts)
    return variance, (variance**2 / squares if squares else float(n - 1)), warnings


def _unequal_variance(values: Floats, p: Floats) -> float:
    n = len(values)
    spread = (1 - p) * n / (n - 1)
    whole = float(spread.sum())
    if whole <= 0:
        return 0.0
    weighted = values / p
    return float((spread * (weighted - float((spread * weighted).sum()) / whole) ** 2).sum())


def _limits(
    estimate: PopulationEstimate,
    data: tuple[Floats, Floats],
    design: SampleDesign,
    freedom: float,
    *,
    shares: bool,
) -> PopulationEstimate:
    x, p = data
    value, error = estimate.estimate or 0.0, estimate.standard_error or 0.0
    if shares:
        return _share_limits(estimate, x, p, design, freedom)
    half = float(stats.t.ppf(0.5 + estimate.confidence / 2, max(1.0, freedom))) * error
    return replace(estimate, low=value - half, high=value + half)


def _share_limits(
    estimate: PopulationEstimate, x: Floats, p: Floats, design: SampleDesign, freedom: float
) -> PopulationEstimate:
    value, error = estimate.estimate or 0.0, estimate.standard_error or 0.0
    weights = x / p
    left = 1 - float(p.mean())
    if left <= 0:
        return replace(estimate, low=value, high=value, method="census")
    alike = len(design.sizes) == 1 and design.kind == "strata"
    if alike or error == 0:
        effective = float(weights.sum()) ** 2 / float((weights**2).sum()) / left
    else:
        effective = value * (1 - value) / error**2
        wide = float(stats.t.ppf(0.5 + estimate.confidence / 2, max(1.0, freedom)))
        effective *= (float(stats.norm.ppf(0.5 + estimate.confidence / 2)) / wide) ** 2
        # A lucky sample looks better than a simple one; no more is claimed than for as many drawn simply.
        effective = min(effective, estimate.n / left)
    low, high = _wilson_of(value, effective, estimate.confidence)
    return replace(estimate, low=low, high=high, effective_n=effective, method="wilson_effective_n")


def _wilson_of(rate: float, n: float, confidence: float) -> tuple[float, float]:
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(max(0.0, rate * (1 - rate) / n + z * z / (4 * n * n)))
    low = 0.0 if rate <= 0 else max(0.0, centre - half)
    return low, 1.0 if rate >= 1 else min(1.0, centre + half)
