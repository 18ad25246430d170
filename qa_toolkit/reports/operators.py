"""Keying operators held against each other: fields, critical fields, characters and forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa_toolkit.domain.keying import KeyingAccuracy
from qa_toolkit.keying.forms import KeyedForm
from qa_toolkit.reports.charts import FunnelPoint, funnel_chart, interval_chart
from qa_toolkit.reports.groups import ORDER, spread_of
from qa_toolkit.reports.keying_page import KIND_NAMES
from qa_toolkit.reports.keying_report import day_of
from qa_toolkit.reports.series import Series, Stretch, points_of, series_table
from qa_toolkit.reports.tables import Behind, Cell, Figure, Table, Unit, behind, figure
from qa_toolkit.reports.translation import first_upper, in_plain_words, reason_of, say, translated
from qa_toolkit.reports.trend import Period, label_of, period_of
from qa_toolkit.statistics import (
    FEW_UNITS,
    ComparedRate,
    Interval,
    RateComparison,
    RateCount,
    clustered_rate,
    compare_rates,
    wilson,
)
from qa_toolkit.store.desk_records import KeyingLot

MOST_GROUPS = 50
"""A fact with more values than this tells forms apart, not groups of them."""
PER = 10_000
MOST_LISTED = 200
_TIMES = frozenset({"started", "ended", "date", "keyed_on", "started_at"})
_ALWAYS = ("operator", "site", "batch")


@dataclass(frozen=True, slots=True)
class KeyedWork:
    """Compared forms with the accuracy over them; ``operator`` when it is about one of them.

    Attributes:
        forms: of all operators.
        accuracy: of the forms the report is about.
    """

    forms: tuple[KeyedForm, ...]
    accuracy: KeyingAccuracy
    labels: Mapping[str, str]
    operator: str | None = None

    @property
    def own(self) -> tuple[KeyedForm, ...]:
        """The forms the report is about."""
        if self.operator is None:
            return self.forms
        return tuple(form for form in self.forms if form.facts.get("operator") == self.operator)


def operator_tables(work: KeyedWork, period: Period | None = None) -> Iterator[Table]:
    """Every table about keyed forms."""
    yield _overview(work)
    if work.operator is None:
        for name in group_facts(work.forms):
            yield _groups(work.forms, name)
    else:
        whole = _groups(work.forms, "operator")
        kept = [place for place, row in enumerate(whole.rows) if row["name"] == work.operator]
        rows, named = tuple(whole.rows[i] for i in kept), tuple(whole.behind[i] for i in kept)
        yield Table(
            "keying_operator", "Among all operators", None, whole.columns, rows, whole.note, behind=named
        )
    yield _fields(work)
    yield _kinds(work)
    trend = _trend(work, period)
    if trend is not None:
        yield trend
    yield _forms(work)


def group_facts(forms: Sequence[KeyedForm]) -> tuple[str, ...]:
    """Facts by which forms fall into groups: operator, site and batch, then others, by name."""
    values: dict[str, set[str]] = {}
    for form in forms:
        for name, value in form.facts.items():
            if value and name not in _TIMES and len(values.setdefault(name, set())) <= MOST_GROUPS:
                values[name].add(value)
    found = {name for name, seen in values.items() if 2 <= len(seen) <= MOST_GROUPS and name != "agent"}
    found |= {name for name in _ALWAYS if values.get(name)}
    return (*(name for name in _ALWAYS if name in found), *sorted(found - set(_ALWAYS)))


def _figures(forms: Sequence[KeyedForm]) -> dict[str, Cell]:
    wrong, critical = sum(form.wrong for form in forms), sum(form.critically_wrong for form in forms)
    return {
        "fields": _per_10000([(f.errors, f.active) for f in forms], "wrong_fields/1"),
        "critical_fields": _per_10000(
            [(f.critical_errors, f.critical_active) for f in forms], "critical_fields/1"
        ),
        "forms_wrong": figure(wilson(wrong, len(forms)), "forms_wrong/1"),
        "forms_critical": figure(wilson(critical, len(forms)), "forms_critical/1"),
        "characters": _characters(forms),
    }


def _per_10000(clusters: Sequence[tuple[int, int]], definition: str) -> Figure:
    found = clustered_rate([(float(errors), float(active)) for errors, active in clusters])
    scaled = [None if each is None else PER * each for each in (found.estimate, found.low, found.high)]
    return _figure(found, scaled, sum(active for _, active in clusters), definition, "count")


def _characters(forms: Sequence[KeyedForm]) -> Figure:
    found = clustered_rate([(float(f.character_errors), float(f.characters)) for f in forms])
    right = [None if each is None else 1 - each for each in (found.estimate, found.high, found.low)]
    return _figure(found, right, sum(f.characters for f in forms), "characters/1", "rate")


def _figure(
    found: Interval, values: Sequence[float | None], items: int, definition: str, unit: Unit
) -> Figure:
    """A figure of items that come in forms: n counts the items, and few forms are said."""
    estimate, low, high = values
    note = say("{n} forms", n=found.n) if found.n < FEW_UNITS else None
    if estimate is None or low is None:
        note = reason_of(found.reason)
    return Figure(estimate, low, high, items, definition, unit, note)


_HEADS = (
    ("fields", "Wrong fields in 10,000"),
    ("critical_fields", "Critical fields in 10,000"),
    ("forms_wrong", "Forms with an error"),
    ("forms_critical", "Forms with a critical error"),
    ("characters", "Characters right"),
)


def _overview(work: KeyedWork) -> Table:
    forms = work.own
    names = dict(_HEADS)
    rows: list[Mapping[str, Cell]] = [
        {"name": translated(names[key]), "value": value} for key, value in _figures(forms).items()
    ]
    columns = (("name", "All forms"), ("value", "Value"))
    accuracy = work.accuracy
    note = say(
        "{n} forms. Not counted: {format_only} of format only, {source} left open by the paper, {guessed}"
        " guessed where illegible.",
        n=len(forms),
        format_only=accuracy.format_only,
        source=accuracy.source_marks,
        guessed=accuracy.procedure_errors,
    )
    named = tuple(_named(forms, critical=key in {"critical_fields", "forms_critical"}) for key, _ in _HEADS)
    return Table("keying_overview", "Keyed forms", None, columns, tuple(rows), note, behind=named)


def _named(forms: Sequence[KeyedForm], *, critical: bool = False) -> Behind:
    """Forms with an error first, those with most of them in front."""
    order = sorted(forms, key=lambda f: (-f.critical_errors if critical else 0, -f.errors, f.id))
    marks = [form.critically_wrong if critical else form.wrong for form in order]
    return behind([form.id for form in order], marks, kind="form")


def _groups(forms: Sequence[KeyedForm], name: str) -> Table:
    """Groups by name, never by rank, with a funnel plot of the forms without a critical error."""
    by: dict[str, list[KeyedForm]] = {}
    for form in forms:
        by.setdefault(form.facts.get(name) or say("(not given)"), []).append(form)
    counts = [
        RateCount(value, sum(not f.critically_wrong for f in own), len(own))
        for value, own in sorted(by.items())
    ]
    found = compare_rates(counts)
    places = {rate.name: rate for rate in found.rates}
    rows: list[Mapping[str, Cell]] = []
    for value in sorted(by):
        rate = places.get(value)
        rows.append({"name": value, "forms": len(by[value]), **_figures(by[value]), "place": _place(rate)})
    head = first_upper(in_plain_words(name))
    columns = (("name", head), ("forms", "Forms"), *_HEADS, ("place", "Among the others"))
    title = {"operator": "Operators", "site": "Sites", "batch": "Batches"}.get(name) or say(
        "By {name}", name=in_plain_words(name)
    )
    named = tuple(_named(by[value]) for value in sorted(by))
    return Table(
        f"keying_{name}", title, None, columns, tuple(rows), _note(found), _chart(found, counts, title), named
    )


def _place(rate: ComparedRate | None) -> str | None:
    if rate is None:
        return None
    if rate.stands_out and rate.beyond is not None:
        return say("stands out {beyond}", beyond=translated(rate.beyond))
    return say("as usual")


def _note(found: RateComparison) -> str:
    if found.reason is not None:
        return f"{say(ORDER)} {say('Not compared: {reason}.', reason=translated(found.reason))}"
    return f"{say(ORDER)} {say('Compared by forms without a critical error.')} {spread_of(found)}"


def _chart(found: RateComparison, counts: Sequence[RateCount], title: str) -> str | None:
    """A funnel plot; where too few are compared for its limits, each with its interval."""
    text = say("{title}: forms without a critical error", title=translated(title))
    if not found.rates or found.centre is None or found.strength is None:
        return interval_chart([(each.name, wilson(each.successes, each.n)) for each in counts], text)
    points = [
        FunnelPoint(r.name, r.raw.estimate, r.raw.n, r.stands_out)
        for r in found.rates
        if r.raw.estimate is not None
    ]
    most = max(point.n for point in points)
    sizes = sorted({max(1, round(most * 1.04 * step / 40)) for step in range(1, 41)})
    limits = [(n, *found.limits(n, 0.95), *found.limits(n)) for n in sizes]
    by_number = say("{title}: forms without a critical error, by number of forms", title=translated(title))
    return funnel_chart(points, limits, found.centre, by_number, counted="number of forms")


def _fields(work: KeyedWork) -> Table:
    rows: list[Mapping[str, Cell]] = []
    named = []
    forms = work.own
    for share in work.accuracy.by.get("field", ()):
        wrong = [form for form in forms if share.name in form.wrong_fields]
        low, high = share.interval or (None, None)
        note = say("{n} forms", n=share.forms) if share.forms < FEW_UNITS else None
        if share.interval is None:
            note = say("too few forms for an interval")
        rows.append(
            {
                "name": work.labels.get(share.name, share.name),
                "field": share.name,
                "forms": share.forms,
                "wrong": share.errors,
                "roots": share.root_errors,
                "value": Figure(
                    share.per_10000, low, high, share.active or 0, "wrong_fields/1", "count", note
                ),
            }
        )
        named.append(behind([form.id for form in wrong], kind="form"))
    columns = (
        ("name", "Field"),
        ("field", "Id"),
        ("forms", "Forms"),
        ("wrong", "Wrong"),
        ("roots", "Root errors"),
        ("value", "Wrong in 10,000"),
    )
    note = "Fields that were ever wrong, by root errors: what follows from another error counts once."
    return Table("keying_field", "Fields", None, columns, tuple(rows), note, behind=tuple(named))


def _kinds(work: KeyedWork) -> Table:
    by_kind: dict[str, dict[str, None]] = {}
    for each in work.accuracy.discrepancies:
        by_kind.setdefault(each.kind, {})[each.record] = None
    shares = work.accuracy.by.get("kind", ())
    total = sum(share.root_errors for share in shares)
    rows: list[Mapping[str, Cell]] = [
        {
            "name": translated(KIND_NAMES.get(share.name, share.name)),
            "roots": share.root_errors,
            "share": Figure(share.share, None, None, total, "share_of_keying/1"),
            "forms": share.forms,
        }
        for share in shares
    ]
    columns = (("name", "Kind"), ("roots", "Root errors"), ("share", "Share"), ("forms", "Forms"))
    named = tuple(behind(list(by_kind.get(share.name, ())), kind="form") for share in shares)
    return Table("keying_kind", "Kinds of errors", None, columns, tuple(rows), behind=named)


def _trend(work: KeyedWork, period: Period | None) -> Table | None:
    """Forms with a critical error over time; None where fewer than two periods are known."""
    forms = work.own
    days = [day_of(form.facts) for form in forms]
    if not any(days):
        return None
    chosen = period or period_of(days)
    labels = np.array([label_of(day, chosen) for day in days], dtype=np.str_)
    values = np.array([100.0 if form.critically_wrong else 0.0 for form in forms])
    title = say("Forms with a critical error")
    series = Series("keying", title, "forms_critical/1", values, "rate", high_is_bad=True)
    whole = [
        Stretch(
            say("layout {version}", version=work.accuracy.layout.version), np.ones(len(forms), dtype=bool)
        )
    ]
    points = points_of(series, whole, labels)
    if len(points) < 2:
        return None
    names = [form.id for form in forms]
    return series_table(series, points, whole, chosen, rubric=None, interactions=names, kind="form")


def _forms(work: KeyedWork) -> Table:
    """Forms with an error, those with critical ones first."""
    wrong = sorted(
        (form for form in work.own if form.wrong), key=lambda f: (-f.critical_errors, -f.errors, f.id)
    )
    shown = wrong[:MOST_LISTED]
    rows: list[Mapping[str, Cell]] = [
        {
            "name": form.id,
            "operator": form.facts.get("operator"),
            "site": form.facts.get("site"),
            "day": day_of(form.facts) or None,
            "wrong": form.errors,
            "critical": form.critical_errors,
            "roots": form.root_errors,
            "active": form.active,
        }
        for form in shown
    ]
    columns = (
        ("name", "Form"),
        ("operator", "Operator"),
        ("site", "Site"),
        ("day", "Day"),
        ("wrong", "Wrong fields"),
        ("critical", "Critical"),
        ("roots", "Root errors"),
        ("active", "Active fields"),
    )
    note = say(
        "{n} of {wrong} forms with an error, of {all} in all.",
        n=len(shown),
        wrong=len(wrong),
        all=len(work.own),
    )
    named = tuple(behind([form.id], kind="form") for form in shown)
    return Table("keying_forms", "Forms with an error", None, columns, tuple(rows), note, behind=named)


def lot_table(lots: Sequence[KeyingLot]) -> Table | None:
    """Lots of every stream as they were inspected; None without any."""
    streams: dict[str, list[KeyingLot]] = {}
    for lot in lots:
        streams.setdefault(lot.stream, []).append(lot)
    rows: list[Mapping[str, Cell]] = []
    for stream, own in sorted(streams.items()):
        inspected, faults = (
            sum(lot.inspected for lot in own),
            sum(min(lot.faults, lot.inspected) for lot in own),
        )
        rows.append(
            {
                "name": stream,
                "lots": len(own),
                "rejected": sum(lot.decision == "rejected" for lot in own),
                "value": figure(wilson(faults, inspected), "lot_faults/1"),
                "inspection": translated(own[-1].inspection),
            }
        )
    columns = (
        ("name", "Stream"),
        ("lots", "Lots"),
        ("rejected", "Rejected"),
        ("value", "Forms with a fault"),
        ("inspection", "Last inspection"),
    )
    note = "Of the forms inspected; a stream may be an operator, a site or a vendor, as it was named."
    return Table("keying_lots", "Lots", None, columns, tuple(rows), note) if rows else None
