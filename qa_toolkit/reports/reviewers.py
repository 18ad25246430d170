"""How strict reviewers are, told apart from the agents they review."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from qa_toolkit.calibration import CrossedEffects, Observation, crossed_effects
from qa_toolkit.reports.calls import Calls
from qa_toolkit.reports.tables import Cell, Figure, Table
from qa_toolkit.reports.translation import reason_of


def severities(calls: Calls) -> CrossedEffects:
    """Severity of the reviewers whose reviews count; limits hold for all of them together (Bonferroni)."""
    reviewer, agent = calls.columns["reviewer"], calls.columns["agent"]
    used = (reviewer.codes >= 0) & (agent.codes >= 0) & ~np.isnan(calls.percent)
    observed = [
        Observation(agent.values[int(a)], reviewer.values[int(r)], float(score))
        for a, r, score in zip(agent.codes[used], reviewer.codes[used], calls.percent[used], strict=True)
    ]
    people = max(1, len({each.rater for each in observed}))
    return crossed_effects(observed, confidence=1 - 0.05 / people)


def reviewer_table(calls: Calls, found: CrossedEffects) -> Table | None:
    """Each reviewer with raw mean and severity; None where nobody reviewed."""
    if not found.severities:
        return None
    rows: list[Mapping[str, Cell]] = [
        {
            "name": each.rater,
            "calls": each.scores,
            "raw_mean": Figure(each.raw_mean, None, None, each.scores, "mean_given/1", "percent"),
            "severity": Figure(
                each.points, each.low, each.high, each.scores, "severity/1", "count", reason_of(each.reason)
            ),
        }
        for each in found.severities
    ]
    columns = (
        ("name", "Reviewer"),
        ("calls", "Reviews"),
        ("raw_mean", "Mean score given"),
        ("severity", "Severity in points"),
    )
    note = (
        "Severity is found inside agents that several reviewers looked at, so hard calls make nobody look"
        " strict. The limits hold for all reviewers together."
    )
    return Table("reviewers", "Reviewers", calls.rubric, columns, tuple(rows), note)
