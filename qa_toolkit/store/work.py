"""Queues, drafts and reviews: what people are to do and what they have done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.errors import ConflictError, InputError
from qa_toolkit.store import disputes, queries, steps, writing
from qa_toolkit.store.audit import note
from qa_toolkit.store.people_records import Assignment, Draft, Override, Remarks, RootCause
from qa_toolkit.store.people_tables import AssignmentRow, DraftRow, OverrideRow, RootCauseRow
from qa_toolkit.store.queues import AssignmentFilter, QueuePage, assignment_of
from qa_toolkit.store.queues import page as queue_page
from qa_toolkit.store.records import EvaluationRecord, SavedResult
from qa_toolkit.store.sight import refuse_submitted, visible_to
from qa_toolkit.store.tables import EvaluationRow, InteractionRow

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database


class Work:
    """Assignments, drafts and the reviews they become."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def assign(
        self,
        interactions: Sequence[str],
        rubric: str,
        reviewers: Sequence[str],
        *,
        by: str,
        due_on: str | None = None,
        blind: bool = False,
        session: str | None = None,
    ) -> tuple[int, ...]:
        """Puts interactions into queues, in turn: the first to the first reviewer, the second to the second.

        One that a reviewer has open already is left as it is.

        Returns:
            Ids of the new assignments.

        Raises:
            InputError: an interaction is not in the store; nothing was assigned.
        """
        made = []
        with self._database.writing() as transaction:
            for place, interaction in enumerate(interactions):
                _hold(transaction, interaction)
                reviewer = reviewers[place % len(reviewers)]
                if steps.open_assignment(transaction, interaction, rubric, reviewer) is not None:
                    continue
                row = steps.add_assignment(
                    transaction,
                    interaction,
                    rubric,
                    reviewer,
                    by=by,
                    due_on=due_on,
                    blind=blind,
                    session_name=session,
                )
                made.append(row.id)
        return tuple(made)

    def assignments(
        self, *, reviewer: str | None = None, state: str | None = "open"
    ) -> tuple[Assignment, ...]:
        """Assignments, those due first at the head and those without a day last."""
        query = select(AssignmentRow)
        if reviewer is not None:
            query = query.where(AssignmentRow.reviewer == reviewer)
        if state is not None:
            query = query.where(AssignmentRow.state == state)
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(AssignmentRow.sort_day, AssignmentRow.id))
            return tuple(assignment_of(row) for row in rows)

    def page(
        self, wanted: AssignmentFilter | None = None, *, limit: int | None = 50, offset: int = 0
    ) -> QueuePage:
        """A page of a queue in the order it is due, and how many rows there are in all."""
        with self._database.reading() as session:
            return queue_page(session, wanted or AssignmentFilter(), limit=limit, offset=offset)

    def open_assignment(self, interaction: str, rubric: str, reviewer: str) -> Assignment | None:
        """What a reviewer has open of an interaction under a rubric; None when nothing."""
        with self._database.reading() as session:
            row = steps.open_assignment(session, interaction, rubric, reviewer)
            return None if row is None else assignment_of(row)

    def save_draft(
        self, interaction: str, rubric: str, *, by: str, json: str, version: int | None = None
    ) -> Draft:
        """Keeps answers that are not yet submitted.

        Args:
            version: of the draft that was changed; None for a first one.

        Raises:
            ConflictError: the draft was saved elsewhere meanwhile, in another window say.
        """
        with self._database.writing() as session:
            _hold(session, interaction)
            row = session.get(DraftRow, (interaction, rubric, by))
            if (row.version if row else None) != version:
                when = f" at {writing.time_text(row.updated_at)}" if row else ""
                state = "saved elsewhere" if row else "submitted or dropped"
                raise ConflictError(f"the draft was {state}{when}", interaction, "load it again")
            if row is None:
                row = DraftRow(interaction_id=interaction, rubric_id=rubric, reviewer=by, version=0)
                session.add(row)
            row.json, row.version, row.updated_at = json, row.version + 1, writing.now()
            note(session, by, "draft.save", "interaction", interaction, rubric=rubric, version=row.version)
            session.flush()
            return _draft_of(row)

    def draft(self, interaction: str, rubric: str, *, by: str) -> Draft | None:
        """A reviewer's own draft; None when there is none."""
        with self._database.reading() as session:
            row = session.get(DraftRow, (interaction, rubric, by))
            return None if row is None else _draft_of(row)

    def drafts(self, *, by: str) -> tuple[Draft, ...]:
        """A reviewer's own drafts, the one saved last at the head."""
        query = select(DraftRow).where(DraftRow.reviewer == by).order_by(DraftRow.updated_at.desc())
        with self._database.reading() as session:
            return tuple(_draft_of(row) for row in session.scalars(query))

    def submit(
        self,
        evaluation: Evaluation,
        remarks: Remarks,
        *,
        by: str,
        based_on: str | None,
        blind: bool,
        session: str | None = None,
    ) -> SavedResult:
        """Files a review, ends its assignment and drops its draft.

        Args:
            based_on: the evaluation the reviewer saw; it must still be the one that counts. None when blind.

        Raises:
            ConflictError: somebody filed meanwhile, it is disputed, or a dispute has settled it.
        """
        interaction, rubric = evaluation.interaction, evaluation.rubric.id
        with self._database.writing() as transaction:
            _hold(transaction, interaction)
            if session is None:
                _refuse_assigned_meanwhile(transaction, interaction, rubric, by, blind=blind)
                disputes.refuse_disputed(transaction, interaction, rubric)
                steps.refuse_settled(transaction, interaction, rubric)
                if not blind:
                    steps.refuse_stale(transaction, interaction, rubric, based_on)
            else:
                refuse_submitted(transaction, session, interaction, rubric, by)
            filing = writing.Filing(by=by, based_on=based_on, blind=blind, session=session)
            saved = writing.file_evaluation(transaction, evaluation, filing)
            if saved.new:
                steps.save_remarks(transaction, int(saved.evaluation_id), remarks, by=by)
            _finish(transaction, interaction, rubric, by, int(saved.evaluation_id))
        return saved

    def remarks(self, evaluation: str) -> Remarks:
        """Overrides and root causes of a review, by criterion."""
        with self._database.reading() as session:
            overrides = session.scalars(
                select(OverrideRow)
                .where(OverrideRow.evaluation_id == int(evaluation))
                .order_by(OverrideRow.criterion)
            )
            causes = session.scalars(
                select(RootCauseRow)
                .where(RootCauseRow.evaluation_id == int(evaluation))
                .order_by(RootCauseRow.criterion)
            )
            return Remarks(
                tuple(Override(row.criterion, row.reason, row.text) for row in overrides),
                tuple(RootCause(row.criterion, row.cause, row.text) for row in causes),
            )

    def visible_evaluations(
        self, interaction: str, rubric: str, *, viewer: str, all_sessions: bool = False
    ) -> tuple[EvaluationRecord, ...]:
        """What a person may see of the evaluations of an interaction, in the order of filing.

        Whoever has it open as a blind assignment is given their own only: the database does not select the
        others. Ratings in a session are given to those to whom it shows them.

        Args:
            all_sessions: for whoever leads sessions; as a rater they wait like everybody.
        """
        query = select(EvaluationRow).where(
            EvaluationRow.interaction_id == interaction,
            EvaluationRow.rubric_id == rubric,
            visible_to(viewer, interaction, rubric, leads=all_sessions),
        )
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(EvaluationRow.id))
            return tuple(queries.evaluation_of(session, row) for row in rows)


def _hold(session: Session, interaction: str) -> None:
    """Keeps other writers of the interaction waiting until the transaction ends."""
    if session.get(InteractionRow, interaction, with_for_update=True) is None:
        raise InputError(f"interaction '{interaction}' is not in the store", None, "score it first")


def _refuse_assigned_meanwhile(
    session: Session, interaction: str, rubric: str, reviewer: str, *, blind: bool
) -> None:
    row = steps.open_assignment(session, interaction, rubric, reviewer)
    if row is not None and (row.session is not None or row.blind != blind):
        raise ConflictError(
            f"{row.assigned_by} assigned it to you at {writing.time_text(row.assigned_at)}",
            interaction,
            "load it again",
        )


def _finish(session: Session, interaction: str, rubric: str, reviewer: str, evaluation: int) -> None:
    session.execute(
        delete(DraftRow).where(
            DraftRow.interaction_id == interaction,
            DraftRow.rubric_id == rubric,
            DraftRow.reviewer == reviewer,
        )
    )
    row = steps.open_assignment(session, interaction, rubric, reviewer)
    if row is None:
        return
    row.state, row.evaluation_id, row.version = "done", evaluation, row.version + 1
    note(session, reviewer, "assignment.done", "assignment", row.id, evaluation=evaluation)
    disputes.note_reading(session, row.session, by=reviewer, evaluation=evaluation)


def _draft_of(row: DraftRow) -> Draft:
    return Draft(row.interaction_id, row.rubric_id, row.reviewer, row.json, row.version, row.updated_at)
