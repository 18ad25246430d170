"""Pages on keyed applications: one for an operator to go through, one for the unit.

Rates stand with their n and an interval that knows that errors cluster in forms. Operators are listed by
name, never by rank; whoever's interval holds the unit's rate is called not different from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from qa_toolkit.domain.case import Discrepancy
from qa_toolkit.domain.keying import (
    CHARGED,
    GUESSED,
    MEMBER_KINDS,
    KeyingAccuracy,
    KeyingShare,
    Rejected,
)
from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.reports.keying_charts import control_chart_svg
from qa_toolkit.reports.measures import Fact
from qa_toolkit.reports.wording import words
from qa_toolkit.statistics import FEW_UNITS
from qa_toolkit.statistics.charts import OVERDISPERSED, ControlChart, control_chart

MOST_POINTS: Final = 60
PARETO_ROWS: Final = 15

KIND_NAMES: Final[Mapping[str, str]] = {
    "missed_member": "Member not keyed", "extra_member": "Member too many",
    "duplicated_member": "Member keyed twice", "column_swap": "Members exchanged",
    "wrong_member": "Value of another member", "mis_fielded": "Value of another field",
    "missing": "Not keyed", "extra": "Keyed, paper is blank", "wrong_frequency": "Wrong period of an amount",
    "decimal_shift": "Decimal point", "transposed": "Transposed", "wrong_code": "Wrong box or code",
    "wrong_value": "Wrong value", "format_only": "Format only", "illegible": "Illegible on paper",
    "ambiguous_mark": "Both boxes marked", "crossed_out": "Crossed out on paper",
    "source_conflict": "Paper contradicts itself", "unreadable_guessed": "Illegible, but keyed",
}  # fmt: skip

Place = tuple[str, str, str, str]
FormCount = tuple[str, str, int, int]
"""Label, day (or nothing), wrong and active fields of one form."""


@dataclass(frozen=True, slots=True)
class KeyingReport:
    """What the pages are made of.

    Attributes:
        accuracy: of all forms, or of one operator's.
        unit: of all forms, on an operator's page; what the operator's rate stands beside.
        forms: counts of every form in the order of the file.
        crops: ``data:`` pictures of fields, by record, group, member and field.
    """

    title: str
    layout: RecordLayout
    accuracy: KeyingAccuracy
    unit: KeyingAccuracy | None = None
    forms: tuple[FormCount, ...] = ()
    crops: Mapping[Place, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"


@dataclass(frozen=True, slots=True)
class RateRow:
    """A rate with what it rests on."""

    name: str
    value: str
    limits: str
    n: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShareRow:
    """An operator or site: its rate beside its speed, and the page of its own, if there is one."""

    name: str
    page: str | None
    forms: int
    active: int
    errors: int
    root_errors: int
    rate: str
    limits: str
    speed: str
    note: str


@dataclass(frozen=True, slots=True)
class ParetoRow:
    """One field or kind with its part of the root errors; ``width`` of its bar in percent."""

    name: str
    roots: int
    errors: int
    share: str
    so_far: str
    width: float


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One error to look at."""

    where: str
    label: str
    kind: str
    keyed: str
    reference: str
    criticality: str
    detail: str
    crop: str | None
    affected: int


@dataclass(frozen=True, slots=True)
class ErrorBlock:
    """The errors of one form."""

    record: str
    rows: tuple[ErrorRow, ...]


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """A control chart, what kind it is, and what to mind."""

    svg: str
    title: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyingPage:
    """Everything the templates print."""

    title: str
    facts: tuple[Fact, ...]
    rates: tuple[RateRow, ...]
    operators: tuple[ShareRow, ...]
    sites: tuple[ShareRow, ...]
    kinds: tuple[ParetoRow, ...]
    fields: tuple[ParetoRow, ...]
    chart: ChartBlock | None
    errors: tuple[ErrorBlock, ...]
    open_marks: int
    format_only: int
    procedure_errors: int
    has_crops: bool
    rejected: tuple[Rejected, ...]
    verdict: str


def keying_page(report: KeyingReport) -> KeyingPage:
    """Arranges a report for its template."""
    accuracy = report.accuracy
    blocks = tuple(_errors(report))
    return KeyingPage(
        title=report.title,
        facts=tuple(_facts(report)),
        rates=tuple(_rates(accuracy, report.unit)),
        operators=tuple(_share(s, accuracy, report.pages) for s in accuracy.by.get("operator", ())),
        sites=tuple(_share(s, accuracy, {}) for s in accuracy.by.get("site", ())),
        kinds=tuple(_pareto(accuracy.by.get("kind", ()), KIND_NAMES)),
        fields=tuple(_pareto(accuracy.by.get("field", ()), field_names(report.layout, report.language))),
        chart=_chart(report.forms),
        errors=blocks,
        open_marks=accuracy.source_marks,
        format_only=accuracy.format_only,
        procedure_errors=accuracy.procedure_errors,
        has_crops=any(row.crop for block in blocks for row in block.rows),
        rejected=accuracy.rejected,
        verdict="" if report.unit is None else _verdict(accuracy, report.unit),
    )


def _facts(report: KeyingReport) -> Iterator[Fact]:
    accuracy = report.accuracy
    title = report.layout.title.get(report.language) or report.layout.title.get("en") or report.layout.id
    yield Fact("Form", f"{title} ({accuracy.layout.id} {accuracy.layout.version})")
    yield Fact("Forms compared", str(accuracy.records))
    counted = (
        "active fields: something on at least one side" if accuracy.counting == "active" else "all fields"
    )
    yield Fact("Counted", counted)
    if report.layout.target_per_10000 is not None:
        yield Fact("Limit of the unit", f"{report.layout.target_per_10000:g} wrong fields in 10,000")
    if report.unit is None and accuracy.rejected:
        yield Fact("Not compared", f"{len(accuracy.rejected)} rows or records, listed below")


def _rates(accuracy: KeyingAccuracy, unit: KeyingAccuracy | None) -> Iterator[RateRow]:
    fields, forms, characters = accuracy.fields, accuracy.forms, accuracy.characters
    few = f"fewer than {FEW_UNITS} forms: says little" if accuracy.records < FEW_UNITS else ""
    yield RateRow(
        "Wrong fields in 10,000",
        _number(fields.per_10000),
        _limits(fields.interval) or (fields.interval_method or ""),
        f"{fields.errors} of {fields.active} fields",
        few,
    )
    critical = accuracy.critical
    yield RateRow(
        "Critical fields in 10,000",
        _number(critical.per_10000),
        _limits(critical.interval),
        f"{critical.errors} of {critical.active} fields",
        few,
    )
    for name, rate, interval, count in (
        ("Forms with an error", forms.rate, forms.interval, forms.with_error),
        (
            "Forms with a critical error",
            forms.critical_rate,
            forms.critical_interval,
            forms.with_critical_error,
        ),
    ):
        share = None if interval is None else (100 * interval[0], 100 * interval[1])
        yield RateRow(name, _percent(rate), _limits(share, " %"), f"{count} of {forms.n} forms")
    yield RateRow(
        "Characters", _percent(characters.rate, 2), "", f"{characters.errors} of {characters.n} characters"
    )
    if unit is not None:
        yield RateRow(
            "The whole unit: wrong fields in 10,000",
            _number(unit.fields.per_10000),
            _limits(unit.fields.interval),
            f"{unit.fields.errors} of {unit.fields.active} fields",
        )


def _verdict(accuracy: KeyingAccuracy, unit: KeyingAccuracy) -> str:
    """What the interval allows to say, and no more."""
    interval, rate = accuracy.fields.interval, unit.fields.per_10000
    if interval is None or rate is None:
        return "Too few forms to compare this rate with anything."
    if interval[0] <= rate <= interval[1]:
        return "The interval holds the unit's rate: on these forms no difference from the unit is shown."
    side = "below" if interval[1] < rate else "above"
    return f"The whole interval lies {side} the unit's rate."


def _share(share: KeyingShare, unit: KeyingAccuracy, pages: Mapping[str, str]) -> ShareRow:
    rate, note = unit.fields.per_10000, ""
    if share.interval is None or rate is None:
        note = "no interval: too few forms"
    elif share.interval[0] <= rate <= share.interval[1]:
        note = "not different from the unit"
    else:
        note = "below the unit's rate" if share.interval[1] < rate else "above the unit's rate"
    speed = "" if share.fields_per_hour is None else f"{share.fields_per_hour:,.0f}"
    return ShareRow(
        share.name,
        pages.get(share.name),
        share.forms,
        share.active or 0,
        share.errors,
        share.root_errors,
        _number(share.per_10000),
        _limits(share.interval),
        speed,
        note,
    )


def _pareto(shares: Sequence[KeyingShare], names: Mapping[str, str]) -> Iterator[ParetoRow]:
    shown = [share for share in shares if share.root_errors][:PARETO_ROWS]
    most = max((share.root_errors for share in shown), default=1)
    for share in shown:
        yield ParetoRow(
            names.get(share.name, share.name),
            share.root_errors,
            share.errors,
            _percent(share.share),
            _percent(share.cumulative),
            round(100 * share.root_errors / most, 1),
        )


def field_names(layout: RecordLayout, language: str = "en") -> dict[str, str]:
    """What the fields are called, by ``group.field``."""
    names = {}
    for group, spec in layout.fields():
        label = spec.label.get(language) or spec.label.get("en") or words(spec.id)
        title = group.title.get(language) or group.title.get("en") or words(group.id)
        names[f"{group.id}.{spec.id}"] = f"{title}: {label}"
    return names


def _errors(report: KeyingReport) -> Iterator[ErrorBlock]:
    """Charged errors and guesses by form; what follows from a root is counted beside it."""
    names = field_names(report.layout, report.language)
    by_record: dict[str, list[Discrepancy]] = {}
    follows: dict[tuple[str, str], int] = {}
    for each in report.accuracy.discrepancies:
        if each.kind in CHARGED or each.kind == GUESSED:
            if each.root is None:
                by_record.setdefault(each.record, []).append(each)
            else:
                follows[each.record, each.root] = follows.get((each.record, each.root), 0) + 1
    for record, found in by_record.items():
        yield ErrorBlock(record, tuple(_error(each, names, report, follows) for each in found))


def _error(
    each: Discrepancy,
    names: Mapping[str, str],
    report: KeyingReport,
    follows: Mapping[tuple[str, str], int],
) -> ErrorRow:
    group = report.layout.by_id[each.group]
    title = group.title.get(report.language) or group.title.get("en") or words(each.group)
    member = f" {each.member}" if each.member else ""
    label = names.get(f"{each.group}.{each.field}", f"{title}").removeprefix(f"{title}: ")
    root = ":".join(part for part in (each.kind, each.group, each.member or "", each.field) if part)
    return ErrorRow(
        where=f"{title}{member}",
        label=label if each.field else "the whole member",
        kind=KIND_NAMES.get(each.kind, each.kind),
        keyed=each.keyed or "",
        reference=each.reference or "",
        criticality=each.criticality,
        detail=(each.detail or "").replace("_", " "),
        crop=report.crops.get((each.record, each.group, each.member or "", each.field)),
        affected=follows.get((each.record, root), 0) if each.kind in MEMBER_KINDS or each.field else 0,
    )


def _chart(forms: Sequence[FormCount]) -> ChartBlock | None:
    """Wrong fields in 100 active ones: by day where days are known, else by forms in their order."""
    counts, what = _points(forms)
    if len(counts) < 2:
        return None
    chart: ControlChart = control_chart(counts, "u")
    widened = chart.sigma_z is not None and chart.sigma_z > OVERDISPERSED
    if widened:
        chart = control_chart(counts, "laney_u")
    kind = "Laney's u′ chart" if widened else "u chart"
    title = f"Wrong fields in 100, {what}: {kind}"
    notes = list(chart.advice)
    if chart.sigma_z is not None:
        notes.insert(0, f"points scatter {chart.sigma_z:.2f} times as much as chance")
    if chart.out:
        notes.append(f"outside the limits: {', '.join(chart.out[:10])}")
    return ChartBlock(control_chart_svg(chart, title), title, tuple(n[:1].upper() + n[1:] for n in notes))


def _points(forms: Sequence[FormCount]) -> tuple[list[tuple[str, float, float]], str]:
    days = sorted({day for _, day, _, active in forms if day and active})
    if len(days) > 1 and all(day for _, day, _, active in forms if active):
        by_day = {day: [0, 0] for day in days}
        for _, day, errors, active in forms:
            if active:
                by_day[day][0] += errors
                by_day[day][1] += active
        return [(day, float(errors), float(active)) for day, (errors, active) in by_day.items()], "by day"
    filled = [form for form in forms if form[3]]
    size = max(1, -(-len(filled) // MOST_POINTS))
    points = []
    for at in range(0, len(filled), size):
        part = filled[at : at + size]
        points.append((part[0][0], float(sum(f[2] for f in part)), float(sum(f[3] for f in part))))
    return points, "form by form" if size == 1 else f"{size} forms a point"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _percent(value: float | None, decimals: int = 1) -> str:
    return "–" if value is None else f"{100 * value:.{decimals}f} %"


def _limits(interval: tuple[float, float] | None, unit: str = "") -> str:
    return "" if interval is None else f"{interval[0]:,.1f}–{interval[1]:,.1f}{unit}"
