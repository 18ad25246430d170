"""``qa demo``: the main job on the bundled calls."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import stderr
from qa_toolkit.cli.options import acting_user, configuration
from qa_toolkit.errors import InputError

if TYPE_CHECKING:
    from qa_toolkit.simulation import Planted


def register(cli: typer.Typer) -> None:
    cli.command("demo")(demo)


def demo(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder of the report.", show_default="QA_HOME/demo"),
    ] = None,
    year: Annotated[
        bool, typer.Option("--year", help="A simulated year of 800 agents instead, with reports on it.")
    ] = False,
    agents: Annotated[int, typer.Option(help="With --year: how many agents.", min=5)] = 800,
    seed: Annotated[int, typer.Option(help="With --year: the same seed gives the same year.")] = 1,
) -> None:
    """Scores the bundled sample calls and writes a report you can open."""
    if year:
        _year(out, agents, seed)
        return
    from qa_toolkit.cli.demo_keying import demo_keying
    from qa_toolkit.cli.score import finish, score_paths, show, write_results
    from qa_toolkit.resources import qa_home, sample_dir

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
    # Applications take milliseconds: starting workers for them would take longer.
    alone = configuration(store=str(home / "qa.db"), workers=1)
    demo_keying(alone, home, out or home / "report", by=acting_user(None))
    typer.echo(f"Report:  {page}")
    typer.echo(f"App:     qa app --store {current.store_url}   (or: make app)")
    finish(run)


def _year(out: Path | None, agents: int, seed: int) -> None:
    """Fills a new store with a simulated year and writes the unit's report."""
    from dataclasses import replace

    from qa_toolkit.reports.from_store import report_of_store
    from qa_toolkit.reports.output import report_bytes, write_report
    from qa_toolkit.reports.quality_report import ReportRequest
    from qa_toolkit.resources import qa_home
    from qa_toolkit.simulation import Planted, YearPlan, fill_store, simulate_year
    from qa_toolkit.store import Store

    folder = out or qa_home() / "demo-year"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"year-{agents}-{seed}.db"
    if path.exists():
        raise InputError("there is a year already", str(path), "remove it, or take another --seed")
    planted = Planted()
    if agents < 417:
        planted = replace(planted, weak_agent=f"agent-{max(1, agents // 2):04d}")
    stderr().print(f"Simulating a year of {agents} agents: no call of it was ever made.", soft_wrap=True)
    with Store.open(path, origin="qa demo") as store:
        counts = fill_store(store, simulate_year(YearPlan(agents=agents, planted=planted), seed))
        found = report_of_store(store, ReportRequest())
        store.audit.record("report.write", "report", "unit:*", by=acting_user(None))
    page = folder / "unit.html"
    write_report(page, report_bytes(found, ".html"))
    typer.echo(f"{counts.calls} calls, {counts.reviews} reviews, {counts.disputes} disputes")
    typer.echo(f"Put in:   {_told(planted)}")
    typer.echo("Found:")
    for each in found.recommendations:
        typer.echo(f"  - {each.text}")
    typer.echo(f"\nReport:  {page}")
    typer.echo(f"More:    qa report team --store {path} --out teams.html")
    typer.echo(f"App:     qa app --store {path}")


def _told(planted: Planted) -> str:
    parts = (
        f"{planted.lenient_analyst} lenient",
        f"{planted.failing_criterion} failing at {planted.failing_site}",
        f"{planted.weak_agent} below standard",
        f"{planted.changed_criterion} stricter from version 1.1.0",
    )
    return ", ".join(parts)
