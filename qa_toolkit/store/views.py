"""Filters that users keep under a name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from qa_toolkit.errors import ConflictError
from qa_toolkit.store import writing
from qa_toolkit.store.audit import note
from qa_toolkit.store.desk_records import SavedView
from qa_toolkit.store.desk_tables import SavedViewRow

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database


class Views:
    """Saved views, each user's own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self, page: str, name: str, filters: Mapping[str, object], *, by: str, version: int | None = None
    ) -> SavedView:
        """Keeps filters of a page under a name.

        Args:
            version: of the view that is changed; None for a new one.

        Raises:
            ConflictError: the name is taken, or the view was changed in another window.
        """
        with self._database.writing() as session:
            row = session.get(SavedViewRow, (by, page, name), with_for_update=True)
            if (None if row is None else row.version) != version:
                what = "is gone" if row is None else f"was saved at {writing.time_text(row.updated_at)}"
                raise ConflictError(f"the view '{name}' {what}", page, "load it again or give another name")
            if row is None:
                row = SavedViewRow(owner=by, page=page, name=name, version=0)
                session.add(row)
            row.filters_json = json.dumps(dict(filters), ensure_ascii=False, sort_keys=True, allow_nan=False)
            row.version, row.updated_at = row.version + 1, writing.now()
            digest = writing.text_sha256(row.filters_json)
            note(session, by, "view.save", "view", page, digest=digest, version=row.version)
            session.flush()
            return _view_of(row)

    def all(self, page: str, *, by: str) -> tuple[SavedView, ...]:
        """A user's views of a page by name."""
        query = select(SavedViewRow).where(SavedViewRow.owner == by, SavedViewRow.page == page)
        with self._database.reading() as session:
            return tuple(_view_of(row) for row in session.scalars(query.order_by(SavedViewRow.name)))

    def drop(self, page: str, name: str, *, by: str) -> None:
        """Drops one's own view; nothing happens when there is none."""
        own = (SavedViewRow.owner == by) & (SavedViewRow.page == page) & (SavedViewRow.name == name)
        with self._database.writing() as session:
            gone = session.execute(delete(SavedViewRow).where(own))
            if gone.rowcount:  # type: ignore[attr-defined]  # a DELETE gives a cursor result
                note(session, by, "view.drop", "view", page)


def _view_of(row: SavedViewRow) -> SavedView:
    return SavedView(row.owner, row.page, row.name, json.loads(row.filters_json), row.version, row.updated_at)
