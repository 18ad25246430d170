"""Pages found in scans: how they may lie, what is not a page, files that cannot be opened."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from keying_builders import record
from paper_builders import VALUES, Reads, form, scanned, small

from qa_toolkit.keying.scans.arrangement import arrange
from qa_toolkit.keying.scans.drawing import draw_form
from qa_toolkit.keying.scans.made_scans import Wear, pages_of_pdf, worn, write_scan
from qa_toolkit.keying.scans.reading import read_scans
from qa_toolkit.keying.scans.template import Fiducials

pytest.importorskip("cv2")
pytest.importorskip("pypdfium2")
pytest.importorskip("reportlab")

PAGE = scanned(record(VALUES, of=small().layout), Wear(150))[0]


def read(paths: list[Path], template=None, **arguments):
    return read_scans(paths, small(), template or form().template, Reads(), **arguments)


def marks(readings) -> dict[str, str | None]:
    return {
        ".".join(p for p in (f.group, f.member, f.field) if p): f.value
        for record in readings.records
        for f in record.fields
        if f.fills or f.field == "applicant"
    }


EXPECTED_MARKS = {
    "contact.reach": "mail",
    "person.1.pregnant": "no",
    "person.1.status": "married",
    "person.2.pregnant": "no",
    "person.2.status": None,
    "signature.applicant": "present",
}


@pytest.mark.parametrize(
    "wear",
    [
        Wear(200),
        Wear(100),
        Wear(300),
        Wear(150, turned=7, glass=25),
        Wear(150, turned=-12, glass=40),
        Wear(200, quarter_turns=1),
        Wear(200, quarter_turns=2, turned=3),
        Wear(200, quarter_turns=3),
        Wear(150, keystone=0.03),
        Wear(150, shift=(9, -7)),
        Wear(150, blur=1.6),
        Wear(200, noise=35),
        Wear(150, shade=120),
        Wear(200, specks=600),
        Wear(150, turned=1, shade=200),
    ],
    ids=str,
)
def test_a_page_is_found_however_it_lies(tmp_path: Path, wear: Wear) -> None:
    page = scanned(record(VALUES, of=small().layout), wear)[0]
    write_scan(tmp_path / "A.png", [page], dpi=wear.dpi)
    readings = read([tmp_path / "A.png"])
    assert readings.rejected == ()
    assert marks(readings) == EXPECTED_MARKS


def test_a_page_on_a_black_lid_a_pale_one_and_a_wavy_one(tmp_path: Path) -> None:
    import cv2

    rows, columns = np.mgrid[0 : PAGE.shape[0], 0 : PAGE.shape[1]].astype(np.float32)
    wavy = cv2.remap(
        PAGE,
        columns + 5 * np.sin(rows / 200),
        rows + 5 * np.sin(columns / 240),
        cv2.INTER_LINEAR,
        borderValue=245,
    )
    pages = {
        "lid": np.pad(PAGE, 100, constant_values=4),
        "pale": (PAGE * 0.25 + 150).astype(np.uint8),
        "dark": (PAGE * 0.5).astype(np.uint8),
        "wavy": wavy,
    }
    for name, page in pages.items():
        save(tmp_path / f"{name}.png", page)
        readings = read([tmp_path / f"{name}.png"])
        assert readings.rejected == (), name
        assert marks(readings) == EXPECTED_MARKS, name


def test_a_corner_may_be_torn_off(tmp_path: Path) -> None:
    for name, (rows, columns) in {
        "top_left": (slice(0, 180), slice(0, 180)),
        "top_right": (slice(0, 180), slice(-180, None)),
        "bottom_left": (slice(-180, None), slice(0, 180)),
        "bottom_right": (slice(-180, None), slice(-180, None)),
    }.items():
        page = PAGE.copy()
        page[rows, columns] = 0
        write_scan(tmp_path / f"{name}.png", [page], dpi=150)
    readings = read(sorted(tmp_path.glob("*.png")))
    assert readings.rejected == ()
    assert [r.pages[0].corner_marks for r in readings.records] == [3, 3, 3, 3]
    assert marks(readings) == EXPECTED_MARKS


def test_half_a_page_says_nothing_of_its_other_half(tmp_path: Path) -> None:
    save(tmp_path / "A.png", PAGE[:700])
    (found,) = read([tmp_path / "A.png"]).records
    states = {(f.group, f.member, f.field): f.state for f in found.fields}
    assert states["contact", "", "first_name"] == "present"
    assert states["signature", "", "applicant"] == "unread"
    assert states["person", "2", "notes"] == "unread"


def test_boxes_are_where_the_fields_are_in_the_scan(tmp_path: Path) -> None:
    """The box of a reading cuts the field out of the scan as it came, upside down or not."""
    upright = Wear(100)
    for turns in (0, 2):
        wear = dataclasses.replace(upright, quarter_turns=turns)
        page = scanned(record({"contact.first_name": "WWWW"}, of=small().layout), wear)[0]
        write_scan(tmp_path / f"{turns}.png", [page], dpi=100)
        (found,) = read([tmp_path / f"{turns}.png"]).records
        written = next(f for f in found.fields if f.field == "first_name" and f.group == "contact")
        empty = next(f for f in found.fields if f.field == "last_name")
        dark = [
            int((page[top + 4 : bottom - 4, left + 4 : right - 4] < 128).sum())
            for left, top, right, bottom in (written.box, empty.box)
        ]
        assert dark[0] > 50
        assert dark[1] == 0


def save(path: Path, page: np.ndarray) -> None:
    write_scan(path, [page], dpi=150)


def other_form(path: Path) -> None:
    pdf = draw_form(arrange(small().layout, members={"person": 1}))
    save(path, pages_of_pdf(pdf, 150)[0])


def noise(path: Path) -> None:
    save(path, np.random.default_rng(0).integers(0, 256, (1600, 1200)).astype(np.uint8))


def text_page(path: Path) -> None:
    from PIL import Image, ImageDraw

    picture = Image.new("L", (1275, 1650), 255)
    drawing = ImageDraw.Draw(picture)
    for line in range(30, 1600, 40):
        drawing.text((80, line), "Dear Sir or Madam, enclosed is the letter that you asked for. " * 2, fill=0)
    picture.save(path)


BAD = [
    ("blank.png", lambda p: save(p, np.full((1650, 1275), 250, np.uint8)), "the page is blank"),
    ("shadow.png", lambda p: save(p, np.tile(np.linspace(250, 180, 1275), (1650, 1)).astype(np.uint8)), "the page is blank"),
    ("black.png", lambda p: save(p, np.zeros((1650, 1275), np.uint8)), "0 of 4 corner marks"),
    ("letter.png", text_page, "0 of 4 corner marks"),
    ("noise.png", noise, "not a page of the form"),
    ("tiny.png", lambda p: save(p, np.full((20, 20), 250, np.uint8)), "too small"),
    ("other.png", other_form, "a page of another form or version"),
    ("lower_half.png", lambda p: save(p, PAGE[800:]), "no page number could be read"),
    ("damaged.png", lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\nnot a picture"), "damaged"),
    ("damaged.jpg", lambda p: p.write_bytes(b"\xff\xd8\xff"), "damaged"),
    ("damaged.tif", lambda p: p.write_bytes(b"II*\x00\x08"), "damaged"),
    ("damaged.pdf", lambda p: p.write_bytes(b"%PDF-1.7\nnothing"), "damaged or no PDF"),
    ("empty.pdf", lambda p: p.write_bytes(b""), "damaged or no PDF"),
    ("notes.txt", lambda p: p.write_text("hello"), "not a scan"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "said"), BAD, ids=[name for name, _, _ in BAD])
def test_what_is_no_page_is_rejected_and_the_rest_goes_on(tmp_path: Path, name: str, make, said: str) -> None:
    make(tmp_path / name)
    save(tmp_path / "zz.png", PAGE)
    readings = read([tmp_path / name, tmp_path / "zz.png"])
    assert [r.record for r in readings.records] == ["zz"]
    (rejected,) = readings.rejected
    assert rejected.input.startswith(name)
    assert said in rejected.reason


def test_an_encrypted_pdf(tmp_path: Path) -> None:
    import io

    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(draw_form(form())))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "A.pdf")
    (rejected,) = read([tmp_path / "A.pdf"]).rejected
    assert "encrypted" in rejected.reason


@pytest.mark.parametrize("name", ["A.tif", "A.png", "A.jpg", "A.pdf"])
@pytest.mark.parametrize("left", [0.2, 0.6, 0.95])
def test_a_scan_that_was_cut_short(tmp_path: Path, name: str, left: float) -> None:
    path = tmp_path / name
    write_scan(path, [PAGE], dpi=150)
    data = path.read_bytes()
    path.write_bytes(data[: round(left * len(data))])
    save(tmp_path / "zz.png", PAGE)
    readings = read([path, tmp_path / "zz.png"])
    assert readings.records[-1].record == "zz"
    assert len(readings.records) + len(readings.rejected) == 2


@pytest.mark.parametrize("mode", ["1", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_picture(tmp_path: Path, mode: str) -> None:
    from PIL import Image

    picture = Image.fromarray(PAGE)
    if mode == "I;16":
        picture = Image.fromarray(PAGE.astype(np.uint16) * 257)
    else:
        picture = picture.convert("RGB").convert(mode)
    picture.save(tmp_path / "A.tif")
    readings = read([tmp_path / "A.tif"])
    assert readings.rejected == ()
    assert marks(readings) == EXPECTED_MARKS


def long_form():
    return arrange(small().layout, members={"person": 12})


def long_pages(serial: int = 0) -> list[np.ndarray]:
    pages = pages_of_pdf(draw_form(long_form(), record=record(VALUES, of=small().layout), serial=serial), 100)
    assert len(pages) == 3
    return [worn(page, Wear(100), 1) for page in pages]


def test_pages_in_the_wrong_order_are_put_in_order(tmp_path: Path) -> None:
    one, two, three = long_pages()
    write_scan(tmp_path / "A.tif", [three, one, two], dpi=100)
    readings = read([tmp_path / "A.tif"], long_form().template)
    (found,) = readings.records
    assert [(page.page, page.number) for page in found.pages] == [(1, 2), (2, 3), (3, 1)]
    assert readings.warnings == ("A: pages came in the order 3, 1, 2; put in order by their printed numbers",)


def test_a_missing_page_is_said_and_its_fields_are_not_blank(tmp_path: Path) -> None:
    one, _, three = long_pages()
    write_scan(tmp_path / "A.pdf", [one, three], dpi=100)
    readings = read([tmp_path / "A.pdf"], long_form().template)
    (found,) = readings.records
    assert found.missing_pages == (2,)
    assert {f.page for f in found.fields} == {1, 3}
    assert readings.warnings == ("A: page 2 is missing; nothing is said of its fields",)


def test_a_page_that_comes_twice(tmp_path: Path) -> None:
    one, two, three = long_pages()
    write_scan(tmp_path / "A.tif", [one, two, two, three], dpi=100)
    readings = read([tmp_path / "A.tif"], long_form().template)
    assert len(readings.records[0].pages) == 3
    assert [(r.record, r.reason) for r in readings.rejected] == [
        ("A", "page 2 came before: the first one is read")
    ]


def test_a_pile_of_applications_in_one_file(tmp_path: Path) -> None:
    pages = long_pages()
    write_scan(tmp_path / "pile.tif", [*pages, *pages], dpi=100)
    readings = read([tmp_path / "pile.tif"], long_form().template)
    assert [(r.record, len(r.pages)) for r in readings.records] == [("pile", 3), ("pile-2", 3)]


def test_printed_serials_keep_mixed_applications_apart(tmp_path: Path) -> None:
    first, second = long_pages(serial=7), long_pages(serial=8)
    mixed = [second[0], first[2], first[0], second[1], second[2], first[1]]
    write_scan(tmp_path / "pile.tif", mixed, dpi=100)
    readings = read([tmp_path / "pile.tif"], long_form().template, serial_format="APP-{serial:05d}")
    assert [(r.record, r.missing_pages) for r in readings.records] == [("APP-00008", ()), ("APP-00007", ())]


def test_one_page_a_file_belongs_to_the_named_record(tmp_path: Path) -> None:
    for number, page in enumerate(long_pages()):
        write_scan(tmp_path / f"{number}.png", [page], dpi=100)
    readings = read(sorted(tmp_path.glob("*.png")), long_form().template, record="APP-9")
    assert [(r.record, r.missing_pages) for r in readings.records] == [("APP-9", ())]


def without_fiducials(folder: Path):
    """The small form as a template that knows its pages only by a picture of them, the corner marks painted over."""
    template = form().template
    blank = pages_of_pdf(draw_form(form()), 150)[0]
    save(folder / "blank.png", covered(blank, 150))
    pages = tuple(page.model_copy(update={"blank": "blank.png"}) for page in template.pages)
    return template.model_copy(update={"fiducials": None, "strip": None, "code": None, "pages": pages})


def covered(page: np.ndarray, dpi: int) -> np.ndarray:
    made, band = page.copy(), round(17.5 * dpi / 25.4)
    made[:band], made[-band:] = 255, 255
    return made


@pytest.mark.parametrize(
    "wear",
    [Wear(150), Wear(200, turned=4, noise=8, blur=0.8), Wear(150, quarter_turns=2), Wear(100, turned=-2)],
    ids=str,
)
def test_a_form_without_fiducials_is_found_by_its_print(tmp_path: Path, wear: Wear) -> None:
    from qa_toolkit.keying.scans.content import load_blanks

    template = without_fiducials(tmp_path)
    pdf = draw_form(form(), record=record(VALUES, of=small().layout))
    page = worn(covered(pages_of_pdf(pdf, wear.dpi)[0], wear.dpi), wear, 3)
    write_scan(tmp_path / "A.png", [page], dpi=wear.dpi)
    readings = read([tmp_path / "A.png"], template, blanks=load_blanks(template, tmp_path))
    assert readings.rejected == ()
    assert marks(readings) == EXPECTED_MARKS


@pytest.mark.parametrize("make", [text_page, noise, other_form], ids=["letter", "noise", "other"])
def test_other_pages_are_not_found_by_print(tmp_path: Path, make) -> None:
    from qa_toolkit.keying.scans.content import load_blanks

    template = without_fiducials(tmp_path)
    make(tmp_path / "A.png")
    readings = read([tmp_path / "A.png"], template, blanks=load_blanks(template, tmp_path))
    assert readings.records == ()
    assert "not a page of the form" in readings.rejected[0].reason


def test_a_template_needs_fiducials_or_pictures() -> None:
    from pydantic import ValidationError

    from qa_toolkit.keying.scans.template import FormTemplate

    data = form().template.model_dump(exclude_none=True)
    del data["fiducials"], data["strip"], data["code"]
    with pytest.raises(ValidationError, match="neither fiducials nor a picture"):
        FormTemplate.model_validate(data)
    assert Fiducials(size=8, centres=((1, 1), (2, 1), (1, 2), (2, 2))).size == 8
