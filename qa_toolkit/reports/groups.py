"""Agents, teams, sites and vendors held against each other: funnel, shrunken rates, work mix."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.reports.behind import behind_states, newest_first
from qa_toolkit.reports.calls import MET, NOT_MET, Calls, States, counts_of
from qa_toolkit.reports.charts import FunnelPoint, funnel_chart
from qa_toolkit.reports.quality import Block, definition_of, mean_score, measure_name, states_of
from qa_toolkit.reports.tables import Cell, Figure, Table, figure
from qa_toolkit.reports.translation import first_upper, in_plain_words, say, translated
from qa_toolkit.statistics import (
    Interval,
    RateComparison,
    RateCount,
    StandardisedRate,
    compare_rates,
    difference_of_intervals,
    standardise,
    wilson,
)

MOST_KINDS = 50
"""A column with more values than this is an identifier, not a kind of work."""

ORDER = "In alphabetical order, not by rank: whoever lies inside the limits cannot be told apart."

PLURALS = {"agent": "Agents", "team": "Teams", "site": "Sites", "vendor": "Vendors"}


def usable_mix(calls: Calls, wanted: Sequence[str]) -> tuple[str, ...]:
    """The columns of ``wanted`` that tell kinds of work apart in these calls."""
    return tuple(
        name
        for name in wanted
        if name in calls.columns and 2 <= len(calls.columns[name].groups()) <= MOST_KINDS
    )


def cells_of(calls: Calls, mix: Sequence[str]) -> tuple[NDArray[np.int64], tuple[Hashable, ...]]:
    """The kind of work of each call as a code, and what the codes mean; a missing value is a kind too."""
    if not mix:
        return np.zeros(calls.n, dtype=np.int64), (("all",),)
    mixed = np.zeros(calls.n, dtype=np.int64)
    for name in mix:
        mixed = mixed * (len(calls.columns[name].values) + 1) + calls.columns[name].codes + 1
    kinds, places = np.unique(mixed, return_inverse=True)
    return places.ravel().astype(np.int64), tuple(kinds.tolist())


def counts_by_cell(
    states: States, inside: NDArray[np.bool_], cells: NDArray[np.int64], kinds: Sequence[Hashable]
) -> dict[Hashable, tuple[int, int]]:
    """Successes and items of the calls inside, by kind of work."""
    met, missed = (
        np.bincount(cells[inside & (states == state)], minlength=len(kinds)) for state in (MET, NOT_MET)
    )
    return {kinds[c]: (int(met[c]), int(met[c] + missed[c])) for c in np.flatnonzero(met + missed).tolist()}


def comparison(block: Block, level: str, mix: Sequence[str]) -> RateComparison:
    """Each agent, team, site or vendor against what is usual among them, adjusted for the mix of work."""
    return compare_rates(_counts(block, level, mix), target=block.target)


def _counts(block: Block, level: str, mix: Sequence[str]) -> list[RateCount]:
    states, column = states_of(block.calls, block.measure), block.calls.columns[level]
    counted = ((states == MET) | (states == NOT_MET)) & (column.codes >= 0)
    cells, kinds = cells_of(block.calls, mix)
    met_in = np.bincount(cells[counted], (states[counted] == MET).astype(float), len(kinds))
    n_in = np.bincount(cells[counted], minlength=len(kinds))
    rates = np.divide(met_in, n_in, out=np.zeros(len(kinds)), where=n_in > 0)
    size = len(column.values)
    of = column.codes[counted]
    met = np.bincount(of, (states[counted] == MET).astype(float), size)
    n = np.bincount(of, minlength=size)
    expected = np.bincount(of, rates[cells[counted]], size)
    return [
        RateCount(name, int(met[i]), int(n[i]), float(expected[i]) if mix else None)
        for i, name in sorted(enumerate(column.values), key=lambda item: item[1])
        if n[i]
    ]


def group_table(block: Block, level: str, mix: Sequence[str], found: RateComparison) -> Table:
    """The groups by name, never by rank, with a funnel plot instead of a league table."""
    calls, title = block.calls, PLURALS[level]
    by_name = {rate.name: rate for rate in found.rates}
    rows: list[Mapping[str, Cell]] = []
    named, order, states = [], newest_first(calls), states_of(calls, block.measure)
    for name, chosen in calls.columns[level].groups().items():
        rate = by_name.get(name)
        named.append(behind_states(calls, order, states, chosen))
        rows.append(
            {
                "name": name,
                "calls": int(chosen.sum()),
                "value": figure(wilson(*counts_of(states, chosen)), definition_of(block.measure)),
                "score": mean_score(calls, chosen),
                "shrunken": None if rate is None else figure(rate.shrunken, "shrunken/1"),
                "below_target": None
                if rate is None or rate.below_target is None
                else Figure(rate.below_target, None, None, rate.raw.n, "below_target/1"),
                "place": None if rate is None else _place(rate.beyond, stands_out=rate.stands_out),
            }
        )
    columns = (
        ("name", translated(level.capitalize())),
        ("calls", "Calls"),
        ("value", first_upper(measure_name(block.measure))),
        ("score", "Mean score"),
        ("shrunken", "Shrunken"),
        ("below_target", "Chance below target"),
        ("place", "Among the others"),
    )
    return Table(
        f"{level}s",
        title,
        calls.rubric,
        columns,
        tuple(rows),
        _note(found, mix),
        _funnel(found, block, title),
        tuple(named),
    )


def _place(beyond: str | None, *, stands_out: bool) -> str:
    if beyond is None:
        return say("as usual")
    if stands_out:
        return say("stands out {beyond}", beyond=translated(beyond))
    return say("{beyond} the 99.8 % limit, one of many", beyond=translated(beyond))


def _note(found: RateComparison, mix: Sequence[str]) -> str:
    if found.reason is not None:
        return say(
            "Not compared: {reason}. In alphabetical order, not by rank.", reason=translated(found.reason)
        )
    work = " " + say("Adjusted for {names}.", names=names_of(mix)) if mix else ""
    goal = say("Target {rate} %.", rate=f"{100 * (found.target or 0):.1f}")
    return f"{say(ORDER)} {spread_of(found)}{work} {goal}"


def spread_of(found: RateComparison) -> str:
    """How far those compared lie apart, in a sentence."""
    if not found.spread:
        return say("They differ by no more than chance.")
    return say(
        "True rates lie some {spread} points around {centre} %.",
        spread=f"{100 * found.spread:.1f}",
        centre=f"{100 * (found.centre or 0):.1f}",
    )


def names_of(columns: Sequence[str]) -> str:
    """Columns of metadata in a sentence; those of ours translated."""
    return ", ".join(in_plain_words(name) for name in columns)


def _funnel(found: RateComparison, block: Block, title: str) -> str | None:
    if not found.rates or found.centre is None or found.strength is None:
        return None
    points = [
        FunnelPoint(r.name, r.raw.estimate if r.adjusted is None else r.adjusted, r.raw.n, r.stands_out)
        for r in found.rates
        if r.raw.estimate is not None
    ]
    most = max(point.n for point in points)
    sizes = sorted({max(1, round(most * 1.04 * step / 40)) for step in range(1, 41)})
    limits = []
    for n in sizes:
        inner, outer = found.limits(n, 0.95), found.limits(n)
        limits.append((n, *inner, *outer))
    name = say(
        "{title}: {measure} by number of calls", title=translated(title), measure=measure_name(block.measure)
    )
    return funnel_chart(points, limits, found.centre, name)


def mix_table(block: Block, level: str, mix: Sequence[str]) -> tuple[Table, tuple[StandardisedRate, ...]]:
    """Sites (or vendors) side by side, as they are and with everybody's mix of work."""
    calls, states = block.calls, states_of(block.calls, block.measure)
    cells, kinds = cells_of(calls, mix)
    counts: dict[str, dict[Hashable, tuple[int, int]]] = {}
    for name, chosen in calls.columns[level].groups().items():
        own = counts_by_cell(states, chosen, cells, kinds)
        if own:
            counts[name] = own
    found = standardise(counts) if counts else ()
    rows = [_mix_row(each, [o for o in found if o is not each], block) for each in found]
    groups, order = calls.columns[level].groups(), newest_first(calls)
    named = tuple(behind_states(calls, order, states, groups[str(each.group)]) for each in found)
    columns = (
        ("name", level.capitalize()),
        ("value", first_upper(measure_name(block.measure))),
        ("adjusted", "With everybody's work"),
        ("difference", "Against the others"),
        ("ratio", "Seen over expected"),
        ("comparable", "Comparable work"),
    )
    note = (
        say(
            "Direct standardisation over {names}: each rate as if all had done the same work.",
            names=names_of(mix),
        )
        if mix
        else say("No kinds of work are recorded, so nothing is adjusted.")
    )
    title = f"{PLURALS[level]} compared"
    return Table(f"{level}_mix", title, calls.rubric, columns, tuple(rows), note, behind=named), found


def against_others(each: StandardisedRate, others: Sequence[StandardisedRate]) -> Interval | None:
    """The adjusted rate less that of the others together, weighted by their calls; None without others."""
    known = [o for o in others if o.adjusted.estimate is not None and o.adjusted.low is not None]
    if not known or each.adjusted.estimate is None:
        return None
    total = sum(o.adjusted.n for o in known)
    rate = sum(o.adjusted.n * (o.adjusted.estimate or 0.0) for o in known) / total
    below, above = (
        sum((o.adjusted.n * _arm(o.adjusted, upper=upper)) ** 2 for o in known) ** 0.5 / total
        for upper in (False, True)
    )
    together = Interval(rate, rate - below, rate + above, total, each.adjusted.confidence, "mix")
    return difference_of_intervals(each.adjusted, together)


def _arm(found: Interval, *, upper: bool) -> float:
    if found.estimate is None or found.low is None or found.high is None:
        return 0.0
    return found.high - found.estimate if upper else found.estimate - found.low


def _mix_row(each: StandardisedRate, others: Sequence[StandardisedRate], block: Block) -> Mapping[str, Cell]:
    apart = against_others(each, others)
    met = (each.raw.estimate or 0.0) * each.raw.n
    ratio = met / each.expected if each.expected else None
    return {
        "name": each.group,
        "value": figure(each.raw, definition_of(block.measure)),
        "adjusted": figure(each.adjusted, "mix_adjusted/1"),
        "difference": None if apart is None else figure(apart, "difference/1", "points"),
        "ratio": Figure(
            ratio,
            None,
            None,
            each.raw.n,
            "expected/1",
            "ratio",
            None if each.expected else say("none expected"),
        ),
        "comparable": each.comparable,
    }
