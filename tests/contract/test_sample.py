"""``qa sample plan | draw | estimate`` as scripts of users call them."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Qa = Callable[..., Any]


@pytest.fixture
def frame(tmp_path: Path) -> Path:
    chance = random.Random(1)
    rows = ["id,site,agent,risk,machine,truth"]
    for k in range(1000):
        passed = chance.random() < (0.75 if k % 4 == 0 else 0.95)
        machine = passed if chance.random() < 0.93 else not passed
        words = ["yes" if machine else "no", "yes" if passed else "no"]
        rows.append(
            ",".join(
                [f"c{k}", "Rancho" if k % 3 else "Fresno", f"a{k % 8}", "4" if k % 4 == 0 else "1", *words]
            )
        )
    path = tmp_path / "frame.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def share(frame: Path) -> float:
    with frame.open(encoding="utf-8", newline="") as file:
        answers = [row["truth"] == "yes" for row in csv.DictReader(file)]
    return sum(answers) / len(answers)


@pytest.mark.parametrize(
    ("arguments", "n"),
    [
        (["estimate", "--margin", "0.05", "--rate", "0.9", "--population", "400"], 103),
        (["detect", "--rate", "0.9", "--to", "0.85"], 686),
        (["certify", "--target", "0.99"], 299),
        (["agent", "--n", "5", "--target", "0.85"], 5),
    ],
)
def test_a_plan_says_what_it_cannot_show(qa: Qa, arguments: list[str], n: int) -> None:
    ran = qa("sample", "plan", *arguments, "--json")
    assert ran.code == 0
    assert (ran.json["schema"], ran.json["n"]) == ("qa-toolkit/sample-plan/1", n)
    assert ran.json["does_not_show"]
    assert "do not show" in qa("sample", "plan", *arguments).out


@pytest.mark.parametrize(
    "how",
    [["--n", "150"], ["--by", "site,agent", "--per-stratum", "10"], ["--risk", "risk", "--n", "150"]],
    ids=["random", "stratified", "risk"],
)
def test_from_frame_to_estimate(qa: Qa, frame: Path, tmp_path: Path, how: list[str]) -> None:
    out = tmp_path / "sample.csv"
    ran = qa("sample", "draw", frame, "--seed", 11, *how, "--out", out, "--json")
    assert ran.code == 0
    assert ran.json["schema"] == "qa-toolkit/sample/1"
    assert ran.json["frame"]["items"] == 1000
    again = qa("sample", "draw", frame, "--seed", 11, *how, "--json")
    assert again.out == ran.out
    found = qa(
        "sample", "estimate", out, "--value", "truth", "--machine", "machine", "--frame", frame, "--json"
    ).json
    for figure in (found["human"], found["assisted"]["corrected"]):
        assert figure["low"] <= share(frame) <= figure["high"]
    assert found["assisted"]["width_ratio"] < 1
    assert found["drawn"] == len(ran.json["items"])


@pytest.mark.parametrize(
    "how",
    [["--n", "400"], ["--by", "site,agent", "--per-stratum", "30"], ["--risk", "risk", "--n", "400"]],
    ids=["random", "stratified", "risk"],
)
def test_totals_and_ratios_of_the_frame(qa: Qa, frame: Path, tmp_path: Path, how: list[str]) -> None:
    """Errors per opportunity: of ten opportunities in risky calls and five in others, so many went wrong."""
    with frame.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [",".join([*rows[0], "errors", "chances"])]
    for row in rows:
        chances = 10 if row["risk"] == "4" else 5
        lines.append(",".join([*row.values(), str(2 if row["truth"] == "no" else 0), str(chances)]))
    frame.write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = tmp_path / "sample.csv"
    qa("sample", "draw", frame, "--seed", 3, *how, "--out", out)
    found = qa("sample", "estimate", out, "--value", "errors", "--per", "chances", "--json").json
    errors = sum(2 for row in rows if row["truth"] == "no")
    opportunities = sum(10 if row["risk"] == "4" else 5 for row in rows)
    assert found["per"] == "chances"
    assert found["human"]["low"] <= errors / opportunities <= found["human"]["high"]
    assert found["total"]["low"] <= errors <= found["total"]["high"]
    assert found["total"]["method"] == ("horvitz_thompson" if "--risk" in how else "stratified_total")
    refused = qa(
        "sample",
        "estimate",
        out,
        "--value",
        "errors",
        "--per",
        "chances",
        "--machine",
        "machine",
        "--frame",
        frame,
    )
    assert (refused.code, len(refused.errors)) == (2, 1)


def test_answers_still_missing_and_not_applicable_are_counted(qa: Qa, frame: Path, tmp_path: Path) -> None:
    out = tmp_path / "sample.csv"
    qa("sample", "draw", frame, "--seed", 1, "--n", 40, "--where", "site=Rancho", "--out", out)
    lines = out.read_text(encoding="utf-8").splitlines()
    answers = ["answer", "", "na", *["yes"] * 30, *["no"] * 8]
    out.write_text("\n".join(f"{line},{a}" for line, a in zip(lines, answers, strict=True)), encoding="utf-8")
    found = qa("sample", "estimate", out, "--value", "answer", "--json").json
    assert (found["answered"], found["not_applicable"], found["unanswered"]) == (38, 1, 1)
    assert found["human"]["estimate"] == pytest.approx(30 / 38, abs=1e-6)
    assert found["warnings"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["plan", "detect", "--rate", "0.9"], 2, "--to"),
        (["plan", "certify", "--target", "95"], 2, "between 0 and 1"),
        (["draw", "FRAME", "--seed", "1"], 2, "one number"),
        (["draw", "FRAME", "--seed", "1", "--n", "5", "--where", "site"], 2, "no filter"),
        (["draw", "FRAME", "--seed", "1", "--n", "5", "--where", "town=X"], 2, "no column 'town'"),
        (["draw", "missing.csv", "--seed", "1", "--n", "5"], 1, "no such file"),
        (["estimate", "FRAME", "--value", "truth"], 2, "stratum"),
    ],
)
def test_faults_are_one_line(qa: Qa, frame: Path, arguments: list[str], code: int, says: str) -> None:
    ran = qa("sample", *[frame if argument == "FRAME" else argument for argument in arguments])
    assert (ran.code, len(ran.errors)) == (code, 1)
    assert says in ran.errors[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("name,site\na,b\n", "header"),
        ("id,site\nc1,x\nc1,y\n", "frame.csv:3: id 'c1'"),
        ("id,site\nc1\n", "1 cells"),
        ("id,site\n,x\n", "no id"),
    ],
)
def test_a_faulty_frame_is_one_line(qa: Qa, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "frame.csv"
    path.write_text(text, encoding="utf-8")
    ran = qa("sample", "draw", path, "--seed", 1, "--n", 1)
    assert (ran.code, len(ran.errors)) == (1, 1)
    assert all(part in ran.errors[0] for part in says.split(": "))
