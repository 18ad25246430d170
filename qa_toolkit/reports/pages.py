"""Writes the pages of a run out of the store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qa_toolkit.domain import ConversationMetrics, Evaluation, Transcript
from qa_toolkit.domain.contract import from_contract
from qa_toolkit.domain.evaluation import Result
from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.errors import InputError, RubricError
from qa_toolkit.reports import ReportCall, ReportItem, ReportRun, call_report, run_report
from qa_toolkit.whole_files import stem_apart, write_whole

if TYPE_CHECKING:
    from qa_toolkit.store import Store

_FIRST_PAGE = "index.html"


def write_pages(store: Store, run: int, out: Path, *, unmasked: bool = False) -> Path:
    """Writes ``index.html`` for the run and a page for every scored interaction below ``calls/``.

    Of an interaction that was reviewed, the review counts: the last evaluation a person filed under the same
    rubric version, else the machine's of this run.

    Args:
        store: an open store.
        run: number of the run.
        out: folder to write to; made when absent, files of the same names are replaced.
        unmasked: show identifiers of people that were said; whoever asks for it checks that it is permitted
            and writes it into the audit log.

    Returns:
        The first page.

    Raises:
        InputError: the store has no such run.
    """
    record = store.run(run)
    if record is None:
        raise InputError(f"the store has no run {run}", None, "score something with 'qa score'")
    folder = out / "calls"
    folder.mkdir(parents=True, exist_ok=True)
    rubrics = _rubrics(store)
    taken: set[str] = set()
    items = [
        _write_item(store, result, rubrics, folder, taken, unmasked=unmasked) for result in store.results(run)
    ]
    facts = (
        ("Run", str(run)),
        ("Started", record.started_at.strftime("%Y-%m-%d %H:%M UTC")),
        ("Started by", record.started_by),
        ("State", record.state),
        ("Identifiers", "shown" if unmasked else "hidden"),
    )
    page = ReportRun(
        title=f"Run {run}",
        items=tuple(items),
        rubrics=rubrics,
        facts=facts,
        unfinished=max(0, len(record.items) - len(items)),
    )
    first = out / _FIRST_PAGE
    write_whole(first, run_report(page))
    return first


def _rubrics(store: Store) -> dict[tuple[str, str], Rubric]:
    """The registered rubrics; where one can no longer be read, its ids are shown instead."""
    from qa_toolkit.evaluation.loader import parse_rubric

    found: dict[tuple[str, str], Rubric] = {}
    for record in store.rubrics():
        try:
            found[record.id, record.version] = parse_rubric(record.text).rubric
        except RubricError:
            continue
    return found


def _write_item(
    store: Store,
    result: Result,
    rubrics: Mapping[tuple[str, str], Rubric],
    folder: Path,
    taken: set[str],
    *,
    unmasked: bool,
) -> ReportItem:
    if result.status != "done" or result.evaluation is None:
        return ReportItem(result.input, result.status, result.reason)
    evaluation = _counting(store, from_contract(Evaluation, result.evaluation))
    transcript = from_contract(Transcript, result.transcript) if result.transcript else None
    metrics = from_contract(ConversationMetrics, result.metrics) if result.metrics else None
    interaction = store.interaction(evaluation.interaction)
    name = page_name(evaluation.interaction, taken)
    call = ReportCall(
        evaluation=evaluation,
        transcript=transcript,
        metrics=metrics,
        rubric=rubrics.get((evaluation.rubric.id, evaluation.rubric.version)),
        interaction=interaction,
        back=f"../{_FIRST_PAGE}",
        unmasked=unmasked,
    )
    write_whole(folder / name, call_report(call))
    return ReportItem(
        input=result.input,
        status="done",
        evaluation=evaluation,
        agent=interaction.agent if interaction else None,
        site=interaction.site if interaction else None,
        started_at=interaction.started_at if interaction else None,
        duration_s=transcript.duration_s if transcript else None,
        page=f"{folder.name}/{name}",
    )


def _counting(store: Store, machine: Evaluation) -> Evaluation:
    """The review under the same rubric version, where there is one; else the machine's evaluation."""
    latest = store.latest_evaluation(machine.interaction, machine.rubric.id)
    if latest is None or latest.source.kind == "machine" or latest.rubric != machine.rubric:
        return machine
    return from_contract(Evaluation, json.loads(latest.json))


def page_name(interaction: str, taken: set[str]) -> str:
    """A file name for an interaction; different interactions never share one, whatever the file system."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in interaction)
    return f"{stem_apart(kept.strip('.')[:100] or 'interaction', taken)}.html"
