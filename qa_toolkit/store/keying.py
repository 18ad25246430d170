"""Rulings on keyed fields, and the lots of each stream, as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from qa_toolkit.errors import ConflictError, InputError, PermissionRefusedError
from qa_toolkit.store import writing
from qa_toolkit.store.audit import note
from qa_toolkit.store.desk_records import KeyingAdjudication, KeyingLot
from qa_toolkit.store.desk_tables import KeyingAdjudicationRow, KeyingLotRow

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database

_RULING = tuple(each.name for each in fields(KeyingAdjudication))
_LOT = tuple(each.name for each in fields(KeyingLot))
_MADE_HERE = {"id", "created_at"}


class Keying:
    """Adjudications and lots; both are only ever added."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def adjudicate(self, rulings: Sequence[KeyingAdjudication], *, by: str | None = None) -> tuple[int, ...]:
        """Adds rulings, all or none; their ids.

        Args:
            by: who is recorded; the adjudicator where absent.

        Raises:
            PermissionRefusedError: the adjudicator keyed or read the field.
            ConflictError: a field has a ruling that is not superseded, or one was superseded meanwhile.
        """
        with self._database.writing() as session:
            _hold(session, "keying_adjudications")
            numbers = [_add_ruling(session, each) for each in rulings]
            if rulings:
                who = by or rulings[0].adjudicator
                applications = sorted({each.application for each in rulings})
                about = applications[0] if len(applications) == 1 else f"{len(applications)} applications"
                note(session, who, "keying.adjudicate", "application", about, rulings=numbers)
        return tuple(numbers)

    def adjudications(
        self,
        application: str | None = None,
        *,
        layout: str | None = None,
        adjudicator: str | None = None,
        current: bool = True,
    ) -> tuple[KeyingAdjudication, ...]:
        """Rulings in the order they were made.

        Args:
            current: leave out what was superseded.
        """
        query = select(KeyingAdjudicationRow)
        given = {"application": application, "layout": layout, "adjudicator": adjudicator}
        for name, value in given.items():
            if value is not None:
                query = query.where(getattr(KeyingAdjudicationRow, name) == value)
        if current:
            query = query.where(KeyingAdjudicationRow.id.not_in(_superseded()))
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(KeyingAdjudicationRow.id))
            return tuple(KeyingAdjudication(**{name: getattr(row, name) for name in _RULING}) for row in rows)

    def record_lot(self, lot: KeyingLot) -> int:
        """Adds what inspecting a lot led to; its id.

        Raises:
            ConflictError: the lot is in the stream already.
        """
        with self._database.writing() as session:
            _hold(session, "keying_lots")
            known = select(KeyingLotRow).where(KeyingLotRow.stream == lot.stream, KeyingLotRow.lot == lot.lot)
            earlier = session.scalars(known).first()
            if earlier is not None:
                when = writing.time_text(earlier.created_at)
                raise ConflictError(
                    f"{earlier.created_by} recorded lot '{lot.lot}' at {when}", lot.stream, "name another lot"
                )
            row = KeyingLotRow(**_given(lot, _LOT), created_at=writing.now())
            session.add(row)
            session.flush()
            facts: dict[str, Any] = {"inspection": lot.inspection, "decision": lot.decision}
            note(session, lot.created_by, "keying.lot", "lot", f"{lot.stream}/{lot.lot}", **facts)
            return row.id

    def lots(self, stream: str | None = None) -> tuple[KeyingLot, ...]:
        """Lots of a stream (or of all), the oldest first."""
        query = select(KeyingLotRow)
        if stream is not None:
            query = query.where(KeyingLotRow.stream == stream)
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(KeyingLotRow.id))
            return tuple(KeyingLot(**{name: getattr(row, name) for name in _LOT}) for row in rows)


def _add_ruling(session: Session, ruling: KeyingAdjudication) -> int:
    if ruling.adjudicator in {ruling.operator, ruling.second_by}:
        raise PermissionRefusedError(
            f"'{ruling.adjudicator}' keyed or read {ruling.field_path} of {ruling.application}",
            None,
            "a third person adjudicates",
        )
    _refuse_ruled(session, ruling)
    row = KeyingAdjudicationRow(**_given(ruling, _RULING), created_at=writing.now())
    session.add(row)
    session.flush()
    return row.id


def _refuse_ruled(session: Session, ruling: KeyingAdjudication) -> None:
    where = f"{ruling.application} {ruling.field_path}"
    query = select(KeyingAdjudicationRow).where(
        KeyingAdjudicationRow.application == ruling.application,
        KeyingAdjudicationRow.field_path == ruling.field_path,
        KeyingAdjudicationRow.layout == ruling.layout,
        KeyingAdjudicationRow.id.not_in(_superseded()),
    )
    current = session.scalars(query).first()
    if ruling.supersedes is not None and session.get(KeyingAdjudicationRow, ruling.supersedes) is None:
        raise InputError(f"there is no ruling {ruling.supersedes}", where, "name the one you replace")
    if (None if current is None else current.id) != ruling.supersedes:
        who = "nobody" if current is None else current.adjudicator
        when = "" if current is None else f" at {writing.time_text(current.created_at)}"
        number = "" if current is None else f" (ruling {current.id})"
        raise ConflictError(f"{who} ruled on it{when}{number}", where, "supersede the ruling that holds")


def _superseded() -> Any:
    return select(KeyingAdjudicationRow.supersedes).where(KeyingAdjudicationRow.supersedes.is_not(None))


def _hold(session: Session, table: str) -> None:
    """Keeps other writers of the table waiting; a SQLite file has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))


def _given(record: KeyingAdjudication | KeyingLot, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names if name not in _MADE_HERE}
