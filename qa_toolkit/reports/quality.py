"""The measures of a report, and how their figures are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from qa_toolkit.domain.rubric import Criterion, Rubric
from qa_toolkit.errors import UsageError
from qa_toolkit.reports.calls import MET, NOT_MET, Calls, States, counts_of
from qa_toolkit.reports.tables import Figure, figure
from qa_toolkit.reports.translation import say, translated
from qa_toolkit.reports.wording import FAMILIES
from qa_toolkit.statistics import Interval, clustered_rate, wilson

CRITERION = "criterion:"
"""How a criterion is named as a measure: ``criterion:IN-03``."""

MEASURES = ("passed", "no_auto_fail", *FAMILIES)


@dataclass(frozen=True, slots=True)
class Block:
    """The calls of one rubric with what is known of the rubric.

    Attributes:
        measure: what groups are compared by.
        targets: by measure, fractions.
    """

    calls: Calls
    rubric: Rubric | None
    measure: str
    targets: Mapping[str, float] = field(default_factory=dict)

    @property
    def target(self) -> float | None:
        """The target of the measure, 0-1; None where none was given."""
        return self.targets.get(self.measure)

    @property
    def title(self) -> str:
        """The rubric's title, or its id."""
        return self.rubric.title if self.rubric else self.calls.rubric

    def criteria(self) -> tuple[str, ...]:
        """Criteria in the order of the form, then those of other versions."""
        written = [c.id for c in self.rubric.criteria] if self.rubric else []
        return tuple(dict.fromkeys([*(c for c in written if c in self.calls.answers), *self.calls.answers]))

    def criterion(self, criterion: str) -> Criterion | None:
        """The criterion as the newest version has it; None when it has none of that id."""
        return next((c for c in self.rubric.criteria if c.id == criterion), None) if self.rubric else None


def states_of(calls: Calls, measure: str) -> States:
    """The state of every call under a measure.

    Raises:
        UsageError: there is no such measure, or no such criterion in these calls.
    """
    if measure == "passed":
        return calls.passed
    if measure == "no_auto_fail":
        return calls.no_auto_fail
    if measure in FAMILIES:
        return calls.families[measure]
    criterion = measure.removeprefix(CRITERION)
    if criterion in calls.answers:
        return calls.answers[criterion]
    raise UsageError(
        f"'{measure}' is no measure of rubric {calls.rubric}",
        None,
        f"use {', '.join(MEASURES)}, or criterion:ID with one of {', '.join(calls.answers)}",
    )


def usual_measure(calls: Calls) -> str:
    """``passed`` where calls can pass; else critical errors and automatic fails say more."""
    if counts_of(calls.passed)[1]:
        return "passed"
    used = [family for family in FAMILIES if counts_of(calls.families[family])[1]]
    return used[-1] if used else "no_auto_fail"


def measure_name(measure: str) -> str:
    """A measure in words."""
    if measure in FAMILIES:
        return translated(f"{measure}-critical accuracy")
    if measure == "passed":
        return say("passed")
    if measure == "no_auto_fail":
        return say("no automatic fail")
    return say("{criterion} met", criterion=measure.removeprefix(CRITERION))


def definition_of(measure: str) -> str:
    """The name of a measure's definition."""
    if measure in FAMILIES:
        return "critical_accuracy/1"
    return f"{measure}/1" if measure in MEASURES else "criterion_met/1"


def rate_of(calls: Calls, measure: str, chosen: NDArray[np.bool_] | None = None) -> Figure:
    """A measure over the calls, or those chosen."""
    return figure(wilson(*counts_of(states_of(calls, measure), chosen)), definition_of(measure))


def mean_score(calls: Calls, chosen: NDArray[np.bool_] | None = None) -> Figure:
    """Mean score in percent with a t interval; its limits stay inside the scores that can be."""
    values = calls.percent if chosen is None else calls.percent[chosen]
    values = values[~np.isnan(values)]
    return figure(mean_interval(values), "mean_score/1", "percent")


def mean_interval(values: NDArray[np.float64], confidence: float = 0.95) -> Interval:
    """Mean with Student's t limits; None for nothing, no limits for one value."""
    n = len(values)
    if n == 0:
        return Interval(None, None, None, 0, confidence, "student_t", "there are no items")
    mean = float(values.mean())
    if n < 2:
        return Interval(mean, None, None, n, confidence, "student_t", "one item says nothing about others")
    half = float(stats.t.ppf(0.5 + confidence / 2, n - 1)) * float(values.std(ddof=1)) / n**0.5
    lowest, highest = min(0.0, float(values.min())), max(100.0, float(values.max()))
    return Interval(mean, max(lowest, mean - half), min(highest, mean + half), n, confidence, "student_t")


def non_critical(block: Block) -> Figure | None:
    """Answers in full per opportunity over the criteria that are not critical; None without the rubric."""
    if block.rubric is None:
        return None
    plain = [c.id for c in block.rubric.criteria if c.critical == "none" and c.id in block.calls.answers]
    if not plain:
        return None
    table = np.stack([block.calls.answers[c] for c in plain])
    faults, items = (table == NOT_MET).sum(axis=0), ((table == NOT_MET) | (table == MET)).sum(axis=0)
    found = clustered_rate([(float(f), float(n)) for f, n in zip(faults, items, strict=True) if n])
    turned = Interval(
        None if found.estimate is None else 1 - found.estimate,
        None if found.high is None else 1 - found.high,
        None if found.low is None else 1 - found.low,
        found.n,
        found.confidence,
        found.method,
        found.reason,
    )
    return figure(turned, "non_critical_accuracy/1")
