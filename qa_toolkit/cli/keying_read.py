"""``qa keying read``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_error, print_json, print_table, print_warning, progress
from qa_toolkit.cli.keying_options import Layout, find_layout
from qa_toolkit.cli.options import Json

if TYPE_CHECKING:
    from qa_toolkit.domain.scans import ScanReadings

SHOWN = 60
"""Doubtful fields the text table lists; ``--json`` lists every field."""


def register(commands: typer.Typer) -> None:
    commands.command()(read)


def read(
    scans: Annotated[
        list[Path],
        typer.Argument(metavar="SCAN...", help="PDF, TIFF, PNG, JPEG or folders.", show_default=False),
    ],
    layout: Layout,
    template: Annotated[
        Path | None,
        typer.Option("--template", metavar="T.yaml", help="Where the fields are; else the form as drawn."),
    ] = None,
    record: Annotated[
        str | None, typer.Option("--record", metavar="ID", help="The application all pages belong to.")
    ] = None,
    serial_format: Annotated[
        str, typer.Option("--serial-format", metavar="F", help="Record id from the printed serial.")
    ] = "{serial:06d}",
    out: Annotated[Path | None, typer.Option("--out", metavar="F.json", help="Writes the readings.")] = None,
    json: Json = False,
) -> None:
    """Reads scanned pages as a second opinion; exit code 1 when a file or page could not be read."""
    from qa_toolkit.domain.contract import canonical_json, to_contract
    from qa_toolkit.keying.scans.arrangement import arrange
    from qa_toolkit.keying.scans.content import load_blanks
    from qa_toolkit.keying.scans.drawing import write_paper
    from qa_toolkit.keying.scans.images import scan_files
    from qa_toolkit.keying.scans.reading import read_scans
    from qa_toolkit.keying.scans.recognition import RapidOcr
    from qa_toolkit.keying.scans.template import load_template

    loaded = find_layout(layout)
    placed = load_template(template, loaded.layout) if template else arrange(loaded.layout).template
    blanks = load_blanks(placed, template.parent) if template and placed.fiducials is None else None
    files = scan_files(scans)
    with progress("reading pages", len(files)) as bar:
        readings = read_scans(
            files,
            loaded,
            placed,
            RapidOcr(),
            record=record,
            serial_format=serial_format,
            blanks=blanks,
            on_page=lambda file, number: bar.update(bar.task_ids[0], description=f"{file} page {number}"),
        )
    if out is not None:
        write_paper(out, canonical_json(to_contract(readings)).encode())
    if json:
        print_json(to_contract(readings))
    else:
        _show(readings)
    for warning in readings.warnings:
        print_warning(warning)
    for each in readings.rejected:
        print_error(each.reason, each.input)
    if readings.rejected:
        raise typer.Exit(1)


def _show(readings: ScanReadings) -> None:
    rows = [
        [
            record.record,
            len(record.pages),
            ", ".join(map(str, record.missing_pages)),
            len(record.fields),
            sum(f.state != "blank" for f in record.fields),
            sum(f.doubtful for f in record.fields),
        ]
        for record in readings.records
    ]
    columns = ["record", "pages>", "missing", "fields>", "filled>", "doubtful>"]
    print_table(f"read by {readings.read_by.engine}", columns, rows)
    doubtful = [(r.record, f) for r in readings.records for f in r.fields if f.doubtful]
    if doubtful:
        table = [
            [name, ".".join(p for p in (f.group, f.member, f.field) if p), f.page, f.reason]
            for name, f in doubtful[:SHOWN]
        ]
        print_table(None, ["record", "doubtful field", "page>", "why"], table)
    if len(doubtful) > SHOWN:
        typer.echo(f"and {len(doubtful) - SHOWN} more; --json lists all")
    typer.echo(readings.note)
