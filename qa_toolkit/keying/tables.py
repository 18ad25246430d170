"""Rows of CSV, Excel and Parquet files, any stretch of them again and again; a CSV is never held whole."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from qa_toolkit.errors import MissingExtraError, RecordError

DELIMITERS: Final = (",", ";", "\t", "|")
LONGEST_QUOTED_LINES: Final = 50
"""A quoted cell over more lines than this is a quote that was never closed."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Stretch(NamedTuple):
    """Rows that follow one another: where they start and end, and the line of the first."""

    start: int
    end: int
    line: int


class Row(NamedTuple):
    """One row; ``fault`` says why its cells cannot be trusted."""

    line: int
    cells: list[str]
    stretch: Stretch
    fault: str | None = None


class Table(Protocol):
    """A header and rows that can be read again by stretches."""

    @property
    def name(self) -> str:
        """File name without a folder."""
        ...

    @property
    def header(self) -> Sequence[str]:
        """Names of the columns."""
        ...

    def rows(self, stretch: Stretch | None = None) -> Iterator[Row]:
        """All rows, or those of a stretch."""
        ...

    def part(self, stretches: Sequence[Stretch]) -> Table:
        """A table that can give these stretches in another process."""
        ...


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file; rows are decoded one by one, so that one bad row is one bad row."""

    path: Path
    header: Sequence[str]
    delimiter: str
    encoding: str
    body: Stretch

    @property
    def name(self) -> str:
        """The name of the file, for messages."""
        return self.path.name

    def part(self, stretches: Sequence[Stretch]) -> CsvTable:
        """The table for another process: itself, as its rows are read from the file when they are wanted."""
        del stretches
        return self

    def rows(self, stretch: Stretch | None = None) -> Iterator[Row]:
        """The rows of a stretch, by default of the whole table, with their lines; no empty ones."""
        start, end, line = stretch or self.body
        with self.path.open("rb") as stream:
            stream.seek(start)
            position = start
            while position < end:
                raw = stream.readline()
                if not raw:
                    return
                begin, first = position, line
                position += len(raw)
                line += 1
                if raw.count(b'"') % 2:
                    more, lines = _quoted_lines(stream, raw)
                    position += len(more) - len(raw)
                    line += lines
                    raw = more
                if raw.strip(b" \t\r\n"):
                    cells, fault = self._cells(raw)
                    yield Row(first, cells, Stretch(begin, position, first), fault)

    def _cells(self, raw: bytes) -> tuple[list[str], str | None]:
        fault = None
        try:
            text = raw.decode(self.encoding)
        except UnicodeDecodeError:
            text = raw.decode(self.encoding, "replace")
            fault = (
                f"the row is not {self.encoding.upper()} text: save the file as UTF-8 or give its encoding"
            )
        text = text.rstrip("\r\n")
        if '"' not in text:
            return [cell.strip() for cell in text.split(self.delimiter)], fault
        try:
            (cells,) = csv.reader([text], delimiter=self.delimiter, strict=True, skipinitialspace=True)
        except (csv.Error, ValueError) as error:
            cells = [cell.strip(' "') for cell in text.split(self.delimiter)]
            return cells, f"the row is not readable as CSV ({error})"
        return [cell.strip() for cell in cells], fault


def _quoted_lines(stream: Any, first: bytes) -> tuple[bytes, int]:
    """A row whose quoted cell goes on over the next lines; or the first line, if no quote closes."""
    back = stream.tell()
    made, quotes = first, first.count(b'"')
    for lines in range(1, LONGEST_QUOTED_LINES):
        more = stream.readline()
        if not more:
            break
        made += more
        quotes += more.count(b'"')
        if quotes % 2 == 0:
            return made, lines
    stream.seek(back)
    return first, 0


def open_csv(path: Path, *, encoding: str = "utf-8", wanted: Sequence[str] = ()) -> CsvTable:
    """A CSV file by its header; the delimiter is the one that splits the header (best into ``wanted`` names).

    Raises:
        RecordError: the file is missing, empty or not text.
    """
    try:
        if "a,1".encode(encoding) != b"a,1":
            raise RecordError(f"{encoding} files cannot be read line by line", path.name, "save it as UTF-8")
    except LookupError as error:
        raise RecordError(f"there is no encoding '{encoding}'", None, "such as utf-8 or cp1252") from error
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.readline(1 << 20)
            offset, line = stream.tell(), 2
            while head and not head.strip(b" \t\r\n\xef\xbb\xbf"):
                head = stream.readline(1 << 20)
                offset, line = stream.tell(), line + 1
    except OSError as error:
        raise RecordError(
            f"the file cannot be read ({error.strerror})", str(path), "check its path"
        ) from error
    if head.startswith(_UTF16) or b"\x00" in head:
        raise RecordError("the file is not UTF-8 text", path.name, "save it as CSV UTF-8")
    try:
        text = head.decode("utf-8-sig" if encoding.lower().replace("-", "") == "utf8" else encoding).strip()
    except (UnicodeDecodeError, LookupError) as error:
        raise RecordError(
            f"the header cannot be read ({error})", path.name, "save the file as UTF-8"
        ) from error
    if not text:
        raise RecordError("the file is empty", path.name, "give a header line and rows")
    known = {name.casefold() for name in wanted}

    def fits(delimiter: str) -> tuple[int, int]:
        names = [name.strip(' "').casefold() for name in text.split(delimiter)]
        return sum(name in known for name in names), len(names)

    delimiter = max(DELIMITERS, key=fits)
    header = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True))
    names = [name.strip() for name in header]
    _check_header(names, path.name)
    return CsvTable(path, names, delimiter, encoding, Stretch(offset, size, line))


def _check_header(names: Sequence[str], where: str) -> None:
    folded = [name.casefold() for name in names if name]
    twice = sorted({name for name in folded if folded.count(name) > 1})
    if twice:
        raise RecordError(
            f"the column '{twice[0]}' stands twice", where, "give every column a name of its own"
        )


@dataclass(frozen=True, slots=True)
class RowTable:
    """Rows held in memory, from formats that are not read line by line."""

    name: str
    header: Sequence[str]
    body: Sequence[Sequence[str]] = field(repr=False)
    first: int = 2
    """Line of the first row."""

    def rows(self, stretch: Stretch | None = None) -> Iterator[Row]:
        """The rows of a stretch, by default of the whole table, with their lines; no empty ones."""
        start, end, line = stretch or Stretch(self.first, self.first + len(self.body), self.first)
        del line
        for number in range(start, end):
            cells = list(self.body[number - self.first])
            if any(cells):
                yield Row(number, cells, Stretch(number, number + 1, number))

    def part(self, stretches: Sequence[Stretch]) -> RowTable:
        """The table with these stretches only, small enough to send to another process."""
        if not stretches:
            return RowTable(self.name, self.header, (), self.first)
        first, last = min(s.start for s in stretches), max(s.end for s in stretches)
        return RowTable(self.name, self.header, self.body[first - self.first : last - self.first], first)


def open_sheet(path: Path) -> RowTable:
    """The first sheet of an Excel workbook; dates become ISO text, whole numbers lose their decimal point.

    Raises:
        MissingExtraError: the extra ``tables`` is not installed.
        RecordError: the file is not a workbook.
    """
    try:
        import openpyxl
    except ImportError as error:
        raise MissingExtraError.of("tables", "reading Excel files") from error
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        rows = [[_cell_text(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
        book.close()
    except Exception as error:
        what = f"not readable as an Excel workbook ({type(error).__name__})"
        raise RecordError(what, path.name, "save it as .xlsx or CSV, without a password") from error
    return _from_rows(path.name, rows)


def open_parquet(path: Path) -> RowTable:
    """A Parquet file; all values become text.

    Raises:
        MissingExtraError: the extra ``tables`` is not installed.
        RecordError: the file is not Parquet.
    """
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError.of("tables", "reading Parquet files") from error
    try:
        table = parquet.read_table(path)
        columns = [column.to_pylist() for column in table.columns]
    except Exception as error:
        what = f"not readable as Parquet ({type(error).__name__})"
        raise RecordError(what, path.name, "write it again or save it as CSV") from error
    body = [[_cell_text(cell) for cell in row] for row in zip(*columns, strict=True)]
    return _from_rows(path.name, [list(table.column_names), *body])


def _from_rows(name: str, rows: list[list[str]]) -> RowTable:
    start = next((n for n, row in enumerate(rows) if any(row)), None)
    if start is None:
        raise RecordError("the file is empty", name, "give a header line and rows")
    header = rows[start]
    while header and not header[-1]:
        header = header[:-1]
    _check_header(header, name)
    body = [row[: len(header)] if not any(row[len(header) :]) else row for row in rows[start + 1 :]]
    return RowTable(name, header, body, start + 2)


def _cell_text(cell: Any) -> str:
    """A cell as a person would type it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat() if not (cell.hour or cell.minute or cell.second) else cell.isoformat(" ")
        )
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()
