"""Which runs are alive, told by locks that the system itself releases when their process dies.

A run on SQLite holds a lock on a small file beside the store; a run on PostgreSQL holds an advisory lock
on a connection of its own. So the items of a killed run can be taken over at once, without waiting for a
heartbeat to grow stale, and those of a live run never are.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text

from qa_toolkit.errors import StoreError
from qa_toolkit.store.engine import Database, one_line_errors

_ADVISORY_CLASS = 0x5141  # keeps our advisory locks apart from those of other programs in the database


class RunLock(Protocol):
    """Held by a run from its start to its end."""

    def release(self) -> None:
        """Gives the lock back; the run counts as dead from then on."""
        ...


def hold(database: Database, run: int) -> RunLock:
    """Takes the lock of a run that has just been numbered.

    Raises:
        StoreError: the lock cannot be taken.
    """
    return _FileLock(database, run) if database.is_sqlite else _AdvisoryLock(database, run)


def alive(database: Database, run: int) -> bool:
    """Whether a process holds the lock of that run."""
    return _file_lock_held(_lock_path(database, run)) if database.is_sqlite else _advisory_held(database, run)


def forget(database: Database, run: int) -> None:
    """Removes what a dead run left behind."""
    if database.is_sqlite:
        _lock_path(database, run).unlink(missing_ok=True)


class _FileLock:
    def __init__(self, database: Database, run: int) -> None:
        self._path = _lock_path(database, run)
        try:
            self._file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise StoreError(
                f"the lock of the run cannot be made ({error.strerror})", str(self._path), "check the folder"
            ) from error
        if not _try_lock(self._file):
            os.close(self._file)
            raise StoreError("another process holds the lock of this run", str(self._path), "start it again")

    def release(self) -> None:
        self._path.unlink(missing_ok=True)
        os.close(self._file)


class _AdvisoryLock:
    def __init__(self, database: Database, run: int) -> None:
        self._where = database.where
        self._connection: Connection = database.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        )
        if not _try_advisory(self._connection, run):
            self._connection.close()
            raise StoreError("another process holds the lock of this run", database.where, "start it again")

    def release(self) -> None:
        # Closing for good, not back to the pool: a pooled connection would keep the lock.
        with one_line_errors(self._where):
            self._connection.invalidate()
            self._connection.close()


def _lock_path(database: Database, run: int) -> Path:
    store = Path(database.engine.url.database or "")
    return store.with_name(f"{store.name}.run-{run}.lock")


def _file_lock_held(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # held by another user, say; taking over would be the worse mistake
    try:
        return not _try_lock(descriptor)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _try_advisory(connection: Connection, run: int) -> bool:
    query = text("SELECT pg_try_advisory_lock(:space, :run)")
    return bool(connection.execute(query, {"space": _ADVISORY_CLASS, "run": run}).scalar())


def _advisory_held(database: Database, run: int) -> bool:
    with one_line_errors(database.where), database.engine.connect() as connection:
        if not _try_advisory(connection, run):
            return True
        query = text("SELECT pg_advisory_unlock(:space, :run)")
        connection.execute(query, {"space": _ADVISORY_CLASS, "run": run})
        return False
