"""Pages of long queues: filtered and counted by the database, in the order they are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from qa_toolkit.store.people_records import Assignment, AssignmentState
from qa_toolkit.store.people_tables import AssignmentRow, DraftRow
from qa_toolkit.store.tables import InteractionRow


@dataclass(frozen=True, slots=True)
class AssignmentFilter:
    """Which assignments a page shows; a value of None does not restrict.

    Attributes:
        due_by: ISO day, included; assignments without a day are then left out.
        text: part of the interaction id, whatever its case.
        begun: whether the reviewer keeps a draft of it.
        rating: whether it belongs to a calibration session, whichever.
    """

    reviewer: str | None = None
    state: AssignmentState | None = "open"
    rubric: str | None = None
    agent: str | None = None
    site: str | None = None
    language: str | None = None
    blind: bool | None = None
    session: str | None = None
    due_by: str | None = None
    text: str | None = None
    begun: bool | None = None
    rating: bool | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An assignment with what a list shows of its interaction; never what was answered."""

    assignment: Assignment
    agent: str | None
    site: str | None
    language: str | None
    started_at: str | None
    has_draft: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows of a page and how many there are in all."""

    rows: tuple[QueueRow, ...]
    total: int


_OF_INTERACTION = ("agent", "site", "language")
_OF_ASSIGNMENT = ("reviewer", "state", "session")


def page(session: Session, wanted: AssignmentFilter, *, limit: int | None, offset: int) -> QueuePage:
    """Assignments by due day, those without one last, with how many there are."""
    rows = tuple(_row_of(found) for found in session.execute(rows_query(wanted, limit, offset)))
    if offset == 0 and limit is not None and len(rows) < limit:
        return QueuePage(rows, len(rows))
    return QueuePage(rows, session.scalar(count_query(wanted)) or 0)


def rows_query(wanted: AssignmentFilter, limit: int | None, offset: int) -> Any:
    """The rows of a page, with the interactions' facts and whether a draft is there."""
    page_ids = ids_query(wanted, limit, offset).subquery()
    return (
        select(
            AssignmentRow,
            InteractionRow.agent,
            InteractionRow.site,
            InteractionRow.language,
            InteractionRow.started_at,
            DraftRow.version,
        )
        .join(page_ids, page_ids.c.id == AssignmentRow.id)
        .join(InteractionRow, InteractionRow.id == AssignmentRow.interaction_id)
        .outerjoin(DraftRow, _its_draft())
        .order_by(AssignmentRow.sort_day, AssignmentRow.id)
    )


def ids_query(wanted: AssignmentFilter, limit: int | None, offset: int) -> Any:
    """Which rows a page has, in order, by an index; what is shown of them is read for these only."""
    chosen = _chosen(wanted, AssignmentRow.id).order_by(AssignmentRow.sort_day, AssignmentRow.id)
    return chosen.limit(limit).offset(offset)


def count_query(wanted: AssignmentFilter) -> Any:
    """How many assignments there are; the interactions are read only where a filter needs them."""
    return _chosen(wanted, func.count())


def _chosen(wanted: AssignmentFilter, column: Any) -> Any:
    query = select(column).select_from(AssignmentRow).where(*_conditions(wanted))
    about = _equal(InteractionRow, _OF_INTERACTION, wanted)
    if not about:
        return query
    # Interactions that fit are found first. PostgreSQL would else walk the queue in order and look each up,
    # to have a page soon; where few fit (an agent whose reviews are done), that is the whole queue.
    fitting = select(InteractionRow.id).where(*about).cte("fitting")
    fitting = fitting.prefix_with("MATERIALIZED", dialect="postgresql")
    return query.where(AssignmentRow.interaction_id.in_(select(fitting.c.id)))


def _equal(table: Any, names: Sequence[str], wanted: AssignmentFilter) -> list[ColumnElement[bool]]:
    given = ((name, getattr(wanted, name)) for name in names)
    return [getattr(table, name) == value for name, value in given if value is not None]


def _conditions(wanted: AssignmentFilter) -> list[ColumnElement[bool]]:
    given = _equal(AssignmentRow, _OF_ASSIGNMENT, wanted)
    if wanted.rubric is not None:
        given.append(AssignmentRow.rubric_id == wanted.rubric)
    if wanted.blind is not None:
        given.append(AssignmentRow.blind.is_(wanted.blind))
    if wanted.begun is not None:
        draft = exists().where(_its_draft())
        given.append(draft if wanted.begun else ~draft)
    if wanted.rating is not None:
        given.append(AssignmentRow.session.is_not(None) if wanted.rating else AssignmentRow.session.is_(None))
    if wanted.due_by is not None:
        given += [AssignmentRow.sort_day <= wanted.due_by, AssignmentRow.due_on.is_not(None)]
    if wanted.text:
        given.append(AssignmentRow.interaction_id.icontains(wanted.text, autoescape=True))
    return given


def _its_draft() -> ColumnElement[bool]:
    return and_(
        DraftRow.interaction_id == AssignmentRow.interaction_id,
        DraftRow.rubric_id == AssignmentRow.rubric_id,
        DraftRow.reviewer == AssignmentRow.reviewer,
    )


def assignment_of(row: AssignmentRow) -> Assignment:
    """The record of a row."""
    return Assignment(
        id=row.id,
        interaction=row.interaction_id,
        rubric=row.rubric_id,
        reviewer=row.reviewer,
        blind=row.blind,
        due_on=row.due_on,
        session=row.session,
        state=row.state,  # type: ignore[arg-type]  # a constraint says so
        assigned_by=row.assigned_by,
        assigned_at=row.assigned_at,
        evaluation=None if row.evaluation_id is None else str(row.evaluation_id),
    )


def _row_of(found: Any) -> QueueRow:
    row, agent, site, language, started_at, draft = found
    return QueueRow(assignment_of(row), agent, site, language, started_at, draft is not None)
