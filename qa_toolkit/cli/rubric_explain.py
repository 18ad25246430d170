"""``qa rubric explain``: why this answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_toolkit.cli.console import print_json
from qa_toolkit.cli.options import Json, configuration
from qa_toolkit.domain.evaluation import SpanEvidence, WindowEvidence

if TYPE_CHECKING:
    from qa_toolkit.domain.evaluation import Evidence
    from qa_toolkit.evaluation.explain import Explanation


def register(commands: typer.Typer) -> None:
    commands.command("explain")(explain_file)


def explain_file(
    rubric: Annotated[str, typer.Argument(metavar="RUBRIC", help="A rubric's id, id@version, or file.")],
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A transcript, chat or record (JSON).")],
    criterion: Annotated[
        list[str] | None, typer.Option("--criterion", metavar="ID", help="This one; may be repeated.")
    ] = None,
    json: Json = False,
) -> None:
    """Says step by step why each criterion got its answer."""
    from qa_toolkit.authored.faults import choices
    from qa_toolkit.cli.rubrics import evaluation_settings, find_rubric, metric_thresholds
    from qa_toolkit.errors import UsageError
    from qa_toolkit.evaluation.explain import explain
    from qa_toolkit.pipeline import read_case

    current = configuration()
    loaded = find_rubric(rubric, current)
    known = [each.id for each in loaded.rubric.criteria]
    for name in criterion or ():
        if name not in known:
            raise UsageError(f"no criterion '{name}'", loaded.rubric.id, choices(name, known))
    case = read_case(path, thresholds=metric_thresholds(current))
    settings = evaluation_settings(current)
    found = [explain(case, loaded, name, settings=settings) for name in (criterion or known)]
    if json:
        print_json(_document(found, loaded))
    else:
        for explanation in found:
            _show(explanation)


def _document(found: list[Explanation], loaded: Any) -> dict[str, Any]:
    from dataclasses import asdict

    from qa_toolkit.evaluation.given_answers import rubric_ref

    return {
        "interaction": found[0].interaction,
        "rubric": asdict(rubric_ref(loaded)),
        "criteria": [
            {
                "criterion": each.criterion,
                "question": each.question,
                "answer": asdict(each.answer),
                "steps": [asdict(step) for step in each.steps],
            }
            for each in found
        ],
    }


def _show(explanation: Explanation) -> None:
    typer.echo(f"{explanation.criterion}  {explanation.question}")
    for step in explanation.steps:
        head = f"{step.stage.replace('_', ' ')} {step.name}".strip()
        typer.echo(f"  {'  ' * step.level}{head}: {step.text}")
        for evidence in step.evidence:
            typer.echo(f"  {'  ' * step.level}    - {_words(evidence)}")
    typer.echo("")


def _words(evidence: Evidence) -> str:
    if isinstance(evidence, SpanEvidence):
        return f"turn {evidence.turn}{_times(evidence.start_s, evidence.end_s)}: “{evidence.text}”"
    if isinstance(evidence, WindowEvidence):
        return (
            f"searched{_times(evidence.start_s, evidence.end_s) or ' everywhere'} for: {evidence.looked_for}"
        )
    return f"{evidence.kind} {evidence.name} = {evidence.value}"


def _times(start_s: float | None, end_s: float | None) -> str:
    if start_s is None and end_s is None:
        return ""
    end = "the end" if end_s is None else f"{end_s:.1f} s"
    return f" ({start_s or 0.0:.1f} s to {end})"
