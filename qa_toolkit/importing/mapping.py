"""The file that says what the columns and names of another recorder mean."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from qa_toolkit.authored import MAX_BYTES, Fault, decode, faults_of, read_tree
from qa_toolkit.domain import Role
from qa_toolkit.domain.rubric import Authored
from qa_toolkit.errors import AuthoredFileError


class ColumnRule(Authored):
    """Where a metadata value comes from and how it is rewritten."""

    column: str = Field(min_length=1)
    values: dict[str, str] | None = None
    """The recorder's values and ours; a value that is not listed is a fault of its row."""
    date_format: str | None = None
    """How dates are written, as for Python's ``strptime``; the value becomes ISO 8601."""


class MatchRule(Authored):
    """How a row finds its recording or transcript."""

    column: str = Field(min_length=1)
    by: Literal["stem", "name", "id"] = "stem"
    """Compared with the file's name without folder and extension (stem), with it (name), or the id."""


class RecordingRule(Authored):
    """Where the path of the recording comes from, for a manifest."""

    column: str = Field(min_length=1)
    folder: str | None = None
    """When given, only the file's name is taken from the column and looked for in this folder."""


class RecorderMapping(Authored):
    """What the columns of a recorder's table and the names of its speakers mean."""

    match: MatchRule | None = None
    recording: RecordingRule | None = None
    columns: dict[str, str | ColumnRule] = Field(default_factory=dict)
    """Our metadata names and the columns they come from."""
    other_columns: Literal["drop", "keep"] = "drop"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    encoding: Literal["utf-8", "utf-16", "cp1252"] = "utf-8"
    roles: dict[str, Role] = Field(default_factory=dict)
    """Roles of speakers' names in transcripts, such as ``SPEAKER_00: agent``."""

    def rules(self) -> dict[str, ColumnRule]:
        """The rule of each metadata name; a bare column name is a rule without rewriting."""
        return {
            name: ColumnRule(column=rule) if isinstance(rule, str) else rule
            for name, rule in self.columns.items()
        }


def load_mapping(path: Path) -> RecorderMapping:
    """The mapping in a YAML file.

    Raises:
        AuthoredFileError: the file cannot be read or has faults; ``faults`` holds one line for each.
    """
    try:
        data = path.read_bytes()[: MAX_BYTES + 1]
    except OSError as error:
        raise AuthoredFileError(
            f"the mapping cannot be read ({error.strerror})", str(path), "check the path"
        ) from None
    text, faults = decode(data)
    found: RecorderMapping | None = None
    if not faults:
        found, faults = _parsed(text)
    if faults or found is None:
        lines = tuple(str(Fault(f.level, f.line, f.path, f.message, path.name)) for f in faults)
        raise AuthoredFileError(
            "; ".join(lines) or "the mapping is empty", None if lines else str(path), None, lines
        )
    return found


def _parsed(text: str) -> tuple[RecorderMapping | None, list[Fault]]:
    root, faults = read_tree(text)
    if root is None or faults:
        return None, faults
    if not isinstance(root.value, dict):
        return None, [Fault("error", root.line, "(file)", "not a mapping: accepted: match, columns, …")]
    try:
        return RecorderMapping.model_validate(root.plain()), []
    except ValidationError as error:
        return None, faults_of(error, RecorderMapping, root)
