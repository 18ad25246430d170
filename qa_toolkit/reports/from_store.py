"""Reports out of a store: reads what counts, and says in the report what was read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.errors import RubricError, UsageError
from qa_toolkit.reports.calls import Calls, read_calls
from qa_toolkit.reports.drift import DriftBlock, Heard, drift_tables, machine_over_time, to_hear
from qa_toolkit.reports.machine import MachineBlock, machine_tables
from qa_toolkit.reports.pairs import Pairs, pairs_by_rubric
from qa_toolkit.reports.quality import Block, usual_measure
from qa_toolkit.reports.quality_report import (
    ReportRequest,
    nothing,
    quality_report,
    report_of,
    title_of,
)
from qa_toolkit.reports.tables import QualityReport, Recommendation, Table
from qa_toolkit.reports.translation import say, span_of_days
from qa_toolkit.reports.trend import period_of
from qa_toolkit.store.reporting import CallFilter, counted_calls, counted_causes
from qa_toolkit.store.reviewed import override_reasons, recognised_calls, reviewed_calls

if TYPE_CHECKING:
    from qa_toolkit.store import Store

_NOBODY = Pairs((), (), {})


@dataclass(frozen=True, slots=True)
class Scope:
    """Which calls a report reads; None does not restrict. Days are ISO days, both included.

    Attributes:
        viewer: who reads the report: what they have open as a blind assignment is left out. None for a
            report of everything.
    """

    rubric: str | None = None
    first_day: str | None = None
    last_day: str | None = None
    viewer: str | None = None


def report_of_store(store: Store, request: ReportRequest, scope: Scope | None = None) -> QualityReport:
    """The report of what counts in a store.

    Raises:
        UsageError: a day is no ISO day, or nothing counts for what was asked.
        StoreError: the database failed.
    """
    given = _checked(scope or Scope(), request)
    wanted = CallFilter(given.rubric, given.first_day, given.last_day, viewer=given.viewer)
    calls = read_calls(counted_calls(store.database, wanted), (*request.mix, *request.fairness))
    facts = _facts(store, calls, given)
    if request.kind in {"machine", "drift"}:
        return _of_machine(store, request, wanted, calls, facts)
    return quality_report(
        calls,
        request,
        rubrics=newest_rubrics(store),
        causes=counted_causes(store.database, wanted),
        facts=facts,
    )


def _of_machine(
    store: Store,
    request: ReportRequest,
    wanted: CallFilter,
    calls: Mapping[str, Calls],
    facts: Sequence[tuple[str, str]],
) -> QualityReport:
    """The machine against people, or what moves over time, one block of tables for each rubric."""
    rubrics, pairs = newest_rubrics(store), pairs_by_rubric(reviewed_calls(store.database, wanted))
    reasons = override_reasons(store.database, wanted) if request.kind == "machine" else {}
    tables: list[Table] = []
    advice: list[Recommendation] = []
    seen = 0
    for rubric, own in calls.items():
        block = Block(own, rubrics.get(rubric), usual_measure(own))
        criteria = tuple(c for c in block.criteria() if request.name in (None, c))
        if not criteria:
            continue
        seen += own.n
        answered, single = pairs.get(rubric, _NOBODY), request.name is not None
        period = request.period or period_of(own.days.tolist())
        heard = dict(_heard(store, rubric, to_hear(own, period), wanted))
        watched = DriftBlock(block, answered, criteria, period, heard)
        if request.kind == "machine":
            about, *others = machine_tables(MachineBlock(block, answered, criteria, reasons), single=single)
            tables += [about, *machine_over_time(watched, single=single), *others]
            continue
        made = drift_tables(watched, single=single)
        tables += made[0]
        advice += made[1]
    if not tables:
        raise UsageError(
            nothing(request), None, say("see 'qa report --help'; score or review something first")
        )
    return report_of(
        request, title_of(request), tables, advice, (*facts, (say("Calls that count"), str(seen)))
    )


def _heard(store: Store, rubric: str, names: list[str], wanted: CallFilter) -> Iterator[tuple[str, Heard]]:
    """How sure the recogniser was of the words of each call, and which model it was."""
    for found in recognised_calls(store.database, {rubric: names}, wanted):
        transcript = json.loads(found.json)
        words = [word for turn in transcript["turns"] for word in turn.get("words") or ()]
        sure = [word["confidence"] for word in words if word.get("confidence") is not None]
        made = transcript.get("made_by") or {}
        model = f"{made['model']} {made['model_sha256'][:12]}" if made else None
        yield found.interaction, Heard(sum(sure) / len(sure) if sure else None, model)


def newest_rubrics(store: Store) -> dict[str, Rubric]:
    """The version registered last of every rubric; one that can no longer be read is left out."""
    from qa_toolkit.evaluation.loader import parse_rubric

    found: dict[str, Rubric] = {}
    for record in store.rubrics():
        try:
            found[record.id] = parse_rubric(record.text).rubric
        except RubricError:
            continue
    return found


def _checked(scope: Scope, request: ReportRequest) -> Scope:
    for day in (scope.first_day, scope.last_day, request.day):
        if day is None:
            continue
        try:
            date.fromisoformat(day)
        except ValueError:
            raise UsageError(f"'{day}' is no day", None, "write YYYY-MM-DD") from None
    if request.kind == "day" and request.day is not None:
        return Scope(scope.rubric, request.day, request.day, scope.viewer)
    return scope


def _facts(store: Store, calls: dict[str, Calls], scope: Scope) -> Sequence[tuple[str, str]]:
    days = sorted({day for each in calls.values() for day in each.days.tolist() if day})
    undated = sum(int((each.days == "").sum()) for each in calls.values())
    facts = [(say("Period"), span_of_days(days))]
    asked = [say("from {day}", day=scope.first_day)] if scope.first_day else []
    asked += [say("to {day}", day=scope.last_day)] if scope.last_day else []
    if asked:
        facts.append((say("Asked for"), " ".join(asked)))
    if undated:
        facts.append((say("Calls without a date"), str(undated)))
    facts.append((say("Rubrics"), ", ".join(calls) or say("none")))
    head = store.audit.head()
    if head is not None:
        facts.append((say("Audit log up to"), say("row {row}, {hash}", row=head.id, hash=head.hash[:16])))
    return tuple(facts)
