"""The first tables: interactions with what was made of them, rubrics, evaluations, runs and the ledger.

Rubrics and evaluations are append-only: triggers refuse UPDATE and DELETE.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = {
    "rubrics": "id = NEW.id AND version = NEW.version",
    "evaluations": "id = NEW.id OR (interaction_id = NEW.interaction_id AND rubric_id = NEW.rubric_id "
    "AND rubric_version = NEW.rubric_version AND source_kind = NEW.source_kind "
    "AND source_name = NEW.source_name AND revision = NEW.revision)",
}
"""The tables that only grow, with the condition under which an INSERT would replace a row."""


def upgrade() -> None:
    _create_interactions()
    _create_rubrics()
    _create_runs()
    _create_inputs()
    _create_metrics()
    _create_transcripts()
    _create_evaluations()
    _create_counting()
    _create_ledger()
    _create_run_items()
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


def _create_interactions() -> None:
    op.create_table(
        "interactions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agent", sa.String()),
        sa.Column("site", sa.String()),
        sa.Column("queue", sa.String()),
        sa.Column("started_at", sa.String()),
        sa.Column("work_area", sa.String()),
        sa.Column("direction", sa.String()),
        sa.Column("language", sa.String()),
        sa.Column("metadata_json", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_interactions"),
    )
    op.create_index("ix_interactions_agent", "interactions", ["agent"])
    op.create_index("ix_interactions_site", "interactions", ["site"])
    op.create_index("ix_interactions_started_at", "interactions", ["started_at"])


def _create_rubrics() -> None:
    op.create_table(
        "rubrics",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("title", sa.String()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name="pk_rubrics"),
    )


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("rubrics_json", sa.Text(), nullable=False),
        sa.Column("settings_json", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'finished', 'interrupted', 'stopped', 'abandoned')", name="ck_runs_state"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )


def _create_inputs() -> None:
    op.create_table(
        "inputs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("location", sa.String()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interactions.id"], name="fk_inputs_interaction_id_interactions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inputs"),
        sa.UniqueConstraint("interaction_id", "sha256", name="uq_inputs_interaction_id_sha256"),
    )


def _create_metrics() -> None:
    op.create_table(
        "metrics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interactions.id"], name="fk_metrics_interaction_id_interactions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_metrics"),
        sa.UniqueConstraint("interaction_id", "sha256", name="uq_metrics_interaction_id_sha256"),
    )


def _create_transcripts() -> None:
    op.create_table(
        "transcripts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interactions.id"], name="fk_transcripts_interaction_id_interactions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_transcripts"),
        sa.UniqueConstraint("interaction_id", "sha256", name="uq_transcripts_interaction_id_sha256"),
    )


def _create_evaluations() -> None:
    op.create_table(
        "evaluations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("rubric_id", sa.String(), nullable=False),
        sa.Column("rubric_version", sa.String(), nullable=False),
        sa.Column("source_kind", sa.String(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.Integer()),
        sa.Column("blind", sa.Boolean()),
        sa.Column("session", sa.String()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("input_id", sa.Integer()),
        sa.Column("transcript_id", sa.Integer()),
        sa.Column("metrics_id", sa.Integer()),
        sa.Column("run_id", sa.Integer()),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("percent", sa.Double()),
        sa.Column("passed", sa.Boolean()),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("auto_failed", sa.Boolean(), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
        sa.CheckConstraint("source_kind IN ('machine', 'reviewer')", name="ck_evaluations_source_kind"),
        sa.ForeignKeyConstraint(["based_on"], ["evaluations.id"], name="fk_evaluations_based_on_evaluations"),
        sa.ForeignKeyConstraint(["input_id"], ["inputs.id"], name="fk_evaluations_input_id_inputs"),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interactions.id"], name="fk_evaluations_interaction_id_interactions"
        ),
        sa.ForeignKeyConstraint(["metrics_id"], ["metrics.id"], name="fk_evaluations_metrics_id_metrics"),
        sa.ForeignKeyConstraint(
            ["rubric_id", "rubric_version"], ["rubrics.id", "rubrics.version"], name="fk_evaluations_rubric"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_evaluations_run_id_runs"),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcripts.id"], name="fk_evaluations_transcript_id_transcripts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluations"),
        sa.UniqueConstraint(
            "interaction_id",
            "rubric_id",
            "rubric_version",
            "source_kind",
            "source_name",
            "revision",
            name="uq_evaluations_revision",
        ),
    )
    op.create_index("ix_evaluations_latest", "evaluations", ["interaction_id", "rubric_id", "id"])
    op.create_index("ix_evaluations_rubric", "evaluations", ["rubric_id", "rubric_version"])


def _create_counting() -> None:
    op.create_table(
        "counting",
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("rubric_id", sa.String(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("by_person", sa.Boolean(), nullable=False),
        sa.Column("percent", sa.Double()),
        sa.Column("passed", sa.Boolean()),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("auto_failed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_counting_evaluation_id_evaluations"
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interactions.id"], name="fk_counting_interaction_id_interactions"
        ),
        sa.PrimaryKeyConstraint("interaction_id", "rubric_id", name="pk_counting"),
    )
    op.create_index("ix_counting_rubric", "counting", ["rubric_id"])


def _create_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("run_id", sa.Integer()),
        sa.Column("interaction_id", sa.String()),
        sa.Column("evaluation_id", sa.Integer()),
        sa.Column("transcript_id", sa.Integer()),
        sa.Column("metrics_id", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'rejected')", name="ck_ledger_state"
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_ledger_evaluation_id_evaluations"
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interactions.id"], name="fk_ledger_interaction_id_interactions"
        ),
        sa.ForeignKeyConstraint(["metrics_id"], ["metrics.id"], name="fk_ledger_metrics_id_metrics"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_ledger_run_id_runs"),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcripts.id"], name="fk_ledger_transcript_id_transcripts"
        ),
        sa.PrimaryKeyConstraint("key", name="pk_ledger"),
    )
    op.create_index("ix_ledger_state", "ledger", ["state"])


def _create_run_items() -> None:
    op.create_table(
        "run_items",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("input", sa.String(), nullable=False),
        sa.Column("key", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done_before", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'rejected')", name="ck_run_items_state"
        ),
        sa.ForeignKeyConstraint(["key"], ["ledger.key"], name="fk_run_items_key_ledger"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_items_run_id_runs"),
        sa.PrimaryKeyConstraint("run_id", "position", name="pk_run_items"),
    )
    op.create_index("ix_run_items_key", "run_items", ["key"])
