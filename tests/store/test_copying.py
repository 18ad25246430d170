"""Backups and restores: of both kinds of store, onto empty ones of both kinds; nothing else is touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from review_examples import AGENTS, USERS, save_call
from sqlalchemy import select
from store_revisions import RELEASED, made_at

from qa_toolkit.errors import StoreError
from qa_toolkit.review import GivenReview, add_note, open_session, raise_dispute, submit_rating, submit_review
from qa_toolkit.store import Store, backup, restore, schema, upgrade
from qa_toolkit.store.tables import Base

Rows = dict[str, list[tuple[object, ...]]]


def filled(store: Store) -> None:
    """Something in nearly every table."""
    store.people.save(USERS, AGENTS, by="root")
    save_call(store)
    save_call(store, "call-2")
    submit_review(store, "call-1", "greeting", GivenReview({"G-2": "no"}), by="maria", based_on="1")
    raise_dispute(store, "call-1", "greeting", by="ana", text="¿Por qué?")
    open_session(
        store, "november", rubric="greeting", interactions=["call-2"], raters=["maria", "jun"], by="lena"
    )
    submit_rating(store, "november", "call-2", {"G-1": "yes", "G-2": "na"}, by="jun")
    add_note(store, "november", "A note.", by="jun")
    run = store.start_run(by="night")
    store.end_run(run, "finished")


def rows(store: Store) -> Rows:
    with store.database.reading() as session:
        return {
            table.name: [
                tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in Base.metadata.sorted_tables
        }


def without_last_log(found: Rows) -> Rows:
    """Rows without the line that a restore adds itself."""
    return {**found, "audit_log": [row for row in found["audit_log"] if row[4] != "store.restore"]}


@pytest.mark.postgres
@pytest.mark.parametrize("onto", ["file", "database"])
def test_a_backup_of_either_kind_comes_back_on_either_kind(
    store: Store, address: str, onto: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    filled(store)
    copy = backup(address, tmp_path / "copy.db", by="root")
    kept = rows(store)
    assert kept["audit_log"][-1][4] == "store.backup"
    store.close()
    target = str(tmp_path / "new" / "qa.db")
    if onto == "database":
        target = request.getfixturevalue("second_database")
    says = restore(target, copy, by="root")
    assert "whole" in says
    with Store.open(target) as restored:
        assert without_last_log(rows(restored)) == kept
        assert restored.audit.verify().whole
        assert [*restored.audit.entries()][-1].action == "store.restore"
        again = submit_rating(restored, "november", "call-2", {"G-1": "no", "G-2": "no"}, by="maria")
        assert int(again.evaluation_id) == max(int(str(row[0])) for row in kept["evaluations"]) + 1
        assert [each.id for each in restored.calibration.all()] == ["november"]


def test_a_backup_is_taken_while_others_write(store: Store, address: str, tmp_path: Path) -> None:
    filled(store)
    with store.database.writing():
        copy = backup(address, tmp_path / "copy.db") if not store.database.is_sqlite else None
    if copy is None:
        copy = backup(address, tmp_path / "copy.db")
    with pytest.raises(StoreError, match="would overwrite"):
        backup(address, copy)
    with Store.open(copy) as opened:
        assert opened.audit.verify().whole
    assert (copy.stat().st_mode & 0o077) == 0


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A backup of a filled SQLite store."""
    with Store.open(tmp_path / "from.db") as store:
        filled(store)
    return backup(tmp_path / "from.db", tmp_path / "made.db")


def test_an_empty_store_takes_a_backup_and_a_filled_one_does_not(made: Path, tmp_path: Path) -> None:
    Store.open(tmp_path / "empty.db").close()
    assert f"restored from made.db (revision {schema.HEAD})" in restore(tmp_path / "empty.db", made)
    with pytest.raises(StoreError, match="the store holds data"):
        restore(tmp_path / "empty.db", made)
    before = (tmp_path / "from.db").read_bytes()
    with pytest.raises(StoreError, match="the store holds data"):
        restore(tmp_path / "from.db", made)
    assert (tmp_path / "from.db").read_bytes() == before
    assert not list(tmp_path.glob("*.partial*"))


def test_a_store_in_use_is_left_alone(made: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "empty.db") as used:
        used.counts()
        with pytest.raises(StoreError, match=r"the store is in use.*stop the app"):
            restore(tmp_path / "empty.db", made)
    restore(tmp_path / "empty.db", made)


@pytest.mark.postgres
def test_a_database_in_use_or_filled_is_left_alone(made: Path, empty_database: str) -> None:
    upgrade(empty_database)
    with Store.open(empty_database) as used:
        used.counts()
        with pytest.raises(StoreError, match="in use by 1 other connections"):
            restore(empty_database, made)
    restore(empty_database, made)
    with pytest.raises(StoreError, match="the store holds data"):
        restore(empty_database, made)


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (newer, "newer version of qa_toolkit"),
        (damaged, "no backup of a store|damaged"),
        (lambda path: path.write_text("no database"), "no backup of a store"),
        (lambda path: path.unlink(), "there is no backup"),
    ],
)
def test_what_is_no_backup_leaves_nothing_behind(
    made: Path, tmp_path: Path, spoil: Callable[[Path], None], message: str
) -> None:
    spoil(made)
    with pytest.raises(StoreError, match=message):
        restore(tmp_path / "target.db", made)
    assert not (tmp_path / "target.db").exists()
    assert not list(tmp_path.glob("*.partial*"))


@pytest.mark.parametrize("revision", RELEASED)
def test_an_older_backup_comes_up_to_this_revision(tmp_path: Path, revision: str) -> None:
    old = tmp_path / "old.db"
    made_at(f"sqlite:///{old}", revision)
    assert f"(revision {revision})" in restore(tmp_path / "target.db", old)
    with Store.open(tmp_path / "target.db") as store:
        counting = store.latest_evaluation("call-1", "greeting")
        assert counting is not None
        assert counting.source.name == "maria"
    with closing(sqlite3.connect(old)) as kept:
        assert kept.execute("SELECT version_num FROM alembic_version").fetchone() == (revision,)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old.db", "target.db"]
