"""Sample sizes against tables, and the power they promise by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.sampling import plan_agents, plan_certification, plan_detection, plan_estimate


@pytest.mark.parametrize(
    ("rate", "margin", "population", "n"),
    [
        (0.5, 0.05, None, 385),
        (0.5, 0.05, 1000, 278),
        (0.5, 0.05, 120, 92),
        (0.9, 0.05, None, 139),
        (0.9, 0.05, 400, 103),
        (0.95, 0.03, None, 203),
        (0.5, 0.1, 60, 38),
        (0.005, 0.0025, None, 3058),
    ],
)
def test_sizes_of_cochran(rate: float, margin: float, population: int | None, n: int) -> None:
    plan = plan_estimate(margin, rate=rate, population=population)
    assert plan.n == n
    assert plan.shows
    assert plan.does_not_show


@pytest.mark.parametrize(("target", "n"), [(0.99, 299), (0.98, 149), (0.95, 59), (0.995, 598), (0.999, 2995)])
def test_zero_failure_sizes(target: float, n: int) -> None:
    assert plan_certification(target).n == n


@pytest.mark.parametrize(("failures", "n"), [(0, 59), (1, 93), (2, 124), (3, 153)])
def test_failures_allowed_cost_more(failures: int, n: int) -> None:
    """Sizes for 95 % confidence of 95 % reliability, as tabled for binomial demonstration tests."""
    plan = plan_certification(0.95, failures=failures)
    assert plan.n == n
    assert stats.binom.cdf(failures, n, 0.05) <= 0.05 < stats.binom.cdf(failures, n - 1, 0.05)


def test_certifying_says_how_likely_it_is_to_succeed() -> None:
    plan = plan_certification(0.99, rate=0.995)
    assert plan.figures["passes_at_rate"] == pytest.approx(0.995**299)
    assert any("22.34 %" in text for text in plan.shows)


def test_two_periods() -> None:
    """Fleiss, Statistical Methods for Rates and Proportions (1981): .90 against .85 without continuity correction."""
    assert plan_detection(0.9, 0.85).n == 686


@pytest.mark.parametrize(("before", "after"), [(0.9, 0.8), (0.95, 0.9), (0.5, 0.6)])
def test_two_periods_keep_the_promised_power(before: float, after: float) -> None:
    """By simulation of the z test, within 2 points."""
    n, random, runs = plan_detection(before, after).n, np.random.default_rng(5), 40_000
    past, now = random.binomial(n, before, runs) / n, random.binomial(n, after, runs) / n
    pooled = (past + now) / 2
    noticed = np.abs(now - past) / np.sqrt(2 * pooled * (1 - pooled) / n) > stats.norm.ppf(0.975)
    assert noticed.mean() == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize(("before", "after"), [(0.9, 0.8), (0.99, 0.95), (0.5, 0.6)])
def test_a_standard_keeps_the_promised_power(before: float, after: float) -> None:
    """By summing the binomial distribution over all results that a one-sided test at 2.5 % rejects."""
    n = plan_detection(before, after, against="standard").n
    seen = np.arange(n + 1)
    tail = stats.binom.sf(seen - 1, n, before) if after > before else stats.binom.cdf(seen, n, before)
    noticed = float(stats.binom.pmf(seen, n, after)[tail <= 0.025].sum())
    assert 0.8 <= noticed < 0.87


def test_a_month_of_an_agent_says_what_it_cannot_show() -> None:
    plan = plan_agents(5, target=0.85, rate=0.9, agents=200)
    exact = stats.binom.cdf(4, 5, 0.9)
    assert plan.figures["falls_below_by_chance"] == pytest.approx(exact)
    assert plan.figures["perfect_low"] == pytest.approx(0.5655, abs=5e-5)
    text = " ".join(plan.does_not_show)
    assert f"some {200 * exact:.0f} fall below the target by chance" in text
    assert "that takes 139" in text


def test_more_interactions_show_more() -> None:
    few, many = plan_agents(5, target=0.8), plan_agents(200, target=0.8)
    assert len(many.shows) > len(few.shows)
    assert many.figures["perfect_low"] > 0.8 > few.figures["perfect_low"]


def test_impossible_questions() -> None:
    with pytest.raises(UsageError, match="no change"):
        plan_detection(0.9, 0.9)
    with pytest.raises(UsageError, match="between 0 and 1"):
        plan_certification(95)
    with pytest.raises(UsageError, match="nothing to plan"):
        plan_agents(0, target=0.9)
