"""Whole tables into a file: CSV and JSON Lines row by row, a workbook or Parquet at once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from qa_toolkit.errors import UsageError
from qa_toolkit.reports.spreadsheets import neutral, parquet_bytes, xlsx_bytes

Table = tuple[str, Sequence[str], Iterable[Mapping[str, Any]]]
Render = Callable[[Sequence[Table], BinaryIO], None]


def renderer(suffix: str) -> Render:
    """How tables get into a file of that kind: ``.csv``, ``.jsonl``, ``.xlsx`` or ``.parquet``.

    Raises:
        UsageError: another kind.
    """
    if suffix not in RENDERERS:
        raise UsageError(
            f"'{suffix or 'no suffix'}' is no kind of table", None, f"one of {', '.join(RENDERERS)}"
        )
    return RENDERERS[suffix]


def write_csv(tables: Sequence[Table], file: BinaryIO) -> None:
    """One table as CSV; a text a spreadsheet would run as a formula gets a leading apostrophe.

    Raises:
        UsageError: there are several tables.
    """
    _, columns, rows = _only(tables)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([neutral(column) for column in columns])
    writer.writerows([neutral(row.get(column)) for column in columns] for row in rows)
    text.detach()


def write_json_lines(tables: Sequence[Table], file: BinaryIO) -> None:
    """One object a line, nulls included; of several tables each object names its own as ``table``."""
    several = len(tables) > 1
    for name, columns, rows in tables:
        for row in rows:
            head = {"table": name} if several else {}
            data = {**head, **{column: row.get(column) for column in columns}}
            file.write(json.dumps(data, ensure_ascii=False, allow_nan=False).encode() + b"\n")


def write_xlsx(tables: Sequence[Table], file: BinaryIO) -> None:
    """A workbook with a sheet for each table."""
    file.write(xlsx_bytes(tables))


def write_parquet(tables: Sequence[Table], file: BinaryIO) -> None:
    """One table as Parquet.

    Raises:
        UsageError: there are several tables.
    """
    _, columns, rows = _only(tables)
    file.write(parquet_bytes(columns, rows))


def _only(tables: Sequence[Table]) -> Table:
    if len(tables) != 1:
        raise UsageError(f"{len(tables)} tables in one file", None, "give an .xlsx or .jsonl, or one table")
    return tables[0]


RENDERERS: dict[str, Render] = {
    ".csv": write_csv,
    ".jsonl": write_json_lines,
    ".xlsx": write_xlsx,
    ".parquet": write_parquet,
}
"""Kinds of files by suffix."""
