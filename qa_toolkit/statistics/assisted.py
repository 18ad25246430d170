"""A machine that scored everything, put right by a small sample that people scored too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.estimators import PopulationEstimate, SampleDesign, design_mean, design_ratio
from qa_toolkit.statistics.ratings import Floats


@dataclass(frozen=True, slots=True)
class AssistedEstimate:
    """The rate of the population three ways.

    Attributes:
        machine_only: mean of the machine's values; exact, and as wrong as the machine is.
        human_only: from the sample people scored.
        corrected: the machine's values, put right by the sample.
        machine_bias: machine minus people, in the sample with its weights.
        width_ratio: width of the corrected interval over that of the human-only one; above 1 the machine
            brings nothing.
    """

    machine_only: float
    human_only: PopulationEstimate
    corrected: PopulationEstimate
    machine_bias: float | None
    width_ratio: float | None


def assisted_mean(
    human: Sequence[float],
    machine: Sequence[float],
    machine_everywhere: Sequence[float],
    design: SampleDesign | None = None,
    *,
    confidence: float = 0.95,
) -> AssistedEstimate:
    """Mean over a population that the machine scored whole, with a sample that people scored.

    Yes-no values are post-stratified by the machine's answer: what share of those it passed, and of those it
    failed, do people pass? The limits of the two shares are put together as by Zou and Donner (2008). Numbers
    of a simple random sample are corrected by regression (Cassel, Särndal and Wretman, 1976), with many
    unscored items the power-tuned prediction-powered estimator of Angelopoulos, Duchi and Zrnic (2023).
    Numbers of weighted samples get the difference estimator: the machine's mean plus the weighted mean of
    people minus machine.

    Args:
        human: people's values of the sample.
        machine: the machine's values of the same items.
        machine_everywhere: the machine's values of the whole population, the sample included.
        design: how the sample was drawn; by default a simple random sample.

    Raises:
        UsageError: lengths do not fit.
    """
    everywhere = np.array(machine_everywhere, dtype=float)
    if len(human) != len(machine) or len(human) > len(everywhere):
        raise UsageError("people's and the machine's values do not fit", None, "give one of each an item")
    drawn = design if design is not None else SampleDesign.simple(len(human), len(everywhere))
    people = design_mean(human, drawn, confidence=confidence)
    if not len(everywhere) or people.estimate is None:
        reason = people.reason or "there are no items"
        nothing = replace(people, method="assisted", reason=reason)
        return AssistedEstimate(
            float(everywhere.mean()) if len(everywhere) else 0.0, people, nothing, None, None
        )
    y, m = np.array(human, dtype=float), np.array(machine, dtype=float)
    if set(np.unique(np.concatenate([y, everywhere]))) <= {0.0, 1.0}:
        corrected = _post_stratified(y, m, everywhere, drawn, people)
    elif drawn.kind == "strata" and len(drawn.sizes) == 1:
        corrected = _regression(y, m, everywhere, people)
    else:
        corrected = _difference(y - m, everywhere, drawn, people)
    bias = design_mean(list(m - y), drawn, confidence=confidence).estimate
    return AssistedEstimate(float(everywhere.mean()), people, corrected, bias, _ratio(corrected, people))


def _ratio(corrected: PopulationEstimate, people: PopulationEstimate) -> float | None:
    limits = (corrected.low, corrected.high, people.low, people.high)
    if any(limit is None for limit in limits):
        return None
    low, high, human_low, human_high = (float(limit or 0.0) for limit in limits)
    return (high - low) / (human_high - human_low) if human_high > human_low else None


def _post_stratified(
    y: Floats, m: Floats, everywhere: Floats, design: SampleDesign, people: PopulationEstimate
) -> PopulationEstimate:
    estimate = below = above = variance = 0.0
    for answer, word in ((1.0, "passed"), (0.0, "failed")):
        share = float((everywhere == answer).mean())
        inside = (m == answer).astype(float)
        if not share:
            continue
        if not inside.any():
            count = int((everywhere == answer).sum())
            warning = f"the sample holds none of the {count} items the machine {word}, so it corrects nothing"
            return replace(people, warnings=(*people.warnings, warning))
        part = design_ratio(list(y * inside), list(inside), design, confidence=people.confidence)
        if part.estimate is None or part.low is None or part.high is None:
            return replace(people, warnings=(*people.warnings, f"no correction: {part.reason}"))
        estimate += share * part.estimate
        below += (share * (part.estimate - part.low)) ** 2
        above += (share * (part.high - part.estimate)) ** 2
        variance += (share * (part.standard_error or 0.0)) ** 2
    return replace(
        people,
        estimate=estimate,
        low=max(0.0, estimate - math.sqrt(below)),
        high=min(1.0, estimate + math.sqrt(above)),
        standard_error=math.sqrt(variance),
        effective_n=estimate * (1 - estimate) / variance if variance else None,
        method="post_stratified_by_machine",
    )


def _regression(y: Floats, m: Floats, everywhere: Floats, people: PopulationEstimate) -> PopulationEstimate:
    n = len(y)
    if n < 3:
        return replace(people, warnings=(*people.warnings, "too few items to put the machine right"))
    spread = float(((m - m.mean()) ** 2).sum())
    slope = float(((m - m.mean()) * (y - y.mean())).sum()) / spread if spread else 0.0
    residuals = y - y.mean() - slope * (m - m.mean())
    error = math.sqrt((1 - n / len(everywhere)) * float((residuals**2).sum()) / (n - 2) / n)
    estimate = float(y.mean()) + slope * float(everywhere.mean() - m.mean())
    half = float(stats.t.ppf(0.5 + people.confidence / 2, n - 2)) * error
    return replace(
        people,
        estimate=estimate,
        low=estimate - half,
        high=estimate + half,
        standard_error=error,
        effective_n=None,
        method="regression_on_machine",
        warnings=(*people.warnings, *_too_sure(error)),
    )


def _difference(
    apart: Floats, everywhere: Floats, design: SampleDesign, people: PopulationEstimate
) -> PopulationEstimate:
    machine = float(everywhere.mean())
    found = design_mean(list(apart), design, confidence=people.confidence)
    if found.estimate is None or found.standard_error is None:
        return replace(people, method="difference", reason=found.reason)
    low, high = found.low or 0.0, found.high or 0.0
    return replace(
        found,
        estimate=machine + found.estimate,
        low=machine + low,
        high=machine + high,
        effective_n=None,
        method="difference",
        warnings=(*found.warnings, *_too_sure(found.standard_error)),
    )


def _too_sure(error: float) -> tuple[str, ...]:
    text = "people and machine never differed in the sample, so the interval is too narrow"
    return () if error > 0 else (text,)
