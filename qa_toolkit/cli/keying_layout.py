"""``qa keying layout lint | show``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.keying_options import find_layout, layout_file
from qa_toolkit.cli.options import Json

layout_commands = typer.Typer(help="Record layouts: what there is to key.", no_args_is_help=True)


def register(commands: typer.Typer) -> None:
    commands.add_typer(layout_commands, name="layout")


@layout_commands.command()
def lint(
    layouts: Annotated[list[str], typer.Argument(metavar="LAYOUT...", help="Files or ids.")],
    json: Json = False,
) -> None:
    """Checks record layouts; exit code 1 when one has an error (warnings are printed too)."""
    from dataclasses import asdict

    from qa_toolkit.keying import lint_layout

    found = [fault for name in layouts for fault in lint_layout(layout_file(name))]
    errors = sum(fault.level == "error" for fault in found)
    if json:
        print_json([asdict(fault) for fault in found])
    else:
        for fault in found:
            typer.echo(f"{fault.file}:{fault.line}: {fault.level}: {fault.path}: {fault.message}")
        typer.echo(f"{len(layouts)} checked, {errors} errors, {len(found) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@layout_commands.command()
def show(
    layout: Annotated[str, typer.Argument(help="A layout's id or file.")],
    language: Annotated[str, typer.Option("--language", help="Of the labels: en or es.")] = "en",
    json: Json = False,
) -> None:
    """Shows the groups and fields of a record layout."""
    loaded = find_layout(layout)
    if json:
        print_json(loaded.layout.model_dump(mode="json", exclude_defaults=True))
        return
    rows: list[list[Any]] = []
    for group, spec in loaded.layout.fields():
        rule = "" if spec.normaliser is None else spec.rule
        repeats = "*" if group.repeated else ""
        label = spec.label.get(language) or spec.label.get("en")
        when = ", ".join(
            f"{name}: {'|'.join(values) or 'filled'}" for name, values in spec.active_when.items()
        )
        rows.append([f"{group.id}{repeats}.{spec.id}", spec.type, rule, spec.weighs, when, label])
    title = loaded.layout.title.get(language) or loaded.layout.title.get("en")
    columns = ["field", "type", "normaliser", "criticality", "active when", "label"]
    print_table(f"{title} ({loaded.layout.id} {loaded.layout.version})", columns, rows)
    critical = sum(spec.weighs == "A" for _, spec in loaded.layout.fields())
    typer.echo(
        f"{len(rows)} fields in {len(loaded.layout.groups)} groups (* repeats), {critical} of criticality A"
    )
