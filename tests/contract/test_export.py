"""`qa export`: what leaves the store, in every kind of file; nothing runs as a formula, nothing blind leaves."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pyarrow import parquet
from review_examples import AGENTS, USERS, save_call

from qa_toolkit.review import (
    GivenReview,
    agree,
    assign,
    close_session,
    coach,
    open_session,
    raise_dispute,
    submit_rating,
    submit_review,
)
from qa_toolkit.store import Store
from qa_toolkit.store.exporting import EXPORTS

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def address(tmp_path: Path) -> Path:
    path = tmp_path / "qa.db"
    with Store.open(path) as store:
        store.people.save(USERS, AGENTS, by="root")
        save_call(store)
        save_call(store, "call-2")
        given = GivenReview({"G-1": "no"}, {"G-1": ("judgement", FORMULA)}, {"G-1": ("skill", None)})
        review = submit_review(store, "call-1", "greeting", given, by="maria", based_on="1")
        raise_dispute(store, "call-1", "greeting", by="ana", text="@me, +1")
        coach(store, review.evaluation_id, by="lena", text="Greet.")
        open_session(
            store, "november", rubric="greeting", interactions=["call-2"], raters=["jun", "mo"], by="lena"
        )
        submit_rating(store, "november", "call-2", {"G-1": "no", "G-2": "na"}, by="jun")
    return path


@pytest.fixture
def export(qa: Callable[..., Any], address: Path, tmp_path: Path) -> Callable[..., Any]:
    """``export("lena", "x.csv", "evaluations")`` runs the command and gives rows of the file, or the refusal."""

    def run(user: str, name: str, *arguments: object) -> Any:
        ran = qa("export", *arguments, "--out", tmp_path / name, "--store", address, "--as", user, "--json")
        if ran.code:
            assert not (tmp_path / name).exists()
            assert not list(tmp_path.glob("*.partial*"))
            return ran
        assert ran.json["sha256"] == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        if name.endswith(".csv"):
            with (tmp_path / name).open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))
        return ran.json

    return run


@pytest.mark.parametrize("table", EXPORTS)
def test_every_table_has_the_columns_it_names(export: Callable[..., Any], table: str, tmp_path: Path) -> None:
    who = {"audit": "aud", "users": "mo", "agents": "mo"}.get(table, "lena")
    made = export(who, "out.jsonl", table)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert made["tables"] == {table: len(lines)}
    for line in lines:
        assert tuple(line) == EXPORTS[table].columns
    if table not in {"calibration", "remarks", "acknowledgements", "adjudications", "lots"}:
        assert lines


def test_figures_are_those_of_the_store(export: Callable[..., Any]) -> None:
    rows = export(
        "lena", "e.csv", "evaluations", "--agent", "A-17", "--from", "2026-11-01", "--to", "2026-11-30"
    )
    assert [(row["interaction"], row["source_name"], row["percent"], row["counts_as"]) for row in rows] == [
        ("call-1", "qa_toolkit", "50.0", ""),
        ("call-2", "qa_toolkit", "50.0", "machine"),
        ("call-1", "maria", "0.0", "review"),
    ]
    assert export("lena", "none.csv", "evaluations", "--site", "Rancho") == []
    answers = export("lena", "a.csv", "answers", "--rubric", "greeting")
    assert [row["answer"] for row in answers if row["source_name"] == "maria"] == ["no", "no"]
    assert "Good morning" not in str(answers)
    calls = export("lena", "i.csv", "interactions")
    assert [(row["id"], row["team"], row["basis"]) for row in calls] == [
        ("call-1", "Blue", "review"),
        ("call-2", "Blue", "machine"),
    ]


def test_no_text_runs_as_a_formula(export: Callable[..., Any], tmp_path: Path) -> None:
    (override, cause) = export("lena", "r.csv", "reviews")
    assert (override["text"], cause["code"]) == (f"'{FORMULA}", "skill")
    (step,) = export("lena", "d.csv", "disputes")
    assert step["text"] == "'@me, +1"
    export("lena", "r.xlsx", "reviews", "disputes")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["reviews", "disputes"]
    cells = [cell for row in book["reviews"].iter_rows(min_row=2) for cell in row if cell.value == FORMULA]
    assert [cell.data_type for cell in cells] == ["s"]
    export("lena", "r.parquet", "reviews")
    table = parquet.read_table(tmp_path / "r.parquet")
    assert table.column("text").to_pylist() == [FORMULA, None]


def test_blind_ratings_stay_until_the_session_is_closed(export: Callable[..., Any], address: Path) -> None:
    for name, table in (("1.csv", "calibration"), ("2.csv", "evaluations"), ("3.csv", "answers")):
        rows = export("mo", name, table)
        assert "jun" not in str(rows), table
    # Mo rates in it: what he has open blind stays in, too, the machine's answers included.
    assert {row["id"] for row in export("mo", "4.csv", "interactions")} == {"call-1"}
    with Store.open(address) as store:
        close_session(store, "november", by="lena")
        agree(store, "november", "call-2", "G-1", "no", by="lena")
    rows = export("mo", "5.csv", "calibration")
    assert [
        (row["rater"], row["criterion"], row["answer"], row["agreed"], row["expert"]) for row in rows
    ] == [
        ("jun", "G-1", "no", "no", "False"),
        ("jun", "G-2", "", "", "False"),
    ]
    (remark,) = export("mo", "6.csv", "remarks")
    assert remark["kind"] == "agreed"


def test_an_assignment_that_is_blind_hides_from_its_reviewer_alone(
    export: Callable[..., Any], address: Path
) -> None:
    with Store.open(address) as store:
        assign(store, ["call-2"], "greeting", ["lars"], by="lena", blind=True)
    assert len(export("lars", "1.csv", "interactions")) == 1
    assert len(export("lena", "2.csv", "interactions")) == 2


def test_what_left_is_written_down(export: Callable[..., Any], address: Path, tmp_path: Path) -> None:
    export("lena", "out.csv", "answers", "--rubric", "greeting")
    with Store.open(address) as store:
        entry = [*store.audit.entries()][-1]
        assert store.audit.verify().whole
    assert (entry.action, entry.who, entry.record) == ("export.write", "lena", "out.csv")
    assert entry.digest == hashlib.sha256((tmp_path / "out.csv").read_bytes()).hexdigest()
    assert json.loads(entry.facts) == {"filters": {"rubric": "greeting"}, "rows": {"answers": 6}}


@pytest.mark.parametrize(
    ("user", "name", "arguments", "code", "message"),
    [
        ("maria", "o.csv", ["evaluations"], 1, "may not export data"),
        ("aud", "o.csv", ["evaluations"], 1, "may not export data"),
        ("lena", "o.csv", ["audit"], 1, "may not view and verify the audit log"),
        ("ana", "o.csv", ["audit"], 1, "may not view and verify"),
        ("lena", "o.csv", ["secrets"], 2, "there is no table 'secrets'"),
        ("lena", "o.doc", ["answers"], 2, "'.doc' is no kind of table"),
        ("lena", "o.csv", ["answers", "reviews"], 2, "2 tables in one file"),
        ("lena", "o.csv", ["users", "--rubric", "greeting"], 2, "'users' cannot be filtered by rubric"),
        ("lena", "o.csv", ["answers", "--from", "soon"], 2, "'soon' is not a day"),
        ("lena", "no/such/o.csv", ["answers"], 1, "cannot be written"),
        ("lena", "nothing", ["answers"], 2, "'no suffix' is no kind of table"),
    ],
)
def test_what_is_refused_leaves_no_file(
    export: Callable[..., Any], user: str, name: str, arguments: list[str], code: int, message: str
) -> None:
    ran = export(user, name, *arguments)
    assert (ran.code, len(ran.errors)) == (code, 1)
    assert message in ran.errors[0]


@pytest.mark.usefixtures("address")
def test_a_file_is_never_overwritten(qa: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "there.csv").write_text("mine")
    ran = qa(
        "export", "answers", "--out", tmp_path / "there.csv", "--store", tmp_path / "qa.db", "--as", "lena"
    )
    assert ran.code == 1
    assert (tmp_path / "there.csv").read_text() == "mine"
