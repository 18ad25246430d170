"""What stands beside an evaluation in the store, as parts of queries about it."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from qa_toolkit.store.people_tables import AssignmentRow
from qa_toolkit.store.tables import CountingRow, EvaluationRow


def machine_json(which: Literal["last", "before", "after"]) -> Any:
    """Column: the machine's evaluation of the interaction under the same rubric version; NULL without one.

    Args:
        which: of several its last, or the nearest one filed before or after the EvaluationRow of the query.
    """
    machine = aliased(EvaluationRow)
    query = select(machine.json).where(
        machine.interaction_id == EvaluationRow.interaction_id,
        machine.rubric_id == EvaluationRow.rubric_id,
        # Without the empty text SQLite would search by version, and read every call of it for each.
        machine.rubric_version.concat("") == EvaluationRow.rubric_version,
        machine.source_kind == "machine",
    )
    if which == "before":
        query = query.where(machine.id < EvaluationRow.id)
    elif which == "after":
        query = query.where(machine.id > EvaluationRow.id)
    order = machine.id if which == "after" else machine.id.desc()
    return query.order_by(order).limit(1).correlate(EvaluationRow).scalar_subquery()


def owed_blind(viewer: str | None, of: type[CountingRow] | type[EvaluationRow]) -> ColumnElement[bool]:
    """Condition on a row: the viewer still owes their own blind answers to its interaction and rubric."""
    # A name of its own: the query around may read the same table.
    mine = aliased(AssignmentRow)
    return exists().where(
        mine.interaction_id == of.interaction_id,
        mine.rubric_id == of.rubric_id,
        mine.reviewer == viewer,
        mine.blind.is_(True),
        mine.state == "open",
    )
