"""Paper, scan, reading, comparison: the whole way by the command line, on the sample pages."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from qa_toolkit.cli.main import execute
from qa_toolkit.domain.contract import json_schema
from qa_toolkit.domain.scans import SECOND_OPINION
from qa_toolkit.resources import sample_dir

pytest.importorskip("rapidocr")
pytest.importorskip("reportlab")

SCANS = sample_dir() / "scans"
KEYED = sample_dir() / "keying" / "keyed.csv"
TRANSCRIPT = sample_dir() / "transcripts" / "inb-003.json"
REFERENCE = sample_dir() / "keying" / "reference.csv"
LAYOUT = ("--layout", "covered_application")


def run(*arguments: object) -> int:
    return execute([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample pages, read once."""
    out = tmp_path_factory.mktemp("readings") / "readings.json"
    assert run("keying", "read", SCANS, *LAYOUT, "--template", SCANS / "template.yaml", "--out", out) == 0
    return out


def test_all_pages_of_the_sample_are_read(readings: Path) -> None:
    found = json.loads(readings.read_text("utf-8"))
    jsonschema.validate(found, json_schema("scan-readings"))
    assert found["note"] == SECOND_OPINION
    assert found["rejected"] == []
    assert [(r["record"], len(r["pages"]), r["missing_pages"]) for r in found["records"]] == [
        ("APP-00001", 4, []),
        ("APP-00006", 4, []),
        ("APP-00007", 4, []),
    ]
    upside_down = found["records"][1]["pages"][2]
    assert abs(upside_down["rotation"]) > 170


def test_seeded_errors_of_the_sample_come_first(readings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every keying error that was put into these three records is on the worklist, at its top."""
    with (sample_dir() / "keying" / "seeded_errors.csv").open(encoding="utf-8") as stream:
        rows = [line.strip().split(",") for line in stream]
    names = {"APP-00001", "APP-00006", "APP-00007"}
    seeded = {(r, g, m, f, k) for r, g, m, f, k in rows[1:] if r in names and k != "crossed_out"}
    capsys.readouterr()
    assert run("keying", "worklist", KEYED, *LAYOUT, "--scan-readings", readings, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["note"] == SECOND_OPINION
    listed = [(i["record"], i["group"], i["member"] or "", i["field"], i["kind"]) for i in found["items"]]
    assert set(listed[: len(seeded)]) == seeded
    assert len(listed) <= len(seeded) + 4
    assert all(item["box"] and item["file"].startswith("APP-") for item in found["items"])
    priorities = [item["priority"] for item in found["items"]]
    assert priorities == sorted(priorities, reverse=True)


def test_a_reading_changes_no_accuracy(
    readings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report with scans shows the paper; its figures are those without scans."""
    plain, scanned = tmp_path / "plain", tmp_path / "scanned"
    files = (KEYED, REFERENCE, *LAYOUT)
    assert run("keying", "report", *files, "--out", plain) == 0
    assert (
        run("keying", "report", *files, "--out", scanned, "--scan-readings", readings, "--scans", SCANS) == 0
    )
    assert (plain / "index.html").read_bytes() == (scanned / "index.html").read_bytes()
    pictures = sum(
        p.read_text("utf-8").count("data:image/png") for p in (scanned / "operators").glob("*.html")
    )
    assert pictures == 4


def test_a_form_drawn_by_the_command_is_read_by_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Drawn with a record, printed (rendered), read: what comes back is the record."""
    form = tmp_path / "APP-00006.pdf"
    arguments = (
        "--core",
        "--group",
        "contact",
        "--group",
        "household",
        "--record",
        REFERENCE,
        "--id",
        "APP-00006",
    )
    assert run("keying", "form", *LAYOUT, *arguments, "--serial", 6, "--out", form, "--json") == 0
    drawn = json.loads(capsys.readouterr().out)
    assert Path(drawn["template"]).is_file()
    code = run("keying", "read", form, *LAYOUT, "--template", drawn["template"],
               "--serial-format", "APP-{serial:05d}", "--json")  # fmt: skip
    assert code == 0
    (record,) = json.loads(capsys.readouterr().out)["records"]
    assert record["record"] == "APP-00006"
    read = {f["field"]: f["value"] for f in record["fields"] if f["group"] == "contact"}
    assert read["first_name"] == "Ximena"
    assert read["last_name"].casefold() in ("ibáñez", "ibañez", "ibanez")


def test_the_form_as_drawn_needs_no_template(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import paper_builders

    layout, records, form = tmp_path / "small.yaml", tmp_path / "R.json", tmp_path / "A-1.pdf"
    layout.write_text(paper_builders.LAYOUT, encoding="utf-8")
    records.write_text(json.dumps({"id": "A-1", "fields": paper_builders.VALUES}), encoding="utf-8")
    assert (
        run("keying", "form", "--layout", layout, "--record", records, "--out", form, "--language", "es") == 0
    )
    readings = tmp_path / "readings.json"
    assert run("keying", "read", form, "--layout", layout, "--out", readings) == 0
    printed = capsys.readouterr().out
    assert SECOND_OPINION in " ".join(printed.split())
    assert run("keying", "worklist", records, "--layout", layout, "--scan-readings", readings, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["items"] == []
    assert found["records"][0]["compared"] == 22


def test_the_fillable_form_of_somebody_else_gives_a_template(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Places from the widgets of a PDF, pages registered by its print alone."""
    import paper_builders
    from keying_builders import record

    from qa_toolkit.keying.scans.drawing import draw_form
    from qa_toolkit.keying.scans.made_scans import Wear, pages_of_pdf, worn, write_scan

    layout = tmp_path / "small.yaml"
    layout.write_text(paper_builders.LAYOUT, encoding="utf-8")
    blank = tmp_path / "theirs.pdf"
    assert run("keying", "form", "--layout", layout, "--fillable", "--out", blank) == 0
    assert run("keying", "form", "--layout", layout, "--from-pdf", blank, "--json") == 0
    written = record(
        {"contact.last_name": "Hernandez", "person.2.status": "widowed"}, of=paper_builders.small().layout
    )
    page = pages_of_pdf(draw_form(paper_builders.form(), record=written), 150)[0]
    write_scan(tmp_path / "A-1.png", [worn(page, Wear(150, turned=2, noise=4), 1)], dpi=150)
    template = blank.with_suffix(".yaml")
    assert "fiducials" not in template.read_text("utf-8")
    capsys.readouterr()
    assert (
        run("keying", "read", tmp_path / "A-1.png", "--layout", layout, "--template", template, "--json") == 0
    )
    (found,) = json.loads(capsys.readouterr().out)["records"]
    values = {
        (f["group"], f["member"], f["field"]): f["value"] for f in found["fields"] if f["value"] != "absent"
    }
    filled = {place: value for place, value in values.items() if value}
    assert filled == {("contact", "", "last_name"): "Hernandez", ("person", "2", "status"): "widowed"}


def test_bad_scans_are_lines_and_the_rest_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "empty.png").write_bytes(b"")
    scans = (tmp_path / "bad.pdf", tmp_path / "empty.png", SCANS / "APP-00006.tif")
    assert run("keying", "read", *scans, *LAYOUT, "--template", SCANS / "template.yaml", "--json") == 1
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)["records"]) == 1
    errors = [line for line in printed.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("read", "none.pdf", *LAYOUT), 1, "no such file"),
        (("read", KEYED.parent, *LAYOUT), 1, "no scans in the folder"),
        (("read", SCANS, "--layout", "nothing"), 3, "no layout 'nothing'"),
        (("read", SCANS, *LAYOUT, "--template", "none.yaml"), 3, "no such template file"),
        (("read", SCANS, *LAYOUT, "--serial-format", "A-{number}"), 2, "is no format"),
        (("read", SCANS, *LAYOUT, "--serial-format", "A"), 2, "does not name the serial"),
        (("worklist", KEYED, *LAYOUT, "--scan-readings", "none.json"), 1, "cannot be read"),
        (("worklist", KEYED, *LAYOUT, "--scan-readings", KEYED), 1, "not JSON"),
        (("worklist", KEYED, *LAYOUT, "--scan-readings", TRANSCRIPT), 1, "not a file of readings"),
        (("form", *LAYOUT, "--members", "person"), 2, "not a number of members"),
        (("form", *LAYOUT, "--record", KEYED), 1, "choose one with --id"),
        (("form", *LAYOUT, "--record", KEYED, "--id", "X"), 1, "no record 'X'"),
        (("form", *LAYOUT, "--out", KEYED / "F.pdf"), 1, "cannot be written"),
        (("form", *LAYOUT, "--from-pdf", KEYED), 1, "damaged or no PDF"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    arguments: tuple, code: int, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("keying", *arguments) == code
    lines = capsys.readouterr().err.splitlines()
    assert len([line for line in lines if line.startswith("error: ")]) == 1
    assert said in lines[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("module", "arguments", "extra"),
    [
        ("rapidocr", ("read", SCANS, *LAYOUT, "--template", SCANS / "template.yaml"), "ocr"),
        ("reportlab.pdfgen.canvas", ("form", *LAYOUT, "--group", "contact"), "forms"),
        ("pypdf", ("compare", "F.pdf", REFERENCE, *LAYOUT), "forms"),
    ],
)
def test_a_missing_extra_is_named(
    module: str, arguments: tuple, extra: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch
) -> None:
    import sys

    monkeypatch.chdir(tmp_path)
    (tmp_path / "F.pdf").write_bytes(b"%PDF-1.4")
    monkeypatch.setitem(sys.modules, module, None)
    assert run("keying", *arguments) == 4
    assert f"pip install 'qa-toolkit[{extra}]'" in capsys.readouterr().err


def test_readings_of_another_layout_are_refused(
    readings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import paper_builders

    layout = tmp_path / "small.yaml"
    layout.write_text(paper_builders.LAYOUT, encoding="utf-8")
    assert run("keying", "worklist", KEYED, "--layout", layout, "--scan-readings", readings) == 1
    assert "readings of the layout 'covered_application', not 'small_form'" in capsys.readouterr().err
