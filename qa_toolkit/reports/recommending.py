"""What to do, said only where the interval supports it and with the figure.

Comparisons are many, so each family of them is held to a false discovery rate of 5 % (Benjamini and Hochberg,
1995), and a difference must be worth something: its nearer limit at least two points from nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_toolkit.calibration import CrossedEffects
from qa_toolkit.reports.calls import counts_of
from qa_toolkit.reports.fairness import SMALLEST_CELL, banded, difference
from qa_toolkit.reports.groups import cells_of, counts_by_cell
from qa_toolkit.reports.quality import CRITERION, Block, definition_of, measure_name, rate_of, states_of
from qa_toolkit.reports.tables import Figure, Recommendation, figure
from qa_toolkit.reports.translation import first_upper, in_plain_words, say, translated
from qa_toolkit.reports.trend import Signal, stretches
from qa_toolkit.reports.wording import FAMILIES
from qa_toolkit.statistics import (
    FEW_UNITS,
    Interval,
    RateComparison,
    benjamini_hochberg,
    difference_of_rates,
    difference_p_value,
    standardise,
    wilson,
)

WORTH = 0.02
"""A difference whose nearer limit is closer to nothing than this is not worth acting on."""

DISCOVERY_RATE = 0.05


@dataclass(frozen=True, slots=True)
class _Candidate:
    about: str
    text: str
    found: Interval
    p_value: float


def on_targets(block: Block) -> Iterator[Recommendation]:
    """Targets that are missed for certain."""
    for measure in dict.fromkeys((block.measure, *FAMILIES)):
        target = block.targets.get(measure)
        found = rate_of(block.calls, measure)
        if target is None or found.high is None or found.high >= target:
            continue
        text = say(
            "{measure} misses its target of {target} %: {seen}.",
            measure=first_upper(measure_name(measure)),
            target=f"{100 * target:g}",
            seen=told(found),
        )
        yield Recommendation(text, "target", measure, found, block.calls.rubric)


def on_criteria_by(block: Block, level: str, mix: Sequence[str]) -> Iterator[Recommendation]:
    """Criteria that one site (team, vendor) meets less often than the others do in the same work."""
    groups = block.calls.columns[level].groups()
    if len(groups) < 2:
        return
    candidates = []
    for criterion in block.criteria():
        states = states_of(block.calls, f"{CRITERION}{criterion}")
        for name, chosen in groups.items():
            rest = (block.calls.columns[level].codes >= 0) & ~chosen
            ours, others = counts_of(states, chosen), counts_of(states, rest)
            p = difference_p_value(*ours, *others)
            if p is None:
                continue
            found = difference(block.calls, f"{CRITERION}{criterion}", chosen, rest, mix)
            text = say(
                "Look into {criterion} at {name}: met in {seen}, elsewhere {others}.",
                criterion=criterion,
                name=name,
                seen=told(figure(wilson(*ours), "")),
                others=told(figure(wilson(*others), "")),
            )
            candidates.append(_Candidate(f"{name}: {criterion}", text, found, p))
    yield from _worth(candidates, f"{level}_criterion", block, lower_only=True)


def on_groups(block: Block, level: str, found: RateComparison) -> Iterator[Recommendation]:
    """Agents or teams further below the others than chance and the usual spread explain."""
    for rate in found.rates:
        if not rate.stands_out or rate.beyond != "below":
            continue
        shown = figure(rate.raw, definition_of(block.measure))
        centre = 100 * (found.centre or 0.0)
        text = say(
            "Talk with {level} {name}: {measure} {seen}, usual is {usual} %; of {n} compared, one like the"
            " others is this far out with a chance of {chance}.",
            level=translated(level),
            name=rate.name,
            measure=measure_name(block.measure),
            seen=told(shown),
            usual=f"{centre:.1f}",
            n=len(found.rates),
            chance=_chance(rate.p_value),
        )
        yield Recommendation(text, f"{level}_below", rate.name, shown, block.calls.rubric)


def on_versions(block: Block) -> Iterator[Recommendation]:
    """Criteria that are met more or less often since a rubric version came into use."""
    parts = stretches(block.calls)
    for (before, old), (version, new) in pairwise(parts):
        candidates = []
        for criterion in block.criteria():
            states = states_of(block.calls, f"{CRITERION}{criterion}")
            ours, others = counts_of(states, new), counts_of(states, old)
            p = difference_p_value(*ours, *others)
            if p is None:
                continue
            found = difference_of_rates(*ours, *others)
            text = say(
                "Do not compare {criterion} before and after version {version}: met in {seen}, under {before}"
                " in {others}.",
                criterion=criterion,
                version=version,
                seen=told(figure(wilson(*ours), "")),
                before=before,
                others=told(figure(wilson(*others), "")),
            )
            candidates.append(_Candidate(f"{criterion}: {version}", text, found, p))
        yield from _worth(candidates, "version_change", block, lower_only=False)


def on_reviewers(block: Block, found: CrossedEffects) -> Iterator[Recommendation]:
    """Reviewers who give at least a point more or less than colleagues do for the same agents."""
    for each in found.severities:
        if each.points is None or each.low is None or each.high is None:
            continue
        if min(abs(each.low), abs(each.high)) < 1.0 or each.low * each.high <= 0:
            continue
        shown = Figure(each.points, each.low, each.high, each.scores, "severity/1", "count")
        text = say(
            "Calibrate with {who}, who is lenient: {points} points above colleagues for the same agents"
            " ({span}, n {n})."
            if each.points < 0
            else "Calibrate with {who}, who is strict: {points} points below colleagues for the same agents"
            " ({span}, n {n}).",
            who=each.rater,
            points=f"{abs(each.points):.1f}",
            span=_span(*sorted((abs(each.low), abs(each.high)))),
            n=each.scores,
        )
        yield Recommendation(text, "reviewer", each.rater, shown, block.calls.rubric)


def on_signals(block: Block, signals: Sequence[Signal], period: str) -> Iterator[Recommendation]:
    """Periods out of control; those of a handful of calls are left out, whose limits hold for no small n."""
    for signal in signals:
        if signal.n < FEW_UNITS:
            continue
        shown = figure(wilson(signal.met, signal.n), definition_of(signal.measure))
        text = say(
            "Find out what happened in {period} {label}: {measure} {seen}, usual is {usual} %.",
            period=translated(period),
            label=signal.label,
            measure=measure_name(signal.measure),
            seen=told(shown),
            usual=f"{100 * signal.centre:.1f}",
        )
        about = f"{measure_name(signal.measure)}: {signal.label}"
        yield Recommendation(text, "signal", about, shown, block.calls.rubric)


def on_fairness(block: Block, columns: Sequence[str], mix: Sequence[str]) -> Iterator[Recommendation]:
    """Groups of callers whose calls do worse or better in the same work."""
    candidates = []
    for column in columns:
        calls = banded(block.calls, column)
        if column not in calls.columns:
            continue
        known = calls.columns[column].codes >= 0
        groups = calls.columns[column].groups()
        states = states_of(calls, block.measure)
        for name, chosen in groups.items():
            ours, rest = counts_of(states, chosen), counts_of(states, known & ~chosen)
            p = difference_p_value(*ours, *rest)
            if p is None or min(ours[1], rest[1]) < SMALLEST_CELL:
                continue
            others = [each for each in mix if each != column]
            found = difference(calls, block.measure, chosen, known & ~chosen, others)
            text = say(
                "Look into calls with {column} {name}: {measure} {seen}, others {others}.",
                column=in_plain_words(column),
                name=translated(name),
                measure=measure_name(block.measure),
                seen=told(figure(wilson(*ours), "")),
                others=told(figure(wilson(*rest), "")),
            )
            candidates.append(_Candidate(f"{column}: {name}", text, found, p))
    yield from _worth(candidates, "fairness", block, lower_only=True)


def on_sites(block: Block, level: str, mix: Sequence[str]) -> Iterator[Recommendation]:
    """Sites or vendors whose measure lies below that of the others in the same work."""
    calls, states = block.calls, states_of(block.calls, block.measure)
    cells, kinds = cells_of(calls, mix)
    candidates = []
    known = calls.columns[level].codes >= 0
    for name, chosen in calls.columns[level].groups().items():
        ours, rest = counts_of(states, chosen), counts_of(states, known & ~chosen)
        p = difference_p_value(*ours, *rest)
        if p is None:
            continue
        parts = {
            "own": counts_by_cell(states, chosen, cells, kinds),
            "rest": counts_by_cell(states, known & ~chosen, cells, kinds),
        }
        own, others = standardise(parts)
        found = difference(calls, block.measure, chosen, known & ~chosen, mix)
        text = say(
            "Look into {level} {name}: {measure} with everybody's work {seen}, elsewhere {others}.",
            level=translated(level),
            name=name,
            measure=measure_name(block.measure),
            seen=told(figure(own.adjusted, "")),
            others=told(figure(others.adjusted, "")),
        )
        candidates.append(_Candidate(name, text, found, p))
    yield from _worth(candidates, f"{level}_below", block, lower_only=True)


def _worth(
    candidates: Sequence[_Candidate], kind: str, block: Block, *, lower_only: bool
) -> Iterator[Recommendation]:
    """Those that are neither chance nor too small to matter."""
    rates = benjamini_hochberg([each.p_value for each in candidates])
    for each, rate in zip(candidates, rates, strict=True):
        low, high = each.found.low, each.found.high
        if rate > DISCOVERY_RATE or low is None or high is None:
            continue
        if high < -WORTH or (low > WORTH and not lower_only):
            shown = figure(each.found, "difference/1", "points")
            apart = say(
                "Difference {points} points ({span}).",
                points=f"{100 * (shown.estimate or 0):+.1f}",
                span=_span(100 * low, 100 * high),
            )
            text = f"{each.text} {apart}"
            yield Recommendation(text, kind, each.about, shown, block.calls.rubric)


def told(found: Figure) -> str:
    """A rate with its interval and n, for sentences."""
    if found.estimate is None:
        return say("no calls")
    if found.low is None or found.high is None:
        return f"{100 * found.estimate:.1f} % (n {found.n})"
    return f"{100 * found.estimate:.1f} % ({_span(100 * found.low, 100 * found.high)} %, n {found.n})"


def _span(low: float, high: float) -> str:
    return say("{low} to {high}", low=f"{low:.1f}", high=f"{high:.1f}")


def _chance(p: float) -> str:
    return say("less than 1 in 100,000") if p < 1e-5 else say("1 in {n}", n=f"{1 / p:,.0f}")
