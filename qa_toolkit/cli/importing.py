"""``qa import``: other systems' transcripts and tables into the toolkit's own; the store is not written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from qa_toolkit.cli.console import print_error, print_json, print_table, print_warning
from qa_toolkit.cli.files import json_name, writing_to
from qa_toolkit.cli.inputs import CONVERSATION_SUFFIXES, Item, duplicated, failed, is_single
from qa_toolkit.cli.options import Inputs, Json, Language, Out
from qa_toolkit.cli.recorders import MappingFile, Recorder, items_of, recorder_of
from qa_toolkit.domain.evaluation import Result
from qa_toolkit.domain.transcript import Transcript
from qa_toolkit.errors import InputError
from qa_toolkit.whole_files import write_whole

if TYPE_CHECKING:
    from qa_toolkit.importing import RecorderRow

MANIFEST = "manifest.csv"


def register(cli: typer.Typer) -> None:
    cli.command("import")(import_)


def import_(
    paths: Inputs,
    mapping: MappingFile = None,
    out: Out = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """Reads WebVTT, SRT, Contact Lens, Call Analytics or whisperX files, and recorders' tables (CSV)."""
    recorder, others = recorder_of(paths, mapping)
    if not others:
        _manifest(recorder.rows, out, json=json)
        return
    outcomes = read_items(items_of(recorder, others, CONVERSATION_SUFFIXES)[0], recorder, language)
    _deliver(outcomes, out, json=json, single=is_single(others) and len(outcomes) == 1)
    for outcome in outcomes:
        if isinstance(outcome, Result):
            print_error(f"{outcome.input}: {outcome.reason}")
        else:
            for warning in outcome.warnings:
                print_warning(f"{outcome.id}: {warning}")
    if any(isinstance(outcome, Result) for outcome in outcomes):
        raise typer.Exit(1)


def read_items(
    items: list[Item], recorder: Recorder, language: str | None = None
) -> list[Transcript | Result]:
    """One transcript or failed result an item, in input order, with what the tables know of it.

    ``language`` is that of files that do not state theirs.
    """
    outcomes: list[Transcript | Result] = []
    for item in items:
        try:
            transcript = _transcript_of(item, recorder)
            outcomes.append(replace(transcript, language=transcript.language or language))
        except InputError as error:
            outcomes.append(failed(item, error))
    twice = duplicated([outcome.id for outcome in outcomes if isinstance(outcome, Transcript)])
    for place, (item, outcome) in enumerate(zip(items, outcomes, strict=True)):
        if isinstance(outcome, Transcript) and outcome.id in twice:
            fault = InputError(
                f"several inputs of this run have the id '{outcome.id}'", None, "make ids unique"
            )
            outcomes[place] = failed(item, fault, "rejected")
    return outcomes


def _transcript_of(item: Item, recorder: Recorder) -> Transcript:
    from qa_toolkit.pipeline import case_of_document, import_transcript

    if item.document is None:
        return import_transcript(item.path, metadata=recorder.known_of(item.path), roles=recorder.roles)
    transcript = case_of_document(item.document, source=item.name).transcript
    if transcript is None:
        raise InputError("a record holds no conversation", item.name, "give it to qa evaluate")
    return transcript


def _deliver(outcomes: list[Transcript | Result], out: Path | None, *, json: bool, single: bool) -> None:
    from qa_toolkit.domain.contract import canonical_json, to_contract

    data = [to_contract(outcome) for outcome in outcomes]
    if out is not None:
        taken: set[str] = set()
        with writing_to(out):
            for outcome, each in zip(outcomes, data, strict=True):
                if isinstance(outcome, Transcript):
                    write_whole(out / json_name(outcome.id, taken), canonical_json(each))
    if json:
        print_json(data[0] if single else data)
    else:
        print_table(
            None, ["transcript", "turns>", "roles", "language", "length>", "metadata"], _rows(outcomes)
        )


def _rows(outcomes: list[Transcript | Result]) -> list[list[str | None]]:
    rows: list[list[str | None]] = []
    for outcome in outcomes:
        if isinstance(outcome, Result):
            rows.append([outcome.input, None, outcome.status, None, None, outcome.reason])
            continue
        roles = dict.fromkeys(turn.role.value for turn in outcome.turns)
        length = None if outcome.duration_s is None else f"{outcome.duration_s:.1f} s"
        known = ", ".join(f"{name} {value}" for name, value in outcome.metadata.items())
        rows.append([outcome.id, str(len(outcome.turns)), ", ".join(roles), outcome.language, length, known])
    return rows


def _manifest(rows: Sequence[RecorderRow], out: Path | None, *, json: bool) -> None:
    """The tables alone: a manifest for ``qa score``."""
    from qa_toolkit.importing import manifest_csv

    text = manifest_csv(rows)
    if out is not None:
        with writing_to(out):
            write_whole(out / MANIFEST, text)
    if json:
        print_json([{"path": row.recording, **row.metadata} for row in rows])
    elif out is None:
        typer.echo(text, nl=False)
