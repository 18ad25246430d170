"""Keying operators, counted by hand: fields, characters, forms; nobody ranked where intervals overlap."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from report_examples import HOSTILE

from qa_toolkit.errors import UsageError
from qa_toolkit.keying import LoadedLayout, compare_files, load_layout
from qa_toolkit.reports.keying_quality import KeyedFiles, keying_report
from qa_toolkit.reports.output import ENDINGS, report_bytes
from qa_toolkit.reports.quality_report import ReportRequest
from qa_toolkit.reports.tables import QualityReport, Table, as_json
from qa_toolkit.resources import sample_dir
from qa_toolkit.statistics import wilson
from qa_toolkit.store import Store
from qa_toolkit.store.desk_records import KeyingLot

LAYOUT = """\
id: slip
version: 1.0.0
title: {en: Slip}
groups:
  - id: head
    title: {en: Head}
    fields:
      - {id: number, label: {en: Number}, type: number, criticality: A}
      - {id: name, label: {en: Name}, type: name, criticality: B}
      - {id: town, label: {en: Town}, type: text, criticality: C}
"""
HEAD = "record,group,member,field,value,state,operator,site,batch,keyed_on\n"
WEEKS = ["2026-01-05", "2026-02-09", "2026-03-09", "2026-04-06"]
"""Of the 10th of each month, the Monday before."""
RIGHT = {"number": "12345678", "name": "MARIA", "town": "FRESNO"}


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedLayout:
    path = tmp_path / "slip.yaml"
    path.write_text(LAYOUT, encoding="utf-8")
    return load_layout(path)


@pytest.fixture
def files(tmp_path: Path, loaded: LoadedLayout) -> KeyedFiles:
    return KeyedFiles(tmp_path / "keyed.csv", tmp_path / "reference.csv", loaded)


def write(files: KeyedFiles, forms: Sequence[tuple[str, dict[str, str], dict[str, str]]]) -> KeyedFiles:
    """Forms by id, with what was keyed otherwise than it should be, and the facts of the record."""
    keyed, reference = [HEAD], [HEAD]
    for name, wrong, facts in forms:
        about = ",".join(quoted(facts.get(key, "")) for key in ("operator", "site", "batch", "keyed_on"))
        for field, value in RIGHT.items():
            given = wrong.get(field, value)
            keyed.append(f"{quoted(name)},head,,{field},{given},,{about}\n")
            reference.append(f"{quoted(name)},head,,{field},{value},,,,,\n")
    files.keyed.write_text("".join(keyed), encoding="utf-8")
    files.reference.write_text("".join(reference), encoding="utf-8")
    return files


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def made(files: KeyedFiles | None, name: str | None = None, store: Store | None = None) -> QualityReport:
    return keying_report(ReportRequest(kind="keying", name=name), files, store)


def table(report: QualityReport, name: str) -> Table:
    return next(each for each in report.tables if each.id == name)


def row(report: QualityReport, name: str, first: str) -> Any:
    return next(each for each in table(report, name).rows if each["name"] == first)


def test_every_figure_of_four_forms(files: KeyedFiles) -> None:
    write(
        files,
        [
            ("F1", {}, {"operator": "ann", "site": "Rancho", "batch": "b1"}),
            ("F2", {"number": "12345679", "town": "FRESNOO"}, {"operator": "ann", "site": "Rancho", "batch": "b2"}),
            ("F3", {"town": "CLOVIS"}, {"operator": "bob", "site": "Fresno", "batch": "b1"}),
            ("F4", {}, {"operator": "bob", "site": "Fresno", "batch": "b2"}),
        ],
    )  # fmt: skip
    report = made(files)
    ann, bob = row(report, "keying_operator", "ann"), row(report, "keying_operator", "bob")
    assert ann["fields"].estimate == pytest.approx(10_000 * 2 / 6)
    assert (ann["fields"].n, ann["fields"].note) == (6, "2 forms")
    assert ann["critical_fields"].estimate == pytest.approx(10_000 * 1 / 2)
    assert bob["critical_fields"].estimate == 0.0
    both = wilson(1, 2)
    assert (ann["forms_wrong"].estimate, ann["forms_wrong"].low, ann["forms_wrong"].n) == (0.5, both.low, 2)
    assert (ann["forms_critical"].estimate, bob["forms_critical"].estimate) == (0.5, 0.0)
    # Of 19 characters a form: one exchanged and one too many for Ann.
    assert ann["characters"].n == 38
    assert ann["characters"].estimate == pytest.approx(1 - 2 / 38)
    assert [each["name"] for each in table(report, "keying_batch").rows] == ["b1", "b2"]
    assert [each["name"] for each in table(report, "keying_site").rows] == ["Fresno", "Rancho"]
    fields = {each["field"]: each for each in table(report, "keying_field").rows}
    assert (fields["head.town"]["wrong"], fields["head.town"]["value"].n) == (2, 4)
    assert fields["head.town"]["name"] == "Head: Town"
    assert [each["name"] for each in table(report, "keying_forms").rows] == ["F2", "F3"]
    of_ann = table(report, "keying_operator").behind[0]
    assert (of_ann.items, of_ann.telling, of_ann.total, of_ann.kind) == (("F2", "F1"), 1, 2, "form")


def test_totals_are_those_of_the_comparison() -> None:
    folder = sample_dir() / "keying"
    loaded = load_layout(layout_of("covered_application"))
    accuracy = compare_files(folder / "keyed.csv", folder / "reference.csv", loaded)
    report = made(KeyedFiles(folder / "keyed.csv", folder / "reference.csv", loaded))
    whole = {each["name"]: each["value"] for each in table(report, "keying_overview").rows}
    assert whole["Wrong fields in 10,000"].estimate == pytest.approx(accuracy.fields.per_10000)
    assert (whole["Wrong fields in 10,000"].low, whole["Wrong fields in 10,000"].high) == pytest.approx(
        accuracy.fields.interval
    )
    assert whole["Critical fields in 10,000"].estimate == pytest.approx(accuracy.critical.per_10000)
    assert whole["Forms with a critical error"].estimate == accuracy.forms.critical_rate
    assert whole["Characters right"].estimate == pytest.approx(1 - (accuracy.characters.rate or 0))
    for share in accuracy.by["operator"]:
        found = row(report, "keying_operator", share.name)
        assert (found["forms"], found["fields"].n) == (share.forms, share.active)
        assert found["fields"].estimate == pytest.approx(share.per_10000)


def layout_of(name: str) -> Path:
    from qa_toolkit.keying.layout_files import layout_path

    return layout_path(name)


def operators(
    bad: str, forms: int = 60, operators_: int = 12
) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Everybody errs on a critical field of one form in twenty, one on one in two."""
    for number in range(operators_):
        who = f"op-{number:02}"
        for k in range(forms):
            wrong = k % (2 if who == bad else 20) == 0
            day = f"2026-0{1 + k % 4}-10"
            yield f"{who}-{k}", {"number": "99999999"} if wrong else {}, {"operator": who, "keyed_on": day}


def test_one_operator_stands_out_and_the_others_are_in_alphabetical_order(files: KeyedFiles) -> None:
    report = made(write(files, list(operators("op-07"))))
    rows = table(report, "keying_operator").rows
    assert [each["name"] for each in rows] == [f"op-{k:02}" for k in range(12)]
    assert {each["name"]: each["place"] for each in rows if each["place"] != "as usual"} == {
        "op-07": "stands out below"
    }
    chart = table(report, "keying_operator").chart
    assert chart is not None
    assert "number of forms" in chart
    trend = table(report, "drift_keying")
    assert [each["period"] for each in trend.rows] == WEEKS
    assert trend.behind[0].kind == "form"
    assert dict(report.facts)["Period"] == "2026-01-10 to 2026-04-10"


def test_one_operator_is_shown_among_all_and_nobody_else_is_named(files: KeyedFiles) -> None:
    write(files, list(operators("op-07", forms=20, operators_=6)))
    report = made(files, "op-03")
    told = str(as_json(report, named=True))
    assert "op-03" in told
    assert not [other for other in ("op-00", "op-01", "op-02", "op-04", "op-05") if other in told]
    assert table(report, "keying_operator").rows[0]["forms"] == 20
    assert len(table(report, "keying_forms").rows) == 1
    with pytest.raises(UsageError, match="operator 'nobody'"):
        made(files, "nobody")


def test_four_operators_are_not_compared_but_shown_with_intervals(files: KeyedFiles) -> None:
    report = made(write(files, list(operators("none", forms=20, operators_=4))))
    found = table(report, "keying_operator")
    assert "4 are too few" in found.note
    assert {each["place"] for each in found.rows} == {None}
    assert found.chart is not None
    assert found.chart.count('class="whisker-line"') == 4


def test_what_cannot_be_compared_is_listed_and_in_no_figure(files: KeyedFiles) -> None:
    write(files, [("F1", {}, {"operator": "ann"}), ("F2", {}, {"operator": "ann"})])
    with files.keyed.open("a", encoding="utf-8") as file:
        file.write("F3,head,,name,EVA,,ann,,,\n")
    report = made(files)
    assert dict(report.facts)["Forms compared"] == "2"
    assert "only in keyed.csv" in str(table(report, "keying_rejected").rows[0]["reason"])


def test_names_that_a_page_or_a_spreadsheet_might_run(files: KeyedFiles) -> None:
    write(files, [(f"{HOSTILE}{k}", {"number": "1"}, {"operator": f"{HOSTILE}{k}"}) for k in range(6)])
    report = made(files)
    files_made = {ending: report_bytes(report, ending) for ending in ENDINGS}
    assert "<script>alert" not in files_made[".html"].decode()
    texts = [text for line in csv.reader(io.StringIO(files_made[".csv"].decode())) for text in line]
    assert [text for text in texts if text.startswith("'=HYPERLINK")]
    assert not [text for text in texts if text.startswith("=")]
    book = openpyxl.load_workbook(io.BytesIO(files_made[".xlsx"]))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_lots_of_the_store_stand_beside(tmp_path: Path) -> None:
    with Store.open(tmp_path / "qa.db") as store:
        for number, (faults, decision) in enumerate([(1, "accepted"), (9, "rejected")]):
            store.keying.record_lot(
                KeyingLot(
                    stream="op-101", lot=f"lot-{number}", lot_size=400, aql=2.5, level="II", sampling="single",
                    inspection="normal", letter="H", inspected=50, faults=faults, decision=decision,
                    created_by="lena",
                )
            )  # fmt: skip
        report = made(None, store=store)
        (lots,) = report.tables
        expected = wilson(10, 100)
        assert (lots.rows[0]["lots"], lots.rows[0]["rejected"]) == (2, 1)
        assert (lots.rows[0]["value"].estimate, lots.rows[0]["value"].high) == (0.1, expected.high)  # type: ignore[union-attr]


def test_nothing_to_report_on_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing keyed"):
        made(None)
