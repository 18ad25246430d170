"""What a recorder's mapping and its tables say of files named on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_warning
from qa_toolkit.cli.inputs import Item, expand
from qa_toolkit.errors import UsageError

if TYPE_CHECKING:
    from qa_toolkit.domain.case import Case
    from qa_toolkit.domain.transcript import Metadata, Role
    from qa_toolkit.importing import RecorderMapping, RecorderRow
    from qa_toolkit.metrics import MetricThresholds
    from qa_toolkit.pipeline import KnownOf

TABLE_SUFFIX = ".csv"
MappingFile = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="MAP.yaml", help="What a recorder's columns and speakers mean."),
]


@dataclass(frozen=True, slots=True)
class Recorder:
    """A mapping, and the rows of the tables it was given with."""

    rules: RecorderMapping
    rows: tuple[RecorderRow, ...] = ()
    files: tuple[Path | None, ...] = ()
    """The file that each row names, where the tables are all that was given."""
    named: Mapping[Path, RecorderRow] = field(default_factory=dict)
    """The row of each of these files."""

    @property
    def roles(self) -> Mapping[str, Role]:
        """Roles of the recorder's speakers."""
        return self.rules.roles

    def known_of(self, path: Path) -> KnownOf:
        """Tells what the tables know of a file by the id of its interaction."""
        from qa_toolkit.importing import metadata_for

        def known(interaction: str) -> Metadata:
            row = self.named.get(path)
            return metadata_for(self.rows, self.rules, path, interaction) if row is None else row.metadata

        return known


def read_known(
    item: Item, recorder: Recorder, thresholds: MetricThresholds, language: str | None = None
) -> Case:
    """The case of a transcript, chat or record, with what the recorder's tables know of it.

    What had to be guessed on reading it is said on stderr.

    Args:
        language: of a conversation whose file and tables do not state theirs.

    Raises:
        TranscriptError: the file holds nothing that is known.
    """
    from qa_toolkit.pipeline import case_of, case_of_document, read_case

    path = item.path
    if item.document is not None:
        case = case_of_document(item.document, source=item.name, thresholds=thresholds)
    else:
        case = read_case(path, metadata=recorder.known_of(path), roles=recorder.roles, thresholds=thresholds)
    if case.transcript is None:
        return case
    for warning in case.transcript.warnings:
        print_warning(f"{path.name}: {warning}")
    if language is None or case.interaction.language is not None:
        return case
    return case_of(replace(case.transcript, language=language), thresholds=thresholds)


def recorder_of(paths: Sequence[Path], mapping: Path | None) -> tuple[Recorder, list[Path]]:
    """The recorder's mapping with the tables among the paths, and the other paths.

    Raises:
        UsageError: there is a table and no mapping.
        AuthoredFileError: the mapping has faults.
        ManifestError: a table cannot be used.
    """
    from qa_toolkit.importing import RecorderMapping, interactions_of_table, load_mapping, read_table

    tables = [path for path in paths if path.suffix.lower() == TABLE_SUFFIX and not path.is_dir()]
    if mapping is None:
        tables = [path for path in tables if interactions_of_table(path) is None]
    if tables and mapping is None:
        raise UsageError(
            "a table needs to be told what its columns mean",
            str(tables[0]),
            "add --mapping MAP.yaml, or the columns of chats or records (docs/formats.md)",
        )
    rules = RecorderMapping() if mapping is None else load_mapping(mapping)
    rows = [(table, row) for table in tables for row in read_table(table, rules)]
    others = [path for path in paths if path not in tables]
    found = tuple(row for _, row in rows)
    if others:
        return Recorder(rules, found), others
    files = tuple(table.parent / row.recording if row.recording else None for table, row in rows)
    named = {file: row for file, row in zip(files, found, strict=True) if file is not None}
    return Recorder(rules, found, files, named), others


def items_of(
    recorder: Recorder, others: list[Path], suffixes: frozenset[str]
) -> tuple[list[Item], list[Path]]:
    """The items of a command: the files given, else those that the tables name beside themselves.

    Raises:
        UsageError: there are none.
    """
    if others:
        items, left_out = expand(others, suffixes)
        return [each for item in items for each in _interactions_of(item)], left_out
    items = []
    for file, row in zip(recorder.files, recorder.rows, strict=True):
        if file is None:
            raise UsageError(
                f"line {row.line} of the table names no file",
                None,
                "name the files, too, or give 'recording: {column: …}' in the mapping",
            )
        items.append(Item(file, row.recording or file.name))
    return items, []


def _interactions_of(item: Item) -> list[Item]:
    """The chats or records of a table as items of their own; anything else as it is."""
    from qa_toolkit.importing import interactions_of_table

    if item.path.suffix.lower() != TABLE_SUFFIX or item.path.is_dir():
        return [item]
    found = interactions_of_table(item.path)
    return [Item(item.path, f"{item.name}: {each['id']}", each) for each in found or ()]
