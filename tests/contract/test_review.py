"""`qa people`, `qa assign`, `qa review` and `qa audit`: what scripts of the unit rely on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from review_examples import FORM, save_call

from qa_toolkit.store import Store

USERS = "user,role,agent\nroot,admin,\nlena,lead,\nlars,lead,\nmaria,analyst,\njun,analyst,\nana,agent,A-17\n"
REVIEW = {
    "answers": {"G-1": "no"},
    "overrides": {"G-1": {"reason": "judgement", "text": "It was no greeting."}},
    "root_causes": {"G-1": {"cause": "attention"}},
}


@pytest.fixture
def unit(tmp_path: Path, qa: Callable[..., Any]) -> Callable[..., Any]:
    """``unit("maria", "review", "list")`` runs a command as that person on a store with one scored call."""
    address = tmp_path / "qa.db"
    with Store.open(address) as store:
        save_call(store)
    (tmp_path / "users.csv").write_text(USERS)

    def run(user: str, *arguments: object) -> object:
        return qa(*arguments, "--store", address, "--as", user)

    run("root", "people", "import", tmp_path / "users.csv")
    return run


def given(folder: Path, content: object) -> Path:
    path = folder / "answers.json"
    path.write_text(json.dumps(content))
    return path


def test_from_the_queue_to_the_coaching_note(
    unit: Callable[..., Any], tmp_path: Path, qa: Callable[..., Any]
) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text("id,weight\ncall-1,1\n")
    day = ("--due", "2026-12-01")
    made = unit("lena", "assign", "--from", sample, "--rubric", "greeting", "--to", "maria", *day, "--json")
    assert made.json == {"assigned": [1], "open_before": 0}
    (waiting,) = unit("maria", "review", "list", "--json").json["assignments"]
    assert (waiting["interaction"], waiting["due_on"], waiting["blind"]) == ("call-1", "2026-12-01", False)

    answers = given(tmp_path, REVIEW)
    submit = ("review", "submit", "call-1", answers, "--rubric", "greeting", "--based-on", "1", "--json")
    filed = unit("maria", *submit).json
    assert (filed["schema"], filed["id"], filed["based_on"], filed["blind"], filed["revision"]) == (
        "qa-toolkit/evaluation/1",
        "2",
        "1",
        False,
        1,
    )
    assert (filed["source"], filed["score"]["percent"]) == ({"kind": "reviewer", "name": "maria"}, 0.0)
    assert filed["rubric"]["sha256"] == FORM.sha256

    late = unit("jun", *submit)
    assert late.code == 1
    assert late.out == ""
    assert "maria filed evaluation 2 at 2" in late.errors[0]

    dispute = ("review", "dispute", "call-1", "--rubric", "greeting", "--text", "I greeted.", "--json")
    assert unit("ana", *dispute, "--criterion", "G-1").json["state"] == "open"
    assert unit("jun", "review", "judge", 1, "--uphold", "--text", "x").code == 1
    assert unit("lena", "review", "reading", 1, "--to", "jun").code == 0
    blind = given(tmp_path, {"G-1": "yes", "G-2": "no"})
    assert unit("jun", "review", "submit", "call-1", blind, "--rubric", "greeting").out.endswith(
        "does not count\n"
    )
    better = given(
        tmp_path,
        {"answers": {"G-1": "yes"}, "overrides": {"G-1": {"reason": "judgement", "text": "A greeting."}}},
    )
    settled = unit("lars", "review", "judge", 1, "--change", better, "--text", "She did.", "--json").json
    assert [step["kind"] for step in settled["steps"]] == ["raised", "reading_asked", "read", "changed"]

    outcome = settled["outcome"]
    assert (
        unit("ana", "review", "acknowledge", outcome, "--comment", "Thank you.", "--json").json["who"]
        == "ana"
    )
    note = unit(
        "lena", "review", "coach", outcome, "--criterion", "G-2", "--text", "Say it first.", "--json"
    ).json
    assert (note["agent"], note["criterion"]) == ("A-17", "G-2")

    store = ("--store", tmp_path / "qa.db")
    anchors = tmp_path / "anchors.txt"
    assert qa("audit", "head", "--append", anchors, *store).code == 0
    whole = qa("audit", "verify", "--anchor", anchors, "--json", *store).json
    assert (whole["whole"], whole["broken"], whole["anchors"]) == (True, None, 1)
    with Store.open(tmp_path / "qa.db") as opened:
        rows = [*opened.audit.entries()]
    assert whole["rows"] == len(rows)
    assert {row.origin.partition("@")[0] for row in rows if row.who == "maria"} == {"qa review submit"}
    assert not [row for row in rows if "greeting." in row.facts or "Thank you" in row.facts]


def test_a_broken_log_is_named_with_its_row_and_exit_code_1(
    unit: Callable[..., Any], tmp_path: Path, qa: Callable[..., Any]
) -> None:
    import sqlite3
    from contextlib import closing

    store = ("--store", tmp_path / "qa.db")
    with closing(sqlite3.connect(tmp_path / "qa.db")) as database:
        database.execute("DROP TRIGGER audit_log_refuse_update")
        database.execute("UPDATE audit_log SET who = 'nobody' WHERE id = 2")
        database.commit()
    broken = qa("audit", "verify", *store)
    assert (broken.code, broken.out) == (1, "")
    assert broken.errors[0].startswith("error: row 2 of the audit log is broken: its content was changed, ")
    assert qa("audit", "verify", "--json", *store).json["broken"] == 2


@pytest.mark.parametrize("text", ["", "x y z\n", "5\n", f"five {'a' * 64}\n"])
def test_a_file_of_anchors_that_is_none_is_refused(
    unit: Callable[..., Any], tmp_path: Path, qa: Callable[..., Any], text: str
) -> None:
    (tmp_path / "anchors.txt").write_text(text)
    refused = qa("audit", "verify", "--anchor", tmp_path / "anchors.txt", "--store", tmp_path / "qa.db")
    assert (refused.code, len(refused.errors)) == (1, 1)


def test_bad_rows_of_people_are_one_line_each_and_exit_code_3(
    unit: Callable[..., Any], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("user,role\nx,boss\ny,\nz,lead\n")
    refused = unit("root", "people", "import", bad)
    assert (refused.code, refused.out) == (3, "")
    assert [line.partition(": role")[0] for line in refused.errors] == [
        "error: bad.csv:2",
        "error: bad.csv:3",
    ]
    listed = unit("root", "people", "list", "--json").json
    assert [user["id"] for user in listed["users"]] == ["ana", "jun", "lars", "lena", "maria", "root"]


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"answers": []},
        {"answers": {}, "notes": {}},
        {"answers": {}, "overrides": {"G-1": "x"}},
        {"answers": {}, "overrides": {"G-1": {"text": "x"}}},
        {"answers": {}, "root_causes": {"G-1": {"cause": 1}}},
    ],
)
def test_a_file_of_answers_that_does_not_fit_is_one_line(
    unit: Callable[..., Any], tmp_path: Path, content: object
) -> None:
    answers = given(tmp_path, content)
    refused = unit("maria", "review", "submit", "call-1", answers, "--rubric", "greeting", "--based-on", "1")
    assert (refused.code, refused.out, len(refused.errors)) == (1, "", 1)


def test_a_dispute_ends_one_way(unit: Callable[..., Any], tmp_path: Path) -> None:
    assert unit("lena", "review", "judge", 1, "--text", "x").code == 2
    both = ("--uphold", "--change", given(tmp_path, {}), "--text", "x")
    assert unit("lena", "review", "judge", 1, *both).code == 2


def test_the_window_for_disputes_is_configured(
    unit: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(tmp_path / "qa.db") as store:
        record = store.evaluation("1")
    assert record is not None
    filed = record.created_at

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return (filed + timedelta(days=8)).astimezone(tz)

    monkeypatch.setattr("qa_toolkit.review.disputing.datetime", Later)
    dispute = ("review", "dispute", "call-1", "--rubric", "greeting", "--text", "Heard wrongly.")
    monkeypatch.setenv("QA_REVIEW__DISPUTE_DAYS", "7")
    ran = unit("ana", *dispute)
    assert (ran.code, "could be disputed until" in ran.errors[0]) == (1, True)
    monkeypatch.setenv("QA_REVIEW__DISPUTE_DAYS", "9")
    assert unit("ana", *dispute).code == 0
    monkeypatch.setenv("QA_REVIEW__DISPUTE_DAYS", "0")
    assert unit("ana", *dispute).code == 3


def test_evidence_going_back_and_corrected_words(unit: Callable[..., Any], tmp_path: Path) -> None:
    answers = given(tmp_path, {**REVIEW, "evidence": {"G-1": [2]}})
    submit = ("review", "submit", "call-1", answers, "--rubric", "greeting", "--based-on")
    filed = unit("maria", *submit, "1", "--json").json
    assert [each["turn"] for each in filed["answers"][0]["evidence"]] == [2]
    back = unit(
        "jun", "review", "revert", "1", "--based-on", "2", "--text", "It was a greeting.", "--json"
    ).json
    assert (back["id"], back["based_on"]) == ("3", "2")
    for evidence in ({"G-1": "2"}, {"G-1": [True]}, {"G-1": [9]}):
        ran = unit("maria", *submit[:3], given(tmp_path, {**REVIEW, "evidence": evidence}), *submit[4:], "3")
        assert (ran.code, len(ran.errors)) == (1, 1)
    correct = ("review", "correct", "call-1", "2")
    assert unit("maria", *correct, "--text", "My plan ended.", "--json").json["number"] == 1
    assert unit("jun", *correct, "--text", "x").code == 1, "he has not seen the first"
    assert unit("jun", *correct, "--machine", "--seen", "1").out == "correction 2 of turn 2\n"
    assert unit("jun", *correct).code == 2
