"""Which version of the tables a store has, and bringing it to ours."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from qa_toolkit.errors import StoreError
from qa_toolkit.store.engine import Database, one_line_errors

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
HEAD = "0003"
"""The newest revision; kept here so that opening a store does not load Alembic. A test compares them."""

_UPGRADE_LOCK = 0x51415F44  # any fixed number: processes that upgrade one PostgreSQL database wait in turn


def revision_of(connection: Connection) -> str | None:
    """The revision of the tables; None for an empty database.

    Raises:
        StoreError: the database holds tables of something else.
    """
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if found is not None:
            return found
        tables = [name for name in tables if name != "alembic_version"]
    if tables:
        raise StoreError(
            f"the database holds tables of something else ('{sorted(tables)[0]}')",
            None,
            "name another file or database",
        )
    return None


def current_revision(database: Database) -> str | None:
    """The revision of a store; None for an empty database."""
    with one_line_errors(database.where), database.engine.connect() as connection:
        return revision_of(connection)


def refuse_newer(revision: str | None, where: str) -> None:
    """Refuses a store whose revision this version does not know.

    Raises:
        StoreError: the store was made by a newer version.
    """
    if revision in (None, HEAD):
        return
    if revision not in _known_revisions():
        raise StoreError(
            f"the store was made by a newer version of qa_toolkit (revision {revision}, known up to {HEAD})",
            where,
            "upgrade qa_toolkit; an older version never writes a newer store",
        )


def upgrade(database: Database) -> tuple[str | None, Path | None]:
    """Brings the tables to the newest revision, in one transaction.

    Returns:
        The revision before, and the copy made first where a SQLite file with data was changed.

    Raises:
        StoreError: the store is newer than this version, or cannot be written.
    """
    before = current_revision(database)
    refuse_newer(before, database.where)
    if before == HEAD:
        return before, None
    copy = None
    if database.is_sqlite and before is not None:
        source = Path(database.engine.url.database or "")
        copy = backup_file(source, _backup_path(source, before))
    with database.migrating() as connection:
        if not database.is_sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))
        if revision_of(connection) != HEAD:  # another process may have been quicker
            _run_migrations(connection)
    return before, copy


def backup_file(source: Path, target: Path) -> Path:
    """Copies a SQLite store, also while others write to it.

    Raises:
        StoreError: the target exists, or the copy cannot be written.
    """
    if target.exists():
        raise StoreError("the backup would overwrite a file", str(target), "name another file")
    try:
        with closing(sqlite3.connect(source)) as from_file, closing(sqlite3.connect(target)) as to_file:
            from_file.backup(to_file)
        target.chmod(0o600)
    except (sqlite3.Error, OSError) as error:
        target.unlink(missing_ok=True)
        raise StoreError(
            f"the backup failed ({error})", str(target), "check the disk's free space"
        ) from error
    return target


def _backup_path(source: Path, revision: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    return source.with_name(f"{source.name}.backup-{revision}-{stamp}")


def _run_migrations(connection: Connection) -> None:
    from alembic import command

    config = _alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _known_revisions() -> frozenset[str]:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_alembic_config())
    return frozenset(script.revision for script in scripts.walk_revisions())


def _alembic_config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
