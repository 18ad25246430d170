"""``qa keying chapman``: errors that two independent checks both missed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_toolkit.cli.console import print_json, print_warning
from qa_toolkit.cli.options import Json
from qa_toolkit.errors import UsageError


def register(commands: typer.Typer) -> None:
    commands.command()(chapman)


def chapman(
    checks: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FIRST.json SECOND.json]", help="Two checks.", show_default=False),
    ] = None,
    first: Annotated[int | None, typer.Option("--first", min=0, help="Errors the first found.")] = None,
    second: Annotated[int | None, typer.Option("--second", min=0, help="Errors the second found.")] = None,
    both: Annotated[int | None, typer.Option("--both", min=0, help="Errors both found.")] = None,
    json: Json = False,
) -> None:
    """Estimates the errors in all from two checks, given as counts or as the JSON of two audits."""
    from qa_toolkit.domain.contract import to_contract
    from qa_toolkit.keying.checks.undetected import undetected, undetected_of_files

    counts = [number for number in (first, second, both) if number is not None]
    if checks and not counts and len(checks) == 2:
        found = undetected_of_files(*checks)
    elif first is not None and second is not None and both is not None and not checks:
        found = undetected(first, second, both)
    else:
        raise UsageError(
            "two checks are needed", None, "give two JSON files, or --first, --second and --both"
        )
    if json:
        print_json(to_contract(found))
    else:
        low, high = found.interval
        typer.echo(f"found by the first {found.first}, by the second {found.second}, by both {found.both}")
        typer.echo(f"errors in all: {found.estimate:.1f} ({low:.1f} to {high:.1f})")
        typer.echo(f"missed by both: {found.missed:.1f} ({found.missed_interval[0]:.1f} to "
                   f"{found.missed_interval[1]:.1f})")  # fmt: skip
    for warning in found.warnings:
        print_warning(warning)
