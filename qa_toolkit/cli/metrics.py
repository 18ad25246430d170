"""``qa metrics``: conversation metrics of recordings or transcripts; the store is not written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from qa_toolkit.cli.console import print_error, print_json, print_table, print_warning, progress
from qa_toolkit.cli.inputs import (
    AUDIO_SUFFIXES,
    CONVERSATION_SUFFIXES,
    Item,
    duplicated,
    failed,
    is_single,
)
from qa_toolkit.cli.options import (
    Channels,
    Device,
    Engine,
    Inputs,
    Json,
    Language,
    Model,
    Profile,
    Speakers,
    Vocabulary,
    Words,
    configuration,
)
from qa_toolkit.cli.recorders import MappingFile, Recorder, items_of, read_known, recorder_of
from qa_toolkit.domain.evaluation import Result
from qa_toolkit.domain.metrics import ConversationMetrics
from qa_toolkit.errors import InputError

if TYPE_CHECKING:
    from qa_toolkit.config import Configuration
    from qa_toolkit.metrics import MetricThresholds


def register(cli: typer.Typer) -> None:
    cli.command("metrics")(metrics)


def metrics(
    paths: Inputs,
    mapping: MappingFile = None,
    json: Json = False,
    engine: Engine = None,
    model: Model = None,
    profile: Profile = None,
    language: Language = None,
    vocabulary: Vocabulary = None,
    channels: Channels = None,
    speakers: Speakers = None,
    words: Words = None,
    device: Device = None,
) -> None:
    """Measures conversations: talk, silence, holds, overlap, interruptions, response times, pace."""
    from qa_toolkit.domain.contract import to_contract

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
    )
    recorder, others = recorder_of(paths, mapping)
    items, _ = items_of(recorder, others, AUDIO_SUFFIXES | CONVERSATION_SUFFIXES)
    outcomes = measure_items(items, current, recorder, language)
    if json:
        data = [to_contract(outcome) for outcome in outcomes]
        print_json(data[0] if is_single(others) else data)
    else:
        for outcome in outcomes:
            if isinstance(outcome, ConversationMetrics):
                _show(outcome)
    for outcome in outcomes:
        if isinstance(outcome, Result):
            print_error(f"{outcome.input}: {outcome.reason}")
    if any(isinstance(outcome, Result) for outcome in outcomes):
        raise typer.Exit(1)


def measure_items(
    items: list[Item], current: Configuration, recorder: Recorder, language: str | None
) -> list[ConversationMetrics | Result]:
    """Metrics or a failed result for each item, in input order."""
    from qa_toolkit.cli.rubrics import metric_thresholds

    thresholds = metric_thresholds(current)
    outcomes: list[ConversationMetrics | Result] = []
    with progress("measuring", len(items)) as bar:
        for item in items:
            try:
                outcomes.append(_measured(item, current, recorder, thresholds, language))
            except InputError as error:
                outcomes.append(failed(item, error))
            bar.advance(bar.task_ids[0])
    twice = duplicated([o.interaction for o in outcomes if isinstance(o, ConversationMetrics)])
    for place, (item, outcome) in enumerate(zip(items, outcomes, strict=True)):
        if isinstance(outcome, ConversationMetrics) and outcome.interaction in twice:
            fault = InputError(
                f"several inputs of this run have the id '{outcome.interaction}'", None, "rename one"
            )
            outcomes[place] = failed(item, fault, "rejected")
    return outcomes


def _measured(
    item: Item,
    current: Configuration,
    recorder: Recorder,
    thresholds: MetricThresholds,
    language: str | None,
) -> ConversationMetrics:
    from qa_toolkit.batch.plan import metadata_of, transcription_options
    from qa_toolkit.errors import TranscriptError
    from qa_toolkit.pipeline import case_of, listen

    if item.document is not None or item.path.suffix.lower() in CONVERSATION_SUFFIXES:
        case = read_known(item, recorder, thresholds, language)
    else:
        known = {**metadata_of(item.path, current), **recorder.known_of(item.path)(item.path.stem)}
        options = transcription_options(item.path, current, known)
        transcript = listen(item.path, metadata=known, transcription=options)
        for warning in transcript.warnings:
            print_warning(f"{item.name}: {warning}")
        case = case_of(transcript, thresholds=thresholds)
    if case.metrics is None:
        raise TranscriptError("the file holds no conversation", item.name, "give a transcript or a recording")
    return case.metrics


def _show(found: ConversationMetrics) -> None:
    """The values as a table; below it the limits of some, and what cannot be known, one line a reason."""
    from qa_toolkit.metrics.tone import LIMITS

    rows = [
        [m.name, m.role or "call", f"{m.value:.2f}".rstrip("0").rstrip("."), m.unit, m.definition]
        for m in found.metrics
        if m.value is not None
    ]
    print_table(found.interaction, ["metric", "whose", "value>", "unit", "definition"], rows)
    if any(m.value is not None and m.name.startswith("sentiment") for m in found.metrics):
        typer.echo(f"note: {LIMITS}")
    for line in unavailable(found):
        typer.echo(line)
    for warning in found.warnings:
        print_warning(f"{found.interaction}: {warning}")


def unavailable(found: ConversationMetrics) -> list[str]:
    """One line for each reason, with the definitions it keeps from having a value and whose they are."""
    by_reason: dict[str, dict[str, list[str]]] = {}
    for metric in found.metrics:
        if metric.value is None:
            whose = by_reason.setdefault(metric.unavailable_because or "no reason given", {})
            whose.setdefault(metric.definition, []).append(metric.role or "call")
    lines = []
    for reason, definitions in by_reason.items():
        groups: dict[tuple[str, ...], list[str]] = {}
        for definition, roles in definitions.items():
            groups.setdefault(tuple(roles), []).append(definition)
        named = "; ".join(f"{', '.join(names)} ({', '.join(roles)})" for roles, names in groups.items())
        lines.append(f"not available, {reason}: {named}")
    return lines
