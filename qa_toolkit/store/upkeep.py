"""What an operator does with a store as a whole: make it, bring it up to date, copy it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL

from qa_toolkit.errors import StoreError
from qa_toolkit.store import schema
from qa_toolkit.store.audit_log import AuditLog
from qa_toolkit.store.engine import connect, parse_address, prepare_file


def upgrade(address: str | Path) -> str:
    """Brings a store to this version, making it when it is not there; says what was done, in one line."""
    url = parse_address(address)
    if url.get_backend_name() == "sqlite":
        prepare_sqlite(Path(url.database or ""), create=True)
    database = connect(url)
    try:
        before, copy = schema.upgrade(database)
    finally:
        database.close()
    if before == schema.HEAD:
        return f"{database.where}: already at revision {schema.HEAD}"
    kept = f"; the file as it was: {copy}" if copy else ""
    return f"{database.where}: upgraded from {before or 'empty'} to {schema.HEAD}{kept}"


def backup(address: str | Path, target: Path, *, by: str = "unknown") -> Path:
    """Copies a store to a new SQLite file while it may be in use; its audit log says so, also in the copy.

    Raises:
        StoreError: it is not there, waits for an upgrade, or the target exists.
    """
    url = parse_address(address)
    if url.get_backend_name() != "sqlite":
        return _backup_database(url, target, by)
    source = Path(url.database or "")
    prepare_sqlite(source, create=False)
    if target.exists():
        raise StoreError("the backup would overwrite a file", str(target), "name another file")
    _note_backup(url, target, by)
    return schema.backup_file(source, target)


def _backup_database(url: URL, target: Path, by: str) -> Path:
    from qa_toolkit.store.copying import dump

    database = connect(url)
    try:
        revision = schema.current_revision(database)
        schema.refuse_newer(revision, database.where)
        if revision != schema.HEAD:
            what = f"the store is at revision {revision}, {schema.HEAD} is needed"
            raise StoreError(what, database.where, "run `qa db upgrade` once, or use pg_dump")
        if target.exists():
            raise StoreError("the backup would overwrite a file", str(target), "name another file")
        _note_backup(url, target, by)
        return dump(database, target)
    finally:
        database.close()


def restore(address: str | Path, source: Path, *, by: str = "unknown") -> str:
    """Puts a backup into a store that is not there yet or is empty; says what was done, in one line.

    Raises:
        StoreError: the backup is damaged, newer or no store; the store holds data or is in use.
    """
    from qa_toolkit.store import copying

    return copying.restore(address, source, by=by)


def _note_backup(url: URL, target: Path, by: str) -> None:
    database = connect(url)
    database.origin = "qa db backup"
    try:
        if schema.current_revision(database) == schema.HEAD:  # an older store may have no log yet
            AuditLog(database).record("store.backup", "file", target.name, by=by)
    finally:
        database.close()


def prepare_sqlite(path: Path, *, create: bool) -> None:
    """Makes the file of a new store, or says that there is none.

    Raises:
        StoreError: it is a folder, is not there, or cannot be made.
    """
    if path.is_dir():
        raise StoreError("the store is a folder", str(path), "name a file")
    if create:
        prepare_file(path)
    elif not path.is_file():
        raise StoreError(
            "there is no store", str(path), "score something first, or name another with --store"
        )
