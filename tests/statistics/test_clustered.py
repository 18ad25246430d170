"""Rates of clustered faults: by hand, against items that are independent, and coverage in simulation."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import wilson
from qa_toolkit.statistics.clustered import clustered_rate


def test_faults_that_come_together_widen_the_interval() -> None:
    spread = clustered_rate([(1, 100)] * 20 + [(0, 100)] * 20)
    together = clustered_rate([(10, 100)] * 2 + [(0, 100)] * 38)
    assert spread.estimate == together.estimate == 20 / 4000
    assert spread.high is not None
    assert together.high is not None
    assert together.high > 1.5 * spread.high


def test_independent_items_give_nearly_wilson() -> None:
    random = np.random.default_rng(1)
    clusters = [(int(random.binomial(50, 0.1)), 50) for _ in range(400)]
    found, simple = clustered_rate(clusters), wilson(sum(f for f, _ in clusters), 20_000)
    assert found.low == pytest.approx(simple.low, rel=0.02)
    assert found.high == pytest.approx(simple.high, rel=0.02)


def test_without_faults_the_limit_is_exact_poisson() -> None:
    found = clustered_rate([(0, 200)] * 3)
    assert (found.estimate, found.low) == (0.0, 0.0)
    # 0 of 600: 61.48 per 10,000.
    assert found.high == pytest.approx(0.006148, abs=5e-7)


def test_what_cannot_be_given_is_none_with_a_reason() -> None:
    assert clustered_rate([]).reason is not None
    assert clustered_rate([(1, 10)]).low is None
    with pytest.raises(UsageError):
        clustered_rate([(2, 1)])


@pytest.mark.parametrize(
    ("rate", "spread", "forms"), [(0.005, 0.01, 200), (0.01, 0.03, 120), (0.03, 0.05, 60)]
)
def test_coverage_over_forms_whose_fields_go_wrong_together(rate: float, spread: float, forms: int) -> None:
    random = np.random.default_rng(20240229)
    inside, runs = 0, 1500
    shape = (1 - spread) / spread
    for _ in range(runs):
        sizes = random.integers(60, 300, forms)
        faults = random.binomial(sizes, random.beta(rate * shape, (1 - rate) * shape, forms))
        found = clustered_rate(list(zip(faults.tolist(), sizes.tolist(), strict=True)))
        inside += found.low is not None and found.high is not None and found.low <= rate <= found.high
    assert 0.925 <= inside / runs <= 0.975


def test_clusters_may_be_given_as_counts() -> None:
    clusters = [(0, 100)] * 40 + [(1, 100)] * 5 + [(7, 150)] * 2 + [(0, 0)]
    assert clustered_rate(Counter(clusters)) == clustered_rate(clusters)
    found = clustered_rate(clusters)
    assert found.n == 47
    assert found.estimate == pytest.approx(19 / 4800)
