"""Pages on keyed applications: what they say, and that they stay closed to hostile text."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from page_reader import Page
from paper_builders import LAYOUT

from qa_toolkit.cli.main import execute
from qa_toolkit.domain.keying import LayoutRef
from qa_toolkit.domain.scans import (
    FieldReading,
    ReadBy,
    ScannedPage,
    ScannedRecord,
    ScanReadings,
    TemplateRef,
)
from qa_toolkit.keying import parse_layout
from qa_toolkit.reports.keying_report import write_keying_pages

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def write(
    path: Path,
    records: Mapping[str, Mapping[str, str]],
    metadata: Mapping[str, Mapping[str, str]] | None = None,
) -> Path:
    """Field rows of ``{record: {"group.member.field": value}}``."""
    names = sorted({name for values in (metadata or {}).values() for name in values})
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["record", "group", "member", "field", "value", "state", *names])
        for record, values in records.items():
            for name, value in values.items():
                group, _, rest = name.partition(".")
                member, _, field = rest.rpartition(".")
                more = [(metadata or {}).get(record, {}).get(n, "") for n in names]
                writer.writerow([record, group, member, field, value, "", *more])
    return path


def forms(count: int, wrong: int = 0, first_name: str = "Ana") -> tuple[dict, dict]:
    reference = {
        f"R{n:03d}": {"contact.first_name": first_name, "contact.phone": "9165550142", "person.1.first_name": "Ana",
                      "person.1.birth_date": "02/28/1986", "person.1.ssn": "912-34-5678"}
        for n in range(count)
    }  # fmt: skip
    keyed = {name: dict(values) for name, values in reference.items()}
    for name in list(keyed)[:wrong]:
        keyed[name]["contact.phone"] = "9165550124"
    return keyed, reference


def closed(source: str) -> Page:
    """The page, well formed, and with nothing in it that loads or runs but pictures it carries itself."""
    page = Page(source)
    assert page.faults == []
    assert source.startswith("<!DOCTYPE html>")
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in page.tags}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    for tag, attributes in page.tags:
        if "src" in attributes:
            assert tag == "img"
            assert re.fullmatch(r"data:image/png;base64,[A-Za-z0-9+/=]+", attributes["src"] or "")
    assert not [link for link in page.links if ":" in link or link.startswith("//")]
    assert "url(" not in source[source.index("<style>") : source.index("</style>")]
    return page


def pages(
    tmp_path: Path, keyed: dict, reference: dict, metadata: dict | None = None, **arguments
) -> dict[str, Page]:
    out = tmp_path / "pages"
    write_keying_pages(
        write(tmp_path / "keyed.csv", keyed, metadata),
        write(tmp_path / "reference.csv", reference),
        parse_layout(LAYOUT),
        out,
        **arguments,
    )
    return {path.relative_to(out).as_posix(): closed(path.read_text("utf-8")) for path in out.rglob("*.html")}


def test_unit_and_operators_have_their_pages(tmp_path: Path) -> None:
    keyed, reference = forms(30, wrong=6)
    metadata = {name: {"operator": f"op-{n % 3}", "site": "Fresno"} for n, name in enumerate(keyed)}
    made = pages(tmp_path, keyed, reference, metadata)
    assert set(made) == {"index.html", "operators/op-0.html", "operators/op-1.html", "operators/op-2.html"}
    unit = made["index.html"].words
    assert "6 of 150 fields" in unit
    assert "6 of 30 forms" in unit
    assert "not different from the unit" in unit
    assert made["index.html"].links == [f"operators/op-{n}.html" for n in range(3)]
    own = made["operators/op-0.html"].words
    assert "2 of 50 fields" in own
    assert "The whole unit: wrong fields in 10,000 400.0" in own
    assert "fewer than 20 forms" in own
    assert "9165550124" in own


def test_forms_with_a_critical_error_have_a_rate_of_their_own(tmp_path: Path) -> None:
    """Limits are Wilson's: 9 of 20 is 25.8 to 65.8 %, 4 of 20 is 8.1 to 41.6 % (Wilson 1927)."""
    keyed, reference = forms(20, wrong=5)
    for name in list(keyed)[5:9]:
        keyed[name]["person.1.ssn"] = "912-34-5687"
    words = pages(tmp_path, keyed, reference)["index.html"].words
    assert "Forms with an error 45.0 % 25.8–65.8 % 9 of 20 forms" in words
    assert "Forms with a critical error 20.0 % 8.1–41.6 % 4 of 20 forms" in words


def test_operators_are_in_the_order_of_their_names_whatever_their_rates(tmp_path: Path) -> None:
    keyed, reference = forms(40, wrong=20)
    metadata = {name: {"operator": "zoe" if n < 20 else "ann"} for n, name in enumerate(keyed)}
    made = pages(tmp_path, keyed, reference, metadata)
    assert made["index.html"].links == ["operators/ann.html", "operators/zoe.html"]
    assert "rank" in made["index.html"].words


def test_a_clear_difference_is_called_one(tmp_path: Path) -> None:
    keyed, reference = forms(80, wrong=40)
    metadata = {name: {"operator": "zoe" if n < 40 else "ann"} for n, name in enumerate(keyed)}
    made = pages(tmp_path, keyed, reference, metadata)
    assert "The whole interval lies above the unit's rate." in made["operators/zoe.html"].words


def test_hostile_names_and_values_are_text(tmp_path: Path) -> None:
    keyed, reference = forms(3, first_name=EVIL)
    for values in keyed.values():
        values["contact.first_name"] = EVIL + "x"
    metadata = {name: {"operator": EVIL, "site": EVIL} for name in keyed}
    made = pages(tmp_path, keyed, reference, metadata)
    (operator,) = [name for name in made if name != "index.html"]
    assert re.fullmatch(r"operators/[A-Za-z0-9._-]+\.html", operator)
    assert "alert(1)" in made[operator].words


def test_hostile_record_ids_are_text_in_the_chart_too(tmp_path: Path) -> None:
    keyed, reference = forms(3, wrong=2)
    keyed = {f"{EVIL}{name}": values for name, values in keyed.items()}
    reference = {f"{EVIL}{name}": values for name, values in reference.items()}
    made = pages(tmp_path, keyed, reference, {name: {"operator": "a"} for name in keyed})
    assert "alert(1)" in made["operators/a.html"].words
    assert "form by form" in made["index.html"].words


def test_identifiers_are_masked_unless_asked_for(tmp_path: Path) -> None:
    keyed, reference = forms(2)
    keyed["R000"]["person.1.ssn"] = "912-34-5687"
    metadata = {name: {"operator": "a"} for name in keyed}
    masked = pages(tmp_path, keyed, reference, metadata)["operators/a.html"]
    assert "***-**-5678" in masked.words
    assert "912-34" not in masked.source
    shown = pages(tmp_path, keyed, reference, metadata, show_identifiers=True)["operators/a.html"]
    assert "912-34-5678" in shown.words


def test_days_make_the_points_of_the_chart(tmp_path: Path) -> None:
    keyed, reference = forms(40, wrong=7)
    metadata = {
        name: {"operator": "a", "ended": f"2026-11-{n // 10 + 1:02d}T10:00:00"}
        for n, name in enumerate(keyed)
    }
    unit = pages(tmp_path, keyed, reference, metadata)["index.html"]
    assert "Wrong fields in 100, by day" in unit.words
    assert "2026-11-04" in unit.source


def test_speed_stands_beside_the_errors(tmp_path: Path) -> None:
    """Five fields a form, half an hour each: ten fields an hour."""
    keyed, reference = forms(4, wrong=1)
    times = {"operator": "a", "started": "2026-11-02T10:00:00", "ended": "2026-11-02T10:30:00"}
    unit = pages(tmp_path, keyed, reference, dict.fromkeys(keyed, times))["index.html"]
    assert re.search(r"Fields an hour a 4 20 1 1 500\.0 \S+ 10 ", unit.words)


def test_one_form_and_no_operator(tmp_path: Path) -> None:
    keyed, reference = forms(1)
    made = pages(tmp_path, keyed, reference)
    assert set(made) == {"index.html"}
    assert "0 of 5 fields" in made["index.html"].words


def test_what_was_not_compared_is_listed(tmp_path: Path) -> None:
    keyed, reference = forms(3)
    del keyed["R002"]
    unit = pages(tmp_path, keyed, reference)["index.html"]
    assert "only in reference.csv" in unit.words


def readings_of(record: str, field: str, box: tuple[int, int, int, int]) -> ScanReadings:
    group, member = ("person", "1") if field == "ssn" else ("contact", "")
    reading = FieldReading(group, member, field, "x", "present", 0.9, False, None, 1, "A.png", 1, box)
    page = ScannedPage(1, "A.png", 1, 0.0, 7.9, 4)
    return ScanReadings(
        LayoutRef("small_form", "1.0.0"), TemplateRef("t", "1.0.0", 1), ReadBy("e", "m"),
        (ScannedRecord(record, (page,), (), (reading,)),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "arguments", "pictures"),
    [("phone", {}, 1), ("ssn", {}, 0), ("ssn", {"show_identifiers": True}, 1)],
)
def test_the_field_on_paper_stands_beside_the_error(
    tmp_path: Path, field: str, arguments: dict, pictures: int
) -> None:
    """Pictures of numbers that are masked are left out, as the numbers are."""
    image = pytest.importorskip("PIL.Image")
    image.new("L", (400, 300), 255).save(tmp_path / "A.png")
    keyed, reference = forms(2)
    keyed["R000"]["contact.phone"] = "9165550124"
    keyed["R000"]["person.1.ssn"] = "912-34-5687"
    metadata = {name: {"operator": "a"} for name in keyed}
    made = pages(
        tmp_path, keyed, reference, metadata,
        readings=readings_of("R000", field, (10, 10, 200, 60)), scans=(tmp_path / "A.png",), **arguments,
    )  # fmt: skip
    assert len(made["operators/a.html"].of("img")) == pictures


def test_the_same_input_gives_the_same_pages(tmp_path: Path) -> None:
    keyed, reference = forms(12, wrong=3)
    metadata = {name: {"operator": f"op-{n % 2}"} for n, name in enumerate(keyed)}
    first = {name: page.source for name, page in pages(tmp_path, keyed, reference, metadata).items()}
    assert {name: page.source for name, page in pages(tmp_path, keyed, reference, metadata).items()} == first


def test_the_command_writes_the_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from qa_toolkit.resources import sample_dir

    samples = sample_dir() / "keying"
    arguments = [
        "keying",
        "report",
        samples / "keyed.csv",
        samples / "reference.csv",
        "--layout",
        "covered_application",
    ]
    assert execute([*map(str, arguments), "--out", str(tmp_path / "out"), "--json", "--language", "es"]) == 0
    import json

    found = json.loads(capsys.readouterr().out)
    assert found["records"] == 36
    unit = closed(Path(found["page"]).read_text("utf-8"))
    assert len(unit.links) == len(found["operators"]) == 4
    assert "Solicitud de seguro de salud" in unit.words


def test_scans_without_readings_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keyed, reference = forms(1)
    one, other = write(tmp_path / "k.csv", keyed), write(tmp_path / "r.csv", reference)
    layout = tmp_path / "l.yaml"
    layout.write_text(LAYOUT, encoding="utf-8")
    arguments = [
        "keying",
        "report",
        one,
        other,
        "--layout",
        layout,
        "--out",
        tmp_path / "o",
        "--scans",
        tmp_path,
    ]
    assert execute([str(each) for each in arguments]) == 2
    assert "give --scan-readings, too" in capsys.readouterr().err
