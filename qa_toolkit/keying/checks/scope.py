"""Which fields a check is about, and records cut down to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from qa_toolkit.errors import UsageError
from qa_toolkit.keying.layout import FieldSpec, GroupSpec, RecordLayout
from qa_toolkit.keying.records import SINGLE, Entry, Record
from qa_toolkit.keying.rules import LayoutRules

SCOPES: Final = ("A", "AB", "core", "all")

Fields = frozenset[tuple[str, str]]
"""Groups with their fields."""

UNKNOWN: Final = Entry("", "unusable")

Place = tuple[str, str, str]
"""Group, member and field."""


def fields_in(layout: RecordLayout, scope: str) -> Fields:
    """The fields of a scope: those of criticality A, of A and B, the default audit set (core), or all.

    Raises:
        UsageError: no such scope.
    """
    if scope not in SCOPES:
        raise UsageError(f"there is no scope '{scope}'", None, f"one of {', '.join(SCOPES)}")

    def wanted(spec: FieldSpec) -> bool:
        return scope == "all" or (spec.core if scope == "core" else spec.weighs in scope)

    described = set(layout.metadata_fields.values())
    return frozenset(
        (group.id, spec.id)
        for group, spec in layout.fields()
        if wanted(spec) and f"{group.id}.{spec.id}" not in described
    )


def places_of(
    record: Record, layout: RecordLayout, fields: Fields
) -> Iterator[tuple[GroupSpec, str, FieldSpec]]:
    """Every place of these fields a record has room for: blank ones too, for each of its members."""
    for group in layout.groups:
        specs = [spec for spec in group.fields if (group.id, spec.id) in fields]
        labels = list(record.groups.get(group.id, {})) if group.repeated else [SINGLE]
        for label in labels if specs else ():
            for spec in specs:
                yield group, label, spec


def cut_to(record: Record, fields: Fields, rules: LayoutRules) -> Record:
    """The record with these fields only.

    Of the others, those an active rule depends on are left as unknown, so that the rule does not fail for
    want of them.
    """
    gates = {
        (c.group, c.field)
        for group in rules.fields.values()
        for fit in group.values()
        for c in fit.conditions
    }
    unknown = gates - fields
    groups: dict[str, dict[str, dict[str, Entry]]] = {}
    for group, members in record.groups.items():
        for label, values in members.items():
            left = {name: entry for name, entry in values.items() if (group, name) in fields}
            if left:
                groups.setdefault(group, {})[label] = left
    for group, name in unknown:
        labels = groups.get(group, {}) if rules.layout.by_id[group].repeated else {SINGLE: {}}
        for label in [each for each, values in labels.items() if _filled(values) or each == SINGLE]:
            groups.setdefault(group, {}).setdefault(label, {})[name] = UNKNOWN
    return Record(record.id, groups, record.metadata)


def _filled(values: Mapping[str, Entry]) -> bool:
    return any(entry.state != "blank" for entry in values.values())


def path_of(group: str, member: str | None, field: str) -> str:
    """``group.member.field``; parts that are empty are left out."""
    return ".".join(part for part in (group, member, field) if part)
