"""Agreement coefficients against published worked examples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import (
    Agreement,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
    wilson,
)


def pairs(table: list[list[int]]) -> list[tuple[int, int]]:
    """A table of counts (rows: first rater) as ratings of two raters."""
    return [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]


# table, percent agreement, Cohen's kappa, Gwet's AC1
TABLES = {
    "85/5/5/5": ([[85, 5], [5, 5]], 0.9000, 0.4444, 0.8780),
    "Gwet, abstractors, Handbook 4th ed.": ([[13, 0, 0], [0, 20, 7], [0, 4, 56]], 0.89, 0.796, 0.849),
    "Gwet, diagnosis, Handbook 4th ed.": (
        [[40, 4, 4, 17], [6, 25, 2, 13], [4, 1, 21, 12], [15, 5, 9, 45]],
        0.587,
        0.4315,
        0.456,
    ),
    "Cohen 1960": ([[88, 14, 18], [10, 40, 10], [2, 6, 12]], 0.70, 0.49153, None),
    "two by two": ([[20, 5], [10, 15]], 0.70, 0.40, None),
    "Feinstein and Cicchetti 1990, a": ([[40, 9], [6, 45]], 0.85, 0.70, 0.70),
    "Feinstein and Cicchetti 1990, b": ([[80, 10], [5, 5]], 0.85, 0.32, 0.81),
    "Feinstein and Cicchetti 1990, c": ([[45, 15], [25, 15]], 0.60, 0.13, 0.27),
    "Feinstein and Cicchetti 1990, d": ([[25, 35], [5, 35]], 0.60, 0.26, 0.21),
    "Gwet, skewed": ([[118, 5], [2, 0]], 0.944, -0.0234, 0.9408),
}


@pytest.mark.parametrize(("table", "percent", "kappa", "ac1"), TABLES.values(), ids=TABLES.keys())
def test_published_two_rater_tables(table: list[list[int]], percent: float, kappa: float, ac1: float) -> None:
    ratings = pairs(table)

    def near(expected: float) -> object:
        decimals = len(repr(expected).partition(".")[2])
        return pytest.approx(expected, abs=0.5001 * 10 ** -max(2, decimals))

    assert percent_agreement(ratings, interval="asymptotic").estimate == near(percent)
    assert cohen_kappa(ratings, interval="asymptotic").estimate == near(kappa)
    if ac1 is not None:
        assert gwet_ac1(ratings, interval="asymptotic").estimate == near(ac1)


@pytest.mark.parametrize(
    ("function", "table", "error"),
    [
        (cohen_kappa, [[88, 14, 18], [10, 40, 10], [2, 6, 12]], 0.0510),
        (cohen_kappa, [[20, 5], [10, 15]], 0.127),
        (cohen_kappa, [[13, 0, 0], [0, 20, 7], [0, 4, 56]], 0.059),
        (gwet_ac1, [[13, 0, 0], [0, 20, 7], [0, 4, 56]], 0.043),
        (gwet_ac1, [[40, 4, 4, 17], [6, 25, 2, 13], [4, 1, 21, 12], [15, 5, 9, 45]], 0.043),
    ],
)
def test_published_standard_errors(function: object, table: list[list[int]], error: float) -> None:
    assert function(pairs(table), interval="asymptotic").standard_error == pytest.approx(error, abs=6e-4)


GWET_FOUR_RATERS = [
    "1 2 3 3 2 1 4 1 2 * * *",
    "1 2 3 3 2 2 4 1 2 5 * *",
    "* 3 3 3 2 3 4 2 2 5 1 3",
    "1 2 3 3 2 4 4 1 2 5 1 *",
]


def test_ac1_of_four_raters_with_missing_ratings() -> None:
    """Gwet, Handbook of Inter-Rater Reliability, 4th ed., p. 120."""
    columns = [[None if v == "*" else v for v in line.split()] for line in GWET_FOUR_RATERS]
    found = gwet_ac1(list(zip(*columns, strict=True)), interval="asymptotic")
    assert (found.observed, found.expected) == pytest.approx((0.818, 0.190), abs=5e-4)
    assert (found.estimate, found.standard_error) == pytest.approx((0.775, 0.143), abs=5e-4)
    assert (found.low, found.high) == pytest.approx((0.461, 1.0), abs=5e-4)
    assert (found.units, found.raters) == (11, 4)
    assert any("too few" in warning for warning in found.warnings)


# Patients 1 to 30 of Fleiss (1971), Psychological Bulletin 76, 378-382: raters of six per diagnosis.
FLEISS = """00060 03003 01401 00006 03030 20400 00402 20310 20040 00006
10050 11040 03300 10050 02031 00501 30012 51000 02040 10203
00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"""


def test_percent_agreement_of_six_raters() -> None:
    units = [
        [kind for kind, count in enumerate(map(int, unit)) for _ in range(count)] for unit in FLEISS.split()
    ]
    found = percent_agreement(units)
    assert found.estimate == pytest.approx(0.5556, abs=5e-5)
    assert found.low < found.estimate < found.high
    assert {k: round(180 * share) for k, share in found.prevalence.items()} == {
        0: 26,
        1: 26,
        2: 30,
        3: 55,
        4: 43,
    }


def test_missing_ratings_leave_the_pairs_that_exist() -> None:
    ratings = [("yes", "yes", None), ("yes", "no", "yes"), (None, None, "no"), (None, "na", "na")]
    found = percent_agreement(ratings, interval="asymptotic")
    assert found.estimate == pytest.approx((1 + 1 / 3 + 1) / 3)
    assert found.units == 3


NO_VARIATION = [("yes", "yes")] * 30


def test_without_variation_chance_corrected_figures_are_none() -> None:
    for function in (cohen_kappa, gwet_ac1):
        found = function(NO_VARIATION)
        assert (found.estimate, found.low, found.high, found.observed) == (None, None, None, 1.0)
        assert "same" in found.reason
    everyone = percent_agreement(NO_VARIATION)
    assert (everyone.estimate, everyone.high) == (1.0, 1.0)
    assert everyone.low == pytest.approx(wilson(30, 30).low)


def test_raters_who_never_differed_may_still_differ() -> None:
    """Resamples of 20 units without disagreement have none either; the limits still say what 20 units show."""
    ratings = [("yes", "yes")] * 18 + [("no", "no")] * 2
    for function in (cohen_kappa, gwet_ac1):
        found = function(ratings)
        assert (found.estimate, found.high) == (1.0, 1.0)
        assert found.low == pytest.approx((wilson(20, 20).low - found.expected) / (1 - found.expected))
    assert krippendorff_alpha(ratings).low < 0.5


@pytest.mark.parametrize("ratings", [[], [("yes", None)], [(None, None)]])
def test_without_pairs_everything_is_none(ratings: list[tuple[str | None, str | None]]) -> None:
    for function in (percent_agreement, cohen_kappa, gwet_ac1):
        found = function(ratings)
        assert found.estimate is None
        assert found.reason == "no unit has two ratings"


def test_tables_that_are_refused() -> None:
    with pytest.raises(UsageError, match="two raters"):
        cohen_kappa([("yes", "yes", "no")])
    with pytest.raises(UsageError, match="length"):
        percent_agreement([("yes", "yes"), ("no",)])
    with pytest.raises(UsageError, match="not a number"):
        gwet_ac1([(1.0, math.nan)])
    with pytest.raises(UsageError, match="'maybe' is not a category"):
        gwet_ac1([("yes", "maybe")], categories=["yes", "no"])


def test_answers_nobody_gave_lower_the_agreement_by_chance() -> None:
    ratings = pairs([[80, 10], [5, 5]])
    seen = gwet_ac1(ratings, interval="asymptotic")
    possible = gwet_ac1(ratings, categories=[0, 1, "na"], interval="asymptotic")
    assert possible.expected == pytest.approx(seen.expected / 2)


def test_intervals_are_repeatable() -> None:
    ratings = pairs([[40, 9], [6, 45]])
    assert cohen_kappa(ratings) == cohen_kappa(ratings)
    bootstrap, large_sample = cohen_kappa(ratings), cohen_kappa(ratings, interval="asymptotic")
    assert (bootstrap.low, bootstrap.high) == pytest.approx((large_sample.low, large_sample.high), abs=0.03)


def _estimates(ratings: list[tuple[int, int]]) -> list[Agreement]:
    return [f(ratings, interval="asymptotic") for f in (percent_agreement, cohen_kappa, gwet_ac1)]


two_raters = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40)


@given(two_raters)
@settings(max_examples=100, deadline=None)
def test_swapping_raters_and_renaming_answers_changes_nothing(ratings: list[tuple[int, int]]) -> None:
    swapped = [(b, a) for a, b in reversed(ratings)]
    renamed = [(f"answer {a}", f"answer {b}") for a, b in ratings]
    for found, other, named in zip(*map(_estimates, (ratings, swapped, renamed)), strict=True):
        assert other.estimate == pytest.approx(found.estimate)
        assert named.estimate == pytest.approx(found.estimate)
        assert found.estimate is None or -1 <= found.estimate <= 1
        assert (found.estimate is None) == (found.reason is not None)


# Both raters vary: otherwise a library calls kappa undefined.
@example([(0, 2), (0, 2), (2, 1), (2, 1), (2, 1), (3, 2)])
@given(two_raters.filter(lambda ratings: all(len(set(column)) > 1 for column in zip(*ratings, strict=True))))
@settings(max_examples=100, deadline=None)
def test_kappa_equals_two_libraries(ratings: list[tuple[int, int]]) -> None:
    found = cohen_kappa(ratings, interval="asymptotic")
    first, second = zip(*ratings, strict=True)
    assert found.estimate == pytest.approx(cohen_kappa_score(first, second), abs=1e-9)
    table = np.zeros((4, 4))
    np.add.at(table, (first, second), 1)
    seen = np.flatnonzero(table.sum(axis=0) + table.sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):  # its z value is 0 / 0 in some tables
        oracle = cohens_kappa(table[np.ix_(seen, seen)])
    # The variance: where that is 0, the library may be a rounding below it, and its root is no number.
    assert found.standard_error**2 == pytest.approx(oracle.var_kappa, rel=1e-8, abs=1e-14)
