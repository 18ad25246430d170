"""The stages in order for one interaction. Open this file first.

    recording --listen--> Transcript --measure--> ConversationMetrics
    document  --read----> Case (metrics included)
    Case + Rubric --judge--> Evaluation

Command line, batch and app all call these functions, so they cannot disagree.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import FROM_DRAFT, Evaluation
from qa_toolkit.domain.metrics import ConversationMetrics
from qa_toolkit.domain.transcript import Metadata, Role, Transcript
from qa_toolkit.errors import ApplicabilityError, InputError, QAToolkitError, TranscriptError

if TYPE_CHECKING:
    from qa_toolkit.evaluation import EvaluationSettings, LoadedRubric
    from qa_toolkit.metrics import MetricThresholds
    from qa_toolkit.transcription import TranscriptionOptions

KnownOf = Callable[[str], Metadata]
"""Tells what is known of an interaction by its id."""
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything made of one interaction; parts that do not exist are None."""

    case: Case
    evaluation: Evaluation

    @property
    def transcript(self) -> Transcript | None:
        """The transcript; None for work without one, such as records."""
        return self.case.transcript

    @property
    def metrics(self) -> ConversationMetrics | None:
        """The conversation metrics; None without a transcript."""
        return self.case.metrics


def score_recording(
    path: Path,
    rubric: LoadedRubric,
    *,
    metadata: Metadata | None = None,
    transcription: TranscriptionOptions | None = None,
    thresholds: MetricThresholds | None = None,
    settings: EvaluationSettings | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Outcome:
    """Recording to evaluation: listen, measure, judge."""
    transcript = listen(path, metadata=metadata, transcription=transcription, on_progress=on_progress)
    case = case_of(transcript, thresholds=thresholds)
    return Outcome(case, judge(case, rubric, settings=settings))


def listen(
    path: Path,
    *,
    metadata: Metadata | None = None,
    transcription: TranscriptionOptions | None = None,
    interaction: str | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Transcript:
    """Recording to transcript, with what is known of the interaction as its metadata.

    ``interaction`` is its id when that is not the file's stem.

    Raises:
        AudioError: the file holds no sound that can be decoded.
    """
    from qa_toolkit.transcription import TranscriptionOptions, transcribe

    known = dict(metadata or {})
    options = transcription or TranscriptionOptions()
    language, direction = known.get("language"), known.get("direction")
    if options.language is None and isinstance(language, str) and language:
        options = replace(options, language=language)
    if options.direction is None and isinstance(direction, str) and direction:
        options = replace(options, direction=direction)
    transcript = transcribe(path, options, on_progress=on_progress)
    transcript = replace(transcript, id=interaction or transcript.id)
    return replace(transcript, metadata={**transcript.metadata, **known})


def case_of(
    transcript: Transcript, *, metadata: Metadata | None = None, thresholds: MetricThresholds | None = None
) -> Case:
    """Transcript to case: metadata joined, conversation measured, events in time order."""
    from qa_toolkit.evaluation.cases import case_from_transcript

    if metadata:
        transcript = replace(transcript, metadata={**transcript.metadata, **metadata})
    return with_metrics(case_from_transcript(transcript), thresholds=thresholds)


def with_metrics(case: Case, *, thresholds: MetricThresholds | None = None) -> Case:
    """The case with the metrics and events of its transcript; unchanged where there is none."""
    from qa_toolkit.metrics import MetricThresholds, measure

    if case.transcript is None:
        return case
    metrics = measure(case.transcript, thresholds or MetricThresholds())
    # A given hold is repeated by the metrics, which add what they know of it; events keeps one of each.
    given = [event for event in case.events if not any(_same(event, measured) for measured in metrics.events)]
    if case.transcript.is_draft:
        metrics = replace(metrics, warnings=(*metrics.warnings, FROM_DRAFT))
    return replace(case, metrics=metrics, events=(*given, *metrics.events))


def read_case(
    path: Path,
    *,
    metadata: Metadata | KnownOf | None = None,
    roles: Mapping[str, Role] | None = None,
    thresholds: MetricThresholds | None = None,
) -> Case:
    """A transcript, chat, record or document file as a case with its metrics.

    Transcripts of other systems (``import_transcript``) are read, too.

    Args:
        metadata: what else is known of the interaction, or a function that tells it by the interaction's id.
        roles: roles of speakers' names that are not known by themselves.

    Raises:
        TranscriptError: the file is not one of the shapes of the contract, nor a known one of others.
    """
    return with_metrics(_case_in(path, roles, metadata), thresholds=thresholds)


def case_of_document(
    document: Mapping[str, object], *, source: str, thresholds: MetricThresholds | None = None
) -> Case:
    """A transcript, chat, record or document in the shape of its JSON file, as a case with its metrics.

    Args:
        source: what messages call it.

    Raises:
        TranscriptError: the first fault, with its path.
    """
    from qa_toolkit.evaluation.cases import case_from_document

    return with_metrics(case_from_document(document, default_id=source, source=source), thresholds=thresholds)


def import_transcript(
    path: Path, *, metadata: Metadata | KnownOf | None = None, roles: Mapping[str, Role] | None = None
) -> Transcript:
    """The transcript in a file: WebVTT, SRT, Contact Lens, Call Analytics, whisperX, or the toolkit's JSON.

    Where the speakers are told apart and none of their names is a role's, roles are inferred from the words.

    Args:
        metadata: what else is known of the interaction, or a function that tells it by the interaction's id.
        roles: roles of speakers' names that are not known by themselves.

    Raises:
        TranscriptError: the file cannot be read or holds no transcript.
    """
    transcript = _case_in(path, roles, metadata).transcript
    if transcript is None:
        raise TranscriptError("the file holds no conversation", str(path), "give a transcript")
    return transcript


def _case_in(path: Path, roles: Mapping[str, Role] | None, metadata: Metadata | KnownOf | None) -> Case:
    from qa_toolkit.evaluation.cases import case_from_document, case_from_transcript, with_metadata
    from qa_toolkit.importing import SUBTITLE_SUFFIXES, read_subtitles, transcript_of_json

    def known_of(interaction: str) -> Metadata:
        return (metadata(interaction) if callable(metadata) else metadata) or {}

    if path.suffix.lower() in SUBTITLE_SUFFIXES:
        foreign: Transcript | None = read_subtitles(path, roles=roles)
    else:
        data = read_json(path)
        foreign = transcript_of_json(data, default_id=path.stem, source=path.name, roles=roles)
    if foreign is None:
        case = case_from_document(data, default_id=path.stem, source=path.name)
        return with_metadata(case, known_of(case.interaction.id))
    known = known_of(foreign.id)
    joined = replace(foreign, metadata={**foreign.metadata, **known})
    return case_from_transcript(_with_roles(joined))


def _with_roles(transcript: Transcript) -> Transcript:
    """Roles inferred from the words, where there are several speakers and no role is known."""
    from qa_toolkit.transcription.attribution import MIN_ROLE_CONFIDENCE
    from qa_toolkit.transcription.roles import assign_roles

    turns = transcript.turns
    speakers = {turn.speaker for turn in turns if turn.speaker is not None}
    if len(speakers) < 2 or any(turn.role is not Role.UNKNOWN for turn in turns):
        return transcript
    stated = transcript.metadata.get("direction")
    direction = stated if isinstance(stated, str) else None
    found = assign_roles([turn for turn in turns if turn.speaker is not None], direction=direction)
    sure = found.confidence >= MIN_ROLE_CONFIDENCE
    known = found.roles if sure else {}
    note = "who is the agent was inferred from the words" if sure else "who is the agent could not be told"
    return replace(
        transcript,
        turns=tuple(replace(t, role=known.get(t.speaker or "", Role.UNKNOWN)) for t in turns),
        role_confidence=round(found.confidence, 3),
        warnings=(*transcript.warnings, f"{note} (confidence {found.confidence:.2f})"),
    )


def read_json(path: Path) -> object:
    """The JSON value in a file; duplicate keys, NaN and infinities are refused.

    Raises:
        TranscriptError: the file cannot be read or is not JSON.
    """
    try:
        if not path.is_file():
            raise TranscriptError("there is no such file", str(path), "check the path")
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise TranscriptError("the file is larger than 64 MiB", str(path), "split it")
        text = path.read_text(encoding="utf-8-sig")
        if not text.strip():
            raise TranscriptError("the file is empty", str(path), "check how it was written")
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_duplicates)
    except UnicodeDecodeError:
        raise TranscriptError(
            "the file is not UTF-8 text", str(path), "recordings go to 'qa score'"
        ) from None
    except OSError as error:
        raise TranscriptError(f"the file cannot be read ({error.strerror})", str(path), "check it") from None
    except RecursionError:
        raise TranscriptError("the JSON is nested too deeply", str(path), "correct the file") from None
    except ValueError as error:
        raise TranscriptError(f"the file is not JSON ({error})", str(path), "correct the file") from None


def judge(case: Case, rubric: LoadedRubric, *, settings: EvaluationSettings | None = None) -> Evaluation:
    """Case and rubric to evaluation.

    Raises:
        ApplicabilityError: the rubric's ``applies_when`` is contradicted by the case.
    """
    from qa_toolkit.evaluation import EvaluationSettings, evaluate

    evaluation = evaluate(case, rubric, settings=settings or EvaluationSettings())
    if case.transcript is None or not case.transcript.is_draft:
        return evaluation
    return replace(evaluation, warnings=(*evaluation.warnings, FROM_DRAFT))


def failure_status(error: QAToolkitError) -> str:
    """``rejected`` for an item that should not be processed, ``failed`` for one that could not be."""
    return "rejected" if isinstance(error, ApplicabilityError) else "failed"


def is_about_the_item(error: QAToolkitError) -> bool:
    """Whether the fault lies in the item (the batch goes on) or in the whole run (the batch stops)."""
    return isinstance(error, InputError)


def _same(given: Any, measured: Any) -> bool:
    return (given.kind, given.start_s, given.end_s) == (measured.kind, measured.start_s, measured.end_s)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")


def _without_duplicates(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key '{key}' stands twice")
        found[key] = value
    return found
