"""``qa plugins list | new``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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


@commands.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the evaluator, as rubrics write it.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder to make.", show_default="qa-toolkit-NAME"),
    ] = None,
    json: Json = False,
) -> None:
    """Writes an installable example package with an evaluator, its test and a rubric that uses it."""
    from qa_toolkit.errors import UsageError
    from qa_toolkit.evaluation.registry import names
    from qa_toolkit.testing.plugin_files import plugin_files

    texts = plugin_files(name, taken=names())
    folder = out or Path(f"qa-toolkit-{name.replace('_', '-').strip('-')}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("the folder is there and not empty", str(folder), "choose another with --out")
    try:
        for path, text in texts.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"the package cannot be written ({error.strerror})", str(folder), "choose --out"
        ) from error
    if json:
        print_json({"name": name, "folder": str(folder), "files": sorted(texts)})
        return
    typer.echo(f"{folder}: {', '.join(sorted(texts))}")
    typer.echo(f"next: pip install -e {folder}, qa plugins list, qa rubric test {folder / 'example.yaml'}")
