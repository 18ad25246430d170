"""Reports out of a store: reads what counts, and says in the report what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.errors import RubricError, UsageError
from qa_toolkit.reports.calls import Calls, read_calls
from qa_toolkit.reports.quality_report import ReportRequest, quality_report
from qa_toolkit.reports.tables import QualityReport
from qa_toolkit.store.reporting import CallFilter, counted_calls, counted_causes

if TYPE_CHECKING:
    from qa_toolkit.store import Store


@dataclass(frozen=True, slots=True)
class Scope:
    """Which calls a report reads; None does not restrict. Days are ISO days, both included."""

    rubric: str | None = None
    first_day: str | None = None
    last_day: str | None = None


def report_of_store(store: Store, request: ReportRequest, scope: Scope | None = None) -> QualityReport:
    """The report of what counts in a store.

    Raises:
        UsageError: a day is no ISO day, or nothing counts for what was asked.
        StoreError: the database failed.
    """
    given = _checked(scope or Scope(), request)
    wanted = CallFilter(given.rubric, given.first_day, given.last_day)
    calls = read_calls(counted_calls(store.database, wanted), (*request.mix, *request.fairness))
    return quality_report(
        calls,
        request,
        rubrics=newest_rubrics(store),
        causes=counted_causes(store.database, wanted),
        facts=_facts(store, calls, given),
    )


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
        return Scope(scope.rubric, request.day, request.day)
    return scope


def _facts(store: Store, calls: dict[str, Calls], scope: Scope) -> Sequence[tuple[str, str]]:
    days = sorted({day for each in calls.values() for day in each.days.tolist() if day})
    undated = sum(int((each.days == "").sum()) for each in calls.values())
    facts = [("Period", f"{days[0]} to {days[-1]}" if days else "no dates")]
    asked = [f"{word} {day}" for word, day in (("from", scope.first_day), ("to", scope.last_day)) if day]
    if asked:
        facts.append(("Asked for", " ".join(asked)))
    if undated:
        facts.append(("Calls without a date", str(undated)))
    facts.append(("Rubrics", ", ".join(calls) or "none"))
    head = store.audit.head()
    if head is not None:
        facts.append(("Audit log up to", f"row {head.id}, {head.hash[:16]}"))
    return tuple(facts)
