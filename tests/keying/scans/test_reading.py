"""Fields read from pages: marks, writing, what is doubtful, and the worklist."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keying_builders import record
from paper_builders import VALUES, Reads, form, scanned, small

from qa_toolkit.domain.scans import FieldReading, ScannedRecord
from qa_toolkit.keying.layout import FieldSpec
from qa_toolkit.keying.scans.fitting import fitted, looks_alike
from qa_toolkit.keying.scans.made_scans import Wear, write_scan
from qa_toolkit.keying.scans.marks import fill_ratio, verdict
from qa_toolkit.keying.scans.pairing import ScanComparer
from qa_toolkit.keying.scans.pens import Pen
from qa_toolkit.keying.scans.reading import read_scans
from qa_toolkit.keying.scans.recognition import ReadText
from qa_toolkit.keying.scans.registration import PIXELS_PER_MM
from qa_toolkit.keying.scans.worklist import differences

cv2 = pytest.importorskip("cv2")
pytest.importorskip("reportlab")

BOX = (10.0, 10.0, 4.2, 4.2)
SIDE = round(4.2 * PIXELS_PER_MM)
AT = round(10 * PIXELS_PER_MM)


def boxed(draw=lambda page: None, shift: tuple[int, int] = (0, 0)) -> np.ndarray:
    """A piece of paper with one box to mark, and whatever is drawn into it."""
    page = np.full((250, 250), 255, np.uint8)
    x, y = AT + shift[0], AT + shift[1]
    cv2.rectangle(page, (x, y), (x + SIDE, y + SIDE), 0, 2)
    draw(page[y : y + SIDE + 1, x : x + SIDE + 1])
    return page


def line(page, one, other, width=3) -> None:
    scale = page.shape[0] - 1
    points = [tuple(round(v * scale) for v in point) for point in (one, other)]
    cv2.line(page, points[0], points[1], 0, width)


def cross(page) -> None:
    line(page, (0.1, 0.1), (0.9, 0.9))
    line(page, (0.1, 0.9), (0.9, 0.1))


def tick(page) -> None:
    line(page, (0.1, 0.5), (0.4, 0.9))
    line(page, (0.4, 0.9), (0.95, 0.05))


def filled(page) -> None:
    page[:] = 0


def dot(page) -> None:
    cv2.circle(page, (SIDE // 2, SIDE // 2), SIDE // 5, 0, -1)


def stray(page) -> None:
    line(page, (0.0, 0.15), (0.3, 0.0), 2)


def strike(page) -> None:
    line(page, (0.0, 0.5), (1.0, 0.45), 1)


@pytest.mark.parametrize(
    ("draw", "expected"),
    [
        (lambda page: None, {"empty"}),
        (cross, {"marked"}),
        (tick, {"marked"}),
        (filled, {"marked"}),
        (dot, {"marked", "doubtful"}),
        (stray, {"empty", "doubtful"}),
        (strike, {"empty", "doubtful"}),
    ],
)
@pytest.mark.parametrize("shift", [(0, 0), (6, -5), (-8, 8)])
def test_marks(draw, expected: set[str], shift: tuple[int, int]) -> None:
    """Crosses, ticks and filled boxes are marks; stray lines and strikes are none, also on a page that shrank a little."""
    assert verdict(fill_ratio(boxed(draw, shift), BOX)) in expected


@pytest.mark.parametrize(
    ("spec", "text", "value", "reason"),
    [
        ({"type": "date"}, "07104/1977", "07/04/1977", "read as '07104/1977'"),
        ({"type": "date"}, "O7/04/l977", "07/04/1977", "read as 'O7/04/l977'"),
        ({"type": "date"}, "07/04/1977", "07/04/1977", None),
        ({"type": "date"}, "02/30/1986", "02/30/1986", "is no day"),
        ({"type": "date"}, "14/07/1986", "14/07/1986", "is no day"),
        ({"type": "phone"}, "(916) SS5-O142", "(916) 555-0142", "read as"),
        ({"type": "phone"}, "916 555 014", "916 555 014", "9 digits"),
        ({"type": "money"}, "$1,454.72", "$1,454.72", None),
        ({"type": "money"}, "$l,4S4.72", "$1,454.72", "read as"),
        ({"type": "money"}, "8412.00", "8412.00", None),
        ({"type": "ssn"}, "912-34-5678", "912-34-5678", None),
        ({"type": "ssn"}, "9I2-34-S678", "912-34-5678", "read as"),
        ({"type": "name"}, "0'Connor", "0'Connor", None),
        ({"type": "text", "normaliser": "a_number"}, "AO87654321", "A087654321", "read as"),
        ({"type": "name"}, "", "", None),
    ],
)
def test_text_is_fitted_to_its_type(spec: dict, text: str, value: str, reason: str | None) -> None:
    found = fitted(FieldSpec(id="x", **spec), text)
    assert found[0] == value
    assert (found[1] is None) == (reason is None)
    assert reason is None or reason in (found[1] or "")


@given(
    text=st.text(max_size=20),
    type_=st.sampled_from(["date", "phone", "money", "ssn", "number", "name", "text", "code"]),
)
@settings(max_examples=200)
def test_fitting_never_fails_and_never_makes_a_value_of_nothing(text: str, type_: str) -> None:
    value, _ = fitted(FieldSpec(id="x", type=type_), text)
    assert bool(value) == bool("".join(text.split()))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("O'Connor", "0'Connor", True), ("5", "S", True), ("miguel", "miquel", True), ("Jose", "oJse", False),
     ("1454.72", "14547.20", False), ("Ana", "Ann", False), ("", "x", False)],
)  # fmt: skip
def test_texts_that_recognisers_take_for_one_another(one: str, other: str, alike: bool) -> None:
    assert looks_alike(one, other) is alike


def read(
    tmp_path: Path,
    values: dict[str, str],
    say=lambda crop: ReadText("anything", 0.99),
    wear: Wear | None = None,
):
    pages = scanned(record(values, of=small().layout), wear or Wear(150))
    write_scan(tmp_path / "A.png", pages, dpi=150)
    (found,) = read_scans([tmp_path / "A.png"], small(), form().template, Reads(say)).records
    return {(f.group, f.member, f.field): f for f in found.fields}


def test_blank_fields_are_blank_and_nothing_is_recognised_in_them(tmp_path: Path) -> None:
    asked = []

    def say(crop) -> ReadText:
        asked.append(crop)
        return ReadText("x", 0.9)

    fields = read(tmp_path, {"contact.first_name": "Ana"}, say, Wear(150, specks=200, noise=10))
    assert len(asked) == 1
    assert fields["contact", "", "first_name"].state == "present"
    assert {f.state for place, f in fields.items() if place != ("contact", "", "first_name")} <= {
        "blank",
        "present",
    }
    assert fields["signature", "", "applicant"].value == "absent"


def test_both_boxes_marked_is_an_ambiguous_mark(tmp_path: Path) -> None:
    fields = read(tmp_path, {"person.1.pregnant": "(ambiguous_mark)", "contact.reach": "phone;mail"})
    both = fields["person", "1", "pregnant"]
    assert (both.state, both.doubtful) == ("ambiguous_mark", True)
    several = fields["contact", "", "reach"]
    assert (several.state, several.value) == ("present", "phone;mail")


def test_crossed_out_and_unreadable_places_are_doubtful(tmp_path: Path) -> None:
    from qa_toolkit.keying.records import Entry, Record

    crossed = Record("A", {"contact": {"": {"last_name": Entry("Hernandez", "crossed_out")}}})
    pages = scanned(crossed, Wear(200))
    write_scan(tmp_path / "A.png", pages, dpi=200)
    (found,) = read_scans([tmp_path / "A.png"], small(), form().template, Reads()).records
    reading = next(f for f in found.fields if f.field == "last_name")
    assert reading.reason == "looks crossed out"
    nothing = read(tmp_path, {"contact.last_name": "Hernandez"}, lambda crop: ReadText("", 0.0))
    assert nothing["contact", "", "last_name"].state == "unread"


def test_pencil_is_read_and_doubtful(tmp_path: Path) -> None:
    """A pencil leaves grey, not black: what it wrote is never taken for blank."""
    pen = Pen(size=12, ink=0.65)
    pages = scanned(record(VALUES, of=small().layout), Wear(200, turned=1, blur=0.5, noise=6), pen=pen)
    write_scan(tmp_path / "A.png", pages, dpi=200)
    (found,) = read_scans([tmp_path / "A.png"], small(), form().template, Reads()).records
    written = {name for name, value in VALUES.items() if value}
    for each in found.fields:
        name = ".".join(part for part in (each.group, each.member, each.field) if part)
        assert (each.value not in (None, "absent")) == (name in written), name


def test_low_confidence_is_doubtful(tmp_path: Path) -> None:
    fields = read(tmp_path, {"contact.last_name": "Lee"}, lambda crop: ReadText("Lee", 0.6))
    assert fields["contact", "", "last_name"].reason == "low confidence"


def reading(place: str, value: str | None, state: str = "present", **more) -> FieldReading:
    group, _, rest = place.partition(".")
    member, _, name = rest.rpartition(".")
    given = {"confidence": 0.99, "doubtful": False, "reason": None, **more}
    return FieldReading(
        group, member, name, value, state, page=1, file="A.png", number=1, box=(0, 0, 1, 1), **given
    )


def listed(keyed: dict[str, str], *readings: FieldReading, missing: tuple[int, ...] = (), **arguments):
    scanned_record = ScannedRecord("R", (), missing, readings)
    comparer = ScanComparer(small().layout)
    items, counts = differences(record(keyed, of=small().layout), scanned_record, comparer, **arguments)
    return {f"{i.group}.{i.member or ''}.{i.field}": i for i in items}, counts


def test_differences_are_named_and_ordered_by_weight_and_clearness() -> None:
    items, counts = listed(
        {"contact.first_name": "oJse", "contact.last_name": "0'Connor", "contact.phone": "9165550142"},
        reading("contact.first_name", "Jose"),
        reading("contact.last_name", "O'Connor"),
        reading("contact.phone", "9165550124", doubtful=True, reason="low confidence", confidence=0.5),
    )
    assert {name: (i.kind, i.priority) for name, i in items.items()} == {
        "contact..first_name": ("transposed", 3.0),
        "contact..last_name": ("wrong_value", 0.9),
        "contact..phone": ("transposed", 0.8),
    }
    assert (counts.compared, counts.differing) == (3, 3)


def test_formats_are_no_difference() -> None:
    items, _ = listed(
        {"contact.phone": "916-555-0142", "person.1.birth_date": "1986-02-28", "contact.first_name": "INES"},
        reading("contact.phone", "(916) 555-0142"),
        reading("person.1.birth_date", "02/28/1986"),
        reading("contact.first_name", "Inés"),
    )
    assert items == {}


def test_what_was_not_read_is_not_compared() -> None:
    """Pages that are missing and places that could not be read raise nothing, either way."""
    items, counts = listed(
        {
            "contact.first_name": "Ana",
            "contact.phone": "9165550142",
            "person.1.first_name": "Jun",
            "person.2.first_name": "Mai",
        },
        reading("contact.first_name", "Ana"),
        reading("contact.phone", None, "unread"),
        missing=(2,),
    )
    assert items == {}
    assert (counts.compared, counts.unread, counts.missing_pages) == (1, 1, (2,))


def test_two_persons_in_each_others_column_are_one_exchange() -> None:
    names = ("first_name", "birth_date", "ssn", "status")
    one = dict(zip(names, ("Ana", "02/28/1986", "912-34-5678", "married"), strict=True))
    two = dict(zip(names, ("Jun", "11/03/2011", "913-98-7654", "single"), strict=True))
    keyed = {f"person.1.{n}": v for n, v in two.items()} | {f"person.2.{n}": v for n, v in one.items()}
    readings = [reading(f"person.1.{n}", v) for n, v in one.items()]
    readings += [reading(f"person.2.{n}", v) for n, v in two.items()]
    items, _ = listed(keyed, *readings)
    root = items.pop("person.1+2.")
    assert root.kind == "column_swap"
    assert all(item.root and item.priority < root.priority for item in items.values())


def test_misread_names_make_no_missed_and_no_extra_member() -> None:
    """A keyed member and a reading that have little in common still stand in the same place of the form."""
    keyed = {"person.1.first_name": "Guadalupe", "person.1.birth_date": "02/28/1986", "person.1.status": "single",
             "person.1.income": "1200", "person.2.first_name": "Jun", "person.2.birth_date": "11/03/2011"}  # fmt: skip
    items, _ = listed(
        keyed,
        reading("person.1.first_name", "6va+l", doubtful=True, reason="low confidence"),
        reading("person.1.birth_date", "82/23/7935", doubtful=True, reason="is no day"),
        reading("person.1.status", "single"),
        reading("person.1.income", "1200"),
        reading("person.2.first_name", "Jun"),
        reading("person.2.birth_date", "11/03/2011"),
    )
    assert set(items) == {"person.1.first_name", "person.1.birth_date"}


def test_a_member_that_was_not_keyed_is_one_error() -> None:
    values = {"first_name": "Mai", "birth_date": "11/03/2011", "ssn": "913-98-7654", "status": "single"}
    first = {"person.1.first_name": "Ana", "person.1.birth_date": "02/28/1986"}
    items, _ = listed(first, *[reading(name, value) for name, value in first.items()],
                      *[reading(f"person.2.{name}", value) for name, value in values.items()])  # fmt: skip
    assert items["person.2."].kind == "missed_member"


def test_a_signature_that_is_not_there_and_not_keyed_is_no_difference() -> None:
    items, _ = listed(
        {"contact.first_name": "Ana"},
        reading("signature.applicant", "absent"),
        reading("contact.first_name", "Ana"),
    )
    assert items == {}
    items, _ = listed({"signature.applicant": "present"}, reading("signature.applicant", "absent"))
    assert [item.kind for item in items.values()] == ["wrong_code"]


def test_numbers_are_masked_unless_asked_for() -> None:
    keyed, read_ = {"person.1.ssn": "912-34-5687"}, reading("person.1.ssn", "912-34-5678")
    (masked,) = listed(keyed, read_)[0].values()
    assert (masked.keyed, masked.read) == ("***-**-5687", "***-**-5678")
    (shown,) = listed(keyed, read_, show_identifiers=True)[0].values()
    assert (shown.keyed, shown.read) == ("912-34-5687", "912-34-5678")


def test_the_same_scan_is_read_alike(tmp_path: Path) -> None:
    from qa_toolkit.domain.contract import canonical_json, to_contract

    pages = scanned(record(VALUES, of=small().layout), Wear(150, turned=1, noise=5))
    write_scan(tmp_path / "A.png", pages, dpi=150)
    made = [
        canonical_json(to_contract(read_scans([tmp_path / "A.png"], small(), form().template, Reads())))
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert str(tmp_path) not in made[0]
