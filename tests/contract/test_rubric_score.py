"""``qa rubric score``, ``lint`` and ``schema`` as scripts of users call them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

Qa = Callable[..., Any]

RUBRIC = """\
id: small
version: 1.0.0
title: Small
scoring: {method: question_weight, pass_percent: 85}
sections:
  - id: one
    title: One
    criteria:
      - {id: A, question: a?, weight: 40}
      - {id: B, question: b?, weight: 20, answers: {best: 10, middle: 5, worst: 0}}
      - {id: C, question: c?, weight: 20, critical: compliance, answers: {yes: 1, no: {points: 0, auto_fail: true}}}
      - {id: D, question: d?, weight: 20, ranges: [{from: 0, to: 0, points: 10}, {from: 1, to: 4, points: 5}]}
"""


@pytest.fixture
def rubric(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(RUBRIC, encoding="utf-8")
    return path


def answered(qa: Qa, rubric: Path, answers: object) -> Any:
    path = rubric.with_name("answers.json")
    path.write_text(json.dumps(answers), encoding="utf-8")
    return qa("rubric", "score", rubric, path, "--json")


@pytest.mark.parametrize(
    ("answers", "percent", "opened", "passed"),
    [
        ({"A": "yes", "B": "middle", "C": "yes", "D": 2}, 80.0, 0, False),
        ({"A": "yes", "B": "best", "C": "yes", "D": 0}, 100.0, 0, True),
        ({"A": "yes", "B": "middle", "C": "yes", "D": "na"}, 87.5, 0, True),
        ({"A": "yes", "B": "middle", "C": "yes", "D": None}, 87.5, 1, None),
        ({"A": "yes", "B": "middle", "C": "yes"}, 87.5, 1, None),
        ({"A": "yes", "C": "no"}, 0.0, 2, False),
        ({"A": "na", "B": "na", "C": "na", "D": "na"}, None, 0, None),
        ({}, None, 4, None),
    ],
)
def test_given_answers_are_scored(
    qa: Qa, rubric: Path, answers: object, percent: float | None, opened: int, passed: bool | None
) -> None:
    ran = answered(qa, rubric, answers)
    assert ran.code == 0
    score = ran.json["score"]
    assert score["percent"] == percent
    assert score["open"] == opened
    assert score["complete"] == (opened == 0)
    assert score["passed"] is passed


def test_the_evaluation_has_the_published_shape(qa: Qa, rubric: Path) -> None:
    ran = answered(qa, rubric, {"A": "yes", "C": "no"})
    jsonschema.validate(ran.json, qa("schema", "evaluation").json)
    assert ran.json["score"]["auto_failed_by"] == ["C"]
    assert ran.json["score"]["percent_before_auto_fail"] == pytest.approx(100 * 40 / 60)
    assert ran.json["score"]["critical"]["compliance"] == {"applicable": 1, "failed": 1}
    assert [answer["status"] for answer in ran.json["answers"]] == [
        "answered",
        "unanswered",
        "answered",
        "unanswered",
    ]


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"Z": "yes"}, "'Z'"),
        ({"A": "maybe"}, "yes"),
        ({"D": 9}, "D"),
        ({"D": "two"}, "D"),
        (["yes"], "object"),
    ],
)
def test_an_impossible_answer_is_one_line(qa: Qa, rubric: Path, answers: object, says: str) -> None:
    ran = answered(qa, rubric, answers)
    assert ran.code == 1
    assert len(ran.errors) == 1
    assert says in ran.errors[0]


@pytest.mark.parametrize(
    ("fault", "line", "says"),
    [
        (RUBRIC.replace("weight: 40", "wieght: 40"), 9, "wieght"),
        (RUBRIC.replace("title: Small\n", "title: Small\ntitle: Again\n"), 4, "title"),
        (RUBRIC.replace("title: One", "title: &t One"), 7, "anchor"),
        (RUBRIC.replace("    title: One", "\ttitle: One"), 7, "tab"),
        (RUBRIC.replace("id: B, question: b?", "id: A, question: b?"), 10, "A"),
        (RUBRIC.replace("question: a?, weight: 40", "question: a?, evaluator: nonsense"), 9, "nonsense"),
        (RUBRIC.replace("question_weight", "guesswork"), 4, "question_weight"),
    ],
)
def test_a_faulty_rubric_is_refused_with_file_and_line(
    qa: Qa, rubric: Path, fault: str, line: int, says: str
) -> None:
    rubric.write_text(fault, encoding="utf-8")
    for arguments in (["rubric", "lint", rubric], ["rubric", "score", rubric, rubric]):
        ran = qa(*arguments)
        text = ran.out + ran.err
        assert ran.code == (1 if arguments[1] == "lint" else 3)
        assert f"small.yaml:{line}:" in text
        assert says in text
        assert "Traceback" not in text


def test_a_10_megabyte_rubric_is_refused_unread(qa: Qa, rubric: Path) -> None:
    rubric.write_text(RUBRIC + "# padding\n" * 1_000_000, encoding="utf-8")
    ran = qa("rubric", "score", rubric, rubric)
    assert ran.code == 3
    assert len(ran.errors) == 1
    assert "256" in ran.errors[0]


def test_every_fault_of_a_file_is_reported_at_once(qa: Qa, rubric: Path) -> None:
    rubric.write_text(
        RUBRIC.replace("weight: 40", "wieght: 40").replace("pass_percent: 85", "pass_percent: 850")
    )
    ran = qa("rubric", "lint", rubric)
    assert "small.yaml:4:" in ran.out
    assert "small.yaml:9:" in ran.out


def test_lint_of_the_shipped_rubrics_finds_no_error(qa: Qa) -> None:
    ran = qa("rubric", "lint", "inbound_call", "outbound_call", "--json")
    assert ran.code == 0
    assert all(fault["level"] == "warning" for fault in ran.json)
