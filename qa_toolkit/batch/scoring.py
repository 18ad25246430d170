"""A scoring run: planned items become work items with keys, results come back in the order of the inputs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from qa_toolkit import __version__
from qa_toolkit.batch.items import BatchEvent, BatchSummary, Refusal, WorkItem, item_key
from qa_toolkit.batch.listening import CALLS_A_WORKER
from qa_toolkit.batch.plan import PlannedItem, is_document, transcription_options
from qa_toolkit.batch.runner import run_batch
from qa_toolkit.config import Configuration
from qa_toolkit.domain.evaluation import Result
from qa_toolkit.errors import RubricError, UsageError
from qa_toolkit.evaluation import EvaluationSettings, LoadedRubric
from qa_toolkit.metrics import MetricThresholds
from qa_toolkit.model_files import file_sha256
from qa_toolkit.store import RubricText, Store


@dataclass(frozen=True, slots=True)
class JudgementRules:
    """What every item of a run is judged by.

    Attributes:
        rubrics: by the name they were asked for.
        faults: rubrics that a manifest row asked for and that cannot be used, with the reason.
    """

    rubrics: Mapping[str, LoadedRubric]
    faults: Mapping[str, str]
    thresholds: MetricThresholds
    settings: EvaluationSettings


@dataclass(frozen=True, slots=True)
class ScoringRun:
    """How a run ended; ``results`` in the order of the inputs, those not reached left out."""

    summary: BatchSummary
    results: tuple[Result, ...]


def load_rubrics(
    planned: Sequence[PlannedItem], asked: str | None, load: Callable[[str], LoadedRubric]
) -> tuple[dict[str, LoadedRubric], dict[str, str]]:
    """The rubrics of a run by name, and the faults of those that only some rows ask for.

    Raises:
        UsageError: an item has no rubric.
        RubricError: the rubric asked for on the command line cannot be used.
    """
    rubrics: dict[str, LoadedRubric] = {}
    faults: dict[str, str] = {}
    without = next((item.name for item in planned if item.fault is None and not item.rubric), None)
    if without is not None:
        raise UsageError("no rubric is given", without, "add --rubric, or a column 'rubric' to the manifest")
    for name in dict.fromkeys(item.rubric for item in planned if item.fault is None and item.rubric):
        try:
            rubrics[name] = load(name)
        except RubricError as error:
            if name == asked:
                raise
            faults[name] = str(error)
    return rubrics, faults


def score_batch(
    planned: Sequence[PlannedItem],
    rules: JudgementRules,
    current: Configuration,
    store: Store,
    *,
    by: str,
    on_event: Callable[[BatchEvent], None] | None = None,
) -> ScoringRun:
    """Scores the items and stores each as it finishes; what is done under the same key is not done again.

    Raises:
        RubricError: a rubric version was used before with other content.
        EnvironmentProblemError: a model or the store is missing or failed; what was saved stays.
    """
    listening = [item for item in planned if item.fault is None and not is_document(item.path)]
    work = _work_items(planned, rules, current, _models(listening, current))
    summary = run_batch(
        work,
        "qa_toolkit.batch.task:score",
        store=store,
        workers=workers_for(len(planned), current),
        by=by,
        rubrics=[_text_of(loaded) for loaded in rules.rubrics.values()],
        settings={
            "toolkit": __version__,
            "metrics": asdict(rules.thresholds),
            "evaluation": asdict(rules.settings),
        },
        items_at_once=CALLS_A_WORKER,
        initialiser="qa_toolkit.batch.task:prepare",
        initialiser_payload=_preparation(listening, current),
        on_event=on_event,
    )
    return ScoringRun(summary, tuple(store.results(summary.run)))


def workers_for(items: int, current: Configuration) -> int:
    """Worker processes: as configured, else one a core, never more than items; one item needs none."""
    wanted = min(current.settings.workers or cores(), items)
    return wanted if wanted > 1 or current.settings.workers > 1 else 0


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _work_items(
    planned: Sequence[PlannedItem], rules: JudgementRules, current: Configuration, models: Mapping[str, str]
) -> Iterator[WorkItem]:
    for item in planned:
        if item.fault is not None:
            yield _refused(item, "rejected", str(item.fault))
        elif (fault := rules.faults.get(item.rubric or "")) is not None:
            yield _refused(item, "rejected", fault)
        else:
            yield _work_item(item, rules, current, models)


def _work_item(
    item: PlannedItem, rules: JudgementRules, current: Configuration, models: Mapping[str, str]
) -> WorkItem:
    rubric = rules.rubrics[item.rubric or ""]
    try:
        sha256 = file_sha256(item.path)
    except OSError as error:
        reason = f"the file cannot be read ({error.strerror or error}), check the path"
        return _refused(item, "failed", reason)
    is_read = is_document(item.path)
    options = None if is_read else asdict(transcription_options(item.path, current, item.metadata))
    settings = {
        "toolkit": __version__,
        "transcription": options,
        "metrics": asdict(rules.thresholds),
        "evaluation": asdict(rules.settings),
    }
    key = item_key(
        input_sha256=sha256,
        rubric_sha256=rubric.sha256,
        models={} if is_read else models,
        settings={**settings, "learnt": _learnt(rubric, rules)},
        interaction={"id": item.id, "metadata": dict(item.metadata)},
    )
    payload: dict[str, Any] = {
        "path": str(item.path.resolve()),
        "name": item.name,
        "id": item.id,
        "sha256": sha256,
        "metadata": dict(item.metadata),
        "rubric": {"text": rubric.text, "name": rubric.path.name if rubric.path else rubric.rubric.id},
        "transcription": options,
        "metrics": settings["metrics"],
        "evaluation": settings["evaluation"],
    }
    return WorkItem(key, payload, item.name, interaction=item.id)


def _learnt(rubric: LoadedRubric, rules: JudgementRules) -> tuple[str, ...]:
    """What was learnt for a rubric; another classifier or threshold scores again."""
    from qa_toolkit.errors import QAToolkitError
    from qa_toolkit.evaluation.panel import learnt_by

    try:
        return learnt_by(rubric, rules.settings.evaluators)
    except QAToolkitError:
        return ()  # the item itself will say what is wrong


def _refused(item: PlannedItem, status: str, reason: str) -> WorkItem:
    refusal = Refusal("rejected" if status == "rejected" else "failed", reason)
    return WorkItem(f"refused:{item.name}", {}, item.name, refused=refusal)


def _models(listening: Sequence[PlannedItem], current: Configuration) -> dict[str, str]:
    """What recordings are heard with, by its hash; a missing recogniser stops the run at once."""
    from qa_toolkit.errors import ModelFileError
    from qa_toolkit.model_files import resolve
    from qa_toolkit.transcription.overlap import detector_identity

    if not listening:
        return {}
    options = [transcription_options(item.path, current) for item in listening]
    # Another recogniser finds its own weights; its name is part of the settings.
    names = sorted({chosen.model_name for chosen in options if chosen.engine == "whisper"})
    found = {name: resolve(name).sha256 for name in (*names, "silero-vad")}
    try:
        found["speaker-embedder"] = resolve("speaker-embedder").sha256
        found["overlap-detector"] = detector_identity()
    except ModelFileError:
        found["speaker-embedder"] = "absent"  # mono recordings are then heard without telling speakers apart
    return found


def _preparation(listening: Sequence[PlannedItem], current: Configuration) -> dict[str, Any]:
    models_dir = current.settings.models_dir
    options = asdict(transcription_options(listening[0].path, current)) if listening else None
    return {"models_dir": str(models_dir) if models_dir else None, "transcription": options}


def _text_of(loaded: LoadedRubric) -> RubricText:
    rubric = loaded.rubric
    return RubricText(rubric.id, rubric.version, loaded.sha256, loaded.text, rubric.title)
