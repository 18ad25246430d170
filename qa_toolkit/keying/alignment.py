"""Which keyed member is which member of the reference: optimal assignment with a cost for having no partner.

The cost of a pair is the weighted mean distance of the alignment fields: twice the normalised
optimal-string-alignment distance, at most 1, and 0.5 where a side has nothing. The matrix of n reference and
m keyed members is padded to (n + m) x (n + m) with the no-match cost, so that nobody is forced into a pair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA

UNKNOWN: Final = 0.5
DUPLICATE_DISTANCE: Final = 0.15
"""A left-over member this close to a paired one, over what both sides have, is a second copy of it."""

EXCHANGED: Final = 0.05
"""What first and last name in each other's place cost."""

_SAME_LABEL_BONUS: Final = 1e-6
_FORBIDDEN: Final = 1e6
_NOTHING: Final[Mapping[str, str]] = {}

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


def distance(one: Keys, other: Keys, weights: Mapping[str, float], names: Sequence[str] = ()) -> float:
    """The cost of a pair, 0-1; ``weights`` add up to 1.

    ``names`` are two fields that are easily keyed in each other's place (first and last name): they are taken
    crosswise, at a small cost, where that fits better.
    """
    total = straight = 0.0
    for name, weight in weights.items():
        cost = weight * _field_distance(one.get(name), other.get(name))
        total += cost
        if name in names:
            straight += cost
    if straight > EXCHANGED and len(names) == 2:
        first, last = names
        cross = weights[first] * _field_distance(one.get(first), other.get(last))
        cross += weights[last] * _field_distance(one.get(last), other.get(first))
        total -= max(0.0, straight - cross - EXCHANGED)
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


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose the members are, by label, on both sides in labels of the reference.

    Attributes:
        names: the fields that say so.
    """

    reference: Mapping[str, str]
    keyed: Mapping[str, str]
    names: frozenset[str]


def align(
    reference: Mapping[str, Keys],
    keyed: Mapping[str, Keys],
    weights: Mapping[str, float],
    no_match_cost: float,
    owners: Owners | None = None,
    *,
    names: Sequence[str] = (),
) -> Alignment:
    """The pairing of least total cost; on equal cost members of one label stay together.

    With ``owners``, members of one owner are paired among themselves first (how the owner's name was spelt
    does not matter then), and what is left over afterwards. ``names`` as for ``distance``.
    """

    def cost(r: str, k: str, known: Mapping[str, str] = _NOTHING) -> float:
        bonus = _SAME_LABEL_BONUS if r == k else 0.0
        return distance({**reference[r], **known}, {**keyed[k], **known}, weights, names) - bonus

    rows = sorted(reference, key=label_order)
    columns = sorted(keyed, key=label_order)
    chosen = _within_owners(reference, keyed, cost, no_match_cost, owners) if owners else {}
    taken = set(chosen.values())
    left_rows = [r for r in rows if r not in chosen]
    left_columns = [k for k in columns if k not in taken]
    costs = {r: {k: cost(r, k) for k in left_columns} for r in left_rows}
    chosen |= _assign(left_rows, left_columns, costs, no_match_cost)
    chosen = {r: chosen[r] for r in rows if r in chosen}
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
        sum(cost(r, k) for r, k in chosen.items())
        + no_match_cost * (len(rows) + len(columns) - 2 * len(chosen)),
    )


def _within_owners(
    reference: Mapping[str, Keys],
    keyed: Mapping[str, Keys],
    cost: Callable[[str, str, Mapping[str, str]], float],
    no_match_cost: float,
    owners: Owners,
) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for owner in dict.fromkeys(owners.reference.values()):
        rows = sorted((r for r in reference if owners.reference.get(r) == owner), key=label_order)
        columns = sorted((k for k in keyed if owners.keyed.get(k) == owner), key=label_order)
        named = dict.fromkeys(owners.names, owner)
        costs = {r: {k: cost(r, k, named) for k in columns} for r in rows}
        chosen |= _assign(rows, columns, costs, no_match_cost)
    return chosen


def _assign(
    rows: Sequence[str],
    columns: Sequence[str],
    costs: Mapping[str, Mapping[str, float]],
    no_match_cost: float,
) -> dict[str, str]:
    """Reference label -> keyed label."""
    n, m = len(rows), len(columns)
    if not n or not m:
        return {}
    if rows == columns and all(costs[label][label] <= 0.0 for label in rows):
        return {label: label for label in rows}
    if n == m == 1:
        return {rows[0]: columns[0]} if costs[rows[0]][columns[0]] < 2 * no_match_cost else {}
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    matrix = np.full((n + m, n + m), _FORBIDDEN)
    matrix[:n, :m] = [[costs[r][k] for k in columns] for r in rows]
    matrix[:n, m:][np.diag_indices(n)] = no_match_cost
    matrix[n:, :m][np.diag_indices(m)] = no_match_cost
    matrix[n:, m:] = 0.0
    found = zip(*linear_sum_assignment(matrix), strict=True)
    return {rows[i]: columns[j] for i, j in found if i < n and j < m}


def _cycles(chosen: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Members keyed in one another's place, as reference labels.

    What counts is the order among the members of both sides, so that a shift because somebody is missing, or
    a column left empty, is no exchange, and an exchange is found also where somebody else is missing.
    """
    place_of = columns_of(chosen)
    owner = {column: label for label, column in place_of.items()}
    cycles: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in place_of:
        path, label = [start], owner[chosen[start]]
        while label != start and label not in done:
            path.append(label)
            label = owner[chosen[label]]
        if len(path) > 1 and start not in done:
            cycles.append(tuple(path))
        done.update(path)
    return tuple(cycles)


def columns_of(pairs: Mapping[str, str]) -> dict[str, str]:
    """Reference label -> the keyed label at its place, had the paired members been keyed in their order."""
    return dict(zip(sorted(pairs, key=label_order), sorted(pairs.values(), key=label_order), strict=True))
