"""The keyed applications of ``qa demo``: compared, scored like calls, and shown beside their scans."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from qa_toolkit.cli.console import stderr

if TYPE_CHECKING:
    from qa_toolkit.batch.scoring import ScoringRun
    from qa_toolkit.config import Configuration
    from qa_toolkit.domain.keying import KeyingAccuracy
    from qa_toolkit.domain.scans import ScanReadings
    from qa_toolkit.keying import LoadedLayout

READ_SCANS = ("APP-00001.pdf", "APP-00007.tif")
"""Scans of the samples that the demo reads; the others are left to 'qa keying read'."""
DEMO_READINGS = "readings.json"
"""What was read of them, beside the demo's store: the work of the app's page of keying review."""


def demo_keying(current: Configuration, home: Path, out: Path, *, by: str) -> None:
    """Compares and scores the sample applications, reads some of their scans, and writes the pages."""
    from qa_toolkit.domain.contract import canonical_json, to_contract
    from qa_toolkit.keying import load_layout
    from qa_toolkit.reports.keying_report import write_keying_pages
    from qa_toolkit.resources import sample_dir
    from qa_toolkit.whole_files import write_whole

    samples, loaded = sample_dir() / "keying", load_layout("covered_application")
    stderr().print(
        "Comparing 36 keyed applications with their reference; reading two of their scans.", soft_wrap=True
    )
    scans = tuple(sample_dir() / "scans" / name for name in READ_SCANS)
    readings = _read(scans, loaded)
    if readings is not None:
        write_whole(home / DEMO_READINGS, canonical_json(to_contract(readings)))
    pages = out / "keying"
    page, accuracy = write_keying_pages(
        samples / "keyed.csv",
        samples / "reference.csv",
        loaded,
        pages,
        readings=readings,
        scans=scans if readings else (),
    )
    run = _score(samples, loaded, current, home, by=by)
    _say(accuracy, run, readings, samples / "keyed.csv", loaded)
    typer.echo(f"Keying:  {page}")


def _read(scans: tuple[Path, ...], loaded: LoadedLayout) -> ScanReadings | None:
    """The readings; None where the extra ``ocr`` is not installed."""
    from qa_toolkit.errors import MissingExtraError
    from qa_toolkit.keying.scans.reading import read_scans
    from qa_toolkit.keying.scans.recognition import RapidOcr
    from qa_toolkit.keying.scans.template import load_template

    try:
        recogniser = RapidOcr()
    except MissingExtraError as error:
        stderr().print(f"Scans are left out: {error}", soft_wrap=True)
        return None
    template = load_template(scans[0].parent / "template.yaml", loaded.layout)
    return read_scans(scans, loaded, template, recogniser)


def _score(samples: Path, loaded: LoadedLayout, current: Configuration, home: Path, *, by: str) -> ScoringRun:
    """The applications as interactions of the store, scored by the rubric ``paper_keying``."""
    from qa_toolkit.cli.files import json_name
    from qa_toolkit.cli.score import score_paths
    from qa_toolkit.domain.contract import canonical_json
    from qa_toolkit.keying.cases import case_document, cases_of_files
    from qa_toolkit.whole_files import write_whole

    folder = home / "applications"
    folder.mkdir(exist_ok=True)
    paths = []
    taken: set[str] = set()
    for case in cases_of_files(samples / "keyed.csv", samples / "reference.csv", loaded.layout):
        path = folder / json_name(case.interaction.id, taken)
        write_whole(path, canonical_json(case_document(case)))
        paths.append(path)
    return score_paths(paths, "paper_keying", current, by=by)


def _say(
    accuracy: KeyingAccuracy,
    run: ScoringRun,
    readings: ScanReadings | None,
    keyed: Path,
    loaded: LoadedLayout,
) -> None:
    from qa_toolkit.keying.scans.worklist import worklist_of_file

    fields, forms = accuracy.fields, accuracy.forms
    low, high = fields.interval or (0.0, 0.0)
    typer.echo(
        f"\n{accuracy.records} keyed applications: {fields.errors} of {fields.active} fields wrong from"
        f" {fields.root_errors} errors, {fields.per_10000:.0f} in 10,000 (95 %: {low:.0f} to {high:.0f});"
        f" {forms.with_error} forms with an error"
    )
    scores = [result.evaluation["score"] for result in run.results if result.evaluation]
    failed = sum(bool(score["auto_failed_by"]) for score in scores)
    left = sum(score["open"] for score in scores)
    typer.echo(
        f"rubric paper_keying: {len(scores)} scored, {failed} with an automatic fail,"
        f" {left} answers left to people"
    )
    if readings is not None:
        found = worklist_of_file(keyed, readings, loaded.layout)
        pages = sum(len(record.pages) for record in readings.records)
        compared = sum(count.compared for count in found.records)
        typer.echo(
            f"{pages} scanned pages read as a second opinion:"
            f" {len(found.items)} of {compared} fields to look at"
        )
