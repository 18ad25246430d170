"""The evaluator ``keying``: discrepancies over the answer they lead to."""

from __future__ import annotations

import pytest
from evaluation_builders import ask, criterion, said

from qa_toolkit.domain import AnswerStatus, Case, Discrepancy, Interaction
from qa_toolkit.domain.rubric import EvaluatorSpec
from qa_toolkit.errors import EvaluatorError
from qa_toolkit.evaluation import registry


def wrong(field: str, kind: str = "wrong_value", state: str = "open", group: str = "person") -> Discrepancy:
    return Discrepancy("R", group, "1", field, kind, "typed", "paper", "A", state=state)


def case(*discrepancies: Discrepancy, values: dict[str, str] | None = None) -> Case:
    values = {"person.1.first_name": "Ana"} if values is None else values
    return Case(Interaction("R", "record"), record=values, reference=values, discrepancies=discrepancies)


NAMES = {"fields": ["person.first_name", "person.last_name"]}


@pytest.mark.parametrize(
    ("found", "parameters", "answer"),
    [
        ([], NAMES, "yes"),
        ([wrong("first_name")], NAMES, "no"),
        ([wrong("ssn")], NAMES, "yes"),
        ([wrong("first_name", "format_only")], NAMES, "yes"),
        ([wrong("first_name", "illegible")], NAMES, "yes"),
        ([wrong("first_name", state="review")], NAMES, "unanswered"),
        ([wrong("first_name", state="review"), wrong("last_name")], NAMES, "no"),
        ([wrong("first_name", state="reference_error")], NAMES, "yes"),
        ([wrong("", "missed_member")], {"fields": "person.*"}, "no"),
        ([wrong("", "missed_member")], NAMES, "yes"),
        ([wrong("ssn")], {"fields": "person.*"}, "no"),
        ([wrong("first_name")], {**NAMES, "kinds": "missing"}, "yes"),
        ([], {"fields": "income.*"}, "not_applicable"),
        ([], {"fields": "income.*", "when_blank": "found"}, "yes"),
        ([], {"fields": "*.*", "kinds": "unreadable_guessed"}, "not_applicable"),
        ([wrong("ssn", "unreadable_guessed")], {"fields": "*.*", "kinds": "unreadable_guessed"}, "no"),
        ([], {**NAMES, "found": "unanswered"}, "unanswered"),
    ],
)
def test_answers(found: list[Discrepancy], parameters: dict[str, object], answer: str) -> None:
    given = ask("keying", parameters, case(*found))
    assert said(given) == answer
    assert given.reason
    assert given.evidence or given.status is AnswerStatus.UNANSWERED


def test_what_was_flagged_and_not_guessed_is_a_yes() -> None:
    flagged = case(wrong("ssn", "illegible"), values={"person.1.ssn": "(illegible)"})
    assert said(ask("keying", {"fields": "*.*", "kinds": "unreadable_guessed"}, flagged)) == "yes"


def test_the_wrong_fields_are_the_evidence() -> None:
    (evidence,) = ask("keying", NAMES, case(wrong("first_name"))).evidence
    assert (evidence.kind, getattr(evidence, "name", None)) == ("field", "person.1.first_name")
    assert getattr(evidence, "value", None) == "typed"


def test_a_case_without_discrepancies_is_not_asked() -> None:
    evaluator = registry.build(EvaluatorSpec(name="keying", parameters=NAMES), {})
    assert not all(Case(Interaction("R", "record")).has(part) for part in evaluator.needs)
    assert criterion().id == "X-1"


@pytest.mark.parametrize("parameters", [{}, {"fields": []}, {**NAMES, "kinds": "mistake"}])
def test_wrong_parameters_are_refused(parameters: dict[str, object]) -> None:
    with pytest.raises(EvaluatorError):
        ask("keying", parameters, case())
