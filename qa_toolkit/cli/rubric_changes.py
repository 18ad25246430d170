"""``qa rubric diff``: what a new version changes, before it is used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_toolkit.cli.console import percent, print_error, print_json, print_table, print_warning
from qa_toolkit.cli.options import Json, configuration

if TYPE_CHECKING:
    from qa_toolkit.config import Configuration
    from qa_toolkit.evaluation import LoadedRubric
    from qa_toolkit.evaluation.difference import CaseChange, Change

_LONGEST = 160


def register(commands: typer.Typer) -> None:
    commands.command("diff")(diff)


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A rubric's id, id@version, or file.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The other version.")],
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Transcripts, chats, records or folders.")
    ] = None,
    json: Json = False,
) -> None:
    """Says what differs between two versions and, given files, whose answers and scores would change."""
    from dataclasses import asdict

    from qa_toolkit.cli.rubrics import find_rubric
    from qa_toolkit.evaluation.difference import rubric_changes

    current = configuration()
    first, second = find_rubric(old, current), find_rubric(new, current)
    changes = rubric_changes(first.rubric, second.rubric)
    _warn_about_versions(first, second)
    cases, failed = _compare_files(paths, first, second, current) if paths else ([], [])
    if json:
        print_json(
            {
                "old": _reference(first),
                "new": _reference(second),
                "changes": [asdict(change) for change in changes],
                "interactions": [case_row(case) for case in cases],
            }
        )
    else:
        _show_changes(changes)
        if paths:
            show_cases(cases)
    for line in failed:
        print_error(line)
    if failed:
        raise typer.Exit(1)


def _warn_about_versions(old: LoadedRubric, new: LoadedRubric) -> None:
    one, other = old.rubric, new.rubric
    if one.id != other.id:
        print_warning(f"these are two rubrics, '{one.id}' and '{other.id}'")
    elif one.version == other.version and old.sha256 != new.sha256:
        print_warning(f"both say version {one.version}: raise it, a version once used is never changed")


def _reference(loaded: LoadedRubric) -> dict[str, str]:
    return {"id": loaded.rubric.id, "version": loaded.rubric.version, "sha256": loaded.sha256}


def _compare_files(
    paths: list[Path], old: LoadedRubric, new: LoadedRubric, current: Configuration
) -> tuple[list[CaseChange], list[str]]:
    """Changes by interaction in input order, and a line for each file that could not be compared."""
    from qa_toolkit.cli.inputs import DOCUMENT_SUFFIXES, expand, reason
    from qa_toolkit.cli.rubrics import evaluation_settings, metric_thresholds
    from qa_toolkit.errors import ApplicabilityError, InputError
    from qa_toolkit.evaluation.difference import compare_case
    from qa_toolkit.pipeline import read_case

    settings, thresholds = evaluation_settings(current), metric_thresholds(current)
    items, _ = expand(paths, DOCUMENT_SUFFIXES)
    cases, failed = [], []
    for item in items:
        try:
            case = read_case(item.path, thresholds=thresholds)
            cases.append(compare_case(case, old, new, settings=settings))
        except ApplicabilityError as error:
            print_warning(f"{item.name} is left out: {error}")
        except InputError as error:
            failed.append(f"{item.name}: {reason(item, error)}")
    return cases, failed


def case_row(case: CaseChange) -> dict[str, Any]:
    """An interaction under both versions, as JSON output shows it."""
    from dataclasses import asdict

    return {
        "interaction": case.interaction,
        "agent": case.agent,
        "site": case.site,
        "changed": case.changed,
        "percent": [case.old.percent, case.new.percent],
        "passed": [case.old.passed, case.new.passed],
        "open": [case.old.open, case.new.open],
        "answers": [asdict(change) for change in case.answers],
    }


def _show_changes(changes: tuple[Change, ...]) -> None:
    for change in changes:
        if change.kind == "changed":
            typer.echo(f"changed  {change.path}: {_shown(change.old)} -> {_shown(change.new)}")
        else:
            value = change.new if change.kind == "added" else change.old
            typer.echo(f"{change.kind:<8} {change.path}: {_shown(value)}")
    typer.echo(f"{len(changes)} differences")


def _shown(value: object) -> str:
    text = ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def show_cases(cases: list[CaseChange]) -> None:
    """A table of the interactions that would change, and how many there were."""
    changed = [case for case in cases if case.changed]
    rows = [
        [
            case.interaction,
            case.agent,
            case.site,
            percent(case.old.percent),
            percent(case.new.percent),
            "; ".join(f"{a.criterion}: {a.old} -> {a.new}" for a in case.answers),
        ]
        for case in changed
    ]
    if rows:
        print_table(None, ["interaction", "agent", "site", "old>", "new>", "answers"], rows)
    typer.echo(f"{len(changed)} of {len(cases)} interactions would change")
