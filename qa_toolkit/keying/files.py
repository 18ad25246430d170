"""Two files of records to keying accuracy: what ``qa keying compare`` does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, Final

from qa_toolkit.domain.keying import KeyingAccuracy, Rejected
from qa_toolkit.keying.accuracy import AccuracyCount
from qa_toolkit.keying.comparison import RecordComparer
from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.keying.layout_files import LoadedLayout
from qa_toolkit.keying.record_files import RecordFile, open_records
from qa_toolkit.keying.records import Record, Rejection

CHUNK: Final = 200
"""Records that are compared and added up at a time."""


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
    rejected = _as_rejected([each for file in files for each in file.rejected])
    both = paired_ids(files[0], files[1])
    rejected += only_in_one(files[0], files[1])
    counter = _ChunkCounter(loaded, show_identifiers=show_identifiers)
    done = 0
    for part, faults, records in _counted(files[0], files[1], counter, both, workers):
        count.merge(part)
        rejected += _as_rejected(faults)
        done += records
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


def read_pairs(
    keyed: Path,
    reference: Path,
    layout: RecordLayout,
    *,
    encoding: str = "utf-8",
    rejected: list[Rejected] | None = None,
) -> Iterator[tuple[Record, Record]]:
    """Keyed and reference records that both files have and that can be read.

    Args:
        encoding: of CSV files.
        rejected: gets every row and record that is left out, with the reason.
    """
    one, other = (open_records(path, layout, encoding=encoding) for path in (keyed, reference))
    left_out = [] if rejected is None else rejected
    left_out += _as_rejected([*one.rejected, *other.rejected])
    left_out += only_in_one(one, other)
    for each in paired_ids(one, other):
        (k, of_keyed), (r, of_reference) = one.read(each), other.read(each)
        left_out += _as_rejected([*of_keyed, *of_reference])
        k = with_metadata(k, layout)
        if k is not None and r is not None:
            yield k, r


def _as_rejected(found: Sequence[Rejection]) -> list[Rejected]:
    return [Rejected(each.input, each.record, each.reason) for each in found]


def with_metadata(record: Record | None, layout: RecordLayout) -> Record | None:
    """The record with the metadata that stand in its fields; None for a record that could not be read."""
    if record is None or not layout.metadata_fields:
        return record
    found = dict(record.metadata)
    for name, place in layout.metadata_fields.items():
        group, _, spec = place.partition(".")
        value = record.entry(group, "", spec).value
        if value:
            found.setdefault(name, value)
    return Record(record.id, record.groups, found)


_Part = tuple[RecordFile, RecordFile, Sequence[str]]
_Counted = tuple[AccuracyCount, list[Rejection], int]
"""What a chunk of records gave, its bad rows, and how many records it had."""


class _ChunkCounter:
    """Compares a chunk of records and adds them up."""

    def __init__(self, loaded: LoadedLayout, *, show_identifiers: bool) -> None:
        self.loaded, self.show_identifiers = loaded, show_identifiers
        self.comparer = RecordComparer(loaded.layout, show_identifiers=show_identifiers)

    def __reduce__(self) -> tuple[Any, ...]:
        return _chunk_counter, (self.loaded, self.show_identifiers)

    def count(self, part: _Part) -> _Counted:
        keyed, reference, ids = part
        counted, rejected = AccuracyCount(self.loaded), []
        for each in ids:
            k, bad_keyed = keyed.read(each)
            r, bad_reference = reference.read(each)
            rejected += [*bad_keyed, *bad_reference]
            one = with_metadata(k, self.loaded.layout)
            if one is not None and r is not None:
                counted.add(self.comparer.compare(one, r))
        return counted, rejected, len(ids)


def _chunk_counter(loaded: LoadedLayout, show_identifiers: bool) -> _ChunkCounter:  # noqa: FBT001
    return _ChunkCounter(loaded, show_identifiers=show_identifiers)


_of_process: list[_ChunkCounter] = []
"""The counter of a worker process; sent once, as every chunk needs the whole layout."""


def _take(counter: _ChunkCounter) -> None:
    _of_process[:] = [counter]


def _count(part: _Part) -> _Counted:
    return _of_process[0].count(part)


def _counted(
    keyed: RecordFile, reference: RecordFile, counter: _ChunkCounter, ids: Sequence[str], workers: int
) -> Iterator[_Counted]:
    chunks = (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))
    if workers < 2 or len(ids) <= CHUNK:
        yield from (counter.count((keyed, reference, chunk)) for chunk in chunks)
        return
    parts = ((keyed.part(chunk), reference.part(chunk), chunk) for chunk in chunks)
    with ProcessPoolExecutor(workers, initializer=_take, initargs=(counter,)) as pool:
        # Few chunks wait at a time, so that memory does not grow with the file.
        waiting = deque(pool.submit(_count, part) for part in islice(parts, 3 * workers))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(_count, part) for part in islice(parts, 1))
