"""Stores of every released revision, with data in them, come up to this one; nothing in them is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from store_revisions import RELEASED, made_at

from qa_toolkit.store import Store, schema, upgrade


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
