"""Keyed record against reference: members aligned, fields compared, errors named, each root charged once.

The order of work is that of the taxonomy: members first, then values at the wrong person, then values in the
wrong field, then what is missing, extra, or wrong in itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from qa_toolkit.domain.case import Discrepancy
from qa_toolkit.domain.keying import CHARGED, FORMAT_ONLY, GUESSED, YearlyDifference
from qa_toolkit.keying.alignment import Alignment, columns_of
from qa_toolkit.keying.classification import characters_of, kind_of, slip_of
from qa_toolkit.keying.layout import GroupSpec, RecordLayout
from qa_toolkit.keying.moves import Slot, explain_moves
from qa_toolkit.keying.normalisers import same_value
from qa_toolkit.keying.pairing import Pairing
from qa_toolkit.keying.records import BLANK, MARKS, SINGLE, Entry, Members, Record
from qa_toolkit.keying.rules import FieldRules, LayoutRules

REVIEW_FROM: Final = 90.0
"""A text this alike (token set ratio, percent) may be another wording: an error, but a person should look."""

Place = tuple[str, str]
"""Group and field."""


@dataclass(slots=True)
class RecordComparison:
    """What comparing one record gave.

    Attributes:
        active: active fields by group and field.
        errors: wrong active fields by group and field.
        characters, character_errors: of the reference, and edit distance of what was keyed.
        alignments: how the members of each repeated group were paired.
        notes: values of the reference that do not fit their type, or contradict one another.
        yearly_compared: owners of amounts whose yearly sums could be told on both sides.
        yearly: those whose sums differ.
    """

    record: str
    metadata: Mapping[str, str]
    discrepancies: tuple[Discrepancy, ...] = ()
    active: Counter[Place] = field(default_factory=Counter)
    errors: Counter[Place] = field(default_factory=Counter)
    critical_active: int = 0
    characters: int = 0
    character_errors: int = 0
    alignments: Mapping[str, Alignment] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    yearly_compared: int = 0
    yearly: tuple[YearlyDifference, ...] = ()


def compare_records(keyed: Record, reference: Record, layout: RecordLayout) -> RecordComparison:
    """Compares one record; for many of one layout build a ``RecordComparer`` once."""
    return RecordComparer(layout).compare(keyed, reference)


class RecordComparer:
    """Compares records of one layout."""

    def __init__(self, layout: RecordLayout, *, show_identifiers: bool = False) -> None:
        self.rules = LayoutRules(layout)
        self.show_identifiers = show_identifiers

    def compare(self, keyed: Record, reference: Record) -> RecordComparison:
        """Every discrepancy of a record with the counts behind its rates."""
        return _Comparison(self, keyed, reference).run()


class _Comparison:
    """The state of one comparison."""

    def __init__(self, comparer: RecordComparer, keyed: Record, reference: Record) -> None:
        self.rules = comparer.rules
        self.show_identifiers = comparer.show_identifiers
        self.keyed, self.reference = keyed, reference
        self.pairing = Pairing(comparer.rules, keyed, reference)
        self.found: list[Discrepancy] = []
        self.slots: list[Slot] = []
        self.notes: list[str] = []
        self.result = RecordComparison(reference.id, {**reference.metadata, **keyed.metadata})

    def run(self) -> RecordComparison:
        for group in self.rules.groups:
            self._group(group)
        explain_moves(self.slots, self.reference, self.rules)
        for slot in self.slots:
            self._name(slot)
        order = {group.id: n for n, group in enumerate(self.rules.layout.groups)}
        self.found.sort(key=lambda d: (order[d.group], d.field != ""))
        result = self.result
        result.discrepancies, result.alignments = tuple(self.found), self.pairing.alignments
        self._yearly()
        result.notes = (*self.notes, *self.pairing.contradictions())
        return result

    def _yearly(self) -> None:
        """Holds the yearly amounts of every owner against each other."""
        for group in self.rules.layout.groups:
            wrong = {d.member for d in self.found if d.group == group.id and d.kind in CHARGED}
            for pair in self.pairing.yearly(group) if group.id in self.pairing.alignments else ():
                self.result.yearly_compared += 1
                if pair.keyed == pair.reference:
                    continue
                explained = not wrong.isdisjoint(pair.members)
                made = YearlyDifference(self.reference.id, group.id, *pair[:3], explained=explained)
                self.result.yearly += (made,)
                if not explained:
                    self.notes.append(
                        f"{group.id} of {pair.owner}: {pair.keyed} a year keyed, {pair.reference} in the "
                        "reference, though every field agrees: the layout equates values that differ"
                    )

    def _group(self, group: GroupSpec) -> None:
        if not group.repeated:
            if any(self._members(side, group) for side in (self.pairing.keyed, self.pairing.reference)):
                self._pair(group, SINGLE, SINGLE)
            return
        alignment = self.pairing.pair(group)
        if alignment is None:
            return
        for reference_label, keyed_label in alignment.pairs:
            self._pair(group, reference_label, keyed_label)
        for label in alignment.missed:
            self._whole(group, label, "missed_member")
        for label in alignment.extra:
            self._whole(group, label, "extra_member")
        for label, copy_of in alignment.duplicated:
            self._whole(group, label, "duplicated_member", f"a second copy of member {copy_of}")
        if group.ordered:
            for cycle in alignment.cycles:
                self._swap(group, cycle, dict(alignment.pairs))

    @staticmethod
    def _members(groups: Mapping[str, Members], group: GroupSpec) -> bool:
        """Whether anything stands in a group without members."""
        return any(
            entry.state not in ("blank", "not_applicable")
            for values in groups.get(group.id, {}).values()
            for entry in values.values()
        )

    def _pair(self, group: GroupSpec, reference_label: str, keyed_label: str) -> None:
        """Compares the fields of two members that belong together."""
        keyed = self.pairing.keyed.get(group.id, {}).get(keyed_label, {})
        reference = self.pairing.reference.get(group.id, {}).get(reference_label, {})
        for name, rules in self.rules.fields[group.id].items():
            k, r = keyed.get(name, BLANK), reference.get(name, BLANK)
            if k.state == "unusable" or r.state == "unusable":
                continue
            if f"{group.id}.{name}" in self.rules.described:
                continue
            if k.state == "blank" == r.state and self.rules.layout.counting == "active":
                continue
            self._field(rules, reference_label, keyed_label, k, r)

    def _field(self, rules: FieldRules, label: str, keyed_label: str, keyed: Entry, reference: Entry) -> None:
        k, r = rules.entry(keyed), rules.entry(reference)
        if rules.conditions and not self._counts(rules, label, k, r):
            return
        if r.state in MARKS:
            self._mark(rules, label, k, r)
            return
        written = k if k.state == "present" or (k.state == "ambiguous_mark" and k.value) else BLANK
        if not written.value and r.state == "blank":
            if self.rules.layout.counting == "all":
                self._count(rules)
            return
        self._count(rules)
        slot = Slot(rules, label, keyed_label, written, r, *self._keys(rules, written, r))
        self._characters(slot)
        original = self.pairing.turned.get((rules.group, keyed_label))
        if original is not None and rules.spec.inverse:
            slot.keyed, slot.detail = original[rules.spec.id], "keyed from the other member's side"
        if slot.is_equal and slot.keyed.state != "ambiguous_mark":
            if slot.detail or (written.value != r.value and not rules.spec.refers_to):
                self._report(slot, FORMAT_ONLY)
            return
        if rules.spec.refers_to and written.value:
            self._follow_swap(slot)
        self.slots.append(slot)

    def _follow_swap(self, slot: Slot) -> None:
        """A label that is right on paper and names another person only because columns were exchanged."""
        rules = slot.rules
        if rules.normalise(slot.keyed.value).key != slot.reference_key:
            return
        for cycle in self.pairing.alignments.get(rules.spec.refers_to or "", Alignment()).cycles:
            if slot.reference_key in cycle:
                slot.kind = "wrong_value"
                slot.root = _swap_root(rules.spec.refers_to or "", cycle)

    def _counts(self, rules: FieldRules, label: str, keyed: Entry, reference: Entry) -> bool:
        """A field whose active rule does not hold in the reference counts only where it was made up."""
        if self.rules.is_active(rules, self.reference, label):
            return True
        return reference.state == "blank" and keyed.state == "present"

    def _keys(self, rules: FieldRules, keyed: Entry, reference: Entry) -> tuple[str, str]:
        keyed_key = rules.normalise(keyed.value).key if keyed.value else ""
        reference_key = ""
        if reference.value:
            normal = rules.normalise(reference.value)
            reference_key = normal.key
            if normal.problem and reference_key.startswith("?"):
                self.notes.append(f"{rules.group}.{rules.spec.id}: {normal.problem}; compared as written")
        return self.pairing.label(rules.spec.refers_to, keyed_key), reference_key

    def _mark(self, rules: FieldRules, label: str, keyed: Entry, reference: Entry) -> None:
        """What the paper leaves open: charged to nobody, unless a value was guessed."""
        if keyed.state == reference.state:
            return
        guessed = reference.state == "illegible" and keyed.state == "present"
        slot = Slot(rules, label, label, keyed, reference, "", "")
        self._report(slot, GUESSED if guessed else reference.state)

    def _whole(self, group: GroupSpec, label: str, kind: str, detail: str | None = None) -> None:
        """A member that is missing, or too many: one root error and the fields it takes with it."""
        missed = kind == "missed_member"
        source = (self.reference if missed else self.keyed).groups[group.id][label]
        root = f"{kind}:{group.id}:{label}"
        affected = []
        for name, rules in self.rules.fields[group.id].items():
            entry = rules.entry(source.get(name, BLANK))
            if entry.state != "present" or (
                missed and rules.conditions and not self.rules.is_active(rules, self.reference, label)
            ):
                continue
            key = rules.normalise(entry.value).key
            pair = (BLANK, entry, "", key) if missed else (entry, BLANK, key, "")
            slot = Slot(rules, label, label, *pair, kind="missing" if missed else "extra", root=root)
            slot.from_keyed_member = not missed
            self._count(rules)
            self._characters(slot)
            self.slots.append(slot)
            affected.append(rules.spec.weighs)
        self._root(group, label, kind, min(affected, default="C"), detail)

    def _swap(self, group: GroupSpec, cycle: tuple[str, ...], pairs: Mapping[str, str]) -> None:
        """Members keyed in one another's place: one root error, and every field at the wrong person."""
        root = _swap_root(group.id, cycle)
        wrong = {(slot.rules.spec.id, slot.label) for slot in self.slots if slot.rules.group == group.id}
        affected = []
        columns = columns_of(pairs)
        for label in cycle:
            right = self.pairing.reference[group.id][label]
            there = self.pairing.keyed[group.id].get(columns[label], {})
            for name, rules in self.rules.fields[group.id].items():
                r, k = rules.entry(right.get(name, BLANK)), rules.entry(there.get(name, BLANK))
                if (name, label) in wrong or r.state != "present" or k.state not in ("present", "blank"):
                    continue
                if rules.conditions and not self.rules.is_active(rules, self.reference, label):
                    continue
                keys = self._keys(rules, k, r)
                if same_value(rules.spec.rule, *keys):
                    continue
                kind = "wrong_member" if k.value else "missing"
                slot = Slot(rules, label, label, k, r, *keys, kind=kind, root=root)
                self.slots.append(slot)
                affected.append(rules.spec.weighs)
        if affected:
            detail = "members " + " and ".join(f"{label} (keyed as {pairs[label]})" for label in cycle)
            self._root(group, "+".join(cycle), "column_swap", min(affected), detail)

    def _root(self, group: GroupSpec, label: str, kind: str, criticality: str, detail: str | None) -> None:
        self.found.append(
            Discrepancy(self.reference.id, group.id, label, "", kind, None, None, criticality, detail=detail)
        )

    def _count(self, rules: FieldRules) -> None:
        self.result.active[rules.group, rules.spec.id] += 1
        if rules.spec.weighs == "A":
            self.result.critical_active += 1

    def _characters(self, slot: Slot) -> None:
        if slot.rules.counts_characters:
            typed, right = characters_of(slot.rules.spec, slot.keyed_key, slot.reference_key)
            self.result.characters += len(right)
            if typed != right and not slot.is_equal:
                self.result.character_errors += Levenshtein.distance(typed, right)

    def _name(self, slot: Slot) -> None:
        """Gives a wrong field its kind, in the order of the taxonomy, and reports it."""
        kind = slot.kind
        if kind is None:
            if not slot.keyed.value:
                kind = "missing"
            elif not slot.reference.value:
                kind = "extra"
            else:
                agrees = self._amount_agrees(slot)
                spec = slot.rules.spec
                kind = kind_of(
                    spec, slot.keyed.value, slot.keyed_key, slot.reference_key, amount_agrees=agrees
                )
        self.result.errors[slot.rules.group, slot.rules.spec.id] += 1
        self._report(slot, kind)

    def _amount_agrees(self, slot: Slot) -> bool:
        """Whether the amount of a frequency was keyed right (a frequency without an amount stands alone)."""
        name = slot.rules.spec.amount_of
        if name is None:
            return True
        group = slot.rules.group
        return not any(
            s.rules.group == group and s.label == slot.label and s.rules.spec.id == name for s in self.slots
        )

    def _report(self, slot: Slot, kind: str) -> None:
        rules = slot.rules
        state, detail = "open", slot.detail
        if kind == "wrong_value" and detail is None:
            detail = slip_of(slot.keyed_key.lstrip("?"), slot.reference_key.lstrip("?"))
            alike = fuzz.token_set_ratio(slot.keyed_key, slot.reference_key) >= REVIEW_FROM
            if rules.spec.rule == "text" and alike:
                state = "review"
        self.found.append(
            Discrepancy(
                record=self.reference.id,
                group=rules.group,
                member=slot.label or None,
                field=rules.spec.id,
                kind=kind,
                keyed=self._shown(slot.keyed.value, slot.moved_from or rules, rules),
                reference=self._shown(slot.reference.value, rules),
                criticality=rules.spec.weighs,
                root=slot.root,
                state=state,
                detail=detail,
            )
        )

    def _shown(self, value: str, *rules: FieldRules) -> str | None:
        """The value for reports; an identifier stays masked wherever it was keyed."""
        if not self.show_identifiers:
            for each in rules:
                value = each.shown(value)
        return value or None


def _swap_root(group: str, cycle: tuple[str, ...]) -> str:
    return f"column_swap:{group}:{'+'.join(cycle)}"
