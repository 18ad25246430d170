"""Comparisons to control charts, a Pareto of field and kind, and speed beside the error rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from qa_toolkit.domain.keying import CHARGED
from qa_toolkit.domain.keying_charts import (
    ChartedPoint,
    ErrorSpread,
    KeyingChart,
    KeyingCharts,
    KeyingGaps,
    OperatorRate,
    ParetoBar,
)
from qa_toolkit.keying.accuracy import UNKNOWN, Tally, keying_microseconds, limits
from qa_toolkit.keying.comparison import RecordComparison
from qa_toolkit.keying.records import Record
from qa_toolkit.statistics.charts import OVERDISPERSED, ChartKind, control_chart, gap_chart
from qa_toolkit.statistics.clustered import clustered_rate

PER: Final = 10_000
_DAYS: Final = ("started", "ended", "date")
_CHARTS: Final[tuple[ChartKind, ...]] = ("u", "laney_u", "p", "laney_p")


@dataclass(slots=True)
class _Point:
    forms: int = 0
    critical_forms: int = 0
    errors: int = 0
    active: int = 0


@dataclass(slots=True)
class _Operator:
    tally: Tally = field(default_factory=Tally)
    timed: list[tuple[int, int, int]] = field(default_factory=list)
    """Microseconds, filled fields and characters of each form that says how long it took."""


class ChartCount:
    """Adds up comparisons form by form, in any order; forms are put in the order of time at the end."""

    def __init__(self, layout: str, by: str = "day") -> None:
        self._layout, self._by = layout, by
        self._points: dict[str, _Point] = {}
        self._operators: dict[str, _Operator] = {}
        self._places: Counter[tuple[str, str]] = Counter()
        self._who: dict[tuple[str, str], set[str]] = {}
        self._forms: list[tuple[str, str, bool]] = []
        self._records = self._undated = 0

    def add(self, keyed: Record, comparison: RecordComparison) -> None:
        """Adds one form."""
        self._records += 1
        charged = [d for d in comparison.discrepancies if d.kind in CHARGED]
        critical = any(d.criticality == "A" for d in charged)
        errors, active = comparison.errors.total(), comparison.active.total()
        roots = [d for d in charged if d.root is None]
        metadata = comparison.metadata
        name = metadata.get("operator") or metadata.get("agent") or UNKNOWN
        operator = self._operators.setdefault(name, _Operator())
        spent = keying_microseconds(metadata)
        operator.tally.add(errors, active, len(roots), spent)
        if spent:
            filled = [entry.value for *_, entry in keyed.entries() if entry.value]
            operator.timed.append((spent, len(filled), sum(map(len, filled))))
        for found in roots:
            place = (f"{found.group}.{found.field}".rstrip("."), found.kind)
            self._places[place] += 1
            self._who.setdefault(place, set()).add(name)
        label = point_label(metadata, self._by)
        when = next((metadata[key] for key in _DAYS if metadata.get(key)), "")
        self._forms.append((when, comparison.record, critical))
        if label is None or not active:
            self._undated += label is None
            return
        point = self._points.setdefault(label, _Point())
        point.forms += 1
        point.critical_forms += critical
        point.errors += errors
        point.active += active

    def result(self) -> KeyingCharts:
        """The charts of everything that was added."""
        charts: dict[str, KeyingChart] = {
            kind: made for kind in _CHARTS if (made := self._chart(kind)) is not None
        }
        gaps = gap_chart([(record, critical) for _, record, critical in sorted(self._forms)])
        wide = charts.get("u")
        over = wide is not None and wide.sigma_z is not None and wide.sigma_z > OVERDISPERSED
        warnings = []
        if self._undated:
            warnings.append(
                f"{self._undated} of {self._records} forms have no '{self._by}': they are in no chart"
            )
        return KeyingCharts(
            layout=self._layout,
            by=self._by,
            records=self._records,
            undated=self._undated,
            charts=charts,
            recommended=None if wide is None else "laney_u" if over else "u",
            gaps=KeyingGaps(**asdict(gaps)),
            pareto=self._pareto(),
            spread=self._spread(),
            operators=tuple(_rate(name, each) for name, each in sorted(self._operators.items())),
            warnings=tuple(warnings),
        )

    def _chart(self, kind: ChartKind) -> KeyingChart | None:
        counts: list[tuple[str, float, float]] = [
            (label, p.errors, p.active) if kind.endswith("u") else (label, p.critical_forms, p.forms)
            for label, p in sorted(self._points.items())
        ]
        if not counts:
            return None
        made = control_chart(counts, kind)
        points = tuple(ChartedPoint(**asdict(point)) for point in made.points)
        return KeyingChart(kind, made.centre, made.sigma_z, points, made.out, made.advice)

    def _pareto(self) -> tuple[ParetoBar, ...]:
        total, so_far, made = self._places.total(), 0, []
        for place, count in sorted(self._places.items(), key=lambda item: (-item[1], item[0])):
            so_far += count
            made.append(ParetoBar(*place, count, count / total, so_far / total, len(self._who[place])))
        return tuple(made)

    def _spread(self) -> ErrorSpread | None:
        """The fewest operators who made half of the root errors."""
        total = sum(each.tally.root_errors for each in self._operators.values())
        active = sum(each.tally.active for each in self._operators.values())
        if not total or len(self._operators) < 2:
            return None
        made, fields, number = 0, 0, 0
        for each in sorted(self._operators.values(), key=lambda o: -o.tally.root_errors):
            number += 1
            made += each.tally.root_errors
            fields += each.tally.active
            if 2 * made >= total:
                break
        return ErrorSpread(len(self._operators), number, fields / active)


def point_label(metadata: Mapping[str, str], by: str) -> str | None:
    """The point a form belongs to; None where its metadata do not say."""
    if by == "day":
        return next((metadata[name][:10] for name in _DAYS if len(metadata.get(name, "")) >= 10), None)
    if by == "operator":
        return metadata.get("operator") or metadata.get("agent")
    return metadata.get(by)


def _rate(name: str, operator: _Operator) -> OperatorRate:
    tally, spent = operator.tally, sum(each[0] for each in operator.timed)
    hours = spent / 3.6e9
    return OperatorRate(
        operator=name,
        forms=tally.forms,
        active=tally.active,
        errors=tally.errors,
        root_errors=tally.root_errors,
        per_10000=PER * tally.errors / tally.active if tally.active else None,
        interval=limits(clustered_rate(tally.counts)),
        fields_per_hour=sum(each[1] for each in operator.timed) / hours if hours else None,
        keystrokes_per_hour=sum(each[2] for each in operator.timed) / hours if hours else None,
    )
