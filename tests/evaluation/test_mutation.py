"""A broken criterion must be noticed by its examples, and the report must say where none would."""

from __future__ import annotations

import pytest
from evaluation_builders import rubric_of

from qa_toolkit.evaluation.loader import parse_rubric
from qa_toolkit.evaluation.mutation import MutationReport, mutate
from qa_toolkit.evaluation.rubric_templates import KINDS, new_rubric
from qa_toolkit.pipeline import with_metrics

GREETING = "{{id: A, question: a?, evaluator: {{phrase: {{role: agent, any: [hello], none: [goodbye]}}}}, examples: [{examples}]}}"
YES = '{turns: ["agent: Hello."], expect: "yes"}'
NO = '{turns: ["agent: Yes?"], expect: "no"}'
WRONG_ROLE = '{turns: ["agent: Yes?", "customer: Hello."], expect: "no"}'
FORBIDDEN = '{turns: ["agent: Hello and goodbye."], expect: "no"}'


def report(*examples: str) -> MutationReport:
    return mutate(rubric_of(GREETING.format(examples=", ".join(examples))))


def survivors(found: MutationReport) -> set[str]:
    return {mutant.what for mutant in found.mutants if not mutant.noticed}


@pytest.mark.parametrize(
    ("examples", "survive"),
    [
        ([YES, NO, WRONG_ROLE, FORBIDDEN], set()),
        ([YES, NO, FORBIDDEN], {"role left out"}),
        ([YES, NO, WRONG_ROLE], {"none left out"}),
        ([YES], {"always 'yes'", "any left out", "role left out", "none left out"}),
    ],
)
def test_every_part_without_an_example_survives(examples: list[str], survive: set[str]) -> None:
    assert survivors(report(*examples)) == survive


def test_the_examples_that_notice_are_numbered_as_written() -> None:
    found = {mutant.what: mutant.noticed_by for mutant in report(YES, NO, WRONG_ROLE, FORBIDDEN).mutants}
    assert found["always 'yes'"] == (2, 3, 4)
    assert found["role left out"] == (3,)
    assert found["none left out"] == (4,)


def test_an_example_that_fails_already_notices_nothing() -> None:
    wrong = NO.replace('expect: "no"', 'expect: "yes"')
    assert survivors(report(YES, wrong)) == survivors(report(YES))


def test_a_criterion_without_passing_examples_is_untested() -> None:
    found = mutate(
        rubric_of("{id: A, question: a?, evaluator: {phrase: {any: [hello]}}}\n{id: B, question: b?}")
    )
    assert (found.untested, found.mutants, found.kill_rate) == (("A",), (), None)


def test_rules_events_and_parts_are_broken_too() -> None:
    rubric = rubric_of(
        "{id: A, question: a?, not_applicable_when: {no_event: bye}, evaluator: {checklist: {every: [{phrase: {any: [hello]}}, "
        '{phrase: {any: [please]}}]}}, examples: [{turns: ["agent: hello please", "agent: bye"], expect: "yes"}]}',
        events="{bye: {phrase: {role: agent, any: [bye]}}, unused: {phrase: {any: [x]}}}",
    )
    what = {mutant.what for mutant in mutate(rubric).mutants}
    assert {
        "not_applicable_when rule 1 left out",
        "event bye never happens",
        "event bye: role left out",
        "every 1 left out",
        "every 2: answers exchanged",
    } <= what
    assert not any("unused" in each for each in what)


@pytest.mark.parametrize("kind", KINDS)
def test_the_templates_notice_every_change(kind: str) -> None:
    found = mutate(parse_rubric(new_rubric("thing", work_area="w", kind=kind)), prepare=with_metrics)
    assert survivors(found) == set()
    assert len(found.mutants) >= 8
    assert found.kill_rate == 1.0
