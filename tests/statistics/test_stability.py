"""The stability index, how large it is by chance, and the test beside it."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import population_stability

BEFORE, AFTER = {"yes": 90, "no": 10}, {"yes": 70, "no": 30}


def test_the_index_by_hand() -> None:
    p, q = (90.5 / 101, 10.5 / 101), (70.5 / 101, 30.5 / 101)
    expected = sum((b - a) * log(b / a) for a, b in zip(p, q, strict=True))
    found = population_stability(BEFORE, AFTER)
    assert found.psi == pytest.approx(expected)
    assert found.by_chance == pytest.approx(stats.chi2.ppf(0.95, 1) * 0.02)
    assert (found.before, found.after) == (100, 100)


def test_the_test_is_that_of_homogeneity() -> None:
    expected = stats.chi2_contingency([[90, 10], [70, 30]], correction=False).pvalue
    assert population_stability(BEFORE, AFTER).p_value == pytest.approx(expected)


def test_few_answers_are_tested_by_simulated_tables() -> None:
    """Fisher's exact test of 1 of 8 against 5 of 8, ordered by the same distance."""
    table = [[7, 1], [3, 5]]
    found = population_stability({"yes": 7, "no": 1}, {"yes": 3, "no": 5})
    assert found.p_value == pytest.approx(stats.fisher_exact(table).pvalue, abs=0.03)


def test_where_nothing_moved_the_limit_holds_in_19_of_20() -> None:
    random = np.random.default_rng(11)
    shares, names = (0.7, 0.2, 0.08, 0.02), ("a", "b", "c", "d")
    beyond = 0
    for _ in range(1000):
        before, after = (
            dict(zip(names, random.multinomial(n, shares).tolist(), strict=True)) for n in (4000, 600)
        )
        found = population_stability(before, after)
        assert found.psi is not None
        assert found.by_chance is not None
        beyond += found.psi > found.by_chance
    assert 30 <= beyond <= 75


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ({}, {"yes": 3}, "there are no items before"),
        ({"yes": 3}, {}, "there are no items"),
        ({"yes": 3}, {"yes": 9}, "only one answer was ever given"),
        ({"yes": 0}, {"no": 0}, "there are no items before"),
    ],
)
def test_nothing_to_compare_has_a_reason(before: dict[str, int], after: dict[str, int], reason: str) -> None:
    found = population_stability(before, after)
    assert (found.psi, found.by_chance, found.p_value, found.reason) == (None, None, None, reason)


def test_negative_counts_are_refused() -> None:
    with pytest.raises(UsageError):
        population_stability({"yes": -1, "no": 2}, {"yes": 1})


@given(*[st.dictionaries(st.sampled_from("abcd"), st.integers(0, 60), min_size=2) for _ in range(2)])
def test_it_is_never_negative_and_the_order_of_the_two_does_not_matter(
    before: dict[str, int], after: dict[str, int]
) -> None:
    one, other = population_stability(before, after), population_stability(after, before)
    if one.psi is not None and other.psi is not None:
        assert one.psi >= -1e-12
        assert one.psi == pytest.approx(other.psi)
        assert one.by_chance == pytest.approx(other.by_chance)
