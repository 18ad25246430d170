"""The work on one review: what is open, what is kept as a draft, what is filed. No drawing here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from desk_data import DeskCall

from qa_toolkit.domain.contract import from_contract
from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.domain.metrics import ConversationMetrics
from qa_toolkit.domain.transcript import Transcript
from qa_toolkit.evaluation import LoadedRubric
from qa_toolkit.evaluation.scoring import losses
from qa_toolkit.reports.masking import identifier_places, without
from qa_toolkit.review import GivenReview, evaluations_for
from qa_toolkit.review.reviewing import answered, base_evaluation, newest_rubric, rubric_of
from qa_toolkit.store import EvaluationRecord, Store
from qa_toolkit.store.people_records import Assignment

PARTS = ("answers", "overrides", "root_causes", "evidence")


@dataclass(frozen=True, slots=True)
class Task:
    """One review to be done.

    Attributes:
        base: the evaluation it is based on; None when it is blind, or when there is none yet.
        session: the calibration session it is a rating of.
    """

    interaction: str
    rubric: str
    user: str
    form: LoadedRubric
    assignment: Assignment | None
    base: EvaluationRecord | None
    session: str | None
    blind: bool

    @property
    def stamp(self) -> str:
        """Names what is on the desk: another stamp means that it has to be laid out anew."""
        return f"{self.interaction}|{self.rubric}|{self.base.id if self.base else 'blind'}"


def task_of(store: Store, interaction: str, rubric: str, *, by: str) -> Task:
    """The review that somebody may do of an interaction under a rubric.

    Raises:
        QAToolkitError: there is no such rubric, or the role does not allow it.
    """
    mine = store.work.open_assignment(interaction, rubric, by)
    session = mine.session if mine else None
    blind = session is not None or bool(mine and mine.blind)
    visible = evaluations_for(store, interaction, rubric, by=by)
    base = None if blind else _counting(store, interaction, rubric, visible)
    if base is not None:
        form = rubric_of(store, base_evaluation(store, base.id, interaction, rubric))
    else:
        version = store.calibration.get(session) if session else None
        form = newest_rubric(store, f"{rubric}@{version.rubric_version}" if version else rubric)
    return Task(interaction, rubric, by, form, mine, base, session, blind)


def _counting(
    store: Store, interaction: str, rubric: str, visible: tuple[EvaluationRecord, ...]
) -> EvaluationRecord | None:
    counts = store.latest_evaluation(interaction, rubric)
    found = [record for record in visible if counts is not None and record.id == counts.id]
    return found[0] if found else None


def empty_work() -> dict[str, dict[str, Any]]:
    """Nothing answered yet."""
    return {part: {} for part in PARTS}


def draft_text(task: Task, work: Mapping[str, Any]) -> str:
    """A draft as it is kept."""
    kept = {part: work.get(part) or {} for part in PARTS}
    return json.dumps(
        {"based_on": task.base.id if task.base else None, **kept}, ensure_ascii=False, sort_keys=True
    )


def work_of(task: Task, text: str | None) -> tuple[dict[str, Any], bool]:
    """The work of a draft, and whether it was begun on another evaluation than the one that counts now."""
    if text is None:
        return empty_work(), False
    kept = json.loads(text)
    known = {criterion.id for criterion in task.form.rubric.criteria}
    work = {part: {k: v for k, v in (kept.get(part) or {}).items() if k in known} for part in PARTS}
    return work, kept.get("based_on") != (task.base.id if task.base else None)


def given_review(work: Mapping[str, Any]) -> GivenReview:
    """What is filed, out of what the desk holds."""
    return GivenReview(
        dict(work.get("answers") or {}),
        {name: (str(code), str(text)) for name, (code, text) in (work.get("overrides") or {}).items()},
        {name: (str(code), text) for name, (code, text) in (work.get("root_causes") or {}).items()},
        {name: tuple(int(turn) for turn in turns) for name, turns in (work.get("evidence") or {}).items()},
    )


def evaluation_of(store: Store, task: Task) -> Evaluation | None:
    """The evaluation a review rests on."""
    return base_evaluation(store, task.base.id, task.interaction, task.rubric) if task.base else None


def score_of(store: Store, task: Task, work: Mapping[str, Any]) -> tuple[Evaluation, list[tuple[str, float]]]:
    """The evaluation as it would be filed now, and what each criterion takes off, the most first."""
    base = evaluation_of(store, task)
    made = answered(
        task.form,
        GivenReview(dict(work.get("answers") or {})),
        base,
        interaction=task.interaction,
        by=task.user,
    )
    taken = [
        (loss.criterion, loss.percent) for loss in losses(task.form.rubric, made.answers) if loss.percent > 0
    ]
    return made, sorted(taken, key=lambda each: -each[1])


def desk_call(store: Store, task: Task, *, unmasked: tuple[int, ...]) -> DeskCall:
    """Everything the desk shows of the call."""
    evaluation = task.base.id if task.base else None
    said = store.transcript_json(task.interaction, evaluation=evaluation)
    transcript = _transcript(said) if said else None
    measured = store.metrics_json(task.interaction, evaluation=evaluation)
    number = store.corrections.transcript_id(task.interaction, evaluation=evaluation)
    corrections = store.corrections.of(number) if number is not None else ()
    return DeskCall(
        task.interaction,
        task.form.rubric,
        evaluation_of(store, task),
        transcript,
        from_contract(ConversationMetrics, json.loads(measured)) if measured else None,
        {each.turn: each for each in corrections},
        without(_places(said), unmasked) if said else {},
        transcript.duration_s if transcript else None,
    )


@lru_cache(maxsize=64)
def _transcript(text: str) -> Transcript:
    return from_contract(Transcript, json.loads(text))


@lru_cache(maxsize=64)
def _places(text: str) -> dict[int, tuple[tuple[int, int], ...]]:
    return identifier_places(_transcript(text))
