"""Two files of records to keying accuracy: what ``qa keying compare`` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Final

from qa_toolkit.domain.keying import KeyingAccuracy, Rejected
from qa_toolkit.keying.accuracy import AccuracyCount
from qa_toolkit.keying.comparison import RecordComparer, RecordComparison
from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.keying.layout_files import LoadedLayout
from qa_toolkit.keying.record_files import RecordFile, open_records
from qa_toolkit.keying.records import Record, Rejection

CHUNK: Final = 200
"""Records a worker compares at a time."""

Compared = tuple[RecordComparison | None, list[Rejection]]


def compare_files(
    keyed: Path,
    reference: Path,
    loaded: LoadedLayout,
    *,
    encoding: str = "utf-8",
    show_identifiers: bool = False,
    workers: int = 1,
    on_record: Callable[[int, int], None] | None = None,
) -> KeyingAccuracy:
    """The accuracy of the keyed records, with every discrepancy.

    Records are taken in the order of the reference. A record that only one file has, or that cannot be read,
    is rejected with a reason; the rest goes on.

    Args:
        encoding: of CSV files.
        show_identifiers: Social Security and taxpayer numbers in full instead of their last four digits.
        workers: processes; the result does not depend on it.
        on_record: called with records done and records in all.

    Raises:
        RecordError: a file cannot be read at all.
        MissingExtraError: a format needs the extra ``tables``.
    """
    files = [open_records(path, loaded.layout, encoding=encoding) for path in (keyed, reference)]
    count = AccuracyCount(loaded)
    rejected = [Rejected(r.input, r.record, r.reason) for file in files for r in file.rejected]
    both = paired_ids(files[0], files[1])
    rejected += only_in_one(files[0], files[1])
    for done, (comparison, faults) in enumerate(
        _compared(
            files[0], files[1], loaded.layout, both, show_identifiers=show_identifiers, workers=workers
        ),
        start=1,
    ):
        rejected += [Rejected(r.input, r.record, r.reason) for r in faults]
        if comparison is not None:
            count.add(comparison)
        if on_record is not None:
            on_record(done, len(both))
    return count.result(rejected, [warning for file in files for warning in file.warnings])


def paired_ids(keyed: RecordFile, reference: RecordFile) -> list[str]:
    """Ids that both files have, in the order of the reference."""
    known = set(keyed.ids)
    return [each for each in reference.ids if each in known]


def only_in_one(keyed: RecordFile, reference: RecordFile) -> list[Rejected]:
    """Records without a counterpart."""
    made = []
    for one, other in ((keyed, reference), (reference, keyed)):
        known = set(other.ids)
        where = f"only in {one.name}, not in {other.name}: there is nothing to compare it with"
        made += [Rejected(one.name, each, where) for each in one.ids if each not in known]
    return made


def read_pairs(keyed: Path, reference: Path, layout: RecordLayout) -> Iterator[tuple[Record, Record]]:
    """Keyed and reference records that both files have and that can be read."""
    one, other = open_records(keyed, layout), open_records(reference, layout)
    for each in paired_ids(one, other):
        k, r = with_metadata(one.read(each)[0], layout), other.read(each)[0]
        if k is not None and r is not None:
            yield k, r


def with_metadata(record: Record | None, layout: RecordLayout) -> Record | None:
    """The record with the metadata that stand in its fields."""
    if record is None or not layout.metadata_fields:
        return record
    found = dict(record.metadata)
    for name, place in layout.metadata_fields.items():
        group, _, spec = place.partition(".")
        value = record.entry(group, "", spec).value
        if value:
            found.setdefault(name, value)
    return Record(record.id, record.groups, found)


def _compared(
    keyed: RecordFile,
    reference: RecordFile,
    layout: RecordLayout,
    ids: Sequence[str],
    *,
    show_identifiers: bool,
    workers: int,
) -> Iterator[Compared]:
    if workers < 2 or len(ids) <= CHUNK:
        yield from _each(keyed, reference, layout, ids, show_identifiers=show_identifiers)
        return
    parts = iter(
        (keyed.part(ids[at : at + CHUNK]), reference.part(ids[at : at + CHUNK]), ids[at : at + CHUNK])
        for at in range(0, len(ids), CHUNK)
    )
    with ProcessPoolExecutor(workers) as pool:
        # Few chunks wait at a time, so that memory does not grow with the file.
        waiting = [_submit(pool, part, layout, show_identifiers) for part in islice(parts, 3 * workers)]
        while waiting:
            yield from waiting.pop(0).result()
            waiting += [_submit(pool, part, layout, show_identifiers) for part in islice(parts, 1)]


_Part = tuple[RecordFile, RecordFile, Sequence[str]]


def _submit(
    pool: ProcessPoolExecutor,
    part: _Part,
    layout: RecordLayout,
    show_identifiers: bool,  # noqa: FBT001
) -> Future[list[Compared]]:
    return pool.submit(_chunk, part[0], part[1], layout, part[2], show_identifiers)


def _chunk(
    keyed: RecordFile,
    reference: RecordFile,
    layout: RecordLayout,
    ids: Sequence[str],
    show_identifiers: bool,  # noqa: FBT001
) -> list[Compared]:
    return list(_each(keyed, reference, layout, ids, show_identifiers=show_identifiers))


def _each(
    keyed: RecordFile,
    reference: RecordFile,
    layout: RecordLayout,
    ids: Sequence[str],
    *,
    show_identifiers: bool,
) -> Iterator[Compared]:
    comparer = RecordComparer(layout, show_identifiers=show_identifiers)
    for each in ids:
        k, bad_keyed = keyed.read(each)
        r, bad_reference = reference.read(each)
        faults = [*bad_keyed, *bad_reference]
        one = with_metadata(k, layout)
        yield (comparer.compare(one, r) if one is not None and r is not None else None), faults
