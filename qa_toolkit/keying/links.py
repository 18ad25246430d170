"""Whose income or deduction it is: the name beside it, linked to a person of the same record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rapidfuzz.distance import OSA

from qa_toolkit.keying.layout import BelongsTo
from qa_toolkit.keying.records import Entry, Members
from qa_toolkit.keying.rules import LayoutRules

FARTHEST: Final = 0.34
"""A name whose parts differ by more than this on average is nobody's of the household."""
CLEARLY: Final = 0.05
"""The nearest person must be nearer than the next by this: father and son of one name are not told apart."""


def owners_of(
    members: Members, group: str, persons: Members, link: BelongsTo, rules: LayoutRules
) -> dict[str, str]:
    """Member label -> label of the person its name means; members whose name says too little are left out.

    The parts of a name that both sides have are compared (optimal string alignment, share of the longer).
    """
    known = {label: _parts(values, link.group, link.by.values(), rules) for label, values in persons.items()}
    found = {}
    for label, values in members.items():
        written = _parts(values, group, link.by, rules)
        name = {theirs: written[mine] for mine, theirs in link.by.items() if mine in written}
        near = sorted((_name_distance(name, parts), person) for person, parts in known.items())
        if near and near[0][0] <= FARTHEST and (len(near) == 1 or near[1][0] - near[0][0] >= CLEARLY):
            found[label] = near[0][1]
    return found


def _parts(
    values: Mapping[str, Entry], group: str, names: Iterable[str], rules: LayoutRules
) -> dict[str, str]:
    made = {}
    for name in names:
        entry = values.get(name)
        if entry is not None:
            fit = rules.fields[group][name]
            read = fit.entry(entry)
            if read.state == "present":
                made[name] = fit.normalise(read.value).key
    return made


def _name_distance(one: Mapping[str, str], other: Mapping[str, str]) -> float:
    """Mean distance of the parts both have, 0-1; 1 where there are none."""
    both = [name for name in one if name in other]
    if not both:
        return 1.0
    return sum(float(OSA.normalized_distance(one[name], other[name])) for name in both) / len(both)
