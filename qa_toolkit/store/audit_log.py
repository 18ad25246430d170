"""The audit log of a store, for those who write into it, read it and check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qa_toolkit.store import audit

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database


class AuditLog:
    """Who did what to which record. What the store changes it notes by itself, in the same transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        action: str,
        kind: str,
        record: str,
        *,
        by: str,
        digest: str | None = None,
        **facts: object,
    ) -> None:
        """Notes that something was seen, played or handed out, which the store cannot see by itself.

        Args:
            action: such as ``interaction.view``, ``audio.play``, ``report.write``.
            kind, record: what it was done to, such as ``interaction`` and its id.
            digest: sha256 of what was handed out.
            facts: ids, codes and hashes; never content.
        """
        with self._database.writing() as session:
            audit.note(session, by, action, kind, record, digest=digest, **facts)

    def head(self) -> audit.AuditHead | None:
        """The last row; None while the log is empty."""
        with self._database.reading() as session:
            return audit.head(session)

    def entries(self, *, kind: str | None = None, record: str | None = None) -> Iterator[audit.AuditEntry]:
        """Rows in their order, all or those about one record."""
        with self._database.reading() as session:
            yield from audit.entries(session, kind=kind, record=record)

    def page(
        self, wanted: audit.AuditFilter | None = None, *, limit: int | None = 50, offset: int = 0
    ) -> audit.AuditPage:
        """Rows that fit, the newest first, and how many there are in all."""
        with self._database.reading() as session:
            return audit.page(session, wanted or audit.AuditFilter(), limit=limit, offset=offset)

    def verify(self, anchors: Sequence[audit.AuditHead] = ()) -> audit.AuditCheck:
        """Whether the log is whole, and still holds every head that was kept elsewhere."""
        with self._database.reading() as session:
            return audit.verify(audit.entries(session), anchors)
