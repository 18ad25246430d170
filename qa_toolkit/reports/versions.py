"""Rubric versions side by side: what was measured otherwise from a version on."""

from __future__ import annotations

from collections.abc import Mapping

from qa_toolkit.reports.calls import counts_of
from qa_toolkit.reports.quality import CRITERION, Block, mean_score, states_of
from qa_toolkit.reports.tables import Cell, Table, figure
from qa_toolkit.reports.trend import stretches
from qa_toolkit.statistics import difference_of_rates, wilson


def version_table(block: Block) -> Table:
    """Calls, mean score and each criterion by version, with the difference to the version before."""
    rows: list[Mapping[str, Cell]] = []
    parts = stretches(block.calls)
    for place, (version, chosen) in enumerate(parts):
        days = sorted(day for day in block.calls.days[chosen].tolist() if day)
        row: dict[str, Cell] = {
            "name": version,
            "calls": int(chosen.sum()),
            "first_day": days[0] if days else None,
            "last_day": days[-1] if days else None,
            "value": mean_score(block.calls, chosen),
        }
        rows.append({**row, "criterion": None, "difference": None})
        if not place:
            continue
        for criterion in block.criteria():
            states = states_of(block.calls, f"{CRITERION}{criterion}")
            ours, before = counts_of(states, chosen), counts_of(states, parts[place - 1][1])
            rows.append(
                {
                    "name": version,
                    "criterion": criterion,
                    "value": figure(wilson(*ours), "criterion_met/1"),
                    "difference": figure(difference_of_rates(*ours, *before), "difference/1", "points"),
                }
            )
    columns = (
        ("name", "Version"),
        ("criterion", "Criterion"),
        ("calls", "Calls"),
        ("first_day", "From"),
        ("last_day", "To"),
        ("value", "Value"),
        ("difference", "Against the version before"),
    )
    note = "Scores of different versions are not compared; a difference here may come from the rubric alone."
    return Table("versions", "Rubric versions", block.calls.rubric, columns, tuple(rows), note)
