"""``qa report`` as scripts of users call it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from report_examples import FORM, HOSTILE, Desk, file_hostile_calls, report_desk

from qa_toolkit.resources import sample_dir
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import User

Qa = Callable[..., Any]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with report_desk(tmp_path_factory.mktemp("report") / "qa.db") as desk:
        yield file_hostile_calls(desk)


def test_the_same_by_the_command_line(hostile: Desk, qa: Qa, tmp_path: Path) -> None:
    store = ("--store", hostile.store.database.where)
    before = len(list(hostile.store.audit.entries()))
    shown = qa("report", "unit", *store, "--json")
    assert (shown.code, shown.json["schema"], shown.json["kind"]) == (0, "qa-toolkit/report/1", "unit")
    assert {t["id"] for t in shown.json["tables"]} >= {"overview", "families", "criteria", "trend", "pareto"}
    listed = qa("report", "day", "2026-03-02", *store, "--json").json
    assert {row["name"] for row in listed["tables"][0]["rows"]} == {f"{HOSTILE}{k}" for k in range(1, 30, 5)}
    printed = qa("report", "site", *store)
    assert "Recommendations" in printed.out
    assert "Overview" in printed.out
    out = tmp_path / "deep" / "r.csv"
    assert qa("report", "agent", *store, "--out", out, "--rubric", "small", "--by", "day").code == 0
    assert out.read_text(encoding="utf-8").startswith("table,rubric,row,")
    entries = [e for e in hostile.store.audit.entries() if e.id > before]
    assert [e.record for e in entries] == ["unit:*", "day:*", "site:*", "agent:*"]
    assert entries[-1].digest


@pytest.mark.parametrize("kind", ["machine", "drift"])
def test_what_the_dashboards_watch_by_the_command_line(
    hostile: Desk, qa: Qa, tmp_path: Path, kind: str
) -> None:
    store = ("--store", hostile.store.database.where)
    plain = qa("report", kind, *store, "--json")
    assert (plain.code, plain.json["kind"]) == (0, kind)
    assert all("behind" not in table for table in plain.json["tables"])
    named = qa("report", kind, "S-1", *store, "--json", "--behind", "--by", "week").json
    assert named["name"] == "S-1"
    behind = [row for table in named["tables"] for row in table["behind"]]
    assert {item for row in behind for item in row["items"]} >= {"ok1", f"{HOSTILE}1"}
    assert all(row["telling"] <= row["total"] and len(row["items"]) <= 100 for row in behind)
    out = tmp_path / f"{kind}.html"
    assert qa("report", kind, *store, "--out", out).code == 0
    assert "<script>alert" not in out.read_text(encoding="utf-8")
    assert "S-1" in qa("report", kind, *store).out


def test_keying_operators_by_the_command_line(qa: Qa, tmp_path: Path) -> None:
    folder = sample_dir() / "keying"
    files = ("--keyed", folder / "keyed.csv", "--reference", folder / "reference.csv")
    store = ("--store", tmp_path / "new.db")
    found = qa("report", "keying", *files, *store, "--json", "--behind").json
    operators = next(table for table in found["tables"] if table["id"] == "keying_operator")
    assert [row["name"] for row in operators["rows"]] == ["op-101", "op-102", "op-201", "op-202"]
    assert {each["kind"] for each in operators["behind"]} == {"form"}
    out = tmp_path / "keying.csv"
    assert qa("report", "keying", "op-101", *files, *store, "--out", out).code == 0
    assert "op-102" not in out.read_text(encoding="utf-8")
    assert "op-201" in qa("report", "keying", *files, *store).out
    with Store.open(tmp_path / "new.db") as opened:
        assert [each.record for each in opened.audit.entries()] == ["keying:*", "keying:op-101", "keying:*"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["units"], 2, "no report 'units'"),
        (["unit", "x"], 2, "takes no name"),
        (["rubric", "other"], 2, "nothing counts"),
        (["day", "Monday"], 2, "'Monday' is no day"),
        (["agent", "nobody"], 2, "nothing counts for agent 'nobody'"),
        (["criterion", "S-9"], 2, "nothing counts for criterion 'S-9'"),
        (["machine", "S-9"], 2, "nothing counts for criterion 'S-9'"),
        (["drift", "--from", "2031-01-01"], 2, "nothing counts in this period"),
        (["keying"], 2, "there is nothing keyed to report on"),
        (["keying", "--keyed", "k.csv"], 2, "with both files"),
        (["unit", "--keyed", "k.csv", "--reference", "r.csv"], 2, "with both files"),
        (["unit", "--measure", "charm"], 2, "'charm' is no measure"),
        (["unit", "--target", "90"], 2, "'90' is no target"),
        (["unit", "--from", "March"], 2, "'March' is no day"),
        (["unit", "--from", "2031-01-01"], 2, "nothing counts"),
        (["unit", "--out", "r.pdf"], 2, "no report is written as '.pdf'"),
        (["unit", "--out", "/proc/r.csv"], 1, "cannot be written"),
        (["run", "x"], 2, "'x' is no run"),
        (["7"], 1, "no run 7"),
    ],
)
def test_what_cannot_be_reported_is_one_line(
    hostile: Desk, qa: Qa, arguments: list[str], code: int, says: str
) -> None:
    ran = qa("report", *arguments, "--store", hostile.store.database.where)
    assert (ran.code, len(ran.errors)) == (code, 1), ran.err
    assert says in ran.errors[0]


SAID = "My social is 567-68-4321, thank you."


@pytest.fixture
def run_with_identifiers(qa: Qa, tmp_path: Path) -> str:
    """A store with one run whose only call says a Social Security number."""
    turns = [
        {"role": "agent", "text": "Thank you for calling. What is your social security number?"},
        {"role": "customer", "text": SAID},
    ]
    (tmp_path / "call-1.json").write_text(json.dumps({"turns": turns, "direction": "inbound"}), "utf-8")
    (tmp_path / "small.yaml").write_text(FORM.format(version="1.0.0"), "utf-8")
    store = str(tmp_path / "qa.db")
    ran = qa("score", tmp_path / "call-1.json", "--rubric", tmp_path / "small.yaml", "--store", store)
    assert ran.code == 0, ran.err
    return store


def test_pages_of_a_run_hide_identifiers_unless_unmasked_by_somebody_who_may(
    run_with_identifiers: str, qa: Qa, tmp_path: Path
) -> None:
    store = ("--store", run_with_identifiers)

    def page(*arguments: object) -> str:
        out = tmp_path / "pages"
        ran = qa("report", *store, "--out", out, *arguments)
        assert ran.code == 0, ran.err
        return (out / "calls" / "call-1.html").read_text(encoding="utf-8")

    assert "567-68-4321" not in page()
    assert "My social is •••-••-••••, thank you." in page()
    assert SAID in page("--unmasked")
    with Store.open(run_with_identifiers, create=False) as opened:
        written = [e for e in opened.audit.entries() if e.action == "report.write"]
        assert [json.loads(e.facts)["unmasked"] for e in written] == [False, False, True]
        opened.people.save(users=[User("mia", "manager"), User("ana", "analyst")], by="test")
    refused = qa("report", *store, "--out", tmp_path / "refused", "--unmasked", "--as", "mia")
    assert (refused.code, len(refused.errors)) == (1, 1)
    assert "may not see identifiers unmasked as manager" in refused.errors[0]
    assert not (tmp_path / "refused").exists()
    assert SAID in page("--unmasked", "--as", "ana")


def test_only_pages_of_a_run_can_be_unmasked(hostile: Desk, qa: Qa) -> None:
    ran = qa("report", "unit", "--unmasked", "--store", hostile.store.database.where)
    assert (ran.code, len(ran.errors)) == (2, 1)


def test_the_simulated_year_is_a_store_with_a_report(qa: Qa, tmp_path: Path) -> None:
    ran = qa("demo", "--year", "--agents", 20, "--seed", 4, "--out", tmp_path / "year")
    assert ran.code == 0, ran.err
    assert "1200 calls" in ran.out
    assert "agent-0010 below standard" in ran.out
    assert (tmp_path / "year" / "unit.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    store = ("--store", tmp_path / "year" / "year-20-4.db")
    assert qa("audit", "verify", *store, "--json").json["broken"] is None
    one = qa("report", "agent", "agent-0010", *store, "--target", "0.85", "--json").json
    assert one["name"] == "agent-0010"
    named = json.dumps(one)
    assert "agent-0010" in named
    assert "agent-0011" not in named, "the report of an agent names no other agent"
    again = qa("demo", "--year", "--agents", 20, "--seed", 4, "--out", tmp_path / "year")
    assert (again.code, len(again.errors)) == (1, 1)
