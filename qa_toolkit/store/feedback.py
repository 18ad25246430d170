"""What agents say to an evaluation, and what they are advised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from qa_toolkit.errors import ConflictError
from qa_toolkit.store import writing
from qa_toolkit.store.audit import note
from qa_toolkit.store.people_records import Acknowledgement, CoachingNote
from qa_toolkit.store.people_tables import AcknowledgementRow, CoachingNoteRow
from qa_toolkit.store.tables import EvaluationRow

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database


class Feedback:
    """Acknowledgements and coaching notes; both are only ever added."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acknowledge(self, evaluation: str, *, by: str, comment: str | None) -> Acknowledgement:
        """Notes that an agent has seen an evaluation.

        Raises:
            ConflictError: they have acknowledged it before.
        """
        number = int(evaluation)
        with self._database.writing() as session:
            session.get(EvaluationRow, number, with_for_update=True)
            earlier = session.scalars(
                select(AcknowledgementRow).where(
                    AcknowledgementRow.evaluation_id == number, AcknowledgementRow.who == by
                )
            ).first()
            if earlier is not None:
                when = writing.time_text(earlier.at)
                raise ConflictError(
                    f"{by} acknowledged evaluation {evaluation} at {when}", None, "once is enough"
                )
            row = AcknowledgementRow(evaluation_id=number, who=by, at=writing.now(), comment=comment)
            session.add(row)
            note(session, by, "evaluation.acknowledge", "evaluation", evaluation)
            session.flush()
            return _acknowledgement_of(row)

    def acknowledgements(self, evaluation: str) -> tuple[Acknowledgement, ...]:
        """Who has seen an evaluation, in their order."""
        query = select(AcknowledgementRow).where(AcknowledgementRow.evaluation_id == int(evaluation))
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(AcknowledgementRow.id))
            return tuple(_acknowledgement_of(row) for row in rows)

    def coach(
        self,
        evaluation: str,
        agent: str,
        *,
        by: str,
        text: str,
        criterion: str | None = None,
        revises: int | None = None,
    ) -> CoachingNote:
        """Adds a note of advice, or one in the place of an earlier one.

        Raises:
            ConflictError: the earlier note is of another evaluation, or has been revised meanwhile.
        """
        with self._database.writing() as session:
            session.get(EvaluationRow, int(evaluation), with_for_update=True)
            if revises is not None:
                earlier = session.get(CoachingNoteRow, revises)
                later = session.scalars(
                    select(CoachingNoteRow).where(CoachingNoteRow.revises == revises)
                ).first()
                if earlier is None or earlier.evaluation_id != int(evaluation):
                    raise ConflictError(
                        f"note {revises} is not of evaluation {evaluation}", None, "look again"
                    )
                if later is not None:
                    when = writing.time_text(later.at)
                    raise ConflictError(
                        f"{later.who} revised note {revises} at {when}", None, "revise theirs"
                    )
            row = CoachingNoteRow(
                evaluation_id=int(evaluation),
                criterion=criterion,
                agent_id=agent,
                who=by,
                at=writing.now(),
                text=text,
                revises=revises,
            )
            session.add(row)
            session.flush()
            facts: dict[str, Any] = {
                "evaluation": evaluation,
                "agent": agent,
                "criterion": criterion,
                "revises": revises,
            }
            note(session, by, "coaching.write", "coaching_note", row.id, **facts)
            return _note_of(row)

    def notes(self, *, agent: str | None = None, evaluation: str | None = None) -> tuple[CoachingNote, ...]:
        """Notes in the order they were written, the revised ones included."""
        query = select(CoachingNoteRow)
        if agent is not None:
            query = query.where(CoachingNoteRow.agent_id == agent)
        if evaluation is not None:
            query = query.where(CoachingNoteRow.evaluation_id == int(evaluation))
        with self._database.reading() as session:
            return tuple(_note_of(row) for row in session.scalars(query.order_by(CoachingNoteRow.id)))


def _acknowledgement_of(row: AcknowledgementRow) -> Acknowledgement:
    return Acknowledgement(str(row.evaluation_id), row.who, row.at, row.comment)


def _note_of(row: CoachingNoteRow) -> CoachingNote:
    return CoachingNote(
        row.id, str(row.evaluation_id), row.criterion, row.agent_id, row.who, row.at, row.text, row.revises
    )
