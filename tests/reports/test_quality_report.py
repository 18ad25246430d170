"""Reports out of a small store whose every number is counted by hand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_reader import assert_sound
from report_examples import HOSTILE, Desk, file_hostile_calls, report_desk

from qa_toolkit.domain import Source
from qa_toolkit.evaluation.given_answers import score_answers
from qa_toolkit.reports.fairness import SUPPRESSED, suppressed
from qa_toolkit.reports.from_store import Scope, report_of_store
from qa_toolkit.reports.output import ENDINGS, report_bytes
from qa_toolkit.reports.quality_report import KINDS, ReportRequest
from qa_toolkit.reports.spreadsheets import csv_text, neutral, parquet_bytes, xlsx_bytes
from qa_toolkit.reports.tables import Figure, QualityReport
from qa_toolkit.statistics import wilson


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with report_desk(tmp_path / "qa.db") as found:
        yield found


def cell(report: QualityReport, table: str, row: str, column: str) -> Any:
    rows = next(t for t in report.tables if t.id == table).rows
    return next(r for r in rows if r[next(iter(r))] == row).get(column)


def test_every_figure_of_a_handful_of_calls(desk: Desk) -> None:
    desk.call("c1", "yyy")
    desk.call("c2", "nyy")  # an automatic fail and a compliance error
    desk.call("c3", "ynn")  # a customer error, not passed
    desk.call("c4", "ay?")  # incomplete: neither passed nor failed
    desk.call("c4", "ayn", by="maria")  # and the review of it counts
    desk.call("c5", "yy?")
    report = report_of_store(desk.store, ReportRequest())
    passed = wilson(1, 4)
    assert cell(report, "overview", "Passed", "value") == Figure(
        0.25, passed.low, passed.high, 4, "passed/1", note="n under 20"
    )
    assert cell(report, "overview", "Without automatic fail", "value").estimate == 4 / 5
    assert cell(report, "overview", "Complete, no answer open", "value").estimate == 4 / 5
    scores = [100, 0, 100 / 3, 50, 100]
    assert cell(report, "overview", "Mean score", "value").estimate == pytest.approx(sum(scores) / 5)
    assert cell(report, "families", "Compliance", "value").estimate == 3 / 4
    assert cell(report, "families", "Customer", "value").estimate == 4 / 5
    assert cell(report, "families", "Customer", "with_error") == 1
    assert cell(report, "families", "Business", "value").note == "there are no items"
    assert cell(report, "families", "Not critical, per answer", "value").estimate == pytest.approx(2 / 4)
    assert cell(report, "criteria", "S-1", "value").estimate == 3 / 4
    assert cell(report, "criteria", "S-1", "not_applicable") == 1
    assert cell(report, "criteria", "S-3", "open") == 1
    assert (cell(report, "basis", "review", "calls"), cell(report, "basis", "machine", "calls")) == (1, 4)
    pareto = next(t for t in report.tables if t.id == "pareto").rows
    assert [(r["name"], r["count"], r["cumulative"]) for r in pareto] == [
        ("S-3", 2, 0.5),
        ("S-1", 1, 0.75),
        ("S-2", 1, 1.0),
    ]
    assert dict(report.facts)["Period"] == "2026-03-02 to 2026-03-02"
    assert dict(report.facts)["Audit log up to"].startswith("row ")
    assert report.recommendations == ()


def test_calls_that_rest_on_drafts_are_counted(desk: Desk) -> None:
    desk.call("c1", "yyy")
    (before,) = (t for t in report_of_store(desk.store, ReportRequest()).tables if t.id == "basis")
    assert "draft" not in before.note
    desk.call("c2", "yyy", draft=True)
    (basis,) = (t for t in report_of_store(desk.store, ReportRequest()).tables if t.id == "basis")
    assert "1 of 2 rest on draft transcripts" in basis.note


def test_calls_belong_to_the_team_of_their_day(desk: Desk) -> None:
    desk.call("before", "yyy", started_at="2026-03-14T10:00:00Z")
    desk.call("after", "nyy", started_at="2026-03-15T10:00:00Z")
    desk.call("other", "yyy", agent="a2")
    desk.call("nobody", "yyy", agent="a9", site="Rancho")
    report = report_of_store(desk.store, ReportRequest())
    assert (cell(report, "teams", "red", "calls"), cell(report, "teams", "blue", "calls")) == (1, 2)
    assert (cell(report, "sites", "Rancho", "calls"), cell(report, "sites", "Fresno", "calls")) == (2, 2)
    assert cell(report, "vendors", "Surge", "calls") == 1
    red = report_of_store(desk.store, ReportRequest(kind="team", name="red"))
    assert dict(red.facts)["Calls that count"] == "1"


def test_ratings_of_a_session_count_nowhere(desk: Desk) -> None:
    desk.call("c1", "yyy")
    rated = score_answers(
        desk.forms["1.0.0"], {"S-1": "no"}, interaction="c1", source=Source("reviewer", "maria")
    )
    desk.store.file_evaluation(rated, by="maria", session="march")
    report = report_of_store(desk.store, ReportRequest())
    assert cell(report, "overview", "Passed", "value").estimate == 1.0
    assert cell(report, "basis", "machine", "calls") == 1


def test_the_list_of_a_day(desk: Desk) -> None:
    desk.call("c1", "nyy", started_at="2026-03-02T11:00:00Z")
    desk.call("c2", "yny", started_at="2026-03-02T09:00:00Z")
    desk.call("c3", "nyy", started_at="2026-03-03T09:00:00Z")
    report = report_of_store(desk.store, ReportRequest(kind="day", day="2026-03-02"))
    (table,) = report.tables
    assert [(row["name"], row["auto_failed_by"], row["compliance"]) for row in table.rows] == [
        ("c1", "S-1", "S-1")
    ]
    newest = report_of_store(desk.store, ReportRequest(kind="day"))
    assert [row["name"] for row in newest.tables[0].rows] == ["c3"]


def test_a_target_is_judged_only_where_the_interval_allows(desk: Desk) -> None:
    for k in range(60):
        desk.call(f"c{k}", "nyy" if k < 20 else "yyy")
    request = ReportRequest(targets={"": 0.9, "compliance": 0.9, "customer": 0.97})
    report = report_of_store(desk.store, request)
    assert cell(report, "families", "Compliance", "against_target") == "missed"
    assert cell(report, "families", "Customer", "against_target") == "cannot be told from 60"
    assert {each.about for each in report.recommendations if each.kind == "target"} == {
        "passed",
        "compliance",
    }
    assert "66.7 %" in report.recommendations[0].text


def test_limits_start_anew_with_a_rubric_version(desk: Desk) -> None:
    for month in range(1, 7):
        for k in range(30):
            version = "2.0.0" if month > 3 else "1.0.0"
            answers = "yyn" if k < (15 if month > 3 else 1) else "yyy"
            started = f"2026-0{month}-{1 + k % 28:02d}T09:00:00Z"
            desk.call(f"m{month}-{k}", answers, version=version, started_at=started)
    report = report_of_store(desk.store, ReportRequest())
    trend = next(t for t in report.tables if t.id == "trend").rows
    assert [row["version"] for row in trend] == sorted(row["version"] for row in trend)
    assert not [row for row in trend if row["outside"]]
    changed = [each for each in report.recommendations if each.kind == "version_change"]
    assert [each.about for each in changed] == ["S-3: 2.0.0"]
    assert changed[0].figure.estimate == pytest.approx(-14 / 30)


def test_small_groups_are_not_shown_nor_to_be_worked_out(desk: Desk) -> None:
    for k in range(60):
        desk.call(f"c{k}", "yyy", language="es" if k < 4 else "zh" if k < 20 else "en")
    report = report_of_store(desk.store, ReportRequest())
    rows = {row["name"]: row for row in next(t for t in report.tables if t.id == "fairness_language").rows}
    assert rows["es"]["calls"] == SUPPRESSED
    assert "value" not in rows["es"]
    assert "worked out" in str(rows["zh"]["calls"])
    assert rows["en"]["calls"] == 40
    assert suppressed({"a": 5, "b": 7, "c": 90}).keys() == {"a", "b"}
    assert suppressed({"a": 50, "b": 70}) == {}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with report_desk(tmp_path_factory.mktemp("hostile") / "qa.db") as found:
        yield file_hostile_calls(found)


def test_hostile_names_are_text_on_the_page_and_in_spreadsheets(hostile: Desk) -> None:
    import openpyxl
    import pyarrow.parquet as pq

    report = report_of_store(hostile.store, ReportRequest())
    page = assert_sound(report_bytes(report, ".html").decode())
    assert not page.of("script")
    assert "alert(1)" in page.words
    assert "http" not in " ".join(str(a.get("src", "")) + str(a.get("href", "")) for _, a in page.tags)
    book = openpyxl.load_workbook(io.BytesIO(report_bytes(report, ".xlsx")))
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    assert {c.data_type for c in cells} <= {"s", "n"}
    assert any(c.value == f"{HOSTILE}0" for c in cells)
    rows = list(csv.reader(io.StringIO(report_bytes(report, ".csv").decode())))
    texts = [text for row in rows for text in row]
    assert not [t for t in texts if t.startswith(("=", "@", "\t"))]
    assert any(t.startswith("'=HYPERLINK") for t in texts)
    table = pq.read_table(io.BytesIO(report_bytes(report, ".parquet")))
    assert table.num_rows == len(rows) - 1
    lines = report_bytes(report, ".jsonl").decode().splitlines()
    assert len(lines) == table.num_rows
    assert all(json.loads(line)["table"] for line in lines)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("+1 916 555", "'+1 916 555"),
        ("-2", "-2"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =cmd", "'  =cmd"),
        ("\t=x", "'\t=x"),
        ("plain", "plain"),
        (4.5, 4.5),
        (None, None),
    ],
)
def test_formulas_are_neutralised(text: Any, kept: Any) -> None:
    assert neutral(text) == kept


def test_odd_values_reach_every_kind_of_file() -> None:
    rows = [{"a": "x\x00\ud800", "b": 1}, {"a": None, "b": 2.5}, {"b": True}]
    assert csv_text(["a", "b"], [{"a": "1,2", "b": None}]) == 'a,b\n"1,2",\n'
    assert xlsx_bytes([("a/b:c" * 9, ["a", "b"], rows), ("A_b_c" * 9, ["a"], [])])
    assert parquet_bytes(["a", "b"], rows)
    assert xlsx_bytes([])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_in_every_form_is_the_same_each_time(hostile: Desk, kind: Any) -> None:
    name = {"criterion": "S-1", "agent": "b1"}.get(kind)
    report = report_of_store(hostile.store, ReportRequest(kind=kind, name=name))
    again = report_of_store(hostile.store, ReportRequest(kind=kind, name=name))
    for ending in ENDINGS:
        if ending != ".xlsx":  # a workbook holds the time it was made
            assert report_bytes(report, ending) == report_bytes(again, ending)
        assert report_bytes(report, ending)
    for table in report.tables:
        for row in table.rows:
            assert set(row) <= {key for key, _ in table.columns}, table.id
    assert all(each.figure.definition in report.definitions for each in report.recommendations)


def test_a_report_reads_only_the_days_asked_for(desk: Desk) -> None:
    desk.call("c1", "yyy", started_at="2026-03-02T09:00:00Z")
    desk.call("c2", "yyy", started_at="2026-04-02T09:00:00Z")
    desk.call("c3", "yyy", started_at="somewhen")
    march = report_of_store(desk.store, ReportRequest(), Scope(first_day="2026-03-01", last_day="2026-03-31"))
    assert dict(march.facts)["Calls that count"] == "1"
    whole = report_of_store(desk.store, ReportRequest())
    assert dict(whole.facts)["Calls without a date"] == "1"
