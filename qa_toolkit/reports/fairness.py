"""Whether languages, interpreted calls or poor recordings are treated alike; small cells are not shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.reports.calls import Calls, Column, counts_of
from qa_toolkit.reports.groups import cells_of, counts_by_cell, names_of
from qa_toolkit.reports.overview import machine_errors
from qa_toolkit.reports.quality import Block, definition_of, measure_name, states_of
from qa_toolkit.reports.tables import Cell, Table, figure
from qa_toolkit.reports.translation import first_upper, in_plain_words, say, translated
from qa_toolkit.statistics import Interval, difference_of_intervals, standardise, wilson

SMALLEST_CELL: Final = 11
"""Groups with 1 to 10 calls are not shown, as the CMS cell size suppression policy has it."""

Mask = NDArray[np.bool_]

SUPPRESSED = "fewer than 11 calls, not shown"
SHOWN_BY_OTHERS = "not shown, or another group's number could be worked out"
_BANDS = 3


def fairness(block: Block, column: str, mix: Sequence[str]) -> Table | None:
    """The measure by the values of a column, also with everybody's other work; None where all are alike."""
    calls = banded(block.calls, column)
    groups = calls.columns[column].groups() if column in calls.columns else {}
    if len(groups) < 2:
        return None
    hidden = suppressed({name: int(chosen.sum()) for name, chosen in groups.items()})
    rows: list[Mapping[str, Cell]] = []
    others = [name for name in mix if name != column]
    known = calls.columns[column].codes >= 0
    for name, chosen in groups.items():
        if name in hidden:
            rows.append({"name": translated(name), "calls": translated(hidden[name])})
            continue
        wrongly, missed = machine_errors(calls, list(calls.machine), chosen)
        rows.append(
            {
                "name": translated(name),
                "calls": int(chosen.sum()),
                "value": figure(
                    wilson(*counts_of(states_of(calls, block.measure), chosen)), definition_of(block.measure)
                ),
                "difference": figure(
                    difference(calls, block.measure, chosen, known & ~chosen, others),
                    "difference/1",
                    "points",
                ),
                "failed_wrongly": wrongly if wrongly.n >= SMALLEST_CELL else None,
                "missed": missed if missed.n >= SMALLEST_CELL else None,
            }
        )
    columns = (
        ("name", first_upper(in_plain_words(column))),
        ("calls", "Calls"),
        ("value", first_upper(measure_name(block.measure))),
        ("difference", "Against the rest"),
        ("failed_wrongly", "Machine failed wrongly"),
        ("missed", "Machine missed"),
    )
    note = say("Groups of 1 to 10 calls are not shown, nor one more where they could be worked out.")
    if others:
        note += " " + say("The difference is adjusted for {names}.", names=names_of(others))
    title = say("By {name}", name=in_plain_words(column))
    return Table(f"fairness_{column}", title, calls.rubric, columns, tuple(rows), note)


def suppressed(sizes: Mapping[str, int]) -> dict[str, str]:
    """Groups that are not shown: the small ones and, if that is one alone, the next smallest with it."""
    small = {name for name, n in sizes.items() if 0 < n < SMALLEST_CELL}
    found = dict.fromkeys(small, SUPPRESSED)
    shown = [name for name in sizes if name not in small]
    if len(small) == 1 and len(shown) >= 1:
        smallest = min(shown, key=lambda name: (sizes[name], name))
        found[smallest] = SHOWN_BY_OTHERS
    return found


def difference(calls: Calls, measure: str, chosen: Mask, rest: Mask, mix: Sequence[str]) -> Interval:
    """Rate of the chosen calls less that of the rest, as if both had the same mix of other work."""
    states = states_of(calls, measure)
    cells, kinds = cells_of(calls, mix)
    counts = {
        "chosen": counts_by_cell(states, chosen, cells, kinds),
        "rest": counts_by_cell(states, rest, cells, kinds),
    }
    ours, others = standardise(counts)
    return difference_of_intervals(ours.adjusted, others.adjusted)


def banded(calls: Calls, column: str) -> Calls:
    """The calls with numbers of a column put into three bands of about the same size."""
    found = calls.columns.get(column)
    if found is None or len(found.groups()) <= _BANDS + 1:
        return calls
    try:
        numbers = np.array([float(value) for value in found.values])
    except ValueError:
        return calls
    known = found.codes >= 0
    values = numbers[found.codes[known]]
    edges = np.quantile(values, [1 / _BANDS, 2 / _BANDS])
    codes = np.full(calls.n, -1, dtype=np.int64)
    codes[known] = np.searchsorted(edges, values, side="right")
    low, high = (f"{edge:g}" for edge in edges)
    names = (
        say("1: below {high}", high=low),
        say("2: {low} to {high}", low=low, high=high),
        say("3: {low} and above", low=high),
    )
    return replace(calls, columns={**calls.columns, column: Column(codes, names)})
