"""Stores as each released revision left them, with data."""

from __future__ import annotations

from sqlalchemy import Connection, create_engine, text

from qa_toolkit.store import schema

RELEASED = ["0001", "0002"]
FILLING_0001 = """
INSERT INTO interactions (id, kind, agent, started_at, metadata_json, created_at, updated_at)
  VALUES ('call-1', 'call', 'A-17', '2026-11-02T09:00:00Z', '{}', '2026-11-03 08:00:00', '2026-11-03 08:00:00');
INSERT INTO rubrics VALUES ('greeting', '1.0.0', 'aa', 'Greeting', 'id: greeting', '2026-11-03 08:00:00', 'lena');
INSERT INTO evaluations (id, interaction_id, rubric_id, rubric_version, source_kind, source_name, revision,
  created_at, created_by, sha256, percent, passed, complete, open, auto_failed, json)
  VALUES (1, 'call-1', 'greeting', '1.0.0', 'machine', 'qa_toolkit', 1, '2026-11-03 08:00:00', 'lena', 'bb',
  50.0, false, true, 0, false, '{}');
INSERT INTO evaluations (id, interaction_id, rubric_id, rubric_version, source_kind, source_name, revision,
  created_at, created_by, sha256, percent, passed, complete, open, auto_failed, json)
  VALUES (2, 'call-1', 'greeting', '1.0.0', 'reviewer', 'maria', 1, '2026-11-03 09:00:00', 'maria', 'cc',
  100.0, true, true, 0, false, '{}');
INSERT INTO counting (interaction_id, rubric_id, evaluation_id, by_person, percent, passed, complete, auto_failed)
  VALUES ('call-1', 'greeting', 2, true, 100.0, true, true, false)
"""
FILLING_0002 = """
UPDATE counting SET basis = 'review';
INSERT INTO users VALUES ('maria', 'Maria', 'analyst', NULL, true, '2026-11-03 08:00:00', 'root');
INSERT INTO agents VALUES ('A-17', 'Ana');
INSERT INTO placements VALUES ('A-17', '2026-01-01', NULL, 'Blue', 'Fresno', NULL);
INSERT INTO assignments (id, interaction_id, rubric_id, reviewer, blind, due_on, session, state, assigned_by,
  assigned_at, evaluation_id, version)
  VALUES (1, 'call-1', 'greeting', 'maria', false, NULL, NULL, 'open', 'lena', '2026-11-03 08:00:00', NULL, 1);
INSERT INTO assignments (id, interaction_id, rubric_id, reviewer, blind, due_on, session, state, assigned_by,
  assigned_at, evaluation_id, version)
  VALUES (2, 'call-1', 'other', 'maria', true, '2026-12-01', 'old-session', 'open', 'lena', '2026-11-03 08:00:00',
  NULL, 1);
INSERT INTO overrides VALUES (2, 'G-2', 'misheard', 'The name is said.');
INSERT INTO disputes VALUES (1, 'call-1', 'greeting', 2, '[]', 'maria', 'open', NULL, 1);
INSERT INTO dispute_steps VALUES (1, 1, 'raised', 'maria', '2026-11-04 08:00:00', 'No.', 2);
INSERT INTO coaching_notes VALUES (1, 2, 'G-2', 'A-17', 'maria', '2026-11-04 08:00:00', 'Say your name.', NULL)
"""


def fill(connection: Connection, revision: str) -> None:
    for filling in (FILLING_0001, FILLING_0002)[: int(revision)]:
        for statement in filling.split(";"):
            connection.execute(text(statement))


def made_at(address: str, revision: str) -> None:
    """A store as that revision left it, with data."""
    from alembic import command

    engine = create_engine(address)
    with engine.begin() as connection:
        config = schema._alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        fill(connection, revision)
    engine.dispose()
