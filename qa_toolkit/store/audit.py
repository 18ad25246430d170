"""The audit log: who did what to which record, when and from where, in a chain of hashes.

It holds ids, hashes and codes, never what callers or reviewers said. Rows are appended as the last thing of
the transaction that makes the change, so that both are there or neither is.
"""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from qa_toolkit.store.people_tables import AuditRow

GENESIS = "0" * 64
"""What the first row names as the hash before it."""

_CHAIN_LOCK = 0x51414155  # any fixed number: writers of one PostgreSQL database append one after another
_NOTED = "audit"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the log.

    Attributes:
        id: position, from 1 without gaps.
        at: ISO time, UTC.
        origin: the program and the machine it ran on.
        digest: sha256 of the content that was saved or handed out; None where there is none.
        facts: JSON of further ids, states and codes.
        previous: hash of the row before.
        hash: sha256 over all of the above.
    """

    id: int
    at: str
    who: str
    origin: str
    action: str
    record_kind: str
    record: str
    digest: str | None
    facts: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last row at some time; kept elsewhere, it shows later that nothing was cut off or written anew."""

    id: int
    hash: str

    def __str__(self) -> str:
        return f"{self.id} {self.hash}"


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What verifying the log found.

    Attributes:
        rows: how many rows were good before the first broken one.
        head: the last good row; None for an empty log.
        broken: id of the first broken row, or the place where a row is missing; None when the chain is whole.
        reason: what is wrong with it.
    """

    rows: int
    head: AuditHead | None
    broken: int | None = None
    reason: str | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.broken is None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows a page shows; a value of None does not restrict.

    Attributes:
        action: the whole name, or a beginning that ends in a dot (``rubric.``).
        first_day, last_day: ISO days in UTC, both included.
    """

    who: str | None = None
    action: str | None = None
    kind: str | None = None
    record: str | None = None
    first_day: str | None = None
    last_day: str | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Rows of a page, the newest first, and how many there are in all."""

    rows: tuple[AuditEntry, ...]
    total: int


class AuditedSession(Session):
    """A writing session; what was noted is appended to the log just before the commit."""


def note(
    session: Session,
    who: str,
    action: str,
    record_kind: str,
    record: object,
    /,
    *,
    digest: str | None = None,
    **facts: Any,
) -> None:
    """Remembers something for the log; it is written when the session commits.

    Args:
        facts: ids, states, codes and hashes; never content.
    """
    known = {name: value for name, value in facts.items() if value is not None}
    told = json.dumps(known, ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(",", ":"))
    session.info.setdefault(_NOTED, []).append((who, action, record_kind, str(record), digest, told))


def append_noted(session: Session) -> None:
    """Appends what was noted. Locks of rows come first (flush), the log's last: no two writers deadlock."""
    noted = session.info.pop(_NOTED, None)
    if not noted:
        return
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    last = connection.execute(_LAST).first()
    number, previous = (last.id, last.hash) if last is not None else (0, GENESIS)
    origin = session.info.get("origin", "library")
    rows = []
    for who, action, record_kind, record, digest, told in noted:
        number += 1
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        row = (number, at, who, f"{origin}@{_machine()}", action, record_kind, record, digest, told, previous)
        previous = row_hash(row)
        rows.append(dict(zip(_COLUMNS, (*row, previous), strict=True)))
    connection.execute(insert(AuditRow), rows)


def row_hash(row: Sequence[object]) -> str:
    """Hash of the columns of a row but the last, in their order."""
    return hashlib.sha256(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def verify(entries: Iterable[AuditEntry], anchors: Iterable[AuditHead] = ()) -> AuditCheck:
    """Checks rows in the order of their ids.

    Args:
        anchors: heads noted earlier and kept elsewhere. Without one, rows cut off the end (or a log written
            anew from some row on) cannot be told from a shorter log.
    """
    expected = {anchor.id: anchor.hash for anchor in anchors}
    number, previous = 0, GENESIS
    for entry in entries:
        reason = _fault(entry, number + 1, previous, expected)
        if reason is not None:
            broken = number + 1 if entry.id > number + 1 else entry.id
            return AuditCheck(number, _head(number, previous), broken, reason)
        number, previous = entry.id, entry.hash
    beyond = [anchor for anchor in expected if anchor > number]
    if beyond:
        reason = f"the log ends at row {number}, an anchor names row {max(beyond)}"
        return AuditCheck(number, _head(number, previous), number + 1, reason)
    return AuditCheck(number, _head(number, previous))


def _fault(entry: AuditEntry, number: int, previous: str, anchors: dict[int, str]) -> str | None:
    if entry.id != number:
        return f"row {number} is missing" if entry.id > number else "the row is out of order"
    if entry.previous != previous:
        return "it does not follow the row before it"
    if row_hash(astuple(entry)[:-1]) != entry.hash:
        return "its content was changed"
    if anchors.get(number, entry.hash) != entry.hash:
        return "it is not the row that was anchored"
    return None


def _head(number: int, last: str) -> AuditHead | None:
    return AuditHead(number, last) if number else None


def entries(session: Session, *, kind: str | None = None, record: str | None = None) -> Iterator[AuditEntry]:
    """Rows in the order of their ids, all or those about one record."""
    query = select(*(getattr(AuditRow, name) for name in _COLUMNS)).order_by(AuditRow.id)
    if kind is not None:
        query = query.where(AuditRow.record_kind == kind)
    if record is not None:
        query = query.where(AuditRow.record == record)
    with session.execute(query.execution_options(yield_per=1000)) as found:
        for row in found:
            yield AuditEntry(*row)


def page(session: Session, wanted: AuditFilter, *, limit: int | None, offset: int) -> AuditPage:
    """Rows that fit, the newest first."""
    conditions = _conditions(wanted)
    columns = [getattr(AuditRow, name) for name in _COLUMNS]
    query = select(*columns).where(*conditions).order_by(AuditRow.id.desc()).limit(limit).offset(offset)
    total = session.scalar(select(func.count()).select_from(AuditRow).where(*conditions)) or 0
    return AuditPage(tuple(AuditEntry(*row) for row in session.execute(query)), total)


def _conditions(wanted: AuditFilter) -> list[Any]:
    equal = {AuditRow.who: wanted.who, AuditRow.record_kind: wanted.kind, AuditRow.record: wanted.record}
    given: list[Any] = [column == value for column, value in equal.items() if value is not None]
    if wanted.action is not None and wanted.action.endswith("."):
        given.append(AuditRow.action.startswith(wanted.action, autoescape=True))
    elif wanted.action is not None:
        given.append(AuditRow.action == wanted.action)
    if wanted.first_day is not None:
        given.append(AuditRow.at >= wanted.first_day)
    if wanted.last_day is not None:
        given.append(AuditRow.at < f"{wanted.last_day}U")  # after every time of that day, before the next day
    return given


def head(session: Session) -> AuditHead | None:
    """The last row; None for an empty log."""
    found: Any = session.execute(_LAST).first()
    return None if found is None else AuditHead(found.id, found.hash)


@lru_cache(maxsize=1)
def _machine() -> str:
    return socket.gethostname()


_COLUMNS = tuple(each.name for each in fields(AuditEntry))
_LAST = select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)
