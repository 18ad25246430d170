"""Sheets people fill in, as CSV: written whole or not at all, read back row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from qa_toolkit.errors import RecordError
from qa_toolkit.keying.checks.scope import Fields, places_of
from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.keying.records import BLANK, Record
from qa_toolkit.keying.tables import open_csv
from qa_toolkit.whole_files import write_whole

PLACE_COLUMNS: Final = ("record", "group", "member", "field", "label", "page")
REKEY_COLUMNS: Final = (*PLACE_COLUMNS, "value", "state")
AUDIT_COLUMNS: Final = (*PLACE_COLUMNS, "value", "state", "check", "paper", "note")

Row = Mapping[str, str]


def write_sheet(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Writes a sheet and says how many rows it has.

    Raises:
        RecordError: the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="", extrasaction="ignore")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    try:
        write_whole(path, text.getvalue())
    except OSError as error:
        raise RecordError(
            f"the sheet cannot be written ({error.strerror})", str(path), "check --out"
        ) from error
    return count


def read_sheet(
    path: Path, columns: Sequence[str], *, encoding: str = "utf-8"
) -> Iterator[tuple[int, Row, str | None]]:
    """Line, cells by column and what is wrong with it, for every row.

    Raises:
        RecordError: the file cannot be read, or a column is missing.
    """
    if not path.is_file():
        raise RecordError("no such file", str(path), "give a sheet that was filled in")
    table = open_csv(path, encoding=encoding, wanted=columns)
    names = [name.casefold() for name in table.header]
    missing = [name for name in columns if name not in names]
    if missing:
        raise RecordError(
            f"no column {', '.join(missing)}", path.name, f"keep the columns {','.join(columns)}"
        )
    for row in table.rows():
        cells = dict(zip(names, row.cells, strict=False))
        fault = row.fault
        if len(row.cells) > len(names):
            fault = fault or f"{len(row.cells)} cells under {len(names)} columns"
        yield row.line, {name: cells.get(name, "") for name in columns}, fault


def place_rows(
    record: Record, layout: RecordLayout, fields: Fields, *, shown: bool, language: str = "en"
) -> Iterator[Row]:
    """The rows of a record; ``shown``: with what was keyed, otherwise with empty values."""
    for group, label, spec in places_of(record, layout, fields):
        entry = record.groups.get(group.id, {}).get(label, {}).get(spec.id, BLANK)
        state = "" if entry.state in ("present", "blank") else entry.state
        yield {
            "record": record.id,
            "group": group.id,
            "member": label,
            "field": spec.id,
            "label": spec.label.get(language) or spec.label.get("en", ""),
            "page": "" if spec.page is None and group.pages is None else str(spec.page or group.pages),
            "value": entry.value if shown else "",
            "state": state if shown else "",
        }
