"""Words listed for some languages say nothing of a conversation in another: neither that they were said nor that they were not."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_toolkit.evaluation import evaluate, load_rubric
from qa_toolkit.testing import ask, assert_answer, assert_unanswered, case

SPANISH = case(
    "agent: ¿Me da su fecha de nacimiento?",
    "customer: Tres de marzo del setenta.",
    "agent: Gracias. Su plan es Plata.",
    language="es",
)
RUBRIC = """
id: listed
version: 1.0.0
title: Listed
sections:
  - id: a
    title: A
    criteria:
      - {id: A, question: a?, evaluator: {order: {first: asked, before: detail}}}
      - {id: B, question: b?, not_applicable_when: {no_event: asked}, evaluator: manual}
events:
  asked: {phrase: {role: agent, any: %s}}
  detail: {phrase: {role: agent, any: {en: [your plan is], es: [su plan es]}}}
"""


@pytest.mark.parametrize("lists", [{"none": {"en": ["stupid"]}}, {"any": {"en": ["date of birth"]}}])
def test_an_absence_in_another_language_is_no_answer(lists: dict[str, object]) -> None:
    assert_unanswered(ask("phrase", {"role": "agent", **lists}, SPANISH), because="language 'es'")


def test_lists_without_a_language_hold_for_every_language() -> None:
    assert_answer(ask("phrase", {"role": "agent", "none": ["stupid"]}, SPANISH), "yes")


@pytest.mark.parametrize(
    ("asked", "statuses"),
    [
        ("{en: [date of birth]}", ["unanswered", "unanswered"]),
        ("{en: [date of birth], es: [fecha de nacimiento]}", ["answered", "unanswered"]),
        ("{en: [date of birth], es: [su apellido]}", ["answered", "not_applicable"]),
    ],
)
def test_an_event_of_another_language_is_not_known(tmp_path: Path, asked: str, statuses: list[str]) -> None:
    file = tmp_path / "listed.yaml"
    file.write_text(RUBRIC % asked, encoding="utf-8")
    answers = evaluate(SPANISH, load_rubric(file)).answers
    assert [answer.status.value for answer in answers] == statuses
