"""The members of two records paired, group by group: persons first, then what belongs or refers to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from qa_toolkit.keying.alignment import Alignment, Owners, align
from qa_toolkit.keying.layout import GroupSpec
from qa_toolkit.keying.links import owners_of
from qa_toolkit.keying.records import Entry, Members, Record
from qa_toolkit.keying.relations import contradictions, relation_of, turned
from qa_toolkit.keying.rules import LayoutRules
from qa_toolkit.keying.yearly import yearly_by_owner, yearly_field

SMALL_COST: Final = 1e-3


class YearlyPair(NamedTuple):
    """What one owner's amounts come to a year, keyed and in the reference, and the members they are of."""

    owner: str
    keyed: str
    reference: str
    members: frozenset[str]


class Pairing:
    """Which keyed member is which member of the reference.

    Attributes:
        alignments: by group, in the order in which they were made.
        keyed: the members of the keyed record; a relation keyed from the other side stands turned round.
        turned: group and keyed label of such a relation -> its values as they were keyed.
    """

    def __init__(self, rules: LayoutRules, keyed: Record, reference: Record) -> None:
        self.rules = rules
        self.reference = reference.groups
        self.keyed: dict[str, Members] = dict(keyed.groups)
        self.alignments: dict[str, Alignment] = {}
        self.turned: dict[tuple[str, str], Mapping[str, Entry]] = {}
        self._owners: dict[str, Owners] = {}

    def pair(self, group: GroupSpec) -> Alignment | None:
        """Pairs the members of a repeated group; None where neither record has any."""
        reference = _filled(self.reference.get(group.id, {}))
        keyed = self._turned(group, _filled(self.keyed.get(group.id, {})), reference)
        if not keyed and not reference:
            return None
        found = self.alignments[group.id] = self._align(group, keyed, reference)
        return found

    def label(self, target: str | None, key: str) -> str:
        """The reference's label of a member the keyed record names; the key itself where nothing is known."""
        if target is None or target not in self.alignments:
            return key
        return {k: r for r, k in self.alignments[target].pairs}.get(key, key)

    def owner(self, group: str, member: str) -> str | None:
        """Whose a member of the reference is, as far as its name says; None where it does not."""
        owners = self._owners.get(group)
        return owners.reference.get(member) if owners else None

    def _turned(self, group: GroupSpec, keyed: Members, reference: Members) -> Members:
        relation = relation_of(group)
        if relation is None:
            return keyed
        target = group.references[0].refers_to
        readings: list[Callable[[str], str]] = [lambda key: self.label(target, key)]
        if self.alignments.get(target or "", Alignment()).cycles:
            readings.append(str)
        found = turned(keyed, reference, relation, readings)
        self.turned |= {(group.id, label): keyed[label] for label in found}
        if found:
            self.keyed[group.id] = {**self.keyed[group.id], **found}
        return {**keyed, **found}

    def _align(self, group: GroupSpec, keyed: Members, reference: Members) -> Alignment:
        """The members paired; labels of other members are read as keyed where that fits.

        Two persons exchanged leave two readings of a relationship: as the form numbers them, or as keyed.
        """
        rows = {label: self.rules.keys(group, values) for label, values in reference.items()}
        written = {label: self.rules.keys(group, values) for label, values in keyed.items()}
        owners = self._find_owners(group, keyed, reference)
        names = group.exchangeable
        found = align(rows, written, group.weights, group.no_match_cost, owners, names=names)
        targets = {spec.id: spec.refers_to for spec in group.references if spec.id in group.weights}
        if not targets:
            return found
        translated = {
            label: {name: self.label(targets.get(name), key) for name, key in keys.items()}
            for label, keys in written.items()
        }
        other = align(rows, translated, group.weights, group.no_match_cost)
        return other if other.cost < found.cost - SMALL_COST else found

    def _find_owners(self, group: GroupSpec, keyed: Members, reference: Members) -> Owners | None:
        """Whose the members of a group are, where it says so, in labels of the reference.

        A keyed name is looked for among the persons as keyed and as they are on paper, as either may be the
        one that was mistyped; where the two lead to different persons, it is not known whose it is.
        """
        link = group.belongs_to
        if link is None:
            return None
        persons = self.reference.get(link.group, {})
        mine = owners_of(reference, group.id, persons, link, self.rules)
        on_paper = owners_of(keyed, group.id, persons, link, self.rules)
        as_keyed = owners_of(keyed, group.id, self.keyed.get(link.group, {}), link, self.rules)
        pairs = {k: r for r, k in self.alignments.get(link.group, Alignment()).pairs}
        known: dict[str, str] = {}
        for label in keyed:
            read = {on_paper.get(label), pairs.get(as_keyed.get(label, ""))} - {None}
            if len(read) == 1:
                known[label] = read.pop() or ""
        owners = Owners(mine, known, frozenset(link.by) & frozenset(group.weights))
        self._owners[group.id] = owners
        return owners

    def contradictions(self) -> Iterator[str]:
        """Relations of the reference that cannot all be true."""
        for group in self.rules.layout.groups:
            relation = relation_of(group)
            if relation is not None:
                members = self.reference.get(group.id, {})
                for what in contradictions(members, group.id, relation, self.rules):
                    yield f"the reference: {what}"

    def yearly(self, group: GroupSpec) -> Iterator[YearlyPair]:
        """The yearly sums of every owner; nothing where it is not known whose an amount is."""
        frequency, owners = yearly_field(group), self._owners.get(group.id)
        if frequency is None or owners is None:
            return
        pairs = {k: r for r, k in self.alignments[group.id].pairs}
        partners = dict(self.alignments[group.id].pairs)
        keyed = _filled(self.keyed.get(group.id, {}))
        reference = _filled(self.reference.get(group.id, {}))
        one_of, other_of = owners.keyed.get, owners.reference.get
        whose = {label: one_of(label) or other_of(pairs.get(label, "")) for label in keyed}
        mine = {label: other_of(label) or one_of(partners.get(label, "")) for label in reference}
        if None in (*whose.values(), *mine.values()):
            return
        typed = yearly_by_owner(keyed, whose, group, frequency, self.rules)
        right = yearly_by_owner(reference, mine, group, frequency, self.rules)
        for owner in dict.fromkeys((*right, *typed)):
            one, other = typed.get(owner, 0), right.get(owner, 0)
            if one is not None and other is not None:
                members = {pairs.get(label, label) for label, name in whose.items() if name == owner}
                members |= {label for label, name in mine.items() if name == owner}
                yield YearlyPair(owner, f"{one:.2f}", f"{other:.2f}", frozenset(members))


def _filled(members: Members) -> dict[str, Mapping[str, Entry]]:
    """Members with anything in them."""
    return {
        label: values
        for label, values in members.items()
        if any(entry.state not in ("blank", "not_applicable") for entry in values.values())
    }
