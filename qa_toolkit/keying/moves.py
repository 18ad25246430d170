"""Values that were keyed right but at the wrong place: another person's column, or another field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa_toolkit.keying.classification import CODE_RULES, is_telling
from qa_toolkit.keying.normalisers import same_value
from qa_toolkit.keying.records import BLANK, SINGLE, Entry, Record
from qa_toolkit.keying.rules import FieldRules, LayoutRules

Where = tuple[str, str, str]
"""Group, reference label and field."""


@dataclass(slots=True)
class Slot:
    """One place of the form with what was keyed there and what should have been.

    Attributes:
        label: the member in the reference; for a keyed member without a partner, its own.
        kind: set when it is known before the value itself is looked at.
        root: the error this one follows from.
        moved_from: the field whose value was keyed here.
        from_keyed_member: the member exists only in the keyed record.
    """

    rules: FieldRules
    label: str
    keyed_label: str
    keyed: Entry
    reference: Entry
    keyed_key: str
    reference_key: str
    kind: str | None = None
    root: str | None = None
    detail: str | None = None
    moved_from: FieldRules | None = None
    from_keyed_member: bool = False

    @property
    def is_equal(self) -> bool:
        """Whether both sides have one value."""
        if bool(self.keyed.value) != bool(self.reference.value):
            return False
        return same_value(self.rules.spec.rule, self.keyed_key, self.reference_key)

    @property
    def where(self) -> Where:
        """The place of the reference."""
        return self.rules.group, self.label, self.rules.spec.id


def explain_moves(slots: Sequence[Slot], reference: Record, rules: LayoutRules) -> None:
    """Marks wrong values that belong somewhere else, and what follows from that.

    A value is looked for at other members first (``wrong_member``), then in other fields of the same member
    and of the groups without members (``mis_fielded``). Where the place a value came from is wrong, too
    (empty, or holding the other value of an exchange), that error names the first as its root.
    """
    open_slots = [slot for slot in slots if slot.kind is None and slot.keyed.value]
    origins: dict[Where, Where] = {}
    for slot in open_slots:
        found = _other_member(slot, reference, rules) or _other_field(slot, reference, rules)
        if found is not None:
            slot.kind, origins[slot.where], slot.moved_from, slot.detail = found
    by_place = {slot.where: slot for slot in slots if not slot.from_keyed_member}
    for slot in open_slots:
        if slot.where not in origins or slot.root is not None:
            continue
        source: Slot | None = by_place.get(origins[slot.where])
        while source is not None and source.kind in (None, "wrong_member", "mis_fielded"):
            follows = source.where in origins or not source.keyed.value
            if source is slot or source.root is not None or not follows:
                break
            source.root = f"{slot.kind}:{':'.join(part for part in slot.where if part)}"
            source = by_place.get(origins[source.where]) if source.where in origins else None


_Found = tuple[str, Where, FieldRules, str]


def _other_member(slot: Slot, reference: Record, rules: LayoutRules) -> _Found | None:
    spec = slot.rules.spec
    group = rules.layout.by_id[slot.rules.group]
    if not group.repeated or spec.refers_to or not is_telling(spec, slot.keyed_key):
        return None
    for label, values in _members(reference, group.id):
        if label == slot.label:
            continue
        entry = slot.rules.entry(values.get(spec.id, BLANK))
        if entry.state == "present" and slot.rules.normalise(entry.value).key == slot.keyed_key:
            return "wrong_member", (group.id, label, spec.id), slot.rules, f"the value of member {label}"
    link = group.belongs_to
    if link is None or spec.id not in link.by:
        return None
    theirs = rules.fields[link.group][link.by[spec.id]]
    for label, values in _members(reference, link.group):
        entry = theirs.entry(values.get(theirs.spec.id, BLANK))
        if entry.state == "present" and theirs.normalise(entry.value).key == slot.keyed_key:
            where = (link.group, label, theirs.spec.id)
            return "wrong_member", where, slot.rules, f"the value of {link.group} {label}"
    return None


def _members(reference: Record, group: str) -> list[tuple[str, Mapping[str, Entry]]]:
    """The members of a group by label: of several with one value the first is named, in whatever order."""
    members = reference.groups.get(group, {})
    return sorted(members.items(), key=lambda member: (len(member[0]), member[0]))


def _other_field(slot: Slot, reference: Record, rules: LayoutRules) -> _Found | None:
    if slot.rules.spec.rule in CODE_RULES or slot.rules.spec.refers_to:
        return None
    for group_id, label, other in _fields_beside(slot, rules):
        if other.spec.rule in CODE_RULES or other.spec.type == "code" or other.spec.refers_to:
            continue
        entry = other.entry(reference.entry(group_id, label, other.spec.id))
        if entry.state != "present":
            continue
        typed = other.normalise(slot.keyed.value).key
        if typed == other.normalise(entry.value).key and is_telling(other.spec, typed):
            where = (group_id, label, other.spec.id)
            name = ".".join(part for part in where if part)
            return "mis_fielded", where, other, f"the value of {name}"
    return None


def _fields_beside(slot: Slot, rules: LayoutRules) -> Iterator[tuple[str, str, FieldRules]]:
    """The other fields of the member, then those of groups without members."""
    own = slot.rules
    for other in rules.fields[own.group].values():
        if other is not own:
            yield own.group, slot.label, other
    for group in rules.layout.groups:
        if not group.repeated and group.id != own.group:
            for other in rules.fields[group.id].values():
                yield group.id, SINGLE, other
