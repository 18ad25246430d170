"""Drift: charts that stay quiet, charts that speak up, and marks of what was changed."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from calibration_builders import evaluation

from qa_toolkit.calibration import drift
from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import cusum


def weeks(
    rates: list[float], *, n: int = 100, versions: list[str] | None = None, seed: int = 1
) -> list[object]:
    """Weeks of calls that the machine fails at these rates; a person reads a quarter and agrees on 90 %."""
    chance, found = random.Random(seed), []
    for week, rate in enumerate(rates):
        version = versions[week] if versions else "1.0.0"
        evaluations = []
        for k in range(n):
            machine = "no" if chance.random() < rate else "yes"
            evaluations.append(evaluation(f"{week}-{k}", "machine", {"A": machine}, version=version))
            if k % 4 == 0:
                person = machine if chance.random() < 0.9 else {"yes": "no", "no": "yes"}[machine]
                evaluations.append(evaluation(f"{week}-{k}", "Ann", {"A": person}, version=version))
        found.append((f"week {week:02}", evaluations))
    return found


def test_a_bad_week_is_out_and_the_others_are_not() -> None:
    found = drift(weeks([0.1] * 12 + [0.35] + [0.1] * 12))
    assert found.chart("A", "machine_failures").out == ("week 12",)
    assert found.chart("A", "disagreement").out == ()
    assert found.marks == ()


def test_a_new_rubric_version_is_a_mark_and_no_alarm() -> None:
    found = drift(weeks([0.1] * 10 + [0.4] * 10, versions=["1.0.0"] * 10 + ["2.0.0"] * 10))
    chart = found.chart("A", "machine_failures")
    assert [len(each.points) for each in chart.charts] == [10, 10]
    assert chart.out == ()
    assert [mark.label for mark in found.marks] == ["week 10"]
    assert "call@1.0.0" in found.marks[0].what
    assert "call@2.0.0" in found.marks[0].what


def test_a_change_that_only_the_caller_knows() -> None:
    found = drift(weeks([0.1] * 6), {"week 03": "model: base to small"})
    assert [(mark.label, mark.what) for mark in found.marks] == [("week 03", "model: base to small")]
    assert [len(chart.points) for chart in found.chart("A", "machine_failures").charts] == [3, 3]


def test_people_alone_have_no_chart_of_the_machine() -> None:
    periods = [(f"week {k}", [evaluation(f"c{k}", "Ann", {"A": "yes"})]) for k in range(3)]
    found = drift(periods)
    assert found.chart("A", "machine_failures").reason
    assert found.chart("A", "reviewer_failures").charts[0].centre == 0.0


def test_a_period_that_mixes_rubric_versions_is_refused() -> None:
    both = [evaluation("c1", "Ann", {"A": "yes"}), evaluation("c2", "Ann", {"A": "yes"}, version="2.0.0")]
    with pytest.raises(UsageError, match="not one rubric version"):
        drift([("week", both)])
    newer = [replace(each, rubric=both[0].rubric) for each in both]
    assert drift([("week", newer), ("empty", [])]).marks == ()


def test_a_lasting_shift_of_five_points_raises_an_alarm_soon_and_quiet_weeks_rarely_do() -> None:
    """Weeks of 200 calls at 10 %: one alarm in 100 quiet weeks, within a factor of 1.5; then 15 %."""
    random_numbers = np.random.default_rng(3)
    quiet = random_numbers.binomial(200, 0.10, 3000)
    alarms = cusum([(str(k), int(x), 200) for k, x in enumerate(quiet)], 0.10).alarms
    assert 1 / 150 <= len(alarms) / 3000 <= 1 / 67
    delays = []
    for _ in range(100):
        shifted = random_numbers.binomial(200, 0.15, 60)
        found = cusum([(str(k), int(x), 200) for k, x in enumerate(shifted)], 0.10)
        delays.append(int(found.alarms[0]) + 1 if found.alarms else 60)
    assert np.median(delays) <= 4


def test_the_direction_is_told_and_impossible_counts_are_refused() -> None:
    better = cusum([(str(k), 5, 100) for k in range(10)], 0.10)
    assert {point.alarm for point in better.points} == {None, "lower"}
    assert cusum([("a", 0, 10)], 0.03).limits[1] is None  # five points below 3 % do not exist
    with pytest.raises(UsageError, match="not a rate"):
        cusum([("a", 3, 2)], 0.1)
    with pytest.raises(UsageError, match="no shift"):
        cusum([], 0.0)
