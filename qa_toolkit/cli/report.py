"""``qa report``: pages of a run out of the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_toolkit.cli.options import ActingUser, StoreUrl, acting_user, configuration
from qa_toolkit.errors import InputError


def register(cli: typer.Typer) -> None:
    cli.command("report")(report)


def report(
    run: Annotated[int | None, typer.Argument(help="Number of the run; the newest when absent.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write to.")] = Path(
        "qa-report"
    ),
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Writes the report of a run: a page of all its calls and a page for each call."""
    from qa_toolkit.cli.transcribe import writing_to
    from qa_toolkit.reports.pages import write_pages
    from qa_toolkit.store import Store

    url = configuration(store=store).store_url
    with Store.open(url, create=False, origin="qa report") as opened, writing_to(out):
        number = run if run is not None else next((found.id for found in opened.runs(limit=1)), None)
        if number is None or opened.run(number) is None:
            what = "the store has no runs" if run is None else f"the store has no run {run}"
            raise InputError(what, opened.database.where, "score something with 'qa score'")
        opened.audit.record("report.write", "run", str(number), by=acting_user(user))
        typer.echo(str(write_pages(opened, number, out)))
