"""``qa rubric mutate``: would the examples notice a broken criterion?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.options import Json, configuration

if TYPE_CHECKING:
    from qa_toolkit.evaluation.mutation import Mutant, MutationReport


def register(commands: typer.Typer) -> None:
    commands.command("mutate")(mutate_rubric)


def mutate_rubric(
    rubric: Annotated[str, typer.Argument(metavar="RUBRIC", help="A rubric's id, id@version, or file.")],
    least: Annotated[
        float | None,
        typer.Option("--least", min=0, max=1, help="Exit code 1 when the kill rate is below it."),
    ] = None,
    json: Json = False,
) -> None:
    """Breaks each criterion in turn and says which example notices."""
    from qa_toolkit.cli.rubrics import evaluation_settings, find_rubric
    from qa_toolkit.evaluation.mutation import mutate
    from qa_toolkit.pipeline import with_metrics

    current = configuration()
    loaded = find_rubric(rubric, current)
    report = mutate(loaded, settings=evaluation_settings(current), prepare=with_metrics)
    if json:
        print_json(_document(loaded.rubric.id, report))
    else:
        _show(report)
    if least is not None and (report.kill_rate or 0.0) < least:
        raise typer.Exit(1)


def _document(rubric: str, report: MutationReport) -> dict[str, Any]:
    return {
        "rubric": rubric,
        "mutants": len(report.mutants),
        "noticed": report.noticed,
        "kill_rate": report.kill_rate,
        "untested": list(report.untested),
        "criteria": [
            {
                "criterion": criterion,
                "mutants": len(own),
                "noticed": sum(mutant.noticed for mutant in own),
                "changes": [
                    {"what": m.what, "noticed": m.noticed, "noticed_by": list(m.noticed_by)} for m in own
                ],
            }
            for criterion, own in _by_criterion(report).items()
        ],
    }


def _by_criterion(report: MutationReport) -> dict[str, list[Mutant]]:
    found: dict[str, list[Mutant]] = {}
    for mutant in report.mutants:
        found.setdefault(mutant.criterion, []).append(mutant)
    return found


def _show(report: MutationReport) -> None:
    rows = []
    for criterion, own in _by_criterion(report).items():
        survivors = [mutant.what for mutant in own if not mutant.noticed]
        rows.append([criterion, len(own), len(own) - len(survivors), "; ".join(survivors)])
    if rows:
        print_table(None, ["criterion", "changes>", "noticed>", "no example notices"], rows)
    for criterion in report.untested:
        typer.echo(f"{criterion}: no example that passes, so nothing is tested")
    rate = "" if report.kill_rate is None else f" ({report.kill_rate:.0%})"
    typer.echo(f"{report.noticed} of {len(report.mutants)} changes noticed{rate}")
    typer.echo("A change nobody notices asks for an example, unless it makes no difference.")
