"""What an analyst should look at first: where a keyed record and the reading of its scan differ.

The reading is a second opinion. A difference may be the operator's or the machine's; the order says where a
look is likeliest to pay, nothing else. Nothing of it enters accuracy or a score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from qa_toolkit.domain.case import Discrepancy
from qa_toolkit.domain.keying import Rejected
from qa_toolkit.domain.scans import SECOND_OPINION, FieldReading, ScannedRecord, ScanReadings
from qa_toolkit.keying.files import with_metadata
from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.keying.record_files import open_records
from qa_toolkit.keying.records import Entry, Record
from qa_toolkit.keying.scans.fitting import looks_alike
from qa_toolkit.keying.scans.pairing import ScanComparer

WEIGHTS: Final[Mapping[str, float]] = {"A": 3.0, "B": 2.0, "C": 1.0}
CLEAR: Final = 1.0
DOUBTFUL: Final = 0.4
ALIKE: Final = 0.3
FOLLOWS: Final = 0.2

Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class WorklistItem:
    """One place to look at.

    Attributes:
        priority: criticality (A 3, B 2, C 1) times how clear the difference is (0-1); no probability.
        why: what the order rests on.
        page, file, number, box: where it is on the form and in the scan; None where the place has no reading.
    """

    record: str
    group: str
    member: str | None
    field: str
    criticality: str
    kind: str
    keyed: str | None
    read: str | None
    confidence: float | None
    priority: float
    why: str
    root: str | None = None
    page: int | None = None
    file: str | None = None
    number: int | None = None
    box: tuple[int, int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class WorklistCounts:
    """What one record's reading could be held against: fields compared, those that differ, those not read."""

    record: str
    compared: int
    differing: int
    unread: int
    missing_pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Worklist:
    """All places to look at, the most pressing first."""

    items: tuple[WorklistItem, ...]
    records: tuple[WorklistCounts, ...]
    rejected: tuple[Rejected, ...] = ()
    note: str = SECOND_OPINION
    schema: Literal["qa-toolkit/keying-worklist/1"] = "qa-toolkit/keying-worklist/1"


def worklist_of_file(
    keyed: Path,
    readings: ScanReadings,
    layout: RecordLayout,
    *,
    encoding: str = "utf-8",
    show_identifiers: bool = False,
) -> Worklist:
    """The worklist of a file of keyed records: of those that have a scan.

    A scan without a record is rejected.

    Raises:
        RecordError: the file cannot be read at all.
    """
    records = open_records(keyed, layout, encoding=encoding)
    known = set(records.ids)
    comparer = ScanComparer(layout)
    items: list[WorklistItem] = []
    counts: list[WorklistCounts] = []
    rejected = [Rejected(r.input, r.record, r.reason) for r in records.rejected]
    for scanned in readings.records:
        if scanned.record not in known:
            where = scanned.pages[0].file if scanned.pages else "scan"
            rejected.append(Rejected(where, scanned.record, f"no record of this id in {records.name}"))
            continue
        record, faults = records.read(scanned.record)
        rejected += [Rejected(fault.input, fault.record, fault.reason) for fault in faults]
        whole = with_metadata(record, layout)
        if whole is not None:
            found, count = differences(whole, scanned, comparer, show_identifiers=show_identifiers)
            items += found
            counts.append(count)
    items.sort(key=lambda item: -item.priority)
    return Worklist(tuple(items), tuple(counts), tuple(rejected))


def differences(
    keyed: Record, scanned: ScannedRecord, comparer: ScanComparer, *, show_identifiers: bool = False
) -> tuple[list[WorklistItem], WorklistCounts]:
    """Where a keyed record and a reading differ, over the places that were read, in the order of the form."""
    readings = {(r.group, r.member, r.field): r for r in scanned.fields}
    places = {place for place, reading in readings.items() if reading.state != "unread"}
    # An empty place for a signature says the same as a field nobody filled.
    unsigned = {
        place
        for place in places
        if readings[place].value == "absent" and keyed.entry(*place).state == "blank"
    }
    compared = comparer.compare(_kept(keyed, places), _as_record(scanned, places - unsigned))
    hidden = comparer.rules.fields
    items = []
    for each in compared:
        item = _item(each, readings.get((each.group, each.member or "", each.field)))
        if not show_identifiers and each.field:
            rules = hidden[each.group][each.field]
            item = replace(
                item,
                keyed=None if item.keyed is None else rules.shown(item.keyed),
                read=None if item.read is None else rules.shown(item.read),
            )
        items.append(item)
    differing = sum(bool(item.field) for item in items)
    unread = len(readings) - len(places)
    return items, WorklistCounts(keyed.id, len(places), differing, unread, scanned.missing_pages)


def _item(each: Discrepancy, reading: FieldReading | None) -> WorklistItem:
    clear, why = _clearness(each, reading)
    return WorklistItem(
        record=each.record,
        group=each.group,
        member=each.member,
        field=each.field,
        criticality=each.criticality,
        kind=each.kind,
        keyed=each.keyed,
        read=each.reference,
        confidence=None if reading is None else reading.confidence,
        priority=round(WEIGHTS.get(each.criticality, 1.0) * clear, 2),
        why=why,
        root=each.root,
        page=None if reading is None else reading.page,
        file=None if reading is None else reading.file,
        number=None if reading is None else reading.number,
        box=None if reading is None else reading.box,
    )


def _clearness(each: Discrepancy, reading: FieldReading | None) -> tuple[float, str]:
    if each.root is not None:
        return FOLLOWS, f"follows from {each.root}"
    if reading is not None and reading.doubtful:
        return DOUBTFUL, f"the reading is doubtful: {reading.reason}"
    if each.keyed and each.reference and looks_alike(each.keyed, each.reference):
        return ALIKE, "differs only in characters that are often misread"
    return CLEAR, "reading and keyed value differ clearly"


def _kept(record: Record, places: set[Place]) -> Record:
    """The record with the places that were read, and nothing else."""
    groups: dict[str, dict[str, dict[str, Entry]]] = {}
    for group, member, name, entry in record.entries():
        if (group, member, name) in places:
            groups.setdefault(group, {}).setdefault(member, {})[name] = entry
    return Record(record.id, groups, record.metadata)


def _as_record(scanned: ScannedRecord, places: Iterable[Place]) -> Record:
    wanted = set(places)
    groups: dict[str, dict[str, dict[str, Entry]]] = {}
    for reading in scanned.fields:
        if (reading.group, reading.member, reading.field) in wanted:
            state = reading.state if reading.state != "unread" else "unusable"
            values = groups.setdefault(reading.group, {}).setdefault(reading.member, {})
            values[reading.field] = Entry(reading.value or "", state)
    return Record(scanned.record, groups)
