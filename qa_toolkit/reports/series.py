"""A figure of every call over time: periods, stretches between changes, limits and signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from qa_toolkit.reports.charts import TrendPoint, trend_chart
from qa_toolkit.reports.quality import mean_interval
from qa_toolkit.reports.tables import Behind, Cell, Figure, Table, Unit, behind, figure
from qa_toolkit.reports.translation import reason_of, say, translated
from qa_toolkit.reports.trend import Period
from qa_toolkit.statistics import Interval, control_chart, mean_chart, signal_rules, wilson
from qa_toolkit.statistics.charts import FEWEST_FOR_SPREAD
from qa_toolkit.statistics.runs import RUN

FEWEST_POINTS = 4
"""Of a stretch with fewer no point is called a signal: how far points scatter cannot be seen yet."""

NOTE = (
    f"A signal is a point beyond three standard errors, or the {RUN}th in a row on one side of the centre;"
    f" none is given in a stretch of fewer than {FEWEST_POINTS} points. Limits start anew at every change."
)

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One figure of every call.

    Attributes:
        values: 0-100 by call, NaN where it does not count; of a ``rate`` 0 or 100.
        kind: ``rate`` for a share of calls, ``mean`` for a mean over calls.
        high_is_bad: which calls are named first behind a point.
    """

    name: str
    title: str
    definition: str
    values: Values
    kind: str
    high_is_bad: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Calls between two changes; ``text`` says what changed before them."""

    text: str
    chosen: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """One period of one stretch; ``rule`` says by which rule it is a signal."""

    label: str
    stretch: int
    value: Figure
    centre: float
    low: float | None
    high: float | None
    rule: str | None
    places: tuple[int, ...]


def points_of(
    series: Series, stretches: Sequence[Stretch], labels: NDArray[np.str_]
) -> tuple[SeriesPoint, ...]:
    """The points of a series, limits anew in every stretch; calls without a day are left out."""
    found: list[SeriesPoint] = []
    counted = ~np.isnan(series.values) & (labels != "")
    for number, stretch in enumerate(stretches):
        inside = np.flatnonzero(counted & stretch.chosen)
        if not len(inside):
            continue
        names, codes = np.unique(labels[inside], return_inverse=True)
        order = np.argsort(codes, kind="stable")
        parts = np.split(inside[order], np.cumsum(np.bincount(codes))[:-1])
        groups = [(str(name), part) for name, part in zip(names, parts, strict=True)]
        found += _charted(series, number, groups)
    return tuple(found)


def _charted(
    series: Series, number: int, groups: Sequence[tuple[str, NDArray[np.int64]]]
) -> list[SeriesPoint]:
    """Values and limits in percent."""
    means = [float(series.values[part].mean()) for _, part in groups]
    centre, limits = _limits(series, groups)
    rules: Sequence[str | None] = [None] * len(groups)
    if len(groups) >= FEWEST_POINTS:
        rules = signal_rules(means, centre, limits)
    return [
        SeriesPoint(label, number, _value(series, part), centre, *edges, rule, tuple(part.tolist()))
        for (label, part), edges, rule in zip(groups, limits, rules, strict=True)
    ]


def _limits(
    series: Series, groups: Sequence[tuple[str, NDArray[np.int64]]]
) -> tuple[float, list[tuple[float | None, float | None]]]:
    if series.kind == "mean":
        chart = mean_chart([(label, series.values[part]) for label, part in groups])
        return chart.centre, [(_inside(p.low), _inside(p.high)) for p in chart.points]
    counts = [(label, float((series.values[part] > 0).sum()), float(len(part))) for label, part in groups]
    rates = control_chart(counts, "p")
    if len(counts) >= FEWEST_FOR_SPREAD and rates.sigma_z is not None and rates.sigma_z > 1:
        rates = control_chart(counts, "laney_p")
    return 100 * rates.centre, [(100 * p.low, 100 * p.high) for p in rates.points]


def _inside(limit: float | None) -> float | None:
    """Shares and scores have no limits outside 0 to 100."""
    return None if limit is None else min(max(limit, 0.0), 100.0)


def _value(series: Series, part: NDArray[np.int64]) -> Figure:
    if series.kind == "rate":
        return figure(wilson(int((series.values[part] > 0).sum()), len(part)), series.definition)
    return figure(_mean(series.values[part]), series.definition, "percent")


def _mean(values: Values) -> Interval:
    """Mean with Student's t; where all values lie at one end, the limit that the end itself allows.

    A mean of values from 0 to 100 is at most 100 times the share of those above 0, and where all of n are 0
    that share is below Wilson's limit; likewise at 100.
    """
    if len(values) and (values == values[0]).all() and values[0] in (0.0, 100.0):
        edge = wilson(len(values) if values[0] else 0, len(values))
        low, high = (None if each is None else 100 * each for each in (edge.low, edge.high))
        return replace(edge, estimate=float(values[0]), low=low, high=high)
    return mean_interval(values)


def by_chance(series: Series, point: SeriesPoint) -> float:
    """How often a point like the others lies this far out, either way; 1 where that cannot be told.

    The larger of two: by the standard error behind the limits, which knows how far points usually scatter,
    and for a rate by the exact binomial distribution, since limits of rare faults are too near.
    """
    arms = [
        abs(edge - point.centre) for edge in (point.low, point.high) if edge is not None and 0 < edge < 100
    ]
    if not arms or not max(arms) or point.value.estimate is None:
        return 1.0
    sigmas = 3 * abs(100 * _fraction(point.value) - point.centre) / max(arms)
    if series.kind == "mean":
        return float(2 * stats.t.sf(sigmas, max(1, point.value.n - 1)))
    chance = stats.binom(point.value.n, point.centre / 100)
    faults = round(point.value.estimate * point.value.n)
    exact = 2 * min(float(chance.cdf(faults)), float(chance.sf(faults - 1)))
    return max(float(2 * stats.norm.sf(sigmas)), exact)


def series_table(
    series: Series,
    points: Sequence[SeriesPoint],
    stretches: Sequence[Stretch],
    period: Period,
    *,
    rubric: str | None,
    interactions: Sequence[str],
    kind: Literal["interaction", "form"] = "interaction",
) -> Table:
    """The points with limits and signals, and the same as a chart with the marks of what changed."""
    rows: list[Mapping[str, Cell]] = [
        {
            "period": point.label,
            "value": point.value,
            "lower_limit": _cell(point.low),
            "centre": _cell(point.centre),
            "upper_limit": _cell(point.high),
            "signal": reason_of(point.rule),
            "since": stretches[point.stretch].text,
        }
        for point in points
    ]
    columns = (
        ("period", translated(period.capitalize())),
        ("value", series.title),
        ("lower_limit", "Lower limit"),
        ("centre", "Centre"),
        ("upper_limit", "Upper limit"),
        ("signal", "Signal"),
        ("since", "Since"),
    )
    drawn = [
        (stretch.text, [_drawn(point) for point in points if point.stretch == number])
        for number, stretch in enumerate(stretches)
    ]
    named = tuple(_behind(series, point, interactions, kind) for point in points)
    chart = trend_chart(drawn, say("{name} by {period}", name=series.title, period=translated(period)))
    return Table(f"drift_{series.name}", series.title, rubric, columns, tuple(rows), NOTE, chart, named)


def _cell(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def _behind(
    series: Series,
    point: SeriesPoint,
    interactions: Sequence[str],
    kind: Literal["interaction", "form"],
) -> Behind:
    """The calls of a period, those furthest on the bad side first."""
    sign = -1.0 if series.high_is_bad else 1.0
    places = sorted(point.places, key=lambda i: (sign * series.values[i], interactions[i]))
    worst = [series.values[i] > 0 if series.high_is_bad else series.values[i] < 100 for i in places]
    return behind([interactions[i] for i in places], [bool(each) for each in worst], kind=kind)


def _drawn(point: SeriesPoint) -> TrendPoint:
    rate = _fraction(point.value)
    low, high = _cell(point.low), _cell(point.high)
    return TrendPoint(point.label, rate, low, high, point.centre / 100, point.value.n, point.rule is not None)


def _fraction(found: Figure) -> float:
    unit: Unit = found.unit
    return (found.estimate or 0.0) / (100 if unit == "percent" else 1)
