"""Wide tables: one row a person (or one a form), columns mapped by the layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qa_toolkit.errors import RecordError
from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.keying.records import SINGLE, Record, RecordBuilder, Rejection, TwiceError, entry_of
from qa_toolkit.keying.row_index import RowIndex
from qa_toolkit.keying.tables import Row, Stretch, Table

STATE_MARK = ":state"


class Target(NamedTuple):
    """Where a column's cells go; ``member`` None: to the member of the row."""

    group: str
    member: str | None
    field: str


@dataclass(frozen=True, slots=True)
class WideColumns:
    """What every column of a table is."""

    record: int
    member: int | None
    values: Mapping[int, Target]
    states: Mapping[Target, int]
    metadata: Mapping[str, int]
    member_group: str | None
    unknown: Sequence[str]


def wide_columns(table: Table, layout: RecordLayout) -> WideColumns:
    """The meaning of the columns of a wide table.

    A column is a field by the layout's ``column``, as ``group.field`` or ``group.member.field``, or by an id
    that only one group has. ``NAME:state`` holds the states of ``NAME``.

    Raises:
        RecordError: there is no column of record ids, none of fields, or members of two groups in one row.
    """
    folded = [name.casefold() for name in table.header]
    wide = layout.wide
    if wide.record.casefold() not in folded:
        shown = ", ".join(table.header[:6])
        fix = "name it record, or map it under `wide:` in the layout"
        raise RecordError(
            f"no column '{wide.record}' with the ids of the records (found: {shown})", table.name, fix
        )
    record = folded.index(wide.record.casefold())
    member = folded.index(wide.member.casefold()) if wide.member.casefold() in folded else None
    described = {column.casefold(): name for name, column in wide.metadata.items()}
    names = _field_names(layout)
    values: dict[int, Target] = {}
    states: dict[Target, int] = {}
    metadata: dict[str, int] = {}
    unknown: list[str] = []
    for at, name in enumerate(folded):
        if at in (record, member) or not name:
            continue
        target = _target(name.removesuffix(STATE_MARK), names, layout)
        if target is not None and name.endswith(STATE_MARK):
            states[target] = at
        elif target is not None:
            values[at] = target
        elif name in described or name in ("operator", "site", "agent", "queue", "started", "ended"):
            metadata[described.get(name, name)] = at
        else:
            unknown.append(table.header[at])
    if not values:
        raise RecordError("no column is a field of the layout", table.name, "see `qa keying layout show`")
    return WideColumns(record, member, values, states, metadata, _member_group(values, table), unknown)


def _field_names(layout: RecordLayout) -> dict[str, Target]:
    """Column name -> field; a bare id only where it names one field."""
    bare: dict[str, list[Target]] = {}
    names: dict[str, Target] = {}
    for group, spec in layout.fields():
        target = Target(group.id, None if group.repeated else SINGLE, spec.id)
        bare.setdefault(spec.id.casefold(), []).append(target)
        names[f"{group.id}.{spec.id}".casefold()] = target
        if spec.column is not None:
            names[spec.column.casefold()] = target
    chosen = layout.wide.group
    for name, targets in bare.items():
        of_rows = [target for target in targets if target.group == chosen]
        if len(targets) == 1 or of_rows:
            names.setdefault(name, (of_rows or targets)[0])
    return names


def _target(name: str, names: Mapping[str, Target], layout: RecordLayout) -> Target | None:
    if name in names:
        return names[name]
    parts = name.split(".")
    if len(parts) != 3:
        return None
    found = names.get(f"{parts[0]}.{parts[2]}")
    if found is None or not layout.by_id[found.group].repeated:
        return None
    return Target(found.group, parts[1], found.field)


def _member_group(values: Mapping[int, Target], table: Table) -> str | None:
    groups = sorted({target.group for target in values.values() if target.member is None})
    if len(groups) > 1:
        raise RecordError(
            f"one row holds members of {' and '.join(groups)}",
            table.name,
            "keep the members of one group a row, or name columns group.member.field",
        )
    return groups[0] if groups else None


@dataclass(frozen=True, slots=True)
class WideRows:
    """Records of a wide table."""

    table: Table
    layout: RecordLayout
    columns: WideColumns
    index_: Mapping[str, Sequence[Stretch]]
    rejected: Sequence[Rejection] = ()
    warnings: Sequence[str] = ()

    @classmethod
    def index(cls, table: Table, layout: RecordLayout, columns: WideColumns) -> WideRows:
        """Finds the rows of every record."""
        found = RowIndex()
        rejected = []
        for row in table.rows():
            record = row.cells[columns.record] if columns.record < len(row.cells) else ""
            if record:
                found.add(record, row.stretch, join=False)
            else:
                rejected.append(Rejection(f"{table.name}:{row.line}", None, "no record id"))
        warnings = [f"{table.name}: column '{name}' is no field of the layout" for name in columns.unknown]
        return cls(table, layout, columns, found, rejected, warnings)

    @property
    def name(self) -> str:
        """The name of the file, for messages."""
        return self.table.name

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the records, in the order of the file."""
        return list(self.index_)

    def part(self, ids: Iterable[str]) -> WideRows:
        """The same source with these records only, to be read by another process."""
        chosen = {each: self.index_[each] for each in ids}
        table = self.table.part([stretch for runs in chosen.values() for stretch in runs])
        return WideRows(table, self.layout, self.columns, chosen)

    def read(self, record: str) -> tuple[Record | None, list[Rejection]]:
        """One record; None with the reasons where it cannot be used."""
        runs = self.index_[record]
        if self.columns.member_group is None and len(runs) > 1:
            lines = " and ".join(str(stretch.line) for stretch in runs[:4])
            reason = f"{len(runs)} records have this id (lines {lines}): it is not known which one holds"
            return None, [Rejection(f"{self.name}:{runs[1].line}", record, reason)]
        builder = RecordBuilder(record, self.layout)
        rejected: list[Rejection] = []
        for number, stretch in enumerate(runs, start=1):
            for row in self.table.rows(stretch):
                try:
                    self._add(builder, row, number)
                except ValueError as error:
                    rejected.append(Rejection(f"{self.name}:{row.line}", record, str(error)))
                    return None, rejected
        return builder.build(), rejected

    def _add(self, builder: RecordBuilder, row: Row, number: int) -> None:
        if row.fault is not None:
            raise ValueError(row.fault)
        if len(row.cells) != len(self.table.header):
            raise ValueError(f"{len(row.cells)} cells under {len(self.table.header)} columns")
        at = self.columns.member
        label = (row.cells[at] if at is not None else "") or str(number)
        for place, target in self.columns.values.items():
            state = self.columns.states.get(target)
            entry = entry_of(row.cells[place], row.cells[state] if state is not None else "")
            if entry.state == "blank":
                continue
            try:
                builder.add(
                    target.group, label if target.member is None else target.member, target.field, entry
                )
            except TwiceError as error:
                if not error.same:
                    raise
        builder.describe({name: row.cells[place] for name, place in self.columns.metadata.items()})
