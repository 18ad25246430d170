"""Lots accepted or rejected on a sample: single plans of MIL-STD-105E, operating characteristic, switching.

The tables are those of MIL-STD-105E (10 May 1989, a work of the United States government, distribution
unlimited): sample-size letters (table I) and the master tables for normal (II-A) and tightened inspection
(II-B), which are made from their own regularity: with letters and AQLs numbered along their preferred series
the acceptance number depends on their sum alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from scipy import optimize, stats

from qa_toolkit.errors import UsageError

LETTERS: Final = "ABCDEFGHJKLMNPQR"
SIZES: Final = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000)
AQLS: Final = (
    0.010, 0.015, 0.025, 0.040, 0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5,
    10.0, 15.0, 25.0, 40.0, 65.0, 100.0, 150.0, 250.0, 400.0, 650.0, 1000.0,
)  # fmt: skip
LOT_LIMITS: Final = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10000, 35000, 150000, 500000)
_LEVELS: Final = {"I": "AABCCDEFGHJKLMN", "II": "ABCDEFGHJKLMNPQ", "III": "BCDEFGHJKLMNPQR"}
_NORMAL: Final = {14: 0, 17: 1, 18: 2, 19: 3, 20: 5, 21: 7, 22: 10, 23: 14, 24: 21, 25: 30, 26: 44}
_TIGHTENED: Final = {15: 0, 18: 1, 19: 2, 20: 3, 21: 5, 22: 8, 23: 12, 24: 18, 25: 27, 26: 41}
_WIDE_ROWS: Final = 5
"""Only the first letters have plans that accept more than 21."""

Level = Literal["I", "II", "III"]
Inspection = Literal["normal", "tightened"]
Model = Literal["binomial", "hypergeometric", "poisson"]


@dataclass(frozen=True, slots=True)
class AcceptancePlan:
    """How many to inspect and when to accept.

    Attributes:
        letter: the letter the lot size leads to; ``used`` is that of the plan after the arrows of the table.
        n: items to inspect; the whole lot where that is smaller.
        accept: the largest number of faults with which the lot is accepted.
    """

    lot_size: int
    aql: float
    level: Level
    inspection: Inspection
    letter: str
    used: str
    n: int
    accept: int

    @property
    def reject(self) -> int:
        """The smallest number of faults with which the lot is rejected."""
        return self.accept + 1

    @property
    def model(self) -> Model:
        """Hypergeometric for samples above a tenth of the lot; Poisson for faults per 100 units."""
        if self.aql > 10:
            return "poisson"
        return "hypergeometric" if self.n > 0.1 * self.lot_size else "binomial"

    def accepts(self, faults: int) -> bool:
        """The decision on a lot.

        Raises:
            UsageError: a negative number of faults.
        """
        if faults < 0:
            raise UsageError(f"{faults} faults are not possible", None, "give 0 or more")
        return faults <= self.accept


def sample_letter(lot_size: int, level: Level = "II") -> str:
    """The sample-size letter of a lot (table I).

    Raises:
        UsageError: fewer than two items, or no such level.
    """
    if lot_size < 2:
        raise UsageError(f"a lot of {lot_size} is not sampled", None, "give a lot size of 2 or more")
    if level not in _LEVELS:
        raise UsageError(f"there is no level '{level}'", None, f"one of {', '.join(_LEVELS)}")
    return _LEVELS[level][bisect_left(LOT_LIMITS, lot_size)]


def acceptance_plan(
    lot_size: int, aql: float, level: Level = "II", inspection: Inspection = "normal"
) -> AcceptancePlan:
    """The single sampling plan of MIL-STD-105E for a lot.

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
    row, accept = _cell(LETTERS.index(letter), AQLS.index(aql), inspection)
    n = min(SIZES[row], lot_size)
    return AcceptancePlan(lot_size, aql, level, inspection, letter, LETTERS[row], n, accept)


def _cell(row: int, column: int, inspection: Inspection = "normal") -> tuple[int, int]:
    """Row and acceptance number after following the arrows."""
    last = len(LETTERS) - 1
    numbers = _NORMAL if inspection == "normal" else _TIGHTENED
    strictest = min(numbers)
    while True:
        place = row + column
        accept = numbers.get(place)
        if accept is not None and (place <= 24 or row < _WIDE_ROWS):
            return row, accept
        # The cell after the strictest points up (smaller sample), the one after that and all before it down.
        row += -1 if place == strictest + 1 or place > 24 else 1
        if not 0 <= row <= last:
            raise UsageError(
                "the table has no plan for this letter and AQL",
                None,
                "take a larger lot, or another AQL or level",
            )


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


@dataclass(frozen=True, slots=True)
class SwitchingState:
    """Where inspection stands after a row of lots, oldest first.

    Attributes:
        inspection: how the next lot is inspected; ``discontinued`` asks for action before any more lots.
        reason: the rule that led there.
    """

    inspection: Literal["normal", "tightened", "reduced", "discontinued"]
    reason: str


def switching_state(decisions: Sequence[bool], *, stable: bool = False) -> SwitchingState:
    """The switching rules of MIL-STD-105E applied to lots accepted (true) or rejected on first inspection.

    Normal to tightened: two of five consecutive lots rejected. Tightened to normal: five in a row accepted.
    Discontinued: five lots in all rejected while on tightened. Normal to reduced: ten in a row accepted,
    where production is stable. Reduced to normal: a lot rejected.
    """
    state: Literal["normal", "tightened", "reduced", "discontinued"] = "normal"
    reason, recent, rejected = "inspection starts as normal", [], 0
    for accepted in decisions:
        recent.append(accepted)
        if state == "normal" and recent[-5:].count(False) >= 2:
            state, reason, recent, rejected = "tightened", "two of five consecutive lots were rejected", [], 0
        elif state == "normal" and stable and len(recent) >= 10 and all(recent[-10:]):
            state, reason, recent = (
                "reduced",
                "ten consecutive lots were accepted and production is stable",
                [],
            )
        elif state == "reduced" and not accepted:
            state, reason, recent = "normal", "a lot was rejected on reduced inspection", []
        elif state == "tightened":
            rejected += not accepted
            if rejected >= 5:
                return SwitchingState("discontinued", "five lots were rejected on tightened inspection")
            if len(recent) >= 5 and all(recent[-5:]):
                state, reason, recent = "normal", "five consecutive lots were accepted on tightened", []
    return SwitchingState(state, reason)


def chapman(first: int, second: int, both: int) -> float:
    """Errors in all, from two independent checks that found so many each and so many in common.

    The nearly unbiased form of Chapman (1951): (n1 + 1)(n2 + 1) / (m + 1) - 1.

    Raises:
        UsageError: more in common than one of them found.
    """
    if both < 0 or both > min(first, second):
        raise UsageError(f"{both} in common of {first} and {second}", None, "give the errors that both found")
    return (first + 1) * (second + 1) / (both + 1) - 1
