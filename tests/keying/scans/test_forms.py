"""Forms drawn from a layout: geometry, template, languages, page code."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keying_builders import record, shipped
from paper_builders import VALUES, form, small

from qa_toolkit.errors import LayoutError, UsageError
from qa_toolkit.keying.scans.arrangement import arrange
from qa_toolkit.keying.scans.drawing import draw_form
from qa_toolkit.keying.scans.page_code import PageCode, cells_of, read_cells
from qa_toolkit.keying.scans.template import examine_template, load_template, template_text

pytest.importorskip("reportlab")


@pytest.mark.parametrize(
    "arguments", [{}, {"core": True}, {"members": {"person": 1}}, {"groups": ["contact"]}]
)
def test_every_field_has_its_place_and_no_two_boxes_overlap(arguments: dict) -> None:
    layout = shipped().layout
    made = arrange(layout, **arguments).template
    groups = arguments.get("groups") or list(layout.by_id)
    known = set(layout.metadata_fields.values())
    wanted = {
        (group.id, spec.id)
        for group, spec in layout.fields()
        if group.id in groups
        and (spec.core or "core" not in arguments)
        and f"{group.id}.{spec.id}" not in known
    }
    assert {(box.group, box.field) for _, box in made.places()} == wanted
    for page in made.pages:
        for one, other in combinations([box.box for box in page.boxes], 2):
            apart = (
                one[0] + one[2] <= other[0]
                or other[0] + other[2] <= one[0]
                or one[1] + one[3] <= other[1]
                or other[1] + other[3] <= one[1]
            )
            assert apart, (one, other)


def test_every_member_of_the_layout_has_its_boxes() -> None:
    members = arrange(shipped().layout, members={"person": 6}).template.members()
    assert members["person"] == ["1", "2", "3", "4", "5", "6"]
    assert members["contact"] == [""]


def test_the_template_says_what_was_arranged() -> None:
    made = arrange(shipped().layout).template
    again, faults = examine_template(template_text(made), shipped().layout)
    assert faults == []
    assert again == made


def test_english_and_spanish_forms_have_one_template_and_the_same_bytes_each_time() -> None:
    english, spanish = draw_form(form()), draw_form(form(), language="es")
    assert english == draw_form(form())
    assert english != spanish


def test_labels_are_in_the_language() -> None:
    pypdf = pytest.importorskip("pypdf")
    import io

    text = pypdf.PdfReader(io.BytesIO(draw_form(form(), language="es"))).pages[0].extract_text()
    assert "Embarazada" in text
    assert "Por correo" in text
    assert "Página 1 de 1" in text
    assert "Pregnant" not in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("kind: text", "kind: drawing"), "'drawing' is not an accepted value"),
        (("field: first_name", "field: fist_name"), "did you mean 'first_name'?"),
        (("group: contact", "group: contacts"), "did you mean 'contact'?"),
        (("- number: 1", "- number: 2"), "pages are not numbered 1, 2, 3"),
        (("width: 215.9", "width: 100"), "leaves the paper"),
        (("code:", "kode:"), "did you mean 'code'?"),
        (("id: small_form,", "id: other_form,"), "the template is of the layout 'other_form'"),
    ],
)
def test_a_faulty_template_is_refused_with_the_reason(tmp_path, change: tuple[str, str], said: str) -> None:
    path = tmp_path / "t.yaml"
    text = template_text(form().template)
    assert change[0] in text
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(LayoutError) as caught:
        load_template(path, small().layout)
    assert any(said in fault for fault in caught.value.faults)


def test_a_template_that_is_not_there(tmp_path) -> None:
    with pytest.raises(LayoutError, match="no such template file"):
        load_template(tmp_path / "none.yaml", small().layout)


@pytest.mark.parametrize(
    "arguments",
    [
        {"groups": ["nobody"]},
        {"members": {"nobody": 1}},
        {"members": {"contact": 2}},
        {"members": {"person": 1500}},
    ],
)
def test_forms_that_cannot_be_drawn(arguments: dict) -> None:
    with pytest.raises(UsageError):
        arrange(small().layout, **arguments)


@pytest.mark.parametrize("arguments", [{"language": "fr"}, {"serial": 1 << 24}, {"serial": -1}])
def test_drawings_that_are_refused(arguments: dict) -> None:
    with pytest.raises(UsageError):
        draw_form(form(), **arguments)


@given(form=st.integers(0, 65535), page=st.integers(1, 255), serial=st.integers(0, (1 << 24) - 1))
def test_a_page_code_is_read_back(form: int, page: int, serial: int) -> None:
    assert read_cells(cells_of(PageCode(form, page, serial))) == PageCode(form, page, serial)


@given(
    form=st.integers(0, 65535),
    page=st.integers(1, 255),
    serial=st.integers(0, (1 << 24) - 1),
    flips=st.sets(st.integers(0, 63), min_size=1, max_size=3),
)
def test_one_to_three_misread_cells_are_noticed(form: int, page: int, serial: int, flips: set[int]) -> None:
    """CRC-16/XMODEM finds every error of up to three bits in a message this short."""
    cells = cells_of(PageCode(form, page, serial))
    for at in flips:
        cells[at] = not cells[at]
    assert read_cells(cells) is None


def test_values_longer_than_their_box_are_written_smaller() -> None:
    long = record({**VALUES, "person.1.street": "1" * 300}, of=small().layout)
    assert draw_form(form(), record=long).startswith(b"%PDF")
