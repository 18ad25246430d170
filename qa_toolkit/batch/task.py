"""What a worker does with one item of a scoring run; called by name, in a process of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_toolkit.batch.plan import is_document
from qa_toolkit.domain.case import Case, Interaction
from qa_toolkit.domain.contract import to_contract
from qa_toolkit.domain.evaluation import Result
from qa_toolkit.errors import InputError

if TYPE_CHECKING:
    from qa_toolkit.evaluation import LoadedRubric
    from qa_toolkit.pipeline import Outcome


def prepare(payload: Mapping[str, Any]) -> None:
    """Loads the recogniser once in each worker, one thread each: workers share the cores, threads do not.

    Raises:
        EnvironmentProblemError: a model or a part is missing; the whole run stops.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if payload.get("models_dir"):
        os.environ["QA_MODELS_DIR"] = str(payload["models_dir"])
    if payload.get("transcription") is not None:
        from qa_toolkit.transcription import TranscriptionOptions, load_engine

        load_engine(TranscriptionOptions(**_with_tuples(payload["transcription"])))


def score(payload: Mapping[str, Any]) -> dict[str, Any]:
    """One item: recording or document to a result with everything that was made of it.

    Raises:
        InputError: the item cannot be processed.
    """
    path = Path(payload["path"])
    try:
        outcome = _outcome(path, payload)
    except InputError as error:
        # Reasons are part of results, and results name no folder of this machine.
        error.args = (str(error).replace(str(path), payload["name"]),)
        raise
    result = Result(
        input=payload["name"],
        status="done",
        transcript=to_contract(outcome.transcript) if outcome.transcript else None,
        metrics=to_contract(outcome.metrics) if outcome.metrics else None,
        evaluation=to_contract(outcome.evaluation),
    )
    return {
        "result": to_contract(result),
        "interaction": asdict(outcome.case.interaction),
        "input": {"name": payload["name"], "sha256": payload["sha256"], "location": str(path)},
    }


def _outcome(path: Path, payload: Mapping[str, Any]) -> Outcome:
    from qa_toolkit.evaluation import EvaluationSettings
    from qa_toolkit.metrics import MetricThresholds
    from qa_toolkit.pipeline import Outcome, case_of, judge, listen, read_case
    from qa_toolkit.transcription import TranscriptionOptions

    thresholds = MetricThresholds(**payload["metrics"])
    metadata = dict(payload["metadata"])
    with _judging:
        rubric = _rubric(payload["rubric"]["text"], payload["rubric"]["name"])
        _check_applies(rubric, payload["id"], metadata)
    transcript = None
    if not is_document(path):
        options = TranscriptionOptions(**_with_tuples(payload["transcription"]))
        transcript = listen(path, metadata=metadata, transcription=options, interaction=payload["id"])
    with _judging:
        if transcript is None:
            case = read_case(path, metadata=metadata, thresholds=thresholds)
        else:
            case = case_of(transcript, thresholds=thresholds)
        return Outcome(case, judge(case, rubric, settings=EvaluationSettings(**payload["evaluation"])))


_judging = threading.Lock()
"""Calls are heard side by side, because their windows share the recogniser; evaluators take turns."""


@lru_cache(maxsize=16)
def _rubric(text: str, name: str) -> LoadedRubric:
    from qa_toolkit.evaluation import parse_rubric

    return parse_rubric(text, name)


def _check_applies(rubric: LoadedRubric, interaction: str, metadata: Mapping[str, Any]) -> None:
    """Refuses before listening what the rubric would refuse after it: recognition is the dear part.

    Raises:
        ApplicabilityError: the metadata contradict ``applies_when``.
    """
    from qa_toolkit.evaluation.applicability import check_applies

    known = Case(Interaction(interaction, metadata=metadata))
    for _ in check_applies(known, rubric.rubric):
        pass  # warnings come again, and are kept, when the case is judged


def _with_tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no tuples; options do."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
