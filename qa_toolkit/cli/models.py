"""``qa models list | verify | path``."""

from __future__ import annotations

from typing import Annotated

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.options import Json, configuration

commands = typer.Typer(
    help="Model weights on this machine; nothing is ever downloaded.", no_args_is_help=True
)


def register(cli: typer.Typer) -> None:
    cli.add_typer(commands, name="models")


@commands.command("list")
def list_models(json: Json = False) -> None:
    """Lists the models of the manifest and where each was found."""
    _report(None, json=json, check=False)


@commands.command("verify")
def verify_models(
    name: Annotated[str | None, typer.Argument(help="One model; all when absent.")] = None, json: Json = False
) -> None:
    """Hashes the files again; exit code 1 when one is missing or differs from the manifest."""
    _report(name, json=json, check=True)


@commands.command()
def path(name: Annotated[str, typer.Argument(help="A model of the manifest.")]) -> None:
    """Prints the verified path of a model."""
    from qa_toolkit.model_files import resolve

    _use_models_dir()
    typer.echo(str(resolve(name).path))


def _use_models_dir() -> None:
    """The configured folder reaches model resolution the way the environment variable does."""
    import os

    folder = configuration().settings.models_dir
    if folder is not None:
        os.environ["QA_MODELS_DIR"] = str(folder)


def _report(name: str | None, *, json: bool, check: bool) -> None:
    from dataclasses import asdict

    from qa_toolkit.model_files import Manifest, status, verify

    _use_models_dir()
    names = [name] if name else list(Manifest.load().models)
    found = [verify(each) if check else status(each) for each in names]
    if json:
        print_json([{**asdict(s), "path": str(s.path) if s.path else None} for s in found])
    else:
        rows = [[s.name, s.state, s.licence, s.path or "–", s.detail] for s in found]
        print_table(None, ["model", "state", "licence", "path", "detail"], rows)
    if check and any(s.state != "ok" for s in found):
        raise typer.Exit(1)
