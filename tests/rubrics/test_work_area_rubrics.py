"""Rubrics of chat, manual verification, appeals and escalations: form, examples, and whole items."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from qa_toolkit.domain import AnswerStatus
from qa_toolkit.errors import ApplicabilityError
from qa_toolkit.evaluation import LoadedRubric, evaluate, lint_text, load_rubric
from qa_toolkit.evaluation.examples import run_examples
from qa_toolkit.evaluation.mutation import mutate
from qa_toolkit.pipeline import with_metrics
from qa_toolkit.testing import case, record

WEIGHTS = {
    "chat": [4, 2, 9, 5, 4, 5, 3, 14, 5, 3, 5, 5, 5, 2, 3, 4, 4, 6, 4, 5, 3],
    "manual_verification": [9, 7, 3, 3, 8, 4, 6, 8, 4, 4, 12, 8, 4, 6, 5, 3, 6],
    "appeal_intake": [15, 15, 15, 10, 10, 10, 10, 8, 7],
    "escalation": [15, 10, 15, 15, 15, 10, 20],
}
PREFIX = {"chat": "CH", "manual_verification": "MV", "appeal_intake": "AP", "escalation": "ES"}
AUTO_FAIL = {
    "chat": "CH-03 CH-04 CH-08 CH-20",
    "manual_verification": "MV-01 MV-02 MV-08 MV-11 MV-17",
    "appeal_intake": "AP-01",
    "escalation": "ES-07",
}
MANUAL = {
    "chat": "CH-06 CH-07 CH-08 CH-10 CH-11 CH-20",
    "manual_verification": "MV-06 MV-09 MV-10 MV-15",
    "appeal_intake": "AP-07",
    "escalation": "",
}
# A person has the last word on a yes (or on a no), so that there are no examples of it.
ONE_SIDED = {"CH-05", "CH-16", "CH-18", "MV-17"}


@cache
def rubric(name: str) -> LoadedRubric:
    return load_rubric(name)


@pytest.mark.parametrize("name", WEIGHTS)
class TestForm:
    def test_ids_run_on_and_weights_add_up_to_100(self, name: str) -> None:
        criteria = list(rubric(name).rubric.criteria)
        assert [c.id for c in criteria] == [f"{PREFIX[name]}-{n:02}" for n in range(1, len(criteria) + 1)]
        assert [c.weight for c in criteria] == WEIGHTS[name]
        assert sum(WEIGHTS[name]) == 100

    def test_auto_fail_and_what_is_left_to_a_person(self, name: str) -> None:
        criteria = list(rubric(name).rubric.criteria)
        assert {c.id for c in criteria if c.answers["no"].auto_fail is True} == set(AUTO_FAIL[name].split())
        assert {c.id for c in criteria if c.evaluator.name == "manual"} == set(MANUAL[name].split())
        assert [c.id for c in criteria if not c.guidance] == []

    def test_it_lints_without_errors_and_has_examples_of_both_sides(self, name: str) -> None:
        faults = lint_text(rubric(name).text)
        assert [fault for fault in faults if fault.level == "error"] == []
        for criterion in rubric(name).rubric.criteria:
            expected = [str(example.expect) for example in criterion.examples]
            if criterion.evaluator.name != "manual" and criterion.id not in ONE_SIDED:
                assert expected.count("yes") >= 3, criterion.id
                assert expected.count("no") >= 3, criterion.id

    def test_examples_give_the_expected_answers(self, name: str) -> None:
        outcomes = run_examples(rubric(name), prepare=with_metrics)
        assert [(o.criterion, o.number, o.expected, o.got) for o in outcomes if not o.met] == []

    def test_examples_notice_most_broken_criteria(self, name: str) -> None:
        report = mutate(rubric(name), prepare=with_metrics)
        assert report.untested == ()
        assert (report.kill_rate or 0) >= 0.85

    def test_a_call_is_rejected(self, name: str) -> None:
        with pytest.raises(ApplicabilityError, match="kind"):
            evaluate(case("agent: hello"), rubric(name))


def answers(name: str, made: Any) -> dict[str, str]:
    found = evaluate(made, rubric(name)).answers
    return {
        a.criterion: str(a.answer if a.status is AnswerStatus.ANSWERED else a.status.value) for a in found
    }


def test_a_whole_chat() -> None:
    chat = case(
        "[0:00] customer: Hi, did my documents arrive?",
        "[0:25] agent: Hello, my name is Ana. So you want to know whether your documents arrived?",
        "[0:40] customer: yes",
        "[0:50] agent: Your date of birth and zip code, please?",
        "[1:10] customer: March 14 1986, 95816",
        "[1:40] agent: Thank you. Your documents were received on Monday.",
        "[2:00] customer: great",
        "[2:10] agent: Anything else? You can save the transcript of this chat.",
        kind="chat",
        metadata={"transaction": "status", "links_sent": "none"},
    )
    found = answers("chat", chat)
    assert {
        key: found[key] for key in ("CH-01", "CH-02", "CH-03", "CH-04", "CH-05", "CH-19", "CH-21")
    } == dict.fromkeys(("CH-01", "CH-02", "CH-03", "CH-04", "CH-05", "CH-19", "CH-21"), "yes")
    assert (found["CH-09"], found["CH-14"], found["CH-15"]) == ("not_applicable",) * 3
    assert found["CH-08"] == "unanswered"


def test_a_whole_verification() -> None:
    item = record(
        {
            "person_name": "Ana Ruiz",
            "birth_date": "1986-03-14",
            "verification_type": "income",
            "duplicates_checked": "yes",
            "received_date": "2026-03-05",
            "document_type": "pay_stub",
            "annual_income": "26,000",
            "outcome": "verified",
            "completed_date": "2026-03-20",
        },
        reference={
            "person_name": "RUIZ, ANA",
            "birth_date": "03/14/1968",
            "verification_type": "income",
            "received_date": "2026-03-05",
            "accepted_types": "pay_stub, tax_return",
            "pay_amount": 1000,
            "pay_every": "every 2 weeks",
            "due_date": "2026-03-19",
        },
        metadata={"notice_due": "no", "follow_up_due": "no"},
    )
    found = answers("manual_verification", item)
    assert (found["MV-01"], found["MV-13"]) == ("no", "no")
    assert [found[key] for key in ("MV-02", "MV-03", "MV-04", "MV-05", "MV-12")] == ["yes"] * 5
    assert (found["MV-14"], found["MV-16"]) == ("not_applicable", "not_applicable")
    assert (found["MV-11"], found["MV-06"]) == ("unanswered", "unanswered")
    assert evaluate(item, rubric("manual_verification")).score.auto_failed_by == ("MV-01",)


@pytest.mark.parametrize("name", ["manual_verification", "appeal_intake", "escalation"])
def test_an_empty_record_claims_nothing_but_what_is_missing(name: str) -> None:
    """Only criteria whose whole point is that something was written down say no to an empty record."""
    written_down = {"MV-03", "MV-14", "MV-16", "AP-03", "AP-09", "ES-02", "ES-03", "ES-05"}
    found = answers(name, record({"note": "none"}))
    assert {
        key for key, answer in found.items() if answer not in ("unanswered", "not_applicable")
    } <= written_down
