"""Intervals and sample sizes against published and independent values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import (
    clopper_pearson,
    cluster_bootstrap,
    poisson_exact,
    sample_size,
    wilson,
    zero_failure_size,
)

# successes, n, Wilson low, high, Clopper-Pearson low, high (fractions). The first four are of
# Newcombe (1998), Statistics in Medicine 17, 857-872, table I.
PUBLISHED = [
    (81, 263, 0.2553, 0.3662, 0.2527, 0.3676),
    (15, 148, 0.0624, 0.1605, 0.0578, 0.1617),
    (0, 20, 0.0, 0.1611, 0.0, 0.1684),
    (1, 29, 0.0061, 0.1718, 0.0009, 0.1776),
    (18, 20, 0.6990, 0.9721, 0.6830, 0.9877),
    (290, 300, 0.9397, 0.9818, 0.9396, 0.9839),
    (0, 300, 0.0, 0.0126, 0.0, 0.0122),
]


@pytest.mark.parametrize(("successes", "n", "w_low", "w_high", "c_low", "c_high"), PUBLISHED)
def test_wilson_and_clopper_pearson(
    successes: int, n: int, w_low: float, w_high: float, c_low: float, c_high: float
) -> None:
    score, exact = wilson(successes, n), clopper_pearson(successes, n)
    assert (score.low, score.high) == pytest.approx((w_low, w_high), abs=6e-5)
    assert (exact.low, exact.high) == pytest.approx((c_low, c_high), abs=6e-5)
    assert score.estimate == exact.estimate == successes / n
    assert score.n == n


@pytest.mark.parametrize(
    ("successes", "n", "low_percent", "high_percent"),
    [
        (3, 3, 43.85, 100.00),  # three perfect calls prove little
        (4, 5, 37.55, 96.38),
        (18, 20, 69.90, 97.21),
        (95, 100, 88.82, 97.85),
        (0, 50, 0.00, 7.13),
        (256, 420, 56.21, 65.50),
        (59, 60, 91.14, 99.71),  # does not confirm a target of 99.5 %
        (188, 200, 89.8, 96.5),  # meets a floor of 93 %, does not prove it
    ],
)
def test_wilson_reference_table(successes: int, n: int, low_percent: float, high_percent: float) -> None:
    interval = wilson(successes, n)
    decimals = 0.06 if n == 200 else 0.006
    assert (100 * interval.low, 100 * interval.high) == pytest.approx(
        (low_percent, high_percent), abs=decimals
    )


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_intervals_equal_statsmodels_and_hold_the_rate(counts: tuple[int, int], confidence: float) -> None:
    successes, n = counts
    for function, method in ((wilson, "wilson"), (clopper_pearson, "beta")):
        interval = function(successes, n, confidence)
        expected = proportion_confint(successes, n, 1 - confidence, method)
        assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-9)
        assert 0 <= interval.low <= interval.estimate <= interval.high <= 1
        mirrored = function(n - successes, n, confidence)
        assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((interval.low, interval.high), abs=1e-9)


def test_wilson_covers_what_it_says() -> None:
    """Mean coverage over rates from 5 to 95 %, by the exact binomial distribution."""
    from scipy.stats import binom

    for n in (20, 60, 150):
        limits = [wilson(x, n) for x in range(n + 1)]
        low, high = np.array([i.low for i in limits]), np.array([i.high for i in limits])
        rates = np.linspace(0.05, 0.95, 91)
        covered = [binom.pmf(np.arange(n + 1), n, p)[(low <= p) & (p <= high)].sum() for p in rates]
        assert 0.93 <= np.mean(covered) <= 0.97


def test_wilson_covers_what_it_says_in_simulated_months() -> None:
    generator = np.random.default_rng(1)
    covered = [
        (i := wilson(int(x), 120)).low <= 0.88 <= i.high for x in generator.binomial(120, 0.88, size=4000)
    ]
    assert 0.93 <= np.mean(covered) <= 0.97


@pytest.mark.parametrize(
    ("events", "exposure", "per_10000", "low", "high"),
    [
        (3, 2400, 12.5, 2.58, 36.53),
        (12, 2400, 50.0, 25.84, 87.34),
        (5, 10000, 5.0, 1.62, 11.67),
        (0, 600, 0.0, 0.0, 61.48),
    ],
)
def test_poisson_exact(events: int, exposure: int, per_10000: float, low: float, high: float) -> None:
    interval = poisson_exact(events, exposure)
    figures = [10000 * figure for figure in (interval.estimate, interval.low, interval.high)]
    assert figures == pytest.approx([per_10000, low, high], abs=0.006)


@pytest.mark.parametrize("function", [wilson, clopper_pearson, poisson_exact])
def test_nothing_gives_none_and_the_reason(function: object) -> None:
    interval = function(0, 0)
    assert (interval.estimate, interval.low, interval.high) == (None, None, None)
    assert interval.reason == "there are no items"


@pytest.mark.parametrize(
    ("successes", "n", "confidence"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0)]
)
def test_impossible_counts_are_refused(successes: int, n: int, confidence: float) -> None:
    for function in (wilson, clopper_pearson):
        with pytest.raises(UsageError):
            function(successes, n, confidence)


@pytest.mark.parametrize(
    ("rate", "margin", "population", "expected"),
    [
        (0.5, 0.05, None, 385),
        (0.5, 0.05, 1000, 278),
        (0.5, 0.05, 120, 92),
        (0.9, 0.05, None, 139),
        (0.9, 0.05, 400, 103),
        (0.95, 0.03, None, 203),
        (0.5, 0.1, None, 97),
        (0.5, 0.1, 60, 38),
        (0.005, 0.0025, None, 3058),
        (0.5, 0.05, 1, 1),
        (0.0, 0.05, None, 1),
    ],
)
def test_sample_size(rate: float, margin: float, population: int | None, expected: int) -> None:
    assert sample_size(margin, rate=rate, population=population) == expected


@pytest.mark.parametrize(
    ("rate", "expected"), [(0.01, 299), (0.02, 149), (0.05, 59), (0.005, 598), (0.001, 2995)]
)
def test_zero_failure_size(rate: float, expected: int) -> None:
    assert zero_failure_size(rate) == expected
    assert (1 - rate) ** expected <= 0.05 < (1 - rate) ** (expected - 1)


@pytest.mark.parametrize("margin", [0.0, 1.0, -0.1])
def test_impossible_margins_and_rates_are_refused(margin: float) -> None:
    with pytest.raises(UsageError):
        sample_size(margin)
    with pytest.raises(UsageError):
        zero_failure_size(margin)


FORMS = [(errors, 60.0) for errors in [0] * 25 + [1] * 8 + [2] * 4 + [9] * 3]


def test_a_bootstrap_is_repeatable_and_holds_the_ratio_of_totals() -> None:
    interval = cluster_bootstrap(FORMS)
    assert interval == cluster_bootstrap(FORMS)
    assert interval.estimate == pytest.approx(43 / 2400)
    assert interval.low < interval.estimate < interval.high
    assert interval.n == 40
    other = cluster_bootstrap(FORMS, seed=2)
    assert (other.low, other.high) != (interval.low, interval.high)
    assert other.low == pytest.approx(interval.low, rel=0.15)


def test_clustered_errors_widen_the_interval() -> None:
    """Nine errors on one form are not nine independent errors (a binomial interval would say they are)."""
    clustered, independent = cluster_bootstrap(FORMS), wilson(43, 2400)
    assert clustered.high - clustered.low > 1.5 * (independent.high - independent.low)


def test_a_figure_given_as_function_equals_the_default() -> None:
    given_as_function = cluster_bootstrap(
        FORMS, lambda forms: sum(e for e, _ in forms) / sum(f for _, f in forms)
    )
    assert given_as_function.low == pytest.approx(cluster_bootstrap(FORMS).low)


def test_bca_shifts_towards_the_long_tail() -> None:
    percentile, corrected = cluster_bootstrap(FORMS), cluster_bootstrap(FORMS, method="bca")
    assert corrected.estimate == percentile.estimate
    assert corrected.low > percentile.low
    assert corrected.high > percentile.high


def test_bca_equals_scipy() -> None:
    from scipy.stats import bootstrap

    values = np.random.default_rng(3).exponential(size=60)
    ours = cluster_bootstrap(list(values), lambda v: float(np.mean(v)), method="bca", resamples=6000)
    theirs = bootstrap((values,), np.mean, n_resamples=6000, rng=np.random.default_rng(4)).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=0.03)


@pytest.mark.parametrize(
    ("clusters", "estimate", "reason"),
    [
        ([], None, "undefined"),
        ([(0, 0), (0, 0)], None, "undefined"),
        ([(1, 2)], 0.5, "one cluster"),
    ],
)
def test_clusters_that_say_too_little(
    clusters: list[tuple[float, float]], estimate: float, reason: str
) -> None:
    interval = cluster_bootstrap(clusters)
    assert (interval.estimate, interval.low) == (estimate, None)
    assert reason in interval.reason
