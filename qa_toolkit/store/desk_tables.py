"""Further tables of people's work: rubrics on their way into use, corrected words, saved views, keying.

Same rules as ``tables``.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from qa_toolkit.store.tables import Base


class RubricDraftRow(Base):
    """A rubric version that is still being written; it may change until it is published, then it is gone."""

    __tablename__ = "rubric_drafts"

    rubric_id: Mapped[str] = mapped_column(primary_key=True)
    rubric_version: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str]
    version: Mapped[int]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str]


class RubricPublicationRow(Base):
    """A step in the life of a registered rubric version; append-only, ``number`` counts within the rubric."""

    __tablename__ = "rubric_publications"
    __table_args__ = (
        ForeignKeyConstraint(
            ["rubric_id", "rubric_version"],
            ["rubrics.id", "rubrics.version"],
            name="fk_rubric_publications_rubric",
        ),
        CheckConstraint("state IN ('active', 'retired')", name="state"),
    )

    rubric_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rubric_version: Mapped[str]
    state: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime]
    text: Mapped[str | None] = mapped_column(Text)


class TranscriptCorrectionRow(Base):
    """The words of a turn as a person heard them, beside the machine's; append-only.

    ``number`` counts the corrections of one turn; ``text`` is None where the machine's words are right after
    all.
    """

    __tablename__ = "transcript_corrections"
    __table_args__ = (UniqueConstraint("transcript_id", "turn", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcripts.id"))
    turn: Mapped[int]
    number: Mapped[int]
    text: Mapped[str | None] = mapped_column(Text)
    who: Mapped[str]
    at: Mapped[datetime]


class SavedViewRow(Base):
    """Filters of a page under a name, each user's own."""

    __tablename__ = "saved_views"

    owner: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    page: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    filters_json: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    updated_at: Mapped[datetime]


class KeyingAdjudicationRow(Base):
    """What a third person found on the paper where two readings of a field differ; append-only.

    Values are kept as they are handed over: identifiers are to be masked before.
    """

    __tablename__ = "keying_adjudications"
    __table_args__ = (
        CheckConstraint(
            "verdict IN ('first', 'second', 'other', 'unreadable', 'source_conflict')", name="verdict"
        ),
        Index("ix_keying_adjudications_field", "application", "field_path"),
        Index("uq_keying_adjudications_supersedes", "supersedes", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application: Mapped[str]
    layout: Mapped[str]
    field_path: Mapped[str]
    keyed: Mapped[str | None] = mapped_column(Text)
    second: Mapped[str | None] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    verdict: Mapped[str]
    kind: Mapped[str | None]
    operator: Mapped[str | None]
    second_by: Mapped[str | None]
    adjudicator: Mapped[str]
    reason: Mapped[str]
    text: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("keying_adjudications.id"))


class KeyingLotRow(Base):
    """What inspecting a lot of keyed forms led to; the rows of a stream carry the switching rules' state.

    Append-only.
    """

    __tablename__ = "keying_lots"
    __table_args__ = (
        UniqueConstraint("stream", "lot"),
        CheckConstraint("sampling IN ('single', 'double', 'multiple')", name="sampling"),
        CheckConstraint("inspection IN ('normal', 'tightened', 'reduced')", name="inspection"),
        CheckConstraint("decision IN ('accepted', 'rejected', 'accepted_return_to_normal')", name="decision"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stream: Mapped[str]
    lot: Mapped[str]
    lot_size: Mapped[int]
    aql: Mapped[float] = mapped_column(Double)
    level: Mapped[str]
    sampling: Mapped[str]
    inspection: Mapped[str]
    letter: Mapped[str]
    inspected: Mapped[int]
    faults: Mapped[int]
    decision: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(Text)
