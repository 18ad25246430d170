"""``qa keying rekey draw | compare``: blind second keying."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_toolkit.cli.console import print_json
from qa_toolkit.cli.keying_drawing import (
    Checker,
    Count,
    Scope,
    Seed,
    Share,
    Sheet,
    Strata,
    draw_records,
    show_draw,
)
from qa_toolkit.cli.keying_options import Encoding, Keyed, Layout, end_with, find_layout
from qa_toolkit.cli.options import Json

commands = typer.Typer(help="Blind second keying of critical fields.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    commands.command()(draw)
    commands.command()(compare)
    parent.add_typer(commands, name="rekey")


def draw(
    keyed: Keyed,
    layout: Layout,
    out: Sheet,
    count: Count = None,
    share: Share = None,
    seed: Seed = 1,
    strata: Strata = "",
    fields: Scope = "A",
    json: Json = False,
) -> None:
    """Draws records and writes a sheet without the first values, for a second person and the paper."""
    from qa_toolkit.domain.keying_checks import KeyingDraw
    from qa_toolkit.keying.checks.scope import fields_in
    from qa_toolkit.keying.checks.sheets import REKEY_COLUMNS, place_rows, write_sheet

    loaded = find_layout(layout)
    scope = fields_in(loaded.layout, fields)
    drawn = draw_records(keyed, loaded, count=count, share=share, seed=seed, strata=strata)
    rows = write_sheet(
        out,
        REKEY_COLUMNS,
        (row for record in drawn.records for row in place_rows(record, loaded.layout, scope, shown=False)),
    )
    ids = tuple(record.id for record in drawn.records)
    made = KeyingDraw(
        "rekey", loaded.layout.id, seed, drawn.of, ids, drawn.strata, rows, warnings=drawn.warnings
    )
    show_draw(
        made,
        f"{len(ids)} of {drawn.of} records, {rows} fields to key: {out}",
        "a member on the paper that is not on the sheet gets rows of its own",
        json=json,
    )


def compare(
    keyed: Keyed,
    sheet: Annotated[Path, typer.Argument(metavar="SHEET.csv", help="The sheet, filled in.")],
    layout: Layout,
    by: Checker,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="RULINGS.csv", help="Differences, for a third person.", show_default=False
        ),
    ] = None,
    json: Json = False,
    encoding: Encoding = "utf-8",
) -> None:
    """Compares both keyings; --out writes what a third person has to rule on with 'qa keying adjudicate'."""
    from qa_toolkit.domain.contract import to_contract
    from qa_toolkit.keying.checks.rekeying import RekeyedFiles, compare_rekeyed
    from qa_toolkit.keying.checks.rulings import RULING_COLUMNS, ruling_rows
    from qa_toolkit.keying.checks.sheets import write_sheet
    from qa_toolkit.keying.rules import LayoutRules

    loaded = find_layout(layout)
    check, found = compare_rekeyed(RekeyedFiles(keyed, sheet, loaded, by, encoding))
    if out is not None:
        write_sheet(out, RULING_COLUMNS, ruling_rows(found, LayoutRules(loaded.layout)))
    if json:
        print_json(to_contract(check))
    else:
        active, agreed = check.accuracy.fields.active, check.accuracy.fields.errors
        typer.echo(f"{check.records} records keyed twice, {active} fields: {active - agreed} agree")
        typer.echo(f"{check.differences} differences for a third person{f': {out}' if out else ''}")
    end_with(check.rejected)
