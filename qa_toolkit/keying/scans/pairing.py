"""A keyed record held against the reading of its scan: members as on paper, unless exchanged ones show.

On paper every member has a place of its own, so the first reading of a keyed record is member by member. The
usual alignment, which recognises members by what they say, explains exchanged and missed members better, but
misread names can lead it astray. Whichever leaves fewer fields unexplained holds.
"""

from __future__ import annotations

from qa_toolkit.domain.case import Discrepancy
from qa_toolkit.domain.keying import FORMAT_ONLY
from qa_toolkit.keying.comparison import RecordComparer
from qa_toolkit.keying.layout import GroupSpec, RecordLayout
from qa_toolkit.keying.records import Record
from qa_toolkit.keying.rules import LayoutRules


class ScanComparer:
    """Compares records of one layout with readings of their scans; build it once for many."""

    def __init__(self, layout: RecordLayout) -> None:
        self._aligned = RecordComparer(layout, show_identifiers=True)
        self._in_place = RecordComparer(_always_paired(layout), show_identifiers=True)
        self._repeated = [group.id for group in layout.groups if group.repeated]

    @property
    def rules(self) -> LayoutRules:
        """The rules of every field."""
        return self._aligned.rules

    def compare(self, keyed: Record, reading: Record) -> list[Discrepancy]:
        """The differences, formats left out."""
        aligned = [d for d in self._aligned.compare(keyed, reading).discrepancies if d.kind != FORMAT_ONLY]
        if not any(not d.field for d in aligned):
            return aligned
        in_place = self._member_by_member(keyed, reading)
        return aligned if _unexplained(aligned) <= _unexplained(in_place) else in_place

    def _member_by_member(self, keyed: Record, reading: Record) -> list[Discrepancy]:
        """Each member against the one of the same label; conditions on single groups still hold."""
        single = [group for group in (*keyed.groups, *reading.groups) if group not in self._repeated]
        found = self._of(keyed, reading, "", "", frozenset(single))
        for group in self._repeated:
            labels = dict.fromkeys((*reading.groups.get(group, {}), *keyed.groups.get(group, {})))
            for label in labels:
                found += self._of(keyed, reading, group, label, frozenset(single))
        return found

    def _of(
        self, keyed: Record, reading: Record, group: str, label: str, single: frozenset[str]
    ) -> list[Discrepancy]:
        parts = [_part(record, group, label, single) for record in (keyed, reading)]
        compared = self._in_place.compare(parts[0], parts[1]).discrepancies
        wanted = {group} if group else single
        return [d for d in compared if d.group in wanted and d.kind != FORMAT_ONLY]


def _unexplained(found: list[Discrepancy]) -> int:
    """Fields that differ, but not those of members that were exchanged, which one error explains."""
    return sum(bool(each.field) and not (each.root or "").startswith("column_swap:") for each in found)


def _part(record: Record, group: str, label: str, single: frozenset[str]) -> Record:
    groups = {name: members for name, members in record.groups.items() if name in single}
    if group and label in record.groups.get(group, {}):
        groups[group] = {label: record.groups[group][label]}
    return Record(record.id, groups, record.metadata)


def _always_paired(layout: RecordLayout) -> RecordLayout:
    """The layout with members that are paired however little they have in common."""
    groups = tuple(_with(group, no_match_cost=1.0) for group in layout.groups)
    values = {name: getattr(layout, name) for name in RecordLayout.model_fields}
    return RecordLayout.model_construct(**{**values, "groups": groups})


def _with(group: GroupSpec, **changes: object) -> GroupSpec:
    values = {name: getattr(group, name) for name in GroupSpec.model_fields}
    return GroupSpec.model_construct(**{**values, **changes})
