"""``phrase``: words that are only supposed, and words told of somebody else that speak against the agent."""

from __future__ import annotations

from typing import Any

import pytest
from evaluation_builders import ask, call

HOLD = {"role": "agent", "any": {"en": ["put you on hold"], "es": ["en espera"]}}
RUDE = {
    "role": "agent",
    "found": "no",
    "missing": "yes",
    "any": {"en": ["your own fault"], "es": ["es su culpa"]},
}
ASKED = {"role": "agent", "any": ["take the gold"]}


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("agent: Can I put you on hold?", "yes"),
        ("agent: If I did, I'd have to put you on hold.", "no"),
        ("agent: If you called the plan, they would put you on hold.", "no"),
        ("agent: If you don't mind, I would like to put you on hold.", "yes"),
        ("agent: If it's okay, I will put you on hold.", "yes"),
        ("agent: I would put you on hold now.", "yes"),
    ],
)
def test_what_would_be_under_an_unreal_condition_is_supposed(line: str, answer: str) -> None:
    assert ask("phrase", HOLD, call(line)).answer == answer


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("agent: That is your own fault.", "no"),
        ("agent: I'm sorry he said it was your own fault.", None),
        ("agent: The man told you it is your own fault.", None),
        ("agent: I told you it is your own fault.", "no"),
        ("agent: She said so, but it is your own fault.", "no"),
        ("agent: He said it was your own fault. And it is your own fault.", "no"),
        ("customer: He said it was my own fault.", "yes"),
        ("agent: Thank you.", "yes"),
    ],
)
def test_words_against_the_agent_that_somebody_else_said_are_left_to_a_person(
    line: str, answer: str | None
) -> None:
    found = ask("phrase", RUDE, call(line))
    assert found.answer == answer
    if answer is None:
        assert "somebody else" in str(found.reason)


def test_spanish_reports() -> None:
    found = ask("phrase", RUDE, call("agent: Qué pena que el señor dijo que es su culpa.", language="es"))
    assert found.answer is None


def test_where_nothing_is_lost_by_them_reported_words_count() -> None:
    found: Any = ask("phrase", ASKED, call("agent: Your broker said take the Gold."))
    assert found.answer == "yes"


ASSENT = {"role": "customer", "meant": True, "any": {"en": ["i agree", "yes"], "es": ["acepto"]}}
VOTE = {
    "role": "agent",
    "negated": "doubt",
    "any": {"en": ["register to vote"], "es": ["registrarse para votar"]},
}


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("customer: Yes, I agree.", "yes"),
        ("customer: What happens next? I agree.", "yes"),
        ("customer: Must I answer with yes?", None),
        ("customer: Must I answer with yes", None),
        ("customer: In my last call I had to say yes.", None),
        ("customer: When I agree, it starts in May.", None),
        ("customer: If I agree, what then? All right, I agree.", "yes"),
        ("customer: ¿Y si acepto?", None),
        ("customer: Nobody asked me.", "no"),
        ("agent: Yes, I agree.", "no"),
    ],
)
def test_what_must_be_meant_is_doubtful_when_asked_quoted_or_supposed(line: str, answer: str | None) -> None:
    assert ask("phrase", ASSENT, call(line)).answer == answer


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("agent: Would you like to register to vote?", "yes"),
        ("agent: I am not supposed to find out from you today if you want to register to vote.", None),
        ("agent: It is not on my list. Would you like to register to vote?", "yes"),
        ("agent: No tengo que preguntarle si quiere registrarse para votar.", None),
        ("agent: Thank you.", "no"),
    ],
)
def test_a_denial_anywhere_in_the_clause_leaves_the_words_in_doubt(line: str, answer: str | None) -> None:
    assert ask("phrase", VOTE, call(line)).answer == answer


def test_words_that_prove_nothing_leave_it_to_a_person() -> None:
    recorded = {"role": "agent", "any": ["call is recorded"], "perhaps": ["recorded"]}
    assert ask("phrase", recorded, call("agent: This call is recorded.")).answer == "yes"
    assert ask("phrase", recorded, call("agent: Your payment is recorded.")).answer is None
    assert ask("phrase", recorded, call("agent: Your payment is in.")).answer == "no"
