"""``qa keying report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_toolkit.cli.console import print_json
from qa_toolkit.cli.keying_options import (
    Encoding,
    Identifiers,
    Keyed,
    Layout,
    Reference,
    end_with,
    find_layout,
)
from qa_toolkit.cli.options import Json


def register(commands: typer.Typer) -> None:
    commands.command()(report)


def report(
    keyed: Keyed,
    reference: Reference,
    layout: Layout,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the pages.")],
    scan_readings: Annotated[
        Path | None,
        typer.Option("--scan-readings", metavar="F.json", help="To show fields as they are on paper."),
    ] = None,
    scans: Annotated[
        list[Path] | None, typer.Option("--scans", metavar="PATH", help="The scans of those readings.")
    ] = None,
    language: Annotated[str, typer.Option("--language", help="Of the labels: en or es.")] = "en",
    encoding: Encoding = "utf-8",
    show_identifiers: Identifiers = False,
    json: Json = False,
) -> None:
    """Writes a page for the unit and one an operator; exit code 1 when a record could not be compared."""
    from qa_toolkit.cli.files import writing_to
    from qa_toolkit.cli.keying_worklist import load_readings
    from qa_toolkit.errors import UsageError
    from qa_toolkit.reports.keying_report import write_keying_pages

    files: tuple[Path, ...] = ()
    if scans:
        if scan_readings is None:
            raise UsageError("scans without their readings", "--scans", "give --scan-readings, too")
        from qa_toolkit.keying.scans.images import scan_files

        files = tuple(scan_files(scans))
    loaded = find_layout(layout)
    readings = None if scan_readings is None else load_readings(scan_readings, loaded.layout.id)
    with writing_to(out):
        page, accuracy = write_keying_pages(
            keyed,
            reference,
            loaded,
            out,
            encoding=encoding,
            show_identifiers=show_identifiers,
            readings=readings,
            scans=files,
            language=language,
        )
    operators = sorted(share.name for share in accuracy.by.get("operator", ()))
    if json:
        print_json({"page": str(page), "records": accuracy.records, "operators": operators})
    else:
        typer.echo(f"{page}: {accuracy.records} forms, {len(operators)} operators")
    end_with(accuracy.rejected, accuracy.warnings)
