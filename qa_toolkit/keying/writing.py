"""Records written as the CSV with one row a field."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from qa_toolkit.keying.record_files import FIELD_COLUMNS
from qa_toolkit.keying.records import Record


def write_records(path: Path, records: Iterable[Record], *, metadata: Sequence[str] = ()) -> int:
    """Writes records and says how many; ``metadata`` names the metadata that become further columns.

    A place of which nothing can be said is left out.
    """
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*FIELD_COLUMNS, *metadata])
        for record in records:
            count += 1
            more = [record.metadata.get(name, "") for name in metadata]
            for group, member, name, entry in record.entries():
                if entry.state == "unusable":
                    continue
                state = "" if entry.state in ("present", "blank") else entry.state
                writer.writerow([record.id, group, member, name, entry.value, state, *more])
    return count
