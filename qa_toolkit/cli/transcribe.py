"""``qa transcribe``: recordings to transcripts; the store is not written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_toolkit.cli.console import print_error, print_json, print_warning, progress
from qa_toolkit.cli.inputs import AUDIO_SUFFIXES, Item, duplicated, expand, failed, is_single
from qa_toolkit.cli.options import (
    Channels,
    Device,
    Inputs,
    Json,
    Language,
    Model,
    Out,
    Profile,
    Speakers,
    configuration,
)
from qa_toolkit.domain.evaluation import Result
from qa_toolkit.domain.transcript import Transcript
from qa_toolkit.errors import InputError, UsageError

if TYPE_CHECKING:
    from qa_toolkit.config import Configuration

FORMATS = ("json", "vtt", "srt", "txt", "rttm", "ctm")


def register(cli: typer.Typer) -> None:
    cli.command("transcribe")(transcribe)


def transcribe(
    paths: Inputs,
    form: Annotated[str, typer.Option("--format", help=", ".join(FORMATS))] = "json",
    out: Out = None,
    json: Json = False,
    model: Model = None,
    profile: Profile = None,
    language: Language = None,
    channels: Channels = None,
    speakers: Speakers = None,
    device: Device = None,
) -> None:
    """Transcribes recordings; one party a channel, or two speakers found on a mono recording."""
    from qa_toolkit.domain.contract import to_contract

    if form not in FORMATS:
        raise UsageError(f"there is no format '{form}'", None, f"one of {', '.join(FORMATS)}")
    if json and form != "json":
        raise UsageError("--json and another --format exclude each other", None, "leave one out")
    current = configuration(
        transcription__model=model,
        transcription__profile=profile,
        transcription__language=language,
        transcription__channels=channels,
        transcription__speakers=speakers,
        transcription__device=device,
    )
    items, _ = expand(paths, AUDIO_SUFFIXES)
    outcomes = listen_to(items, current)
    if out is not None:
        _write(outcomes, out, form)
    elif form == "json" and (json or not is_single(paths)):
        data = [to_contract(outcome) for outcome in outcomes]
        print_json(data[0] if is_single(paths) else data)
    else:
        _print(outcomes, form)
    for outcome in outcomes:
        if isinstance(outcome, Result):
            print_error(f"{outcome.input}: {outcome.reason}")
        else:
            for warning in outcome.warnings:
                print_warning(f"{outcome.id}: {warning}")
    if any(isinstance(outcome, Result) for outcome in outcomes):
        raise typer.Exit(1)


def listen_to(items: list[Item], current: Configuration) -> list[Transcript | Result]:
    """One transcript or failed result an item, in input order."""
    from qa_toolkit.batch.plan import metadata_of, transcription_options
    from qa_toolkit.pipeline import listen

    twice = duplicated([item.path.stem for item in items])
    outcomes: list[Transcript | Result] = []
    with progress("transcribing", len(items)) as bar:
        for done, item in enumerate(items):
            try:
                if item.path.stem in twice:
                    raise InputError(
                        f"several inputs of this run have the id '{item.path.stem}'", None, "rename one"
                    )
                outcomes.append(
                    listen(
                        item.path,
                        metadata=metadata_of(item.path, current),
                        transcription=transcription_options(item.path, current),
                        on_progress=_moves(bar, done),
                    )
                )
            except InputError as error:
                status = "rejected" if item.path.stem in twice else "failed"
                outcomes.append(failed(item, error, status))
            bar.update(bar.task_ids[0], completed=done + 1)
    return outcomes


def _moves(bar: Any, done: int) -> Any:
    return lambda share: bar.update(bar.task_ids[0], completed=done + share)


def _print(outcomes: list[Transcript | Result], form: str) -> None:
    from qa_toolkit.transcription.formats import write

    for outcome in outcomes:
        if isinstance(outcome, Transcript):
            typer.echo(write(outcome, form), nl=False)


def _write(outcomes: list[Transcript | Result], out: Path, form: str) -> None:
    from qa_toolkit.transcription.formats import write

    with writing_to(out):
        for outcome in outcomes:
            if isinstance(outcome, Transcript):
                write_file(out / f"{outcome.id}.{form}", write(outcome, form))


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Makes the folder and turns faults of the disk into one line.

    Raises:
        EnvironmentProblemError: the folder cannot be written or the disk is full.
    """
    from qa_toolkit.errors import EnvironmentProblemError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        text = error.strerror or str(error)
        raise EnvironmentProblemError(
            f"cannot write ({text})", str(folder), "free space or choose another --out"
        ) from None


def write_file(path: Path, text: str) -> None:
    """Writes a whole file or none: beside its place first, then moved there."""
    import os
    import tempfile

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).replace(path)
        path.chmod(0o644)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
