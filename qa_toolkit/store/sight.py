"""Who sees the answers of a calibration session, as conditions of queries, and when one may be given."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, exists, false, or_, select, true
from sqlalchemy.orm import Session

from qa_toolkit.errors import ConflictError
from qa_toolkit.store import steps, writing
from qa_toolkit.store.calibration_tables import CalibrationRaterRow, CalibrationSessionRow
from qa_toolkit.store.people_tables import AssignmentRow
from qa_toolkit.store.tables import EvaluationRow


def shown(name: Any, viewer: str, *, leads: bool) -> Any:
    """Condition: the session of that name (a column, or a text) shows the answers of others to the viewer.

    Raters see them when it is closed or, where it says so, when they have submitted all of their own; whoever
    leads sessions sees those they do not rate in.
    """
    rates = exists().where(CalibrationRaterRow.session_id == name, CalibrationRaterRow.rater == viewer)
    waiting = exists().where(
        AssignmentRow.session == name, AssignmentRow.reviewer == viewer, AssignmentRow.state == "open"
    )
    closed = exists().where(CalibrationSessionRow.id == name, CalibrationSessionRow.state == "closed")
    early = exists().where(CalibrationSessionRow.id == name, CalibrationSessionRow.reveal == "submitted")
    known = exists().where(CalibrationSessionRow.id == name)
    as_rater = and_(rates, or_(closed, and_(early, ~waiting)))
    as_lead = and_(true() if leads else false(), known, ~rates)
    return or_(as_rater, as_lead)


def visible_to(viewer: str, interaction: str, rubric: str, *, leads: bool) -> Any:
    """Condition on EvaluationRow: the viewer may see it.

    One's own always; nothing else while one has the interaction open as a blind assignment; ratings of a
    session when it shows them, and second readings of a dispute to whoever gave one.
    """
    mine = (
        (AssignmentRow.interaction_id == interaction)
        & (AssignmentRow.rubric_id == rubric)
        & (AssignmentRow.reviewer == viewer)
    )
    blind = select(AssignmentRow.id).where(mine, AssignmentRow.blind.is_(True), AssignmentRow.state == "open")
    given = select(AssignmentRow.id).where(
        mine, AssignmentRow.session == EvaluationRow.session, AssignmentRow.state == "done"
    )
    calibrates = exists().where(CalibrationSessionRow.id == EvaluationRow.session)
    own = and_(EvaluationRow.source_kind == "reviewer", EvaluationRow.source_name == viewer)
    other_session = and_(~calibrates, true() if leads else given.exists())
    in_reach = or_(
        EvaluationRow.session.is_(None), other_session, shown(EvaluationRow.session, viewer, leads=leads)
    )
    return or_(own, and_(~blind.exists(), in_reach))


def refuse_submitted(session: Session, name: str, interaction: str, rubric: str, rater: str) -> None:
    """Refuses a rating of a session that is closed, or that the rater has given before.

    Raises:
        ConflictError: it says since when.
    """
    row = session.get(CalibrationSessionRow, name, with_for_update=True)
    if row is not None and row.state != "open" and row.closed_at is not None:
        when = writing.time_text(row.closed_at)
        raise ConflictError(
            f"session '{name}' was closed by {row.closed_by} at {when}", interaction, "nothing to submit"
        )
    mine = steps.open_assignment(session, interaction, rubric, rater)
    if mine is None or mine.session != name:
        raise ConflictError(
            f"'{rater}' has submitted it before", f"{name}, {interaction}", "a rating is given once"
        )
