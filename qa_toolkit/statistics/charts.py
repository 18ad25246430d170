"""Control charts of fault rates: p, u, and Laney's p' and u' for counts that scatter more than by chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from qa_toolkit.errors import UsageError

SIGMAS: Final = 3.0
OVERDISPERSED: Final = 1.2
"""From this spread of the standardised points Laney's limits are wanted."""
RARE: Final = 2.0
"""Below this number of faults expected a point a chart of gaps (g or t) sees more."""

FEWEST_FOR_SPREAD: Final = 10
"""With fewer points their spread is mostly chance."""

_D2: Final = 1.128
"""Mean range of two normal values in standard deviations."""

ChartKind = Literal["p", "u", "laney_p", "laney_u"]


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One subgroup: its rate and the limits for its size; ``out`` when it lies outside them."""

    label: str
    faults: float
    size: float
    rate: float
    low: float
    high: float
    out: bool


@dataclass(frozen=True, slots=True)
class ControlChart:
    """Points with a centre line.

    Attributes:
        centre: total faults over total size.
        sigma_z: spread of the standardised points by their moving range; 1 is chance alone. None for
            fewer than two points.
        advice: what the reader should know before acting on it.
    """

    kind: ChartKind
    centre: float
    sigma_z: float | None
    points: tuple[ChartPoint, ...]
    advice: tuple[str, ...] = ()

    @property
    def out(self) -> tuple[str, ...]:
        """Labels of the points outside their limits."""
        return tuple(point.label for point in self.points if point.out)


def control_chart(
    counts: Sequence[tuple[str, float, float]], kind: ChartKind = "u", *, sigmas: float = SIGMAS
) -> ControlChart:
    """A chart of (label, faults, size) in the order of time.

    p: faulty items of n (Shewhart, 1931); u: faults per unit of a varying area; the Laney forms widen the
    limits by the spread of the standardised points (Laney, 2002), which p and u take to be 1.

    Raises:
        UsageError: no points, a size of zero, or more faulty items than items.
    """
    binomial = kind in ("p", "laney_p")
    for label, faults, size in counts:
        if size <= 0 or faults < 0 or (binomial and faults > size):
            raise UsageError(
                f"{faults:g} faults in {size:g} at '{label}'", None, "give faults and a positive size"
            )
    if not counts:
        raise UsageError("a control chart needs points", None, "give faults and sizes")
    centre = sum(faults for _, faults, _ in counts) / sum(size for _, _, size in counts)
    errors = [math.sqrt(centre * (1 - centre if binomial else 1.0) / size) for _, _, size in counts]
    sigma_z = _sigma_z([faults / size for _, faults, size in counts], errors, centre)
    widening = sigma_z if kind.startswith("laney") and sigma_z is not None else 1.0
    points = []
    for (label, faults, size), error in zip(counts, errors, strict=True):
        rate, half = faults / size, sigmas * error * widening
        low, high = max(0.0, centre - half), min(1.0, centre + half) if binomial else centre + half
        points.append(ChartPoint(label, faults, size, rate, low, high, not low <= rate <= high))
    return ControlChart(kind, centre, sigma_z, tuple(points), tuple(_advice(kind, sigma_z, counts)))


def _sigma_z(rates: Sequence[float], errors: Sequence[float], centre: float) -> float | None:
    if len(rates) < 2 or not all(errors):
        return None
    standardised = [(rate - centre) / error for rate, error in zip(rates, errors, strict=True)]
    ranges = [abs(b - a) for a, b in pairwise(standardised)]
    return sum(ranges) / len(ranges) / _D2


def _advice(kind: ChartKind, sigma_z: float | None, counts: Sequence[tuple[str, float, float]]) -> list[str]:
    made = []
    spread = sigma_z if sigma_z is not None and len(counts) >= FEWEST_FOR_SPREAD else 1.0
    if spread > OVERDISPERSED and not kind.startswith("laney"):
        made.append(
            f"points scatter {spread:.2f} times as much as chance allows: read the Laney chart instead"
        )
    expected = sum(faults for _, faults, _ in counts) / len(counts)
    if expected < RARE:
        made.append(
            f"{expected:.1f} faults expected a point: too few for limits; chart the gaps between faults"
        )
    if len(counts) < 20:
        made.append(f"limits from {len(counts)} points are provisional")
    return made


@dataclass(frozen=True, slots=True)
class GapChart:
    """Items without a fault between one fault and the next, for faults too rare for a chart of rates.

    Attributes:
        mean: items between two faults on average; None without a gap.
        low, high: limits; a gap below ``low`` says that faults come faster, one above that they come slower.
        gaps: label of the fault that ends the gap, and its length.
        out: labels of gaps outside the limits.
    """

    mean: float | None
    low: float | None
    high: float | None
    gaps: tuple[tuple[str, int], ...]
    out: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


def gap_chart(items: Sequence[tuple[str, bool]], *, sigmas: float = SIGMAS) -> GapChart:
    """A g chart (Kaminsky and others, 1992) of (label, faulty) in the order of time.

    Limits are the quantiles of the geometric distribution that three sigmas stand for, as its skewness makes
    symmetric limits useless (Benneyan, 2001). The stretches before the first fault and after the last are no
    gaps.
    """
    from scipy import stats

    places = [place for place, (_, faulty) in enumerate(items) if faulty]
    gaps = tuple((items[b][0], b - a - 1) for a, b in pairwise(places))
    if not gaps:
        return GapChart(None, None, None, (), advice=("fewer than two faults: there is no gap to chart",))
    mean = sum(gap for _, gap in gaps) / len(gaps)
    tail, rate = float(stats.norm.sf(sigmas)), 1 / (mean + 1)
    low, high = (float(stats.geom.ppf(share, rate)) - 1 for share in (tail, 1 - tail))
    out = tuple(label for label, gap in gaps if not low <= gap <= high)
    few = (f"limits from {len(gaps)} gaps are provisional",) if len(gaps) < 20 else ()
    return GapChart(mean, low, high, gaps, out, few)
