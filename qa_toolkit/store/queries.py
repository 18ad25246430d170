"""Everything that is read from the store; each function works inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from qa_toolkit.domain.case import Interaction
from qa_toolkit.domain.evaluation import Result, RubricRef, Source
from qa_toolkit.store.records import (
    Counts,
    EvaluationRecord,
    InputRecord,
    InteractionFilter,
    InteractionPage,
    LedgerItem,
    RubricRecord,
    RunItem,
    RunRecord,
    ScoredInteraction,
)
from qa_toolkit.store.tables import (
    CountingRow,
    EvaluationRow,
    InputRow,
    InteractionRow,
    LedgerRow,
    MetricsRow,
    RubricRow,
    RunItemRow,
    RunRow,
    TranscriptRow,
)
from qa_toolkit.store.writing import count

_FILTERED = ("kind", "agent", "site", "queue", "language")


def interaction_of(row: InteractionRow) -> Interaction:
    """The domain value of a row."""
    return Interaction(
        id=row.id,
        kind=row.kind,  # type: ignore[arg-type]  # the writer took it from an Interaction
        agent=row.agent,
        site=row.site,
        queue=row.queue,
        started_at=row.started_at,
        work_area=row.work_area,
        direction=row.direction,
        language=row.language,
        metadata=json.loads(row.metadata_json),
    )


def interaction(session: Session, interaction_id: str) -> Interaction | None:
    """One interaction; None when the store does not know it."""
    row = session.get(InteractionRow, interaction_id)
    return None if row is None else interaction_of(row)


def inputs(session: Session, interaction_id: str) -> tuple[InputRecord, ...]:
    """The files it was read from, the first seen first."""
    rows = session.scalars(
        select(InputRow).where(InputRow.interaction_id == interaction_id).order_by(InputRow.id)
    )
    return tuple(InputRecord(row.name, row.sha256, row.location, row.created_at) for row in rows)


def interactions(
    session: Session, wanted: InteractionFilter, *, limit: int | None, offset: int
) -> InteractionPage:
    """Interactions with the evaluation that counts, a row for each rubric they were evaluated by.

    Newest first by ``started_at`` (those without last), then by id and rubric.
    """
    filtered = _filtered(wanted)
    total = session.scalar(select(func.count()).select_from(filtered.subquery())) or 0
    ordered = filtered.order_by(
        InteractionRow.started_at.desc().nulls_last(), InteractionRow.id, CountingRow.rubric_id
    )
    rows = session.execute(ordered.limit(limit).offset(offset)).all()
    return InteractionPage(tuple(_scored(session, row[0], row[1]) for row in rows), total)


def _filtered(wanted: InteractionFilter) -> Any:
    query = select(InteractionRow.id, CountingRow.evaluation_id).outerjoin(
        CountingRow, CountingRow.interaction_id == InteractionRow.id
    )
    return query.where(*_about_interaction(wanted), *_about_evaluation(wanted))


def _about_interaction(wanted: InteractionFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        getattr(InteractionRow, name) == getattr(wanted, name)
        for name in _FILTERED
        if getattr(wanted, name) is not None
    ]
    if wanted.started_from is not None:
        conditions.append(InteractionRow.started_at >= wanted.started_from)
    if wanted.started_before is not None:
        conditions.append(InteractionRow.started_at < wanted.started_before)
    if wanted.text:
        conditions.append(InteractionRow.id.icontains(wanted.text, autoescape=True))
    return conditions


def _about_evaluation(wanted: InteractionFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.rubric is not None:
        conditions.append(CountingRow.rubric_id == wanted.rubric)
    if wanted.min_percent is not None:
        conditions.append(CountingRow.percent >= wanted.min_percent)
    if wanted.max_percent is not None:
        conditions.append(CountingRow.percent <= wanted.max_percent)
    flags = {name: getattr(wanted, name) for name in ("auto_failed", "complete", "passed")}
    return conditions + [
        getattr(CountingRow, name).is_(flag) for name, flag in flags.items() if flag is not None
    ]


def _scored(session: Session, interaction_id: str, evaluation_id: int | None) -> ScoredInteraction:
    found = interaction_of(session.get_one(InteractionRow, interaction_id))
    if evaluation_id is None:
        return ScoredInteraction(found, None)
    return ScoredInteraction(found, evaluation_of(session, session.get_one(EvaluationRow, evaluation_id)))


def evaluation_of(session: Session, row: EvaluationRow) -> EvaluationRecord:
    """The record of a row."""
    rubric = session.get_one(RubricRow, (row.rubric_id, row.rubric_version))
    source = session.get(InputRow, row.input_id) if row.input_id is not None else None
    return EvaluationRecord(
        id=str(row.id),
        interaction=row.interaction_id,
        rubric=RubricRef(row.rubric_id, row.rubric_version, rubric.sha256),
        source=Source(row.source_kind, row.source_name),  # type: ignore[arg-type]  # a constraint says so
        revision=row.revision,
        created_at=row.created_at,
        created_by=row.created_by,
        json=row.json,
        percent=row.percent,
        passed=row.passed,
        complete=row.complete,
        open=row.open,
        auto_failed=row.auto_failed,
        based_on=None if row.based_on is None else str(row.based_on),
        blind=row.blind,
        session=row.session,
        run=row.run_id,
        input_sha256=None if source is None else source.sha256,
    )


def evaluation(session: Session, evaluation_id: str) -> EvaluationRecord | None:
    """One evaluation by its id; None when there is none."""
    row = session.get(EvaluationRow, int(evaluation_id)) if evaluation_id.isdigit() else None
    return None if row is None else evaluation_of(session, row)


def latest_evaluation(session: Session, interaction_id: str, rubric: str) -> EvaluationRecord | None:
    """The evaluation that counts: the last a person filed, else the machine's last; any rubric version."""
    counting = session.get(CountingRow, (interaction_id, rubric))
    if counting is None:
        return None
    return evaluation_of(session, session.get_one(EvaluationRow, counting.evaluation_id))


def revisions(session: Session, interaction_id: str, rubric: str | None) -> tuple[EvaluationRecord, ...]:
    """Every evaluation ever filed, calibration ratings included, in the order of filing."""
    query = select(EvaluationRow).where(EvaluationRow.interaction_id == interaction_id)
    if rubric is not None:
        query = query.where(EvaluationRow.rubric_id == rubric)
    return tuple(evaluation_of(session, row) for row in session.scalars(query.order_by(EvaluationRow.id)))


def content(
    session: Session, table: type[TranscriptRow | MetricsRow], interaction_id: str, evaluation_id: str | None
) -> str | None:
    """Transcript or metrics as filed: those an evaluation rests on, else the newest."""
    if evaluation_id is None:
        query = select(table.json).where(table.interaction_id == interaction_id)
        return session.scalar(query.order_by(table.id.desc()).limit(1))
    column = EvaluationRow.transcript_id if table is TranscriptRow else EvaluationRow.metrics_id
    query = select(table.json).join(EvaluationRow, column == table.id)
    return session.scalar(
        query.where(EvaluationRow.id == int(evaluation_id), EvaluationRow.interaction_id == interaction_id)
    )


def rubrics(session: Session) -> tuple[RubricRecord, ...]:
    """Every registered version, by id and time of registration."""
    filed = (
        select(EvaluationRow.rubric_id, EvaluationRow.rubric_version, func.count().label("n"))
        .group_by(EvaluationRow.rubric_id, EvaluationRow.rubric_version)
        .subquery()
    )
    same = (filed.c.rubric_id == RubricRow.id) & (filed.c.rubric_version == RubricRow.version)
    query = select(RubricRow, func.coalesce(filed.c.n, 0)).outerjoin(filed, same)
    rows = session.execute(query.order_by(RubricRow.id, RubricRow.registered_at, RubricRow.version))
    return tuple(rubric_of(row, n) for row, n in rows)


def rubric_of(row: RubricRow, evaluations: int = 0) -> RubricRecord:
    """The record of a row."""
    return RubricRecord(
        row.id,
        row.version,
        row.sha256,
        row.text,
        row.title,
        row.registered_at,
        row.registered_by,
        evaluations,
    )


def run(session: Session, run_id: int) -> RunRecord | None:
    """A run with its inputs in their order; None when there is none."""
    row = session.get(RunRow, run_id)
    if row is None:
        return None
    query = (
        select(RunItemRow, LedgerRow)
        .outerjoin(LedgerRow, LedgerRow.key == RunItemRow.key)
        .where(RunItemRow.run_id == run_id)
        .order_by(RunItemRow.position)
    )
    items = tuple(_run_item(item, ledger) for item, ledger in session.execute(query))
    return _run_of(row, items)


def runs(session: Session, limit: int | None) -> tuple[RunRecord, ...]:
    """Runs without their items, the newest first."""
    rows = session.scalars(select(RunRow).order_by(RunRow.id.desc()).limit(limit))
    return tuple(_run_of(row, ()) for row in rows)


def _run_of(row: RunRow, items: tuple[RunItem, ...]) -> RunRecord:
    return RunRecord(
        id=row.id,
        state=row.state,  # type: ignore[arg-type]  # a constraint says so
        started_at=row.started_at,
        finished_at=row.finished_at,
        started_by=row.started_by,
        rubrics=tuple(RubricRef(**reference) for reference in json.loads(row.rubrics_json)),
        settings=json.loads(row.settings_json),
        items=items,
    )


def _run_item(item: RunItemRow, ledger: LedgerRow | None) -> RunItem:
    made = ledger is not None and item.state == "done"
    evaluation_id = ledger.evaluation_id if ledger is not None and made else None
    return RunItem(
        position=item.position,
        input=item.input,
        state=item.state,  # type: ignore[arg-type]  # a constraint says so
        key=item.key,
        interaction=ledger.interaction_id if ledger is not None and made else None,
        evaluation_id=None if evaluation_id is None else str(evaluation_id),
        done_before=item.done_before,
        reason=item.reason,
    )


def results(session: Session, run_id: int) -> Iterator[Result]:
    """What a run led to, as ``result/1`` in the order of its inputs; items still open are left out."""
    query = (
        select(RunItemRow, TranscriptRow.json, MetricsRow.json, EvaluationRow.json)
        .outerjoin(LedgerRow, (LedgerRow.key == RunItemRow.key) & (RunItemRow.state == "done"))
        .outerjoin(TranscriptRow, TranscriptRow.id == LedgerRow.transcript_id)
        .outerjoin(MetricsRow, MetricsRow.id == LedgerRow.metrics_id)
        .outerjoin(EvaluationRow, EvaluationRow.id == LedgerRow.evaluation_id)
        .where(RunItemRow.run_id == run_id, RunItemRow.state.in_(("done", "failed", "rejected")))
        .order_by(RunItemRow.position)
        .execution_options(yield_per=100)
    )
    for item, *texts in session.execute(query):
        transcript, metrics, filed = (None if text is None else json.loads(text) for text in texts)
        status: Any = item.state
        yield Result(item.input, status, item.reason, transcript, metrics, filed)


def ledger_item(session: Session, key: str) -> LedgerItem | None:
    """Progress of a key; None when nothing was ever claimed under it."""
    row = session.get(LedgerRow, key)
    if row is None:
        return None
    return LedgerItem(
        key=row.key,
        state=row.state,  # type: ignore[arg-type]  # a constraint says so
        attempts=row.attempts,
        reason=row.reason,
        run=row.run_id,
        interaction=row.interaction_id,
        evaluation_id=None if row.evaluation_id is None else str(row.evaluation_id),
        updated_at=row.updated_at,
    )


def counts(session: Session) -> Counts:
    """How much the store holds."""
    states = session.execute(select(LedgerRow.state, func.count()).group_by(LedgerRow.state))
    return Counts(
        interactions=count(session, InteractionRow),
        evaluations=count(session, EvaluationRow),
        rubrics=count(session, RubricRow),
        runs=count(session, RunRow),
        ledger=dict(sorted((state, n) for state, n in states)),
    )


def values_of(session: Session, name: str) -> tuple[str, ...]:
    """The different values of a filter, sorted; KeyError for a name that is not one."""
    if name == "rubric":
        query = select(CountingRow.rubric_id).distinct()
    elif name in _FILTERED:
        column = getattr(InteractionRow, name)
        query = select(column).where(column.is_not(None)).distinct()
    else:
        raise KeyError(name)
    return tuple(sorted(session.scalars(query)))
