"""Run by Alembic; the connection always comes from ``qa_toolkit.store.schema``."""

from __future__ import annotations

from alembic import context

from qa_toolkit.store import calibration_tables, desk_tables  # noqa: F401 - they add their tables
from qa_toolkit.store.people_tables import AuditRow

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=AuditRow.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
