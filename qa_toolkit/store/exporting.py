"""The tables that leave the store: flat rows of ids, figures and codes, each read in one pass.

Words of callers are never among them; what people wrote about evaluations (reasons, disputes, advice) is.
What is blind stays in: ratings of open sessions, and whatever the person who exports has open blind.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from qa_toolkit.domain.evaluation import FROM_DRAFT
from qa_toolkit.store.calibration_tables import CalibrationRemarkRow, CalibrationSessionRow
from qa_toolkit.store.desk_tables import KeyingAdjudicationRow, KeyingLotRow
from qa_toolkit.store.export_rows import (
    ABOUT_CALLS,
    Export,
    ExportFilter,
    Row,
    not_blind,
    of_calls,
    rows,
    table_rows,
)
from qa_toolkit.store.people_tables import (
    AcknowledgementRow,
    AgentRow,
    AssignmentRow,
    AuditRow,
    CoachingNoteRow,
    DisputeRow,
    DisputeStepRow,
    OverrideRow,
    PlacementRow,
    RootCauseRow,
    UserRow,
)
from qa_toolkit.store.placing import DAY, placed
from qa_toolkit.store.tables import CountingRow, EvaluationRow, InteractionRow

_DRAFT = EvaluationRow.json.contains(FROM_DRAFT).label("draft")
"""Whether the evaluation rests on a draft transcript."""

_CALL = (
    InteractionRow.id.label("id"),
    InteractionRow.kind,
    InteractionRow.agent,
    InteractionRow.site,
    PlacementRow.team,
    PlacementRow.vendor,
    InteractionRow.queue,
    InteractionRow.started_at,
    DAY.label("day"),
    InteractionRow.work_area,
    InteractionRow.direction,
    InteractionRow.language,
    CountingRow.rubric_id.label("rubric"),
    CountingRow.evaluation_id.label("evaluation"),
    CountingRow.basis,
    CountingRow.percent,
    CountingRow.passed,
    CountingRow.complete,
    CountingRow.auto_failed,
    _DRAFT,
)


def _interactions(session: Session, wanted: ExportFilter) -> Iterator[Row]:
    query = (
        select(*_CALL)
        .join(CountingRow, CountingRow.interaction_id == InteractionRow.id)
        .join(EvaluationRow, EvaluationRow.id == CountingRow.evaluation_id)
        .outerjoin(PlacementRow, placed())
        .where(*of_calls(wanted, CountingRow.rubric_id), not_blind(wanted))
        .order_by(InteractionRow.id, CountingRow.rubric_id)
    )
    return rows(session, query)


_EVALUATION = (
    EvaluationRow.id.label("evaluation"),
    EvaluationRow.interaction_id.label("interaction"),
    InteractionRow.agent,
    InteractionRow.site,
    DAY.label("day"),
    EvaluationRow.rubric_id.label("rubric"),
    EvaluationRow.rubric_version.label("version"),
    EvaluationRow.source_kind,
    EvaluationRow.source_name,
    EvaluationRow.revision,
    EvaluationRow.based_on,
    EvaluationRow.blind,
    EvaluationRow.session,
    EvaluationRow.created_at,
    EvaluationRow.created_by,
)
_SCORE = (
    EvaluationRow.percent,
    EvaluationRow.passed,
    EvaluationRow.complete,
    EvaluationRow.open,
    EvaluationRow.auto_failed,
    CountingRow.basis.label("counts_as"),
    EvaluationRow.sha256,
    _DRAFT,
)


def _filed(wanted: ExportFilter, *columns: Any) -> Any:
    counts = and_(CountingRow.evaluation_id == EvaluationRow.id)
    return (
        select(*columns)
        .select_from(EvaluationRow)
        .join(InteractionRow, InteractionRow.id == EvaluationRow.interaction_id)
        .outerjoin(CountingRow, counts)
        .where(*of_calls(wanted, EvaluationRow.rubric_id), not_blind(wanted))
        .order_by(EvaluationRow.id)
    )


def _evaluations(session: Session, wanted: ExportFilter) -> Iterator[Row]:
    return rows(session, _filed(wanted, *_EVALUATION, *_SCORE))


_ANSWER = ("criterion", "status", "answer", "points", "max_points", "confidence")


def _answers(session: Session, wanted: ExportFilter) -> Iterator[Row]:
    query = _filed(wanted, *_EVALUATION, CountingRow.basis.label("counts_as"), EvaluationRow.json)
    for row in rows(session, query):
        yield from _with_answers(row)


def _with_answers(row: Row) -> Iterator[Row]:
    answers = json.loads(row.pop("json"))["answers"]
    for answer in answers:
        turns = sorted({each["turn"] for each in answer.get("evidence", ()) if each["kind"] == "span"})
        evaluator = answer.get("evaluator") or {}
        yield {
            **row,
            **{name: answer.get(name) for name in _ANSWER},
            "evaluator": evaluator.get("name"),
            "evidence_turns": " ".join(str(turn) for turn in turns) or None,
        }


def _reviews(session: Session, wanted: ExportFilter) -> Iterator[Row]:
    head = (*_EVALUATION[:8], EvaluationRow.created_at)
    said: dict[str, tuple[Any, Any]] = {
        "override": (OverrideRow, OverrideRow.reason),
        "root_cause": (RootCauseRow, RootCauseRow.cause),
    }
    for kind, (table, code) in said.items():
        query = _filed(wanted, *head, table.criterion, code.label("code"), table.text)
        joined = query.join(table, table.evaluation_id == EvaluationRow.id)
        for row in rows(session, joined.order_by(table.criterion)):
            yield {**row, "kind": kind}


def _disputes(session: Session, wanted: ExportFilter) -> Iterator[Row]:
    query = (
        select(
            DisputeRow.id.label("dispute"),
            DisputeRow.interaction_id.label("interaction"),
            InteractionRow.agent,
            DisputeRow.rubric_id.label("rubric"),
            DisputeRow.evaluation_id.label("evaluation"),
            DisputeRow.criteria_json.label("criteria"),
            DisputeRow.state,
            DisputeRow.outcome_id.label("outcome"),
            DisputeStepRow.number.label("step"),
            DisputeStepRow.kind,
            DisputeStepRow.who,
            DisputeStepRow.at,
            DisputeStepRow.text,
        )
        .join(DisputeStepRow, DisputeStepRow.dispute_id == DisputeRow.id)
        .join(InteractionRow, InteractionRow.id == DisputeRow.interaction_id)
        .where(*of_calls(wanted, DisputeRow.rubric_id))
        .order_by(DisputeRow.id, DisputeStepRow.number)
    )
    return rows(session, query)


def _calibration(session: Session, wanted: ExportFilter) -> Iterator[Row]:
    expert = and_(CalibrationSessionRow.id == EvaluationRow.session)
    query = _filed(
        wanted,
        EvaluationRow.session,
        EvaluationRow.interaction_id.label("interaction"),
        EvaluationRow.source_name.label("rater"),
        (CalibrationSessionRow.expert == EvaluationRow.source_name).label("expert"),
        EvaluationRow.rubric_id.label("rubric"),
        EvaluationRow.rubric_version.label("version"),
        EvaluationRow.percent,
        EvaluationRow.json,
    ).join(CalibrationSessionRow, expert)
    agreed = _agreed(session)
    for row in rows(session, query):
        for each in _with_answers({**row, "expert": bool(row["expert"])}):
            place = (each["session"], each["interaction"], each["criterion"])
            yield {**each, "agreed": agreed.get(place)}


def _agreed(session: Session) -> Mapping[tuple[str, str | None, str | None], Any]:
    replaced = select(CalibrationRemarkRow.supersedes).where(CalibrationRemarkRow.supersedes.is_not(None))
    query = select(CalibrationRemarkRow).where(
        CalibrationRemarkRow.kind == "agreed", CalibrationRemarkRow.id.not_in(replaced)
    )
    return {
        (row.session_id, row.interaction_id, row.criterion): json.loads(row.answer_json or "null")
        for row in session.scalars(query)
    }


def _remarks(session: Session, wanted: ExportFilter) -> Iterator[Row]:
    table = CalibrationRemarkRow
    query = (
        select(table)
        .join(CalibrationSessionRow, CalibrationSessionRow.id == table.session_id)
        .where(CalibrationSessionRow.state == "closed")
        .order_by(table.id)
    )
    if wanted.rubric is not None:
        query = query.where(CalibrationSessionRow.rubric_id == wanted.rubric)
    return table_rows(session, query, table)


def _audit(session: Session, wanted: ExportFilter) -> Iterator[Row]:
    query = select(AuditRow).order_by(AuditRow.id)
    day = func.substr(AuditRow.at, 1, 10)
    if wanted.first_day is not None:
        query = query.where(day >= wanted.first_day)
    if wanted.last_day is not None:
        query = query.where(day <= wanted.last_day)
    return table_rows(session, query, AuditRow)


def _agents(session: Session, wanted: ExportFilter) -> Iterator[Row]:
    query = (
        select(
            PlacementRow.agent_id.label("agent"),
            AgentRow.name,
            PlacementRow.team,
            PlacementRow.site,
            PlacementRow.vendor,
            PlacementRow.valid_from.label("from"),
            PlacementRow.valid_until.label("until"),
        )
        .join(AgentRow, AgentRow.id == PlacementRow.agent_id)
        .order_by(PlacementRow.agent_id, PlacementRow.valid_from)
    )
    for name, column in (("agent", PlacementRow.agent_id), ("site", PlacementRow.site)):
        if getattr(wanted, name) is not None:
            query = query.where(column == getattr(wanted, name))
    return rows(session, query)


def _whole(table: Any) -> Export:
    def read(session: Session, _wanted: ExportFilter) -> Iterator[Row]:
        return table_rows(session, select(table).order_by(*table.__table__.primary_key.columns), table)

    return Export(_names(table.__table__.columns), read, frozenset())


def _names(columns: Any, *more: str) -> tuple[str, ...]:
    return (*(column.name for column in columns), *more)


_HEAD = _names(_EVALUATION)
EXPORTS: dict[str, Export] = {
    "interactions": Export(_names(_CALL), _interactions, ABOUT_CALLS),
    "evaluations": Export(_names((*_EVALUATION, *_SCORE)), _evaluations, ABOUT_CALLS),
    "answers": Export((*_HEAD, "counts_as", *_ANSWER, "evaluator", "evidence_turns"), _answers, ABOUT_CALLS),
    "reviews": Export((*_HEAD[:8], "created_at", "kind", "criterion", "code", "text"), _reviews, ABOUT_CALLS),
    "disputes": Export(
        (
            "dispute",
            "interaction",
            "agent",
            "rubric",
            "evaluation",
            "criteria",
            "state",
            "outcome",
            "step",
            "kind",
            "who",
            "at",
            "text",
        ),
        _disputes,
        ABOUT_CALLS,
    ),
    "calibration": Export(
        (
            "session",
            "interaction",
            "rater",
            "expert",
            "rubric",
            "version",
            "percent",
            *_ANSWER,
            "evidence_turns",
            "agreed",
        ),
        _calibration,
        ABOUT_CALLS,
    ),
    "remarks": Export(_names(CalibrationRemarkRow.__table__.columns), _remarks, frozenset({"rubric"})),
    "audit": Export(_names(AuditRow.__table__.columns), _audit, frozenset({"first_day", "last_day"})),
    "agents": Export(
        ("agent", "name", "team", "site", "vendor", "from", "until"), _agents, frozenset({"agent", "site"})
    ),
    "users": _whole(UserRow),
    "assignments": _whole(AssignmentRow),
    "acknowledgements": _whole(AcknowledgementRow),
    "coaching": _whole(CoachingNoteRow),
    "adjudications": _whole(KeyingAdjudicationRow),
    "lots": _whole(KeyingLotRow),
}
"""What ``qa export`` knows, by name."""
