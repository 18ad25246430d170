"""``qa export``: tables of the store for spreadsheets and other programs."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from qa_toolkit.cli.console import print_json
from qa_toolkit.cli.options import (
    ActingUser,
    FromDay,
    Json,
    StoreUrl,
    UntilDay,
    acting_user,
    open_store,
)
from qa_toolkit.errors import InputError


def register(cli: typer.Typer) -> None:
    cli.command("export")(export)


def export(
    tables: Annotated[
        list[str], typer.Argument(metavar="TABLE...", help="Such as evaluations, answers, audit.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help=".csv, .xlsx, .parquet or .jsonl; must not exist.")
    ],
    rubric: Annotated[str | None, typer.Option(help="Only of this rubric.", show_default=False)] = None,
    agent: Annotated[str | None, typer.Option(help="Only of this agent.", show_default=False)] = None,
    site: Annotated[str | None, typer.Option(help="Only of this site.", show_default=False)] = None,
    first: FromDay = None,
    last: UntilDay = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Writes tables of the store to a file; who took what is in the audit log."""
    from qa_toolkit.reports.table_files import renderer
    from qa_toolkit.review.exporting import export_tables
    from qa_toolkit.review.reviewing import check_day
    from qa_toolkit.store.export_rows import ExportFilter

    render = renderer(out.suffix.lower())
    for day in (first, last):
        if day is not None:
            check_day(day)
    wanted = ExportFilter(rubric, agent, site, first, last)
    partial = out.with_name(f"{out.name}.partial-{os.getpid()}")
    if out.exists():
        raise InputError("the export would overwrite a file", str(out), "name another file")
    try:
        with open_store(store, "export") as opened:
            with partial.open("xb+") as file:
                made = export_tables(
                    opened, tables, file, render, by=acting_user(user), wanted=wanted, as_name=out.name
                )
            partial.replace(out)
    except OSError as error:
        raise InputError(
            f"the file cannot be written ({error.strerror})", str(out), "choose another"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    if json:
        print_json({"file": str(out), **asdict(made)})
    else:
        typer.echo(f"{out}: {', '.join(f'{n} {name}' for name, n in made.tables.items())}")
