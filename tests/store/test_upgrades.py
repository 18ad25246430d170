"""Stores of every released revision, with data in them, come up to this one; nothing in them is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from qa_toolkit.store import Store, schema, upgrade

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


def check(store: Store, revision: str) -> None:
    if revision >= "0002":
        check_people(store)
    counting = store.latest_evaluation("call-1", "greeting")
    assert counting is not None
    assert (counting.id, counting.source.name, counting.percent) == ("2", "maria", 100.0)
    assert counting.created_at.isoformat() == "2026-11-03T09:00:00+00:00"
    with store.database.reading() as session:
        assert session.execute(text("SELECT basis FROM counting")).scalar() == "review"
    assert store.audit.head() is None, "what happened before there was a log is not in it"
    store.audit.record("interaction.view", "interaction", "call-1", by="maria")
    assert store.audit.verify().rows == 1


def check_people(store: Store) -> None:
    assert [(each.rubric, each.due_on) for each in store.work.assignments(reviewer="maria")] == [
        ("other", "2026-12-01"),
        ("greeting", None),
    ]
    (dispute,) = store.disputes.all(state="open")
    assert (dispute.raised_by, dispute.version, dispute.steps[0].text) == ("maria", 1, "No.")
    assert store.work.remarks("2").overrides[0].reason == "misheard"
    assert store.feedback.notes(agent="A-17")[0].text == "Say your name."
    (score,) = store.people.counting_scores()
    assert (score.team, score.basis) == ("Blue", "review")


def test_all_released_revisions_are_tested() -> None:
    assert schema._known_revisions() == {*RELEASED, schema.HEAD}


@pytest.mark.parametrize("revision", RELEASED)
def test_a_file_is_copied_and_comes_up_with_its_data(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "s.sqlite3"
    made_at(f"sqlite:///{path}", revision)
    with Store.open(path) as store:
        check(store, revision)
        with pytest.raises(Exception, match="append-only"), store.database.engine.begin() as connection:
            connection.execute(text("DELETE FROM evaluations"))
    (copy,) = tmp_path.glob(f"s.sqlite3.backup-{revision}-*")
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT version_num FROM alembic_version").fetchone() == (revision,)


@pytest.mark.postgres
@pytest.mark.parametrize("revision", RELEASED)
def test_a_database_comes_up_with_its_data(empty_database: str, revision: str) -> None:
    made_at(empty_database, revision)
    upgrade(empty_database)
    with Store.open(empty_database) as store:
        check(store, revision)
