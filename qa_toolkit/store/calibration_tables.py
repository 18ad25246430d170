"""The tables of calibration sessions; same rules as ``tables``.

The ratings of a session are evaluations whose ``session`` names it, and the work to be done lies in
``assignments``, so that a session needs no second kind of either.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from qa_toolkit.store.tables import Base


class CalibrationSessionRow(Base):
    """The same interactions answered by several people on one rubric version; ``version`` counts changes."""

    __tablename__ = "calibration_sessions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["rubric_id", "rubric_version"],
            ["rubrics.id", "rubrics.version"],
            name="fk_calibration_sessions_rubric",
        ),
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        CheckConstraint("reveal IN ('submitted', 'closed')", name="reveal"),
        Index("ix_calibration_sessions_state", "state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str | None]
    rubric_id: Mapped[str]
    rubric_version: Mapped[str]
    expert: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    reveal: Mapped[str]
    due_on: Mapped[str | None]
    state: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    closed_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int]


class CalibrationItemRow(Base):
    """An interaction of a session, at its place."""

    __tablename__ = "calibration_items"

    session_id: Mapped[str] = mapped_column(ForeignKey("calibration_sessions.id"), primary_key=True)
    interaction_id: Mapped[str] = mapped_column(ForeignKey("interactions.id"), primary_key=True)
    position: Mapped[int]


class CalibrationRaterRow(Base):
    """Somebody who answers in a session."""

    __tablename__ = "calibration_raters"
    __table_args__ = (Index("ix_calibration_raters_rater", "rater"),)

    session_id: Mapped[str] = mapped_column(ForeignKey("calibration_sessions.id"), primary_key=True)
    rater: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)


class CalibrationRemarkRow(Base):
    """What comes of a session: a note of the discussion, an agreed answer, an effect on the rubric.

    Append-only; a correction names in ``supersedes`` what it takes the place of.
    """

    __tablename__ = "calibration_remarks"
    __table_args__ = (
        CheckConstraint("kind IN ('note', 'agreed', 'effect')", name="kind"),
        Index("ix_calibration_remarks_session", "session_id", "kind"),
        Index("uq_calibration_remarks_supersedes", "supersedes", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("calibration_sessions.id"))
    kind: Mapped[str]
    interaction_id: Mapped[str | None] = mapped_column(ForeignKey("interactions.id"))
    criterion: Mapped[str | None]
    answer_json: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None]
    text: Mapped[str | None] = mapped_column(Text)
    who: Mapped[str] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("calibration_remarks.id"))
