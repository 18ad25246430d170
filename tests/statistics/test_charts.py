"""Control charts: the orange-juice cans of Montgomery, and rates that scatter more than by chance."""

from __future__ import annotations

from random import Random

import pytest

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.charts import control_chart, gap_chart

CANS = [
    12,
    15,
    8,
    10,
    4,
    7,
    16,
    9,
    14,
    10,
    5,
    6,
    17,
    12,
    22,
    8,
    10,
    5,
    13,
    11,
    20,
    18,
    24,
    15,
    9,
    12,
    7,
    13,
    9,
    6,
]


def points(values: list[int], size: float = 50) -> list[tuple[str, float, float]]:
    return [(str(number), value, size) for number, value in enumerate(values, start=1)]


def test_p_chart_of_montgomery() -> None:
    chart = control_chart(points(CANS), "p")
    first = chart.points[0]
    assert (round(chart.centre, 4), round(first.high, 4), round(first.low, 4)) == (0.2313, 0.4102, 0.0524)
    assert chart.out == ("15", "23")
    without = control_chart([p for p in points(CANS) if p[0] not in chart.out], "p")
    first = without.points[0]
    assert (round(without.centre, 4), round(first.high, 4), round(first.low, 4)) == (0.2150, 0.3893, 0.0407)


def test_limits_follow_the_size_of_each_point() -> None:
    chart = control_chart([("a", 4, 100), ("b", 4, 400)], "u")
    assert chart.centre == pytest.approx(8 / 500)
    widths = [point.high - chart.centre for point in chart.points]
    assert widths[0] == pytest.approx(2 * widths[1])


def test_laney_widens_limits_where_points_scatter_more_than_by_chance() -> None:
    random = Random(3)
    values = [round(200 * max(0.0, random.gauss(0.10, 0.05))) for _ in range(40)]
    plain, laney = control_chart(points(values, 200), "u"), control_chart(points(values, 200), "laney_u")
    assert plain.sigma_z == laney.sigma_z
    assert plain.sigma_z is not None
    assert plain.sigma_z > 1.5
    assert len(laney.out) < len(plain.out)
    assert any("Laney" in advice for advice in plain.advice)


def test_laney_is_the_plain_chart_where_chance_is_all() -> None:
    random = Random(4)
    values = [sum(random.random() < 0.1 for _ in range(200)) for _ in range(400)]
    chart = control_chart(points(values, 200), "laney_p")
    assert chart.sigma_z == pytest.approx(1.0, abs=0.1)
    assert not any("Laney" in advice for advice in chart.advice)


def test_rare_errors_and_few_points_are_said() -> None:
    chart = control_chart([("a", 0, 100), ("b", 1, 100)], "u")
    assert len(chart.advice) == 2
    assert control_chart([("a", 0, 100)], "u").sigma_z is None


@pytest.mark.parametrize("wrong", [[], [("a", 1, 0)], [("a", -1, 10)], [("a", 11, 10)]])
def test_impossible_points_are_refused(wrong: list[tuple[str, float, float]]) -> None:
    with pytest.raises(UsageError):
        control_chart(wrong, "p")


def test_gaps_between_rare_faults() -> None:
    items = [(str(number), number in (10, 30, 31, 90)) for number in range(100)]
    chart = gap_chart(items)
    assert chart.gaps == (("30", 19), ("31", 0), ("90", 58))
    assert chart.mean == pytest.approx((19 + 0 + 58) / 3)
    assert chart.advice == ("limits from 3 gaps are provisional",)
    assert gap_chart(items[:20]).mean is None


def test_a_gap_chart_seldom_cries_out_and_sees_a_change() -> None:
    random = Random(5)
    steady = [(str(n), random.random() < 0.02) for n in range(40_000)]
    chart = gap_chart(steady)
    assert chart.mean == pytest.approx(49, rel=0.1)
    assert len(chart.out) <= 0.01 * len(chart.gaps)
    worse = gap_chart([*steady, ("long", True), *[("x", False)] * 600, ("after", True)])
    assert "after" in worse.out
