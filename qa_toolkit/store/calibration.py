"""Calibration sessions as they are kept; who sees what of them is decided by the queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from qa_toolkit.errors import ConflictError, InputError
from qa_toolkit.store import queries, steps, writing
from qa_toolkit.store.audit import note
from qa_toolkit.store.calibration_tables import (
    CalibrationItemRow,
    CalibrationRaterRow,
    CalibrationRemarkRow,
    CalibrationSessionRow,
)
from qa_toolkit.store.desk_records import (
    CalibrationSession,
    RemarkKind,
    Reveal,
    SessionRemark,
    SessionState,
    SessionTask,
)
from qa_toolkit.store.people_tables import AssignmentRow, DraftRow
from qa_toolkit.store.records import EvaluationRecord
from qa_toolkit.store.sight import shown
from qa_toolkit.store.tables import EvaluationRow, InteractionRow

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database


class Calibrations:
    """Sessions, who has submitted, what was answered, and what came of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        name: str,
        *,
        rubric: tuple[str, str],
        interactions: Sequence[str],
        raters: Sequence[str],
        expert: str | None,
        by: str,
        title: str | None = None,
        reveal: Reveal = "submitted",
        due_on: str | None = None,
    ) -> CalibrationSession:
        """Sets up a session and puts its interactions, blind, into the queues of its raters.

        Raises:
            ConflictError: the name is taken, or a rater has one of the interactions open already.
            InputError: an interaction is not in the store.
        """
        with self._database.writing() as session:
            row = CalibrationSessionRow(
                id=name,
                title=title,
                rubric_id=rubric[0],
                rubric_version=rubric[1],
                expert=expert,
                reveal=reveal,
                due_on=due_on,
                state="open",
                created_by=by,
                created_at=writing.now(),
                version=1,
            )
            _add_session(session, row)
            facts: dict[str, Any] = {"rubric": "@".join(rubric), "expert": expert, "reveal": reveal}
            note(session, by, "calibration.open", "calibration", name, raters=sorted(raters), **facts)
            for position, interaction in enumerate(interactions, start=1):
                _add_item(session, row, interaction, position)
            for rater in raters:
                session.add(CalibrationRaterRow(session_id=name, rater=rater))
                for interaction in interactions:
                    _assign(session, row, interaction, rater, by=by)
            session.flush()
            return _session_of(session, row)

    def get(self, name: str) -> CalibrationSession | None:
        """One session; None when there is none of that name."""
        with self._database.reading() as session:
            row = session.get(CalibrationSessionRow, name)
            return None if row is None else _session_of(session, row)

    def all(
        self, *, state: SessionState | None = None, rater: str | None = None
    ) -> tuple[CalibrationSession, ...]:
        """Sessions, the newest first; those of one rater only, where named."""
        query = select(CalibrationSessionRow)
        if state is not None:
            query = query.where(CalibrationSessionRow.state == state)
        if rater is not None:
            query = query.join(
                CalibrationRaterRow,
                and_(
                    CalibrationRaterRow.session_id == CalibrationSessionRow.id,
                    CalibrationRaterRow.rater == rater,
                ),
            )
        order = (CalibrationSessionRow.created_at.desc(), CalibrationSessionRow.id)
        with self._database.reading() as session:
            return tuple(_session_of(session, row) for row in session.scalars(query.order_by(*order)))

    def progress(self, name: str) -> tuple[SessionTask, ...]:
        """Who has submitted what, in the order of raters and interactions; no answers."""
        place = and_(
            CalibrationItemRow.session_id == name,
            CalibrationItemRow.interaction_id == AssignmentRow.interaction_id,
        )
        query = (
            select(
                AssignmentRow.reviewer, AssignmentRow.interaction_id, AssignmentRow.id, AssignmentRow.state
            )
            .join(CalibrationItemRow, place)
            .where(AssignmentRow.session == name)
            .order_by(AssignmentRow.reviewer, CalibrationItemRow.position)
        )
        with self._database.reading() as session:
            return tuple(
                SessionTask(rater, interaction, number, state == "done")
                for rater, interaction, number, state in session.execute(query)
            )

    def close(self, name: str, *, by: str, seen: int) -> CalibrationSession:
        """Ends a session: what was not submitted is taken out of the queues, everything can be seen.

        Raises:
            ConflictError: it was closed meanwhile.
        """
        with self._database.writing() as session:
            row = _hold(session, name)
            if row.state != "open" or row.version != seen:
                when = "" if row.closed_at is None else f" by {row.closed_by} at {_time(row)}"
                raise ConflictError(f"session '{name}' was {row.state}{when}", None, "look at it again")
            row.state, row.closed_by, row.closed_at = "closed", by, writing.now()
            row.version += 1
            left = session.scalars(
                select(AssignmentRow).where(AssignmentRow.session == name, AssignmentRow.state == "open")
            ).all()
            for assignment in left:
                assignment.state, assignment.version = "cancelled", assignment.version + 1
                session.execute(_draft_of(assignment))
            note(session, by, "calibration.close", "calibration", name, not_submitted=len(left))
            session.flush()
            return _session_of(session, row)

    def ratings(self, name: str, *, viewer: str, leads: bool = False) -> tuple[EvaluationRecord, ...]:
        """What a person may see of the answers of a session, in the order of filing.

        The database selects a rater's own answers, and those of others only once the session shows them.

        Args:
            leads: for whoever leads sessions; as a rater of this one they wait like everybody.
        """
        query = select(EvaluationRow).where(
            EvaluationRow.session == name,
            or_(
                and_(EvaluationRow.source_kind == "reviewer", EvaluationRow.source_name == viewer),
                shown(EvaluationRow.session, viewer, leads=leads),
            ),
        )
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(EvaluationRow.id))
            return tuple(queries.evaluation_of(session, row) for row in rows)

    def remark(
        self,
        name: str,
        kind: RemarkKind,
        *,
        by: str,
        interaction: str | None = None,
        criterion: str | None = None,
        answer: str | float | None = None,
        code: str | None = None,
        text: str | None = None,
        supersedes: int | None = None,
    ) -> SessionRemark:
        """Adds a note, an agreed answer or an effect on the rubric.

        An agreed answer of the same place, and whatever ``supersedes`` names, is taken over by the new one.

        Raises:
            ConflictError: what it takes the place of is not of this session or was replaced meanwhile.
        """
        with self._database.writing() as session:
            _hold(session, name)
            if kind == "agreed" and supersedes is None:
                earlier = _current(session, name, "agreed", interaction=interaction, criterion=criterion)
                if earlier is not None:
                    raise ConflictError(
                        f"{earlier.who} wrote down an agreed answer at {writing.time_text(earlier.at)} "
                        f"(remark {earlier.id})",
                        f"{interaction} {criterion}",
                        "name the one you replace",
                    )
            if supersedes is not None:
                _refuse_replaced(session, name, kind, supersedes)
            row = CalibrationRemarkRow(
                session_id=name,
                kind=kind,
                interaction_id=interaction,
                criterion=criterion,
                answer_json=None if answer is None else json.dumps(answer),
                code=code,
                text=text,
                who=by,
                at=writing.now(),
                supersedes=supersedes,
            )
            session.add(row)
            session.flush()
            facts: dict[str, Any] = {"interaction": interaction, "criterion": criterion, "code": code}
            facts |= {"remark": row.id, "supersedes": supersedes}
            note(session, by, f"calibration.{kind}", "calibration", name, **facts)
            return _remark_of(row)

    def remarks(
        self, name: str, *, viewer: str, leads: bool = False, current: bool = True
    ) -> tuple[SessionRemark, ...]:
        """What came of a session, for whoever may see its answers; one's own notes always.

        Args:
            current: leave out what was replaced.
        """
        query = select(CalibrationRemarkRow).where(
            CalibrationRemarkRow.session_id == name,
            or_(CalibrationRemarkRow.who == viewer, shown(name, viewer, leads=leads)),
        )
        if current:
            query = query.where(CalibrationRemarkRow.id.not_in(_replaced()))
        with self._database.reading() as session:
            return tuple(_remark_of(row) for row in session.scalars(query.order_by(CalibrationRemarkRow.id)))

    def effects(self, rubric: str) -> tuple[SessionRemark, ...]:
        """What sessions found to be changed in a rubric, whatever its version; closed sessions only."""
        query = (
            select(CalibrationRemarkRow)
            .join(CalibrationSessionRow, CalibrationSessionRow.id == CalibrationRemarkRow.session_id)
            .where(
                CalibrationSessionRow.rubric_id == rubric,
                CalibrationSessionRow.state == "closed",
                CalibrationRemarkRow.kind == "effect",
                CalibrationRemarkRow.id.not_in(_replaced()),
            )
        )
        with self._database.reading() as session:
            return tuple(_remark_of(row) for row in session.scalars(query.order_by(CalibrationRemarkRow.id)))


def _hold(session: Session, name: str) -> CalibrationSessionRow:
    row = session.get(CalibrationSessionRow, name, with_for_update=True)
    if row is None:
        raise InputError(f"there is no calibration session '{name}'", None, "see 'qa calibration list'")
    return row


def _add_session(session: Session, row: CalibrationSessionRow) -> None:
    earlier = session.get(CalibrationSessionRow, row.id)
    if earlier is not None:
        when = writing.time_text(earlier.created_at)
        raise ConflictError(
            f"{earlier.created_by} made session '{row.id}' at {when}", None, "give another name"
        )
    session.add(row)
    session.flush()


def _add_item(session: Session, row: CalibrationSessionRow, interaction: str, position: int) -> None:
    if session.get(InteractionRow, interaction, with_for_update=True) is None:
        raise InputError(f"interaction '{interaction}' is not in the store", row.id, "score it first")
    session.add(CalibrationItemRow(session_id=row.id, interaction_id=interaction, position=position))


def _assign(session: Session, row: CalibrationSessionRow, interaction: str, rater: str, *, by: str) -> None:
    if steps.open_assignment(session, interaction, row.rubric_id, rater) is not None:
        raise ConflictError(
            f"{rater} has '{interaction}' open already", row.id, "let it be submitted first, or leave it out"
        )
    steps.add_assignment(
        session,
        interaction,
        row.rubric_id,
        rater,
        by=by,
        due_on=row.due_on,
        blind=True,
        session_name=row.id,
    )


def _draft_of(row: AssignmentRow) -> Any:
    return delete(DraftRow).where(
        DraftRow.interaction_id == row.interaction_id,
        DraftRow.rubric_id == row.rubric_id,
        DraftRow.reviewer == row.reviewer,
    )


def _current(
    session: Session, name: str, kind: RemarkKind, *, interaction: str | None, criterion: str | None
) -> CalibrationRemarkRow | None:
    return session.scalars(
        select(CalibrationRemarkRow).where(
            CalibrationRemarkRow.session_id == name,
            CalibrationRemarkRow.kind == kind,
            CalibrationRemarkRow.interaction_id == interaction,
            CalibrationRemarkRow.criterion == criterion,
            CalibrationRemarkRow.id.not_in(_replaced()),
        )
    ).first()


def _refuse_replaced(session: Session, name: str, kind: RemarkKind, number: int) -> None:
    row = session.get(CalibrationRemarkRow, number)
    if row is None or (row.session_id, row.kind) != (name, kind):
        raise ConflictError(f"remark {number} is no {kind} of session '{name}'", None, "look again")
    later = session.scalars(
        select(CalibrationRemarkRow).where(CalibrationRemarkRow.supersedes == number)
    ).first()
    if later is not None:
        when = writing.time_text(later.at)
        raise ConflictError(f"{later.who} replaced remark {number} at {when}", None, "replace theirs")


def _replaced() -> Any:
    return select(CalibrationRemarkRow.supersedes).where(CalibrationRemarkRow.supersedes.is_not(None))


def _time(row: CalibrationSessionRow) -> str:
    return "" if row.closed_at is None else writing.time_text(row.closed_at)


def _session_of(session: Session, row: CalibrationSessionRow) -> CalibrationSession:
    items = select(CalibrationItemRow.interaction_id).where(CalibrationItemRow.session_id == row.id)
    raters = select(CalibrationRaterRow.rater).where(CalibrationRaterRow.session_id == row.id)
    return CalibrationSession(
        id=row.id,
        title=row.title,
        rubric=row.rubric_id,
        rubric_version=row.rubric_version,
        interactions=tuple(session.scalars(items.order_by(CalibrationItemRow.position))),
        raters=tuple(session.scalars(raters.order_by(CalibrationRaterRow.rater))),
        expert=row.expert,
        reveal=row.reveal,  # type: ignore[arg-type]  # a constraint says so
        due_on=row.due_on,
        state=row.state,  # type: ignore[arg-type]  # a constraint says so
        created_by=row.created_by,
        created_at=row.created_at,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        version=row.version,
    )


def _remark_of(row: CalibrationRemarkRow) -> SessionRemark:
    return SessionRemark(
        id=row.id,
        session=row.session_id,
        kind=row.kind,  # type: ignore[arg-type]  # a constraint says so
        interaction=row.interaction_id,
        criterion=row.criterion,
        answer=None if row.answer_json is None else json.loads(row.answer_json),
        code=row.code,
        text=row.text,
        who=row.who,
        at=row.at,
        supersedes=row.supersedes,
    )
