"""Tables that other recorders write beside their recordings: rows into metadata, and into a manifest."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from qa_toolkit.domain import Metadata
from qa_toolkit.errors import ManifestError
from qa_toolkit.importing.mapping import ColumnRule, RecorderMapping

MAX_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RecorderRow:
    """One row of a recorder's table.

    Attributes:
        key: what it is matched by; None where the mapping has no ``match``.
        recording: path for a manifest; None where the mapping has no ``recording``.
        metadata: values under our names; empty cells are left out.
    """

    line: int
    key: str | None
    recording: str | None
    metadata: Metadata = field(default_factory=dict)


def read_table(path: Path, mapping: RecorderMapping) -> tuple[RecorderRow, ...]:
    """The rows of a recorder's table.

    Raises:
        ManifestError: the table cannot be read, lacks a column the mapping names, or holds a value that the
            mapping does not know; the line is named.
    """
    text = text_of_table(path, mapping.encoding, "set encoding in the mapping")
    reader = csv.reader(io.StringIO(text), delimiter=mapping.delimiter, strict=True)
    rows: list[RecorderRow] = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, mapping, path)
        rows.extend(
            _row(header, cells, reader.line_num, mapping, path)
            for cells in reader
            if any(cell.strip() for cell in cells)
        )
    except csv.Error as error:
        raise ManifestError(f"line {reader.line_num}: not CSV ({error})", str(path), "correct it") from None
    if not rows:
        raise ManifestError("the table has no rows", str(path), "export it again")
    return tuple(rows)


def metadata_for(
    rows: Sequence[RecorderRow], mapping: RecorderMapping, file: Path, identifier: str
) -> Metadata:
    """What the table knows about a transcript; nothing where no row matches.

    Raises:
        ManifestError: several rows match.
    """
    by = mapping.match.by if mapping.match else None
    wanted = {"stem": file.stem, "name": file.name, "id": identifier, None: None}[by]
    found = [row for row in rows if row.key is not None and row.key == wanted]
    if len(found) > 1:
        lines = ", ".join(str(row.line) for row in found)
        raise ManifestError(f"lines {lines} of the table are all about it", file.name, "keep one of them")
    return found[0].metadata if found else {}


def manifest_csv(rows: Sequence[RecorderRow]) -> str:
    """A manifest for ``qa score``: ``path`` and the metadata names in the order they first appear.

    Raises:
        ManifestError: a row has no recording.
    """
    for row in rows:
        if not row.recording:
            raise ManifestError(
                f"line {row.line}: no recording is named",
                "the table",
                "give 'recording: {column: …}' in the mapping",
            )
    names = list(dict.fromkeys(name for row in rows for name in row.metadata))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["path", *names])
    for row in rows:
        writer.writerow(
            [row.recording, *("" if (v := row.metadata.get(name)) is None else v for name in names)]
        )
    return out.getvalue()


def text_of_table(path: Path, encoding: str, remedy: str) -> str:
    """The text of a table's file; ``remedy`` is what to do where it is in another encoding.

    Raises:
        ManifestError: it is too large, not text of that encoding, or cannot be read.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ManifestError("the table is larger than 256 MiB", str(path), "split it")
        return path.read_bytes().decode("utf-8-sig" if encoding in ("utf-8", "UTF-8") else encoding)
    except UnicodeError:
        raise ManifestError(f"the table is not {encoding} text", str(path), remedy) from None
    except OSError as error:
        raise ManifestError(
            f"the table cannot be read ({error.strerror})", str(path), "check the path"
        ) from None


def _check_header(header: Sequence[str], mapping: RecorderMapping, path: Path) -> None:
    wanted = [rule.column for rule in mapping.rules().values()]
    wanted += [rule.column for rule in (mapping.match, mapping.recording) if rule is not None]
    for column in wanted:
        if header.count(column) != 1:
            what = "is missing" if column not in header else "stands twice"
            known = ", ".join(name for name in header if name) or "none"
            raise ManifestError(
                f"line 1: the column '{column}' {what}", str(path), f"the columns are: {known}"
            )


def _row(
    header: Sequence[str], cells: Sequence[str], line: int, mapping: RecorderMapping, path: Path
) -> RecorderRow:
    if len(cells) > len(header):
        raise ManifestError(
            f"line {line}: more cells than columns", str(path), "correct it, or set delimiter"
        )
    values = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    rules = mapping.rules()
    metadata = {name: _value(rule, values.get(rule.column, ""), line, path) for name, rule in rules.items()}
    if mapping.other_columns == "keep":
        used = {rule.column for rule in rules.values()}
        used |= {rule.column for rule in (mapping.match, mapping.recording) if rule is not None}
        metadata |= {
            name: value for name, value in values.items() if name and name not in used | set(metadata)
        }
    return RecorderRow(
        line=line,
        key=_key(values, mapping),
        recording=_recording(values, mapping),
        metadata={name: value for name, value in metadata.items() if value},
    )


def _value(rule: ColumnRule, value: str, line: int, path: Path) -> str:
    if not value:
        return ""
    if rule.values is not None:
        if value not in rule.values:
            raise ManifestError(
                f"line {line}: '{value}' in column '{rule.column}' is not known",
                str(path),
                "add it to values in the mapping",
            )
        value = rule.values[value]
    if rule.date_format is not None:
        try:
            # The recorder's clock, whose zone the table does not say: kept without one.
            value = datetime.strptime(value, rule.date_format).isoformat()  # noqa: DTZ007
        except ValueError:
            raise ManifestError(
                f"line {line}: '{value}' is not a date like {rule.date_format}",
                str(path),
                "correct date_format",
            ) from None
    return value


def _key(values: Mapping[str, str], mapping: RecorderMapping) -> str | None:
    if mapping.match is None:
        return None
    value = values.get(mapping.match.column, "")
    if mapping.match.by == "id":
        return value or None
    name = PurePosixPath(value.replace("\\", "/")).name
    return (PurePosixPath(name).stem if mapping.match.by == "stem" else name) or None


def _recording(values: Mapping[str, str], mapping: RecorderMapping) -> str | None:
    if mapping.recording is None:
        return None
    value = values.get(mapping.recording.column, "").replace("\\", "/")
    if not value or mapping.recording.folder is None:
        return value or None
    return str(PurePosixPath(mapping.recording.folder) / PurePosixPath(value).name)
