"""Coefficients for many raters, weights and missing ratings against published worked examples and other libraries."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import (
    brennan_prediger,
    category_kappas,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    fleiss_null_error,
    gwet_ac1,
    gwet_ac2,
    kappa_null_error,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
    weighted_kappa,
)


def units(*raters: str) -> list[tuple[int | None, ...]]:
    """One line of ratings a rater, ``*`` where missing, as rows of units."""
    columns = [[None if value == "*" else int(value) for value in line.split()] for line in raters]
    return list(zip(*columns, strict=True))


def cells(table: list[list[int]]) -> list[tuple[int, int]]:
    return [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]


# Krippendorff (2004, 2011), "Computing Krippendorff's alpha-reliability", four observers, twelve units.
KRIPPENDORFF = units(
    "1 2 3 3 2 1 4 1 2 * * *",
    "1 2 3 3 2 2 4 1 2 5 * 3",
    "* 3 3 3 2 3 4 2 2 5 1 *",
    "1 2 3 3 2 4 4 1 2 5 1 *",
)

# Gwet, Handbook of Inter-Rater Reliability, 4th ed. (2014), p. 120.
GWET = units(
    "1 2 3 3 2 1 4 1 2 * * *",
    "1 2 3 3 2 2 4 1 2 5 * *",
    "* 3 3 3 2 3 4 2 2 5 1 3",
    "1 2 3 3 2 4 4 1 2 5 1 *",
)

# Fleiss (1971), Psychological Bulletin 76, 378-382: six psychiatrists, 30 patients, raters of six per diagnosis.
FLEISS = """00060 03003 01401 00006 03030 20400 00402 20310 20040 00006
10050 11040 03300 10050 02031 00501 30012 51000 02040 10203
00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"""
PATIENTS = [
    tuple(kind for kind, count in enumerate(map(int, unit)) for _ in range(count)) for unit in FLEISS.split()
]

COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]  # Cohen (1960, 1968)
DIAGNOSIS = [[40, 4, 4, 17], [6, 25, 2, 13], [4, 1, 21, 12], [15, 5, 9, 45]]  # Gwet, 4th ed.


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.7434), ("ordinal", 0.8154), ("interval", 0.8491), ("ratio", 0.7974)]
)
def test_alpha_of_krippendorffs_example(level: str, alpha: float) -> None:
    found = krippendorff_alpha(KRIPPENDORFF, level)
    assert found.estimate == pytest.approx(alpha, abs=5e-5)
    assert found.low < found.estimate < found.high
    assert (found.units, found.raters) == (11, 4)


@pytest.mark.parametrize(
    ("coefficient", "estimate", "error"),
    [
        (gwet_ac1, 0.775, 0.143),
        (fleiss_kappa, 0.761, 0.153),
        (conger_kappa, 0.763, 0.149),
        (brennan_prediger, 0.773, 0.145),
    ],
)
def test_gwets_four_raters(coefficient: object, estimate: float, error: float) -> None:
    found = coefficient(GWET, interval="asymptotic")
    assert (found.estimate, found.standard_error) == pytest.approx((estimate, error), abs=5e-4)


def test_alpha_of_gwets_four_raters() -> None:
    """Gwet's table: .743, standard error .146."""
    found = krippendorff_alpha(GWET, interval="asymptotic")
    assert found.estimate == pytest.approx(0.743, abs=5e-4)
    assert found.standard_error == pytest.approx(0.146, abs=5e-4)


@pytest.mark.parametrize(
    ("weights", "estimate", "error"),
    [
        ("linear", 0.859, 0.117),
        ("quadratic", 0.914, 0.104),
        ("ordinal", 0.899, 0.107),
        ("radical", 0.820, None),
        ("ratio", 0.857, None),
        ("circular", 0.830, None),
        ("bipolar", 0.900, None),
    ],
)
def test_gwets_weights(weights: str, estimate: float, error: float | None) -> None:
    found = gwet_ac2(GWET, weights, interval="asymptotic")
    assert found.estimate == pytest.approx(estimate, abs=6e-4)
    assert error is None or found.standard_error == pytest.approx(error, abs=5e-4)


@pytest.mark.parametrize(
    ("coefficient", "estimate"), [(fleiss_kappa, 0.865), (conger_kappa, 0.858), (brennan_prediger, 0.902)]
)
def test_gwets_quadratic_weights_in_other_coefficients(coefficient: object, estimate: float) -> None:
    assert coefficient(GWET, "quadratic", interval="asymptotic").estimate == pytest.approx(estimate, abs=6e-4)


def test_interval_alpha_is_alpha_with_quadratic_weights() -> None:
    assert krippendorff_alpha(GWET, "interval").estimate == pytest.approx(0.849, abs=5e-4)


def test_fleiss_1971() -> None:
    found = fleiss_kappa(PATIENTS)
    assert (found.observed, found.expected) == pytest.approx((0.5556, 0.2199), abs=5e-5)
    assert found.estimate == pytest.approx(0.4302, abs=5e-5)
    assert fleiss_null_error(PATIENTS) == pytest.approx(0.0244, abs=5e-5)
    assert fleiss_null_error(PATIENTS, formula="1971") == pytest.approx(0.0275, abs=5e-5)
    by_diagnosis = [kappa.estimate for kappa in category_kappas(PATIENTS).values()]
    assert by_diagnosis == pytest.approx([0.245, 0.245, 0.520, 0.471, 0.566], abs=5e-4)
    first_fifteen = fleiss_kappa(PATIENTS[:15], interval="asymptotic")
    assert first_fifteen.estimate == pytest.approx(0.414, abs=5e-4)


def test_cohens_weights_of_disagreement() -> None:
    """Cohen (1968), Psychological Bulletin 70, 213-220; standard error of Fleiss, Cohen and Everitt (1969)."""
    found = weighted_kappa(cells(COHEN), [[0, 1, 3], [1, 0, 6], [3, 6, 0]])
    assert (found.estimate, found.standard_error) == pytest.approx((0.34783, 0.0755), abs=5e-5)
    assert kappa_null_error(cells(COHEN)) == pytest.approx(0.0520, abs=5e-5)
    as_agreement = weighted_kappa(cells(COHEN), [[6, 5, 3], [5, 6, 0], [3, 0, 6]])
    assert as_agreement.estimate == pytest.approx(found.estimate)


@pytest.mark.parametrize(("weights", "kappa"), [("linear", 0.407), ("quadratic", 0.383)])
def test_weighted_kappa_of_gwets_diagnoses(weights: str, kappa: float) -> None:
    assert weighted_kappa(cells(DIAGNOSIS), weights).estimate == pytest.approx(kappa, abs=5e-4)


@pytest.mark.parametrize(
    ("table", "pi"),
    [(DIAGNOSIS, 0.430), ([[13, 0, 0], [0, 20, 7], [0, 4, 56]], 0.796), ([[85, 5], [5, 5]], 0.4444)],
)
def test_scotts_pi(table: list[list[int]], pi: float) -> None:
    assert scott_pi(cells(table)).estimate == pytest.approx(pi, abs=1e-3)


def test_the_two_by_two_table_of_the_call_centre() -> None:
    """85/5/5/5: percent .90, kappa .4444, AC1 .8780, alpha .4472, PABAK .80."""
    ratings = cells([[85, 5], [5, 5]])
    assert krippendorff_alpha(ratings).estimate == pytest.approx(0.4472, abs=5e-5)
    assert brennan_prediger(ratings).estimate == pytest.approx(0.8)
    skewed = cells([[118, 5], [2, 0]])  # Gwet
    assert brennan_prediger(skewed).estimate == pytest.approx(0.888, abs=5e-4)


EVERYTHING = [
    cohen_kappa,
    weighted_kappa,
    scott_pi,
    fleiss_kappa,
    conger_kappa,
    brennan_prediger,
    gwet_ac1,
    gwet_ac2,
    krippendorff_alpha,
]


@pytest.mark.parametrize("coefficient", EVERYTHING)
@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        ([], "no unit has two ratings"),
        ([(1, None), (None, 2)], "no unit has two ratings"),
        ([(None, None)], "no unit has two ratings"),
        ([("yes", "yes")] * 30, "every rating is the same, so agreement beyond chance cannot be told"),
        ([(1, 1), (1, 1), (None, 2)], "every rating is the same, so agreement beyond chance cannot be told"),
    ],
)
def test_nothing_to_tell_is_none_with_the_reason(coefficient: object, ratings: object, reason: str) -> None:
    found = coefficient(ratings)
    assert (found.estimate, found.low, found.high, found.reason) == (None, None, None, reason)


def test_one_unit_has_a_figure_and_no_interval() -> None:
    found = fleiss_kappa([("yes", "no", "yes")])
    assert found.estimate == pytest.approx((1 / 3 - 5 / 9) / (4 / 9))
    assert (found.low, found.high) == (None, None)
    assert "one unit" in found.warnings[0]


def test_what_cannot_be_asked() -> None:
    with pytest.raises(UsageError, match="interval level needs numbers"):
        krippendorff_alpha([("a", "b")], "interval")
    with pytest.raises(UsageError, match="0 or more"):
        krippendorff_alpha([(-1, 2), (3, 4)], "ratio")
    with pytest.raises(UsageError, match="two raters"):
        scott_pi([(1, 2, 3)])
    with pytest.raises(UsageError, match="no weights 'cubic'"):
        gwet_ac2([(1, 2), (2, 3)], "cubic")
    with pytest.raises(UsageError, match="diagonal"):
        weighted_kappa([(1, 2), (2, 1)], [[1, 2], [2, 1]])
    with pytest.raises(UsageError, match="fit"):
        weighted_kappa([(1, 2), (2, 1)], [[1, 0, 0], [0, 1, 0], [0, 0, 1]])


def test_the_scale_counts_not_only_what_was_used() -> None:
    """A 5 nobody gave makes 1 and 4 lie nearer to each other on the scale from 1 to 5."""
    ratings = [(1, 4), (4, 4), (1, 1), (2, 1)] * 6
    whole = weighted_kappa(ratings, "linear", categories=[1, 2, 3, 4, 5])
    used = weighted_kappa(ratings, "linear")
    assert whole.estimate == pytest.approx(used.estimate)  # a linear change of weights leaves kappa alone
    assert (
        gwet_ac2(ratings, "linear", categories=[1, 2, 3, 4, 5]).estimate
        > gwet_ac2(ratings, "linear").estimate
    )


tables = st.lists(st.tuples(*[st.one_of(st.none(), st.integers(1, 4))] * 3), min_size=2, max_size=25)
of_two = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=30)
MANY = [percent_agreement, fleiss_kappa, conger_kappa, brennan_prediger, gwet_ac1, krippendorff_alpha]


@given(tables, st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_order_of_units_and_raters_and_names_of_answers_change_nothing(
    ratings: list[tuple[int | None, ...]], seed: int
) -> None:
    shuffled = random.Random(seed).sample(ratings, len(ratings))
    turned = [tuple(reversed(row)) for row in ratings]
    renamed = [tuple(None if value is None else f"answer {9 - value}" for value in row) for row in ratings]
    for coefficient in MANY:
        found = coefficient(ratings, resamples=50)
        assert coefficient(shuffled, resamples=50) == found
        for other in (
            coefficient(turned, interval="asymptotic"),
            coefficient(renamed, interval="asymptotic"),
        ):
            assert other.estimate == (None if found.estimate is None else pytest.approx(found.estimate))
        assert (found.estimate is None) == (found.reason is not None)
        assert found.estimate is None or found.estimate <= 1 + 1e-9


@given(tables)
@settings(max_examples=60, deadline=None)
def test_full_agreement_is_one(ratings: list[tuple[int | None, ...]]) -> None:
    agreed = [
        tuple(None if value is None else place % 2 for value in row) for place, row in enumerate(ratings)
    ]
    for coefficient in MANY:
        found = coefficient(agreed, interval="asymptotic")
        assert found.estimate is None or found.estimate == pytest.approx(1.0)


@given(tables, st.floats(0.01, 100), st.floats(-50, 50))
@settings(max_examples=60, deadline=None)
def test_interval_alpha_ignores_origin_and_unit_of_the_scale(
    ratings: list[tuple[int | None, ...]], unit: float, origin: float
) -> None:
    moved = [tuple(None if value is None else origin + unit * value for value in row) for row in ratings]
    found, other = (krippendorff_alpha(each, "interval", interval="asymptotic") for each in (ratings, moved))
    assert other.estimate == (None if found.estimate is None else pytest.approx(found.estimate, abs=1e-6))


@given(of_two.filter(lambda ratings: len({v for row in ratings for v in row}) > 1))
@settings(max_examples=60, deadline=None)
def test_weighted_kappa_equals_scikit_learn(ratings: list[tuple[int, int]]) -> None:
    first, second = zip(*ratings, strict=True)
    for weights in ("linear", "quadratic"):
        oracle = cohen_kappa_score(first, second, labels=[1, 2, 3, 4], weights=weights)
        found = weighted_kappa(ratings, weights, categories=[1, 2, 3, 4], interval="asymptotic")
        assert found.estimate == pytest.approx(oracle, abs=1e-9)


@given(of_two.filter(lambda ratings: len({v for row in ratings for v in row}) > 1))
@settings(max_examples=60, deadline=None)
def test_two_raters_tie_the_coefficients_together(ratings: list[tuple[int, int]]) -> None:
    """Conger's kappa is Cohen's, Fleiss' is Scott's, and alpha is pi moved by its small-sample correction."""

    def of(coefficient: object) -> float:
        return coefficient(ratings, interval="asymptotic").estimate

    assert of(conger_kappa) == pytest.approx(of(cohen_kappa))
    assert of(fleiss_kappa) == pytest.approx(of(scott_pi))
    n = 2 * len(ratings)
    assert of(krippendorff_alpha) == pytest.approx(1 - (1 - of(scott_pi)) * (n - 1) / n)


def test_fleiss_kappa_equals_statsmodels() -> None:
    table, _ = inter_rater.aggregate_raters(np.array(PATIENTS))
    assert fleiss_kappa(PATIENTS).estimate == pytest.approx(inter_rater.fleiss_kappa(table), abs=1e-12)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_alpha_equals_the_krippendorff_package(ratings: list[tuple[int | None, ...]]) -> None:
    krippendorff = pytest.importorskip("krippendorff", reason="GPL package, only an oracle")
    data = np.array([[np.nan if v is None else v for v in row] for row in ratings], dtype=float).T
    for level in ("nominal", "ordinal", "interval", "ratio"):
        found = krippendorff_alpha(ratings, level, interval="asymptotic")
        if found.estimate is not None:
            oracle = krippendorff.alpha(reliability_data=data, level_of_measurement=level)
            assert found.estimate == pytest.approx(oracle, abs=1e-9)


def test_bootstrap_and_large_sample_intervals_meet_in_large_samples() -> None:
    ratings = cells(COHEN) * 3
    for coefficient in (gwet_ac1, fleiss_kappa, krippendorff_alpha, cohen_kappa):
        drawn, large = coefficient(ratings), coefficient(ratings, interval="asymptotic")
        assert (drawn.low, drawn.high) == pytest.approx((large.low, large.high), abs=0.01)


def test_measurements_keep_what_needs_no_categories() -> None:
    numbers = np.random.default_rng(6).normal(80, 10, 3000)
    ratings = [(round(v, 4), round(v + 1, 4)) for v in numbers]
    assert percent_agreement(ratings, interval="asymptotic").estimate == 0.0
    assert krippendorff_alpha(ratings, "interval", interval="asymptotic").estimate > 0.99
    for found in (gwet_ac1(ratings), krippendorff_alpha(ratings, "ordinal")):
        assert found.estimate is None
        assert "measurements" in found.reason


@given(tables)
@settings(max_examples=60, deadline=None)
def test_percent_agreement_is_the_mean_share_of_agreeing_pairs(ratings: list[tuple[int | None, ...]]) -> None:
    shares = []
    for row in ratings:
        given_ones = [value for value in row if value is not None]
        pairs = [(a, b) for i, a in enumerate(given_ones) for b in given_ones[i + 1 :]]
        shares += [sum(a == b for a, b in pairs) / len(pairs)] if pairs else []
    expected = pytest.approx(sum(shares) / len(shares)) if shares else None
    assert percent_agreement(ratings, interval="asymptotic").estimate == expected
