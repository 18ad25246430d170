"""``metadata``, ``checklist`` and ``manual``."""

# a table is read by the row

from __future__ import annotations

from typing import Any

import pytest
from evaluation_builders import ask, call, rubric_of, said
from pydantic import ValidationError

from qa_toolkit.domain import ValueEvidence
from qa_toolkit.errors import RubricError
from qa_toolkit.evaluation.evaluators.checklist import ChecklistParameters
from qa_toolkit.evaluation.evaluators.metadata import MetadataParameters

KNOWN = {"queue": "Billing", "attempt": 2, "signed": True, "note": ""}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"name": "queue", "equals": "billing"}, "yes"),
        ({"name": "queue", "equals": "sales"}, "no"),
        ({"name": "queue", "in": ["sales", "billing"]}, "yes"),
        ({"name": "queue", "in": "billing"}, "yes"),
        ({"name": "queue", "not_in": ["sales"]}, "yes"),
        ({"name": "queue", "not_in": ["billing"]}, "no"),
        ({"name": "attempt", "equals": 2}, "yes"),
        ({"name": "attempt", "equals": "2"}, "yes"),
        ({"name": "attempt", "equals": 3}, "no"),
        ({"name": "signed", "equals": True}, "yes"),
        ({"name": "signed", "equals": 1}, "no"),
        ({"name": "signed", "present": True}, "yes"),
        ({"name": "signed", "present": False}, "no"),
        ({"name": "absent", "present": False}, "yes"),
        ({"name": "note", "present": True}, "no"),
        ({"name": "absent", "equals": "x"}, "unanswered"),
        ({"name": "absent", "not_in": ["x"]}, "unanswered"),
        ({"name": "language", "equals": "en"}, "yes"),  # a named field of the interaction
        ({"name": "queue", "equals": "billing", "found": "na"}, "not_applicable"),
    ],
)
def test_metadata(parameters: dict[str, Any], expected: str) -> None:
    answer = ask("metadata", parameters, call("agent: hi", metadata=KNOWN))
    assert said(answer) == expected
    if expected == "yes":
        assert isinstance(answer.evidence[0], ValueEvidence)


@pytest.mark.parametrize(
    "parameters",
    [{"name": "a"}, {"equals": "x"}, {"name": "a", "equals": 1, "in": [1]}, {"name": "a", "present": "yes"}],
)
def test_metadata_needs_a_name_and_one_condition(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MetadataParameters.model_validate(parameters)


def phrase(word: str, **fields: Any) -> dict[str, Any]:
    return {"phrase": {"any": [word], **fields}}


YES, NO, OPEN = phrase("hello"), phrase("goodbye"), "manual"
NOT_COUNTING = phrase("hello", found="na")


@pytest.mark.parametrize(
    ("parts", "every", "some"),
    [
        ([YES, YES], "yes", "yes"),
        ([YES, NO], "no", "yes"),
        ([NO, NO], "no", "no"),
        ([YES, OPEN], "unanswered", "yes"),
        ([NO, OPEN], "no", "unanswered"),
        ([OPEN], "unanswered", "unanswered"),
        ([YES, NOT_COUNTING], "yes", "yes"),
        ([NO, NOT_COUNTING], "no", "no"),
        ([NOT_COUNTING], "not_applicable", "not_applicable"),
        ([phrase("hello", found="perhaps")], "unanswered", "unanswered"),
        ([{"checklist": {"some": [YES, NO]}}, YES], "yes", "yes"),
        ([{"metric": {"name": "x", "at_most": 1}}, YES], "unanswered", "yes"),
    ],
)
def test_checklist(parts: list[Any], every: str, some: str) -> None:
    case = call("agent: Hello, hello.")
    assert said(ask("checklist", {"every": parts}, case)) == every
    assert said(ask("checklist", {"some": parts}, case)) == some


def test_a_checklist_shows_the_evidence_of_what_settles_it() -> None:
    case = call("agent: Hello.", "agent: Bye bye.")
    met = ask("checklist", {"every": [YES, phrase("bye bye")]}, case)
    assert [getattr(item, "text", None) for item in met.evidence] == ["Hello", "Bye bye"]
    broken = ask("checklist", {"every": [YES, NO]}, case)
    assert [getattr(item, "looked_for", None) for item in broken.evidence] == ["goodbye"]
    assert broken.confidence == 0.8


@pytest.mark.parametrize("parameters", [{}, {"every": []}, {"every": [YES], "some": [YES]}, {"every": [7]}])
def test_a_checklist_needs_one_list(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ChecklistParameters.model_validate(parameters)


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("prase", "did you mean 'phrase'"),
        ("{phrase: {ani: [x]}}", "did you mean 'any'"),
        ("{order: {first: nowhere}}", "unknown event 'nowhere'"),
    ],
)
def test_faults_inside_a_checklist_are_found_when_the_rubric_is_read(part: str, says: str) -> None:
    with pytest.raises(RubricError, match=says) as caught:
        rubric_of(f"{{id: A, question: q?, evaluator: {{checklist: {{every: [{part}]}}}}}}")
    assert caught.value.faults[0].startswith(
        "<text>:11: sections[0].criteria[0].evaluator.checklist.every[0]"
    )


def test_manual_leaves_everything_to_a_person() -> None:
    answer = ask("manual", {}, call("agent: hi"))
    assert (said(answer), answer.reason) == ("unanswered", "for a person to judge")
