"""The tables of people's work and of the audit log; same rules as ``tables``.

Times are aware UTC; days (``valid_from``, ``due_on``) are ISO dates as text, which compare in their order.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from qa_toolkit.store.tables import Base

NO_DAY = "9999-12-31"
"""What an assignment without a due day is sorted by: behind all others."""


class AuditRow(Base):
    """One thing somebody did; ``hash`` covers every other column and, by ``previous``, every earlier row.

    ``at`` is text so that both databases give back the very characters that were hashed.
    """

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_record", "record_kind", "record"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str]
    who: Mapped[str]
    origin: Mapped[str]
    action: Mapped[str]
    record_kind: Mapped[str]
    record: Mapped[str]
    digest: Mapped[str | None]
    facts: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class UserRow(Base):
    """Somebody who may work with the store, in one role; ``agent_id`` says which agent they are."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(
            "role IN ('analyst', 'lead', 'manager', 'agent', 'auditor', 'admin')",
            name="role",
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    role: Mapped[str]
    agent_id: Mapped[str | None]
    active: Mapped[bool]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str]


class AgentRow(Base):
    """Somebody whose work is evaluated; ``id`` is the one interactions carry."""

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]


class PlacementRow(Base):
    """Where an agent works from a day on, until ``valid_until`` (included) or their next placement."""

    __tablename__ = "placements"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    valid_from: Mapped[str] = mapped_column(primary_key=True)
    valid_until: Mapped[str | None]
    team: Mapped[str]
    site: Mapped[str | None]
    vendor: Mapped[str | None]


class AssignmentRow(Base):
    """An interaction in a reviewer's queue; ``version`` counts its changes.

    ``sort_day`` is the due day, or the last of all days where there is none: an index keeps queues in order.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'cancelled')", name="state"),
        Index("ix_assignments_reviewer", "reviewer", "state", "sort_day", "id"),
        Index("ix_assignments_state", "state", "sort_day", "id"),
        Index("ix_assignments_session", "session"),
        Index("ix_assignments_interaction", "interaction_id", "rubric_id", "reviewer"),
        Index(
            "uq_assignments_open",
            "interaction_id",
            "rubric_id",
            "reviewer",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interaction_id: Mapped[str] = mapped_column(ForeignKey("interactions.id"))
    rubric_id: Mapped[str]
    reviewer: Mapped[str] = mapped_column(ForeignKey("users.id"))
    blind: Mapped[bool]
    due_on: Mapped[str | None]
    sort_day: Mapped[str] = mapped_column(server_default=NO_DAY)
    session: Mapped[str | None]
    state: Mapped[str]
    assigned_by: Mapped[str]
    assigned_at: Mapped[datetime]
    evaluation_id: Mapped[int | None] = mapped_column(ForeignKey("evaluations.id"))
    version: Mapped[int]


class DraftRow(Base):
    """Answers not yet submitted, one set a reviewer, interaction and rubric; gone when they are submitted."""

    __tablename__ = "drafts"

    interaction_id: Mapped[str] = mapped_column(ForeignKey("interactions.id"), primary_key=True)
    rubric_id: Mapped[str] = mapped_column(primary_key=True)
    reviewer: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    json: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    updated_at: Mapped[datetime]


class OverrideRow(Base):
    """Why an answer of a review differs from the evaluation it is based on; append-only."""

    __tablename__ = "overrides"

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id"), primary_key=True)
    criterion: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    text: Mapped[str] = mapped_column(Text)


class RootCauseRow(Base):
    """Why a criterion was not met, as the reviewer sees it; append-only."""

    __tablename__ = "root_causes"

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id"), primary_key=True)
    criterion: Mapped[str] = mapped_column(primary_key=True)
    cause: Mapped[str]
    text: Mapped[str | None] = mapped_column(Text)


class DisputeRow(Base):
    """An evaluation somebody does not accept, and how that stands; its history is in ``dispute_steps``."""

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'upheld', 'changed', 'withdrawn')", name="state"),
        Index("ix_disputes_state", "state"),
        Index(
            "uq_disputes_open",
            "interaction_id",
            "rubric_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interaction_id: Mapped[str] = mapped_column(ForeignKey("interactions.id"))
    rubric_id: Mapped[str]
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id"))
    criteria_json: Mapped[str] = mapped_column(Text)
    raised_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str]
    outcome_id: Mapped[int | None] = mapped_column(ForeignKey("evaluations.id"))
    version: Mapped[int]


class DisputeStepRow(Base):
    """One step of a dispute; append-only. ``number`` counts from 1, so that two cannot take the same step."""

    __tablename__ = "dispute_steps"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('raised', 'reading_asked', 'read', 'upheld', 'changed', 'withdrawn')", name="kind"
        ),
    )

    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime]
    text: Mapped[str | None] = mapped_column(Text)
    evaluation_id: Mapped[int | None] = mapped_column(ForeignKey("evaluations.id"))


class AcknowledgementRow(Base):
    """An agent has seen an evaluation of their own; append-only."""

    __tablename__ = "acknowledgements"
    __table_args__ = (UniqueConstraint("evaluation_id", "who"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id"))
    who: Mapped[str] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    comment: Mapped[str | None] = mapped_column(Text)


class CoachingNoteRow(Base):
    """Advice to an agent, about one criterion or the whole evaluation; append-only."""

    __tablename__ = "coaching_notes"
    __table_args__ = (Index("ix_coaching_notes_agent", "agent_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id"))
    criterion: Mapped[str | None]
    agent_id: Mapped[str]
    who: Mapped[str] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    revises: Mapped[int | None] = mapped_column(ForeignKey("coaching_notes.id"))
