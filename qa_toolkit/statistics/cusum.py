"""Small lasting shifts of a rate: a cumulative sum sees in weeks what a control chart may never see."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.intervals import BOOTSTRAP_SEED

QUIET_PERIODS = 100
"""Periods between false alarms, on average, where nothing changed."""

_RUNS = 2000


@dataclass(frozen=True, slots=True)
class CusumPoint:
    """One period: evidence for a higher and for a lower rate; ``alarm`` says which is over its limit."""

    label: str
    higher: float
    lower: float
    alarm: str | None


@dataclass(frozen=True, slots=True)
class Cusum:
    """Two one-sided cumulative sums; each starts again after an alarm.

    Attributes:
        baseline: the rate as it was.
        shift: the change that should be found soon.
        limits: of the sums for a higher and a lower rate; None where the rate cannot go there.
    """

    baseline: float
    shift: float
    limits: tuple[float | None, float | None]
    points: tuple[CusumPoint, ...]

    @property
    def alarms(self) -> tuple[str, ...]:
        """Labels of the periods with an alarm."""
        return tuple(point.label for point in self.points if point.alarm)


def cusum(
    counts: Sequence[tuple[str, int, int]],
    baseline: float,
    *,
    shift: float = 0.05,
    quiet_periods: int = QUIET_PERIODS,
    seed: int = BOOTSTRAP_SEED,
) -> Cusum:
    """Cumulative sums of the log likelihood ratio of two binomial rates (Page, 1954; Steiner et al., 2000).

    Args:
        counts: label, faults and items of each period, in order of time; the periods the baseline comes from
            are not among them.
        baseline: rate before, known from many items.
        shift: change of the rate to look for, either way.
        quiet_periods: false alarms come once in that many periods on average; limits are found by simulation
            with these numbers of items.
        seed: of the simulation.

    Raises:
        UsageError: counts or rates are impossible.
    """
    if not 0 < baseline < 1 or not 0 < shift < 1 or quiet_periods < 1:
        raise UsageError(f"no shift of {shift} from {baseline}", None, "give rates between 0 and 1")
    for label, faults, items in counts:
        if not 0 <= faults <= items:
            raise UsageError(f"{faults} of {items} at '{label}' is not a rate", None, "check the counts")
    sizes = tuple(sorted(items for _, _, items in counts)) or (1,)
    # Each side alone may raise half of the false alarms.
    sides = [_side(baseline, baseline + step, sizes, 2 * quiet_periods, seed) for step in (shift, -shift)]
    sums, points = [0.0, 0.0], []
    for label, faults, items in counts:
        beyond = [False, False]
        for place, side in enumerate(sides):
            if side is not None:
                (hit, missed), limit = side
                sums[place] = max(0.0, sums[place] + faults * hit + (items - faults) * missed)
                beyond[place] = sums[place] > limit
        alarm = "higher" if beyond[0] else "lower" if beyond[1] else None
        points.append(CusumPoint(label, sums[0], sums[1], alarm))
        sums = [0.0 if out else value for value, out in zip(sums, beyond, strict=True)]
    limits = (sides[0][1] if sides[0] else None, sides[1][1] if sides[1] else None)
    return Cusum(baseline, shift, limits, tuple(points))


def _side(
    before: float, after: float, sizes: tuple[int, ...], quiet: int, seed: int
) -> tuple[tuple[float, float], float] | None:
    """What a fault and an item without fault add, and the limit; None where the rate cannot go there."""
    if not 0 < after < 1:
        return None
    steps = math.log(after / before), math.log((1 - after) / (1 - before))
    return steps, _limit(before, steps, sizes, quiet, seed)


@lru_cache(maxsize=64)
def _limit(rate: float, steps: tuple[float, float], sizes: tuple[int, ...], quiet: int, seed: int) -> float:
    """Passed in that many quiet periods by all but 1/e of the runs: once in ``quiet`` periods on average."""
    random = np.random.default_rng(seed)
    total, highest = np.zeros(_RUNS), np.zeros(_RUNS)
    for items in random.choice(sizes, quiet):
        faults = random.binomial(int(items), rate, _RUNS)
        total = np.maximum(0.0, total + faults * steps[0] + (items - faults) * steps[1])
        highest = np.maximum(highest, total)
    return float(np.quantile(highest, math.exp(-1)))
