"""Two rates against each other, many against what is usual, and rates with everybody's mix of work."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import (
    RateCount,
    benjamini_hochberg,
    compare_rates,
    difference_of_rates,
    difference_p_value,
    standardise,
    wilson,
)


# Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10.
@pytest.mark.parametrize(
    ("counts", "difference", "low", "high"),
    [
        ((56, 70, 48, 80), 0.2000, 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.6000, 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.5714, 0.0582, 0.8062),
        ((5, 56, 0, 29), 0.0893, -0.0381, 0.1926),
        ((0, 10, 0, 20), 0.0000, -0.1611, 0.2775),
        ((0, 10, 0, 10), 0.0000, -0.2775, 0.2775),
        ((10, 10, 0, 20), 1.0000, 0.6791, 1.0000),
        ((10, 10, 0, 10), 1.0000, 0.6075, 1.0000),
    ],
)
def test_newcombes_table(
    counts: tuple[int, int, int, int], difference: float, low: float, high: float
) -> None:
    found = difference_of_rates(*counts)
    assert (found.estimate, found.low, found.high) == pytest.approx((difference, low, high), abs=6e-5)


counts = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
@settings(max_examples=80, deadline=None)
def test_differences_equal_statsmodels_and_turn_with_the_groups(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    found, turned = difference_of_rates(*one, *two), difference_of_rates(*two, *one)
    oracle = confint_proportions_2indep(*one, *two, method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx(oracle, abs=1e-9)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-9)
    p = difference_p_value(*one, *two)
    assert p == pytest.approx(difference_p_value(*two, *one))
    assert 0 <= p <= 1 + 1e-9


def test_an_empty_group_has_no_difference() -> None:
    found = difference_of_rates(0, 0, 3, 4)
    assert (found.estimate, found.low, found.high, found.reason) == (None, None, None, "there are no items")
    assert difference_p_value(0, 0, 3, 4) is None
    with pytest.raises(UsageError):
        difference_p_value(5, 4, 3, 4)


def test_exact_and_score_tests_meet_where_one_takes_over() -> None:
    exact = float(stats.fisher_exact([[900, 300], [880, 320]])[1])
    assert difference_p_value(900, 1200, 880, 1200) == pytest.approx(exact, abs=0.05)


def test_benjamini_and_hochberg() -> None:
    """The fifteen p-values of Benjamini and Hochberg (1995), section 3.2: the first four are discoveries."""
    found = benjamini_hochberg(
        [
            0.0001,
            0.0004,
            0.0019,
            0.0095,
            0.0201,
            0.0278,
            0.0298,
            0.0344,
            0.0459,
            0.3240,
            0.4262,
            0.5719,
            0.6528,
            0.7590,
            1.0,
        ]
    )
    assert sum(rate <= 0.05 for rate in found) == 4
    with pytest.raises(UsageError):
        benjamini_hochberg([0.5, 1.2])
    assert benjamini_hochberg([]) == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_adjusted_p_values_equal_statsmodels(p_values: list[float]) -> None:
    oracle = multipletests(p_values, method="fdr_bh")[1]
    assert benjamini_hochberg(p_values) == pytest.approx(list(oracle), abs=1e-12)


def agents(seed: int, number: int = 200, n: int = 40, spread: float = 90.0) -> list[RateCount]:
    random = np.random.default_rng(seed)
    rates = np.full(number, 0.9) if math.isinf(spread) else random.beta(0.9 * spread, 0.1 * spread, number)
    return [RateCount(f"a{k:03}", int(x), n) for k, x in enumerate(random.binomial(n, rates))]


def test_rates_are_drawn_to_the_middle_and_the_few_items_most() -> None:
    found = compare_rates([*agents(1, 800), RateCount("few", 2, 3), RateCount("many", 200, 300)], target=0.85)
    by_name = {rate.name: rate for rate in found.rates}
    few, many = by_name["few"], by_name["many"]
    assert few.raw.estimate == many.raw.estimate == pytest.approx(2 / 3)
    assert found.centre - few.shrunken.estimate < found.centre - many.shrunken.estimate
    assert many.shrunken.estimate == pytest.approx(0.7, abs=0.05)
    assert many.below_target > 0.99 > few.below_target
    assert many.stands_out
    assert many.beyond == "below"
    assert not few.stands_out


def test_limits_widen_for_small_numbers_and_hold_their_share() -> None:
    found = compare_rates(agents(2))
    spans = [high - low for low, high in (found.limits(n) for n in (10, 40, 200, 20_000))]
    assert spans == sorted(spans, reverse=True)
    inside = [
        low <= rate.raw.estimate <= high for rate in found.rates for low, high in [found.limits(40, 0.95)]
    ]
    assert 0.92 <= np.mean(inside) <= 1.0


def test_where_all_are_alike_hardly_anybody_stands_out() -> None:
    flagged = [
        any(rate.stands_out for rate in compare_rates(agents(seed, spread=math.inf)).rates)
        for seed in range(40)
    ]
    assert np.mean(flagged) <= 0.15


def test_one_who_is_worse_is_found_among_many_who_differ() -> None:
    found = compare_rates([*agents(3), RateCount("weak", 20, 40)])
    assert [rate.name for rate in found.rates if rate.stands_out] == ["weak"]


def test_those_with_harder_work_do_not_look_worse() -> None:
    """Half do work that 70 % pass, half work that 95 % pass; expected numbers say so."""
    random = np.random.default_rng(4)
    rows = [("hard", 0.7), ("easy", 0.95)] * 50
    plain = [
        RateCount(f"{kind}{k}", int(random.binomial(60, rate)), 60) for k, (kind, rate) in enumerate(rows)
    ]
    known = [RateCount(c.name, c.successes, c.n, 60 * rate) for c, (_, rate) in zip(plain, rows, strict=True)]
    adjusted = compare_rates(known)
    assert not [rate.name for rate in adjusted.rates if rate.stands_out]
    hard = [rate.adjusted for rate in adjusted.rates if rate.name.startswith("hard")]
    assert np.mean(hard) == pytest.approx(adjusted.centre, abs=0.02)
    assert compare_rates(plain).spread > 0.08 > adjusted.spread


def test_too_few_or_all_the_same_are_not_compared() -> None:
    few = compare_rates([RateCount("a", 3, 4), RateCount("b", 2, 4), RateCount("c", 0, 0)])
    assert few.rates == ()
    assert "too few" in few.reason
    same = compare_rates([RateCount(str(k), 5, 5) for k in range(9)])
    assert same.rates == ()
    assert "same rate" in same.reason
    with pytest.raises(UsageError):
        same.limits(5)
    with pytest.raises(UsageError):
        compare_rates([RateCount("a", 5, 4)])
    with pytest.raises(UsageError):
        compare_rates(agents(1), target=90)


def test_standardised_rates_of_a_worked_example() -> None:
    """Easy work passes in 90 %, hard work in 60 %, at both places; only the mix differs."""
    found = standardise(
        {"A": {"easy": (90, 100), "hard": (30, 50)}, "B": {"easy": (45, 50), "hard": (60, 100)}}
    )
    assert [each.raw.estimate for each in found] == pytest.approx([0.8, 0.7])
    assert [each.adjusted.estimate for each in found] == pytest.approx([0.75, 0.75])
    assert [each.expected for each in found] == pytest.approx([120, 105])
    assert all(each.comparable == 1.0 for each in found)


def test_rare_work_is_pooled_and_work_of_one_place_left_out() -> None:
    found = standardise(
        {"A": {"x": (90, 100), "rare": (1, 2), "own": (1, 50)}, "B": {"x": (45, 50), "odd": (2, 3)}}
    )
    assert [each.comparable for each in found] == [1.0, 1.0]  # pooled, so that nothing is left over
    alone = standardise({"A": {"x": (9, 10)}, "B": {"y": (9, 10)}})
    assert alone[0].adjusted.estimate == pytest.approx(0.9)
    empty = standardise({"A": {"x": (9, 10)}, "B": {}})
    assert empty[1].adjusted.estimate is None
    assert empty[1].adjusted.reason
    with pytest.raises(UsageError):
        standardise({"A": {"x": (11, 10)}})


def test_without_kinds_of_work_nothing_changes() -> None:
    (found,) = standardise({"A": {"all": (45, 50)}})
    plain = wilson(45, 50)
    assert (found.adjusted.low, found.adjusted.high) == pytest.approx((plain.low, plain.high), abs=0.01)


def test_adjusted_intervals_cover_what_they_say() -> None:
    random = np.random.default_rng(7)
    held = []
    for _ in range(400):
        counts = {
            place: {work: (int(random.binomial(n, rate)), n) for work, n, rate in works}
            for place, works in {
                "A": (("x", 60, 0.95), ("y", 30, 0.8)),
                "B": (("x", 200, 0.9), ("y", 400, 0.7)),
            }.items()
        }
        found = standardise(counts)[0].adjusted
        truth = (260 * 0.95 + 430 * 0.8) / 690
        held.append(found.low <= truth <= found.high)
    assert 0.92 <= np.mean(held) <= 0.99
