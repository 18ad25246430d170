"""Jeffreys' interval against tabled values and statsmodels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from qa_toolkit.statistics import jeffreys


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2545, 0.3656),
        (15, 148, 0.0604, 0.1576),
        (0, 20, 0.0, 0.1166),
        (1, 29, 0.0037, 0.1501),
        (18, 20, 0.7161, 0.9786),
        (290, 300, 0.9417, 0.9827),
        (0, 300, 0.0, 0.0083),
    ],
)
def test_tabled_values(successes: int, n: int, low: float, high: float) -> None:
    found = jeffreys(successes, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


@given(st.integers(2, 300).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))))
def test_as_statsmodels(counts: tuple[int, int]) -> None:
    found = jeffreys(*counts)
    assert (found.low, found.high) == pytest.approx(proportion_confint(*counts, method="jeffreys"))


def test_no_items() -> None:
    assert jeffreys(0, 0).reason == "there are no items"
