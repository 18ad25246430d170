"""Rows as CSV, XLSX, Parquet and JSON Lines. No cell is ever run as a formula by a spreadsheet program."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from qa_toolkit.errors import MissingExtraError
from qa_toolkit.whole_files import stem_apart

Value = str | int | float | bool | None
Sheet = tuple[str, Sequence[str], Iterable[Mapping[str, Value]]]
"""Name, columns and rows."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_NAME = 31
_LONGEST_CELL = 32_767


def neutral(value: Value) -> Value:
    """A text that a spreadsheet would run is given a leading apostrophe (OWASP, CSV injection).

    Plain numbers keep their sign; everything else that begins with ``= + - @`` or a control character gets
    it, also behind spaces.
    """
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return (
        f"'{value}" if value.lstrip(" \u00a0").startswith(_FORMULA) or value.startswith(_FORMULA) else value
    )


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Value]]) -> str:
    """CSV with a header, in the order of ``columns``; None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([neutral(column) for column in columns])
    writer.writerows([neutral(row.get(column)) for column in columns] for row in rows)
    return out.getvalue()


def json_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Value]]) -> str:
    """One JSON object a line, nulls included."""
    lines = (
        json.dumps({c: row.get(c) for c in columns}, ensure_ascii=False, allow_nan=False) for row in rows
    )
    return "".join(f"{line}\n" for line in lines)


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """A workbook; texts stay texts whatever they begin with.

    Raises:
        MissingExtraError: openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
        from openpyxl.styles import Font
    except ImportError as error:
        raise MissingExtraError.of("tables", "an Excel file") from error
    book = Workbook()
    book.remove(book.active)
    taken: set[str] = set()
    for name, columns, rows in sheets:
        sheet = book.create_sheet(_sheet_name(name, taken))
        for place, column in enumerate(columns, start=1):
            _fill(sheet.cell(1, place), column).font = Font(bold=True)
        for line, row in enumerate(rows, start=2):
            for place, column in enumerate(columns, start=1):
                _fill(sheet.cell(line, place), row.get(column))
        sheet.freeze_panes = "A2"
    if not taken:
        book.create_sheet("empty")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(cell: Any, value: Value) -> Any:
    if isinstance(value, str):
        cell.value = _UNPRINTABLE.sub("\ufffd", value)[:_LONGEST_CELL]
        # A text that begins with "=" would be written as a formula, one like "#N/A" as an error.
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_FORMULA)
    elif value is not None:
        cell.value = value
    return cell


def _sheet_name(name: str, taken: set[str]) -> str:
    stem = re.sub(r"[\[\]:*?/\\']", "_", name)
    return stem_apart(stem or "sheet", taken, longest=_LONGEST_NAME)


def parquet_bytes(columns: Sequence[str], rows: Iterable[Mapping[str, Value]]) -> bytes:
    """A Parquet file; a column that mixes texts with numbers is kept as text.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingExtraError.of("tables", "a Parquet file") from error
    kept = list(rows)
    arrays = {column: _array(pa, [row.get(column) for row in kept]) for column in columns}
    out = io.BytesIO()
    pq.write_table(pa.table(arrays), out)
    return out.getvalue()


def _array(pa: Any, values: list[Value]) -> Any:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and float in kinds:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    if len(kinds) > 1 or not kinds or kinds == {str}:
        texts = [None if v is None else _UNPRINTABLE.sub("\ufffd", str(v)) for v in values]
        return pa.array(texts, pa.string())
    return pa.array(values)
