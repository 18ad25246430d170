"""Source-to-record audit: what a person found on the paper, and how many of the known errors they found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from qa_toolkit.domain.keying import Rejected
from qa_toolkit.domain.keying_checks import Detection, DetectionShare, KeyingCheck
from qa_toolkit.errors import InputError
from qa_toolkit.json_files import read_json
from qa_toolkit.keying.accuracy import AccuracyCount
from qa_toolkit.keying.checks.scope import Fields, Place, cut_to
from qa_toolkit.keying.checks.sheets import AUDIT_COLUMNS, Row, place_rows, read_sheet
from qa_toolkit.keying.comparison import RecordComparer
from qa_toolkit.keying.files import with_metadata
from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.keying.layout_files import LoadedLayout
from qa_toolkit.keying.normalisers import same_value
from qa_toolkit.keying.record_files import open_records
from qa_toolkit.keying.records import BLANK, MARKS, Entry, Record, entry_of
from qa_toolkit.keying.rules import LayoutRules
from qa_toolkit.keying.seeding import seed
from qa_toolkit.statistics import wilson

PLANTED_KINDS: Final = (
    "wrong_value", "transposed", "wrong_code", "missing", "extra", "decimal_shift", "wrong_frequency",
    "wrong_member", "mis_fielded",
)  # fmt: skip
"""Errors a keyer makes in one field; those of whole members would be seen at a glance."""

CHECKS: Final = ("ok", "wrong", *MARKS)
SCHEMA: Final = "qa-toolkit/keying-plant/1"


class PlantedError(NamedTuple):
    """A known error on a sheet: what is shown there, and what was really keyed."""

    record: str
    group: str
    member: str
    field: str
    kind: str
    shown: str
    keyed: str

    @property
    def place(self) -> tuple[str, Place]:
        """The record, and the group, member and field within it."""
        return self.record, (self.group, self.member, self.field)


def plant(
    records: Sequence[Record], layout: RecordLayout, fields: Fields, count: int, random: Random
) -> tuple[list[Record], list[PlantedError]]:
    """The records, cut to the fields, with so many known errors in them (fewer where there is no room).

    At most one error a record more than in any other, so that they lie as scattered as real ones.
    """
    rules = LayoutRules(layout)
    made = {record.id: cut_to(record, fields, rules) for record in records}
    errors: list[PlantedError] = []
    order, misses = [record.id for record in records], 0
    random.shuffle(order)
    while order and len(errors) < count and misses < len(order):
        for each in order:
            if len(errors) == count:
                break
            changed, error = _one(made[each], layout, random, {e.place for e in errors})
            misses = 0 if error else misses + 1
            made[each] = changed
            if error is not None:
                errors.append(error)
    return [made[record.id] for record in records], errors


def _one(
    record: Record, layout: RecordLayout, random: Random, taken: set[tuple[str, Place]]
) -> tuple[Record, PlantedError | None]:
    for kind in random.sample(PLANTED_KINDS, len(PLANTED_KINDS)):
        seeded = seed(record, layout, [kind], random)
        for error in seeded.errors:
            place = (error.group, error.member, error.field)
            if (record.id, place) not in taken:
                shown, keyed = seeded.keyed.entry(*place), record.entry(*place)
                return seeded.keyed, PlantedError(record.id, *place, kind, shown.value, keyed.value)
    return record, None


def audit_rows(records: Sequence[Record], layout: RecordLayout, fields: Fields) -> Iterator[Row]:
    """The rows of an audit sheet: every place of the fields, with what was keyed."""
    for record in records:
        yield from place_rows(record, layout, fields, shown=True)


def plant_document(errors: Sequence[PlantedError], layout: str, draw_seed: int) -> dict[str, object]:
    """The key of a sheet, for whoever scores it; never for the checker."""
    return {"schema": SCHEMA, "layout": layout, "seed": draw_seed, "errors": [e._asdict() for e in errors]}


def read_plant(path: Path) -> list[PlantedError]:
    """The known errors of a sheet.

    Raises:
        InputError: the file is no such key.
    """
    fix = "give the file --key of the draw"
    data = read_json(path, fix)
    try:
        if data["schema"] != SCHEMA:
            raise ValueError(data["schema"])
        return [PlantedError(**each) for each in data["errors"]]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("the file is not the key of a sheet", str(path), fix) from error


@dataclass(slots=True)
class _Checked:
    """The rows of one record: what the checker found, by place."""

    found: dict[Place, Entry | None]
    left: int = 0


def score_audit(
    keyed: Path, sheet: Path, loaded: LoadedLayout, checker: str, planted: Sequence[PlantedError] = ()
) -> KeyingCheck:
    """The accuracy of the keyed records against what a person read on the paper, row by row.

    Only rows with a check count. A known error never counts against the operator: where the checker found
    it, the value on the paper is held against what was really keyed; where not, the field was not audited.

    Raises:
        RecordError: a file cannot be read.
    """
    rejected: list[Rejected] = []
    rows = _read(sheet, loaded.layout, rejected)
    source = open_records(keyed, loaded.layout)
    ids = set(source.ids)
    known = {error.place: error for error in planted}
    comparer, count = RecordComparer(loaded.layout), AccuracyCount(loaded)
    records = 0
    for each, checked in rows.items():
        if each not in ids:
            rejected.append(Rejected(sheet.name, each, f"not in {source.name}"))
            continue
        record, bad = source.read(each)
        rejected += [Rejected(r.input, r.record, r.reason) for r in bad]
        record = with_metadata(record, loaded.layout)
        if record is None:
            continue
        mine = {place: error for (of, place), error in known.items() if of == each}
        count.add(comparer.compare(*_sides(record, checked, mine, comparer.rules)))
        records += 1
    detection = _detection(rows, planted, comparer.rules) if planted else None
    return KeyingCheck(
        purpose="audit",
        layout=loaded.layout.id,
        checker=checker,
        records=records,
        checked=sum(len(each.found) for each in rows.values()),
        unchecked=sum(each.left for each in rows.values()),
        differences=0,
        accuracy=count.result(),
        detection=detection,
        rejected=tuple(rejected),
        warnings=_warnings(rows),
    )


def _warnings(rows: Mapping[str, _Checked]) -> tuple[str, ...]:
    left = sum(each.left for each in rows.values())
    return (f"{left} rows have no check and are in no figure",) if left else ()


def _read(sheet: Path, layout: RecordLayout, rejected: list[Rejected]) -> dict[str, _Checked]:
    rows: dict[str, _Checked] = {}
    for line, row, fault in read_sheet(sheet, AUDIT_COLUMNS):
        place = (row["group"], row["member"], row["field"])
        try:
            if fault is not None:
                raise ValueError(fault)
            found = _found(row, layout)
        except ValueError as error:
            rejected.append(Rejected(f"{sheet.name}:{line}", row["record"] or None, str(error)))
            continue
        record = rows.setdefault(row["record"], _Checked({}))
        if place in record.found:
            reason = f"{'.'.join(p for p in place if p)} stands twice in the sheet"
            rejected.append(Rejected(f"{sheet.name}:{line}", row["record"], reason))
        elif row["check"].strip():
            record.found[place] = found
        else:
            record.left += 1
    return rows


def _found(row: Row, layout: RecordLayout) -> Entry | None:
    """What stands on the paper; None where it is what was keyed."""
    group = layout.by_id.get(row["group"])
    if not row["record"] or group is None or row["field"] not in group.by_id:
        raise ValueError(f"no place '{row['record']} {row['group']}.{row['field']}' in the layout")
    check = row["check"].strip().casefold().replace(" ", "_")
    if check and check not in CHECKS:
        raise ValueError(f"'{row['check']}' is no check: accepted: {', '.join(CHECKS)}, or empty")
    if row["paper"].strip() and check != "wrong":
        raise ValueError(f"a value from the paper beside the check '{check}': accepted: with 'wrong'")
    if check == "wrong":
        return entry_of(row["paper"])
    return entry_of("", check) if check in MARKS else None


def _sides(
    record: Record, checked: _Checked, planted: Mapping[Place, PlantedError], rules: LayoutRules
) -> tuple[Record, Record]:
    """Keyed and reference record, over what was audited."""
    keyed: dict[str, dict[str, dict[str, Entry]]] = {}
    reference: dict[str, dict[str, dict[str, Entry]]] = {}
    for place, found in checked.found.items():
        if found is None and place in planted:
            continue
        group, member, name = place
        entry = record.groups.get(group, {}).get(member, {}).get(name, BLANK)
        keyed.setdefault(group, {}).setdefault(member, {})[name] = entry
        reference.setdefault(group, {}).setdefault(member, {})[name] = entry if found is None else found
    audited = frozenset((group, name) for group, _, name in checked.found)
    one = cut_to(Record(record.id, keyed, record.metadata), audited, rules)
    return one, cut_to(Record(record.id, reference), audited, rules)


def _detection(
    rows: Mapping[str, _Checked], planted: Sequence[PlantedError], rules: LayoutRules
) -> Detection:
    looked, found, corrected = Counter[str](), Counter[str](), 0
    for error in planted:
        record, place = error.place
        checks = rows.get(record)
        if checks is None or place not in checks.found:
            continue
        looked[error.kind] += 1
        entry = checks.found[place]
        if entry is not None:
            found[error.kind] += 1
            fit = rules.fields[error.group][error.field]
            keys = fit.normalise(entry.value).key, fit.normalise(error.keyed).key
            corrected += same_value(fit.spec.rule, *keys)
    n = looked.total()
    interval = wilson(found.total(), n)
    limits = None if interval.low is None or interval.high is None else (interval.low, interval.high)
    by_kind = tuple(
        DetectionShare(kind, looked[kind], found[kind], found[kind] / looked[kind]) for kind in sorted(looked)
    )
    return Detection(n, len(planted) - n, found.total(), corrected, interval.estimate, limits, by_kind)
