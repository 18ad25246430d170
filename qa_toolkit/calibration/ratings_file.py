"""Ratings and weights from files: what people write, checked line by line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_toolkit.errors import InputError

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class RatingsFile:
    """One table of ratings as it stands in a file; cells are text, None where empty."""

    units: tuple[str, ...]
    raters: tuple[str, ...]
    cells: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """Weights of one's own; ``categories`` is None where the file holds numbers alone."""

    categories: tuple[str, ...] | None
    matrix: tuple[tuple[float, ...], ...]


def number(text: str) -> float | None:
    """The number a text is, or None; ``nan``, ``inf`` and numbers beyond exact counting are texts."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) <= _LARGEST else None


def read_ratings(path: Path) -> RatingsFile:
    """Reads a CSV file: first column ``unit``, then one column a rater; an empty cell is a missing rating.

    Raises:
        InputError: the file cannot be read or is not such a table; the line is named.
    """
    lines = _table(path)
    if not lines:
        raise InputError("the file is empty", path.name, "first line: unit, then the names of the raters")
    (_, header), *body = lines
    raters = _raters(header, path.name)
    units: dict[str, int] = {}
    cells = []
    for line, row in body:
        where = f"{path.name}:{line}"
        if len(row) != len(header):
            what = f"the row has {len(row)} cells and the header {len(header)}"
            raise InputError(what, where, "give every row one cell a column, empty where there is no rating")
        unit = row[0]
        if not unit:
            raise InputError("the row has no unit", where, "name the interaction in the first column")
        if unit in units:
            what = f"unit '{unit}' stands in line {units[unit]} already"
            raise InputError(what, where, "give each unit one row, with one column a rater")
        units[unit] = line
        cells.append(tuple(cell or None for cell in row[1:]))
    return RatingsFile(tuple(units), raters, tuple(cells))


def _raters(header: Sequence[str], name: str) -> tuple[str, ...]:
    where = f"{name}:1"
    if header[0].lower() != "unit":
        raise InputError(f"the first column is '{header[0]}'", where, "name it unit")
    raters = tuple(header[1:])
    if not raters:
        raise InputError("there is no column of ratings", where, "add one column a rater")
    for place, rater in enumerate(raters):
        if not rater:
            raise InputError(
                f"column {place + 2} has no name", where, "write the rater's name into the header"
            )
        if rater in raters[:place]:
            raise InputError(f"rater '{rater}' has two columns", where, "give each rater one column")
    return raters


def read_weights(path: Path) -> WeightsFile:
    """Reads weights: CSV or JSON, a square of numbers with or without the categories around it.

    CSV: numbers alone, in the order of the categories; or the categories as first line, or as first line and
    first column. JSON: a list of lists, ``{"categories": [], "weights": [[]]}``, or
    ``{"a": {"a": 0, "b": 1}, …}``.

    Raises:
        InputError: the file cannot be read or is no square of numbers.
    """
    text = _text(path)
    if text.lstrip().startswith(("[", "{")):
        return _json_weights(text, path.name)
    rows = [row for _, row in _table(path)]
    if not rows:
        raise InputError("the file is empty", path.name, "give a square of weights")
    if len(rows) == len(rows[0]) + 1 and all(len(row) == len(rows[0]) for row in rows):
        return _labelled(rows[0], rows[1:], path.name)
    corner = rows[0][0]
    if number(corner) is None:
        labels = tuple(rows[0][1:])
        if tuple(row[0] for row in rows[1:]) != labels:
            what = "the categories of the first line are not those of the first column"
            raise InputError(what, path.name, "name the same categories in the same order")
        return _labelled(labels, [row[1:] for row in rows[1:]], path.name)
    return WeightsFile(None, _numbers(rows, path.name))


def _json_weights(text: str, name: str) -> WeightsFile:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the weights are not JSON: {error}", name, "give a list of lists") from None
    if isinstance(data, Mapping) and "weights" in data:
        rows, labels = data["weights"], data.get("categories")
    elif isinstance(data, Mapping):
        labels = list(data)
        rows = [
            [row.get(label) if isinstance(row, Mapping) else None for label in data] for row in data.values()
        ]
    else:
        rows, labels = data, None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise InputError("the weights are no square of numbers", name, "give a list of lists of numbers")
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if labels is None:
        return WeightsFile(None, _numbers(cells, name))
    if not isinstance(labels, list):
        raise InputError("the categories are no list", name, "give a list of names")
    return _labelled([_label(each) for each in labels], cells, name)


def _label(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _labelled(labels: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> WeightsFile:
    if len(rows) != len(labels) or len(set(labels)) != len(labels) or not all(labels):
        raise InputError(
            "the weights do not fit their categories", name, "one line and one column a category"
        )
    return WeightsFile(tuple(labels), _numbers(rows, name))


def _numbers(rows: Sequence[Sequence[str]], name: str) -> tuple[tuple[float, ...], ...]:
    for row in rows:
        if len(row) != len(rows):
            what = f"{len(rows)} lines of weights, one with {len(row)} numbers"
            raise InputError(what, name, "give a square of weights")
        for cell in row:
            if number(cell) is None:
                raise InputError(f"the weight '{cell}' is no number", name, "give numbers of 0 or more")
    return tuple(tuple(number(cell) or 0.0 for cell in row) for row in rows)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError("there is no such file", str(path), "check the name") from None
    except IsADirectoryError:
        raise InputError("it is a folder", str(path), "give a file") from None
    except UnicodeDecodeError:
        raise InputError("the file is not UTF-8 text", path.name, "save it as CSV UTF-8") from None
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", path.name, "check it") from None


def _table(path: Path) -> list[tuple[int, list[str]]]:
    """Lines with their numbers; cells without surrounding spaces; lines without any text are left out."""
    text = _text(path)
    first = text.split("\n", 1)[0]
    delimiter = next((each for each in (",", ";", "\t") if each in first), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if len(cells) > 1 or any(cells):
                lines.append((reader.line_num, cells))
    except csv.Error as error:
        raise InputError(
            f"the table is broken: {error}", f"{path.name}:{reader.line_num}", "check the quotes"
        ) from None
    return lines
