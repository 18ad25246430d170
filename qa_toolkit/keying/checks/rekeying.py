"""Blind second keying: what the second person keyed on the sheet against the first keying."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from qa_toolkit.domain.keying import CHARGED, FORMAT_ONLY, Rejected
from qa_toolkit.domain.keying_checks import KeyingCheck, KeyingRuling, KeyingRulings
from qa_toolkit.keying.accuracy import AccuracyCount
from qa_toolkit.keying.checks.rulings import (
    RULING_COLUMNS,
    Mismatch,
    Ruling,
    kept_values,
    mismatches,
    read_ruling,
    ruled,
)
from qa_toolkit.keying.checks.scope import Fields, cut_to, path_of
from qa_toolkit.keying.checks.sheets import REKEY_COLUMNS, Row, read_sheet
from qa_toolkit.keying.comparison import RecordComparer
from qa_toolkit.keying.files import with_metadata
from qa_toolkit.keying.layout_files import LoadedLayout
from qa_toolkit.keying.record_files import open_records
from qa_toolkit.keying.records import Record
from qa_toolkit.keying.rules import LayoutRules

NOT_DONE = "nothing was keyed on the sheet for this record"


class KeyedTwice(NamedTuple):
    """One record keyed by two persons, cut to the fields of the sheet."""

    first: Record
    second: Record
    rows: int

    @property
    def people(self) -> set[str | None]:
        """Who keyed it, first and second; None for a keying that does not say."""
        return {self.first.metadata.get("operator"), self.second.metadata.get("operator")}


@dataclass(frozen=True, slots=True)
class RekeyedFiles:
    """The first keying and a sheet that was filled in.

    Attributes:
        second_by: who filled in the sheet.
    """

    keyed: Path
    sheet: Path
    loaded: LoadedLayout
    second_by: str
    encoding: str = "utf-8"

    def pairs(self, rejected: list[Rejected]) -> Iterator[KeyedTwice]:
        """The records of the sheet that both files have; what cannot be compared goes to ``rejected``."""
        layout = self.loaded.layout
        keyed = open_records(self.keyed, layout, encoding=self.encoding)
        sheet = open_records(self.sheet, layout, encoding=self.encoding)
        fields, rows, done = self._sheet_fields()
        known, rules = set(keyed.ids), LayoutRules(layout)
        for each in sheet.ids:
            if each not in known:
                rejected.append(Rejected(sheet.name, each, f"not in {keyed.name}"))
                continue
            first, bad = keyed.read(each)
            second, worse = sheet.read(each)
            rejected += [Rejected(r.input, r.record, r.reason) for r in (*bad, *worse)]
            first = with_metadata(first, layout)
            if first is None or second is None:
                continue
            if not done.get(each):
                rejected.append(Rejected(sheet.name, each, NOT_DONE))
                continue
            second = Record(second.id, second.groups, {"operator": self.second_by})
            yield KeyedTwice(cut_to(first, fields, rules), cut_to(second, fields, rules), rows[each])

    def _sheet_fields(self) -> tuple[Fields, Mapping[str, int], Mapping[str, int]]:
        """The fields of the sheet, and by record its rows and those with something in them."""
        fields: set[tuple[str, str]] = set()
        rows: dict[str, int] = {}
        done: dict[str, int] = {}
        for _, row, _ in read_sheet(self.sheet, REKEY_COLUMNS, encoding=self.encoding):
            fields.add((row["group"], row["field"]))
            rows[row["record"]] = rows.get(row["record"], 0) + 1
            done[row["record"]] = done.get(row["record"], 0) + bool(row["value"] or row["state"])
        return frozenset(fields), rows, done


def compare_rekeyed(files: RekeyedFiles) -> tuple[KeyingCheck, list[Mismatch]]:
    """The first keying against the second, and every difference a third person has to rule on.

    A field left empty on the sheet was keyed as blank; a record left empty altogether was not done.
    """
    rejected: list[Rejected] = []
    comparer = RecordComparer(files.loaded.layout, show_identifiers=True)
    masked = RecordComparer(files.loaded.layout)
    count, found = AccuracyCount(files.loaded), list[Mismatch]()
    checked = records = 0
    for pair in files.pairs(rejected):
        found += mismatches(comparer.compare(pair.first, pair.second))
        count.add(masked.compare(pair.first, pair.second))
        checked += pair.rows
        records += 1
    check = KeyingCheck(
        purpose="rekey",
        layout=files.loaded.layout.id,
        checker=files.second_by,
        records=records,
        checked=checked,
        unchecked=0,
        differences=len(found),
        accuracy=count.result(),
        rejected=tuple(rejected),
    )
    return check, found


def rule(files: RekeyedFiles, rulings: Path, adjudicator: str) -> tuple[KeyingRulings, list[Record]]:
    """The rulings of a sheet with the accuracy of both keyings, and the records as they were found to be.

    A row without a choice leaves its place open. A row that says something impossible, or that the
    adjudicator keyed, is rejected and leaves its place open, too.
    """
    rejected: list[Rejected] = []
    sheet = _RulingSheet.read(rulings, adjudicator, rejected)
    comparer = RecordComparer(files.loaded.layout, show_identifiers=True)
    masked = RecordComparer(files.loaded.layout)
    counts = AccuracyCount(files.loaded), AccuracyCount(files.loaded)
    made, references, still_open, both_wrong = list[KeyingRuling](), list[Record](), 0, 0
    for pair in files.pairs(rejected):
        found = list(mismatches(comparer.compare(pair.first, pair.second)))
        decided = [ruling for each in found if (ruling := sheet.take(each, pair)) is not None]
        done = {ruling.mismatch for ruling in decided}
        left = [each for each in found if each not in done]
        still_open += len(left)
        first, second, reference = ruled(pair.first, pair.second, comparer, decided, left)
        results = [masked.compare(side, reference) for side in (first, second)]
        for count, result in zip(counts, results, strict=True):
            count.add(result)
        wrong = [{(d.group, d.member, d.field): d.kind for d in r.discrepancies} for r in results]
        charged = [{place for place, kind in each.items() if kind in CHARGED and place[2]} for each in wrong]
        both_wrong += len(charged[0] & charged[1])
        references.append(reference)
        kept = _Keeping(reference, wrong[0], masked.rules, pair, adjudicator)
        made += [kept.ruling(each) for each in decided]
    sheet.reject_the_rest()
    found_to_be = KeyingRulings(
        files.loaded.layout.id, adjudicator, tuple(made), still_open, both_wrong,
        counts[0].result(), counts[1].result(), rejected=tuple(rejected),
    )  # fmt: skip
    return found_to_be, references


@dataclass(slots=True)
class _RulingSheet:
    """The rows of a sheet of rulings, taken one by one."""

    name: str
    adjudicator: str
    rejected: list[Rejected]
    rows: dict[tuple[str, str], tuple[int, Row]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, adjudicator: str, rejected: list[Rejected]) -> _RulingSheet:
        sheet = cls(path.name, adjudicator, rejected)
        for line, row, fault in read_sheet(path, RULING_COLUMNS):
            place = row["record"], path_of(row["group"], row["member"], row["field"])
            if fault is not None:
                sheet.reject(line, row["record"], fault)
            elif place in sheet.rows:
                sheet.reject(
                    line, row["record"], f"{place[1]} stands twice: line {sheet.rows[place][0]} holds"
                )
            else:
                sheet.rows[place] = line, row
        return sheet

    def reject(self, line: int, record: str, reason: str) -> None:
        self.rejected.append(Rejected(f"{self.name}:{line}", record or None, reason))

    def take(self, mismatch: Mismatch, pair: KeyedTwice) -> Ruling | None:
        place = mismatch.record, path_of(mismatch.group, mismatch.member, mismatch.field)
        if place not in self.rows:
            return None
        line, row = self.rows.pop(place)
        try:
            ruling = read_ruling(row, mismatch)
        except ValueError as error:
            self.reject(line, mismatch.record, str(error))
            return None
        if ruling is not None and self.adjudicator in pair.people:
            self.reject(line, mismatch.record, f"{self.adjudicator} keyed this record: a third person rules")
            return None
        return ruling

    def reject_the_rest(self) -> None:
        for (record, path), (line, _) in self.rows.items():
            self.reject(line, record, f"{path} does not differ: there is nothing to rule on")


class _Keeping(NamedTuple):
    """What is needed to keep the rulings on one record."""

    reference: Record
    wrong: Mapping[tuple[str, str | None, str], str]
    rules: LayoutRules
    pair: KeyedTwice
    adjudicator: str

    def ruling(self, ruling: Ruling) -> KeyingRuling:
        place = ruling.mismatch
        keyed, second, value = kept_values(ruling, self.reference, self.rules)
        kind = self.wrong.get((place.group, place.member or None, place.field))
        return KeyingRuling(
            application=place.record,
            field_path=path_of(place.group, place.member, place.field),
            keyed=keyed,
            second=second,
            reference=value,
            verdict=ruling.verdict,
            kind=kind if kind != FORMAT_ONLY else None,
            operator=self.pair.first.metadata.get("operator"),
            second_by=self.pair.second.metadata.get("operator"),
            adjudicator=self.adjudicator,
            reason=ruling.reason,
            text=ruling.note or None,
        )


def with_stored(found: KeyingRulings, ids: Sequence[int]) -> KeyingRulings:
    """The same with the ids the rulings have in the store."""
    return replace(found, stored=tuple(ids))
