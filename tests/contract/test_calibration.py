"""`qa calibration`: what scripts of the unit rely on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from review_examples import save_call

from qa_toolkit.store import Store

USERS = "user,role,agent\nroot,admin,\nlena,lead,\nmaria,analyst,\njun,analyst,\nana,agent,A-17\n"


@pytest.fixture
def unit(tmp_path: Path, qa: Callable[..., Any]) -> Callable[..., Any]:
    """``unit("maria", "calibration", "list")`` runs a command as that person on a store with two calls."""
    address = tmp_path / "qa.db"
    with Store.open(address) as store:
        save_call(store)
        save_call(store, "call-2")
    (tmp_path / "users.csv").write_text(USERS)
    (tmp_path / "yes.json").write_text(json.dumps({"G-1": "yes", "G-2": "no"}))
    (tmp_path / "no.json").write_text(json.dumps({"answers": {"G-1": "no", "G-2": "na"}}))

    def run(user: str, *arguments: object) -> Any:
        return qa(*arguments, "--store", address, "--as", user)

    run("root", "people", "import", tmp_path / "users.csv")
    return run


def new(unit: Callable[..., Any], *more: object) -> Any:
    made = (
        "calibration",
        "new",
        "november",
        "call-1",
        "call-2",
        "--rubric",
        "greeting",
        "--raters",
        "maria,jun",
    )
    return unit("lena", *made, *more)


def test_from_the_session_to_its_effect(unit: Callable[..., Any], tmp_path: Path) -> None:
    made = new(unit, "--due", "2026-12-01", "--json").json
    assert (made["schema"], made["id"], made["state"]) == ("qa-toolkit/calibration/1", "november", "open")
    assert (made["rubric"], made["rubric_version"], made["interactions"]) == (
        "greeting",
        "1.0.0",
        ["call-1", "call-2"],
    )
    for who, file in (("maria", "yes.json"), ("jun", "no.json")):
        for left, interaction in ((1, "call-1"), (0, "call-2")):
            submit = ("calibration", "submit", "november", interaction, tmp_path / file, "--json")
            assert unit(who, *submit).json["left"] == left
        if who == "maria":
            seen = unit("maria", "calibration", "table", "november", "--json").json
            assert {name for row in seen["rows"] for name in row["answers"]} == {"maria", "machine"}
            hidden = unit("jun", "calibration", "table", "november", "--json").json
            assert (hidden["rows"], hidden["statistics"], hidden["machine"]) == ([], None, {})
    status = unit("maria", "calibration", "status", "november", "--json").json
    assert [(task["rater"], task["submitted"]) for task in status["tasks"]] == [
        *[("jun", True)] * 2,
        *[("maria", True)] * 2,
    ]
    assert unit("lena", "calibration", "close", "november", "--json").json["state"] == "closed"
    agree = ("calibration", "agree", "november", "call-1", "G-2", "na", "--text", "No name needed.", "--json")
    assert unit("lena", *agree).json["answer"] == "na"
    effect = ("calibration", "effect", "november", "G-2", "clarify", "--text", "Say when.", "--json")
    assert unit("lena", *effect).json["code"] == "clarify"
    unit("maria", "calibration", "note", "november", "--text", "Discussed.")

    shown = unit("lena", "calibration", "table", "november", "--json").json
    first = shown["rows"][1]
    assert (first["interaction"], first["criterion"], first["agreed"], first["share"]) == (
        "call-1",
        "G-2",
        "na",
        0.0,
    )
    assert first["answers"] == {"maria": "no", "jun": "na", "machine": "no"}
    by_criterion = {each["criterion"]: each for each in shown["statistics"]["criteria"]}
    figure = by_criterion["G-1"]["figures"]["percent_agreement"]
    assert (figure["estimate"], figure["units"]) == (0.0, 2)
    assert {"fleiss_kappa", "gwet_ac1", "krippendorff_alpha", "cohen_kappa"} <= set(
        by_criterion["G-1"]["figures"]
    )
    assert set(shown["statistics"]["totals"]) == {"1,1", "2,1", "3,1", "1,k", "2,k", "3,k"}
    assert shown["machine"]["G-1"]["without_majority"] == 2
    assert "too few to decide" in shown["machine"]["G-1"]["says"]
    assert shown["statistics"]["warnings"] == ["2 interactions are too few for reliable intervals"]
    assert [each["kind"] for each in shown["remarks"]] == ["agreed", "effect", "note"]
    text = unit("lena", "calibration", "table", "november").out
    assert "2, too few" in text
    assert "without severity" in text
    assert [each["raw"] for each in shown["statistics"]["severity"]["subjects"]] == [25.0, 25.0]
    (listed,) = unit("maria", "calibration", "list", "--json").json
    assert listed["state"] == "closed"
    with Store.open(tmp_path / "qa.db") as store:
        assert store.audit.verify().whole


def test_ratings_enter_no_average(unit: Callable[..., Any], tmp_path: Path) -> None:
    new(unit)
    with Store.open(tmp_path / "qa.db") as store:
        before = store.people.counting_scores()
    for who in ("maria", "jun"):
        assert unit(who, "calibration", "submit", "november", "call-1", tmp_path / "no.json").code == 0
    with Store.open(tmp_path / "qa.db") as store:
        assert store.people.counting_scores() == before


@pytest.mark.parametrize(
    ("user", "arguments", "code", "message"),
    [
        ("maria", ("new", "x", "call-1", "--rubric", "greeting", "--raters", "maria,jun"), 1, "may not lead"),
        (
            "lena",
            ("new", "x", "call-9", "--rubric", "greeting", "--raters", "maria,jun"),
            1,
            "'call-9' is not in",
        ),
        ("lena", ("new", "x", "call-1", "--rubric", "greeting", "--raters", "maria"), 2, "needs two raters"),
        ("lena", ("table", "nothing"), 1, "there is no calibration session 'nothing'"),
        ("ana", ("list",), 1, "may not rate"),
        ("lena", ("agree", "november", "call-1", "G-1", "perhaps"), 1, "is open"),
        ("maria", ("close", "november"), 1, "may not lead"),
    ],
)
def test_what_is_refused_is_one_line(
    unit: Callable[..., Any], user: str, arguments: tuple[str, ...], code: int, message: str
) -> None:
    new(unit)
    ran = unit(user, "calibration", *arguments)
    assert (ran.code, len(ran.errors), ran.out) == (code, 1, "")
    assert message in ran.errors[0]


def test_drift_is_printed_with_its_changes(unit: Callable[..., Any]) -> None:
    found = unit("lena", "calibration", "drift", "--rubric", "greeting", "--json").json
    assert found["schema"] == "qa-toolkit/calibration-drift/1"
    assert (found["every"], found["periods"], found["severity"]) == ("month", [["2026-11", 2]], [])
    figures = {chart["figure"] for chart in found["drift"]["charts"]}
    assert figures == {"machine_failures", "reviewer_failures", "disagreement", "divided"}
    text = unit("lena", "calibration", "drift", "--rubric", "greeting", "--every", "session").out
    assert "greeting by session: none" in text
