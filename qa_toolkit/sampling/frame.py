"""The frame: everything that could be drawn, one row an interaction."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_toolkit.errors import InputError, UsageError


@dataclass(frozen=True, slots=True)
class FrameItem:
    """One interaction that could be drawn, with what is known of it."""

    id: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Frame:
    """Interactions that could be drawn; ``sha256`` is of ids and values, whatever the order of the rows."""

    items: tuple[FrameItem, ...]
    columns: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Names the frame, so that a draw can be checked later."""
        digest = hashlib.sha256()
        for item in sorted(self.items, key=lambda each: each.id):
            cells = [item.id, *(f"{name}={item.values[name]}" for name in sorted(self.columns))]
            digest.update(("\x1f".join(cells) + "\x1e").encode())
        return digest.hexdigest()

    def where(self, filters: Mapping[str, Sequence[str]]) -> Frame:
        """Only the items whose columns hold one of the wanted values.

        Raises:
            UsageError: there is no such column.
        """
        self.require(filters)
        kept = [i for i in self.items if all(i.values[name] in wanted for name, wanted in filters.items())]
        return Frame(tuple(kept), self.columns)

    def require(self, columns: Sequence[str] | Mapping[str, object]) -> None:
        """Raises :class:`UsageError` when one of the columns is not there."""
        for name in columns:
            if name not in self.columns:
                known = ", ".join(self.columns) or "none but id"
                raise UsageError(f"the frame has no column '{name}'", None, f"its columns: {known}")


def read_frame(path: Path) -> Frame:
    """Reads a frame from CSV: a column ``id`` and any others; all values are text.

    Raises:
        InputError: the file cannot be read or a row cannot be used; the line is named.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError("there is no such file", str(path), "check the name") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the file cannot be read as text: {error}", path.name, "save it as CSV UTF-8"
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        what = f"the table is broken: {error}"
        raise InputError(what, f"{path.name}:{reader.line_num}", "check the quotes") from None
    rows = [(line, row) for line, row in rows if any(row)]
    if not rows:
        raise InputError("the file is empty", path.name, "first line: id and further columns")
    (line, header), *body = rows
    if "id" not in header or len(set(header)) != len(header) or not all(header):
        fix = "name every column once, one of them id"
        raise InputError("the header is wrong", f"{path.name}:{line}", fix)
    return Frame(tuple(_items(body, header, path.name)), tuple(name for name in header if name != "id"))


def _items(rows: Sequence[tuple[int, list[str]]], header: Sequence[str], name: str) -> list[FrameItem]:
    lines: dict[str, int] = {}
    items = []
    for line, row in rows:
        if len(row) != len(header):
            what = f"the row has {len(row)} cells and the header {len(header)}"
            raise InputError(what, f"{name}:{line}", "give every row one cell a column")
        values = dict(zip(header, row, strict=True))
        key = values.pop("id")
        if not key:
            raise InputError("the row has no id", f"{name}:{line}", "name the interaction")
        if key in lines:
            what = f"id '{key}' stands in line {lines[key]} already"
            raise InputError(what, f"{name}:{line}", "list every interaction once")
        lines[key] = line
        items.append(FrameItem(key, values))
    return items
