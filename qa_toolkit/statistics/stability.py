"""Whether a distribution of answers has moved: population stability index and a test of homogeneity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.intervals import BOOTSTRAP_SEED

_SMALLEST_EXPECTED = 5.0
_TABLES = 2000


@dataclass(frozen=True, slots=True)
class Stability:
    """Two distributions over the same answers.

    Attributes:
        psi: sum of (q - p) ln(q / p), with half an item added to each count; None without items or with
            one answer only.
        by_chance: what it stays below in 95 of 100 samples of these sizes where nothing moved.
        p_value: of the chi-squared test of homogeneity; by simulated tables of the same margins where fewer
            than five items are expected somewhere.
        before, after: items.
        reason: why there is no figure.
    """

    psi: float | None
    by_chance: float | None
    p_value: float | None
    before: int
    after: int
    reason: str | None = None


def population_stability(
    before: Mapping[str, int], after: Mapping[str, int], *, seed: int = BOOTSTRAP_SEED
) -> Stability:
    """Population stability index of counts of answers (Siddiqi, 2006), and whether chance explains it.

    The usual thresholds of 0.1 and 0.25 know nothing of the number of items: where nothing moved, the index
    times nm / (n + m) follows a chi-squared distribution with one degree of freedom less than there are
    answers (Yurdakul and Naranjo, 2020), and ``by_chance`` is its 95 % point.

    Raises:
        UsageError: a count is negative.
    """
    if any(count < 0 for given in (before, after) for count in given.values()):
        raise UsageError("a count of answers is negative", None, "give how often each answer was given")
    answers = [each for each in dict.fromkeys([*before, *after]) if before.get(each, 0) + after.get(each, 0)]
    counts = np.array([[given.get(each, 0) for each in answers] for given in (before, after)], dtype=int)
    n, m = (int(row.sum()) for row in counts) if counts.size else (0, 0)
    if not n or not m:
        return Stability(
            None, None, None, n, m, "there are no items before" if not n else "there are no items"
        )
    if len(answers) < 2:
        return Stability(None, None, None, n, m, "only one answer was ever given")
    p, q = ((row + 0.5) / (row.sum() + 0.5 * len(answers)) for row in counts)
    psi = float(((q - p) * np.log(q / p)).sum())
    limit = float(stats.chi2.ppf(0.95, len(answers) - 1)) * (1 / n + 1 / m)
    return Stability(psi, limit, _p_value(counts, seed), n, m)


def _p_value(counts: NDArray[np.int64], seed: int) -> float:
    expected = stats.contingency.expected_freq(counts)
    seen = _distance(counts, expected)
    if expected.min() >= _SMALLEST_EXPECTED:
        return float(stats.chi2.sf(seen, counts.shape[1] - 1))
    tables = stats.random_table(counts.sum(axis=1), counts.sum(axis=0)).rvs(
        _TABLES, random_state=np.random.default_rng(seed)
    )
    as_far = sum(_distance(table, expected) >= seen - 1e-9 for table in tables)
    return (as_far + 1) / (_TABLES + 1)


def _distance(counts: NDArray[np.int64], expected: NDArray[np.float64]) -> float:
    return float(((counts - expected) ** 2 / expected).sum())
