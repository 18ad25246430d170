"""Two rates held against each other, and many comparisons held against chance."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.intervals import Interval, wilson


def difference_of_rates(
    successes: int, n: int, other_successes: int, other_n: int, confidence: float = 0.95
) -> Interval:
    """The first rate less the second, both fractions, with Newcombe's limits (1998, method 10).

    ``n`` of the interval is that of the smaller group. With an empty group there is no difference.

    Raises:
        UsageError: the counts or the confidence are impossible.
    """
    one, other = wilson(successes, n, confidence), wilson(other_successes, other_n, confidence)
    return difference_of_intervals(one, other)


def difference_of_intervals(one: Interval, other: Interval) -> Interval:
    """The first figure less the second where the two are independent (Zou and Donner, 2008).

    Works for any two intervals of the same confidence; of two Wilson intervals it gives Newcombe's.
    """
    n, method = min(one.n, other.n), "newcombe"
    if one.estimate is None or other.estimate is None:
        reason = one.reason if one.estimate is None else other.reason
        return Interval(None, None, None, n, one.confidence, method, reason)
    apart = one.estimate - other.estimate
    if one.low is None or one.high is None or other.low is None or other.high is None:
        reason = one.reason or other.reason
        return Interval(apart, None, None, n, one.confidence, method, reason)
    below = math.hypot(one.estimate - one.low, other.high - other.estimate)
    above = math.hypot(one.high - one.estimate, other.estimate - other.low)
    return Interval(apart, apart - below, apart + above, n, one.confidence, method)


def difference_p_value(successes: int, n: int, other_successes: int, other_n: int) -> float | None:
    """How often chance alone sets two rates this far apart: Fisher's exact test, two-sided.

    For large counts the pooled score test, which then gives the same. None with an empty group.

    Raises:
        UsageError: the counts are impossible.
    """
    if not (0 <= successes <= n and 0 <= other_successes <= other_n):
        raise UsageError(
            f"{successes} of {n} and {other_successes} of {other_n} are no rates", None, "check the counts"
        )
    if not n or not other_n:
        return None
    missed, other_missed = n - successes, other_n - other_successes
    if min(successes + other_successes, missed + other_missed) < 200 or min(n, other_n) < 200:
        return float(stats.fisher_exact([[successes, missed], [other_successes, other_missed]])[1])
    pooled = (successes + other_successes) / (n + other_n)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / other_n))
    return float(2 * stats.norm.sf(abs(successes / n - other_successes / other_n) / error))


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """The false discovery rate at which each of many comparisons would be called real.

    Benjamini and Hochberg (1995), as adjusted p-values in the order given: of all with 0.05 or less, one in
    twenty at most is chance, on average.

    Raises:
        UsageError: a p-value is not between 0 and 1.
    """
    if any(not 0 <= p <= 1 for p in p_values):
        raise UsageError("a p-value is not between 0 and 1", None, "check the comparisons")
    order = sorted(range(len(p_values)), key=lambda place: p_values[place], reverse=True)
    adjusted, smallest = [1.0] * len(p_values), 1.0
    for back, place in enumerate(order):
        smallest = min(smallest, p_values[place] * len(p_values) / (len(p_values) - back))
        adjusted[place] = smallest
    return tuple(adjusted)
