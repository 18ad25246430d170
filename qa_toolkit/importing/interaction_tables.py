"""Tables that hold the interactions themselves, a row a chat message or a record (``docs/formats.md``)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qa_toolkit.errors import ManifestError
from qa_toolkit.importing.speakers import role_of
from qa_toolkit.importing.tables import text_of_table

_MESSAGE = ("id", "at", "role", "text")
_PARTS = ("metadata", "reference")


def interactions_of_table(path: Path) -> tuple[dict[str, Any], ...] | None:
    """The chats or records of a table, each in the shape of its JSON file; None for another table.

    With the columns ``id``, ``at``, ``role`` and ``text`` a row is a message, the rows of one id are a chat;
    with ``id`` alone a row is a record: ``reference.NAME`` and ``metadata.NAME`` are what their names say,
    ``kind`` is record (default) or document, every other column a field. Empty cells are no values.

    Raises:
        ManifestError: the table cannot be read; the line is named.
    """
    rows = _rows(path)
    if not rows or "id" not in rows[0][1]:
        return None
    for line, row in rows:
        if not row["id"]:
            raise ManifestError(f"line {line}: the column 'id' is empty", str(path), "name the interaction")
    if all(column in rows[0][1] for column in _MESSAGE):
        return _chats(rows, path)
    return tuple(_record(row) for _, row in rows)


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    text = text_of_table(path, "UTF-8", "save it as UTF-8")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        twice = next((name for name in header if name and header.count(name) > 1), None)
        if twice is not None:
            raise ManifestError(f"line 1: the column '{twice}' stands twice", str(path), "rename one")
        for cells in reader:
            if len(cells) > len(header):
                raise ManifestError(
                    f"line {reader.line_num}: more cells than columns", str(path), "correct it"
                )
            if any(cell.strip() for cell in cells):
                filled = [cell.strip() for cell in cells] + [""] * (len(header) - len(cells))
                rows.append((reader.line_num, dict(zip(header, filled, strict=True))))
    except csv.Error as error:
        raise ManifestError(f"line {reader.line_num}: not CSV ({error})", str(path), "correct it") from None
    return rows


def _chats(rows: Sequence[tuple[int, dict[str, str]]], path: Path) -> tuple[dict[str, Any], ...]:
    chats: dict[str, dict[str, Any]] = {}
    for line, row in rows:
        chat = chats.setdefault(row["id"], {"kind": "chat", "id": row["id"], "turns": [], "metadata": {}})
        turn = {"role": role_of(row["role"]).value, "text": row["text"], "at": row["at"] or None}
        chat["turns"].append(turn)
        for name, value in row.items():
            if not name or not value or name in _MESSAGE:
                continue
            known = chat["metadata"].setdefault(name.removeprefix("metadata."), value)
            if known != value:
                raise ManifestError(
                    f"line {line}: '{name}' is {value!r} here and {known!r} in an earlier row of {row['id']}",
                    str(path),
                    "give a chat one value of each further column",
                )
    for chat in chats.values():
        chat["language"] = chat["metadata"].pop("language", None)
    return tuple(chats.values())


def _record(row: Mapping[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = {"kind": row.get("kind") or "record", "id": row["id"], "fields": {}}
    for name, value in row.items():
        part, _, rest = name.partition(".")
        if not name or not value or name in ("id", "kind"):
            continue
        if part in _PARTS and rest:
            document.setdefault(part, {})[rest] = value
        else:
            document["fields"][name.removeprefix("record.")] = value
    return document
