"""Why an answer was given: every stage of the engine shows up, in its order."""

from __future__ import annotations

from typing import Any

import pytest
from evaluation_builders import call, rubric_of

from qa_toolkit.domain import AnswerStatus
from qa_toolkit.evaluation import EvaluationSettings, evaluate, load_rubric
from qa_toolkit.evaluation.explain import Explanation, explain
from qa_toolkit.pipeline import read_case
from qa_toolkit.resources import sample_dir

EVENTS = '{asked: {phrase: {role: agent, any: ["date of birth"]}}, detail: {phrase: {role: agent, any: ["your plan is"]}}}'
RUBRIC = rubric_of(
    """
    {id: A, question: a?, not_applicable_when: {transaction: [general]}, evaluator: {order: {first: asked, before: detail}}}
    {id: B, question: b?, confidence: 0.95, evaluator: {phrase: {role: agent, any: [goodbye]}}}
    {id: C, question: c?, evaluator: {checklist: {every: [{phrase: {any: [hello]}}, {phrase: {any: [goodbye]}}]}}}
    {id: D, question: d?, evaluator: {metric: {name: dead_air, at_most: 0}}}
    """,
    events=EVENTS,
)
WRONG_ORDER = ("agent: Your plan is Silver.", "agent: Hello, what is your date of birth?")


def explained(criterion: str, *lines: str, **more: Any) -> Explanation:
    return explain(call(*(lines or WRONG_ORDER), **more), RUBRIC, criterion)


def stages(explanation: Explanation) -> list[str]:
    return [step.stage for step in explanation.steps]


def text_of(explanation: Explanation, stage: str, name: str = "") -> str:
    return " / ".join(s.text for s in explanation.steps if s.stage == stage and name in ("", s.name))


def test_steps_come_in_the_order_of_the_engine() -> None:
    found = explained("A")
    assert stages(found) == [
        "applies",
        "event",
        "event",
        "not_applicable",
        "evaluator",
        "proposed",
        "threshold",
        "answer",
    ]
    assert found.answer.answer == "no"


def test_events_say_where_they_happened_or_how_they_were_looked_for() -> None:
    found = explained("A", "agent: Your plan is Silver.")
    assert "turn 1 at 0.0 s" in text_of(found, "event", "detail")
    assert "did not happen; looked for by phrase" in text_of(found, "event", "asked")
    assert "date of birth" in text_of(found, "event", "asked")


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        ({"transaction": "general"}, "(holds); so the criterion does not apply"),
        ({"transaction": "renewal"}, "(does not hold); so it excuses nothing"),
        ({}, "(does not hold); so it excuses nothing"),
    ],
)
def test_rules_that_excuse_show_their_conditions(metadata: dict[str, Any], says: str) -> None:
    assert says in text_of(explained("A", metadata=metadata), "not_applicable")


def test_an_answer_below_the_threshold_shows_both_numbers() -> None:
    found = explained("B")
    assert "no (confidence 0.80)" in text_of(found, "proposed")
    assert text_of(found, "threshold") == "confidence 0.80 is below its own threshold 0.95"
    assert text_of(found, "answer") == "unanswered"


def test_what_was_searched_is_named() -> None:
    (step,) = [s for s in explained("B").steps if s.stage == "proposed"]
    assert [getattr(item, "looked_for", None) for item in step.evidence] == ["goodbye"]


def test_parts_of_a_checklist_are_asked_one_by_one() -> None:
    found = explained("C")
    parts = [s.text.split(":")[0] for s in found.steps if s.stage == "part"]
    assert parts == ["yes (confidence 1.00)", "no (confidence 0.80)"]


def test_a_missing_part_of_the_interaction_is_said() -> None:
    found = explained("D")
    assert text_of(found, "needs", "metrics") != ""
    assert found.answer.status is AnswerStatus.UNANSWERED


def test_doubtful_roles_are_said() -> None:
    found = explained("A", role_confidence=0.4)
    assert "0.40 sure, below 0.80" in text_of(found, "needs", "roles")
    assert found.answer.status is AnswerStatus.UNANSWERED


@pytest.mark.parametrize("name", ["inb-001", "inb-003", "out-001"])
def test_it_never_tells_another_answer_than_the_evaluation(name: str) -> None:
    case = read_case(sample_dir() / "transcripts" / f"{name}.json")
    rubric = load_rubric("inbound_call" if name.startswith("inb") else "outbound_call")
    settings = EvaluationSettings()
    evaluation = evaluate(case, rubric, settings=settings)
    for answer in evaluation.answers:
        found = explain(case, rubric, answer.criterion, settings=settings).answer
        assert (found.status, found.answer, found.reason) == (answer.status, answer.answer, answer.reason)
