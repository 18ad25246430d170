"""Relationships are directed: who is what to whom; the same can be said from either side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from qa_toolkit.keying.layout import FieldSpec, GroupSpec
from qa_toolkit.keying.records import BLANK, Entry, Members
from qa_toolkit.keying.rules import LayoutRules

Pair = tuple[str, str]


class Relation(NamedTuple):
    """The fields of a group that say what one member is to another."""

    one: str
    other: str
    code: FieldSpec

    def pair(self, values: Mapping[str, Entry]) -> Pair | None:
        """Who is related to whom; None where the record does not say."""
        labels = tuple(values.get(name, BLANK).value.strip() for name in (self.one, self.other))
        return (labels[0], labels[1]) if all(labels) and labels[0] != labels[1] else None


def relation_of(group: GroupSpec) -> Relation | None:
    """The relation of a group whose layout knows inverses; None for any other group."""
    codes = [spec for spec in group.fields if spec.inverse]
    if not codes or len(group.references) != 2:
        return None
    return Relation(group.references[0].id, group.references[1].id, codes[0])


def turned(
    keyed: Members, reference: Members, relation: Relation, readings: list[Callable[[str], str]]
) -> dict[str, Mapping[str, Entry]]:
    """The keyed members that say from the other side what the reference says, turned round.

    A relation is turned only where the reference has the pair in that direction alone, and the code has an
    inverse. ``readings`` are the ways to read a keyed label as one of the reference.
    """
    known = {pair for values in reference.values() if (pair := relation.pair(values))}
    made: dict[str, Mapping[str, Entry]] = {}
    for label, values in keyed.items():
        pair, inverse = relation.pair(values), _inverse(relation, values)
        if pair is None or inverse is None:
            continue
        read = [(reading(pair[0]), reading(pair[1])) for reading in readings]
        if not any(each in known for each in read) and any((b, a) in known for a, b in read):
            swap = {relation.one: values[relation.other], relation.other: values[relation.one]}
            made[label] = {**values, **swap, relation.code.id: Entry(inverse, "present")}
    return made


def _inverse(relation: Relation, values: Mapping[str, Entry]) -> str | None:
    word = values.get(relation.code.id, BLANK).value.strip().casefold()
    return relation.code.inverse.get(word.replace(" ", "_").replace("-", "_"))


def contradictions(members: Members, group: str, relation: Relation, rules: LayoutRules) -> Iterator[str]:
    """Pairs of members that say of one another what cannot both be."""
    normalise = rules.fields[group][relation.code.id].normalise
    said: dict[Pair, tuple[str, str]] = {}
    for label, values in members.items():
        pair, word = relation.pair(values), normalise(values.get(relation.code.id, BLANK).value).key
        if pair is None or word not in relation.code.inverse:
            continue
        before = said.get((pair[1], pair[0]))
        if before is not None and relation.code.inverse[word] != before[1]:
            what = f"{pair[0]} is {word} of {pair[1]}, who is {before[1]} of {pair[0]}"
            yield f"{group} {before[0]} and {label} contradict one another: {what}"
        said[pair] = label, word
