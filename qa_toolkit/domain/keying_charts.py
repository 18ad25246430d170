"""Keying over time and between operators, in the shape ``keying-charts/1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ChartedPoint:
    """A point of a chart: faults of a size, their rate, and the limits for that size."""

    label: str
    faults: float
    size: float
    rate: float
    low: float
    high: float
    out: bool


@dataclass(frozen=True, slots=True)
class KeyingChart:
    """A control chart.

    Attributes:
        kind: ``u`` and ``laney_u``: wrong fields per active field; ``p`` and ``laney_p``: forms with a
            critical error per form.
        sigma_z: how much more the points scatter than chance allows; Laney's limits are that much wider.
        out: labels of the points outside their limits.
    """

    kind: Literal["u", "laney_u", "p", "laney_p"]
    centre: float
    sigma_z: float | None
    points: tuple[ChartedPoint, ...]
    out: tuple[str, ...]
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyingGaps:
    """Forms between two forms with a critical error (g chart), for errors too rare for a p chart."""

    mean: float | None
    low: float | None
    high: float | None
    gaps: tuple[tuple[str, int], ...]
    out: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParetoBar:
    """Root errors of one kind in one field; ``operators`` is how many people made them."""

    field: str
    kind: str
    root_errors: int
    share: float
    cumulative: float
    operators: int


@dataclass(frozen=True, slots=True)
class OperatorRate:
    """Speed beside the error rate; nobody is ranked on speed.

    Attributes:
        fields_per_hour, keystrokes_per_hour: over the forms that say when they were begun and ended; filled
            fields and characters as keyed.
        per_10000, interval: wrong fields, clustered by form.
    """

    operator: str
    forms: int
    active: int
    errors: int
    root_errors: int
    per_10000: float | None
    interval: tuple[float, float] | None
    fields_per_hour: float | None
    keystrokes_per_hour: float | None


@dataclass(frozen=True, slots=True)
class ErrorSpread:
    """Few operators or many: the fewest who made half of the root errors, and how much they keyed."""

    operators: int
    half_made_by: int
    their_share_of_fields: float


@dataclass(frozen=True, slots=True)
class KeyingCharts:
    """What control charts, Pareto and productivity say of keyed forms.

    Attributes:
        by: what a point is: ``day``, ``operator``, ``site`` or other metadata.
        recommended: the chart of field errors to read: Laney's where points scatter more than by chance.
        undated: forms without a value for ``by``; they are in no chart.
    """

    layout: str
    by: str
    records: int
    undated: int
    charts: Mapping[str, KeyingChart]
    recommended: str | None
    gaps: KeyingGaps
    pareto: tuple[ParetoBar, ...]
    spread: ErrorSpread | None
    operators: tuple[OperatorRate, ...]
    warnings: tuple[str, ...] = ()
    schema: Literal["qa-toolkit/keying-charts/1"] = "qa-toolkit/keying-charts/1"
