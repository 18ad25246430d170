"""``qa keying worklist``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.keying_options import Encoding, Identifiers, Keyed, Layout, end_with, find_layout
from qa_toolkit.cli.options import Json
from qa_toolkit.json_files import read_json

if TYPE_CHECKING:
    from qa_toolkit.domain.scans import ScanReadings
    from qa_toolkit.keying.scans.worklist import Worklist

SHOWN = 40
"""Places the text table lists; ``--json`` lists all."""


def register(commands: typer.Typer) -> None:
    commands.command()(worklist)


def worklist(
    keyed: Keyed,
    layout: Layout,
    scan_readings: Annotated[
        Path, typer.Option("--scan-readings", metavar="F.json", help="What 'qa keying read --out' wrote.")
    ],
    encoding: Encoding = "utf-8",
    show_identifiers: Identifiers = False,
    json: Json = False,
) -> None:
    """Orders an analyst's work by where keyed records and readings of their scans differ; no verdict."""
    from dataclasses import asdict

    from qa_toolkit.keying.scans.worklist import worklist_of_file

    loaded = find_layout(layout).layout
    found = worklist_of_file(
        keyed,
        load_readings(scan_readings, loaded.id),
        loaded,
        encoding=encoding,
        show_identifiers=show_identifiers,
    )
    if json:
        data = asdict(found)
        print_json({"schema": data.pop("schema"), "note": data.pop("note"), **data})
    else:
        _show(found)
    end_with(found.rejected)


def _show(found: Worklist) -> None:
    rows = [
        [
            f"{item.priority:.1f}",
            item.record,
            ".".join(part for part in (item.group, item.member, item.field) if part),
            item.criticality,
            item.kind,
            item.keyed,
            item.read,
            item.page,
            item.why,
        ]
        for item in found.items[:SHOWN]
    ]
    columns = ["priority>", "record", "field", "crit", "kind", "keyed", "read", "page>", "why"]
    print_table(None, columns, rows)
    if len(found.items) > SHOWN:
        typer.echo(f"and {len(found.items) - SHOWN} more; --json lists all")
    compared, unread = sum(c.compared for c in found.records), sum(c.unread for c in found.records)
    typer.echo(f"{len(found.items)} places to look at, of {compared} compared; {unread} not read")
    typer.echo(found.note)


def load_readings(path: Path, layout: str) -> ScanReadings:
    """The readings of a file.

    Raises:
        RecordError: the file is missing, holds something else, or readings of another layout.
    """
    from pydantic import ValidationError

    from qa_toolkit.domain.contract import from_contract
    from qa_toolkit.domain.scans import ScanReadings
    from qa_toolkit.errors import RecordError

    fix = "write one with 'qa keying read --out'"
    data = read_json(path, fix, RecordError)
    try:
        found = from_contract(ScanReadings, data)
    except (ValueError, RecursionError, ValidationError) as error:
        raise RecordError("not a file of readings", path.name, fix) from error
    if found.layout.id != layout:
        raise RecordError(
            f"readings of the layout '{found.layout.id}', not '{layout}'", path.name, "give their layout"
        )
    return found
