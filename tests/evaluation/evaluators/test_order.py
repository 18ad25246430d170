"""``order``: a row is what happened when, the rule, and the verdict.

Events are written ``name@seconds`` (or ``name#turn`` where the source has no times).
"""

# a table is read by the row

from __future__ import annotations

from typing import Any

import pytest
from evaluation_builders import ask, call, said
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from qa_toolkit.domain import Event, SpanEvidence, WindowEvidence
from qa_toolkit.evaluation.evaluators.order import OrderParameters

LINES = ["agent: alpha beta gamma", "customer: alpha beta gamma", "agent: alpha beta gamma"]


def happened(text: str) -> list[Event]:
    events = []
    for item in text.split():
        if "@" in item:
            kind, _, time = item.partition("@")
            events.append(Event(kind, None, float(time), float(time) + 1.0))
        else:
            kind, _, place = item.partition("#")
            turn, _, word = place.partition(".")
            events.append(Event(kind, None, None, None, turn=int(turn), text=word or None))
    return events


IDENTITY = {"first": "asked", "before": "detail"}
BOTH = {"first": ["asked", "consent"], "before": ["detail", "plan"]}
ROWS = [
    # what happened, rule, verdict
    ("asked@5 detail@9", IDENTITY, "yes"),
    ("detail@5 asked@9", IDENTITY, "no"),
    ("detail@5 asked@9 detail@12", IDENTITY, "no"),
    ("asked@5 detail@9 asked@12", IDENTITY, "yes"),
    ("asked@5 detail@5", IDENTITY, "no"),  # at the same time is not before
    ("detail@9", IDENTITY, "no"),
    ("asked@5", IDENTITY, "yes"),  # nothing to come before
    ("", IDENTITY, "no"),
    ("asked@5", {**IDENTITY, "if_nothing_before": "na"}, "not_applicable"),
    ("asked@5", {**IDENTITY, "if_nothing_before": "unanswered"}, "unanswered"),
    ("asked@5", {**IDENTITY, "if_nothing_before": "no"}, "no"),
    ("", {**IDENTITY, "if_nothing_happened": "na"}, "not_applicable"),
    ("detail@5", {**IDENTITY, "if_nothing_happened": "na"}, "no"),
    # several events: all of first, the earliest of before
    ("asked@1 consent@2 detail@9 plan@8", BOTH, "yes"),
    ("asked@1 consent@8 detail@9 plan@7", BOTH, "no"),
    ("asked@1 detail@9", BOTH, "no"),
    # a part of first alone is not all of it: if_nothing_before is not asked, if_nothing_happened is
    ("asked@1", BOTH, "no"),
    ("asked@1", {**BOTH, "if_nothing_before": "na"}, "no"),
    ("asked@1", {**BOTH, "if_nothing_happened": "na"}, "not_applicable"),
    ("asked@1 consent@2", {**BOTH, "if_nothing_before": "na", "if_nothing_happened": "no"}, "not_applicable"),
    ("asked@1 plan@9", {**BOTH, "if_nothing_before": "na", "if_nothing_happened": "na"}, "no"),
    # no times: turns, and the place in a turn, decide
    ("asked#1 detail#2", IDENTITY, "yes"),
    ("asked#3 detail#2", IDENTITY, "no"),
    ("asked#1.alpha detail#1.gamma", IDENTITY, "yes"),
    ("asked#1.gamma detail#1.alpha", IDENTITY, "no"),
    ("asked#1 detail#1", IDENTITY, "no"),
    ("asked@3 detail#2", IDENTITY, "unanswered"),  # cannot be compared
    # something must follow, in time
    ("hold@5 thanks@50", {"first": "hold", "followed_by": "thanks"}, "yes"),
    ("thanks@1 hold@5", {"first": "hold", "followed_by": "thanks"}, "no"),
    ("hold@5 thanks@50", {"first": "hold", "followed_by": "thanks", "within_s": 44}, "yes"),
    ("hold@5 thanks@50", {"first": "hold", "followed_by": "thanks", "within_s": 43}, "no"),
    ("hold#1 thanks#3", {"first": "hold", "followed_by": "thanks", "within_turns": 2}, "yes"),
    ("hold#1 thanks#3", {"first": "hold", "followed_by": "thanks", "within_turns": 1}, "no"),
    ("asked@1 thanks@5 detail@9", {**IDENTITY, "followed_by": "thanks"}, "yes"),
    ("asked@1 detail@9", {**IDENTITY, "followed_by": "thanks"}, "no"),
    ("asked@1 detail@9", {**IDENTITY, "within_s": 5}, "no"),
    # only what comes after counts
    ("asked@1 start@5 asked@6 detail@9", {**IDENTITY, "after": "start"}, "yes"),
    ("asked@1 start@5 detail@9", {**IDENTITY, "after": "start"}, "no"),
    ("asked@1 detail@9", {**IDENTITY, "after": "start"}, "unanswered"),
    # what may not come before, and what may happen only once
    ("asked@1 submit@9", {"first": "asked", "never_before": "submit"}, "yes"),
    ("submit@1 asked@9", {"first": "asked", "never_before": "submit"}, "no"),
    ("asked@1", {"first": "asked", "never_before": "submit"}, "yes"),
    ("asked@1", {"first": "asked", "exactly_once": True}, "yes"),
    ("asked@1 asked@4", {"first": "asked", "exactly_once": True}, "no"),
    ("", {"first": "asked", "exactly_once": True}, "no"),
    # the answers turned round
    ("asked@5 detail@9", {**IDENTITY, "found": "no", "missing": "yes"}, "no"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rule", "verdict"), ROWS)
def test_orders(what: str, rule: dict[str, Any], verdict: str) -> None:
    answer = ask("order", rule, call(*LINES, events=happened(what)))
    assert said(answer) == verdict
    assert answer.reason
    if verdict in ("yes", "no"):
        assert answer.evidence


def test_a_breach_shows_both_events() -> None:
    events = [
        Event("asked", "agent", 20.0, 21.0, turn=3, text="gamma"),
        Event("detail", "agent", 0.0, 1.0, turn=1, text="alpha"),
    ]
    answer = ask("order", IDENTITY, call(*LINES, events=events))
    quoted = [(item.turn, item.text) for item in answer.evidence if isinstance(item, SpanEvidence)]
    assert quoted == [(1, "alpha"), (3, "gamma")]


def test_an_absence_shows_the_window_and_is_less_than_certain() -> None:
    answer = ask("order", IDENTITY, call(*LINES))
    assert answer.evidence == (WindowEvidence("asked"),)
    assert answer.confidence == 0.8


def test_an_order_is_as_sure_as_its_least_sure_event() -> None:
    events = [Event("asked", None, 1.0, 2.0, 0.9), Event("detail", None, 5.0, 6.0, 0.6)]
    assert ask("order", IDENTITY, call(*LINES, events=events)).confidence == 0.6


@pytest.mark.parametrize(
    "parameters", [{}, {"first": []}, {"first": "a", "within_s": 5}, {"first": "a", "within_turns": 0}]
)
def test_rules_that_say_nothing_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OrderParameters.model_validate(parameters)


@given(st.lists(st.tuples(st.sampled_from(["asked", "detail"]), st.integers(0, 5)), min_size=1, max_size=6))
def test_the_first_of_each_kind_decides_whatever_the_sequence_they_are_given_in(
    found: list[tuple[str, int]],
) -> None:
    events = happened(" ".join(f"{kind}@{time}" for kind, time in found))
    asked = [time for kind, time in found if kind == "asked"]
    detail = [time for kind, time in found if kind == "detail"]
    expected = "yes" if asked and (not detail or min(asked) < min(detail)) else "no"
    for arranged in (events, events[::-1]):
        assert said(ask("order", IDENTITY, call(*LINES, events=arranged))) == expected
