"""``qa evaluate``: transcripts, chats and records against a rubric; the store is not written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

from qa_toolkit.cli.console import percent, print_error, print_json, print_table, print_warning, progress
from qa_toolkit.cli.inputs import CONVERSATION_SUFFIXES, Item, duplicated, failed, is_single
from qa_toolkit.cli.options import Inputs, Json, Language, RubricName, configuration
from qa_toolkit.cli.recorders import MappingFile, Recorder, items_of, read_known, recorder_of
from qa_toolkit.domain.evaluation import Evaluation, Result
from qa_toolkit.errors import InputError, QAToolkitError

if TYPE_CHECKING:
    from qa_toolkit.domain.case import Case


def register(cli: typer.Typer) -> None:
    cli.command("evaluate")(evaluate)


def evaluate(
    paths: Inputs,
    rubric: RubricName,
    mapping: MappingFile = None,
    language: Language = None,
    json: Json = False,
) -> None:
    """Evaluates transcripts (also WebVTT, SRT, other systems' JSON), chats or records; CSV with a mapping."""
    from qa_toolkit.cli.rubrics import find_rubric
    from qa_toolkit.domain.contract import to_contract

    current = configuration()
    loaded = find_rubric(rubric, current)
    recorder, others = recorder_of(paths, mapping)
    items, left_out = items_of(recorder, others, CONVERSATION_SUFFIXES)
    for path in left_out:
        print_warning(f"{path.name} is left out: no transcript, chat or record")
    outcomes = evaluate_items(items, loaded, current, recorder, language)
    if json:
        data = [to_contract(outcome) for outcome in outcomes]
        print_json(data[0] if is_single(others) and items[0].document is None else data)
    else:
        _show(outcomes)
    for outcome in outcomes:
        if isinstance(outcome, Result):
            print_error(f"{outcome.input}: {outcome.reason}")
    if any(isinstance(outcome, Result) for outcome in outcomes):
        raise typer.Exit(1)


def evaluate_items(
    items: list[Item], rubric: Any, current: Any, recorder: Recorder, language: str | None
) -> list[Evaluation | Result]:
    """One evaluation or failed result an item, in input order."""
    from qa_toolkit.cli.rubrics import evaluation_settings, metric_thresholds
    from qa_toolkit.pipeline import failure_status, judge

    thresholds, settings = metric_thresholds(current), evaluation_settings(current)
    cases: list[Case | Result] = []
    for item in items:
        try:
            cases.append(read_known(item, recorder, thresholds, language))
        except InputError as error:
            cases.append(failed(item, error))
    twice = duplicated([case.interaction.id for case in cases if not isinstance(case, Result)])
    outcomes: list[Evaluation | Result] = []
    with progress("evaluating", len(items)) as bar:
        for item, case in zip(items, cases, strict=True):
            outcomes.append(
                case
                if isinstance(case, Result)
                else _one(item, case, rubric, settings, twice, failure_status, judge)
            )
            bar.advance(bar.task_ids[0])
    return outcomes


def _one(
    item: Item, case: Case, rubric: Any, settings: Any, twice: frozenset[str], status_of: Any, judge: Any
) -> Evaluation | Result:
    if case.interaction.id in twice:
        fault = InputError(
            f"several inputs of this run have the id '{case.interaction.id}'", None, "make ids unique"
        )
        return failed(item, fault, "rejected")
    try:
        evaluation: Evaluation = judge(case, rubric, settings=settings)
    except QAToolkitError as error:
        if not isinstance(error, InputError):
            raise
        return failed(item, error, status_of(error))
    return replace(evaluation)


def _show(outcomes: list[Evaluation | Result]) -> None:
    rows = []
    for outcome in outcomes:
        if isinstance(outcome, Result):
            rows.append([outcome.input, outcome.status, "", "", outcome.reason])
        else:
            score = outcome.score
            notes = ["draft"] if outcome.is_from_draft else []
            notes += [f"auto-fail: {', '.join(score.auto_failed_by)}"] if score.auto_failed_by else []
            rows.append(
                [outcome.interaction, "done", percent(score.percent), str(score.open), ", ".join(notes)]
            )
    print_table(None, ["interaction", "status", "score>", "open>", "notes"], rows)
    if len(outcomes) == 1 and isinstance(outcomes[0], Evaluation):
        answers = [
            [
                a.criterion,
                a.status.value,
                a.answer,
                None if a.points is None else f"{a.points:g}",
                a.reason or _quote(a),
            ]
            for a in outcomes[0].answers
        ]
        print_table(None, ["criterion", "status", "answer", "points>", "why"], answers)


def _quote(answer: Any) -> str:
    for evidence in answer.evidence:
        if evidence.kind == "span":
            return f"turn {evidence.turn}: “{evidence.text}”"
        if evidence.kind == "window":
            return f"looked for: {evidence.looked_for}"
        return f"{evidence.name} = {evidence.value}"
    return ""
