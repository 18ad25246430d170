"""Answers given by hand, the rubric's schema, and the examples in a rubric."""

# a table is read by the row

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from evaluation_builders import rubric_of

from qa_toolkit.authored.yaml_source import read_tree
from qa_toolkit.domain import AnswerStatus, Source
from qa_toolkit.errors import InputError
from qa_toolkit.evaluation import load_rubric, score_answers
from qa_toolkit.evaluation.examples import run_examples
from qa_toolkit.evaluation.schema import rubric_schema

RUBRIC = rubric_of(
    """
    {id: A, question: a?, weight: 6}
    {id: B, question: b?, weight: 4, answers: {"1": 1, "2": 2}}
    {id: C, question: c?, weight: 10, answers: {ranges: [{from: 0, to: 0, points: 10}, {from: 1, to: 4, points: 5}]}}
    """
)
REVIEWER = Source("reviewer", "ana")


def scored(answers: Any) -> Any:
    return score_answers(RUBRIC, answers, interaction="i", source=REVIEWER)


@pytest.mark.parametrize(
    ("answers", "percent", "open_count"),
    [
        ({"A": "yes", "B": "2", "C": 0}, 100.0, 0),
        ({"A": "yes", "B": 1, "C": 3}, 65.0, 0),
        ({"A": "no", "B": "na", "C": None}, 0.0, 1),
        ({"A": "yes"}, 100.0, 2),
        ({}, None, 3),
    ],
)
def test_given_answers(answers: dict[str, Any], percent: float | None, open_count: int) -> None:
    evaluation = scored(answers)
    assert (evaluation.score.percent, evaluation.score.open) == (percent, open_count)
    assert (evaluation.source, evaluation.interaction) == (REVIEWER, "i")
    assert [a.criterion for a in evaluation.answers] == ["A", "B", "C"]


def test_na_and_null_are_two_things() -> None:
    evaluation = scored({"A": "na", "B": None})
    assert evaluation.answer("A").status is AnswerStatus.NOT_APPLICABLE
    assert evaluation.answer("B").status is AnswerStatus.UNANSWERED


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"AA": "yes"}, "unknown criterion 'AA'.*accepted: A, B, C"),
        ({"A": "maybe"}, "'maybe' is not an answer of A.*accepted: yes, no, na, null"),
        ({"A": True}, "True is not an answer"),
        ({"A": "YES"}, "'YES' is not an answer"),
        ({"A": ["yes"]}, "is not an answer"),
        ({"A": {}}, "is not an answer"),
        ({"B": 3}, "3 is not an answer of B"),
        ({"C": 7}, "a number from 0 to 0 or 1 to 4, na"),
        ({"C": "3"}, "'3' is not an answer of C"),
        ({"C": float("nan")}, "nan is not an answer"),
        ({"C": 10**400}, "is not an answer"),
        ([], "not a mapping"),
    ],
)
def test_what_is_not_permitted_names_what_is(answers: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        scored(answers)


class TestSchema:
    def test_the_shipped_file_is_current(self, checkout: Path) -> None:
        """Run ``qa rubric schema > rubrics/schema.json`` (without plugins installed) after a change."""
        shipped = json.loads((checkout / "rubrics" / "schema.json").read_text(encoding="utf-8"))
        assert shipped == json.loads(json.dumps(rubric_schema(shipped_only=True)))

    @pytest.mark.parametrize(
        ("evaluator", "accepted"),
        [
            ("manual", True),
            ("phrase", False),  # needs parameters
            ("{phrase: {any: [x]}}", True),
            ("{phrase: {any: {en: [x], es: [y]}, role: agent}}", True),
            ("{phrase: {all: [x, [y, z]]}}", True),
            ("{phrase: {ani: [x]}}", False),
            ("{order: {first: hold}}", True),
            ("{order: {before: hold}}", False),
            ("{metadata: {name: q, in: [a]}}", True),
            ("{checklist: {every: [manual, {phrase: {any: [x]}}]}}", True),
            ("nonsense", False),
        ],
    )
    def test_an_editor_accepts_what_the_loader_accepts(self, evaluator: str, accepted: bool) -> None:
        text = f"id: t\nversion: 1.0.0\ntitle: T\nsections: [{{id: s, title: S, criteria: [{{id: A, question: q?, answers: {{yes: 1, no: {{points: 0}}}}, evaluator: {evaluator}}}]}}]\n"
        root, _ = read_tree(text)
        assert root is not None
        validator = jsonschema.Draft202012Validator(rubric_schema(shipped_only=True))
        found = list(validator.iter_errors(root.plain()))
        assert (not found) is accepted, found

    def test_every_shipped_rubric_fits_it(self, checkout: Path) -> None:
        validator = jsonschema.Draft202012Validator(rubric_schema(shipped_only=True))
        for path in sorted((checkout / "rubrics").glob("*.yaml")):
            root, _ = read_tree(path.read_text(encoding="utf-8"))
            assert root is not None
            assert not list(validator.iter_errors(root.plain())), path.name
            assert load_rubric(path).rubric.id


EXAMPLES = """
{id: A, question: q?, not_applicable_when: {transaction: x}, evaluator: {phrase: {role: agent, any: [hello], first_s: 5}}, examples: [{turns: ["agent: Hello."], expect: "yes"}, {turns: ["agent: Bye."], expect: "no"}, {turns: ["agent: Bye."], expect: "yes"}, {turns: ["agent: Hello."], metadata: {transaction: x}, expect: na}, {turns: ["customer: one two three four five six seven eight nine ten eleven twelve thirteen.", "agent: Hello."], expect: "no"}]}
"""


def test_examples_are_run_and_compared() -> None:
    outcomes = run_examples(rubric_of(EXAMPLES))
    assert [(o.number, o.got, o.met) for o in outcomes] == [
        (1, "yes", True),
        (2, "no", True),
        (3, "no", False),
        (4, "na", True),
        (5, "no", True),
    ]
