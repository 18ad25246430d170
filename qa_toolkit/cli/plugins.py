"""``qa plugins list``."""

from __future__ import annotations

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.options import Json

commands = typer.Typer(help="Evaluators, shipped and installed.", no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    cli.add_typer(commands, name="plugins")


@commands.command("list")
def list_plugins(json: Json = False) -> None:
    """Lists every evaluator with its package and whether it loads."""
    from dataclasses import asdict

    from qa_toolkit.evaluation.registry import plugins

    found = plugins()
    if json:
        print_json([asdict(plugin) for plugin in found])
    else:
        rows = [[p.name, p.version, p.distribution, p.value, p.state, p.reason] for p in found]
        print_table(None, ["evaluator", "version", "package", "code", "state", "reason"], rows)
    if any(plugin.state != "ok" for plugin in found):
        raise typer.Exit(1)
