"""How far raters agree on one table of ratings: every coefficient, its interval, and why one is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Limits = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class AgreementSummary:
    """The contract's agreement/1.

    Attributes:
        units: rows of the table, rated or not; ``paired_units`` have at least two ratings.
        level: which differences count for ``krippendorff_alpha``.
        intervals: limits by the name of the figure (``weighted_kappa.linear``, ``icc.2,1``); bootstrap over
            units, F distribution for the intraclass correlations.
        standard_errors: large-sample standard errors by the name of the figure.
        prevalence: share of all ratings by category, in the order of the categories.
        reasons: why a figure is None, by its name.
        warnings: what a reader must know.
    """

    units: int
    raters: int
    level: Literal["nominal", "ordinal", "interval", "ratio"]
    percent_agreement: float | None
    cohen_kappa: float | None
    scott_pi: float | None
    weighted_kappa: Mapping[str, float | None]
    fleiss_kappa: float | None
    conger_kappa: float | None
    brennan_prediger: float | None
    gwet_ac1: float | None
    gwet_ac2: Mapping[str, float | None]
    krippendorff_alpha: float | None
    icc: Mapping[str, float | None]
    intervals: Mapping[str, Limits] = field(default_factory=dict)
    prevalence: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    paired_units: int = 0
    rater_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    standard_errors: Mapping[str, float | None] = field(default_factory=dict)
    confidence: float = 0.95
    resamples: int = 2000
    seed: int = 0
    schema: Literal["qa-toolkit/agreement/1"] = "qa-toolkit/agreement/1"
