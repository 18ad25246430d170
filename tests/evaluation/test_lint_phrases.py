"""Doubts a rubric's author is told about: phrases that cannot count, rules that always hold, open patterns."""

from __future__ import annotations

import pytest

from qa_toolkit.errors import RubricError
from qa_toolkit.evaluation import lint_text, parse_rubric

RUBRIC = """\
id: test
version: 1.0.0
title: Test
applies_when: {{direction: [inbound]}}
scoring: {{method: question_weight, pass_percent: 85}}
sections:
  - id: one
    title: One
    criteria:
      - {{id: A, question: a?, {criterion}}}
      - {{id: B, question: b?}}
"""


def doubts(criterion: str) -> list[str]:
    return [
        str(f.message)
        for f in lint_text(RUBRIC.format(criterion=criterion))
        if "examples for an auto" not in f.message
    ]


def phrase(parameters: str) -> str:
    return f"evaluator: {{phrase: {{{parameters}}}}}"


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ("any: [hello there], none: [hello]", "'hello there' holds 'hello' of none"),
        ("any: [I do not agree], none: [do not]", "'I do not agree' holds 'do not' of none"),
        ("any: [I don't agree], none: [do not]", "holds 'do not' of none"),
        ("all: [[good day, hello you]], none: [hello]", "'hello you' holds 'hello' of none"),
        ("any: [sixty days, 60 days]", "'60 days' says the same as 'sixty days'"),
        ("any: {en: [cancelled, canceled]}", "'canceled' says the same as 'cancelled'"),
    ],
)
def test_phrases_that_cannot_count_or_stand_twice(parameters: str, says: str) -> None:
    (found,) = doubts(phrase(parameters))
    assert says in found


@pytest.mark.parametrize(
    "parameters",
    [
        "any: [hello], none: [hello there]",
        "any: [your plan], none: [plan b]",
        "any: ['in # days', in days]",
        "any: [plan * active, plan active]",
        "any: ['# # #', '# # # #']",
        "any: {en: [no], es: [no]}",
        "any: [unhappy], none: [happy]",
    ],
)
def test_phrases_that_only_look_alike_are_left_alone(parameters: str) -> None:
    assert doubts(phrase(parameters)) == []


@pytest.mark.parametrize(
    ("criterion", "says"),
    [
        ("not_applicable_when: {direction: [inbound, outbound]}", "never judged"),
        ("weight: 0", "counts nowhere"),
    ],
)
def test_criteria_that_are_never_reached(criterion: str, says: str) -> None:
    found = doubts(f"{criterion}, {phrase('any: [hello]')}")
    assert any(says in each for each in found)


@pytest.mark.parametrize(
    "criterion",
    [
        "not_applicable_when: {direction: outbound}",
        "not_applicable_when: {direction: inbound, transaction: renewal}",
        "critical: compliance",
    ],
)
def test_criteria_that_can_be_reached_are_left_alone(criterion: str) -> None:
    assert doubts(f"{criterion}, {phrase('any: [hello]')}") == []


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ('[[{LOWER: {REGEX: "(a+)+$"}}]]', "REGEX has no bound"),
        ('[[{OP: "*"}, {OP: "*"}, {OP: "+"}, {LOWER: x}]]', "more than 2 tokens"),
    ],
)
def test_patterns_whose_time_has_no_bound_are_refused(pattern: str, says: str) -> None:
    with pytest.raises(RubricError) as refused:
        parse_rubric(RUBRIC.format(criterion=phrase(f"pattern: {pattern}")))
    assert any(says in fault for fault in refused.value.faults)


def test_a_key_over_two_lines_is_still_one_line_of_fault() -> None:
    """Found by the fuzzed rubrics of test_loader.py."""
    text = RUBRIC.format(criterion='"two\n\nlines": 1')
    with pytest.raises(RubricError) as refused:
        parse_rubric(text)
    assert refused.value.faults
    assert not any("\n" in fault for fault in refused.value.faults)
