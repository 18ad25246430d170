"""Fillable PDF forms as a source of records."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from keying_builders import record, shipped
from paper_builders import LAYOUT, VALUES, form, small

from qa_toolkit.cli.main import execute
from qa_toolkit.errors import RecordError
from qa_toolkit.keying import compare_records, open_records, parse_layout
from qa_toolkit.keying.scans.arrangement import arrange
from qa_toolkit.keying.scans.drawing import draw_form

pypdf = pytest.importorskip("pypdf")
pytest.importorskip("reportlab")


def filled(tmp_path: Path, values: dict[str, str], name: str = "A-1") -> Path:
    path = tmp_path / f"{name}.pdf"
    path.write_bytes(draw_form(form(), fillable=True, record=record(values, of=small().layout)))
    return path


def pdf_with(tmp_path: Path, fields: dict[str, str | bool]) -> Path:
    """A form by somebody else, with whatever names they chose; True and False are boxes."""
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "other.pdf"
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for at, (name, value) in enumerate(fields.items()):
        if isinstance(value, bool):
            canvas.acroForm.checkbox(name=name, checked=value, x=50, y=20 * at + 20, size=12)
        else:
            canvas.acroForm.textfield(name=name, value=value, x=50, y=20 * at + 20, width=200, height=15)
    canvas.showPage()
    canvas.save()
    path.write_bytes(stream.getvalue())
    return path


def test_what_is_filled_in_is_read_back(tmp_path: Path) -> None:
    layout = small().layout
    file = open_records(filled(tmp_path, VALUES), layout)
    assert list(file.ids) == ["A-1"]
    read, faults = file.read("A-1")
    assert faults == []
    assert read is not None
    assert compare_records(read, record(VALUES, of=layout), layout).discrepancies == ()


def test_every_field_of_the_shipped_form_comes_back(tmp_path: Path) -> None:
    layout = shipped().layout
    values = {
        "person.4.first_name": "Zoë",
        "person.4.applying": "yes",
        "person.2.filing_status": "single",
        "contact.contact_method": "phone;email",
        "income.2.frequency": "every_2_weeks",
    }
    path = tmp_path / "F.pdf"
    path.write_bytes(draw_form(arrange(layout), fillable=True, record=record(values)))
    read, faults = open_records(path, layout).read("F")
    assert faults == []
    assert read is not None
    assert compare_records(read, record(values), layout).errors.total() == 0


def test_two_boxes_of_one_question_are_an_ambiguous_mark(tmp_path: Path) -> None:
    path = pdf_with(tmp_path, {"person/1/pregnant/yes": True, "person/1/pregnant/no": True})
    read, _ = open_records(path, small().layout).read("other")
    assert read is not None
    assert read.entry("person", "1", "pregnant").state == "ambiguous_mark"


def test_no_box_marked_is_blank(tmp_path: Path) -> None:
    path = pdf_with(tmp_path, {"person/1/pregnant/yes": False, "person/1/pregnant/no": False})
    read, _ = open_records(path, small().layout).read("other")
    assert read is not None
    assert read.entry("person", "1", "pregnant").state == "blank"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("person[1].first_name", ("person", "2", "first_name")),
        ("Person 2 First Name", ("person", "2", "first_name")),
        ("person_first_name_2", ("person", "2", "first_name")),
        ("form1[0].contact[0].x", None),
        ("contact.first_name", ("contact", "", "first_name")),
        ("Given name", ("person", "1", "first_name")),
        ("Given name 2", ("person", "2", "first_name")),
        ("2 Given name", ("person", "2", "first_name")),
    ],
)
def test_names_of_form_fields(tmp_path: Path, name: str, place: tuple[str, str, str] | None) -> None:
    text = LAYOUT.replace(
        "- {id: first_name, type: name, criticality: A}",
        '- {id: first_name, type: name, criticality: A, column: "Given name"}',
    )
    layout = parse_layout(text).layout
    path = pdf_with(tmp_path, {name: "Ana", "contact/phone": "x"})
    file = open_records(path, layout)
    read, _ = file.read("other")
    assert read is not None
    if place is None:
        assert file.warnings == ["other.pdf: 1 form fields are not in the layout: form1[0].contact[0].x"]
    else:
        assert read.entry(*place).value == "Ana"


def test_fields_the_form_has_no_place_for_are_not_compared(tmp_path: Path) -> None:
    layout = small().layout
    path = pdf_with(tmp_path, {"contact/first_name": "Ana", "person/1/first_name": "Ana"})
    read, _ = open_records(path, layout).read("other")
    assert read is not None
    reference = record({"contact.first_name": "Ana", "contact.phone": "9165550142", "person.1.first_name": "Ana",
                        "person.1.notes": "none"}, of=layout)  # fmt: skip
    assert compare_records(read, reference, layout).discrepancies == ()


def test_the_record_id_stands_in_a_field_of_its_own(tmp_path: Path) -> None:
    path = pdf_with(tmp_path, {"Record ID": "APP-77", "contact/first_name": "Ana"})
    assert list(open_records(path, small().layout).ids) == ["APP-77"]


def encrypted(path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(draw_form(form(), fillable=True)))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(path)


def flat(path: Path) -> None:
    path.write_bytes(draw_form(form()))


def damaged(path: Path) -> None:
    path.write_bytes(draw_form(form(), fillable=True)[:2000])


def text(path: Path) -> None:
    path.write_bytes(b"no pdf at all")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    pdf_with(path.parent, {"Vehicle": "Ford"}).replace(path)


BAD = [
    (encrypted, "encrypted"),
    (flat, "no form fields: a scan or flat PDF"),
    (damaged, "damaged or no PDF"),
    (text, "damaged or no PDF"),
    (empty, "damaged or no PDF"),
    (foreign, "no form field has a name of the layout"),
]


@pytest.mark.parametrize(("make", "said"), BAD)
def test_pdfs_that_cannot_be_read(tmp_path: Path, make, said: str) -> None:
    path = tmp_path / "bad.pdf"
    make(path)
    with pytest.raises(RecordError, match=said):
        open_records(path, small().layout)


def test_a_folder_goes_on_past_bad_files(tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    folder.mkdir()
    for name in ("A-1", "A-2"):
        filled(folder, VALUES, name)
    for number, (make, _) in enumerate(BAD):
        make(folder / f"bad{number}.pdf")
    file = open_records(folder, small().layout)
    assert list(file.ids) == ["A-1", "A-2"]
    assert len(file.rejected) == len(BAD)
    assert [list(file.part(["A-2"]).ids), file.part(["A-2"]).read("A-2")[1]] == [["A-2"], []]


def test_compare_takes_a_folder_of_pdf_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    layout = tmp_path / "small.yaml"
    layout.write_text(LAYOUT, encoding="utf-8")
    folder = tmp_path / "forms"
    folder.mkdir()
    filled(folder, {**VALUES, "person.2.birth_date": "11/30/2011"}, "A-1")
    (folder / "bad.pdf").write_bytes(b"nothing")
    reference = tmp_path / "reference.json"
    reference.write_text(json.dumps({"id": "A-1", "fields": VALUES}), encoding="utf-8")
    arguments = ["keying", "compare", str(folder), str(reference), "--layout", str(layout), "--json"]
    assert execute(arguments) == 1
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert [(d["field"], d["kind"]) for d in result["discrepancies"]] == [("birth_date", "transposed")]
    assert [r["input"] for r in result["rejected"]] == ["bad.pdf"]
    assert "damaged or no PDF" in printed.err
