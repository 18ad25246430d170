"""Words as people heard them, kept beside the machine's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa_toolkit.errors import ConflictError, InputError
from qa_toolkit.store import writing
from qa_toolkit.store.audit import note
from qa_toolkit.store.desk_records import Correction
from qa_toolkit.store.desk_tables import TranscriptCorrectionRow
from qa_toolkit.store.tables import EvaluationRow, TranscriptRow

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database


class Corrections:
    """Corrections of transcripts; the transcript itself is never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def transcript_id(self, interaction: str, *, evaluation: str | None = None) -> int | None:
        """Number of the transcript an evaluation rests on, else of the newest; None when there is none."""
        with self._database.reading() as session:
            if evaluation is not None and evaluation.isdigit():
                return session.scalar(
                    select(EvaluationRow.transcript_id).where(
                        EvaluationRow.id == int(evaluation), EvaluationRow.interaction_id == interaction
                    )
                )
            query = select(func.max(TranscriptRow.id)).where(TranscriptRow.interaction_id == interaction)
            return session.scalar(query)

    def correct(
        self, transcript: int, turn: int, text: str | None, *, by: str, seen: int | None = None
    ) -> Correction:
        """Adds the words of a turn as somebody heard them.

        Args:
            text: None when the machine's words are right after all.
            seen: number of the turn's last correction the person knew; None when there was none.

        Raises:
            InputError: there is no such transcript.
            ConflictError: somebody corrected the turn meanwhile.
        """
        with self._database.writing() as session:
            row = session.get(TranscriptRow, transcript, with_for_update=True)
            if row is None:
                raise InputError(f"there is no transcript {transcript}", None, "load the interaction again")
            last = _last(session, transcript, turn)
            if (None if last is None else last.number) != seen:
                when = "" if last is None else f" by {last.who} at {writing.time_text(last.at)}"
                raise ConflictError(f"turn {turn} was corrected{when}", row.interaction_id, "load it again")
            made = TranscriptCorrectionRow(
                transcript_id=transcript,
                turn=turn,
                number=1 if last is None else last.number + 1,
                text=text,
                who=by,
                at=writing.now(),
            )
            session.add(made)
            session.flush()
            digest = None if text is None else writing.text_sha256(text)
            facts = {"turn": turn, "number": made.number, "transcript": transcript}
            note(
                session,
                by,
                "transcript.correct",
                "interaction",
                row.interaction_id,
                digest=digest,
                **facts,
            )
            return _correction_of(made, row.interaction_id)

    def of(self, transcript: int, *, current: bool = True) -> tuple[Correction, ...]:
        """Corrections of a transcript by turn; the last of each turn, or all of them."""
        query = (
            select(TranscriptCorrectionRow, TranscriptRow.interaction_id)
            .join(TranscriptRow, TranscriptRow.id == TranscriptCorrectionRow.transcript_id)
            .where(TranscriptCorrectionRow.transcript_id == transcript)
            .order_by(TranscriptCorrectionRow.turn, TranscriptCorrectionRow.number)
        )
        with self._database.reading() as session:
            found = [_correction_of(row, interaction) for row, interaction in session.execute(query)]
        return tuple({each.turn: each for each in found}.values()) if current else tuple(found)


def _last(session: Session, transcript: int, turn: int) -> TranscriptCorrectionRow | None:
    return session.scalars(
        select(TranscriptCorrectionRow)
        .where(TranscriptCorrectionRow.transcript_id == transcript, TranscriptCorrectionRow.turn == turn)
        .order_by(TranscriptCorrectionRow.number.desc())
        .limit(1)
    ).first()


def _correction_of(row: TranscriptCorrectionRow, interaction: str) -> Correction:
    return Correction(interaction, row.transcript_id, row.turn, row.number, row.text, row.who, row.at)
