"""Rates of faults among items that come in clusters, such as wrong fields on forms."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.intervals import Interval, poisson_exact

METHOD = "clustered_wilson"


def clustered_rate(
    clusters: Sequence[tuple[float, float]] | Mapping[tuple[int, int], int], confidence: float = 0.95
) -> Interval:
    """Faults per item with limits that respect clustering.

    The estimate is the ratio of the totals; its variance is that of the linearised ratio estimator with the
    cluster as sampling unit (Cochran, 1977, 6.3). The limits are Wilson's at the effective number of items
    (the idea of Korn and Graubard, 1998), with Student's t at degrees of freedom that match the variance's
    own uncertainty (Satterthwaite, 1946): a few bad clusters tell less than many alike. Without any fault
    clustering cannot be seen, and the exact Poisson limit is given.

    Args:
        clusters: (faults, items) of every cluster, or how many clusters have each such pair; clusters without
            items do not count.

    Raises:
        UsageError: a cluster has more faults than items, or the confidence is impossible.
    """
    if not 0 < confidence < 1:
        raise UsageError(f"confidence {confidence} is not possible", None, "give one between 0 and 1")
    times = clusters if isinstance(clusters, Mapping) else Counter(clusters)
    kept = [(*pair, count) for pair, count in times.items() if pair[1] > 0 and count > 0]
    pairs = np.array(kept, dtype=float).reshape(-1, 3)
    n = int(pairs[:, 2].sum())
    if not n:
        return Interval(None, None, None, 0, confidence, METHOD, "there are no items")
    faults, items, counts = pairs.T
    if (faults > items).any() or (faults < 0).any():
        raise UsageError(
            "a cluster has more faults than items", None, "give (faults, items) of every cluster"
        )
    total = float(items @ counts)
    rate = float(faults @ counts) / total
    if rate in (0.0, 1.0):
        edge = poisson_exact(0, total, confidence)
        far = min(1.0, edge.high if edge.high is not None else 1.0)
        low, high = (0.0, far) if rate == 0.0 else (1.0 - far, 1.0)
        return Interval(rate, low, high, n, confidence, "poisson_exact", "no spread to see clustering in")
    if n < 2:
        return Interval(rate, None, None, n, confidence, METHOD, "one cluster says nothing about others")
    residuals = faults - rate * items
    variance = n / (n - 1) * float(residuals**2 @ counts) / total**2
    effective = rate * (1 - rate) / variance if variance > 0 else total
    t = float(stats.t.ppf(0.5 + confidence / 2, _degrees(residuals**2, counts)))
    low, high = _wilson_limits(rate, min(effective, total), t)
    return Interval(rate, low, high, n, confidence, METHOD)


def _degrees(squares: NDArray[np.float64], counts: NDArray[np.float64]) -> float:
    """Degrees of freedom of a mean of squares, at least 2 and below the number of them."""
    number, total = float(counts.sum()), float(squares @ counts)
    spread = float((squares - total / number) ** 2 @ counts)
    matched = 2 * total**2 / spread if spread > 0 else math.inf
    return max(2.0, min(matched, number - 1.0))


def _wilson_limits(rate: float, n: float, z: float) -> tuple[float, float]:
    middle = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)
