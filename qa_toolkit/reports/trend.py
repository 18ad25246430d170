"""Rates over time inside control limits; limits start anew where the rubric changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from qa_toolkit.reports.behind import behind_states, newest_first
from qa_toolkit.reports.calls import MET, NOT_MET, Calls, States
from qa_toolkit.reports.charts import TrendPoint, trend_chart
from qa_toolkit.reports.quality import Block, definition_of, measure_name, states_of
from qa_toolkit.reports.tables import Cell, Table, figure
from qa_toolkit.reports.translation import first_upper, say, translated
from qa_toolkit.statistics import control_chart, wilson

Period = Literal["day", "week", "month"]
_DAYS_UP_TO, _WEEKS_UP_TO = 21, 182


@dataclass(frozen=True, slots=True)
class Signal:
    """A period further out than chance explains, given how many periods and measures are watched."""

    measure: str
    label: str
    met: int
    n: int
    centre: float


def period_of(days: Sequence[str]) -> Period:
    """Days up to three weeks, weeks up to half a year, else months."""
    known = sorted(day for day in days if day)
    if not known:
        return "month"
    span = (_day(known[-1]) - _day(known[0])).days + 1
    return "day" if span <= _DAYS_UP_TO else "week" if span <= _WEEKS_UP_TO else "month"


def trend(block: Block, period: Period) -> Table:
    """The measure over time, with a p-chart or, where points scatter more than by chance, Laney's."""
    states = states_of(block.calls, block.measure)
    rows: list[Mapping[str, Cell]] = []
    drawn = []
    named, order = [], newest_first(block.calls)
    labels = labels_of(block.calls, period)
    for version, chosen in stretches(block.calls):
        points = _points(block.calls, states, chosen, period)
        drawn.append((say("from version {version}", version=version), [point for point, _, _ in points]))
        for point, met, n in points:
            named.append(behind_states(block.calls, order, states, chosen & (labels == point.label)))
            rows.append(
                {
                    "period": point.label,
                    "value": figure(wilson(met, n), definition_of(block.measure)),
                    "lower_limit": point.low,
                    "centre": point.centre,
                    "upper_limit": point.high,
                    "outside": say("outside") if point.out else None,
                    "version": version,
                }
            )
    name = measure_name(block.measure)
    columns = (
        ("period", translated(period.capitalize())),
        ("value", first_upper(name)),
        ("lower_limit", "Lower limit"),
        ("centre", "Centre"),
        ("upper_limit", "Upper limit"),
        ("outside", "Outside"),
        ("version", "Rubric version"),
    )
    note = "Control limits at three standard deviations; they start anew where the rubric changed."
    chart = trend_chart(drawn, say("{name} by {period}", name=name, period=translated(period)))
    return Table("trend", "Trend", block.calls.rubric, columns, tuple(rows), note, chart, tuple(named))


def signals(block: Block, measures: Sequence[str], period: Period, level: float = 0.05) -> tuple[Signal, ...]:
    """Periods out of control in any measure; over all of them together one false alarm in ``1 / level``."""
    found: list[tuple[Signal, float]] = []
    count = 0
    for measure in measures:
        states = states_of(block.calls, measure)
        for _, chosen in stretches(block.calls):
            points = _points(block.calls, states, chosen, period)
            if len(points) < 4:
                continue
            count += len(points)
            for point, met, n in points:
                if point.low is None or point.high is None:
                    continue
                sigma = (point.high - point.centre) / 3 if point.high < 1 else (point.centre - point.low) / 3
                if sigma > 0:
                    z = abs(point.rate - point.centre) / sigma
                    found.append((Signal(measure, point.label, met, n, point.centre), z))
    limit = float(stats.norm.isf(level / 2 / max(count, 1)))
    return tuple(signal for signal, z in found if z > limit)


def stretches(calls: Calls) -> list[tuple[str, NDArray[np.bool_]]]:
    """The calls of each rubric version, in the order the versions came into use."""
    groups = calls.columns["version"].groups()
    first = {v: min((d for d in calls.days[chosen] if d), default="") for v, chosen in groups.items()}
    return [(version, groups[version]) for version in sorted(groups, key=lambda v: (first[v], v))]


def labels_of(calls: Calls, period: Period) -> NDArray[np.str_]:
    """The period of every call; empty text without a day."""
    days, places = np.unique(calls.days, return_inverse=True)
    names = np.array([label_of(str(day), period) for day in days], dtype=np.str_)
    return names[places]


def _points(
    calls: Calls, states: States, chosen: NDArray[np.bool_], period: Period
) -> list[tuple[TrendPoint, int, int]]:
    days, places = np.unique(calls.days[chosen], return_inverse=True)
    labels = [label_of(str(day), period) for day in days]
    names = sorted(set(labels) - {""})
    if not names:
        return []
    place_of = np.array([names.index(label) if label else len(names) for label in labels])
    period_of_call, used = place_of[places], states[chosen]
    met_by, missed_by = (
        np.bincount(period_of_call[used == state], minlength=len(names) + 1) for state in (MET, NOT_MET)
    )
    counts = [
        (name, int(met), int(met + missed))
        for name, met, missed in zip(names, met_by, missed_by, strict=False)
        if met + missed
    ]
    if not counts:
        return []
    faults = [(label, float(n - met), float(n)) for label, met, n in counts]
    chart = control_chart(faults, "p")
    if len(counts) >= 10 and chart.sigma_z is not None and chart.sigma_z > 1:
        chart = control_chart(faults, "laney_p")
    return [
        (TrendPoint(p.label, 1 - p.rate, 1 - p.high, 1 - p.low, 1 - chart.centre, n, p.out), met, n)
        for p, (_, met, n) in zip(chart.points, counts, strict=True)
    ]


def label_of(day: str, period: Period) -> str:
    """The name of the period a day lies in; empty where the day is not known."""
    if not day:
        return ""
    if period == "month":
        return day[:7]
    if period == "day":
        return day
    found = _day(day)
    return (found - timedelta(days=found.weekday())).isoformat()


def _day(text: str) -> date:
    return date.fromisoformat(text)
