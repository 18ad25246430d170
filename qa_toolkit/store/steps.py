"""Steps that reviews and disputes share; each works inside the caller's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa_toolkit.errors import ConflictError
from qa_toolkit.store import writing
from qa_toolkit.store.audit import note
from qa_toolkit.store.people_records import Remarks
from qa_toolkit.store.people_tables import NO_DAY, AssignmentRow, OverrideRow, RootCauseRow
from qa_toolkit.store.tables import CountingRow, EvaluationRow


def open_assignment(session: Session, interaction: str, rubric: str, reviewer: str) -> AssignmentRow | None:
    """What a reviewer has open of an interaction under a rubric; None when nothing is."""
    return session.scalars(
        select(AssignmentRow).where(
            AssignmentRow.interaction_id == interaction,
            AssignmentRow.rubric_id == rubric,
            AssignmentRow.reviewer == reviewer,
            AssignmentRow.state == "open",
        )
    ).first()


def add_assignment(
    session: Session,
    interaction: str,
    rubric: str,
    reviewer: str,
    *,
    by: str,
    due_on: str | None,
    blind: bool,
    session_name: str | None = None,
) -> AssignmentRow:
    """A new open assignment."""
    row = AssignmentRow(
        interaction_id=interaction,
        rubric_id=rubric,
        reviewer=reviewer,
        blind=blind,
        due_on=due_on,
        sort_day=due_on or NO_DAY,
        session=session_name,
        state="open",
        assigned_by=by,
        assigned_at=writing.now(),
        version=1,
    )
    session.add(row)
    session.flush()
    facts: dict[str, Any] = {
        "interaction": interaction,
        "rubric": rubric,
        "reviewer": reviewer,
        "due": due_on,
        "blind": blind,
    }
    note(session, by, "assignment.make", "assignment", row.id, session=session_name, **facts)
    return row


def save_remarks(session: Session, evaluation: int, remarks: Remarks, *, by: str) -> None:
    """Adds overrides and root causes to a review just filed; the log gets the codes, not the texts."""
    for override in remarks.overrides:
        session.add(
            OverrideRow(
                evaluation_id=evaluation,
                criterion=override.criterion,
                reason=override.reason,
                text=override.text,
            )
        )
    for cause in remarks.root_causes:
        session.add(
            RootCauseRow(
                evaluation_id=evaluation, criterion=cause.criterion, cause=cause.cause, text=cause.text
            )
        )
    if remarks.overrides or remarks.root_causes:
        note(
            session,
            by,
            "review.remarks",
            "evaluation",
            evaluation,
            overrides={each.criterion: each.reason for each in remarks.overrides},
            root_causes={each.criterion: each.cause for each in remarks.root_causes},
        )


def refuse_stale(session: Session, interaction: str, rubric: str, seen: str | None) -> None:
    """Refuses a change that rests on an evaluation which does not count any more.

    Raises:
        ConflictError: it says who filed what counts now, and when.
    """
    counting = session.get(CountingRow, (interaction, rubric))
    now_counts = None if counting is None else str(counting.evaluation_id)
    if now_counts == seen:
        return
    if counting is None:
        raise ConflictError(f"evaluation {seen} does not count", interaction, "leave out what it is based on")
    row = session.get_one(EvaluationRow, counting.evaluation_id)
    raise ConflictError(
        f"{row.created_by} filed evaluation {row.id} at {writing.time_text(row.created_at)}, "
        f"yours is based on {seen or 'none'}",
        interaction,
        "look at theirs and submit again",
    )


def refuse_settled(session: Session, interaction: str, rubric: str) -> None:
    """Refuses a review of what a dispute has settled.

    Raises:
        ConflictError: its outcome counts; only another dispute can change that.
    """
    counting = session.get(CountingRow, (interaction, rubric))
    if counting is not None and counting.basis == "dispute":
        raise ConflictError("a dispute has settled it", interaction, "raise another dispute")
