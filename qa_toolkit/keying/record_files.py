"""Files of keyed or reference records: one row a field, one row a person, or JSON.

Files are indexed once and records are read when they are compared, so that a CSV of any size needs little
memory. A bad row is one line of ``rejected``; what is good in the same file is still compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from qa_toolkit.errors import RecordError
from qa_toolkit.keying.json_records import JsonRecords, read_json_records
from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.keying.pdf_records import open_pdf_records
from qa_toolkit.keying.records import Record, RecordBuilder, Rejection, TwiceError, entry_of
from qa_toolkit.keying.row_index import RowIndex
from qa_toolkit.keying.tables import Row, Stretch, Table, open_csv, open_parquet, open_sheet
from qa_toolkit.keying.wide import WideRows, wide_columns

FIELD_COLUMNS: Final = ("record", "group", "member", "field", "value", "state")
NOTE_COLUMNS: Final = ("label", "page", "note")
"""For people, row by row: not metadata of the record."""
REQUIRED: Final = frozenset({"record", "group", "field", "value"})


class RecordFile(Protocol):
    """Records of one file, by id."""

    @property
    def name(self) -> str:
        """File name without a folder."""
        ...

    @property
    def ids(self) -> Sequence[str]:
        """Ids of the records, in the order of the file."""
        ...

    @property
    def rejected(self) -> Sequence[Rejection]:
        """What could not even be assigned to a record."""
        ...

    @property
    def warnings(self) -> Sequence[str]:
        """What is odd and goes on."""
        ...

    def read(self, record: str) -> tuple[Record | None, list[Rejection]]:
        """A record and its bad rows; None when the record cannot be used at all."""
        ...

    def part(self, ids: Iterable[str]) -> RecordFile:
        """The same with some records only, small enough to send to another process."""
        ...


def open_records(path: Path, layout: RecordLayout, *, encoding: str = "utf-8") -> RecordFile:
    """The records of a CSV, TSV, JSON, Excel (.xlsx) or Parquet file, a PDF form, or a folder of PDF forms.

    Raises:
        RecordError: the file cannot be read, or its columns are neither those of field rows nor mapped by
            the layout.
        MissingExtraError: the format needs the extra ``tables`` or ``forms``.
    """
    if path.is_dir() or path.suffix.lower() == ".pdf":
        if not path.exists():
            raise RecordError("no such file", str(path), "give a filled PDF form")
        return open_pdf_records(path, layout)
    if not path.is_file():
        raise RecordError("no such file", str(path), "give a CSV, JSON, .xlsx or Parquet file of records")
    suffix = path.suffix.lower()
    if suffix == ".json":
        return read_json_records(path, layout)
    table: Table
    if suffix in (".xlsx", ".xlsm"):
        table = open_sheet(path)
    elif suffix in (".parquet", ".pq"):
        table = open_parquet(path)
    else:
        wanted = (*FIELD_COLUMNS, layout.wide.record, *(spec.id for _, spec in layout.fields()))
        table = open_csv(path, encoding=encoding, wanted=wanted)
    names = [name.casefold() for name in table.header]
    if set(names) >= REQUIRED:
        return _index_field_rows(table, layout)
    if len(set(names) & REQUIRED - {layout.wide.record.casefold()}) >= 2:
        missing = ", ".join(sorted(REQUIRED - set(names)))
        raise RecordError(f"no column {missing}", table.name, f"expected {','.join(FIELD_COLUMNS)}")
    return WideRows.index(table, layout, wide_columns(table, layout))


@dataclass(frozen=True, slots=True)
class FieldRows:
    """One row a field, as ``record,group,member,field,value,state``; further columns are metadata."""

    table: Table
    layout: RecordLayout
    places: Mapping[str, int]
    extra: Mapping[str, int]
    index: Mapping[str, Sequence[Stretch]]
    rejected: Sequence[Rejection] = ()
    warnings: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The name of the file, for messages."""
        return self.table.name

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the records, in the order of the file."""
        return list(self.index)

    def part(self, ids: Iterable[str]) -> FieldRows:
        """The same source with these records only, to be read by another process."""
        chosen = {each: self.index[each] for each in ids}
        table = self.table.part([s for stretches in chosen.values() for s in stretches])
        return FieldRows(table, self.layout, self.places, self.extra, chosen)

    def read(self, record: str) -> tuple[Record | None, list[Rejection]]:
        """One record; None with the reasons where it cannot be used."""
        builder = RecordBuilder(record, self.layout)
        rejected: list[Rejection] = []
        for row in self._rows(record):
            where = f"{self.name}:{row.line}"
            try:
                self._add(builder, row)
            except TwiceError as error:
                rejected.append(Rejection(where, record, str(error)))
                if not error.same:
                    return None, rejected
            except ValueError as error:
                rejected.append(Rejection(where, record, str(error)))
                self._spoil(builder, row)
        return builder.build(), rejected

    def _rows(self, record: str) -> Iterator[Row]:
        at = self.places["record"]
        for stretch in self.index[record]:
            for row in self.table.rows(stretch):
                if at < len(row.cells) and row.cells[at] == record:
                    yield row

    def _cells(self, row: Row) -> list[str]:
        """Cells in the order of ``FIELD_COLUMNS``; empty where the row or the header ends before."""
        width = len(row.cells)
        return [
            row.cells[at] if (at := self.places.get(name, width)) < width else "" for name in FIELD_COLUMNS
        ]

    def _add(self, builder: RecordBuilder, row: Row) -> None:
        if row.fault is not None:
            raise ValueError(row.fault)
        width = len(row.cells)
        if width > len(self.table.header):
            expected = len(self.table.header)
            raise ValueError(f"{width} cells under {expected} columns: put a value with a comma in quotes")
        if width < len(self.table.header) and width <= max(self.places[name] for name in REQUIRED):
            raise ValueError(f"{width} cells, the row ends before its value")
        _, group, member, name, value, state = self._cells(row)
        builder.add(group, member, name, entry_of(value, state))
        if self.extra:
            builder.describe({key: row.cells[at] for key, at in self.extra.items() if at < width})

    def _spoil(self, builder: RecordBuilder, row: Row) -> None:
        _, group, member, name, *_ = self._cells(row)
        builder.spoil(group, member, name)


def _index_field_rows(table: Table, layout: RecordLayout) -> FieldRows:
    names = [name.casefold() for name in table.header]
    places: dict[str, int] = {name: names.index(name) for name in FIELD_COLUMNS if name in names}
    known = {*FIELD_COLUMNS, *NOTE_COLUMNS}
    extra = {name: at for at, name in enumerate(names) if name and name not in known}
    index, rejected, at = RowIndex(), [], places["record"]
    for row in table.rows():
        record = row.cells[at] if at < len(row.cells) else ""
        if record:
            index.add(record, row.stretch)
        else:
            rejected.append(Rejection(f"{table.name}:{row.line}", None, "no record id"))
    return FieldRows(table, layout, places, extra, index, rejected)


__all__ = ["JsonRecords", "RecordFile", "open_records"]
