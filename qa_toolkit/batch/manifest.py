"""Manifest CSV: which recordings to score, and what is known of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa_toolkit.domain.transcript import Metadata
from qa_toolkit.errors import InputError, ManifestError

MAX_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One row: the recording, what is known of it, and its fault if it cannot be used."""

    name: str
    path: Path
    metadata: Metadata = field(default_factory=dict)
    rubric: str | None = None
    fault: InputError | None = None


def read_manifest(path: Path, roots: Sequence[Path] = ()) -> list[ManifestRow]:
    """The rows of a manifest, in order.

    The header needs ``path``; ``rubric`` names a rubric for the row; every other column is metadata. Empty
    cells are left out. Paths are relative to the manifest and must lie below its folder or one of ``roots``,
    links followed.

    Raises:
        ManifestError: the file as a whole cannot be used; a bad row carries its fault instead.
    """
    reader = csv.reader(io.StringIO(_text(path)), strict=True)
    rows: list[ManifestRow] = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, path)
        rows.extend(
            _row(path, reader.line_num, header, [cell.strip() for cell in cells], roots)
            for cells in reader
            if any(cell.strip() for cell in cells)
        )
    except csv.Error as error:
        raise ManifestError(
            f"the manifest is not CSV ({error})", f"{path}:{reader.line_num}", "correct it"
        ) from None
    if not rows:
        raise ManifestError("the manifest has no rows", str(path), "add one row a recording")
    return rows


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ManifestError("the manifest is larger than 256 MiB", str(path), "split it")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ManifestError("the manifest is not UTF-8 text", str(path), "save it as CSV UTF-8") from None
    except OSError as error:
        raise ManifestError(
            f"the manifest cannot be read ({error.strerror})", str(path), "check the path"
        ) from None


def _check_header(header: list[str], path: Path) -> None:
    if "path" not in header:
        raise ManifestError(
            "the manifest has no column 'path'", f"{path}:1", "name the columns in the first row"
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice or "" in header:
        fault = f"the column '{twice[0]}' stands twice" if twice and twice[0] else "a column has no name"
        raise ManifestError(fault, f"{path}:1", "name each column once")


def _row(
    manifest: Path, line: int, header: list[str], cells: list[str], roots: Sequence[Path]
) -> ManifestRow:
    where = f"{manifest.name}:{line}"
    values = dict(zip(header, cells, strict=False))
    name = values.pop("path", "")
    rubric = values.pop("rubric", "") or None
    metadata = {key: value for key, value in values.items() if value}
    recording = manifest.parent / name
    fault: InputError | None = None
    if len(cells) > len(header):
        fault = ManifestError("the row has more cells than the header", where, "quote cells that hold commas")
    elif not name:
        fault = ManifestError("the row has no path", where, "name the recording")
    else:
        fault = _outside(manifest, name, roots, where)
    return ManifestRow(name or where, recording, metadata, rubric, fault)


def _outside(manifest: Path, name: str, roots: Sequence[Path], where: str) -> InputError | None:
    fix = "move the recording or add its folder to manifest_roots"
    if "\0" in name:
        return ManifestError("the path holds a NUL character", where, "correct the path")
    allowed = [folder.resolve() for folder in (manifest.parent, *roots)]
    try:
        resolved = (manifest.parent / name).resolve()
    except (OSError, RuntimeError):
        return ManifestError(f"the path '{name}' cannot be followed", where, "correct the path")
    if not any(resolved.is_relative_to(folder) for folder in allowed):
        return ManifestError(f"the path '{name}' leads outside the manifest's folder", where, fix)
    return None
