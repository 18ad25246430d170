"""How exported tables are read: filters, what stays in, the placement of an agent on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import Session, aliased

from qa_toolkit.store.calibration_tables import CalibrationSessionRow
from qa_toolkit.store.nearby import owed_blind
from qa_toolkit.store.placing import DAY
from qa_toolkit.store.tables import EvaluationRow, InteractionRow

Row = dict[str, Any]
Read = Callable[[Session, "ExportFilter"], Iterator[Row]]
_BATCH = 500


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Which rows; a value of None does not restrict.

    Attributes:
        first_day, last_day: ISO days of the interaction (of the entry, for the audit log), both included.
        viewer: who exports; what they have open blind is left out.
    """

    rubric: str | None = None
    agent: str | None = None
    site: str | None = None
    first_day: str | None = None
    last_day: str | None = None
    viewer: str | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """A table that can be exported.

    Attributes:
        filters: names of the fields of ``ExportFilter`` that it knows.
    """

    columns: tuple[str, ...]
    read: Read
    filters: frozenset[str]


ABOUT_CALLS = frozenset({"rubric", "agent", "site", "first_day", "last_day"})


def of_calls(wanted: ExportFilter, rubric: Any) -> list[ColumnElement[bool]]:
    """Conditions on the interaction, and on the column that names its rubric."""
    given: list[ColumnElement[bool]] = []
    for column, value in ((InteractionRow.agent, wanted.agent), (InteractionRow.site, wanted.site)):
        if value is not None:
            given.append(column == value)
    if wanted.first_day is not None:
        given.append(wanted.first_day <= DAY)
    if wanted.last_day is not None:
        given.append(wanted.last_day >= DAY)
    if wanted.rubric is not None:
        given.append(rubric == wanted.rubric)
    return given


def not_blind(wanted: ExportFilter) -> ColumnElement[bool]:
    """Condition on EvaluationRow: no rating of an open session, no reading, nothing blind to the viewer."""
    # A name of its own: the query around may read the same table.
    sessions = aliased(CalibrationSessionRow)
    closed = exists().where(sessions.id == EvaluationRow.session, sessions.state == "closed")
    return and_(or_(EvaluationRow.session.is_(None), closed), ~owed_blind(wanted.viewer, EvaluationRow))


def rows(session: Session, query: Any) -> Iterator[Row]:
    """Rows of a query as they are exported: times as ISO text."""
    for row in session.execute(query.execution_options(yield_per=_BATCH)).mappings():
        yield {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def table_rows(session: Session, query: Any, table: Any) -> Iterator[Row]:
    """Rows of a whole table, every column."""
    names = [column.name for column in table.__table__.columns]
    for row in session.scalars(query.execution_options(yield_per=_BATCH)):
        yield {name: _plain(getattr(row, name)) for name in names}
