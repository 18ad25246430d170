"""How many errors two independent checks both missed, from how many each found and how many both found."""

from __future__ import annotations

import math

from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.acceptance import chapman


def chapman_interval(first: int, second: int, both: int, confidence: float = 0.95) -> tuple[float, float]:
    """Limits of the number of errors in all; never below the number that either check found.

    The transformed-logit interval of Sadinle (2009), which keeps its coverage for small counts.

    Raises:
        UsageError: impossible counts or confidence.
    """
    if not 0 < confidence < 1:
        raise UsageError(f"confidence {confidence} is not possible", None, "give one between 0 and 1")
    chapman(first, second, both)
    only_first, only_second = first - both + 0.5, second - both + 0.5
    shared = both + 0.5
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    spread = math.sqrt(1 / shared + 1 / only_first + 1 / only_second + shared / (only_first * only_second))
    seen = first + second - both
    unseen = only_first * only_second / shared
    low, high = (seen - 0.5 + unseen * math.exp(side * z * spread) for side in (-1, 1))
    return max(float(seen), low), high
