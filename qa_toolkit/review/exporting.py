"""Tables that leave the store: permitted, read, written down in the audit log with the hash of what left."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO

from qa_toolkit.errors import UsageError
from qa_toolkit.review.permissions import Action, permit_among_users
from qa_toolkit.store.export_rows import ExportFilter

if TYPE_CHECKING:
    from qa_toolkit.store import Store

Table = tuple[str, Sequence[str], Iterable[Mapping[str, Any]]]
"""Name, columns and rows."""

_ALSO_NEEDED = {
    "audit": Action.VIEW_AUDIT,
    "users": Action.VIEW_PEOPLE,
    "agents": Action.VIEW_PEOPLE,
}
_FREE = frozenset({"audit"})
"""What an auditor takes out without the permission to export calls."""


@dataclass(frozen=True, slots=True)
class ExportMade:
    """What left the store: rows of each table, and the sha256 of the whole."""

    tables: Mapping[str, int]
    sha256: str


def export_tables(
    store: Store,
    names: Sequence[str],
    file: BinaryIO,
    render: Callable[[Sequence[Table], BinaryIO], None],
    *,
    by: str,
    wanted: ExportFilter | None = None,
    as_name: str = "",
) -> ExportMade:
    """Writes tables of the store to a file; the audit log knows before it is handed out.

    Args:
        names: of ``qa_toolkit.store.exporting.EXPORTS``.
        file: opened for writing and reading; whoever opened it throws it away when this raises.
        render: puts tables into the file in some format (``qa_toolkit.reports.table_files``).
        as_name: the file's name, for the audit log.

    Raises:
        UsageError: a table is not known, or does not know a filter that was given.
        PermissionRefusedError: the role of ``by`` does not allow it.
    """
    from qa_toolkit.store.exporting import EXPORTS

    given = replace(wanted or ExportFilter(), viewer=by)
    _check(names, given)
    _permit(store, names, by)
    counted: dict[str, int] = dict.fromkeys(names, 0)
    with store.database.reading() as session:
        tables = [
            (name, EXPORTS[name].columns, _counting(EXPORTS[name].read(session, given), name, counted))
            for name in names
        ]
        render(tables, file)
    file.flush()
    file.seek(0)
    digest = _sha256(file)
    filters = {name: value for name, value in asdict(given).items() if value is not None and name != "viewer"}
    store.audit.record(
        "export.write",
        "export",
        as_name or ",".join(names),
        by=by,
        digest=digest,
        rows=counted,
        filters=filters,
    )
    return ExportMade(counted, digest)


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while part := file.read(1 << 20):
        digest.update(part)
    return digest.hexdigest()


def _check(names: Sequence[str], given: ExportFilter) -> None:
    from qa_toolkit.store.exporting import EXPORTS

    if not names:
        raise UsageError("nothing to export", None, f"name one or more of {', '.join(EXPORTS)}")
    for name in names:
        if name not in EXPORTS:
            raise UsageError(f"there is no table '{name}'", None, f"one of {', '.join(EXPORTS)}")
        for field, value in asdict(given).items():
            if value is not None and field != "viewer" and field not in EXPORTS[name].filters:
                known = ", ".join(sorted(EXPORTS[name].filters)) or "none"
                raise UsageError(f"'{name}' cannot be filtered by {field}", None, f"it knows: {known}")


def _permit(store: Store, names: Sequence[str], by: str) -> None:
    if not _FREE.issuperset(names):
        permit_among_users(store, by, Action.EXPORT)
    for name in names:
        if name in _ALSO_NEEDED:
            permit_among_users(store, by, _ALSO_NEEDED[name])


def _counting(
    rows: Iterable[Mapping[str, Any]], name: str, counted: dict[str, int]
) -> Iterable[Mapping[str, Any]]:
    for row in rows:
        counted[name] += 1
        yield row
