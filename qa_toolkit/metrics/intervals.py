"""Arithmetic on stretches of time: union, intersection, difference, gaps.

An interval is ``(start_s, end_s)``; a *tidy* tuple of intervals is sorted, without overlaps and without empty
members. Every function takes intervals in any order and gives a tidy tuple.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Interval = tuple[float, float]
Intervals = tuple[Interval, ...]

TOLERANCE_S = 1e-6
"""Decimal times are not exact in binary; differences below a microsecond are none."""


def union(intervals: Iterable[Interval], *, bridge_s: float = 0.0) -> Intervals:
    """The time covered by any of the intervals; gaps shorter than or equal to ``bridge_s`` are closed."""
    merged: list[list[float]] = []
    for start, end in sorted(i for i in intervals if i[1] > i[0]):
        if merged and start <= merged[-1][1] + bridge_s + (TOLERANCE_S if bridge_s else 0.0):
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return tuple((start, end) for start, end in merged)


def intersection(first: Iterable[Interval], second: Iterable[Interval]) -> Intervals:
    """The time covered by both."""
    left, right = union(first), union(second)
    found: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if end > start:
            found.append((start, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def gaps(intervals: Iterable[Interval], start_s: float, end_s: float) -> Intervals:
    """The time between ``start_s`` and ``end_s`` that no interval covers."""
    found: list[Interval] = []
    at = start_s
    for start, end in union(intervals):
        if start > at and at < end_s:
            found.append((at, min(start, end_s)))
        at = max(at, end)
    if end_s > at:
        found.append((at, end_s))
    return tuple(found)


def difference(first: Iterable[Interval], second: Iterable[Interval]) -> Intervals:
    """The time covered by the first and not by the second."""
    kept = union(first)
    if not kept:
        return ()
    return intersection(kept, gaps(second, kept[0][0], kept[-1][1]))


def covered_twice(groups: Sequence[Iterable[Interval]]) -> Intervals:
    """The time covered by two or more of the groups (overlaps inside one group do not count)."""
    tidy = [union(group) for group in groups]
    pairs: list[Interval] = []
    for position, one in enumerate(tidy):
        for other in tidy[position + 1 :]:
            pairs.extend(intersection(one, other))
    return union(pairs)


def total_s(intervals: Iterable[Interval]) -> float:
    """Seconds covered by a tidy tuple of intervals."""
    return sum((end - start for start, end in intervals), 0.0)
