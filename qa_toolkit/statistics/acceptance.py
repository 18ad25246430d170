"""Lots accepted or rejected on samples: plans of MIL-STD-105E and their operating characteristic."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from scipy import optimize, stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.acceptance_tables import (
    AQLS,
    LETTERS,
    LEVELS,
    LOT_LIMITS,
    Inspection,
    Level,
    Sampling,
    cell,
    letter_of,
    stages_of,
)

Model = Literal["binomial", "hypergeometric", "poisson"]
Outcome = Literal["accepted", "rejected", "accepted_return_to_normal"]


class Stage(NamedTuple):
    """One sample of a plan: its size, and the cumulative numbers with which the lot is accepted or rejected.

    ``accept`` is None where this sample cannot accept.
    """

    n: int
    accept: int | None
    reject: int


@dataclass(frozen=True, slots=True)
class AcceptancePlan:
    """How many to inspect and when to accept.

    Attributes:
        letter: the letter the lot size leads to; ``used`` is that of the plan after the arrows of the table.
        sampling: what is used; single where a table of several samples points to it.
        stages: the samples; the whole lot where that is not larger than the plan's.
    """

    lot_size: int
    aql: float
    level: Level
    inspection: Inspection
    letter: str
    used: str
    sampling: Sampling
    stages: tuple[Stage, ...]

    @property
    def n(self) -> int:
        """Items to inspect if every sample is needed."""
        return sum(stage.n for stage in self.stages)

    @property
    def accept(self) -> int:
        """The largest number of faults with which the last sample accepts."""
        return self.stages[-1].accept or 0

    @property
    def reject(self) -> int:
        """The smallest number of faults with which the last sample rejects."""
        return self.stages[-1].reject

    @property
    def model(self) -> Model:
        """Hypergeometric for samples above a tenth of the lot; Poisson for faults per 100 units."""
        if self.aql > 10:
            return "poisson"
        return "hypergeometric" if self.n > 0.1 * self.lot_size else "binomial"

    def decide(self, faults: Sequence[int]) -> Outcome | None:
        """The decision on the faults of each sample so far; None while the next one is needed.

        Between the last acceptance and rejection number, as reduced plans have it, the lot is accepted and
        inspection goes back to normal.

        Raises:
            UsageError: a negative number, more samples than the plan has, or one after the decision.
        """
        if not faults or len(faults) > len(self.stages) or min(faults) < 0:
            what = f"{len(faults)} samples with {', '.join(map(str, faults)) or 'nothing'}"
            fix = f"give the faults of 1 to {len(self.stages)} samples, 0 or more"
            raise UsageError(what, None, fix)
        total = 0
        for number, (stage, found) in enumerate(zip(self.stages, faults, strict=False), start=1):
            total += found
            decision = _decision(stage, total, last=number == len(self.stages))
            if decision is not None and number < len(faults):
                what = f"sample {number} decides already: {decision}"
                raise UsageError(what, None, "give the faults of the samples up to the decision")
            if decision is not None:
                return decision
        return None

    def accepts(self, faults: int) -> bool:
        """The decision of a single plan.

        Raises:
            UsageError: a negative number of faults.
        """
        return self.decide([faults]) in ("accepted", "accepted_return_to_normal")


def _decision(stage: Stage, total: int, *, last: bool) -> Outcome | None:
    if stage.accept is not None and total <= stage.accept:
        return "accepted"
    if total >= stage.reject:
        return "rejected"
    return "accepted_return_to_normal" if last else None


def sample_letter(lot_size: int, level: Level = "II") -> str:
    """The sample-size letter of a lot (table I).

    Raises:
        UsageError: fewer than two items, or no such level.
    """
    if lot_size < 2:
        raise UsageError(f"a lot of {lot_size} is not sampled", None, "give a lot size of 2 or more")
    if level not in LEVELS:
        raise UsageError(f"there is no level '{level}'", None, f"one of {', '.join(LEVELS)}")
    return LEVELS[level][bisect_left(LOT_LIMITS, lot_size)]


def acceptance_plan(
    lot_size: int,
    aql: float,
    level: Level = "II",
    inspection: Inspection = "normal",
    sampling: Sampling = "single",
) -> AcceptancePlan:
    """The sampling plan of MIL-STD-105E for a lot.

    An arrow of the table changes the sample size together with the acceptance number.

    Args:
        lot_size: items of the lot (applications, or fields).
        aql: acceptable quality level: percent faulty, above 10 faults per 100 units; a value of the standard.

    Raises:
        UsageError: a value that the standard does not have, or a cell without a plan.
    """
    if aql not in AQLS:
        near = min(AQLS, key=lambda value: abs(value - aql))
        fix = f"one of {', '.join(f'{value:g}' for value in AQLS)}"
        raise UsageError(f"the standard has no AQL of {aql:g} (nearest {near:g})", None, fix)
    letter = sample_letter(lot_size, level)
    row, place = cell(LETTERS.index(letter), AQLS.index(aql), inspection)
    used, found = stages_of(row, place, inspection, sampling)
    if sum(n for n, _ in found) >= lot_size:
        used, found = stages_of(row, place, inspection, "single")
    stages = tuple(Stage(min(n, lot_size), *numbers) for n, numbers in found)
    return AcceptancePlan(lot_size, aql, level, inspection, letter, letter_of(row), used, stages)


def acceptance_probability(
    n: int, accept: int, rate: float, *, lot_size: int | None = None, model: Model = "binomial"
) -> float:
    """The probability that a lot of this fault rate is accepted.

    Args:
        rate: share of faulty items, or faults per item for ``poisson``.
        lot_size: needed for ``hypergeometric``.

    Raises:
        UsageError: the rate is impossible, or there is no lot size.
    """
    if rate < 0 or (model != "poisson" and rate > 1):
        raise UsageError(f"a fault rate of {rate:g} is not possible", None, "give a share between 0 and 1")
    if model == "poisson":
        return float(stats.poisson.cdf(accept, n * rate))
    if model == "hypergeometric":
        if lot_size is None:
            raise UsageError("the hypergeometric model needs the lot size", None, "give the lot size")
        return float(stats.hypergeom.cdf(accept, lot_size, round(rate * lot_size), n))
    return float(stats.binom.cdf(accept, n, rate))


def rate_accepted_with(probability: float, n: int, accept: int, *, model: Model = "binomial") -> float:
    """The fault rate that is accepted with this probability: 0.95 gives the AQL side, 0.10 the LTPD.

    Of a hypergeometric plan the binomial one is taken, as its rate moves in steps.

    Raises:
        UsageError: the probability is not between 0 and 1.
    """
    if not 0 < probability < 1:
        raise UsageError(
            f"a probability of {probability:g} is not possible", None, "give one between 0 and 1"
        )
    if accept >= n and model != "poisson":
        return 1.0
    if model == "poisson":
        return float(stats.chi2.ppf(1 - probability, 2 * (accept + 1))) / (2 * n)
    return float(stats.beta.ppf(1 - probability, accept + 1, n - accept))


def plan_probability(
    stages: Sequence[Stage], rate: float, *, lot_size: int, model: Model = "binomial"
) -> tuple[float, float]:
    """The probability that a plan accepts a lot of this fault rate, and the items it inspects on average.

    The distribution of the faults found is carried from sample to sample; inspection ends with the decision.

    Raises:
        UsageError: the rate is impossible.
    """
    if rate < 0 or (model != "poisson" and rate > 1):
        raise UsageError(f"a fault rate of {rate:g} is not possible", None, "give a share between 0 and 1")
    going, accepted, items, drawn = {0: 1.0}, 0.0, 0.0, 0
    for number, stage in enumerate(stages, start=1):
        items += stage.n * sum(going.values())
        after: dict[int, float] = {}
        source = _Source(model, rate, lot_size, drawn)
        for found, chance in going.items():
            for more in range(stage.reject - found):
                added = chance * source.chance(stage.n, found, more)
                after[found + more] = after.get(found + more, 0.0) + added
        going = {}
        for total, chance in after.items():
            decision = _decision(stage, total, last=number == len(stages))
            if decision is None:
                going[total] = chance
            else:
                accepted += chance
        drawn += stage.n
    return min(accepted, 1.0), items


class _Source(NamedTuple):
    """What the next sample is drawn from."""

    model: Model
    rate: float
    lot_size: int
    drawn: int

    def chance(self, n: int, found: int, more: int) -> float:
        """The probability of so many more faults in a sample, after so many found."""
        if self.model == "poisson":
            return float(stats.poisson.pmf(more, n * self.rate))
        if self.model == "hypergeometric":
            left = round(self.rate * self.lot_size) - found
            return float(stats.hypergeom.pmf(more, self.lot_size - self.drawn, left, n)) if left >= 0 else 0.0
        return float(stats.binom.pmf(more, n, self.rate))


def plan_rate(probability: float, plan: AcceptancePlan) -> float:
    """The fault rate a plan accepts with this probability: 0.95 gives the AQL side, 0.10 the LTPD.

    Faults per item for an AQL above 10; otherwise binomial, as a hypergeometric rate moves in steps.

    Raises:
        UsageError: the probability is not between 0 and 1.
    """
    if not 0 < probability < 1:
        what = f"a probability of {probability:g} is not possible"
        raise UsageError(what, None, "give one between 0 and 1")
    model: Model = "poisson" if plan.model == "poisson" else "binomial"
    high = 4.0 * (plan.reject + 3) / plan.stages[0].n if model == "poisson" else 1.0

    def above(rate: float) -> float:
        return plan_probability(plan.stages, rate, lot_size=plan.lot_size, model=model)[0] - probability

    return 1.0 if above(high) > 0 else float(optimize.brentq(above, 0.0, high))


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A point of the operating characteristic; outgoing quality and work if rejected lots are screened."""

    rate: float
    accepted: float
    outgoing: float
    inspected: float


def operating_characteristic(
    n: int, accept: int, rates: Sequence[float], *, lot_size: int, model: Model = "binomial"
) -> tuple[OperatingPoint, ...]:
    """Probability of acceptance, average outgoing quality and average total inspection at each rate.

    Average outgoing quality is Pa p (N - n) / N, average total inspection n + (1 - Pa)(N - n)
    (Dodge and Romig, 1959).
    """
    points = []
    for rate in rates:
        pa = acceptance_probability(n, accept, rate, lot_size=lot_size, model=model)
        rest = lot_size - n
        points.append(OperatingPoint(rate, pa, pa * rate * rest / lot_size, n + (1 - pa) * rest))
    return tuple(points)


def outgoing_limit(n: int, accept: int, lot_size: int) -> tuple[float, float]:
    """The worst average outgoing quality and the rate at which it occurs (binomial)."""

    def leaving(rate: float) -> float:
        return -acceptance_probability(n, accept, rate) * rate * (lot_size - n) / lot_size

    found = optimize.minimize_scalar(leaving, bounds=(0.0, min(1.0, 5 * (accept + 1) / n)), method="bounded")
    return -float(found.fun), float(found.x)


def chapman(first: int, second: int, both: int) -> float:
    """Errors in all, from two independent checks that found so many each and so many in common.

    The nearly unbiased form of Chapman (1951): (n1 + 1)(n2 + 1) / (m + 1) - 1.

    Raises:
        UsageError: more in common than one of them found.
    """
    if both < 0 or both > min(first, second):
        raise UsageError(f"{both} in common of {first} and {second}", None, "give the errors that both found")
    return (first + 1) * (second + 1) / (both + 1) - 1
