"""What differs between two versions of a rubric, and for whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from evaluation_builders import call, rubric_of

from qa_toolkit.evaluation.difference import case_change, compare_case, rubric_changes
from qa_toolkit.evaluation.engine import evaluate
from qa_toolkit.evaluation.loader import LoadedRubric, load_rubric

OLD = """
{id: A, question: a?, weight: 2, evaluator: {phrase: {any: [hello, good day]}}, examples: [{turns: ["agent: hello"], expect: "yes"}]}
{id: B, question: b?, answers: {yes: 1, no: {points: 0, auto_fail: true}}, evaluator: {phrase: {any: [goodbye]}}}
"""


def rubric(criteria: str = OLD, **more: str) -> LoadedRubric:
    return rubric_of(criteria, **more)


def changes(new: LoadedRubric) -> list[tuple[str, str, object, object]]:
    return [(c.kind, c.path, c.old, c.new) for c in rubric_changes(rubric().rubric, new.rubric)]


def test_a_rubric_does_not_differ_from_itself() -> None:
    assert changes(rubric()) == []
    inbound = load_rubric("inbound_call").rubric
    assert rubric_changes(inbound, inbound) == ()


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("weight: 2", "weight: 3", ("changed", "criterion.A.weight", 2.0, 3.0)),
        ("question: a?", "question: a!", ("changed", "criterion.A.question", "a?", "a!")),
        (
            "[hello, good day]",
            "[good day, hello, hi]",
            ("added", "criterion.A.evaluator.parameters.any", None, ["hi"]),
        ),
        (
            "[hello, good day]",
            "[hello]",
            ("removed", "criterion.A.evaluator.parameters.any", ["good day"], None),
        ),
        (
            "auto_fail: true",
            "auto_fail: section",
            ("changed", "criterion.B.answers.no.auto_fail", True, "section"),
        ),
        ("{id: B,", "{id: B, confidence: 0.9,", ("added", "criterion.B.confidence", None, 0.9)),
        (
            "[goodbye]}",
            "[goodbye], role: agent}",
            ("added", "criterion.B.evaluator.parameters.role", None, "agent"),
        ),
    ],
)
def test_each_difference_has_its_path(was: str, now: str, expected: object) -> None:
    assert changes(rubric(OLD.replace(was, now))) == [expected]


def test_lists_in_another_order_are_no_difference() -> None:
    assert changes(rubric(OLD.replace("[hello, good day]", "[good day, hello]"))) == []


def test_added_and_removed_criteria_are_named_by_id() -> None:
    found = changes(rubric(OLD.splitlines()[1] + "\n{id: C, question: c?}"))
    assert [(kind, path) for kind, path, *_ in found] == [
        ("removed", "criterion.B"),
        ("added", "criterion.C"),
    ]


def test_events_and_scoring_are_compared() -> None:
    new = rubric(
        OLD, events="{x: {phrase: {any: [x]}}}", scoring="{method: question_weight, pass_percent: 80}"
    )
    assert {path for _, path, *_ in changes(new)} == {"events.x", "scoring.pass_percent"}


def test_an_added_example_is_one_difference() -> None:
    new = OLD.replace('expect: "yes"}]', 'expect: "yes"}, {turns: ["agent: no"], expect: "no"}]')
    ((kind, path, _, added),) = changes(rubric(new))
    assert (kind, path) == ("added", "criterion.A.examples")
    assert isinstance(added, list)
    assert len(added) == 1


def test_whose_answers_and_scores_would_change() -> None:
    case = call("agent: Hi there.", "agent: Goodbye.")
    case = replace(case, interaction=replace(case.interaction, agent="ana", site="fresno"))
    found = compare_case(case, rubric(), rubric(OLD.replace("good day", "hi there")))
    assert (found.agent, found.site) == ("ana", "fresno")
    assert [(a.criterion, a.old, a.new) for a in found.answers] == [("A", "no", "yes")]
    assert (found.old.percent, found.new.percent) == (pytest.approx(100 / 3), 100.0)
    assert found.changed


def test_a_weight_alone_changes_the_score_and_no_answer() -> None:
    case = call("agent: hello")
    found = compare_case(
        case,
        rubric(),
        rubric(OLD.replace("weight: 2", "weight: 5").replace("auto_fail: true", "auto_fail: false")),
    )
    assert found.answers == ()
    assert found.changed


def test_an_unchanged_interaction_says_so() -> None:
    case = call("agent: hello", "agent: goodbye")
    assert not compare_case(case, rubric(), rubric(OLD.replace("good day", "hi there"))).changed


def test_a_criterion_only_one_version_has_is_absent_in_the_other() -> None:
    case = call("agent: hello")
    old, new = evaluate(case, rubric()), evaluate(case, rubric(OLD.splitlines()[1]))
    assert [(a.criterion, a.new) for a in case_change(old, new, case).answers] == [("B", "absent")]
