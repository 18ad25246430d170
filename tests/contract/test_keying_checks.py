"""``qa keying rekey | audit | adjudicate | chapman`` as people use them: draw, fill in, hand back."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from qa_toolkit.domain.contract import json_schema
from qa_toolkit.resources import sample_dir

Qa = Callable[..., Any]
Rows = list[dict[str, str]]

KEYED = sample_dir() / "keying" / "keyed.csv"
PAPER = sample_dir() / "keying" / "reference.csv"
LAYOUT = ("--layout", "covered_application")


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, rows: Rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def paper() -> dict[tuple[str, ...], dict[str, str]]:
    """What stands on the paper, by place."""
    return {tuple(row[k] for k in ("record", "group", "member", "field")): row for row in rows_of(PAPER)}


def place(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[k] for k in ("record", "group", "member", "field"))


@pytest.fixture
def rekeyed(qa: Qa, tmp_path: Path, paper: dict[tuple[str, ...], dict[str, str]]) -> Path:
    """Six records keyed again by a second person who reads the paper rightly, but one last name."""
    sheet = tmp_path / "sheet.csv"
    ran = qa("keying", "rekey", "draw", KEYED, *LAYOUT, "--count", 6, "--seed", 3, "--out", sheet, "--json")
    assert ran.code == 0
    jsonschema.validate(ran.json, json_schema("keying-draw"))
    rows = rows_of(sheet)
    assert {row["record"] for row in rows} == set(ran.json["drawn"])
    assert len(rows) == ran.json["rows"]
    assert all(row["value"] == row["state"] == "" for row in rows)
    keyed_values = {row["value"] for row in rows_of(KEYED) if len(row["value"]) > 6}
    assert not keyed_values & set(sheet.read_text(encoding="utf-8").split(","))
    for row in rows:
        there = paper.get(place(row))
        if there is not None:
            row["value"], row["state"] = there["value"], there["state"]
    wrong = next(row for row in rows if row["field"] == "last_name" and row["value"])
    wrong["value"] += "x"
    return write(sheet, rows)


def ruled(qa: Qa, rekeyed: Path, tmp_path: Path, paper: dict[tuple[str, ...], dict[str, str]]) -> Path:
    """The differences, ruled on by someone with the paper."""
    rulings = tmp_path / "rulings.csv"
    ran = qa(
        "keying", "rekey", "compare", KEYED, rekeyed, *LAYOUT, "--by", "second", "--out", rulings, "--json"
    )
    assert ran.code == 0
    jsonschema.validate(ran.json, json_schema("keying-check"))
    rows = rows_of(rulings)
    assert len(rows) == ran.json["differences"] > 1
    for row in rows:
        if not row["field"]:
            exists = any(key[:3] == place(row)[:3] for key in paper)
            right = ("(keyed)", "(in their own places)") if exists else ("(not keyed)",)
            row["choice"] = "one" if row["one"] in right else "other"
        else:
            there = paper.get(place(row), {"value": "", "state": ""})
            row["choice"], row["paper"], row["state"] = "neither", there["value"], there["state"]
        row["reason"] = "paper_clear"
    return write(rulings, rows)


def test_two_keyings_and_a_third_person(
    qa: Qa, rekeyed: Path, tmp_path: Path, paper: dict[tuple[str, ...], dict[str, str]]
) -> None:
    rulings = ruled(qa, rekeyed, tmp_path, paper)
    store = f"sqlite:///{tmp_path / 'store.db'}"
    people = tmp_path / "people.csv"
    people.write_text("user,role\nroot,admin\nthird,analyst\n", encoding="utf-8")
    assert qa("people", "import", people, "--as", "root", "--store", store).code == 0
    reference = tmp_path / "found.csv"
    arguments = ("keying", "adjudicate", KEYED, rekeyed, rulings, *LAYOUT, "--by", "second", "--as", "third",
                 "--store", store, "--json")  # fmt: skip
    ran = qa(*arguments, "--out", reference)
    assert (ran.code, ran.errors) == (0, [])
    jsonschema.validate(ran.json, json_schema("keying-rulings"))
    found = ran.json
    assert found["open"] == 0
    assert len(found["stored"]) == len(found["rulings"]) == len(rows_of(rulings))
    assert found["second"]["fields"]["errors"] == 1
    drawn = {row["record"] for row in rows_of(rekeyed)}
    seeded = [
        row
        for row in rows_of(sample_dir() / "keying" / "seeded_errors.csv")
        if row["record"] in drawn and row["kind"] not in ("format_only", "illegible", "unreadable_guessed")
    ]
    charged = {d["record"] for d in found["first"]["discrepancies"] if d["kind"] != "format_only"}
    assert charged <= {row["record"] for row in seeded}
    assert found["first"]["fields"]["errors"] >= 1
    listed = qa("keying", "rulings", "--store", store, "--json").json
    assert {row["adjudicator"] for row in listed} == {"third"}
    assert {row["reason"] for row in listed} == {"paper_clear"}
    for row in rows_of(reference):
        there = paper.get(place(row), {"value": "", "state": ""})
        assert (row["value"], row["state"]) == (there["value"], there["state"])
    again = qa(*arguments)
    assert (again.code, len(again.errors)) == (1, 1)
    assert "third" in again.errors[0]
    assert qa(*arguments, "--supersede").code == 0
    assert len(qa("keying", "rulings", "--store", store, "--all", "--json").json) == 2 * len(listed)


def test_whoever_keyed_a_record_does_not_rule_on_it(
    qa: Qa, rekeyed: Path, tmp_path: Path, paper: dict[tuple[str, ...], dict[str, str]]
) -> None:
    rulings = ruled(qa, rekeyed, tmp_path, paper)
    ran = qa("keying", "adjudicate", KEYED, rekeyed, rulings, *LAYOUT, "--by", "second", "--as", "second",
             "--dry-run", "--json")  # fmt: skip
    assert ran.code == 1
    assert ran.json["rulings"] == []
    assert ran.json["open"] == len(rows_of(rulings)) == len(ran.json["rejected"])
    assert "a third person rules" in ran.errors[0]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"choice": "maybe", "reason": "x"}, "is no choice"),
        ({"choice": "one"}, "without a reason"),
        ({"choice": "one", "paper": "Ana", "reason": "x"}, "a value beside the choice"),
        ({"paper": "Ana"}, "a value without a choice"),
        ({"choice": "neither", "paper": "Ana", "state": "perhaps", "reason": "x"}, "is not a state"),
    ],
)
def test_a_ruling_that_says_nothing_is_one_line_and_the_rest_goes_on(
    qa: Qa, rekeyed: Path, tmp_path: Path, paper: dict[tuple[str, ...], dict[str, str]], cells: dict[str, str],
    reason: str,
) -> None:  # fmt: skip
    path = ruled(qa, rekeyed, tmp_path, paper)
    rows = rows_of(path)
    spoilt = next(row for row in rows if row["field"])
    spoilt |= {"choice": "", "paper": "", "state": "", "reason": "", **cells}
    write(path, rows)
    ran = qa("keying", "adjudicate", KEYED, rekeyed, path, *LAYOUT, "--by", "second", "--as", "third", "--dry-run",
             "--json")  # fmt: skip
    assert (ran.code, ran.json["open"], len(ran.json["rulings"])) == (1, 1, len(rows) - 1)
    assert reason in ran.errors[0]


@pytest.fixture
def audited(qa: Qa, tmp_path: Path, paper: dict[tuple[str, ...], dict[str, str]]) -> tuple[Path, Path, Any]:
    """Ten records audited by someone who overlooks every third known error."""
    sheet, key = tmp_path / "audit.csv", tmp_path / "key.json"
    ran = qa("keying", "audit", "draw", KEYED, *LAYOUT, "--count", 10, "--strata", "operator", "--plant", 12,
             "--key", key, "--out", sheet, "--seed", 5, "--json")  # fmt: skip
    assert (ran.code, ran.json["planted"]) == (0, 12)
    assert sum(drawn for _, drawn in ran.json["strata"].values()) == 10
    known = {
        tuple(e[k] for k in ("record", "group", "member", "field"))
        for e in json.loads(key.read_text())["errors"]
    }
    rows, overlooked = rows_of(sheet), sorted(known)[::3]
    for row in rows:
        there = paper.get(place(row), {"value": "", "state": ""})
        if place(row) in overlooked:
            row["check"] = "ok"
        elif there["state"]:
            row["check"] = there["state"]
        elif there["value"] != row["value"]:
            row["check"], row["paper"] = "wrong", there["value"]
        else:
            row["check"] = "ok"
    return write(sheet, rows), key, ran.json


def test_an_audit_measures_the_keying_and_known_errors_measure_the_auditor(
    qa: Qa, audited: tuple[Path, Path, Any]
) -> None:
    sheet, key, drawn = audited
    ran = qa("keying", "audit", "score", KEYED, sheet, *LAYOUT, "--by", "auditor", "--key", key, "--json")
    assert (ran.code, ran.errors) == (0, [])
    jsonschema.validate(ran.json, json_schema("keying-check"))
    found = ran.json["detection"]
    assert (found["planted"], found["found"], found["not_looked_at"]) == (12, 8, 0)
    low, high = found["interval"]
    assert (round(low, 4), round(high, 4)) == (0.3906, 0.8619)
    assert sum(share["planted"] for share in found["by_kind"]) == 12
    compared = qa("keying", "compare", KEYED, PAPER, *LAYOUT, "--json").json["discrepancies"]
    real = {(d["record"], d["group"], d["member"], d["field"]) for d in compared}
    seen = {(d["record"], d["group"], d["member"], d["field"]) for d in ran.json["accuracy"]["discrepancies"]}
    members = {(d["record"], d["group"]) for d in compared if not d["field"]}
    assert {each for each in seen - real if (each[0], each[1]) not in members} == set()
    assert ran.json["records"] == len(drawn["drawn"])


def test_rows_that_were_not_done_are_in_no_figure(qa: Qa, audited: tuple[Path, Path, Any]) -> None:
    sheet, key, _ = audited
    rows = rows_of(sheet)
    for row in rows[: len(rows) // 2]:
        row["check"] = row["paper"] = ""
    rows[-1]["check"] = "fine"
    write(sheet, rows)
    ran = qa("keying", "audit", "score", KEYED, sheet, *LAYOUT, "--by", "auditor", "--key", key, "--json")
    assert ran.code == 1
    assert "'fine' is no check" in ran.errors[0]
    assert ran.json["unchecked"] == len(rows) // 2
    assert ran.json["checked"] == len(rows) - len(rows) // 2 - 1
    assert ran.json["detection"]["not_looked_at"] > 0


def test_what_two_audits_both_missed(qa: Qa, audited: tuple[Path, Path, Any], tmp_path: Path) -> None:
    sheet, _, _ = audited
    result = tmp_path / "one.json"
    result.write_text(
        qa("keying", "audit", "score", KEYED, sheet, *LAYOUT, "--by", "a", "--json").out, encoding="utf-8"
    )
    ran = qa("keying", "chapman", result, result, "--json")
    jsonschema.validate(ran.json, json_schema("keying-undetected"))
    assert ran.json["first"] == ran.json["both"] > 0
    assert ran.json["missed"] == pytest.approx(0)
    counts = qa("keying", "chapman", "--first", 40, "--second", 30, "--both", 20, "--json").json
    assert counts["estimate"] == pytest.approx(59.52, abs=0.005)
    assert counts["missed"] == pytest.approx(9.52, abs=0.005)


@pytest.mark.parametrize(
    "arguments",
    [
        ("chapman",),
        ("chapman", "--first", 4, "--second", 3, "--both", 5),
        ("audit", "draw", KEYED, *LAYOUT, "--plant", 3, "--out", "{folder}/x.csv"),
        ("audit", "draw", KEYED, *LAYOUT, "--share", 2, "--out", "{folder}/x.csv"),
        ("rekey", "draw", KEYED, *LAYOUT, "--count", 2, "--share", 0.5, "--out", "{folder}/x.csv"),
        ("rekey", "draw", KEYED, *LAYOUT, "--fields", "D", "--out", "{folder}/x.csv"),
        ("rekey", "draw", KEYED, *LAYOUT, "--strata", "colour", "--out", "{folder}/x.csv"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(qa: Qa, tmp_path: Path, arguments: tuple[object, ...]) -> None:
    ran = qa("keying", *[str(a).format(folder=tmp_path) for a in arguments])
    assert (ran.code, ran.out, len(ran.errors)) == (2, "", 1)
    assert list(tmp_path.iterdir()) == []


def test_a_sheet_that_is_none_is_refused(qa: Qa) -> None:
    ran = qa("keying", "audit", "score", KEYED, KEYED, *LAYOUT, "--by", "a")
    assert (ran.code, len(ran.errors)) == (1, 1)
    assert "no column" in ran.errors[0]
