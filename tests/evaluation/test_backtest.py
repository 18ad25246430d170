"""Sums over re-evaluated interactions, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from evaluation_builders import call, rubric_of

from qa_toolkit.evaluation.backtest import NOBODY, Backtested, summarise
from qa_toolkit.evaluation.difference import compare_case

OLD = rubric_of(
    "{id: A, question: a?, evaluator: {phrase: {any: [hello]}}}\n{id: B, question: b?, evaluator: {phrase: {any: [bye]}}}"
)
NEW = rubric_of(
    "{id: A, question: a?, evaluator: {phrase: {any: [hello, hi]}}}\n{id: B, question: b?, evaluator: {phrase: {any: [bye], missing: unanswered}}}"
)


def item(
    name: str,
    agent: str | None,
    site: str | None,
    *lines: str,
    reviewed: dict[str, str | float] | None = None,
) -> Backtested:
    case = call(*lines)
    case = replace(case, interaction=replace(case.interaction, id=name, agent=agent, site=site))
    change = compare_case(case, OLD, NEW)

    def texts(text: str) -> dict[str, str | float]:
        had_bye = "bye" in text
        return {"B": "yes" if had_bye else "no"}

    old = {"A": "yes" if "hello" in lines[0] else "no", **texts(lines[-1])}
    new = {**old, **{a.criterion: a.new for a in change.answers}}
    return Backtested(change, old, new, reviewed or {})


ITEMS = [
    item("1", "ana", "rancho", "agent: hello", "agent: bye"),  # 100 -> 100
    item("2", "ana", "rancho", "agent: hi", "agent: bye", reviewed={"A": "yes", "B": "yes"}),  # 50 -> 100
    item(
        "3", "ben", "fresno", "agent: hi", "agent: so", reviewed={"A": "yes", "B": "no"}
    ),  # 0 -> 100, B open
    item("4", None, None, "agent: hello", "agent: so"),  # 50 -> 100, B open
]


def test_groups_have_means_and_shifts() -> None:
    found = summarise(ITEMS, ["A", "B"])
    assert (found.overall.interactions, found.overall.changed) == (4, 3)
    assert (found.overall.old_mean, found.overall.new_mean) == (50.0, 100.0)
    assert found.overall.shift.estimate == pytest.approx(50.0)
    assert found.overall.shift.n == 3  # agents, not calls: those of one agent resemble one another
    assert [(g.name, g.interactions, g.shift.estimate) for g in found.agents] == [
        (NOBODY, 1, 50.0),
        ("ana", 2, 25.0),
        ("ben", 1, 100.0),
    ]
    assert [g.name for g in found.sites] == [NOBODY, "fresno", "rancho"]


def test_one_interaction_has_no_interval_and_says_so() -> None:
    (group,) = [g for g in summarise(ITEMS, ["A"]).agents if g.name == "ben"]
    assert (group.shift.low, group.shift.high) == (None, None)
    assert group.shift.reason


def test_criteria_count_what_became_what() -> None:
    a, b = summarise(ITEMS, ["A", "B"]).criteria
    assert dict(a.turns) == {"no -> yes": 2}
    assert (a.changed.estimate, a.changed.n, a.opened, a.settled) == (0.5, 4, 0, 0)
    assert dict(b.turns) == {"no -> unanswered": 2}
    assert (b.opened, b.settled) == (2, 0)


def test_agreement_with_reviewers_counts_given_answers_only() -> None:
    a, b = summarise(ITEMS, ["A", "B"]).criteria
    assert (a.agreement_old.estimate, a.agreement_new.estimate, a.agreement_new.n) == (0.0, 1.0, 2)
    assert (b.agreement_old.n, b.agreement_new.n) == (2, 1)


def test_nothing_gives_nothing_and_no_number() -> None:
    found = summarise([], ["A"])
    assert found.overall.shift.estimate is None
    assert found.criteria[0].changed.estimate is None
    assert found.agents == ()
