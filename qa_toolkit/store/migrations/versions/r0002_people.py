"""People's work and the audit log; which kind of evaluation counts.

Revision 0001 is as it was released. Columns are added without building a table anew, so that the triggers of
0001 stay.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = {
    "audit_log": "id = NEW.id",
    "overrides": "evaluation_id = NEW.evaluation_id AND criterion = NEW.criterion",
    "root_causes": "evaluation_id = NEW.evaluation_id AND criterion = NEW.criterion",
    "dispute_steps": "dispute_id = NEW.dispute_id AND number = NEW.number",
    "acknowledgements": "id = NEW.id OR (evaluation_id = NEW.evaluation_id AND who = NEW.who)",
    "coaching_notes": "id = NEW.id",
}
"""The tables that only grow, with the condition under which an INSERT would replace a row."""


def upgrade() -> None:
    _create_audit_log()
    _create_people()
    _create_assignments()
    _create_reviews()
    _create_disputes()
    _create_feedback()
    op.add_column("counting", sa.Column("basis", sa.String(), nullable=False, server_default="machine"))
    op.execute("UPDATE counting SET basis = 'review' WHERE by_person")
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


def _create_audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("record_kind", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("digest", sa.String()),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_record", "audit_log", ["record_kind", "record"])


def _create_people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String()),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "role IN ('analyst', 'lead', 'manager', 'agent', 'auditor', 'admin')", name="ck_users_role"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_table(
        "agents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
    )
    op.create_table(
        "placements",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("valid_from", sa.String(), nullable=False),
        sa.Column("valid_until", sa.String()),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("site", sa.String()),
        sa.Column("vendor", sa.String()),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_placements_agent_id_agents"),
        sa.PrimaryKeyConstraint("agent_id", "valid_from", name="pk_placements"),
    )


def _create_assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("rubric_id", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.String()),
        sa.Column("session", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("assigned_by", sa.String(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evaluation_id", sa.Integer()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done', 'cancelled')", name="ck_assignments_state"),
        _reference("assignments", "interaction_id", "interactions"),
        _reference("assignments", "reviewer", "users"),
        _reference("assignments", "evaluation_id", "evaluations"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
    )
    op.create_index("ix_assignments_reviewer", "assignments", ["reviewer", "state"])
    _unique_while_open("assignments", ["interaction_id", "rubric_id", "reviewer"])
    op.create_table(
        "drafts",
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("rubric_id", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _reference("drafts", "interaction_id", "interactions"),
        _reference("drafts", "reviewer", "users"),
        sa.PrimaryKeyConstraint("interaction_id", "rubric_id", "reviewer", name="pk_drafts"),
    )


def _create_reviews() -> None:
    op.create_table(
        "overrides",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _reference("overrides", "evaluation_id", "evaluations"),
        sa.PrimaryKeyConstraint("evaluation_id", "criterion", name="pk_overrides"),
    )
    op.create_table(
        "root_causes",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("text", sa.Text()),
        _reference("root_causes", "evaluation_id", "evaluations"),
        sa.PrimaryKeyConstraint("evaluation_id", "criterion", name="pk_root_causes"),
    )


def _create_disputes() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("rubric_id", sa.String(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("criteria_json", sa.Text(), nullable=False),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome_id", sa.Integer()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'upheld', 'changed', 'withdrawn')", name="ck_disputes_state"),
        _reference("disputes", "interaction_id", "interactions"),
        _reference("disputes", "evaluation_id", "evaluations"),
        _reference("disputes", "raised_by", "users"),
        _reference("disputes", "outcome_id", "evaluations"),
        sa.PrimaryKeyConstraint("id", name="pk_disputes"),
    )
    op.create_index("ix_disputes_state", "disputes", ["state"])
    _unique_while_open("disputes", ["interaction_id", "rubric_id"])
    op.create_table(
        "dispute_steps",
        sa.Column("dispute_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("evaluation_id", sa.Integer()),
        sa.CheckConstraint(
            "kind IN ('raised', 'reading_asked', 'read', 'upheld', 'changed', 'withdrawn')",
            name="ck_dispute_steps_kind",
        ),
        _reference("dispute_steps", "dispute_id", "disputes"),
        _reference("dispute_steps", "evaluation_id", "evaluations"),
        sa.PrimaryKeyConstraint("dispute_id", "number", name="pk_dispute_steps"),
    )


def _create_feedback() -> None:
    op.create_table(
        "acknowledgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.Text()),
        _reference("acknowledgements", "evaluation_id", "evaluations"),
        _reference("acknowledgements", "who", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgements"),
        sa.UniqueConstraint("evaluation_id", "who", name="uq_acknowledgements_evaluation_id_who"),
    )
    op.create_table(
        "coaching_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String()),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revises", sa.Integer()),
        _reference("coaching_notes", "evaluation_id", "evaluations"),
        _reference("coaching_notes", "who", "users"),
        _reference("coaching_notes", "revises", "coaching_notes"),
        sa.PrimaryKeyConstraint("id", name="pk_coaching_notes"),
    )
    op.create_index("ix_coaching_notes_agent", "coaching_notes", ["agent_id"])


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")


def _unique_while_open(table: str, columns: list[str]) -> None:
    is_open = sa.text("state = 'open'")
    op.create_index(
        f"uq_{table}_open", table, columns, unique=True, sqlite_where=is_open, postgresql_where=is_open
    )
