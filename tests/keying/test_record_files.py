"""Files of records: the forms that are read, and what becomes of what cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from keying_builders import layout, shipped

from qa_toolkit.errors import RecordError
from qa_toolkit.keying import Record, compare_files, open_records, parse_layout

HEADER = "record,group,member,field,value,state\n"


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def only(path: Path) -> tuple[Record, list[str]]:
    """The one record of a file and the reasons for what was rejected."""
    records = open_records(path, layout())
    (record_id,) = records.ids
    found, rejected = records.read(record_id)
    assert found is not None
    return found, [r.reason for r in rejected]


FORMS = {
    "fields.csv": HEADER + "A,contact,,first_name,Ana,\nA,person,1,first_name,Ana,present\nA,person,2,ssn,,illegible\n",
    "semicolons.csv": (HEADER + "A,contact,,first_name,Ana,\nA,person,1,first_name,Ana,\nA,person,2,ssn,,illegible\n")
    .replace(",", ";"),
    "windows.csv": b"\xef\xbb\xbf" + (HEADER + 'A,contact,,first_name,"Ana",\nA,person,1,first_name,Ana,\n'
                                      "A,person,2,ssn,,illegible\n").replace("\n", "\r\n").encode(),
    "wide.csv": "record,member,contact.first_name,person.first_name,person.ssn,person.ssn:state\n"
    "A,1,Ana,Ana,,\nA,2,Ana,,,illegible\n",
    "one_row.csv": "record,contact.first_name,person.1.first_name,person.2.ssn,person.2.ssn:state\nA,Ana,Ana,,illegible\n",
    "groups.json": json.dumps({"id": "A", "groups": {"contact": {"first_name": "Ana"}, "person": [
        {"first_name": "Ana"}, {"ssn": {"state": "illegible"}}]}}),
    "labels.json": json.dumps([{"record": "A", "contact": {"first_name": "Ana"}, "person": {
        "1": {"first_name": "Ana"}, "2": {"ssn": {"value": None, "state": "illegible"}}}}]),
    "flat.json": json.dumps({"records": [{"id": "A", "fields": {
        "contact.first_name": "Ana", "person.1.first_name": "Ana", "person.2.ssn": {"state": "illegible"}}}]}),
    "listed.json": json.dumps([{"record": "A", "operator": "op-1", "fields": [
        {"group": "contact", "member": None, "field": "first_name", "value": "Ana"},
        {"group": "person", "member": "1", "field": "first_name", "value": "Ana"},
        {"group": "person", "member": "2", "field": "ssn", "value": "", "state": "illegible"}]}]),
    "rows.json": json.dumps([
        {"record": "A", "group": "contact", "member": "", "field": "first_name", "value": "Ana"},
        {"record": "A", "group": "person", "member": 1, "field": "first_name", "value": "Ana"},
        {"record": "A", "group": "person", "member": "2", "field": "ssn", "value": "", "state": "illegible"}]),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_record(tmp_path: Path, name: str) -> None:
    found, rejected = only(written(tmp_path, name, FORMS[name]))
    filled = {(g, m, f): tuple(e) for g, m, f, e in found.entries() if e.state != "blank"}
    assert rejected == []
    assert filled == {
        ("contact", "", "first_name"): ("Ana", "present"),
        ("person", "1", "first_name"): ("Ana", "present"),
        ("person", "2", "ssn"): ("", "illegible"),
    }


def test_excel_and_parquet_hold_the_same_as_csv(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra 'tables' is not installed")
    pyarrow = pytest.importorskip("pyarrow", reason="the extra 'tables' is not installed")
    import datetime

    from pyarrow import parquet

    book = openpyxl.Workbook()
    book.active.append(
        ["record", "member", "person.first_name", "person.date_of_birth", "household.has_income"]
    )
    book.active.append(["A", 1, "Ana", datetime.date(1986, 7, 14), True])
    book.save(tmp_path / "a.xlsx")
    columns = {"record": ["A"], "member": [1], "person.first_name": ["Ana"],
               "person.date_of_birth": [datetime.date(1986, 7, 14)], "household.has_income": [True]}  # fmt: skip
    parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    for name in ("a.xlsx", "a.parquet"):
        found, rejected = only(tmp_path / name)
        assert rejected == []
        assert found.entry("person", "1", "date_of_birth").value == "1986-07-14"
        assert found.entry("household", "", "has_income").value == "yes"


def test_columns_can_be_mapped_by_the_layout(tmp_path: Path) -> None:
    small = parse_layout(
        "id: small\nversion: 1.0.0\ntitle: Small\n"
        "wide: {record: App No, member: Person, metadata: {operator: Keyer}}\n"
        "groups:\n  - id: person\n    repeats: true\n    align_on: {name: 1}\n"
        "    fields:\n      - {id: name, type: name, column: Full Name}\n"
    ).layout
    path = written(
        tmp_path, "export.csv", "App No,Person,Full Name,Keyer,Note\nA,1,Ana,op-1,x\nA,2,Luis,op-1,\n"
    )
    records = open_records(path, small)
    found, _ = records.read("A")
    assert found is not None
    assert found.metadata == {"operator": "op-1"}
    assert [e.value for *_, e in found.entries()] == ["Ana", "Luis"]
    assert records.warnings == ["export.csv: column 'Note' is no field of the layout"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,persn,1,first_name,Ana,", "no group 'persn'"),
        ("A,person,1,frist_name,Ana,", "no field 'frist_name'"),
        ("A,person,,first_name,Ana,", "no member for 'person.first_name'"),
        ("A,contact,2,first_name,Ana,", "which has no members"),
        ("A,person,1,first_name,Ana,perhaps", "'perhaps' is not a state"),
        ("A,person,1,first_name,Ana,blank", "state 'blank' beside the value"),
        ("A,person,1,first_name,Ana,,more,and more", "cells under 6 columns"),
        ("A,person,1", "the row ends before its value"),
        (b"A,person,1,first_name,\xd1o\xf1o,", "not UTF-8 text"),
        ('A,person,1,first_name,"Ana,', "not readable as CSV"),
    ],
)
def test_a_bad_row_is_one_line_and_the_rest_goes_on(tmp_path: Path, row: str | bytes, reason: str) -> None:
    bad = row if isinstance(row, bytes) else row.encode()
    text = HEADER.encode() + b"A,contact,,first_name,Ana,\n" + bad + b"\nA,person,1,last_name,Garcia,\n"
    found, rejected = only(written(tmp_path, "a.csv", text))
    assert len(rejected) == 1
    assert reason in rejected[0]
    assert found.entry("person", "1", "last_name").value == "Garcia"
    assert found.entry("contact", "", "first_name").value == "Ana"


def test_a_field_whose_row_was_rejected_is_not_compared(tmp_path: Path) -> None:
    keyed = written(
        tmp_path, "k.csv", HEADER + "A,contact,,first_name,Ana,perhaps\nA,contact,,last_name,Garcia,\n"
    )
    reference = written(
        tmp_path, "r.csv", HEADER + "A,contact,,first_name,Ana,\nA,contact,,last_name,Garcia,\n"
    )
    accuracy = compare_files(keyed, reference, shipped())
    assert (accuracy.fields.active, accuracy.fields.errors) == (1, 0)
    assert [r.input for r in accuracy.rejected] == ["k.csv:2"]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "", "the file is empty"),
        ("a.csv", "record,group,field\nA,contact,x\n", "no column value"),
        ("a.csv", "record,grp,member,feild,value\nA,b,c,d,e\n", "no column"),
        ("a.csv", "application,first_name\nA,Ana\n", "no column 'record'"),
        ("a.csv", "record,colour\nA,red\n", "no column is a field"),
        ("a.csv", "record,record\nA,A\n", "stands twice"),
        ("a.csv", (HEADER + "A,contact,,first_name,Ana,\n").encode("utf-16"), "not UTF-8"),
        ("a.json", "{", "the file is not JSON"),
        ("a.json", '[{"id": "A", "groups": {"contact": {"email": NaN}}}]', "NaN is not a JSON number"),
        ("a.json", "3", "no list of records"),
        ("a.xlsx", "not a workbook", "not readable as an Excel workbook"),
        ("a.parquet", "not parquet", "not readable as Parquet"),
    ],
)
def test_a_file_that_is_no_file_of_records_is_refused(
    tmp_path: Path, name: str, text: str | bytes, reason: str
) -> None:
    if name.endswith((".xlsx", ".parquet")):
        pytest.importorskip("openpyxl", reason="the extra 'tables' is not installed")
        pytest.importorskip("pyarrow", reason="the extra 'tables' is not installed")
    with pytest.raises(RecordError, match=reason):
        open_records(written(tmp_path, name, text), layout())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("k.csv", HEADER + "A,contact,,first_name,Ana,\nA,contact,,first_name,Eva,\n"),
        ("k.csv", "record,contact.first_name\nA,Ana\nB,Luis\nA,Eva\n"),
        (
            "k.json",
            '[{"id": "A", "contact": {"first_name": "Ana"}}, {"id": "A", "contact": {"first_name": "Eva"}}]',
        ),
    ],
)
def test_two_records_with_one_id_are_not_compared(tmp_path: Path, name: str, text: str) -> None:
    reference = written(
        tmp_path, "r.csv", HEADER + "A,contact,,first_name,Ana,\nB,contact,,first_name,Luis,\n"
    )
    accuracy = compare_files(written(tmp_path, name, text), reference, shipped())
    assert "A" in [r.record for r in accuracy.rejected]
    assert all(d.record != "A" for d in accuracy.discrepancies)
    assert accuracy.records == text.count("Luis")


def test_records_of_one_file_only_are_named(tmp_path: Path) -> None:
    keyed = written(tmp_path, "k.csv", HEADER + "A,contact,,first_name,Ana,\nB,contact,,first_name,Ana,\n")
    reference = written(
        tmp_path, "r.csv", HEADER + "A,contact,,first_name,Ana,\nC,contact,,first_name,Ana,\n"
    )
    accuracy = compare_files(keyed, reference, shipped())
    assert accuracy.records == 1
    assert [(r.input, r.record) for r in accuracy.rejected] == [("k.csv", "B"), ("r.csv", "C")]


def test_rows_of_a_record_may_stand_apart(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "a.csv",
        HEADER + "A,contact,,first_name,Ana,\nB,contact,,first_name,Eva,\nA,contact,,last_name,Garcia,\n",
    )
    records = open_records(path, layout())
    found, rejected = records.read("A")
    assert found is not None
    assert rejected == []
    assert found.entry("contact", "", "last_name").value == "Garcia"


def test_a_value_over_two_lines_is_one_value(tmp_path: Path) -> None:
    path = written(
        tmp_path, "a.csv", HEADER + 'A,contact,,first_name,"Ana\nElena",\nA,contact,,last_name,Garcia,\n'
    )
    found, rejected = only(path)
    assert rejected == []
    assert found.entry("contact", "", "first_name").value == "Ana\nElena"


def test_more_processes_give_the_same_result(tmp_path: Path) -> None:
    rows = [f"R{n},contact,,first_name,{'Anna' if n % 7 == 0 else 'Ana'},\n" for n in range(450)]
    keyed = written(tmp_path, "k.csv", HEADER + "".join(rows))
    reference = written(tmp_path, "r.csv", HEADER + "".join(row.replace("Anna", "Ana") for row in rows))
    assert compare_files(keyed, reference, shipped(), workers=2) == compare_files(keyed, reference, shipped())


def test_what_describes_the_keying_is_metadata_and_not_compared(tmp_path: Path) -> None:
    stamps = (
        "A,envelope,,keying_operator_id,op-7,\nA,envelope,,keying_start,2025-11-03T09:00:00,\n"
        "A,envelope,,keying_end,2025-11-03T09:30:00,\n"
    )
    keyed = written(tmp_path, "k.csv", HEADER + "A,contact,,first_name,Ana,\n" + stamps)
    reference = written(tmp_path, "r.csv", HEADER + "A,contact,,first_name,Ana,\n")
    accuracy = compare_files(keyed, reference, shipped())
    assert (accuracy.fields.active, accuracy.fields.errors, accuracy.discrepancies) == (1, 0, ())
    (operator,) = accuracy.by["operator"]
    assert (operator.name, operator.fields_per_hour) == ("op-7", 2.0)
