"""Comparisons of records to keying accuracy: components first, then rates; the form is the sampling unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from qa_toolkit.domain.case import Discrepancy
from qa_toolkit.domain.keying import (
    CHARGED,
    FORMAT_ONLY,
    GUESSED,
    SOURCE_KINDS,
    CharacterCounts,
    CriticalCounts,
    FieldCounts,
    FormCounts,
    KeyingAccuracy,
    KeyingShare,
    LayoutRef,
    Rejected,
    YearlyAmounts,
    YearlyDifference,
)
from qa_toolkit.keying.comparison import Place, RecordComparison
from qa_toolkit.keying.layout_files import LoadedLayout
from qa_toolkit.statistics import Interval, wilson
from qa_toolkit.statistics.clustered import clustered_rate

PER: Final = 10_000
MOST_NOTES: Final = 50
UNKNOWN: Final = "(not given)"

Cluster = tuple[int, int]
"""Wrong and active fields of one form."""


@dataclass(slots=True)
class Tally:
    """Sums over the forms of one operator, site or of all; ``counts`` is how many forms had each cluster."""

    counts: Counter[Cluster] = field(default_factory=Counter)
    root_errors: int = 0
    microseconds: int = 0
    timed_fields: int = 0

    def add(self, errors: int, active: int, roots: int, microseconds: int | None = None) -> None:
        """Adds one form: wrong and active fields, root errors, and how long it took to key, if known."""
        self.counts[errors, active] += 1
        self.root_errors += roots
        if microseconds:
            self.microseconds += microseconds
            self.timed_fields += active

    def merge(self, other: Tally) -> None:
        """Adds the sums of another tally."""
        self.counts.update(other.counts)
        self.root_errors += other.root_errors
        self.microseconds += other.microseconds
        self.timed_fields += other.timed_fields

    @property
    def forms(self) -> int:
        """Forms counted."""
        return self.counts.total()

    @property
    def fields_per_hour(self) -> float | None:
        """Active fields keyed in an hour, over the forms with a time; None when none has one."""
        return 3.6e9 * self.timed_fields / self.microseconds if self.microseconds else None

    @property
    def errors(self) -> int:
        """Wrong active fields."""
        return sum(errors * forms for (errors, _), forms in self.counts.items())

    @property
    def active(self) -> int:
        """Active fields, the denominator of the rate."""
        return sum(active * forms for (_, active), forms in self.counts.items())


class AccuracyCount:
    """Adds up comparisons one by one, so that any number of records needs little memory.

    Only sums, one pair of counts a form, and the discrepancies themselves are kept.
    """

    def __init__(self, loaded: LoadedLayout) -> None:
        layout = loaded.layout
        self._layout, self._counting = LayoutRef(layout.id, layout.version, loaded.sha256), layout.counting
        self._all, self._critical = Tally(), Tally()
        self._by: dict[str, dict[str, Tally]] = {"operator": {}, "site": {}}
        self._field_forms: Counter[tuple[Place, int]] = Counter()
        self._field_wrong: Counter[tuple[Place, int, int]] = Counter()
        self._field_roots: Counter[tuple[str, str]] = Counter()
        self._kinds: Counter[str] = Counter()
        self._kind_roots: Counter[str] = Counter()
        self._kind_forms: Counter[str] = Counter()
        self._characters = self._character_errors = 0
        self._forms_wrong = self._forms_critical = 0
        self._found: list[Discrepancy] = []
        self._notes: list[str] = []
        self._yearly_compared = 0
        self._yearly: list[YearlyDifference] = []

    def add(self, comparison: RecordComparison) -> None:
        """Adds one record."""
        found = comparison.discrepancies
        charged = [d for d in found if d.kind in CHARGED]
        roots = sum(d.root is None for d in charged)
        errors, active = comparison.errors.total(), comparison.active.total()
        critical = sum(d.criticality == "A" and d.field != "" for d in charged)
        self._all.add(errors, active, roots)
        self._critical.add(critical, comparison.critical_active, 0)
        self._forms_wrong += bool(charged)
        self._forms_critical += any(d.criticality == "A" for d in charged)
        spent = keying_microseconds(comparison.metadata)
        for name, tallies in self._by.items():
            value = comparison.metadata.get(name) or (
                comparison.metadata.get("agent") if name == "operator" else None
            )
            tallies.setdefault(value or UNKNOWN, Tally()).add(errors, active, roots, spent)
        self._field_forms.update(comparison.active.items())
        self._field_wrong.update(
            (place, wrong, comparison.active[place]) for place, wrong in comparison.errors.items()
        )
        self._field_roots.update((d.group, d.field) for d in charged if d.root is None and d.field)
        self._kinds.update(d.kind for d in found)
        self._kind_roots.update(d.kind for d in charged if d.root is None)
        self._kind_forms.update({d.kind for d in found})
        self._characters += comparison.characters
        self._character_errors += comparison.character_errors
        self._found.extend(found)
        self._yearly_compared += comparison.yearly_compared
        self._yearly.extend(comparison.yearly)
        room = MOST_NOTES - len(self._notes)
        self._notes.extend(f"{comparison.record}: {note}" for note in comparison.notes[: max(room, 0)])

    def merge(self, other: AccuracyCount) -> None:
        """Adds what another count of the same layout has, in its order."""
        self._all.merge(other._all)
        self._critical.merge(other._critical)
        for name, tallies in other._by.items():
            for value, tally in tallies.items():
                self._by[name].setdefault(value, Tally()).merge(tally)
        for mine, theirs in zip(self._counters(), other._counters(), strict=True):
            mine.update(theirs)
        self._characters += other._characters
        self._character_errors += other._character_errors
        self._forms_wrong += other._forms_wrong
        self._forms_critical += other._forms_critical
        self._found.extend(other._found)
        self._yearly_compared += other._yearly_compared
        self._yearly.extend(other._yearly)
        self._notes.extend(other._notes[: max(MOST_NOTES - len(self._notes), 0)])

    def _counters(self) -> tuple[Counter[Any], ...]:
        places = (self._field_forms, self._field_wrong, self._field_roots)
        return *places, self._kinds, self._kind_roots, self._kind_forms

    def result(self, rejected: Iterable[Rejected] = (), warnings: Iterable[str] = ()) -> KeyingAccuracy:
        """The accuracy over all records added."""
        kinds = self._kinds
        return KeyingAccuracy(
            layout=self._layout,
            records=self._all.forms,
            fields=self._fields(),
            critical=self._critical_fields(),
            forms=self._forms(),
            characters=CharacterCounts(
                self._characters,
                self._character_errors,
                self._character_errors / self._characters if self._characters else None,
            ),
            format_only=kinds[FORMAT_ONLY],
            discrepancies=tuple(self._found),
            rejected=tuple(rejected),
            source_marks=sum(kinds[kind] for kind in SOURCE_KINDS),
            procedure_errors=kinds[GUESSED],
            counting=self._counting,
            by=self._shares(),
            yearly=YearlyAmounts(self._yearly_compared, len(self._yearly), tuple(self._yearly)),
            warnings=(*warnings, *self._notes),
        )

    def _fields(self) -> FieldCounts:
        tally = self._all
        interval = clustered_rate(tally.counts)
        missing = sum(d.kind == "missing" for d in self._found)
        extra = sum(d.kind == "extra" for d in self._found)
        return FieldCounts(
            active=tally.active,
            errors=tally.errors,
            root_errors=tally.root_errors,
            per_10000=_per_10000(tally),
            interval=limits(interval),
            interval_method=interval.reason if interval.low is None else interval.method,
            missing=missing,
            extra=extra,
            wrong=tally.errors - missing - extra,
        )

    def _critical_fields(self) -> CriticalCounts:
        tally = self._critical
        interval = limits(clustered_rate(tally.counts))
        return CriticalCounts(tally.active, tally.errors, _per_10000(tally), interval)

    def _forms(self) -> FormCounts:
        n = self._all.forms
        interval = wilson(self._forms_wrong, n)
        pair = None if interval.low is None or interval.high is None else (interval.low, interval.high)
        critical = wilson(self._forms_critical, n)
        both = None if critical.low is None or critical.high is None else (critical.low, critical.high)
        counts = (n, self._forms_wrong, self._forms_critical)
        return FormCounts(*counts, interval.estimate, pair, critical.estimate, both)

    def _field_shares(self) -> list[KeyingShare]:
        shares = []
        for place, clusters in _clusters_by_field(self._field_forms, self._field_wrong).items():
            tally = Tally(clusters, self._field_roots[place])
            shares.append(
                KeyingShare(
                    ".".join(place),
                    tally.forms,
                    tally.active,
                    tally.errors,
                    tally.root_errors,
                    _per_10000(tally),
                    limits(clustered_rate(tally.counts)),
                )
            )
        return shares

    def _shares(self) -> dict[str, tuple[KeyingShare, ...]]:
        total = sum(self._kind_roots.values())
        shares = {
            name: tuple(
                KeyingShare(
                    value,
                    tally.forms,
                    tally.active,
                    tally.errors,
                    tally.root_errors,
                    _per_10000(tally),
                    limits(clustered_rate(tally.counts)),
                    fields_per_hour=tally.fields_per_hour,
                )
                for value, tally in sorted(tallies.items())
            )
            for name, tallies in self._by.items()
            if any(value != UNKNOWN for value in tallies)
        }
        shares["field"] = _pareto(self._field_shares(), sum(self._field_roots.values()))
        shares["kind"] = _pareto(
            [
                KeyingShare(kind, self._kind_forms[kind], None, self._kinds[kind], roots)
                for kind, roots in self._kind_roots.items()
            ],
            total,
        )
        return shares


def _clusters_by_field(
    forms: Mapping[tuple[Place, int], int], wrong: Mapping[tuple[Place, int, int], int]
) -> dict[Place, Counter[Cluster]]:
    """How many forms had each (wrong, active) of every field that was ever wrong."""
    made: dict[Place, Counter[Cluster]] = {}
    for (place, errors, active), count in wrong.items():
        made.setdefault(place, Counter())[errors, active] += count
    for (place, active), count in forms.items():
        if place in made:
            bad = sum(c for (errors, n), c in made[place].items() if n == active and errors)
            made[place][0, active] += count - bad
    return made


def keying_microseconds(metadata: Mapping[str, str]) -> int | None:
    """How long a form was keyed, from ``started`` and ``ended`` as ISO times; None where they do not say."""
    try:
        started, ended = (datetime.fromisoformat(metadata[name]) for name in ("started", "ended"))
        spent = (ended - started) // timedelta(microseconds=1)
    except (KeyError, ValueError, TypeError):
        return None
    return spent if spent > 0 else None


def _pareto(shares: Sequence[KeyingShare], total: int) -> tuple[KeyingShare, ...]:
    """Largest number of root errors first, with each one's share and the sum so far."""
    from dataclasses import replace

    made, so_far = [], 0
    for share in sorted(shares, key=lambda s: (-s.root_errors, -s.errors, s.name)):
        so_far += share.root_errors
        fraction = share.root_errors / total if total else None
        made.append(replace(share, share=fraction, cumulative=so_far / total if total else None))
    return tuple(made)


def _per_10000(tally: Tally) -> float | None:
    return PER * tally.errors / tally.active if tally.active else None


def limits(interval: Interval) -> tuple[float, float] | None:
    """The limits of a rate per 10,000; None where there are none."""
    if interval.low is None or interval.high is None:
        return None
    return PER * interval.low, PER * interval.high


def accuracy_of(comparisons: Iterable[RecordComparison], loaded: LoadedLayout) -> KeyingAccuracy:
    """The accuracy over comparisons made before."""
    count = AccuracyCount(loaded)
    for comparison in comparisons:
        count.add(comparison)
    return count.result()
