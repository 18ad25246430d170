"""``compare``: two values of a record, its reference or the metadata, by type and within a tolerance.

Rows: left value, right value, type and rules, the answer.
"""

from __future__ import annotations

from typing import Any

import pytest
from evaluation_builders import ask, said
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from qa_toolkit.domain import Case, Interaction, ValueEvidence
from qa_toolkit.domain.transcript import Scalar
from qa_toolkit.evaluation.evaluators.compare import CompareParameters
from qa_toolkit.language.values import VALUE_KINDS, read_value, times_a_year

BY_YEAR = {"as": "money", "left_every": "record.every", "right_every": "yearly"}

ROWS: list[tuple[Scalar, Scalar, dict[str, Any], str]] = [
    # names
    ("María López", "LOPEZ, MARIA", {"as": "name"}, "yes"),
    ("O'Neil-Smith, Ann", "Ann ONeilSmith", {"as": "name"}, "yes"),
    ("Núñez-Okafor", "Nunez Okafor", {"as": "name"}, "yes"),
    ("Ana Núñez–Okafor", "NUNEZ OKAFOR, ANA", {"as": "name"}, "yes"),
    ("Ana Núñez - Okafor", "Ana Nunez-Okafor", {"as": "name"}, "yes"),
    ("Ana Núñez-Okafor", "Ana Nunez Okafor", {"as": "name", "middle_names": "ignore"}, "yes"),
    ("Núñez-Okafor, María L.", "Maria Nunez Okafor", {"as": "name", "middle_names": "ignore"}, "yes"),
    ("María Núñez-Okafor", "Maria Reyes-Okafor", {"as": "name", "middle_names": "ignore"}, "no"),
    ("María Núñez-Okafor", "Maria Okafor", {"as": "name", "middle_names": "ignore"}, "no"),
    ("Jean-Luc Petit", "Jean Luc Petit", {"as": "name", "middle_names": "ignore"}, "yes"),
    ("Jean-Luc Petit", "Jean Petit", {"as": "name", "middle_names": "ignore"}, "no"),
    ("Núñez-Okafor", "Nunez Okafor", {"as": "name", "middle_names": "ignore"}, "yes"),
    ("Maria De La Cruz", "Maria Delacruz", {"as": "name"}, "yes"),
    ("Núñez-Okafor", "Nunez Okafor", {"as": "name", "relation": "different"}, "no"),
    ("Núñez-Okafor", "Nunez", {"as": "name"}, "no"),
    ("Ann Lee-Chan", "Ann Chan-Lee", {"as": "name"}, "no"),
    ("-", "Ann", {"as": "name"}, "unanswered"),
    ("John Smith Jr.", "John Smith, Junior", {"as": "name"}, "yes"),
    ("Ms. Ann Lee", "Ann Lee", {"as": "name"}, "yes"),
    ("John Smith", "Jon Smith", {"as": "name"}, "no"),
    ("Catherine Nowak", "Catherine Novak", {"as": "name", "likeness": 0.9}, "yes"),
    ("Ann B. Lee", "Ann Lee", {"as": "name"}, "no"),
    ("Ann B. Lee", "Ann Lee", {"as": "name", "middle_names": "ignore"}, "yes"),
    ("Ann Lee Jr", "Ann Lee", {"as": "name", "middle_names": "ignore"}, "yes"),
    # dates
    ("1986-03-14", "3/14/1986", {"as": "date"}, "yes"),
    ("2026-03-05T09:14:00-08:00", "2026-03-05", {"as": "date"}, "yes"),
    ("2026-03-05", "2026-03-15", {"as": "date", "within": 10}, "yes"),
    ("2026-03-05", "2026-03-16", {"as": "date", "within": 10}, "no"),
    ("2026-03-05", "2026-03-04", {"as": "date", "relation": "at_most"}, "no"),
    ("2026-03-04", "2026-03-04", {"as": "date", "relation": "at_most"}, "yes"),
    ("2026-03-04", "2026-03-04", {"as": "date", "relation": "below"}, "no"),
    ("14.03.1986", "1986-03-14", {"as": "date", "formats": ["DD.MM.YYYY", "YYYY-MM-DD"]}, "yes"),
    ("14/03/1986", "1986-03-14", {"as": "date"}, "unanswered"),
    ("2025-02-29", "2025-02-28", {"as": "date"}, "unanswered"),
    # numbers of people
    ("412-55-6789", "412556789", {"as": "ssn"}, "yes"),
    ("412-55-6789", "412-55-6798", {"as": "ssn"}, "no"),
    ("412-55-678", "412-55-6789", {"as": "ssn"}, "unanswered"),
    ("(916) 555-0112", "+1 916.555.0112", {"as": "phone"}, "yes"),
    ("95816", "95816-1234", {"as": "zip"}, "yes"),
    ("A@B.org", "a@b.ORG", {"as": "email"}, "yes"),
    # amounts
    ("$1,200.00", 1200, {"as": "money"}, "yes"),
    ("1,200", "1,250", {"as": "money", "within": 50}, "yes"),
    ("1,200", "1,250", {"as": "money", "within_percent": 3}, "no"),
    ("1,200", "1,250", {"as": "money", "within_percent": 4}, "yes"),
    ("12,00", "1200", {"as": "money"}, "unanswered"),
    ("about 1200", "1200", {"as": "money"}, "unanswered"),
    ("(50)", "-50", {"as": "money"}, "yes"),
    (7, "8", {"as": "number", "relation": "below"}, "yes"),
    (8, "8", {"as": "number", "relation": "at_least"}, "yes"),
    (0.1, "0.10", {"as": "number"}, "yes"),
    # codes
    ("Medi-Cal", "medi cal", {"as": "code"}, "yes"),
    ("MC", "medi cal", {"as": "code", "aliases": {"MC": "medi-cal"}}, "yes"),
    ("pay stub; W-2", "w 2, PAY STUB", {"as": "codes"}, "yes"),
    ("pay stub; W-2; lease", "w2|pay stub", {"as": "codes", "relation": "contains", "aliases": {"w2": "W-2"}}, "yes"),
    ("pay stub", "pay stub; W-2", {"as": "codes", "relation": "contains"}, "no"),
    (True, "Y", {"as": "yes_no"}, "yes"),
    ("perhaps", "Y", {"as": "yes_no"}, "unanswered"),
    # texts
    ("12 Elm St.", "12 elm st", {}, "yes"),
    ("12 Elm St.", "12 Oak St", {"relation": "different"}, "yes"),
    # what is not there
    (None, "x", {}, "unanswered"),
    ("", "x", {"when_missing": "missing"}, "no"),
    (None, "x", {"when_missing": "na"}, "not_applicable"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "rules", "expected"), ROWS)
def test_two_values(left: Scalar, right: Scalar, rules: dict[str, Any], expected: str) -> None:
    case = record({"value": left}, {"value": right})
    answer = ask("compare", {"left": "record.value", "right": "reference.value", **rules}, case)
    assert said(answer) == expected
    assert answer.reason
    if expected in ("yes", "no"):
        assert answer.evidence[0] == ValueEvidence("field", "record.value", left)


@pytest.mark.parametrize(
    ("amount", "every", "by_year", "expected"),
    [
        ("500", "weekly", "26,000", "yes"),
        ("1,000", "Every two weeks", "26,000", "yes"),
        ("1,000", "bi-weekly", "24,000", "no"),
        ("1,000", "twice a month", "24,000", "yes"),
        ("2,000", "mensual", "24,000", "yes"),
        ("24,000", "annually", "24,000", "yes"),
        ("15", "hourly", "31,200", "unanswered"),
        ("15", None, "31,200", "unanswered"),
    ],
)
def test_amounts_by_their_frequency(amount: str, every: str | None, by_year: str, expected: str) -> None:
    case = record({"pay": amount, "every": every}, {"income": by_year})
    answer = ask("compare", {"left": "record.pay", "right": "reference.income", **BY_YEAR}, case)
    assert said(answer) == expected


def test_metadata_against_a_value_of_the_rubric() -> None:
    case = record({}, {}, metadata={"received": "2026-03-05", "due": "2026-03-31"})
    in_time = {"left": "metadata.received", "right": "metadata.due", "as": "date", "relation": "at_most"}
    answer = ask("compare", in_time, case)
    assert (said(answer), answer.confidence) == ("yes", 1.0)
    assert [item.name for item in answer.evidence if isinstance(item, ValueEvidence)] == ["received", "due"]
    fixed = {"left": "metadata.received", "value": "2026-03-01", "as": "date", "relation": "above"}
    assert said(ask("compare", fixed, case)) == "yes"


def record(
    values: dict[str, Scalar], reference: dict[str, Scalar], metadata: dict[str, Scalar] | None = None
) -> Case:
    interaction = Interaction("r", kind="record", metadata=metadata or {})
    return Case(interaction, record=values, reference=reference)


@pytest.mark.parametrize(
    "parameters",
    [
        {"left": "record.a"},
        {"left": "a", "right": "record.b"},
        {"left": "record.a", "right": "record.b", "value": 1},
        {"left": "record.a", "right": "record.b", "as": "name", "relation": "at_most"},
        {"left": "record.a", "right": "record.b", "as": "name", "within": 1},
        {"left": "record.a", "right": "record.b", "as": "date", "within_percent": 1},
        {"left": "record.a", "right": "record.b", "as": "ssn", "likeness": 0.9},
        {"left": "record.a", "right": "record.b", "as": "code", "relation": "contains"},
        {"left": "record.a", "right": "record.b", "as": "money", "left_every": "weekly"},
    ],
)
def test_rules_that_make_no_sense_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CompareParameters.model_validate(parameters)


@given(st.text(max_size=30), st.sampled_from(VALUE_KINDS))
def test_every_text_is_a_value_or_has_a_problem_and_equals_itself(text: str, kind: Any) -> None:
    read = read_value(text, kind)
    assert (read.key is None) == (read.problem is not None)
    assert read == read_value(f" {text} ", kind)


def test_the_year_has_52_weeks_and_26_fortnights() -> None:
    assert [times_a_year(f) for f in ("weekly", "every other week", "hourly")] == [52, 26, None]
