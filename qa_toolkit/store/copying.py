"""Copies of whole stores: from PostgreSQL into a file, from a file into an empty store of either kind.

A backup is always a SQLite file at this version's revision or an older one. Rows are copied as they are, the
audit log's characters included, so that its chain of hashes holds in the copy.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, inspect, select, text

from qa_toolkit.errors import StoreError
from qa_toolkit.store import calibration_tables, desk_tables, schema  # noqa: F401 - they add their tables
from qa_toolkit.store.audit_log import AuditLog
from qa_toolkit.store.engine import Database, connect, parse_address, prepare_file
from qa_toolkit.store.people_tables import AuditRow
from qa_toolkit.store.tables import Base

_BATCH = 500


def copy_rows(source: Connection, target: Connection) -> int:
    """Copies every row of every table into tables that are empty; how many.

    Tables come in the order of their references, rows in that of their keys, so that none refers to a row
    that is not there yet.
    """
    copied = 0
    for table in Base.metadata.sorted_tables:
        query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH)
        for part in source.execute(query).mappings().partitions(_BATCH):
            target.execute(table.insert(), [dict(row) for row in part])
            copied += len(part)
    if target.dialect.name == "postgresql":
        _continue_numbers(target)
    return copied


def _continue_numbers(target: Connection) -> None:
    """Lets PostgreSQL number on from the rows that were copied with their numbers."""
    for table in Base.metadata.sorted_tables:
        column: Any = table.autoincrement_column
        if column is None:
            continue
        sequence = target.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        last = target.scalar(select(func.max(column)))
        if sequence is not None and last is not None:
            target.execute(select(func.setval(sequence, last)))


def dump(database: Database, target: Path) -> Path:
    """Writes a store, as it is at one moment, into a new SQLite file.

    Raises:
        StoreError: the target exists or cannot be written.
    """
    if target.exists():
        raise StoreError("the backup would overwrite a file", str(target), "name another file")
    partial = _beside(target)
    prepare_file(partial)
    try:
        copy = connect(parse_address(partial))
        try:
            schema.upgrade(copy)
            with database.snapshot() as source, copy.migrating() as into:
                copy_rows(source, into)
        finally:
            copy.close()
        _settle(partial, target)
    finally:
        _remove(partial)
    return target


def restore(address: str | Path, source: Path, *, by: str) -> str:
    """Puts a backup into a store that is not there yet, or is empty; what was done, in one line.

    Raises:
        StoreError: the backup is damaged, newer or no store; the store holds data or is in use.
    """
    revision = _check_backup(source)
    url = parse_address(address)
    if url.get_backend_name() == "sqlite":
        target = Path(url.database or "")
        _refuse_filled_file(target)
        partial = _beside(target)
        try:
            schema.backup_file(source, partial)
            _upgrade(partial)
            _settle(partial, target)
        finally:
            _remove(partial)
    else:
        _restore_database(address, source)
    database = connect(url)
    database.origin = "qa db restore"
    try:
        AuditLog(database).record("store.restore", "file", source.name, by=by, revision=revision)
        checked = AuditLog(database).verify()
        where = database.where
    finally:
        database.close()
    chain = f"{checked.rows} rows, whole" if checked.whole else f"broken at row {checked.broken}"
    return f"{where}: restored from {source.name} (revision {revision}); audit log: {chain}"


def _check_backup(source: Path) -> str:
    """The revision of a backup that can be used."""
    if not source.is_file():
        raise StoreError("there is no backup", str(source), "name a file written by 'qa db backup'")
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as file:
            found = file.execute("PRAGMA integrity_check(1)").fetchone()
            row = file.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StoreError(
            f"the file is no backup of a store ({error})", str(source), "name another file"
        ) from error
    if found != ("ok",) or row is None:
        raise StoreError("the backup is damaged", str(source), "use an older one")
    revision: str = row[0]
    schema.refuse_newer(revision, str(source))
    return revision


def _restore_database(address: str | Path, source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "backup.db"
        schema.backup_file(source, copy)
        _upgrade(copy)
        database, backup = connect(parse_address(address)), connect(parse_address(copy))
        try:
            _refuse_others(database)
            if schema.current_revision(database) is None:
                schema.upgrade(database)
            elif schema.current_revision(database) != schema.HEAD:
                raise StoreError("the store is of another revision", database.where, "name an empty database")
            with backup.snapshot() as rows, database.migrating() as into:
                _refuse_filled(into, database.where)
                if into.dialect.name == "postgresql":
                    into.execute(text("LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE"))
                copy_rows(rows, into)
        finally:
            database.close()
            backup.close()


def _refuse_others(database: Database) -> None:
    """Refuses a PostgreSQL database somebody else is connected to."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    with database.reading() as session:
        others = session.scalar(query) or 0
    if others:
        raise StoreError(
            f"the store is in use by {others} other connections",
            database.where,
            "stop the app and other runs",
        )


def _refuse_filled_file(path: Path) -> None:
    if not path.exists() or path.stat().st_size == 0:
        prepare_file(path)
        return
    database = connect(parse_address(path))
    try:
        with database.snapshot() as connection:
            _refuse_filled(connection, str(path))
    finally:
        database.close()
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as file:
            file.execute("PRAGMA journal_mode = DELETE").fetchone()  # refused while anybody else has it open
    except sqlite3.Error as error:
        raise StoreError("the store is in use", str(path), "stop the app and other runs") from error


def _refuse_filled(connection: Connection, where: str) -> None:
    # A file is replaced as a whole; its log may say that nothing was exported, say. A database is filled.
    logged = {AuditRow.__tablename__} if connection.dialect.name == "sqlite" else set()
    there = set(inspect(connection).get_table_names())
    known = [table for table in Base.metadata.sorted_tables if table.name in there]
    strange = there - {table.name for table in known} - {"alembic_version"}
    for table in known:
        if table.name in logged:
            continue
        if connection.execute(select(1).select_from(table)).first() is not None:
            raise StoreError(
                f"the store holds data ('{table.name}')",
                where,
                "restore into a new file or an empty database",
            )
    if strange:
        raise StoreError(
            f"it holds tables of something else ('{min(strange)}')", where, "name another file or database"
        )


def _upgrade(path: Path) -> None:
    """Brings a copy to this revision; the copy is ours, so that no further copy is kept."""
    database = connect(parse_address(path))
    try:
        _, kept = schema.upgrade(database)
    finally:
        database.close()
    if kept is not None:
        _remove(kept)


def _beside(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return target.with_name(f"{target.name}.partial-{os.getpid()}")


def _settle(partial: Path, target: Path) -> None:
    """Puts a finished file in its place at once; its write-ahead log was emptied when it was closed."""
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.chmod(0o600)
    for name in (f"{target}-wal", f"{target}-shm"):
        Path(name).unlink(missing_ok=True)
    partial.replace(target)


def _remove(path: Path) -> None:
    for name in (str(path), f"{path}-wal", f"{path}-shm"):
        Path(name).unlink(missing_ok=True)
