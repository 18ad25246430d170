"""Critical-error accuracy by transaction and family, non-critical accuracy by opportunity."""

from __future__ import annotations

import pytest

from qa_toolkit.domain import CriticalCount, Evaluation, Score, Source
from qa_toolkit.evaluation import score_answers
from qa_toolkit.evaluation.critical_accuracy import critical_error_accuracy, non_critical_accuracy

CALLS = 60


def of_call(number: int) -> Score:
    """60 calls: 5 customer errors on 3 calls, 2 calls with a business error, 1 with a compliance error."""
    customer = {0: 2, 1: 2, 2: 1}.get(number, 0)
    critical = {
        "customer": CriticalCount(6, customer),
        "business": CriticalCount(4, 1 if number < 2 else 0),
        "compliance": CriticalCount(5, 1 if number == 0 else 0),
    }
    return Score(90.0, 90.0, 100.0, complete=True, open=0, passed=True, critical=critical)


def test_e_a_errors_of_one_family_in_one_call_count_once() -> None:
    result = critical_error_accuracy([of_call(n) for n in range(CALLS)])
    shares = {family: round(100 * (accuracy.value or 0), 2) for family, accuracy in result.items()}
    assert shares == {"customer": 95.0, "business": 96.67, "compliance": 98.33}


def test_e_d_sixty_calls_cannot_confirm_a_target_of_99_5() -> None:
    interval = critical_error_accuracy([of_call(n) for n in range(CALLS)])["compliance"].interval
    assert interval is not None
    assert (round(100 * interval.low, 2), round(100 * interval.high, 2)) == (91.14, 99.71)


def test_a_family_that_never_applied_has_no_accuracy() -> None:
    empty = Score(None, 0.0, 0.0, complete=True, open=0, passed=None, critical={"customer": CriticalCount()})
    assert critical_error_accuracy([empty])["customer"].value is None


def test_e_c_non_critical_accuracy_counts_opportunities(twelve: tuple[list[Evaluation], object]) -> None:
    evaluations, rubric = twelve
    result = non_critical_accuracy(evaluations, rubric)  # type: ignore[arg-type]
    assert (result.of, result.errors) == (720, 31)
    assert result.value == pytest.approx(0.9569, abs=5e-5)


@pytest.fixture
def twelve() -> tuple[list[Evaluation], object]:
    """60 calls of 12 non-critical criteria with 31 errors, and one critical criterion that stays out."""
    from evaluation_builders import rubric_of

    lines = [f"{{id: Q{n}, question: q?}}" for n in range(12)]
    loaded = rubric_of("\n".join([*lines, "{id: XC, question: q?, critical: compliance}"]))
    evaluations = []
    for number in range(CALLS):
        errors = 1 if number < 31 else 0
        answers = {f"Q{n}": "no" if n < errors else "yes" for n in range(12)}
        source = Source("reviewer", "r")
        evaluations.append(
            score_answers(loaded, {**answers, "XC": "no"}, interaction=str(number), source=source)
        )
    return evaluations, loaded.rubric
