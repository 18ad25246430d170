"""``qa config show``."""

from __future__ import annotations

from typing import Annotated

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.options import Json, configuration

commands = typer.Typer(help="The settings in force.", no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    cli.add_typer(commands, name="config")


@commands.command()
def show(
    origin: Annotated[bool, typer.Option("--origin", help="Also print where each value comes from.")] = False,
    json: Json = False,
) -> None:
    """Prints every setting."""
    from qa_toolkit.config import flat

    current = configuration()
    values = {**flat(current.settings), "store": current.store_url}
    origins = {name: current.origins.get(name, "default") for name in values}
    if json:
        print_json({n: {"value": v, "origin": origins[n]} for n, v in values.items()} if origin else values)
        return
    columns = ["setting", "value", "origin"] if origin else ["setting", "value"]
    rows = [[n, _shown(v), origins[n]] if origin else [n, _shown(v)] for n, v in values.items()]
    print_table(f"home: {current.home}", columns, rows)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "–"
    return "–" if value in (None, {}) else str(value)
