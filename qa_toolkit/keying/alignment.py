"""Which keyed member is which member of the reference: optimal assignment with a cost for having no partner.

The cost of a pair is the weighted mean distance of the alignment fields: twice the normalised
optimal-string-alignment distance, at most 1, and 0.5 where a side has nothing. The matrix of n reference and
m keyed members is padded to (n + m) x (n + m) with the no-match cost, so that nobody is forced into a pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA

UNKNOWN: Final = 0.5
DUPLICATE_DISTANCE: Final = 0.15
"""A left-over member this close to a paired one, over what both sides have, is a second copy of it."""

_SAME_LABEL_BONUS: Final = 1e-6
_FORBIDDEN: Final = 1e6

Keys = Mapping[str, str]
"""Alignment field -> normalised value; fields without a value are left out."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Members of reference and keyed record, paired.

    Attributes:
        pairs: (reference label, keyed label), in the order of the reference.
        missed: reference members nobody keyed.
        extra: keyed members that are not in the reference.
        duplicated: (keyed label, reference label) of further copies of a paired member.
        cycles: reference labels of members keyed in one another's place.
        cost: total cost of the pairs and of the members without one.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    missed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    duplicated: tuple[tuple[str, str], ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()
    cost: float = 0.0


def label_order(label: str) -> tuple[int, int, str]:
    """Numbers by value before texts."""
    return (0, int(label), "") if label.isdecimal() and len(label) < 10 else (1, 0, label)


def distance(one: Keys, other: Keys, weights: Mapping[str, float]) -> float:
    """The cost of a pair, 0-1; ``weights`` add up to 1."""
    total = 0.0
    for name, weight in weights.items():
        total += weight * _field_distance(one.get(name), other.get(name))
    return total


def known_distance(one: Keys, other: Keys, weights: Mapping[str, float]) -> float:
    """The distance over the fields both sides have; 1 where those make up less than half of the weight."""
    both = {name: weight for name, weight in weights.items() if name in one and name in other}
    known = sum(both.values())
    return distance(one, other, both) / known if known >= 0.5 else 1.0


def _field_distance(one: str | None, other: str | None) -> float:
    if one is None or other is None:
        return UNKNOWN
    if one == other:
        return 0.0
    return min(1.0, 2.0 * float(OSA.normalized_distance(one, other)))


def align(
    reference: Mapping[str, Keys],
    keyed: Mapping[str, Keys],
    weights: Mapping[str, float],
    no_match_cost: float,
) -> Alignment:
    """The pairing of least total cost; on equal cost members of one label stay together."""
    rows = sorted(reference, key=label_order)
    columns = sorted(keyed, key=label_order)
    costs = [[_cost(r, reference[r], k, keyed[k], weights) for k in columns] for r in rows]
    chosen = _assign(rows, columns, costs, no_match_cost)
    taken = set(chosen.values())
    missed = tuple(r for r in rows if r not in chosen)
    left = [k for k in columns if k not in taken]
    duplicated = []
    for k in left:
        near = [(known_distance(reference[r], keyed[k], weights), r) for r in rows if r in chosen]
        if near and min(near)[0] <= DUPLICATE_DISTANCE:
            duplicated.append((k, min(near)[1]))
    copies = {k for k, _ in duplicated}
    return Alignment(
        tuple(chosen.items()),
        missed,
        tuple(k for k in left if k not in copies),
        tuple(duplicated),
        _cycles(chosen),
        sum(costs[rows.index(r)][columns.index(k)] for r, k in chosen.items())
        + no_match_cost * (len(rows) + len(columns) - 2 * len(chosen)),
    )


def _cost(
    reference_label: str, reference: Keys, keyed_label: str, keyed: Keys, weights: Mapping[str, float]
) -> float:
    bonus = _SAME_LABEL_BONUS if reference_label == keyed_label else 0.0
    return distance(reference, keyed, weights) - bonus


def _assign(
    rows: Sequence[str], columns: Sequence[str], costs: list[list[float]], no_match_cost: float
) -> dict[str, str]:
    """Reference label -> keyed label."""
    n, m = len(rows), len(columns)
    if not n or not m:
        return {}
    if rows == columns and all(costs[i][i] <= 0.0 for i in range(n)):
        return {label: label for label in rows}
    if n == m == 1:
        return {rows[0]: columns[0]} if costs[0][0] < 2 * no_match_cost else {}
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    matrix = np.full((n + m, n + m), _FORBIDDEN)
    matrix[:n, :m] = costs
    matrix[:n, m:][np.diag_indices(n)] = no_match_cost
    matrix[n:, :m][np.diag_indices(m)] = no_match_cost
    matrix[n:, m:] = 0.0
    found = zip(*linear_sum_assignment(matrix), strict=True)
    return {rows[i]: columns[j] for i, j in found if i < n and j < m}


def _cycles(chosen: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Members keyed in one another's place; a shift because somebody is missing is none."""
    cycles: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in chosen:
        path, label = [start], chosen[start]
        while label != start and label in chosen and label not in path and label not in done:
            path.append(label)
            label = chosen[label]
        if label == start and len(path) > 1 and start not in done:
            cycles.append(tuple(path))
        if label == start:
            done.update(path)
    return tuple(cycles)
