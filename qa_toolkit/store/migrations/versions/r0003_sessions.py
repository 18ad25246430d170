"""Calibration sessions, publication of rubrics, corrected words, saved views, keying rulings; queue order.

Revisions 0001 and 0002 are as they were released. Columns are added without building a table anew, so that
their triggers stay.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = {
    "calibration_remarks": "id = NEW.id",
    "rubric_publications": "rubric_id = NEW.rubric_id AND number = NEW.number",
    "transcript_corrections": (
        "id = NEW.id OR (transcript_id = NEW.transcript_id AND turn = NEW.turn AND number = NEW.number)"
    ),
    "keying_adjudications": "id = NEW.id",
    "keying_lots": "id = NEW.id OR (stream = NEW.stream AND lot = NEW.lot)",
}
"""The tables that only grow, with the condition under which an INSERT would replace a row."""


def upgrade() -> None:
    _create_sessions()
    _create_publications()
    _create_corrections()
    _create_views()
    _create_keying()
    _order_queues()
    for table, same_row in APPEND_ONLY.items():
        if op.get_bind().dialect.name == "sqlite":
            _refuse_changes_sqlite(table, same_row)
        else:
            _refuse_changes_postgresql(table)


def downgrade() -> None:
    raise NotImplementedError("the store is only ever upgraded; restore the backup instead")


def _refuse_changes_sqlite(table: str, same_row: str) -> None:
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_{action.lower()} BEFORE {action} ON {table} BEGIN {refuse}; END"
        )
    # INSERT OR REPLACE deletes without firing the trigger above.
    exists = f"EXISTS (SELECT 1 FROM {table} WHERE {same_row})"  # noqa: S608 - names of our own tables
    op.execute(
        f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} WHEN {exists} BEGIN {refuse}; END"
    )


def _refuse_changes_postgresql(table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )


def _create_sessions() -> None:
    op.create_table(
        "calibration_sessions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String()),
        sa.Column("rubric_id", sa.String(), nullable=False),
        sa.Column("rubric_version", sa.String(), nullable=False),
        sa.Column("expert", sa.String()),
        sa.Column("reveal", sa.String(), nullable=False),
        sa.Column("due_on", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String()),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        _rubric("calibration_sessions"),
        _reference("calibration_sessions", "expert", "users"),
        sa.CheckConstraint("state IN ('open', 'closed')", name="ck_calibration_sessions_state"),
        sa.CheckConstraint("reveal IN ('submitted', 'closed')", name="ck_calibration_sessions_reveal"),
        sa.PrimaryKeyConstraint("id", name="pk_calibration_sessions"),
    )
    op.create_index("ix_calibration_sessions_state", "calibration_sessions", ["state"])
    op.create_table(
        "calibration_items",
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _reference("calibration_items", "session_id", "calibration_sessions"),
        _reference("calibration_items", "interaction_id", "interactions"),
        sa.PrimaryKeyConstraint("session_id", "interaction_id", name="pk_calibration_items"),
    )
    op.create_table(
        "calibration_raters",
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("rater", sa.String(), nullable=False),
        _reference("calibration_raters", "session_id", "calibration_sessions"),
        _reference("calibration_raters", "rater", "users"),
        sa.PrimaryKeyConstraint("session_id", "rater", name="pk_calibration_raters"),
    )
    op.create_index("ix_calibration_raters_rater", "calibration_raters", ["rater"])
    op.create_table(
        "calibration_remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("interaction_id", sa.String()),
        sa.Column("criterion", sa.String()),
        sa.Column("answer_json", sa.Text()),
        sa.Column("code", sa.String()),
        sa.Column("text", sa.Text()),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("supersedes", sa.Integer()),
        _reference("calibration_remarks", "session_id", "calibration_sessions"),
        _reference("calibration_remarks", "interaction_id", "interactions"),
        _reference("calibration_remarks", "who", "users"),
        _reference("calibration_remarks", "supersedes", "calibration_remarks"),
        sa.CheckConstraint("kind IN ('note', 'agreed', 'effect')", name="ck_calibration_remarks_kind"),
        sa.PrimaryKeyConstraint("id", name="pk_calibration_remarks"),
    )
    op.create_index("ix_calibration_remarks_session", "calibration_remarks", ["session_id", "kind"])
    op.create_index("uq_calibration_remarks_supersedes", "calibration_remarks", ["supersedes"], unique=True)
    op.create_index("ix_evaluations_session", "evaluations", ["session"])


def _create_publications() -> None:
    op.create_table(
        "rubric_drafts",
        sa.Column("rubric_id", sa.String(), nullable=False),
        sa.Column("rubric_version", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("rubric_id", "rubric_version", name="pk_rubric_drafts"),
    )
    op.create_table(
        "rubric_publications",
        sa.Column("rubric_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rubric_version", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text()),
        _rubric("rubric_publications"),
        sa.CheckConstraint("state IN ('active', 'retired')", name="ck_rubric_publications_state"),
        sa.PrimaryKeyConstraint("rubric_id", "number", name="pk_rubric_publications"),
    )


def _create_corrections() -> None:
    op.create_table(
        "transcript_corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _reference("transcript_corrections", "transcript_id", "transcripts"),
        sa.PrimaryKeyConstraint("id", name="pk_transcript_corrections"),
        sa.UniqueConstraint(
            "transcript_id", "turn", "number", name="uq_transcript_corrections_transcript_id_turn_number"
        ),
    )


def _create_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("filters_json", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _reference("saved_views", "owner", "users"),
        sa.PrimaryKeyConstraint("owner", "page", "name", name="pk_saved_views"),
    )


def _create_keying() -> None:
    op.create_table(
        "keying_adjudications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("layout", sa.String(), nullable=False),
        sa.Column("field_path", sa.String(), nullable=False),
        sa.Column("keyed", sa.Text()),
        sa.Column("second", sa.Text()),
        sa.Column("reference", sa.Text()),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("kind", sa.String()),
        sa.Column("operator", sa.String()),
        sa.Column("second_by", sa.String()),
        sa.Column("adjudicator", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("supersedes", sa.Integer()),
        _reference("keying_adjudications", "supersedes", "keying_adjudications"),
        sa.CheckConstraint(
            "verdict IN ('first', 'second', 'other', 'unreadable', 'source_conflict')",
            name="ck_keying_adjudications_verdict",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_keying_adjudications"),
    )
    op.create_index("ix_keying_adjudications_field", "keying_adjudications", ["application", "field_path"])
    op.create_index("uq_keying_adjudications_supersedes", "keying_adjudications", ["supersedes"], unique=True)
    op.create_table(
        "keying_lots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("lot_size", sa.Integer(), nullable=False),
        sa.Column("aql", sa.Double(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("sampling", sa.String(), nullable=False),
        sa.Column("inspection", sa.String(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("inspected", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text()),
        sa.CheckConstraint("sampling IN ('single', 'double', 'multiple')", name="ck_keying_lots_sampling"),
        sa.CheckConstraint(
            "inspection IN ('normal', 'tightened', 'reduced')", name="ck_keying_lots_inspection"
        ),
        sa.CheckConstraint(
            "decision IN ('accepted', 'rejected', 'accepted_return_to_normal')",
            name="ck_keying_lots_decision",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_keying_lots"),
        sa.UniqueConstraint("stream", "lot", name="uq_keying_lots_stream_lot"),
    )


def _order_queues() -> None:
    """A day to sort by that is never empty, so that an index gives a page of a long queue in order."""
    never = "9999-12-31"
    op.add_column("assignments", sa.Column("sort_day", sa.String(), nullable=False, server_default=never))
    op.execute("UPDATE assignments SET sort_day = due_on WHERE due_on IS NOT NULL")
    op.drop_index("ix_assignments_reviewer", "assignments")
    op.create_index("ix_assignments_reviewer", "assignments", ["reviewer", "state", "sort_day", "id"])
    op.create_index("ix_assignments_state", "assignments", ["state", "sort_day", "id"])
    op.create_index("ix_assignments_session", "assignments", ["session"])
    op.create_index("ix_assignments_interaction", "assignments", ["interaction_id", "rubric_id", "reviewer"])
    op.create_index("ix_interactions_facts", "interactions", ["id", "agent", "site", "language"])


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")


def _rubric(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["rubric_id", "rubric_version"], ["rubrics.id", "rubrics.version"], name=f"fk_{table}_rubric"
    )
