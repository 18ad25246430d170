"""``qa keying`` as scripts of users call it: shapes, exit codes, one line an error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from qa_toolkit.domain.contract import json_schema

Qa = Callable[..., Any]

KEYED = """\
record,group,member,field,value,state,operator,site
A1,contact,,phone,916-555-0123,,op1,Rancho
A1,person,1,first_name,Maria,,op1,Rancho
A1,person,1,last_name,Garica,,op1,Rancho
A1,person,1,date_of_birth,14/07/1986,,op1,Rancho
A1,person,1,ssn,912345687,,op1,Rancho
A2,contact,,first_name,Ana,,op2,Fresno
A2,contact,,last_name,Lopez,,op2,Fresno
"""
REFERENCE = """\
record,group,member,field,value,state
A1,contact,,phone,(916) 555-0123,
A1,person,1,first_name,Maria,
A1,person,1,last_name,Garcia,
A1,person,1,date_of_birth,1986-07-14,
A1,person,1,ssn,912-34-5678,
A2,contact,,first_name,,illegible
A2,contact,,last_name,Lopez,
"""


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    keyed, reference = tmp_path / "keyed.csv", tmp_path / "reference.csv"
    keyed.write_text(KEYED, encoding="utf-8")
    reference.write_text(REFERENCE, encoding="utf-8")
    return keyed, reference


def test_compare_gives_keying_1(qa: Qa, pair: tuple[Path, Path]) -> None:
    ran = qa("keying", "compare", *pair, "--layout", "covered_application", "--json")
    assert ran.code == 0
    jsonschema.validate(ran.json, json_schema("keying"))
    found = ran.json
    assert found["schema"] == "qa-toolkit/keying/1"
    assert (found["layout"]["id"], found["records"]) == ("covered_application", 2)
    assert found["fields"]["active"] == 6
    assert (found["fields"]["errors"], found["fields"]["root_errors"]) == (3, 3)
    assert found["fields"]["per_10000"] == 5000.0
    low, high = found["fields"]["interval"]
    assert 0 <= low < 5000 < high <= 10000
    assert found["critical"] == {**found["critical"], "active": 5, "errors": 3, "per_10000": 6000.0}
    assert found["forms"] == {**found["forms"], "n": 2, "with_error": 1, "with_critical_error": 1}
    assert found["format_only"] == 1
    assert found["rejected"] == []
    assert [(d["member"], d["field"], d["kind"], d["root"]) for d in found["discrepancies"]] == [
        (None, "phone", "format_only", None),
        ("1", "last_name", "transposed", None),
        ("1", "date_of_birth", "transposed", None),
        ("1", "ssn", "transposed", None),
        (None, "first_name", "unreadable_guessed", None),
    ]
    assert {s["name"]: s["errors"] for s in found["by"]["operator"]} == {"op1": 3, "op2": 0}
    # Maria, Garcia, 07141986, nine digits, the telephone number, Lopez; two neighbours, 14 before 07, two digits.
    assert found["characters"]["n"] == 5 + 6 + 8 + 9 + 10 + 5
    assert found["characters"]["errors"] == 2 + 4 + 2


def test_identifiers_are_masked_unless_asked_for(qa: Qa, pair: tuple[Path, Path]) -> None:
    masked = qa("keying", "compare", *pair, "--layout", "covered_application", "--json")
    assert "912" not in masked.out
    assert "912345687" in qa(
        "keying", "compare", *pair, "--layout", "covered_application", "--json", "--show-identifiers"
    ).out  # fmt: skip
    assert "912" not in qa("keying", "compare", *pair, "--layout", "covered_application").out


def test_the_same_files_give_the_same_bytes(qa: Qa, pair: tuple[Path, Path]) -> None:
    arguments = ("keying", "compare", *pair, "--layout", "covered_application", "--json")
    assert qa(*arguments).out == qa(*arguments).out


def test_what_cannot_be_compared_is_listed_and_gives_exit_code_1(qa: Qa, pair: tuple[Path, Path]) -> None:
    keyed, reference = pair
    with keyed.open("a", encoding="utf-8") as stream:
        stream.write("A3,contact,,first_name,Eva,,op2,Fresno\nA1,person,1,colour,red,,op1,Rancho\n")
    ran = qa("keying", "compare", keyed, reference, "--layout", "covered_application", "--json")
    assert ran.code == 1
    assert ran.json["records"] == 2
    assert [(r["input"], r["record"]) for r in ran.json["rejected"]] == [
        ("keyed.csv", "A3"),
        ("keyed.csv:10", "A1"),
    ]
    assert len(ran.errors) == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("keying", "compare", "missing.csv", "missing.csv", "--layout", "covered_application"), 1),
        (("keying", "compare", "{keyed}", "{reference}", "--layout", "no_such_layout"), 3),
        (("keying", "compare", "{keyed}", "{reference}"), 2),
        (("keying", "compare", "{keyed}", "{keyed}", "--layout", "{keyed}.yaml"), 3),
        (("keying", "accept", "--lot-size", "1000", "--aql", "1.1"), 2),
        (("keying", "accept", "--lot-size", "1", "--aql", "1"), 2),
    ],
)
def test_errors_are_one_line_and_have_their_exit_code(
    qa: Qa, pair: tuple[Path, Path], arguments: tuple[str, ...], code: int
) -> None:
    names = {"keyed": pair[0], "reference": pair[1]}
    ran = qa(*[argument.format(**names) for argument in arguments])
    assert ran.code == code
    assert ran.out == ""
    assert len(ran.errors) == 1


def test_layouts_are_checked_line_by_line(qa: Qa, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(
        "id: wrong\nversion: 1.0.0\ntitle: Wrong\ngroups:\n  - id: person\n    repeats: true\n"
        "    align_on: {sn: 1}\n    fields:\n      - {id: ssn, type: snn}\n",
        encoding="utf-8",
    )
    ran = qa("keying", "layout", "lint", path)
    assert ran.code == 1
    assert "wrong.yaml:9: error: groups[0].fields[0].type" in ran.out
    path.write_text(path.read_text(encoding="utf-8").replace("snn", "ssn"), encoding="utf-8")
    assert (
        "wrong.yaml:7: error: groups[0].align_on.sn: no field 'sn'"
        in qa("keying", "layout", "lint", path).out
    )
    assert qa("keying", "compare", path, path, "--layout", path).code == 3


def test_the_shipped_layout_is_clean_and_shown_in_both_languages(qa: Qa) -> None:
    assert "0 errors, 0 warnings" in qa("keying", "layout", "lint", "covered_application").out
    assert "Date of birth" in qa("keying", "layout", "show", "covered_application").out
    assert (
        "Fecha de nacimiento" in qa("keying", "layout", "show", "covered_application", "--language", "es").out
    )
    shown = qa("keying", "layout", "show", "covered_application", "--json").json
    assert sum(len(group["fields"]) for group in shown["groups"]) == 178


@pytest.mark.parametrize(
    ("faults", "code", "decision"), [(7, 0, "accepted"), (8, 1, "rejected"), (None, 0, None)]
)
def test_a_lot_is_judged_by_its_plan(qa: Qa, faults: int | None, code: int, decision: str | None) -> None:
    given = () if faults is None else ("--faults", faults)
    ran = qa("keying", "accept", "--lot-size", 2400, "--aql", 2.5, *given, "--json")
    assert ran.code == code
    assert (ran.json["letter"], ran.json["n"], ran.json["accept"], ran.json["reject"]) == ("K", 125, 7, 8)
    assert ran.json["decision"] == decision


def test_a_lot_is_judged_sample_by_sample(qa: Qa) -> None:
    plan = ("keying", "accept", "--lot-size", 400, "--aql", 2.5, "--sampling", "double", "--json")
    first = qa(*plan, "--faults", 2)
    jsonschema.validate(first.json, json_schema("acceptance"))
    assert (first.code, first.json["decision"], first.json["next_sample"]) == (0, None, 2)
    assert [tuple(stage.values()) for stage in first.json["stages"]] == [(32, 1, 4), (32, 4, 5)]
    assert (qa(*plan, "--faults", "2,2").json["decision"], qa(*plan, "--faults", "2,3").code) == (
        "accepted",
        1,
    )
    assert qa(*plan, "--faults", "1,0").code == 2
    assert qa(*plan, "--faults", "2,x").code == 2
    several = qa("keying", "accept", "--lot-size", 400, "--aql", 2.5, "--sampling", "multiple", "--json").json
    assert len(several["stages"]) == 7
    assert several["stages"][0]["accept"] is None


def test_a_reduced_lot_between_the_two_numbers_is_accepted_and_goes_back_to_normal(qa: Qa) -> None:
    plan = ("keying", "accept", "--lot-size", 2400, "--aql", 2.5, "--reduced", "--json")
    found = [qa(*plan, "--faults", faults).json["decision"] for faults in (3, 5, 6)]
    assert found == ["accepted", "accepted_return_to_normal", "rejected"]


def test_the_rates_that_are_accepted_are_shown(qa: Qa) -> None:
    plan = ("keying", "accept", "--lot-size", 10_000, "--aql", 1, "--level", "I", "--rates", "2,5", "--json")
    points = {round(p["rate"], 6): p["accepted"] for p in qa(*plan).json["operating_characteristic"]}
    # Letter J, 80 items, up to 2 faults.
    assert (points[0.02], points[0.05], points[0.01]) == (
        pytest.approx(0.7844, abs=5e-5), pytest.approx(0.2306, abs=5e-5), pytest.approx(0.9534, abs=5e-5)
    )  # fmt: skip


def test_the_lots_of_a_stream_say_how_the_next_is_inspected(qa: Qa, tmp_path: Path) -> None:
    store = ("--store", f"sqlite:///{tmp_path / 'store.db'}")
    plan = (
        "keying",
        "accept",
        "--lot-size",
        400,
        "--aql",
        2.5,
        "--stream",
        "op-101",
        "--as",
        "lead",
        *store,
        "--json",
    )

    def inspect(lot: str, faults: int, *more: str) -> tuple[str, str, str]:
        found = qa(*plan, "--lot", lot, "--faults", faults, *more).json
        return found["inspection"], found["decision"], found["next_inspection"]

    assert inspect("L1", 4) == ("normal", "rejected", "normal")
    assert inspect("L1 again", 0, "--resubmitted") == ("normal", "accepted", "normal")
    assert inspect("L2", 4) == ("normal", "rejected", "tightened")
    # On tightened inspection only two faults are accepted of the fifty.
    assert qa(*plan).json["accept"] == 2
    assert inspect("L3", 3) == ("tightened", "rejected", "tightened")
    for number in range(4, 8):
        assert inspect(f"L{number}", 0) == ("tightened", "accepted", "tightened")
    assert inspect("L8", 0) == ("tightened", "accepted", "normal")
    for number in range(9, 19):
        last = inspect(f"L{number}", 0, "--stable")
    assert last == ("normal", "accepted", "reduced")
    assert inspect("L19", 2, "--stable") == ("reduced", "accepted_return_to_normal", "normal")
    again = qa(*plan, "--lot", "L19", "--faults", 0)
    assert (again.code, len(again.errors)) == (1, 1)
    listed = qa("keying", "lots", "op-101", *store, "--json").json
    assert [row["lot"] for row in listed][-2:] == ["L18", "L19"]
    assert {row["created_by"] for row in listed} == {"lead"}


def test_a_discontinued_stream_waits_for_action(qa: Qa, tmp_path: Path) -> None:
    store = ("--store", f"sqlite:///{tmp_path / 'store.db'}")
    plan = ("keying", "accept", "--lot-size", 400, "--aql", 2.5, "--stream", "op-101", *store, "--json")
    for number in range(7):
        found = qa(*plan, "--lot", f"L{number}", "--faults", 9)
    assert found.json["next_inspection"] == "discontinued"
    refused = qa(*plan, "--lot", "L7", "--faults", 0)
    assert (refused.code, len(refused.errors)) == (2, 1)
    assert "discontinued" in refused.errors[0]
    resumed = qa(*plan, "--lot", "L7", "--faults", 0, "--resume").json
    assert (resumed["inspection"], resumed["next_inspection"]) == ("tightened", "tightened")
    assert qa(*plan, "--lot", "L8", "--faults", 0).json["inspection"] == "tightened"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--tightened", "--reduced"),
        ("--sampling", "triple"),
        ("--lot", "L1"),
        ("--stream", "op", "--tightened"),
        ("--faults", "-1"),
        ("--rates", "many"),
        ("--stream", "op", "--faults", "0", "--store", "{folder}/store.db"),
    ],
)
def test_what_no_lot_can_be_is_a_usage_error(qa: Qa, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    given = [argument.format(folder=tmp_path) for argument in arguments]
    ran = qa("keying", "accept", "--lot-size", 400, "--aql", 2.5, *given)
    assert (ran.code, len(ran.errors)) == (2, 1)


def test_a_lot_is_judged_by_a_comparison(qa: Qa, pair: tuple[Path, Path], tmp_path: Path) -> None:
    compared = qa("keying", "compare", *pair, "--layout", "covered_application", "--json")
    result = tmp_path / "result.json"
    result.write_text(compared.out, encoding="utf-8")
    ran = qa("keying", "accept", "--lot-size", 2, "--aql", 6.5, "--result", result, "--json")
    assert (ran.code, ran.json["faults"], ran.json["inspected"]) == (1, 1, 2)
    assert qa("keying", "accept", "--lot-size", 2, "--aql", 6.5, "--result", pair[0]).code == 1


def test_the_schema_of_layouts_accepts_the_shipped_one(qa: Qa, checkout: Path) -> None:
    schema = qa("schema", "layout").json
    assert schema == json.loads(
        (checkout / "rubrics" / "layouts" / "schema.json").read_text(encoding="utf-8")
    )
    from qa_toolkit.authored import read_tree

    root, _ = read_tree(
        (checkout / "rubrics" / "layouts" / "covered_application.yaml").read_text(encoding="utf-8")
    )
    assert root is not None
    jsonschema.validate(root.plain(), schema)
