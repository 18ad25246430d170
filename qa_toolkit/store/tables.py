"""The tables of the store. Portable types only; every constraint has a name so that it can be migrated."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC time; SQLite, which keeps no zone, gets and gives UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """A moment as the database keeps it: in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the store takes aware times only")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """A moment out of the database, with its time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: String(), datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy's own form


class InteractionRow(Base):
    """One reviewable event, each fact as given last; ``metadata_json`` holds every known value."""

    __tablename__ = "interactions"
    # What queues are filtered by, without reading the row itself.
    __table_args__ = (Index("ix_interactions_facts", "id", "agent", "site", "language"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    agent: Mapped[str | None] = mapped_column(index=True)
    site: Mapped[str | None] = mapped_column(index=True)
    queue: Mapped[str | None]
    started_at: Mapped[str | None] = mapped_column(index=True)
    work_area: Mapped[str | None]
    direction: Mapped[str | None]
    language: Mapped[str | None]
    metadata_json: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class InputRow(Base):
    """A file an interaction was read from. Another recording under a known id is a further row."""

    __tablename__ = "inputs"
    __table_args__ = (UniqueConstraint("interaction_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interaction_id: Mapped[str] = mapped_column(ForeignKey("interactions.id"))
    sha256: Mapped[str]
    name: Mapped[str]
    location: Mapped[str | None]
    created_at: Mapped[datetime]


class TranscriptRow(Base):
    """A transcript as canonical JSON, once for each content."""

    __tablename__ = "transcripts"
    __table_args__ = (UniqueConstraint("interaction_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interaction_id: Mapped[str] = mapped_column(ForeignKey("interactions.id"))
    sha256: Mapped[str]
    json: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class MetricsRow(Base):
    """Conversation metrics as canonical JSON, once for each content."""

    __tablename__ = "metrics"
    __table_args__ = (UniqueConstraint("interaction_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interaction_id: Mapped[str] = mapped_column(ForeignKey("interactions.id"))
    sha256: Mapped[str]
    json: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class RubricRow(Base):
    """A rubric version as it was written; never changed (a trigger refuses it)."""

    __tablename__ = "rubrics"

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    title: Mapped[str | None]
    text: Mapped[str] = mapped_column(Text)
    registered_at: Mapped[datetime]
    registered_by: Mapped[str]


class RunRow(Base):
    """One execution of the batch."""

    __tablename__ = "runs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('running', 'finished', 'interrupted', 'stopped', 'abandoned')", name="state"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    started_by: Mapped[str]
    rubrics_json: Mapped[str] = mapped_column(Text)
    settings_json: Mapped[str] = mapped_column(Text)


class EvaluationRow(Base):
    """One filed evaluation; append-only (a trigger refuses UPDATE and DELETE).

    ``json`` is what was filed, byte for byte; the score columns repeat it for queries.
    """

    __tablename__ = "evaluations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["rubric_id", "rubric_version"],
            ["rubrics.id", "rubrics.version"],
            name="fk_evaluations_rubric",
        ),
        UniqueConstraint(
            "interaction_id",
            "rubric_id",
            "rubric_version",
            "source_kind",
            "source_name",
            "revision",
            name="uq_evaluations_revision",
        ),
        CheckConstraint("source_kind IN ('machine', 'reviewer')", name="source_kind"),
        Index("ix_evaluations_latest", "interaction_id", "rubric_id", "id"),
        Index("ix_evaluations_rubric", "rubric_id", "rubric_version"),
        Index("ix_evaluations_session", "session"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interaction_id: Mapped[str] = mapped_column(ForeignKey("interactions.id"))
    rubric_id: Mapped[str]
    rubric_version: Mapped[str]
    source_kind: Mapped[str]
    source_name: Mapped[str]
    revision: Mapped[int]
    based_on: Mapped[int | None] = mapped_column(ForeignKey("evaluations.id"))
    blind: Mapped[bool | None]
    session: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    input_id: Mapped[int | None] = mapped_column(ForeignKey("inputs.id"))
    transcript_id: Mapped[int | None] = mapped_column(ForeignKey("transcripts.id"))
    metrics_id: Mapped[int | None] = mapped_column(ForeignKey("metrics.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    sha256: Mapped[str]
    percent: Mapped[float | None] = mapped_column(Double)
    passed: Mapped[bool | None]
    complete: Mapped[bool]
    open: Mapped[int]
    auto_failed: Mapped[bool]
    json: Mapped[str] = mapped_column(Text)


class CountingRow(Base):
    """The evaluation that counts for an interaction under a rubric; written with every filing.

    It repeats what lists filter by: they would otherwise have to rank every evaluation ever filed. ``basis``
    says why it counts: outcome of a ``dispute``, else a ``review``, else the ``machine``.
    """

    __tablename__ = "counting"
    __table_args__ = (Index("ix_counting_rubric", "rubric_id"),)

    interaction_id: Mapped[str] = mapped_column(ForeignKey("interactions.id"), primary_key=True)
    rubric_id: Mapped[str] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id"))
    by_person: Mapped[bool]
    basis: Mapped[str] = mapped_column(server_default="machine")
    percent: Mapped[float | None] = mapped_column(Double)
    passed: Mapped[bool | None]
    complete: Mapped[bool]
    auto_failed: Mapped[bool]


class LedgerRow(Base):
    """The truth of progress: one row for each key (same input, rubric, models and settings)."""

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'rejected')", name="state"),
        Index("ix_ledger_state", "state"),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    attempts: Mapped[int]
    reason: Mapped[str | None] = mapped_column(Text)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    interaction_id: Mapped[str | None] = mapped_column(ForeignKey("interactions.id"))
    evaluation_id: Mapped[int | None] = mapped_column(ForeignKey("evaluations.id"))
    transcript_id: Mapped[int | None] = mapped_column(ForeignKey("transcripts.id"))
    metrics_id: Mapped[int | None] = mapped_column(ForeignKey("metrics.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RunItemRow(Base):
    """One input of a run at its place; ``key`` is absent where the input never reached the ledger."""

    __tablename__ = "run_items"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'rejected')", name="state"),
        Index("ix_run_items_key", "key"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    input: Mapped[str]
    key: Mapped[str | None] = mapped_column(ForeignKey("ledger.key"))
    state: Mapped[str]
    done_before: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(Text)
