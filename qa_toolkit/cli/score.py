"""``qa score``: recordings, folders and manifests to stored evaluations."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_toolkit.cli.console import (
    percent,
    print_error,
    print_json,
    print_table,
    print_warning,
    progress,
    stderr,
)
from qa_toolkit.cli.files import json_name, writing_to
from qa_toolkit.cli.inputs import AUDIO_SUFFIXES, expand, is_single
from qa_toolkit.cli.options import (
    ActingUser,
    Channels,
    Device,
    Inputs,
    Json,
    Language,
    Model,
    Out,
    Profile,
    Speakers,
    StoreUrl,
    Vocabulary,
    acting_user,
    configuration,
)
from qa_toolkit.domain.evaluation import FROM_DRAFT, Result
from qa_toolkit.whole_files import write_whole

if TYPE_CHECKING:
    from qa_toolkit.batch import BatchEvent
    from qa_toolkit.batch.scoring import ScoringRun
    from qa_toolkit.config import Configuration

INTERRUPTED = 130


def register(cli: typer.Typer) -> None:
    cli.command("score")(score)


def score(
    paths: Inputs,
    rubric: Annotated[
        str | None,
        typer.Option("--rubric", metavar="R", help="A rubric's id, id@version, or file.", show_default=False),
    ] = None,
    out: Out = None,
    json: Json = False,
    store: StoreUrl = None,
    workers: Annotated[int | None, typer.Option(help="Parallel workers; 0 = one a core.", min=0)] = None,
    model: Model = None,
    profile: Profile = None,
    language: Language = None,
    vocabulary: Vocabulary = None,
    channels: Channels = None,
    speakers: Speakers = None,
    device: Device = None,
    file_pattern: Annotated[
        str | None,
        typer.Option(
            help="Pattern with named groups; what file names say becomes metadata.", show_default=False
        ),
    ] = None,
    user: ActingUser = None,
) -> None:
    """Transcribes, measures, evaluates and stores recordings; safe to interrupt and to run again."""
    from qa_toolkit.domain.contract import to_contract

    current = configuration(
        store=store,
        workers=workers,
        file_names=file_pattern,
        transcription__model=model,
        transcription__profile=profile,
        transcription__language=language,
        transcription__vocabulary_file=vocabulary,
        transcription__channels=channels,
        transcription__speakers=speakers,
        transcription__device=device,
    )
    begun = time.monotonic()
    run = score_paths(paths, rubric, current, by=acting_user(user))
    if out is not None:
        write_results(run, current, out, by=acting_user(user))
    if json:
        data = [to_contract(result) for result in run.results]
        single = is_single(paths) and paths[0].suffix.lower() != ".csv" and len(data) == 1
        print_json(data[0] if single else data)
    else:
        show(run, time.monotonic() - begun)
        if out is not None:
            typer.echo(f"report: {out / 'index.html'}")
    finish(run)


def score_paths(paths: list[Path], rubric: str | None, current: Configuration, *, by: str) -> ScoringRun:
    """Plans and runs; progress on stderr."""
    from qa_toolkit.batch.plan import plan
    from qa_toolkit.batch.scoring import JudgementRules, load_rubrics, score_batch
    from qa_toolkit.cli.rubrics import evaluation_settings, metric_thresholds, rubric_in_use
    from qa_toolkit.store import Store

    items, left_out = expand(paths, AUDIO_SUFFIXES)
    for path in left_out:
        if path.suffix.lower() == ".csv":
            print_warning(f"{path.name} lies in a folder and is not read; give the manifest itself to use it")
    planned = plan([(item.path, item.name) for item in items], rubric, current)
    rubrics, faults = load_rubrics(planned, rubric, lambda name: rubric_in_use(name, current))
    rules = JudgementRules(rubrics, faults, metric_thresholds(current), evaluation_settings(current))
    with Store.open(current.store_url, origin="qa score") as store, progress("scoring", len(planned)) as bar:
        return score_batch(planned, rules, current, store, by=by, on_event=_moves(bar))


def _moves(bar: Any) -> Callable[[BatchEvent], None]:
    def on_event(event: BatchEvent) -> None:
        if event.kind in {"done", "done_before", "failed", "rejected"}:
            bar.advance(bar.task_ids[0])
        else:
            print_warning(f"{event.input}: {event.reason}")
        for warning in event.warnings:
            print_warning(f"{event.input}: {warning}")

    return on_event


def write_results(run: ScoringRun, current: Configuration, out: Path, *, by: str) -> Path:
    """Writes a result file for each item and the report pages into a folder; the path of the first page."""
    from qa_toolkit.domain.contract import canonical_json, to_contract
    from qa_toolkit.reports.pages import write_pages
    from qa_toolkit.store import Store

    with writing_to(out), Store.open(current.store_url, create=False, origin="qa score") as store:
        folder = out / "results"
        folder.mkdir(exist_ok=True)
        taken: set[str] = set()
        for number, result in enumerate(run.results, start=1):
            name = (result.evaluation or {}).get("interaction") or f"item-{number:05d}"
            write_whole(folder / json_name(name, taken), canonical_json(to_contract(result)))
        store.audit.record("report.write", "run", str(run.summary.run), by=by, results=len(run.results))
        return write_pages(store, run.summary.run, out)


def show(run: ScoringRun, seconds: float) -> None:
    """The table of results and one line of totals."""
    rows = [_row(result) for result in run.results]
    print_table(None, ["interaction", "status", "score>", "result", "open>", "notes"], rows)
    summary = run.summary
    parts = [f"{summary.done} scored", f"{summary.done_before} done before", f"{summary.failed} failed"]
    parts += [f"{summary.rejected} rejected", f"{seconds:.0f} s"]
    audio = sum(float((r.transcript or {}).get("duration_s") or 0) for r in run.results)
    if summary.done and not summary.done_before and audio and seconds:
        parts.append(f"{audio / 60:.1f} min of audio, {audio / seconds:.1f} times real time")
    stderr().print(", ".join(parts), soft_wrap=True)


def _row(result: Result) -> list[str]:
    if result.evaluation is None:
        return [result.input, result.status, "", "", "", result.reason or ""]
    found = result.evaluation["score"]
    notes = ["draft"] if FROM_DRAFT in result.evaluation.get("warnings", ()) else []
    notes += [f"auto-fail {', '.join(found['auto_failed_by'])}"] if found["auto_failed_by"] else []
    warned = len((result.transcript or {}).get("warnings", []))
    if warned:
        notes.append(f"{warned} warning{'s' if warned > 1 else ''}")
    state = {True: "passed", False: "not passed", None: "open"}[found["passed"]]
    name = result.evaluation["interaction"]
    return [name, result.status, percent(found["percent"]), state, str(found["open"]), ", ".join(notes)]


def finish(run: ScoringRun) -> None:
    """Prints what went wrong with items and ends with the right exit code."""
    for result in run.results:
        if result.status != "done":
            reason = result.reason or result.status
            print_error(reason if result.input in reason else f"{result.input}: {reason}")
    if run.summary.interrupted:
        print_warning(f"{len(run.results)} items are finished and kept")
        raise typer.Exit(INTERRUPTED)
    if run.summary.failed or run.summary.rejected:
        raise typer.Exit(1)
