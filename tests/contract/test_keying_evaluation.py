"""A keyed form is scored, reviewed and disputed like a call."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qa_toolkit.resources import sample_dir
from qa_toolkit.store import Store

Qa = Callable[..., Any]
FILES = tuple(sample_dir() / "keying" / name for name in ("keyed.csv", "reference.csv"))
USERS = (
    "user,role,name,agent\nroot,admin,,\nlena,lead,,\nlars,lead,,\nmaria,analyst,,\nkey,agent,Kim,op-102\n"
)


def test_from_the_records_to_the_settled_dispute(qa: Qa, tmp_path: Path) -> None:
    store, cases = ("--store", tmp_path / "qa.db"), tmp_path / "cases"
    rubric = ("--rubric", "paper_keying")
    made = qa("keying", "score", *FILES, "--layout", "covered_application", "--out", cases, "--json")
    assert (made.code, len(made.json)) == (0, 36)
    scored = qa("score", cases / "APP-00001.json", cases / "APP-00002.json", *rubric, *store, "--json")
    assert [each["status"] for each in scored.json] == ["done", "done"]
    assert scored.json[0]["evaluation"]["score"] == made.json[0]["score"]
    people = tmp_path / "users.csv"
    people.write_text(USERS, encoding="utf-8")
    assert qa("people", "import", people, *store, "--as", "root").code == 0
    assert qa("assign", "APP-00001", *rubric, "--to", "maria", *store, "--as", "lena").code == 0
    (waiting,) = qa("review", "list", *store, "--as", "maria", "--json").json["assignments"]
    assert waiting["interaction"] == "APP-00001"

    answers = {a["criterion"]: a["answer"] for a in made.json[0]["answers"]}
    none = {a["criterion"] for a in made.json[0]["answers"] if a["status"] == "not_applicable"}
    full = {name: "na" if name in none else answer or "yes" for name, answer in answers.items()}
    # The decimal shift of an income makes PK-14 an automatic fail.
    assert answers["PK-14"] == "no"
    review = tmp_path / "answers.json"
    review.write_text(json.dumps(full), encoding="utf-8")
    with Store.open(tmp_path / "qa.db") as opened:
        # Two workers score side by side, so that either may be the first.
        counts = opened.latest_evaluation("APP-00001", "paper_keying")
    assert counts is not None
    submit = (
        "review",
        "submit",
        "APP-00001",
        review,
        *rubric,
        "--based-on",
        counts.id,
        *store,
        "--as",
        "maria",
        "--json",
    )
    ran = qa(*submit)
    assert ran.errors == []
    filed = ran.json
    assert filed["score"]["complete"] is True
    assert (filed["score"]["percent"], filed["score"]["auto_failed_by"]) == (0.0, ["PK-14"])

    dispute = (
        "review",
        "dispute",
        "APP-00001",
        *rubric,
        "--text",
        "The paper says so.",
        "--criterion",
        "PK-14",
    )
    raised = qa(*dispute, *store, "--as", "key", "--json")
    assert raised.json["state"] == "open"
    assert qa("review", "judge", 1, "--uphold", "--text", "It does not.", *store, "--as", "maria").code == 1
    settled = qa("review", "judge", 1, "--uphold", "--text", "It does not.", *store, "--as", "lars", "--json")
    assert (settled.code, settled.json["steps"][-1]["kind"]) == (0, "upheld")
