"""Rates of groups whose work differs, as if all had done the same mix of work."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.intervals import Interval, wilson

FEWEST_IN_CELL = 5
"""A kind of work with fewer items than this in some group is pooled with the other rare ones."""

POOLED = "other work"

Counts = tuple[int, int]
"""Successes and items."""


@dataclass(frozen=True, slots=True)
class StandardisedRate:
    """One group: its rate as it is, and with the mix of work of all groups together.

    Attributes:
        expected: successes its own mix would lead to at everybody's rates (indirect standardisation).
        comparable: share of its items in kinds of work that every group has.
    """

    group: str
    raw: Interval
    adjusted: Interval
    expected: float
    comparable: float


def standardise(
    counts: Mapping[str, Mapping[Hashable, Counts]], *, confidence: float = 0.95
) -> tuple[StandardisedRate, ...]:
    """Direct standardisation (Fleiss, Levin and Paik, 2003, chapter 19): the mix of all groups is the weight.

    Kinds of work that some group hardly does are pooled; where even the pool is missing from a group the
    adjusted rate is over what all groups share. Limits are Wilson's at the effective number of items.

    Args:
        counts: by group and kind of work, successes and items.

    Raises:
        UsageError: counts or confidence are impossible.
    """
    if not 0 < confidence < 1:
        raise UsageError(f"confidence {confidence} is not possible", None, "give one between 0 and 1")
    cells = _pooled(counts)
    shared = [cell for cell, groups in cells.items() if len(groups) == len(counts)]
    everywhere = {cell: _summed(groups.values()) for cell, groups in cells.items()}
    whole = sum(everywhere[cell][1] for cell in shared)
    weights = {cell: everywhere[cell][1] / whole for cell in shared}
    rates = {cell: met / n for cell, (met, n) in everywhere.items() if n}
    found = []
    for group in counts:
        own = {cell: groups[group] for cell, groups in cells.items() if group in groups}
        met, n = _summed(own.values())
        expected = sum(rates[cell] * of for cell, (_, of) in own.items() if of)
        inside = sum(own[cell][1] for cell in shared)
        adjusted = _weighted({cell: own[cell] for cell in shared}, weights, confidence)
        found.append(
            StandardisedRate(group, wilson(met, n, confidence), adjusted, expected, inside / n if n else 0.0)
        )
    return tuple(found)


def _pooled(counts: Mapping[str, Mapping[Hashable, Counts]]) -> dict[Hashable, dict[str, Counts]]:
    """Cells by kind of work and group, the rare kinds of work together."""
    groups = list(counts)
    kinds = dict.fromkeys(cell for cells in counts.values() for cell in cells)
    found: dict[Hashable, dict[str, Counts]] = defaultdict(dict)
    for cell in kinds:
        rare = any(counts[group].get(cell, (0, 0))[1] < FEWEST_IN_CELL for group in groups)
        for group in groups:
            met, n = counts[group].get(cell, (0, 0))
            if not 0 <= met <= n:
                raise UsageError(f"{met} of {n} in '{group}' is not a rate", None, "check the counts")
            if n:
                name = POOLED if rare else cell
                found[name][group] = _summed([found[name].get(group, (0, 0)), (met, n)])
    return found


def _summed(counts: Iterable[Counts]) -> Counts:
    met = items = 0
    for successes, n in counts:
        met, items = met + successes, items + n
    return met, items


def _weighted(
    cells: Mapping[Hashable, Counts], weights: Mapping[Hashable, float], confidence: float
) -> Interval:
    n = sum(of for _, of in cells.values())
    method = "direct_standardisation"
    if not n:
        reason = "no kind of work is done by every group"
        return Interval(None, None, None, n, confidence, method, reason)
    rate = sum(weights[cell] * met / of for cell, (met, of) in cells.items())
    # A cell without failures says that they are rare, not that they cannot happen (Agresti and Coull, 1998).
    spread = sum(
        weights[cell] ** 2 * _careful(met, of) * (1 - _careful(met, of)) / of
        for cell, (met, of) in cells.items()
    )
    inside = min(max(rate, 1 / (n + 2)), 1 - 1 / (n + 2))
    effective = min(inside * (1 - inside) / spread, float(n))
    low, high = _score_limits(rate, effective, confidence)
    return Interval(rate, low, high, n, confidence, method)


def _careful(met: int, n: int) -> float:
    return (met + 0.5) / (n + 1)


def _score_limits(rate: float, n: float, confidence: float) -> tuple[float, float]:
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(max(0.0, rate * (1 - rate) / n + z * z / (4 * n * n)))
    return (0.0 if rate <= 0 else max(0.0, centre - half)), (1.0 if rate >= 1 else min(1.0, centre + half))
