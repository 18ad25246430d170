"""``qa transcribe``: recordings to transcripts, several calls side by side; the store is not written."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_error, print_json, print_warning, progress, stderr
from qa_toolkit.cli.files import writing_to
from qa_toolkit.cli.inputs import AUDIO_SUFFIXES, Item, duplicated, expand, failed, is_single
from qa_toolkit.cli.options import (
    Channels,
    Device,
    Engine,
    Inputs,
    Json,
    Language,
    Model,
    Out,
    Profile,
    Speakers,
    Vocabulary,
    Words,
    Workers,
    configuration,
)
from qa_toolkit.domain.evaluation import Result
from qa_toolkit.domain.transcript import Transcript
from qa_toolkit.errors import InputError, UsageError
from qa_toolkit.whole_files import write_whole

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
    engine: Engine = None,
    model: Model = None,
    profile: Profile = None,
    language: Language = None,
    vocabulary: Vocabulary = None,
    channels: Channels = None,
    speakers: Speakers = None,
    words: Words = None,
    workers: Workers = None,
    device: Device = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="One line a recording on stderr.")] = False,
) -> None:
    """Transcribes recordings; one party a channel, or two speakers found on a mono recording."""
    from qa_toolkit.domain.contract import to_contract

    if form not in FORMATS:
        raise UsageError(f"there is no format '{form}'", None, f"one of {', '.join(FORMATS)}")
    if json and form != "json":
        raise UsageError("--json and another --format exclude each other", None, "leave one out")
    current = configuration(
        transcription__engine=engine,
        transcription__model=model,
        transcription__profile=profile,
        transcription__language=language,
        transcription__vocabulary_file=vocabulary,
        transcription__channels=channels,
        transcription__speakers=speakers,
        transcription__words=words,
        transcription__device=device,
        workers=workers,
    )
    items, _ = expand(paths, AUDIO_SUFFIXES)
    begun = time.monotonic()
    if out is not None:
        with writing_to(out):
            pass  # a folder that cannot be written is found before anything is heard
    outcomes: list[Transcript | Result] = []
    for outcome in hear(items, current):
        outcomes.append(outcome if out is None else _written(outcome, out, form))
        _tell(outcome, verbose=verbose)
    if out is None and form == "json" and (json or not is_single(paths)):
        data = [to_contract(outcome) for outcome in outcomes]
        print_json(data[0] if is_single(paths) else data)
    elif out is None:
        _print(outcomes, form)
    if verbose or len(outcomes) > 1:
        stderr().print(summary(outcomes, time.monotonic() - begun), soft_wrap=True)
    if any(isinstance(outcome, Result) for outcome in outcomes):
        raise typer.Exit(1)


def hear(items: list[Item], current: Configuration) -> Iterator[Transcript | Result]:
    """One transcript or failed result an item, in input order, as they become ready."""
    from qa_toolkit.batch.listening import ToHear, hear_all
    from qa_toolkit.batch.plan import metadata_of, transcription_options
    from qa_toolkit.batch.scoring import cores

    twice = duplicated([item.path.stem for item in items])
    calls = [
        ToHear(item.path, known, transcription_options(item.path, current, known))
        for item, known in ((item, metadata_of(item.path, current)) for item in items)
        if item.path.stem not in twice
    ]
    with progress("transcribing", len(items)) as bar:
        heard = hear_all(
            calls,
            workers=current.settings.workers or cores(),
            on_progress=lambda done: bar.update(bar.task_ids[0], completed=done),
        )
        for item in items:
            if item.path.stem in twice:
                shared = f"several inputs of this run have the id '{item.path.stem}'"
                yield failed(item, InputError(shared, None, "rename one"), "rejected")
                continue
            outcome = next(heard)
            yield failed(item, outcome) if isinstance(outcome, InputError) else outcome


def summary(outcomes: Sequence[Transcript | Result], seconds: float) -> str:
    """How many were transcribed, how much speech they hold, and what was retried, doubted or taken out."""
    made = [outcome for outcome in outcomes if isinstance(outcome, Transcript)]
    drafts = sum(transcript.is_draft for transcript in made)
    parts = [f"{len(made)} transcribed{f' ({drafts} drafts)' if drafts else ''}"]
    if len(made) < len(outcomes):
        parts.append(f"{len(outcomes) - len(made)} not")
    audio_s = sum(transcript.duration_s or 0.0 for transcript in made)
    pace = f", {audio_s / seconds:.1f} times real time" if seconds > 0 else ""
    return f"{', '.join(parts)}: {_counted(made)}; {seconds:.0f} s{pace}"


def _counted(made: Sequence[Transcript]) -> str:
    counts = [transcript.recognition for transcript in made if transcript.recognition is not None]
    audio_s = sum(transcript.duration_s or 0.0 for transcript in made)
    return (
        f"{audio_s:.0f} s of audio, {sum(each.speech_s for each in counts):.0f} s of speech, "
        f"{sum(each.windows for each in counts)} windows, "
        f"{sum(each.retried_windows for each in counts)} retried, "
        f"{sum(each.doubtful_windows for each in counts)} in doubt, "
        f"{sum(each.gated_s for each in counts):.1f} s of crosstalk taken out"
    )


def _tell(outcome: Transcript | Result, *, verbose: bool) -> None:
    if isinstance(outcome, Result):
        print_error(f"{outcome.input}: {outcome.reason}")
        return
    for warning in outcome.warnings:
        print_warning(f"{outcome.id}: {warning}")
    if verbose:
        stderr().print(f"{outcome.id}: {_counted([outcome])}", soft_wrap=True, markup=False)
        for line in _sound_by_channel(outcome):
            stderr().print(f"{outcome.id}: {line}", soft_wrap=True, markup=False)


def _sound_by_channel(transcript: Transcript) -> Iterator[str]:
    for found in transcript.recognition.channels if transcript.recognition else ():
        yield (
            f"channel {found.channel}: {found.speech_s:.1f} s of speech (threshold {found.threshold:g}); "
            f"{found.other_s:.1f} of {found.sound_s:.1f} s of sound are no speech"
        )


def _print(outcomes: Sequence[Transcript | Result], form: str) -> None:
    from qa_toolkit.transcription.formats import write

    for outcome in outcomes:
        if isinstance(outcome, Transcript):
            typer.echo(write(outcome, form), nl=False)


def _written(outcome: Transcript | Result, out: Path, form: str) -> Transcript | Result:
    """Writes a transcript at once, so that a long run loses nothing; gives it back without its turns."""
    from qa_toolkit.transcription.formats import write

    if isinstance(outcome, Result):
        return outcome
    with writing_to(out):
        write_whole(out / f"{outcome.id}.{form}", write(outcome, form))
    return replace(outcome, turns=(), speech=(), acoustics=())
