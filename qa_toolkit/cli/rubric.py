"""``qa rubric list | lint | schema | score``; the other commands of the group register here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli import (
    rubric_backtest,
    rubric_changes,
    rubric_explain,
    rubric_mutate,
    rubric_publishing,
    rubric_train,
    rubric_tune,
    rubric_writing,
)
from qa_toolkit.cli.console import percent, print_json, print_table, print_warning
from qa_toolkit.cli.options import Json, configuration

if TYPE_CHECKING:
    from qa_toolkit.config import Configuration

commands = typer.Typer(help="Rubrics: write, check, test, explain and compare them.", no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    modules = (rubric_writing, rubric_explain, rubric_changes, rubric_mutate, rubric_backtest)
    for module in (*modules, rubric_publishing, rubric_train, rubric_tune):
        module.register(commands)
    cli.add_typer(commands, name="rubric")


@commands.command("list")
def list_rubrics(json: Json = False) -> None:
    """Lists the rubrics of the configured folder and the shipped ones."""
    from qa_toolkit.cli.rubrics import rubric_files
    from qa_toolkit.errors import RubricError
    from qa_toolkit.evaluation import load_rubric

    rows = []
    for path in rubric_files(configuration()):
        try:
            loaded = load_rubric(path)
        except RubricError as error:
            print_warning(f"left out: {error}")
            continue
        automatic = sum(1 for criterion in loaded.rubric.criteria if criterion.evaluator.name != "manual")
        rows.append(
            {
                "id": loaded.rubric.id,
                "version": loaded.rubric.version,
                "title": loaded.rubric.title,
                "criteria": sum(1 for _ in loaded.rubric.criteria),
                "automatic": automatic,
                "sha256": loaded.sha256,
                "path": str(path),
            }
        )
    if json:
        print_json(rows)
    else:
        columns = ["id", "version", "title", "criteria>", "automatic>", "path"]
        print_table(None, columns, [[row[column.rstrip(">")] for column in columns] for row in rows])


@commands.command()
def lint(
    rubrics: Annotated[list[str], typer.Argument(metavar="RUBRIC...", help="Files or ids.")],
    json: Json = False,
) -> None:
    """Checks rubrics; exit code 1 when one has an error (warnings are printed too)."""
    from dataclasses import asdict

    from qa_toolkit.evaluation import lint_rubric

    current = configuration()
    folder = current.settings.rubrics_dir
    search = (folder,) if folder else ()
    found = [
        (path, fault)
        for path in (rubric_file(name, current) for name in rubrics)
        for fault in lint_rubric(path, search=search)
    ]
    errors = sum(1 for _, fault in found if fault.level == "error")
    if json:
        print_json([{"file": path.name, **asdict(fault)} for path, fault in found])
    else:
        for path, fault in found:
            typer.echo(f"{path.name}:{fault.line}: {fault.level}: {fault.path}: {fault.message}")
        typer.echo(f"{len(rubrics)} checked, {errors} errors, {len(found) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@commands.command()
def schema() -> None:
    """Prints the JSON Schema of rubric files, for editors."""
    from qa_toolkit.evaluation.schema import rubric_schema

    print_json(rubric_schema())


@commands.command()
def score(
    rubric: Annotated[str, typer.Argument(help="A rubric's id, id@version, or file.")],
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS.json", help='{"IN-03": "yes", "IN-04": "na"}')],
    json: Json = False,
) -> None:
    """Scores given answers, without any evaluator."""
    from qa_toolkit.cli.options import acting_user
    from qa_toolkit.cli.rubrics import find_rubric
    from qa_toolkit.domain.contract import to_contract
    from qa_toolkit.domain.evaluation import Source
    from qa_toolkit.errors import InputError
    from qa_toolkit.evaluation import score_answers
    from qa_toolkit.pipeline import read_json

    loaded = find_rubric(rubric, configuration())
    given = read_json(answers)
    if not isinstance(given, dict):
        raise InputError(
            "the answers are not a JSON object", str(answers), 'write {"CRITERION": "ANSWER", …}'
        )
    evaluation = score_answers(
        loaded, given, interaction=answers.stem, source=Source("reviewer", acting_user(None))
    )
    if json:
        print_json(to_contract(evaluation))
        return
    found = evaluation.score
    rows = [
        [section.id, percent(section.percent), f"{section.points:g} / {section.max_points:g}"]
        for section in found.sections
    ]
    print_table(f"{loaded.rubric.title} {loaded.rubric.version}", ["section", "score>", "points>"], rows)
    state = "passed" if found.passed else "not passed" if found.passed is False else "open"
    points = f"{found.points:g} of {found.max_points:g} points"
    typer.echo(f"score {percent(found.percent)} ({points}), {state}, {found.open} open")
    for criterion in found.auto_failed_by:
        typer.echo(f"auto-fail by {criterion}")


def rubric_file(name: str, current: Configuration) -> Path:
    """The file behind an id or a path, also when the rubric in it is faulty."""
    from qa_toolkit.cli.rubrics import find_rubric, rubric_files

    path = Path(name)
    if path.suffix.lower() in {".yaml", ".yml"} or len(path.parts) > 1 or path.is_file():
        return path
    for found in rubric_files(current):
        if found.stem == name:
            return found
    loaded = find_rubric(name, current)
    return loaded.path or path
