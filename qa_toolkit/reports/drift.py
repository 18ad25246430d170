"""What moves over time: scores, failures, what the machine leaves open, recognition, overrides, answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.reports.calls import (
    FAULTY,
    MACHINE,
    MET,
    NOT_MET,
    OPEN,
    Calls,
)
from qa_toolkit.reports.distributions import distribution_table
from qa_toolkit.reports.machine import coverage, machine_states
from qa_toolkit.reports.pairs import Pairs
from qa_toolkit.reports.quality import Block
from qa_toolkit.reports.recommending import told
from qa_toolkit.reports.series import Series, SeriesPoint, Stretch, Values, by_chance, points_of, series_table
from qa_toolkit.reports.tables import Cell, Figure, Recommendation, Table, behind
from qa_toolkit.reports.translation import say, translated
from qa_toolkit.reports.trend import Period, labels_of, stretches
from qa_toolkit.statistics import FEW_UNITS
from qa_toolkit.statistics.runs import POINTS_BETWEEN_FALSE_SIGNALS

HEARD_A_PERIOD = 40
"""Transcripts read of a period to know how sure the recogniser was; drawn by the hash of the interaction."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a transcript says of its making: mean confidence of its words (0-1, or None), and the model."""

    confidence: float | None
    model: str | None


@dataclass(frozen=True, slots=True)
class DriftBlock:
    """Everything about one rubric that may move; ``heard`` by interaction."""

    block: Block
    pairs: Pairs
    criteria: tuple[str, ...]
    period: Period
    heard: Mapping[str, Heard] = field(default_factory=dict)

    @property
    def calls(self) -> Calls:
        """The calls that count."""
        return self.block.calls


def to_hear(calls: Calls, period: Period) -> list[str]:
    """The interactions whose transcripts are read: so many of every period, the same ones every time."""
    by_period: dict[str, list[tuple[str, str]]] = {}
    for name, label in zip(calls.interactions, labels_of(calls, period).tolist(), strict=True):
        if label:
            digest = hashlib.sha256(name.encode()).hexdigest()
            by_period.setdefault(label, []).append((digest, name))
    return [name for drawn in by_period.values() for _, name in sorted(drawn)[:HEARD_A_PERIOD]]


def drift_tables(found: DriftBlock, *, single: bool) -> tuple[list[Table], list[Recommendation]]:
    """The tables of a rubric, and what to look into; ``single`` charts one criterion instead of all."""
    parts = change_stretches(found)
    labels = labels_of(found.calls, found.period)
    overall = [] if single else list(_overall(found))
    by_criterion = [each for name in found.criteria for each in _of_criterion(found, name)]
    charted = [(series, points_of(series, parts, labels)) for series in (*overall, *by_criterion)]
    charted = [(series, points) for series, points in charted if points]
    shown = charted if single else [each for each in charted if each[0] in overall]
    tables = [_summary(found, charted), _changes(found, parts)]
    tables += [_table(found, series, points, parts) for series, points in shown]
    answers = distribution_table(found, parts, labels)
    if answers is not None:
        tables.append(answers)
    return tables, list(_advice(found, charted))


def machine_over_time(found: DriftBlock, *, single: bool) -> list[Table]:
    """What the machine left open and what people changed, period by period."""
    parts, labels = change_stretches(found), labels_of(found.calls, found.period)
    wanted = ("open", "overridden", "unanswered")
    every = (
        [each for name in found.criteria for each in _of_criterion(found, name)]
        if single
        else _overall(found)
    )
    charted = [
        (series, points_of(series, parts, labels)) for series in every if series.name.split(":")[0] in wanted
    ]
    return [_table(found, series, points, parts) for series, points in charted if points]


def _table(
    found: DriftBlock, series: Series, points: Sequence[SeriesPoint], parts: Sequence[Stretch]
) -> Table:
    rubric, names = found.calls.rubric, found.calls.interactions
    return series_table(series, points, parts, found.period, rubric=rubric, interactions=names)


def _advice(
    found: DriftBlock, charted: Sequence[tuple[Series, Sequence[SeriesPoint]]]
) -> Iterator[Recommendation]:
    """Points so far out that over all points watched chance does it once in 20 reports."""
    level = 0.05 / max(1, sum(len(points) for _, points in charted))
    for series, points in charted:
        for point in points:
            if point.rule is None or point.value.n < FEW_UNITS or by_chance(series, point) >= level:
                continue
            seen = told(_share(point.value))
            text = say(
                "Find out what happened in {period} {label}: {measure} {seen}, usual is {usual} %.",
                period=translated(found.period),
                label=point.label,
                measure=series.title,
                seen=seen,
                usual=f"{point.centre:.1f}",
            )
            about = f"{series.title}: {point.label}"
            yield Recommendation(text, "signal", about, point.value, found.calls.rubric)


def _share(found: Figure) -> Figure:
    """A figure in percent as a fraction, which is how sentences take them."""
    if found.unit != "percent":
        return found
    values = [None if each is None else each / 100 for each in (found.estimate, found.low, found.high)]
    return replace(found, estimate=values[0], low=values[1], high=values[2], unit="rate")


def change_stretches(found: DriftBlock) -> list[Stretch]:
    """Calls between changes of the rubric, the machine's evaluators or the recogniser's model.

    Of evaluators and models a change is the first day on which a version or model is seen that was not there
    before; versions that are used side by side from then on are not told apart.
    """
    calls, made = found.calls, []
    for version, chosen in stretches(calls):
        marks = _marks(found, chosen)
        days = ["", *marks]
        for place, day in enumerate(days):
            until = days[place + 1] if place + 1 < len(days) else None
            inside = chosen & (calls.days >= day)
            if until is not None:
                inside &= calls.days < until
            text = say("version {version}", version=version) if not place else "; ".join(marks[day])
            if inside.any():
                made.append(Stretch(text, inside))
    return made


def _marks(found: DriftBlock, chosen: NDArray[np.bool_]) -> dict[str, list[str]]:
    """Days on which something new was seen within a version of the rubric, and what."""
    calls, column = found.calls, found.calls.columns[MACHINE]
    seen: dict[str, set[str]] = {}
    marks: dict[str, list[str]] = {}
    for day in np.unique(calls.days[chosen]).tolist():
        if not day:
            continue
        today = chosen & (calls.days == day)
        made = [column.values[c] for c in np.unique(column.codes[today]).tolist() if c >= 0]
        pairs = {tuple(each.rsplit(" ", 1)) for text in made for each in text.split(", ")}
        names = [calls.interactions[i] for i in np.flatnonzero(today).tolist()] if found.heard else []
        pairs |= {("model", h.model) for n in names if (h := found.heard.get(n)) and h.model}
        for name, version in sorted(pairs):
            known = seen.setdefault(name, set())
            if known and version not in known:
                marks.setdefault(day, []).append(f"{translated(name)} {version}")
            known.add(version)
    return marks


def _overall(found: DriftBlock) -> Iterator[Series]:
    calls = found.calls
    yield Series("score", say("Mean score"), "mean_score/1", calls.percent, "mean", high_is_bad=False)
    answered, asked = (np.array(each, dtype=float) for each in coverage(calls, found.block.criteria()))
    left = np.full(calls.n, np.nan)
    np.divide(100 * (asked - answered), asked, out=left, where=asked > 0)
    yield Series("unanswered", say("Left open by the machine"), "left_open/1", left, "mean", high_is_bad=True)
    yield Series(
        "overridden",
        say("Overridden answers"),
        "overridden_mean/1",
        _overridden(found, None),
        "mean",
        high_is_bad=True,
    )
    sure = np.full(calls.n, np.nan)
    for place, name in enumerate(calls.interactions):
        heard = found.heard.get(name)
        if heard is not None and heard.confidence is not None:
            sure[place] = 100 * heard.confidence
    yield Series(
        "recognition", say("Recognition confidence"), "recognition/1", sure, "mean", high_is_bad=False
    )


def _of_criterion(found: DriftBlock, name: str) -> Iterator[Series]:
    states = found.calls.answers[name]
    failed = np.where(states == NOT_MET, 100.0, np.where(states == MET, 0.0, np.nan))
    yield Series(
        f"failed:{name}",
        say("{criterion} failed", criterion=name),
        "criterion_failed/1",
        failed,
        "rate",
        high_is_bad=True,
    )
    proposed = machine_states(found.calls, name)
    given, left = (proposed == MET) | (proposed == NOT_MET), (proposed == OPEN) | (proposed == FAULTY)
    open_ = np.where(left, 100.0, np.where(given, 0.0, np.nan))
    yield Series(
        f"open:{name}",
        say("{criterion} left open by the machine", criterion=name),
        "open_calls/1",
        open_,
        "rate",
        high_is_bad=True,
    )
    changed = _overridden(found, name)
    yield Series(
        f"overridden:{name}",
        say("{criterion} overridden", criterion=name),
        "override/1",
        changed,
        "rate",
        high_is_bad=True,
    )


def _overridden(found: DriftBlock, criterion: str | None) -> Values:
    """By call, the share of the machine's answers that the person who saw them changed."""
    counts: dict[str, list[int]] = {}
    for pair in found.pairs.seen:
        if pair.both and criterion in (None, pair.criterion):
            own = counts.setdefault(pair.interaction, [0, 0])
            own[0] += not pair.agrees
            own[1] += 1
    shares = {name: 100.0 * hits / n for name, (hits, n) in counts.items()}
    return np.array([shares.get(name, np.nan) for name in found.calls.interactions], dtype=np.float64)


def _summary(found: DriftBlock, charted: Sequence[tuple[Series, Sequence[SeriesPoint]]]) -> Table:
    rows: list[Mapping[str, Cell]] = []
    named = []
    names = found.calls.interactions
    total = 0
    for series, points in charted:
        last, signals = points[-1], [point for point in points if point.rule]
        total += len(points)
        rows.append(
            {
                "name": series.title,
                "latest": last.value,
                "period": last.label,
                "centre": last.centre / 100,
                "points": len(points),
                "signals": ", ".join(f"{p.label} ({translated(p.rule or '')})" for p in signals) or None,
                "number": len(signals),
            }
        )
        inside = [i for point in signals or points[-1:] for i in point.places]
        telling = [series.values[i] > 0 if series.high_is_bad else series.values[i] < 100 for i in inside]
        named.append(behind([names[i] for i in inside], [bool(each) for each in telling]))
    columns = (
        ("name", "Figure"),
        ("latest", "Latest"),
        ("period", translated(found.period.capitalize())),
        ("centre", "Centre since the last change"),
        ("points", "Points"),
        ("number", "Signals"),
        ("signals", "Where"),
    )
    expected = total / POINTS_BETWEEN_FALSE_SIGNALS
    note = say(
        "{figures} figures with {points} points are watched: by chance alone about {expected} signals would"
        " be given (one in 153 points; Champ and Woodall, 1987). Behind each row: the calls of its signals,"
        " or of the latest period.",
        figures=len(charted),
        points=total,
        expected=f"{expected:.0f}",
    )
    return Table("drift", "What moves", found.calls.rubric, columns, tuple(rows), note, behind=tuple(named))


def _changes(found: DriftBlock, parts: Sequence[Stretch]) -> Table:
    rows: list[Mapping[str, Cell]] = []
    named = []
    for part in parts:
        days = sorted(day for day in found.calls.days[part.chosen].tolist() if day)
        own = [found.calls.interactions[i] for i in np.flatnonzero(part.chosen).tolist()]
        rows.append(
            {
                "name": part.text,
                "first_day": days[0] if days else None,
                "last_day": days[-1] if days else None,
                "calls": len(own),
            }
        )
        named.append(behind(own))
    columns = (("name", "From"), ("first_day", "First day"), ("last_day", "Last day"), ("calls", "Calls"))
    note = (
        "Figures on either side of a change of the rubric, of an evaluator's version or of the recogniser's"
        " model are not compared. Models are known of the calls whose transcripts were read."
    )
    return Table(
        "drift_changes", "Changes", found.calls.rubric, columns, tuple(rows), note, behind=tuple(named)
    )
