"""The written guidelines of one flow of the ABCD corpus as a rubric, and the corpus' own dialogues judged by it.

Expected answers were set by reading the dialogue beside the guideline (Chen et al., 2021, "Action-Based
Conversations Dataset"); the actions its agents took are the labels of the corpus.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from qa_toolkit.domain import AnswerStatus, Case
from qa_toolkit.errors import ApplicabilityError
from qa_toolkit.evaluation import LoadedRubric, evaluate, lint_text, load_rubric
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.evaluation.examples import run_examples
from qa_toolkit.evaluation.mutation import mutate

ROLES = {"agent": "agent", "customer": "customer", "action": "ivr"}
# Dialogue 3592: a bronze member asks after 90 days, so that nothing is returned.
EXPECTED = {
    "RS-01": "yes",
    "RS-02": "yes",
    "RS-03": "yes",
    "RS-04": "yes",
    "RS-05": "yes",
    "RS-06": "na",
    "RS-07": "na",
    "RS-08": "yes",
}


@cache
def rubric() -> LoadedRubric:
    return load_rubric(Path(__file__).with_name("abcd_return_size.yaml"))


def dialogue(data: dict[str, Any], without: tuple[str, ...] = ()) -> Case:
    """A dialogue of the corpus as a chat; turns that hold one of the texts are left out."""
    turns = [
        {"role": ROLES[speaker], "text": text}
        for speaker, text in data["original"]
        if not any(part in text for part in without)
    ]
    document = {
        "kind": "chat",
        "language": "en",
        "turns": turns,
        "metadata": {"subflow": data["scenario"]["subflow"]},
    }
    return case_from_document(document, default_id=str(data["convo_id"]))


def answers(case: Case) -> dict[str, str]:
    found = evaluate(case, rubric()).answers
    names = {AnswerStatus.NOT_APPLICABLE: "na", AnswerStatus.UNANSWERED: "unanswered"}
    return {a.criterion: names.get(a.status, str(a.answer)) for a in found}


@pytest.fixture(scope="module")
def corpus(shared_data: Callable[[str], Path]) -> dict[int, dict[str, Any]]:
    data = json.loads((shared_data("abcd-guidelines") / "abcd_sample.json").read_text(encoding="utf-8"))
    return {item["convo_id"]: item for item in data}


def test_it_lints_clean_and_its_examples_pass() -> None:
    assert lint_text(rubric().text) == []
    assert [o for o in run_examples(rubric()) if not o.met] == []
    assert sum(c.weight for c in rubric().rubric.criteria) == 100


def test_its_examples_notice_broken_criteria() -> None:
    report = mutate(rubric())
    assert (report.kill_rate or 0.0) >= 0.8
    assert report.untested == ()


def test_the_dialogue_of_this_flow(corpus: dict[int, dict[str, Any]]) -> None:
    case = dialogue(corpus[3592])
    assert answers(case) == EXPECTED
    assert evaluate(case, rubric()).score.percent == 100.0


@pytest.mark.parametrize(
    ("without", "criterion"),
    [
        (("may I have your name",), "RS-01"),
        (("Account has been pulled up",), "RS-01"),
        (("username, email address",), "RS-02"),
        (("Account has been pulled up",), "RS-03"),
        (("membership level",), "RS-04"),
        (("anything else I can help",), "RS-08"),
    ],
)
def test_a_step_left_out_is_noticed(
    corpus: dict[int, dict[str, Any]], without: tuple[str, ...], criterion: str
) -> None:
    assert answers(dialogue(corpus[3592], without))[criterion] in ("no", "unanswered")


@pytest.mark.parametrize("number", [9489, 3695])
def test_dialogues_of_other_flows_are_rejected(corpus: dict[int, dict[str, Any]], number: int) -> None:
    with pytest.raises(ApplicabilityError, match="subflow"):
        evaluate(dialogue(corpus[number]), rubric())


def test_the_steps_shared_with_another_flow_are_judged_there(corpus: dict[int, dict[str, Any]]) -> None:
    """Refund status begins with the same two steps; its agent never asks for the username."""
    other = {**corpus[9489], "scenario": {"subflow": "return_size"}}
    found = answers(dialogue(other))
    assert {key: found[key] for key in ("RS-01", "RS-02", "RS-03", "RS-08")} == {
        "RS-01": "yes",
        "RS-02": "no",
        "RS-03": "yes",
        "RS-08": "no",
    }
