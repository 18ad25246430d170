"""The list of a day: automatic fails and compliance failures that somebody should see today."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from qa_toolkit.reports.calls import NOT_MET
from qa_toolkit.reports.quality import Block
from qa_toolkit.reports.tables import Cell, Table, behind
from qa_toolkit.reports.translation import say, translated


def newest_day(block: Block) -> str | None:
    """The last day with calls; None where no call has a date."""
    days = [day for day in np.unique(block.calls.days).tolist() if day]
    return days[-1] if days else None


def failures_of(block: Block, day: str) -> Table:
    """Calls of that day with an automatic fail or a compliance error, each with the criteria at fault."""
    calls = block.calls
    today = calls.days == day
    wanted = today & ((calls.no_auto_fail == NOT_MET) | (calls.families["compliance"] == NOT_MET))
    compliance = [
        c for c in block.criteria() if (known := block.criterion(c)) and known.critical == "compliance"
    ]
    rows: list[Mapping[str, Cell]] = []
    for place in np.flatnonzero(wanted).tolist():
        failed = [c for c in compliance if calls.answers[c][place] == NOT_MET]
        facts = {name: calls.columns[name].of(place) for name in ("agent", "team", "site", "basis")}
        rows.append(
            {
                "name": calls.interactions[place],
                "started": calls.started[place],
                **facts,
                "basis": None if facts["basis"] is None else translated(facts["basis"]),
                "auto_failed_by": ", ".join(calls.auto_failed_by.get(place, ())) or None,
                "compliance": ", ".join(failed) or None,
            }
        )
    rows.sort(key=lambda row: (str(row["started"]), str(row["name"])))
    named = tuple(behind([str(row["name"])]) for row in rows)
    columns = (
        ("name", "Interaction"),
        ("started", "Started"),
        ("agent", "Agent"),
        ("team", "Team"),
        ("site", "Site"),
        ("basis", "What counts"),
        ("auto_failed_by", "Automatic fail by"),
        ("compliance", "Compliance failures"),
    )
    note = say(
        "{n} of {all} calls of {day}. Answers of the machine are to be looked at before anybody acts.",
        n=len(rows),
        all=int(today.sum()),
        day=day,
    )
    title = say("Automatic fails and compliance failures of {day}", day=day)
    return Table("day", title, calls.rubric, columns, tuple(rows), note, behind=named)
