"""Opening a database: its address, its connection settings, and its errors in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, create_engine, event, exc, make_url
from sqlalchemy.orm import Session

from qa_toolkit.errors import InputError, MissingExtraError, StoreError
from qa_toolkit.store.audit import AuditedSession, append_noted

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

BUSY_TIMEOUT_S = 30
NETWORK_FILESYSTEMS = frozenset(
    {"afs", "ceph", "cifs", "fuse.sshfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"}
)
_WRITE = "qa_write"

_FREE_SPACE = "free space and run the command again; nothing is half-written"
_PROBLEMS = (
    ("database or disk is full", "the disk is full", _FREE_SPACE),
    ("no space left", "the disk is full", _FREE_SPACE),
    ("readonly database", "the store cannot be written", "give write permission to the file and its folder"),
    (
        "unable to open database",
        "the store cannot be opened",
        "check that its folder can be read and written",
    ),
    ("database is locked", f"another process held the store for {BUSY_TIMEOUT_S} s", "try again"),
    ("disk i/o error", "the disk refused to read or write", "check its free space, quota and health"),
    ("not a database", "the file is not a store of qa_toolkit", "name another file"),
    ("malformed", "the store is damaged", "restore a backup made by `qa db backup`"),
    ("append-only", "what was filed is never changed or deleted", "file a new revision"),
)


class Database:
    """An engine with two kinds of transaction: reading, and writing that takes its lock at once.

    Attributes:
        where: the address for messages, without a password.
        origin: the program that works with it, for the audit log.
    """

    def __init__(self, engine: Engine, where: str) -> None:
        self.engine = engine
        self.where = where
        self.origin = "library"
        self._writer = engine.execution_options(**{_WRITE: True})

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a file rather than a PostgreSQL database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the store."""
        with one_line_errors(self.where), Session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are committed together at the end with their rows of the audit log, or
        not at all.
        """
        info = {"origin": self.origin}
        with one_line_errors(self.where), AuditedSession(self._writer, info=info) as session, session.begin():
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A bare connection that sees one state of the store for as long as it lasts, for copies of it."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with one_line_errors(self.where), self.engine.connect() as bare:
            connection = bare.execution_options(**level) if level else bare
            with connection.begin():
                yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A bare connection in a writing transaction, for migrations.

        SQLite checks foreign keys at its end only: a migration may have to build a table anew.
        """
        with one_line_errors(self.where), self._writer.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            if self.is_sqlite:
                raw.execute("PRAGMA foreign_keys = OFF")
            try:
                with connection.begin():
                    yield connection
                    if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                        raise StoreError(
                            "the upgrade would leave rows without what they refer to", self.where
                        )
            finally:
                if self.is_sqlite:
                    raw.execute("PRAGMA foreign_keys = ON")

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()


event.listen(AuditedSession, "before_commit", append_noted)


def parse_address(address: str | Path) -> URL:
    """The database URL of an address: a path, ``sqlite:///…`` or ``postgresql+psycopg://…``.

    Raises:
        StoreError: another kind of database, or a URL that cannot be read.
    """
    if isinstance(address, Path) or "://" not in address:
        return URL.create("sqlite", database=str(Path(address).expanduser()))
    try:
        url = make_url(address)
    except (exc.ArgumentError, ValueError) as error:
        raise StoreError(
            "the address of the store cannot be read", None, "write a path or postgresql+psycopg://…"
        ) from error
    backend = url.get_backend_name()
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StoreError(f"'{backend}' is not a database the store can use", None, "use SQLite or PostgreSQL")
    if not url.database or url.database == ":memory:":
        raise StoreError("a store in memory would be lost", None, "name a file")
    return url


def connect(url: URL) -> Database:
    """The database behind a URL; connections are made on first use.

    Raises:
        MissingExtraError: PostgreSQL is wanted and its driver is not installed.
        StoreError: a SQLite file would lie on a network file system.
    """
    where = (
        url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
    )
    if url.get_backend_name() == "sqlite":
        return Database(_sqlite_engine(url), where)
    try:
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            # A lost machine gives its claims back within a minute, not after the system's two hours.
            connect_args={"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3},
        )
    except ImportError as error:
        raise MissingExtraError.of("postgres", "a store in PostgreSQL") from error
    return Database(engine, where)


def _sqlite_engine(url: URL) -> Engine:
    path = Path(url.database or "")
    kind = network_filesystem(path)
    if kind:
        raise StoreError(
            f"the file would lie on a network file system ({kind}), where SQLite can lose data",
            str(path),
            "use a local disk, or PostgreSQL by --store postgresql+psycopg://…",
        )
    engine = create_engine(
        url, hide_parameters=True, connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_S}
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    mode = cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA recursive_triggers = ON")
    cursor.close()
    if mode != "wal":
        raise StoreError(
            f"the write-ahead log could not be switched on (journal mode is '{mode}')",
            None,
            "keep the store on a local disk, or use PostgreSQL",
        )


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail with "locked" whatever the timeout.
    writes = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def network_filesystem(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str | None:
    """The kind of network file system a path lies on; None when local, or where it cannot be told."""
    if str(path).startswith(("\\\\", "//")):
        return "UNC path"
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    resolved = path.expanduser().resolve()
    best, kind = -1, None
    for line in lines:
        fields = line.split(" ")
        mount = Path(fields[1].replace("\\040", " ")) if len(fields) > 2 else None
        # Of two mounts on one point the later one is seen.
        if mount and resolved.is_relative_to(mount) and len(mount.parts) >= best:
            best, kind = len(mount.parts), fields[2]
    return kind if kind in NETWORK_FILESYSTEMS else None


def prepare_file(path: Path) -> None:
    """Makes the folder and an empty file that only its owner may read: it will hold what callers said.

    Raises:
        StoreError: the folder or the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            f"the store cannot be opened for writing ({error.strerror})",
            str(path),
            "choose a folder that may be written",
        ) from error


@contextmanager
def one_line_errors(where: str) -> Iterator[None]:
    """Turns errors of the database into StoreError, and a value it cannot keep into InputError.

    Parameters are never shown: they may hold what callers said.
    """
    try:
        yield
    except exc.DataError as error:
        raise InputError(
            f"the database cannot keep a value ({str(error.orig).splitlines()[0]})",
            where,
            "correct the input",
        ) from error
    except exc.DBAPIError as error:
        raise translated(error, where) from error
    except exc.SQLAlchemyError as error:
        raise StoreError(f"the store failed ({type(error).__name__})", where, "see --debug") from error


def translated(error: exc.DBAPIError, where: str) -> StoreError:
    """The StoreError for an error of the driver."""
    lines = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
    lowered = lines[0].lower()
    for sign, what, fix in _PROBLEMS:
        if sign in lowered:
            return StoreError(what, where, fix)
    if error.connection_invalidated or "connection" in lowered:
        return StoreError(
            f"the database cannot be reached ({lines[0]})",
            where,
            "check that the server runs and the address",
        )
    return StoreError(f"the database refused ({lines[0]})", where, "see --debug")
