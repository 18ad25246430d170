"""``qa keying accept``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.options import Json


def register(commands: typer.Typer) -> None:
    commands.command()(accept)


def accept(
    lot_size: Annotated[int, typer.Option("--lot-size", help="Items of the lot.")],
    aql: Annotated[float, typer.Option("--aql", help="Percent faulty; above 10, faults per 100 items.")],
    level: Annotated[str, typer.Option("--level", help="General level I, II or III.")] = "II",
    tightened: Annotated[bool, typer.Option("--tightened", help="Tightened inspection.")] = False,
    faults: Annotated[int | None, typer.Option("--faults", help="Faulty items found in the sample.")] = None,
    inspected: Annotated[int | None, typer.Option("--inspected", help="Items looked at, when not n.")] = None,
    result: Annotated[
        Path | None, typer.Option("--result", help="The JSON of a compare: its forms are the sample.")
    ] = None,
    critical: Annotated[
        bool, typer.Option("--critical", help="Only critical errors make a form faulty.")
    ] = False,
    json: Json = False,
) -> None:
    """Sampling plan of MIL-STD-105E with its operating characteristic; the decision when faults are given.

    Exit code 1 when the lot is rejected.
    """
    from qa_toolkit.keying.lots import judge_lot, sampled_forms
    from qa_toolkit.statistics.acceptance import acceptance_plan

    plan = acceptance_plan(lot_size, aql, level, "tightened" if tightened else "normal")  # type: ignore[arg-type]
    if result is not None:
        inspected, faults = sampled_forms(result, critical=critical)
    judged = judge_lot(plan, faults=faults, inspected=inspected)
    if json:
        print_json(judged)
    else:
        _show_plan(judged)
    if judged["decision"] == "rejected":
        raise typer.Exit(1)


def _show_plan(judged: dict[str, Any]) -> None:
    moved = "" if judged["letter"] == judged["letter_used"] else f", by its arrow {judged['letter_used']}"
    typer.echo(f"{judged['standard']}, level {judged['level']}, {judged['inspection']} inspection")
    numbers = f"inspect {judged['n']}, accept up to {judged['accept']}, reject from {judged['reject']}"
    typer.echo(
        f"lot of {judged['lot_size']}, AQL {judged['aql']:g}: letter {judged['letter']}{moved}: {numbers}"
    )
    points = judged["operating_characteristic"]
    rows = [[f"{100 * p['accepted']:.1f} %", f"{100 * p['rate']:.2f}"] for p in points]
    print_table(None, ["lots accepted>", "true faults per 100>"], rows)
    if judged["decision"]:
        typer.echo(f"{judged['faults']} faults in {judged['inspected']}: {judged['decision']}")
