"""Opening a store: made, upgraded after a copy, or refused in one line; never half done."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from store_examples import GREETING, example_input, example_interaction, example_result

from qa_toolkit.errors import StoreError, UsageError
from qa_toolkit.store import Store, backup, schema, upgrade
from qa_toolkit.store.engine import network_filesystem, parse_address
from qa_toolkit.store.tables import Base

HEAD = schema.HEAD
NEXT_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("interactions") as table:
        table.add_column(sa.Column("team", sa.String()))
        table.create_check_constraint("team", "team <> ''")
    {then}


def downgrade():
    raise NotImplementedError
"""


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A toolkit one migration ahead; the folder of its migrations."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder)
    (folder / "versions" / "r9001_team.py").write_text(NEXT_REVISION.format(then="pass", head=schema.HEAD))
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    monkeypatch.setattr(schema, "HEAD", "9001")
    return folder


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users may enter, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="qa_store_"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may write everywhere, so it becomes nobody for a while."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def filled(path: Path) -> None:
    with Store.open(path) as store:
        store.register_rubric(GREETING, by="tester")
        store.save_result(
            example_result(), interaction=example_interaction(), source=example_input(), by="tester"
        )


def test_the_tables_are_those_of_the_migrations(address: str) -> None:
    Store.open(address).close()
    engine = create_engine(parse_address(address))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert set(inspect(connection).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    engine.dispose()


def test_the_newest_revision_is_the_one_named() -> None:
    scripts = ScriptDirectory.from_config(schema._alembic_config())
    assert scripts.get_current_head() == schema.HEAD
    assert not [script for script in scripts.walk_revisions() if len(script.nextrev) > 1], (
        "one line of revisions"
    )


def test_every_constraint_has_a_name() -> None:
    unnamed = [
        constraint
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert unnamed == []


class TestSqlite:
    def test_a_new_store_is_made_with_its_folder_and_for_its_owner_only(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "folder" / "store.sqlite3"
        with Store.open(path) as store:
            assert store.counts().interactions == 0
            assert str(path) in store.describe()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    @pytest.mark.parametrize("address", ["{}", "sqlite:///{}", "~/store.sqlite3"])
    def test_a_path_may_be_written_in_several_ways(
        self, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        Store.open(address.format(tmp_path / "store.sqlite3")).close()
        assert (tmp_path / "store.sqlite3").is_file()

    def test_it_is_safe_against_a_power_cut_and_checks_references(self, tmp_path: Path) -> None:
        with Store.open(tmp_path / "s") as store, store.database.reading() as session:
            settings = {
                name: session.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}

    def test_an_empty_file_becomes_a_store(self, tmp_path: Path) -> None:
        (tmp_path / "s").touch()
        Store.open(tmp_path / "s").close()

    def test_an_older_store_is_copied_and_upgraded(
        self, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        path = tmp_path / "s.sqlite3"
        filled(path)
        request.getfixturevalue("next_version")
        with Store.open(path) as store:
            assert store.latest_evaluation("call-1", "greeting") is not None
            with store.database.reading() as session:
                assert session.execute(text("SELECT team FROM interactions")).scalar() is None
        (copy,) = tmp_path.glob(f"s.sqlite3.backup-{HEAD}-*")
        with sqlite3.connect(copy) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
            assert connection.execute("SELECT count(*) FROM evaluations").fetchone() == (1,)
        connection.close()
        Store.open(path).close()
        assert len([*tmp_path.glob("*backup*")]) == 1, "opened again there is nothing to upgrade"

    def test_an_upgrade_that_fails_leaves_the_store_as_it_was(
        self, tmp_path: Path, next_version: Path
    ) -> None:
        path = tmp_path / "s.sqlite3"
        with pytest.MonkeyPatch.context() as before:
            before.setattr(schema, "HEAD", HEAD)
            (next_version / "versions" / "r9001_team.py").rename(tmp_path / "later.py")
            filled(path)
        failing = NEXT_REVISION.format(then='op.execute("no such statement")', head=HEAD)
        (next_version / "versions" / "r9001_team.py").write_text(failing)
        with pytest.raises(StoreError):
            Store.open(path)
        with sqlite3.connect(path) as connection:
            columns = [row[1] for row in connection.execute("PRAGMA table_info(interactions)")]
            assert "team" not in columns
            assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        connection.close()

    def test_a_newer_store_is_refused_and_not_touched(
        self, tmp_path: Path, next_version: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "s.sqlite3"
        filled(path)
        monkeypatch.undo()
        before = path.read_bytes()
        with pytest.raises(
            StoreError, match=rf"newer version of qa_toolkit \(revision 9001, known up to {HEAD}\)"
        ):
            Store.open(path)
        with pytest.raises(StoreError, match="newer version"):
            upgrade(path)
        assert path.read_bytes() == before

    @pytest.mark.parametrize("make", ["folder", "text", "other database"])
    def test_what_is_no_store_is_refused(self, tmp_path: Path, make: str) -> None:
        path = tmp_path / "s"
        if make == "folder":
            path.mkdir()
        elif make == "text":
            path.write_text("id,answer\n" * 1000)
        else:
            with sqlite3.connect(path) as connection:
                connection.execute("CREATE TABLE books (id)")
            connection.close()
        with pytest.raises(StoreError) as refused:
            Store.open(path)
        assert "\n" not in str(refused.value)

    def test_without_create_nothing_is_made(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="there is no store"):
            Store.open(tmp_path / "s", create=False)
        assert [*tmp_path.iterdir()] == []
        filled(tmp_path / "s")
        Store.open(tmp_path / "s", create=False).close()

    def test_a_folder_that_cannot_be_written_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(StoreError, match="cannot be opened for writing"):
            Store.open(tmp_path / "file" / "s.sqlite3")

    def test_a_read_only_folder_or_file_is_said(self, public_folder: Path) -> None:
        filled(public_folder / "s.sqlite3")
        (public_folder / "s.sqlite3").chmod(0o444)
        public_folder.chmod(0o555)
        with without_privileges():
            for name in ("s.sqlite3", "new.sqlite3"):
                with pytest.raises(StoreError, match=r"cannot be opened for writing \(Permission denied\)"):
                    Store.open(public_folder / name)

    def test_a_damaged_store_is_said_in_one_line(self, tmp_path: Path) -> None:
        path = tmp_path / "s.sqlite3"
        filled(path)
        content = bytearray(path.read_bytes())
        content[4096:] = b"\x55" * (len(content) - 4096)
        path.write_bytes(content)
        with pytest.raises(StoreError) as refused, Store.open(path) as store:
            store.interactions()
        assert "damaged" in str(refused.value)

    def test_a_writer_that_never_ends_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "s.sqlite3"
        filled(path)
        monkeypatch.setattr("qa_toolkit.store.engine.BUSY_TIMEOUT_S", 0.1)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with Store.open(path) as store:
            assert store.counts().interactions == 1, "readers are not held up"
            with pytest.raises(StoreError, match="another process held the store"):
                store.start_run(by="tester")
        other.close()

    def test_a_backup_is_a_whole_store_and_overwrites_nothing(self, tmp_path: Path) -> None:
        filled(tmp_path / "s")
        with Store.open(tmp_path / "s"):
            assert backup(tmp_path / "s", tmp_path / "copy") == tmp_path / "copy"
        with Store.open(tmp_path / "copy") as copy:
            assert copy.counts().evaluations == 1
        with pytest.raises(StoreError, match="would overwrite"):
            backup(tmp_path / "s", tmp_path / "copy")
        with pytest.raises(StoreError, match="there is no store"):
            backup(tmp_path / "absent", tmp_path / "other")

    def test_upgrade_says_what_it_did(self, tmp_path: Path, request: pytest.FixtureRequest) -> None:
        path = tmp_path / "s"
        assert upgrade(path) == f"{path}: upgraded from empty to {HEAD}"
        assert upgrade(path) == f"{path}: already at revision {HEAD}"
        request.getfixturevalue("next_version")
        assert f"upgraded from {HEAD} to 9001; the file as it was: " in upgrade(path)


@pytest.mark.postgres
class TestPostgresql:
    def test_an_empty_database_is_not_filled_by_itself(self, empty_database: str) -> None:
        with pytest.raises(StoreError, match=r"is empty.*run `qa db upgrade` once"):
            Store.open(empty_database)
        assert upgrade(empty_database).endswith(f"upgraded from empty to {HEAD}")
        Store.open(empty_database).close()

    def test_one_that_is_behind_waits_for_its_operator(
        self, empty_database: str, request: pytest.FixtureRequest
    ) -> None:
        upgrade(empty_database)
        request.getfixturevalue("next_version")
        with pytest.raises(StoreError, match=rf"is at revision {HEAD}, 9001 is needed.*qa db upgrade"):
            Store.open(empty_database)
        assert upgrade(empty_database).endswith(f"upgraded from {HEAD} to 9001")
        Store.open(empty_database).close()

    def test_a_newer_one_is_refused(self, empty_database: str) -> None:
        upgrade(empty_database)
        engine = create_engine(empty_database)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        with pytest.raises(StoreError, match="newer version"):
            Store.open(empty_database)

    def test_a_value_it_cannot_keep_is_a_fault_of_the_input(self, empty_database: str) -> None:
        from qa_toolkit.errors import InputError

        upgrade(empty_database)
        with Store.open(empty_database) as store, pytest.raises(InputError, match="cannot keep a value"):
            store.register_rubric(GREETING, by="nul \0")

    def test_one_that_waits_for_an_upgrade_is_not_backed_up(
        self, empty_database: str, tmp_path: Path
    ) -> None:
        with pytest.raises(StoreError, match="pg_dump"):
            backup(empty_database, tmp_path / "copy")
        assert not (tmp_path / "copy").exists()


def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    with pytest.raises(StoreError, match="cannot be reached") as refused:
        Store.open("postgresql+psycopg://qa:secret@127.0.0.1:1/qa")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "postgresql://[x", "://"]
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(StoreError):
        Store.open(address)


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/calls /srv/calls nfs4 rw 0 0
/dev/sdb1 /srv/calls/local ext4 rw 0 0
//server/share /mnt/with\\040blank cifs rw 0 0
garbage
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/x/store.sqlite3", None),
        ("/srv/calls/store.sqlite3", "nfs4"),
        ("/srv/calls/deeper/store.sqlite3", "nfs4"),
        ("/srv/calls/local/store.sqlite3", None),
        ("/mnt/with blank/store.sqlite3", "cifs"),
        ("\\\\server\\share\\store.sqlite3", "UNC path"),
    ],
)
def test_network_file_systems_are_known(tmp_path: Path, path: str, kind: str | None) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert network_filesystem(Path(path), mounts) == kind
    assert network_filesystem(Path("/srv/calls/x"), tmp_path / "absent") is None


def test_a_store_on_a_network_file_system_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("qa_toolkit.store.engine.network_filesystem", lambda path: "nfs4")
    with pytest.raises(StoreError, match=r"network file system \(nfs4\)"):
        Store.open(tmp_path / "s")


def test_the_error_is_one_the_command_line_knows() -> None:
    assert StoreError.exit_code == 4
    assert not issubclass(StoreError, UsageError)
