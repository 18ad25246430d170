"""Charts of means and the rules that make a point a signal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import mean_chart, signal_rules
from qa_toolkit.statistics.runs import BEYOND, LONG_RUN, POINTS_BETWEEN_FALSE_SIGNALS

UP, DOWN, ON = 1.0, -1.0, 0.0
EIGHT_UP = [UP] * 8

# Points around a centre of 0 with limits of -3 and 3, and where a signal stands by which rule.
RULES = [
    ([UP] * 7, {}),
    (EIGHT_UP, {7: LONG_RUN}),
    ([DOWN, *EIGHT_UP], {8: LONG_RUN}),
    ([*EIGHT_UP, *EIGHT_UP], {7: LONG_RUN, 15: LONG_RUN}),
    ([UP] * 4 + [ON] + [UP] * 7, {}),
    ([UP] * 4 + [ON] + EIGHT_UP, {12: LONG_RUN}),
    ([UP, DOWN, 3.5, DOWN], {2: BEYOND}),
    ([UP, -3.01, UP], {1: BEYOND}),
    ([UP, 3.0, DOWN], {}),
    ([UP] * 7 + [4.0], {7: BEYOND}),
    ([], {}),
]


@pytest.mark.parametrize(("values", "expected"), RULES)
def test_signals(values: list[float], expected: dict[int, str]) -> None:
    found = signal_rules(values, 0.0, [(-3.0, 3.0)] * len(values))
    assert {place: rule for place, rule in enumerate(found) if rule} == expected


def test_without_limits_only_runs_are_signals() -> None:
    assert signal_rules([9.0] * 8, 0.0, [(None, None)] * 8)[-1] == LONG_RUN


def test_chance_gives_a_signal_in_about_153_points() -> None:
    """Champ and Woodall (1987), table 1: average run length of both rules 152.73, of the limits alone 370.40."""
    points = np.random.default_rng(3).standard_normal(400_000).tolist()
    found = signal_rules(points, 0.0, [(-3.0, 3.0)] * len(points))
    assert len(points) / sum(rule is not None for rule in found) == pytest.approx(
        POINTS_BETWEEN_FALSE_SIGNALS, rel=0.06
    )
    assert len(points) / found.count(BEYOND) == pytest.approx(370.4, rel=0.1)


def test_limits_by_hand() -> None:
    """Means 2 and 4 of two groups; inside, squares of 2 and 8 over three degrees of freedom."""
    chart = mean_chart([("a", np.array([1.0, 3.0])), ("b", np.array([2.0, 4.0, 6.0]))])
    sigma = ((2 + 8) / 3) ** 0.5
    assert chart.centre == pytest.approx(16 / 5)
    assert chart.sigma == pytest.approx(sigma)
    assert chart.points[0].high == pytest.approx(16 / 5 + 3 * sigma / 2**0.5)
    assert chart.points[1].low == pytest.approx(16 / 5 - 3 * sigma / 3**0.5)
    assert chart.widened == 1.0


def test_single_values_have_no_limits() -> None:
    chart = mean_chart([("a", np.array([1.0])), ("b", np.array([2.0]))])
    assert (chart.sigma, chart.points[0].low, chart.points[0].high) == (None, None, None)


def test_weeks_that_differ_by_more_than_their_calls_get_wider_limits() -> None:
    random = np.random.default_rng(5)
    weeks = [(str(w), random.normal(80 + 5 * random.standard_normal(), 10, 400)) for w in range(20)]
    chart = mean_chart(weeks)
    rules = signal_rules(
        [p.mean for p in chart.points], chart.centre, [(p.low, p.high) for p in chart.points]
    )
    assert chart.widened > 5
    assert BEYOND not in rules


@pytest.mark.parametrize("groups", [[], [("a", np.array([]))]])
def test_nothing_to_chart_is_refused(groups: list[tuple[str, np.ndarray]]) -> None:
    with pytest.raises(UsageError):
        mean_chart(groups)


@given(st.lists(st.floats(-10, 10), max_size=60))
def test_mirrored_points_give_the_same_signals(values: list[float]) -> None:
    limits = [(-3.0, 3.0)] * len(values)
    assert signal_rules(values, 0.0, limits) == signal_rules([-v for v in values], 0.0, limits)
