"""Intraclass correlations and limits of agreement against published worked examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import ICC_FORMS, bland_altman, intraclass_correlations
from qa_toolkit.statistics.intraclass import mean_squares

# Shrout and Fleiss (1979), Psychological Bulletin 86, 420-428: four judges, six targets.
JUDGES = [
    (9.0, 2.0, 5.0, 8.0),
    (6.0, 1.0, 3.0, 2.0),
    (8.0, 4.0, 6.0, 8.0),
    (7.0, 1.0, 2.0, 6.0),
    (10.0, 5.0, 6.0, 9.0),
    (6.0, 2.0, 4.0, 7.0),
]


def test_mean_squares_of_shrout_and_fleiss() -> None:
    squares = mean_squares(np.array(JUDGES))
    found = (squares.units, squares.within, squares.raters, squares.residual)
    assert found == pytest.approx((11.24, 6.26, 32.49, 1.02), abs=5e-3)


@pytest.mark.parametrize(
    ("form", "estimate", "low", "high"),
    [
        ("1,1", 0.1657, -0.13, 0.72),
        ("2,1", 0.2898, 0.02, 0.76),
        ("3,1", 0.7148, 0.34, 0.95),
        ("1,k", 0.4428, -0.88, 0.91),
        ("2,k", 0.6201, 0.07, 0.93),
        ("3,k", 0.9093, 0.68, 0.99),
    ],
)
def test_the_six_forms(form: str, estimate: float, low: float, high: float) -> None:
    found = intraclass_correlations(JUDGES)[form]
    assert found.estimate == pytest.approx(estimate, abs=5e-5)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5.1e-3)
    assert "6 units are too few" in found.warnings[0]


def test_units_with_a_missing_number_are_left_out() -> None:
    found = intraclass_correlations([*JUDGES, (1.0, None, 9.0, 2.0)])["2,1"]
    assert found.estimate == pytest.approx(0.2898, abs=5e-5)
    assert (found.units, found.left_out) == (6, 1)


@pytest.mark.parametrize(
    ("ratings", "says"),
    [
        ([], "one rater"),
        ([(1.0,), (2.0,)], "one rater"),
        ([(1.0, 2.0)], "two units"),
        ([(1.0, None), (2.0, None)], "two units"),
        ([(3.0, 3.0), (3.0, 3.0)], "same"),
    ],
)
def test_nothing_to_tell(ratings: list[tuple[float | None, ...]], says: str) -> None:
    for found in intraclass_correlations(ratings).values():
        assert (found.estimate, found.low, found.high) == (None, None, None)
        assert says in found.reason


def test_units_alike_in_their_means() -> None:
    found = intraclass_correlations([(1.0, 3.0), (3.0, 1.0), (2.0, 2.0)])
    assert found["1,1"].estimate == pytest.approx(-1.0)
    assert found["1,k"].estimate is None
    assert "differ" in found["1,k"].reason


def test_full_agreement_is_one() -> None:
    for found in intraclass_correlations([(1.0, 1.0), (2.0, 2.0), (4.0, 4.0)]).values():
        assert found.estimate == pytest.approx(1.0)


tables = st.lists(st.tuples(*[st.integers(0, 100).map(float)] * 3), min_size=3, max_size=15)


@given(tables, st.floats(-1000, 1000), st.floats(0.1, 10))
@settings(max_examples=60, deadline=None)
def test_origin_unit_and_order_change_nothing(
    ratings: list[tuple[float, ...]], origin: float, scale: float
) -> None:
    found = intraclass_correlations(ratings)
    moved = intraclass_correlations(
        [tuple(origin + scale * v for v in reversed(row)) for row in ratings[::-1]]
    )
    for form in ICC_FORMS:
        if found[form].estimate is not None and abs(found[form].estimate) < 100:
            assert moved[form].estimate == pytest.approx(found[form].estimate, abs=1e-6)


@given(tables, st.floats(1, 50))
@settings(max_examples=60, deadline=None)
def test_a_strict_rater_lowers_agreement_not_consistency(
    ratings: list[tuple[float, ...]], points: float
) -> None:
    strict = [(row[0] - points, *row[1:]) for row in ratings]
    before, after = intraclass_correlations(ratings), intraclass_correlations(strict)
    if before["3,1"].estimate is not None and after["3,1"].estimate is not None:
        assert after["3,1"].estimate == pytest.approx(before["3,1"].estimate, abs=1e-6)


def test_limits_of_agreement() -> None:
    """Bland and Altman (1986), Lancet, table: peak flow by two meters, 17 people; bias -2.1, SD 38.8 l/min."""
    large = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
    found = bland_altman([(float(b), float(a)) for a, b in zip(large, mini, strict=True)])
    assert (found.bias, found.sd) == pytest.approx((-2.1, 38.8), abs=0.05)
    assert (found.low, found.high) == pytest.approx((-78.1, 73.9), abs=0.1)
    assert found.bias_interval == pytest.approx((-22.0, 17.8), abs=0.1)


def test_limits_of_agreement_of_nothing() -> None:
    assert bland_altman([]).reason
    assert bland_altman([(1.0, None), (2.0, 3.0)]).bias == 1.0
    assert bland_altman([(1.0, 2.0)] * 30).sd == 0.0
    with pytest.raises(UsageError, match="length"):
        intraclass_correlations([(1.0,), (1.0, 2.0)])
