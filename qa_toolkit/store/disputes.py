"""Disputes as they are kept: a row that says how each stands, and steps that are only ever added."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.errors import ConflictError, InputError
from qa_toolkit.store import steps, writing
from qa_toolkit.store.audit import note
from qa_toolkit.store.people_records import Dispute, DisputeState, DisputeStep, Remarks, StepKind
from qa_toolkit.store.people_tables import DisputeRow, DisputeStepRow
from qa_toolkit.store.tables import EvaluationRow, InteractionRow

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database

_READING = "dispute-"
_AT_ONCE = 500
"""Disputes whose steps are read together; databases limit the values of a query."""


class Disputes:
    """Evaluations that somebody does not accept. Who may do what is for ``qa_toolkit.review`` to say."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self, evaluation: str, *, interaction: str, rubric: str, by: str, text: str, criteria: Sequence[str]
    ) -> Dispute:
        """Opens a dispute of the evaluation that counts.

        Raises:
            ConflictError: another evaluation counts by now, or a dispute is open already.
        """
        with self._database.writing() as session:
            session.get(InteractionRow, interaction, with_for_update=True)
            refuse_disputed(session, interaction, rubric)
            steps.refuse_stale(session, interaction, rubric, evaluation)
            row = DisputeRow(
                interaction_id=interaction,
                rubric_id=rubric,
                evaluation_id=int(evaluation),
                criteria_json=json.dumps(list(criteria)),
                raised_by=by,
                state="open",
                version=0,
            )
            session.add(row)
            session.flush()
            _add_step(session, row, "raised", by, text=text)
            return _dispute_of(session, row)

    def ask_reading(self, dispute: int, *, reader: str, by: str, due_on: str | None, seen: int) -> Dispute:
        """Asks somebody to evaluate the interaction blind; their reading never counts by itself.

        Raises:
            ConflictError: the dispute has moved on from step ``seen``, or the reader has it open already.
        """
        with self._database.writing() as session:
            row = _hold(session, dispute, seen)
            if steps.open_assignment(session, row.interaction_id, row.rubric_id, reader) is not None:
                raise ConflictError(f"{reader} has the interaction open already", None, "ask somebody else")
            steps.add_assignment(
                session,
                row.interaction_id,
                row.rubric_id,
                reader,
                by=by,
                due_on=due_on,
                blind=True,
                session_name=f"{_READING}{dispute}",
            )
            _add_step(session, row, "reading_asked", by)
            return _dispute_of(session, row)

    def close(
        self,
        dispute: int,
        state: DisputeState,
        *,
        by: str,
        text: str | None,
        seen: int,
        evaluation: Evaluation | None = None,
        remarks: Remarks | None = None,
    ) -> Dispute:
        """Settles a dispute; from then on its outcome counts, unless it was withdrawn.

        Args:
            state: ``upheld`` (the evaluation stands), ``changed`` (``evaluation`` takes its place) or
                ``withdrawn``.
            seen: number of the last step the person knew.

        Raises:
            ConflictError: the dispute has moved on; the message says by whom and when.
        """
        with self._database.writing() as session:
            row = _hold(session, dispute, seen)
            session.get(InteractionRow, row.interaction_id, with_for_update=True)
            outcome = row.evaluation_id
            if evaluation is not None:
                filing = writing.Filing(by=by, based_on=str(row.evaluation_id), blind=False)
                saved = writing.file_evaluation(session, evaluation, filing)
                outcome = int(saved.evaluation_id)
                if saved.new and remarks is not None:
                    steps.save_remarks(session, outcome, remarks, by=by)
            if state != "withdrawn":
                row.outcome_id = outcome
                writing.make_count(session, session.get_one(EvaluationRow, outcome), "dispute")
            row.state = state
            _add_step(session, row, state, by, text=text, evaluation=outcome)  # type: ignore[arg-type]
            return _dispute_of(session, row)

    def get(self, dispute: int) -> Dispute | None:
        """One dispute with its steps; None when there is none of that number."""
        with self._database.reading() as session:
            row = session.get(DisputeRow, dispute)
            return None if row is None else _dispute_of(session, row)

    def all(
        self, *, state: DisputeState | None = None, interaction: str | None = None
    ) -> tuple[Dispute, ...]:
        """Disputes in the order they were raised."""
        query = select(DisputeRow)
        if state is not None:
            query = query.where(DisputeRow.state == state)
        if interaction is not None:
            query = query.where(DisputeRow.interaction_id == interaction)
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(DisputeRow.id)).all()
            steps = _steps_of_all(session, [row.id for row in rows])
            return tuple(_dispute_of(session, row, steps.get(row.id, ())) for row in rows)


def refuse_disputed(session: Session, interaction: str, rubric: str) -> None:
    """Refuses a filing while a dispute is open, or after one has settled the matter.

    Raises:
        ConflictError: with who raised or settled it, and when.
    """
    query = select(DisputeRow).where(
        DisputeRow.interaction_id == interaction, DisputeRow.rubric_id == rubric, DisputeRow.state == "open"
    )
    row = session.scalars(query).first()
    if row is not None:
        step = _steps(session, row.id)[0]
        raise ConflictError(
            f"{step.who} disputed it at {writing.time_text(step.at)} (dispute {row.id})",
            interaction,
            "judge the dispute",
        )


def note_reading(session: Session, session_name: str | None, *, by: str, evaluation: int) -> None:
    """Adds the step of a second reading to the dispute it was asked for."""
    if session_name is None or not session_name.startswith(_READING):
        return
    number = session_name.removeprefix(_READING)
    row = session.get(DisputeRow, int(number), with_for_update=True) if number.isdigit() else None
    if row is not None and row.state == "open":
        _add_step(session, row, "read", by, evaluation=evaluation)


def _hold(session: Session, dispute: int, seen: int) -> DisputeRow:
    row = session.get(DisputeRow, dispute, with_for_update=True)
    if row is None:
        raise InputError(f"there is no dispute {dispute}", None, "see 'qa review list --disputes'")
    if row.state != "open" or row.version != seen:
        last = _steps(session, dispute)[-1]
        raise ConflictError(
            f"dispute {dispute} has moved on: {last.kind} by {last.who} at {writing.time_text(last.at)}",
            row.interaction_id,
            "look at it again",
        )
    return row


def _add_step(
    session: Session,
    row: DisputeRow,
    kind: StepKind,
    who: str,
    *,
    text: str | None = None,
    evaluation: int | None = None,
) -> None:
    row.version += 1
    step = DisputeStepRow(
        dispute_id=row.id,
        number=row.version,
        kind=kind,
        who=who,
        at=writing.now(),
        text=text,
        evaluation_id=evaluation,
    )
    session.add(step)
    session.flush()
    facts: dict[str, Any] = {
        "interaction": row.interaction_id,
        "disputed": row.evaluation_id,
        "evaluation": evaluation,
    }
    note(session, who, f"dispute.{kind}", "dispute", row.id, step=row.version, **facts)


def _steps(session: Session, dispute: int) -> tuple[DisputeStep, ...]:
    query = select(DisputeStepRow).where(DisputeStepRow.dispute_id == dispute)
    return tuple(_step_of(row) for row in session.scalars(query.order_by(DisputeStepRow.number)))


def _steps_of_all(session: Session, disputes: Sequence[int]) -> dict[int, tuple[DisputeStep, ...]]:
    found: dict[int, tuple[DisputeStep, ...]] = {}
    for start in range(0, len(disputes), _AT_ONCE):
        part = disputes[start : start + _AT_ONCE]
        query = select(DisputeStepRow).where(DisputeStepRow.dispute_id.in_(part))
        for row in session.scalars(query.order_by(DisputeStepRow.dispute_id, DisputeStepRow.number)):
            found[row.dispute_id] = (*found.get(row.dispute_id, ()), _step_of(row))
    return found


def _step_of(row: DisputeStepRow) -> DisputeStep:
    return DisputeStep(
        row.number,
        row.kind,  # type: ignore[arg-type]  # a constraint says so
        row.who,
        row.at,
        row.text,
        None if row.evaluation_id is None else str(row.evaluation_id),
    )


def _dispute_of(session: Session, row: DisputeRow, steps: tuple[DisputeStep, ...] | None = None) -> Dispute:
    return Dispute(
        id=row.id,
        interaction=row.interaction_id,
        rubric=row.rubric_id,
        evaluation=str(row.evaluation_id),
        criteria=tuple(json.loads(row.criteria_json)),
        raised_by=row.raised_by,
        state=row.state,  # type: ignore[arg-type]  # a constraint says so
        outcome=None if row.outcome_id is None else str(row.outcome_id),
        steps=_steps(session, row.id) if steps is None else steps,
    )
