"""Reads rubrics: finds the file, refuses anything doubtful, and names every fault with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from qa_toolkit import resources
from qa_toolkit.authored.faults import faults_of
from qa_toolkit.authored.files import AuthoredKind
from qa_toolkit.authored.yaml_source import Fault, Node, decode, read_tree
from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.errors import RubricError
from qa_toolkit.evaluation.checks import cross_faults

SUFFIXES = (".yaml", ".yml")
RUBRIC_FILES = AuthoredKind("rubric", RubricError, "qa rubric lint")


@dataclass(frozen=True, slots=True)
class LoadedRubric:
    """A rubric that passed every check.

    Attributes:
        sha256: hash of the bytes of the file (of the UTF-8 text, when parsed from text).
        path: the file; None when parsed from text.
        text: the file's text, for showing and comparing versions.
    """

    rubric: Rubric
    sha256: str
    path: Path | None
    text: str


def load_rubric(source: Path | str, *, search: Sequence[Path] = ()) -> LoadedRubric:
    """The rubric of a file, an id, or ``id@version``.

    Text that names an existing file, ends in ``.yaml`` / ``.yml`` or holds a path separator is a file;
    anything else is looked up in ``search``, then among the shipped rubrics. Of several versions of an id
    in the first folder that has it, the highest is taken.

    Raises:
        RubricError: no such rubric, or the file has faults (``faults`` holds one line for each).
    """
    text = str(source)
    path = Path(source)
    if isinstance(source, Path) or text.endswith(SUFFIXES) or "/" in text or "\\" in text:
        return _load_file(path)
    rubric_id, _, version = text.partition("@")
    folders = [*search, resources.rubrics_dir()]
    for folder in folders:
        found = _find(folder, rubric_id, version)
        if found is not None:
            return _load_file(found)
    raise RubricError(
        f"no rubric '{text}'",
        f"looked in {', '.join(folder.name or str(folder) for folder in folders)}",
        f"accepted: {', '.join(available(search)) or 'a path to a rubric file'}",
    )


def available(search: Sequence[Path] = ()) -> tuple[str, ...]:
    """``id@version`` of every rubric in the folders and among the shipped ones, faulty files left out."""
    found = {
        f"{rubric_id}@{version}"
        for folder in [*search, resources.rubrics_dir()]
        for rubric_id, version, _ in _headers(folder)
    }
    return tuple(sorted(found))


def parse_rubric(text: str, filename: str = "<text>") -> LoadedRubric:
    """A rubric from its text.

    Raises:
        RubricError: every fault of the text, one line each in ``faults``.
    """
    return _loaded(text, filename, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), None)


def examine(text: str) -> tuple[Rubric | None, Node | None, list[Fault]]:
    """The rubric (if it can be built), its tree, and all faults of level error, in order of lines."""
    root, faults = read_tree(text)
    if root is None:
        return None, None, faults
    if not isinstance(root.value, dict):
        return (
            None,
            root,
            [*faults, Fault("error", root.line, "(file)", "not a mapping: accepted: id, version, …")],
        )
    rubric: Rubric | None = None
    try:
        rubric = Rubric.model_validate(root.plain())
    except ValidationError as error:
        faults = [*faults, *faults_of(error, Rubric, root)]
    except RecursionError:
        faults = [*faults, Fault("error", root.line, "(file)", "nested too deep: accepted: a flatter file")]
    faults = [*faults, *cross_faults(rubric, root)]
    return rubric, root, _in_order(faults)


def _load_file(path: Path) -> LoadedRubric:
    data = RUBRIC_FILES.read(path)
    text, faults = decode(data)
    if faults:
        raise RUBRIC_FILES.refusal(faults, path.name)
    return _loaded(text, path.name, hashlib.sha256(data).hexdigest(), path)


def _loaded(text: str, filename: str, sha256: str, path: Path | None) -> LoadedRubric:
    rubric, _, faults = examine(text)
    if faults or rubric is None:
        raise RUBRIC_FILES.refusal(faults, filename)
    return LoadedRubric(rubric, sha256, path, text)


def _in_order(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(dict.fromkeys(faults), key=lambda fault: (fault.line, fault.path))


def _find(folder: Path, rubric_id: str, version: str) -> Path | None:
    matches = [
        (found_version, path)
        for found_id, found_version, path in _headers(folder)
        if found_id == rubric_id and version in ("", found_version)
    ]
    return max(matches, key=lambda match: _version_key(match[0]))[1] if matches else None


def _headers(folder: Path) -> list[tuple[str, str, Path]]:
    """Id, version and file of every YAML file of a folder that has both at its top."""
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix in SUFFIXES and path.is_file():
            header = _header(path)
            if "id" in header and "version" in header and "sections" in header:
                found.append((header["id"], header["version"], path))
    return found


def _header(path: Path) -> dict[str, str]:
    """Top-level keys with their text, read line by line: an id is found even where the rest has faults."""
    try:
        lines = RUBRIC_FILES.read(path).decode("utf-8-sig").splitlines()
    except (RubricError, UnicodeDecodeError):
        return {}
    header: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.partition(":")
        if colon and key.isidentifier():
            header.setdefault(key, value.split(" #")[0].strip().strip("\"'"))
    return header


def _version_key(version: str) -> tuple[tuple[int, ...], bool, str]:
    numbers, dash, rest = version.partition("-")
    parts = tuple(int(part) for part in numbers.partition("+")[0].split(".") if part.isdigit())
    return parts, not dash, rest
