"""What ``qa calibration`` prints: the answers side by side, figures with their intervals, JSON of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from qa_toolkit.cli.console import print_table, print_warning

if TYPE_CHECKING:
    from qa_toolkit.calibration import Calibration, MachineAgreement, Severity
    from qa_toolkit.review.drifting import DriftReport
    from qa_toolkit.review.session_report import SessionReport
    from qa_toolkit.statistics import Interval
    from qa_toolkit.store.desk_records import CalibrationSession

SCHEMA = "qa-toolkit/calibration/1"
FEW = 20
"""Below so many interactions figures say that they are too few."""


def session_data(found: CalibrationSession) -> dict[str, Any]:
    """A session as JSON."""
    data: dict[str, Any] = plain(found)
    return {"schema": SCHEMA, **data}


def report_data(found: SessionReport) -> dict[str, Any]:
    """What a session shows, as JSON."""
    return {
        "schema": SCHEMA,
        "session": plain(found.session),
        "rows": plain(found.rows),
        "statistics": plain(found.calibration),
        "machine": plain(found.machine),
        "remarks": plain(found.remarks),
        "reason": found.reason,
    }


def plain(value: Any) -> Any:
    """A value of dataclasses as JSON knows it; keys that are no texts become texts."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {key if isinstance(key, str) else f"{key:g}": plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value


def show_report(found: SessionReport) -> None:
    """Prints the answers side by side, then criteria and raters."""
    raters = list(dict.fromkeys(rater for row in found.rows for rater in row.answers))
    rows = [
        [
            row.interaction,
            row.criterion,
            *[_answer(row.answers.get(rater)) for rater in raters],
            _percent(row.share),
            "" if row.agreed is None else _answer(row.agreed),
        ]
        for row in found.rows
    ]
    columns = ["interaction", "criterion", *raters, "alike>", "agreed"]
    print_table(f"{found.session.id}: {found.session.state}", columns, rows)
    if found.reason is not None:
        print_warning(found.reason)
    if found.calibration is None:
        return
    _show_criteria(found.calibration, found.machine)
    strict = {each.rater: _severity(each) for each in found.calibration.severity.severities}
    lines = [
        [name, each.answers, _interval(each.with_others), _interval(each.with_expert), strict.get(name, "")]
        for name, each in ((each.rater.name, each) for each in found.calibration.raters)
    ]
    heads = ["rater", "answers>", "like the others", "like the expert", "severity in points"]
    print_table("Raters", heads, lines)
    scores = [
        [s.subject, s.scores, f"{s.raw:.1f}", f"{s.adjusted:.1f}"]
        for s in found.calibration.severity.subjects
    ]
    print_table("Scores", ["interaction", "raters>", "raw>", "without severity>"], scores)
    for warning in found.calibration.warnings:
        print_warning(warning)


def _show_criteria(found: Calibration, against: Mapping[str, MachineAgreement]) -> None:
    rows = []
    for each in found.criteria:
        figures = each.figures
        machine = against.get(each.criterion)
        rows.append(
            [
                each.criterion,
                _units(figures["percent_agreement"].units),
                *[
                    _interval(figures[name])
                    for name in ("percent_agreement", "gwet_ac1", "krippendorff_alpha")
                ],
                ", ".join(each.split[:3]),
                "" if machine is None else machine.says,
            ]
        )
    heads = ["criterion", "n>", "agreement", "AC1", "alpha", "most divided", "machine"]
    print_table("Criteria", heads, rows)


def _units(n: int) -> str:
    return f"{n}, too few" if n < FEW else str(n)


def _severity(each: Severity) -> str:
    if each.points is None or each.low is None or each.high is None:
        return each.reason or ""
    return f"{each.points:+.1f} ({each.low:+.1f} to {each.high:+.1f})"


def _interval(found: Any) -> str:
    """A figure with its limits; empty where there is none, else why it cannot be told."""
    if found is None:
        return ""
    each: Interval = found
    if each.estimate is None:
        return each.reason or "–"
    if each.low is None or each.high is None:
        return f"{each.estimate:.2f}"
    return f"{each.estimate:.2f} ({each.low:.2f} to {each.high:.2f})"


def _answer(answer: str | float | None) -> str:
    if answer is None:
        return "–"
    return f"{answer:g}" if isinstance(answer, float) else answer


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def show_drift(found: DriftReport) -> None:
    """Prints the periods, the changes and what left its limits."""
    counted = ", ".join(f"{label} ({n})" for label, n in found.periods) or "none"
    typer.echo(f"{found.rubric} by {found.every}: {counted}")
    marks = [[mark.label, mark.what] for mark in found.drift.marks]
    print_table("Changes", ["from", "what"], marks)
    out = [[chart.criterion, chart.figure, ", ".join(chart.out)] for chart in found.drift.charts if chart.out]
    out += [[chart.rater, "severity", ", ".join(chart.out)] for chart in found.severity if chart.out]
    print_table("Outside their limits", ["criterion or rater", "figure", "periods"], out)
