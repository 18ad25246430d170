"""A layout made ready for comparing: the normaliser of every field and what its active rule asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from qa_toolkit.keying.classification import CODE_RULES, IDENTIFIER_RULES
from qa_toolkit.keying.dates import date_shape
from qa_toolkit.keying.layout import FieldSpec, GroupSpec, RecordLayout
from qa_toolkit.keying.layout_files import condition_field
from qa_toolkit.keying.normalisers import BOTH_MARKED, Normal, Rule, rule_for
from qa_toolkit.keying.records import BLANK, SINGLE, Entry, Record

SHOWN_DIGITS: Final = 4

_LIKE_SSN = re.compile(r"(?<![0-9])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Condition:
    """Another field and the keys it must have; none: it must be filled."""

    group: str
    same_member: bool
    field: str
    accepted: frozenset[str]


@dataclass(frozen=True, slots=True)
class FieldRules:
    """A field with everything the comparison asks of it."""

    group: str
    spec: FieldSpec
    normalise: Rule
    blank_words: frozenset[str]
    conditions: tuple[Condition, ...]
    counts_characters: bool

    def entry(self, entry: Entry) -> Entry:
        """The entry with words for blank taken as blank and contradicting boxes as an ambiguous mark."""
        if entry.state == "not_applicable":
            return BLANK
        if entry.state != "present":
            return entry
        if self.blank_words and entry.value.casefold() in self.blank_words:
            return BLANK
        if self.spec.type == "checkbox" and self.normalise(entry.value).problem == BOTH_MARKED:
            return Entry(entry.value, "ambiguous_mark")
        return entry

    def shown(self, value: str) -> str:
        """The value as reports show it: identifiers with their last four digits, wherever they were keyed."""
        if self.spec.rule in IDENTIFIER_RULES:
            return masked(value)
        return _LIKE_SSN.sub(lambda match: masked(match[0]), value)


def masked(value: str) -> str:
    """All digits but the last four as ``*``."""
    hidden = max(0, sum(c.isdigit() for c in value) - SHOWN_DIGITS)
    made = []
    for character in value:
        if character.isdigit() and hidden > 0:
            hidden -= 1
            character = "*"  # noqa: PLW2901
        made.append(character)
    return "".join(made)


class LayoutRules:
    """The rules of every field of a layout, and its groups in the order in which they are compared."""

    def __init__(self, layout: RecordLayout) -> None:
        self.layout = layout
        everywhere = layout.blank_values
        self.described = frozenset(layout.metadata_fields.values())
        self.fields: dict[str, dict[str, FieldRules]] = {}
        for group in layout.groups:
            self.fields[group.id] = {spec.id: self._rules(group, spec, everywhere) for spec in group.fields}

    def _rules(self, group: GroupSpec, spec: FieldSpec, everywhere: tuple[str, ...]) -> FieldRules:
        words = frozenset(word.strip().casefold() for word in (*everywhere, *spec.blank_values))
        conditions = tuple(self._conditions(group, spec))
        counts = spec.rule not in CODE_RULES and spec.type not in ("code", "checkbox", "frequency")
        return FieldRules(group.id, spec, rule_for(spec), words, conditions, counts)

    def _conditions(self, group: GroupSpec, spec: FieldSpec) -> Iterator[Condition]:
        for name, values in spec.active_when.items():
            found = condition_field(self.layout, group, name)
            if found is not None:
                other, field = found
                rule = rule_for(field)
                keys = frozenset(rule(value).key for value in values)
                yield Condition(other.id, other.id == group.id, field.id, keys)

    @property
    def groups(self) -> list[GroupSpec]:
        """Groups that others refer to, or belong to, come first."""
        targets = {spec.refers_to for _, spec in self.layout.fields() if spec.refers_to}
        targets |= {group.belongs_to.group for group in self.layout.groups if group.belongs_to}
        return sorted(self.layout.groups, key=lambda group: group.id not in targets)

    def is_active(self, rules: FieldRules, record: Record, member: str) -> bool:
        """Whether the active rule of a field holds in a record; what cannot be read does not forbid it."""
        for condition in rules.conditions:
            label = member if condition.same_member else SINGLE
            other = self.fields[condition.group][condition.field]
            entry = other.entry(record.entry(condition.group, label, condition.field))
            if entry.state == "blank":
                return False
            if entry.state != "present":
                continue
            if condition.accepted and not condition.accepted & _keys(other, entry):
                return False
        return True

    def keys(self, group: GroupSpec, values: Mapping[str, Entry]) -> dict[str, str]:
        """Alignment field -> normalised value of one member."""
        made = {}
        for name in group.weights:
            entry = values.get(name)
            if entry is not None and entry.value:
                rules = self.fields[group.id][name]
                entry = rules.entry(entry)
                if entry.state == "present":
                    key = rules.normalise(entry.value).key
                    made[name] = date_shape(key) if rules.spec.rule == "date" else key
        return made

    def normal(self, rules: FieldRules, entry: Entry) -> Normal:
        """The normalised value of an entry that is present."""
        return rules.normalise(entry.value)


def _keys(rules: FieldRules, entry: Entry) -> set[str]:
    key = rules.normalise(entry.value).key
    return {key, *key.split(";")} if rules.spec.type == "checkbox" else {key}
