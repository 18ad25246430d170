"""``qa rubric new | test``: from a blank page to a tested rubric."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_toolkit.cli.console import print_error, print_json, print_table
from qa_toolkit.cli.options import Json, configuration

if TYPE_CHECKING:
    from qa_toolkit.evaluation import EvaluationSettings, LoadedRubric
    from qa_toolkit.evaluation.examples import ExampleOutcome
    from qa_toolkit.evaluation.labelled import LabelOutcome

Rubrics = Annotated[list[str], typer.Argument(metavar="RUBRIC...", help="Files or ids.")]


def register(commands: typer.Typer) -> None:
    commands.command("new")(new)
    commands.command("test")(run_tests)


def new(
    rubric: Annotated[str, typer.Argument(metavar="ID", help="Id of the new rubric.")],
    work_area: Annotated[str, typer.Option("--work-area", help="The work it is for.", show_default=False)],
    kind: Annotated[str, typer.Option("--for", help="What is judged: call, chat or record.")] = "call",
    title: Annotated[str | None, typer.Option("--title", help="Title for people.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="PATH", help="File or folder; else rubrics_dir or this folder."),
    ] = None,
    json: Json = False,
) -> None:
    """Writes a rubric to start from; it lints clean, and its examples pass."""
    from qa_toolkit.errors import UsageError
    from qa_toolkit.evaluation import parse_rubric
    from qa_toolkit.evaluation.rubric_templates import new_rubric

    text = new_rubric(rubric, work_area=work_area, title=title, kind=kind)
    target = out or configuration().settings.rubrics_dir or Path()
    path = target if target.suffix in {".yaml", ".yml"} else target / f"{rubric}.yaml"
    loaded = parse_rubric(text, path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise UsageError("there is such a file already", str(path), "choose another id or --out") from None
    except OSError as error:
        raise UsageError(
            f"the file cannot be written ({error.strerror})", str(path), "choose --out"
        ) from error
    criteria = [criterion.id for criterion in loaded.rubric.criteria]
    if json:
        print_json({"id": rubric, "version": loaded.rubric.version, "file": str(path), "criteria": criteria})
        return
    typer.echo(f"{path}: {len(criteria)} criteria to change into your own")
    typer.echo(f"next: edit it, then  qa rubric lint {path}  and  qa rubric test {path}")


def run_tests(
    rubrics: Rubrics,
    labelled: Annotated[
        Path | None,
        typer.Option(
            "--labelled", metavar="DIR", help="Interactions (JSON) that carry labels.", show_default=False
        ),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML, too.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Runs examples and labelled interactions; exit code 1 when an answer is not the expected one."""
    from qa_toolkit.cli.junit import write_junit
    from qa_toolkit.cli.rubrics import evaluation_settings, find_rubric
    from qa_toolkit.evaluation.examples import run_examples
    from qa_toolkit.pipeline import with_metrics

    current = configuration()
    settings = evaluation_settings(current)
    loaded = [find_rubric(name, current) for name in rubrics]
    examples = [
        (rubric.rubric.id, outcome)
        for rubric in loaded
        for outcome in run_examples(rubric, settings=settings, prepare=with_metrics)
    ]
    labels, unread = _labelled(labelled, loaded, settings) if labelled else ([], [])
    if junit:
        write_junit(junit, [_junit_example(*item) for item in examples] + [_junit_label(*i) for i in labels])
    if json:
        print_json([_example_row(*item) for item in examples] + [_label_row(*item) for item in labels])
    else:
        _show_tests(examples, labels, with_labels=labelled is not None)
    for line in unread:
        print_error(line)
    met = [o.met for _, o in examples] + [o.met for _, o in labels]
    if False in met or unread:
        raise typer.Exit(1)


def _labelled(
    folder: Path, rubrics: Sequence[LoadedRubric], settings: EvaluationSettings
) -> tuple[list[tuple[str, LabelOutcome]], list[str]]:
    """Labels beside answers, and a line for every file that could not be read."""
    from qa_toolkit.cli.inputs import DOCUMENT_SUFFIXES, expand, reason
    from qa_toolkit.errors import InputError, UsageError
    from qa_toolkit.evaluation.labelled import compare_with_labels, labels_of
    from qa_toolkit.pipeline import read_case, read_json

    items, _ = expand([folder], DOCUMENT_SUFFIXES)
    found: list[tuple[str, LabelOutcome]] = []
    unread = []
    for item in items:
        try:
            labels = labels_of(read_json(item.path), item.name)
            case = read_case(item.path) if labels else None
            for rubric in rubrics if case else ():
                outcomes = compare_with_labels(case, rubric, labels, settings=settings)  # type: ignore[arg-type]
                found += [(rubric.rubric.id, outcome) for outcome in outcomes]
        except InputError as error:
            unread.append(f"{item.name}: {reason(item, error)}")
    if not found and not unread:
        raise UsageError("no file carries a label of these rubrics", str(folder), 'labels: {"ID": "yes"}')
    return found, unread


def _show_tests(
    examples: Sequence[tuple[str, ExampleOutcome]],
    labels: Sequence[tuple[str, LabelOutcome]],
    *,
    with_labels: bool,
) -> None:
    wrong = [(rubric, o) for rubric, o in examples if not o.met]
    if wrong:
        columns = ["rubric", "criterion", "example>", "expected", "got", "why"]
        rows = [[rubric, o.criterion, o.number, o.expected, o.got, o.reason] for rubric, o in wrong]
        print_table(None, columns, rows)
    typer.echo(f"{len(examples)} examples, {len(examples) - len(wrong)} as expected, {len(wrong)} not")
    if not with_labels:
        return
    off = [(rubric, o) for rubric, o in labels if o.met is False]
    if off:
        columns = ["rubric", "criterion", "interaction", "expected", "got", "why"]
        print_table(
            None, columns, [[r, o.criterion, o.interaction, o.expected, o.got, o.reason] for r, o in off]
        )
    typer.echo(_label_line([o for _, o in labels]))


def _label_line(labels: Sequence[LabelOutcome]) -> str:
    from qa_toolkit.statistics import wilson

    given = [o for o in labels if o.met is not None]
    right = sum(1 for o in given if o.met)
    rate = wilson(right, len(given))
    shown = (
        ""
        if rate.estimate is None
        else f" ({rate.estimate:.1%}, 95 % interval {rate.low:.1%} to {rate.high:.1%})"
    )
    left = len(labels) - len(given)
    return (
        f"{len(labels)} labels, {right} of {len(given)} answers as labelled{shown}, {left} left to a person"
    )


def _example_row(rubric: str, o: ExampleOutcome) -> dict[str, Any]:
    fields = ("criterion", "number", "expected", "got", "reason", "met")
    return {"rubric": rubric, **{name: getattr(o, name) for name in fields}}


def _label_row(rubric: str, o: LabelOutcome) -> dict[str, Any]:
    fields = ("criterion", "interaction", "expected", "got", "reason", "met")
    return {"rubric": rubric, **{name: getattr(o, name) for name in fields}}


def _junit_example(rubric: str, o: ExampleOutcome) -> Any:
    from qa_toolkit.cli.junit import TestCase

    outcome: Any = "passed" if o.met else "error" if o.got == "error" else "failure"
    return TestCase(rubric, o.criterion, f"example {o.number}", outcome, _message(o))


def _junit_label(rubric: str, o: LabelOutcome) -> Any:
    from qa_toolkit.cli.junit import TestCase

    kinds = {"agrees": "passed", "differs": "failure", "open": "skipped", "error": "error"}
    outcome: Any = kinds[o.verdict]
    return TestCase(rubric, o.criterion, o.interaction, outcome, _message(o))


def _message(o: ExampleOutcome | LabelOutcome) -> str:
    return f"expected {o.expected}, got {o.got}" + (f": {o.reason}" if o.reason else "")
