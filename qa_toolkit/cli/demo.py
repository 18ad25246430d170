"""``qa demo``: the main job on the bundled calls."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from qa_toolkit.cli.console import stderr
from qa_toolkit.cli.options import acting_user, configuration


def register(cli: typer.Typer) -> None:
    cli.command("demo")(demo)


def demo(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder of the report.", show_default="QA_HOME/demo"),
    ] = None,
) -> None:
    """Scores the bundled sample calls and writes a report you can open."""
    from qa_toolkit.cli.score import finish, score_paths, show, write_results
    from qa_toolkit.config import qa_home
    from qa_toolkit.resources import sample_dir

    home = qa_home() / "demo"
    home.mkdir(parents=True, exist_ok=True)
    current = configuration(store=str(home / "qa.db"))
    manifest = sample_dir() / "calls" / "manifest.csv"
    stderr().print(
        "Scoring seven bundled calls: six with one party a channel, one mono mix."
        " Nothing leaves this machine.",
        soft_wrap=True,
    )
    begun = time.monotonic()
    run = score_paths([manifest], None, current, by=acting_user(None))
    show(run, time.monotonic() - begun)
    page = write_results(run, current, out or home / "report", by=acting_user(None))
    typer.echo(f"\nReport:  {page}")
    typer.echo(f"App:     qa app --store {current.store_url}   (or: make app)")
    finish(run)
