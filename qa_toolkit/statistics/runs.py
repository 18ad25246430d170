"""Control charts of means, and the rules by which a point of any chart is a signal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.charts import FEWEST_FOR_SPREAD, SIGMAS

RUN: Final = 8
"""So many points in a row on one side of the centre are a signal (Western Electric, 1956)."""

POINTS_BETWEEN_FALSE_SIGNALS: Final = 152.73
"""On average, of points that vary by chance alone around a known centre (Champ and Woodall, 1987)."""

BEYOND: Final = "beyond the limits"
LONG_RUN: Final = f"{RUN} in a row on one side"

_D2: Final = 1.128


@dataclass(frozen=True, slots=True)
class MeanPoint:
    """The mean of one subgroup with the limits for its size; None where they cannot be told."""

    label: str
    n: int
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class MeanChart:
    """Means of subgroups with a centre line.

    Attributes:
        centre: mean of all values.
        sigma: pooled standard deviation inside the subgroups; None where no subgroup has two values.
        widened: by what the limits were widened, as subgroups lie further apart than their insides explain.
    """

    centre: float
    sigma: float | None
    widened: float
    points: tuple[MeanPoint, ...]


def mean_chart(groups: Sequence[tuple[str, NDArray[np.float64]]]) -> MeanChart:
    """A chart of the means of (label, values) in the order of time (Shewhart's x-bar, sizes may differ).

    Limits lie three standard errors of the pooled spread inside the subgroups from the mean of all. With ten
    subgroups or more they are widened by the spread of the standardised means where that is above 1, as Laney
    (2002) does for rates: weeks of calls are never alike but for chance.

    Raises:
        UsageError: no subgroup, or one without values.
    """
    if not groups or any(len(values) == 0 for _, values in groups):
        raise UsageError("a chart of means needs values in every subgroup", None, "leave empty ones out")
    centre = float(np.concatenate([values for _, values in groups]).mean())
    freedom = sum(len(values) - 1 for _, values in groups)
    within = sum(float(((values - values.mean()) ** 2).sum()) for _, values in groups)
    sigma = math.sqrt(within / freedom) if freedom else None
    widened = _widening([(float(v.mean()), len(v)) for _, v in groups], centre, sigma)
    points = []
    for label, values in groups:
        half = None if sigma is None else SIGMAS * widened * sigma / math.sqrt(len(values))
        low, high = (None, None) if half is None else (centre - half, centre + half)
        points.append(MeanPoint(label, len(values), float(values.mean()), low, high))
    return MeanChart(centre, sigma, widened, tuple(points))


def _widening(means: Sequence[tuple[float, int]], centre: float, sigma: float | None) -> float:
    if not sigma or len(means) < FEWEST_FOR_SPREAD:
        return 1.0
    standardised = [(mean - centre) * math.sqrt(n) / sigma for mean, n in means]
    ranges = [abs(b - a) for a, b in pairwise(standardised)]
    return max(1.0, sum(ranges) / len(ranges) / _D2)


def signal_rules(
    values: Sequence[float], centre: float, limits: Sequence[tuple[float | None, float | None]]
) -> tuple[str | None, ...]:
    """By which rule each point is a signal; None where it is none.

    A point is one when it lies beyond its limits, or when it is the eighth in a row on the same side of the
    centre; after such a signal the count starts anew. A point on the centre ends a run.
    """
    found: list[str | None] = []
    side = length = 0
    for value, (low, high) in zip(values, limits, strict=True):
        now = (value > centre) - (value < centre)
        length = length + 1 if now and now == side else abs(now)
        side = now
        if (low is not None and value < low - 1e-12) or (high is not None and value > high + 1e-12):
            found.append(BEYOND)
        else:
            found.append(LONG_RUN if length == RUN else None)
            length %= RUN
    return tuple(found)
