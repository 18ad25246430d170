"""How many interactions a question needs, and what that number cannot show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import sample_size, wilson

Goal = Literal["estimate", "detect", "certify", "agent"]
Against = Literal["standard", "period"]

_FEWEST_EXPECTED_FAILURES = 5
_MOST = 10_000_000
_EXACT_UP_TO = 5_000


@dataclass(frozen=True, slots=True)
class SizePlan:
    """A sample size with its reasons.

    Attributes:
        n: interactions to review (for each period when two are compared, for each agent with ``agent``).
        assumptions: what the number rests on.
        shows: what that many show.
        does_not_show: what they cannot show.
    """

    goal: Goal
    n: int
    assumptions: Mapping[str, float | int | str | None]
    shows: tuple[str, ...]
    does_not_show: tuple[str, ...]
    figures: Mapping[str, float | None] = field(default_factory=dict)


def plan_estimate(
    margin: float, *, rate: float = 0.5, population: int | None = None, confidence: float = 0.95
) -> SizePlan:
    """Interactions needed to know a rate within ``margin`` either way (Cochran, 1977).

    Raises:
        UsageError: an argument is outside its range.
    """
    n = sample_size(margin, rate=rate, population=population, confidence=confidence)
    parts = max(1, n // 10)
    tenth = wilson(round(rate * parts), parts, confidence)
    shows = [f"the rate within {_points(margin)} either way, {_percent(confidence)} of the time"]
    hidden = [
        f"the rate of a part of them: a tenth ({parts}) leaves {_range(tenth.low, tenth.high)} at that rate",
        f"a change below {_points(_detectable(rate, n, confidence))} between two such samples (80 % power)",
    ]
    failures = n * (1 - rate)
    if failures < _FEWEST_EXPECTED_FAILURES:
        hidden.append(f"why interactions fail: about {failures:.1f} failures are expected")
    assumptions = {"margin": margin, "rate": rate, "population": population, "confidence": confidence}
    return SizePlan("estimate", n, assumptions, tuple(shows), tuple(hidden))


def plan_detection(
    before: float,
    after: float,
    *,
    against: Against = "period",
    power: float = 0.8,
    confidence: float = 0.95,
    population: int | None = None,
) -> SizePlan:
    """Interactions needed to notice a change from one rate to another, two-sided.

    Two periods are compared as by Fleiss (1981), a standard by the exact binomial test.

    Args:
        before: the rate so far.
        after: the rate that must not pass unnoticed.
        against: ``period``: two samples of n each; ``standard``: one sample against a fixed rate.
        power: chance of noticing it.
        confidence: 1 - confidence is the chance of a false alarm.
        population: interactions of a period, for the finite population correction.

    Raises:
        UsageError: an argument is outside its range.
    """
    _between(before, after, power, confidence)
    if before == after:
        raise UsageError("there is no change to detect", None, "give two different rates")
    n = _size_for_change(before, after, against, power, confidence)
    if population is not None:
        n = max(1, math.ceil(n / (1 + (n - 1) / population)))
    half = before + (after - before) / 2
    shows = [
        f"a change from {_percent(before)} to {_percent(after)}, noticed {_percent(power)} of the time"
        + (" (that many in each period)" if against == "period" else ""),
    ]
    weaker = _power(before, half, n, against, confidence)
    missed, alarms = _percent(1 - power), _percent(1 - confidence)
    hidden = [
        f"a change half as large, to {_percent(half)}: {_percent(1 - weaker)} of such changes are missed",
        f"that nothing changed: {missed} of such changes are missed, {alarms} of quiet periods give an alarm",
    ]
    assumptions: dict[str, float | int | str | None] = {"before": before, "after": after, "against": against}
    assumptions |= {"power": power, "confidence": confidence, "population": population}
    return SizePlan("detect", n, assumptions, tuple(shows), tuple(hidden))


def plan_certification(
    target: float, *, failures: int = 0, rate: float | None = None, confidence: float = 0.95
) -> SizePlan:
    """Interactions needed to show a rate above ``target``, with so many failures allowed (binomial).

    Args:
        target: the rate to be shown, such as 0.99.
        failures: failures in the sample at which it still counts as shown.
        rate: what the rate may truly be, to tell the chance of success.
        confidence: of the statement.

    Raises:
        UsageError: an argument is outside its range.
    """
    _between(target, confidence)
    if failures < 0 or (rate is not None and not 0 <= rate <= 1):
        raise UsageError("failures or rate are impossible", None, "failures from 0, rate from 0 to 1")
    n = _certifying_size(1 - target, failures, confidence)
    shows = [
        f"a rate above {_percent(target)}, {_percent(confidence)} sure, if at most {failures} of {n} fail"
    ]
    at_target = float(stats.binom.cdf(failures, n, 1 - target))
    hidden = [
        f"a rate of exactly {_percent(target)}: it passes only {_percent(at_target)} of the time",
        "that it is missed, if more fail: then nothing is shown either way",
    ]
    figures: dict[str, float | None] = {"passes_at_target": at_target}
    if rate is not None:
        passes = float(stats.binom.cdf(failures, n, 1 - rate))
        figures["passes_at_rate"] = passes
        shows.append(f"it, {_percent(passes)} of the time, when the rate truly is {_percent(rate)}")
    assumptions = {"target": target, "failures": failures, "rate": rate, "confidence": confidence}
    return SizePlan("certify", n, assumptions, tuple(shows), tuple(hidden), figures)


def plan_agents(
    n: int,
    *,
    target: float,
    rate: float = 0.9,
    agents: int = 1,
    confidence: float = 0.95,
) -> SizePlan:
    """What ``n`` interactions of each agent in a period say about the agents.

    Args:
        n: interactions per agent.
        target: share that must pass.
        rate: what an agent's share truly is.
        agents: how many agents are looked at in this way.
        confidence: of the intervals.

    Raises:
        UsageError: an argument is outside its range.
    """
    _between(target, rate, confidence)
    if n < 1 or agents < 1:
        raise UsageError("there is nothing to plan", None, "give at least one interaction and one agent")
    expected = round(n * rate)
    usual, perfect = wilson(expected, n, confidence), wilson(n, n, confidence)
    below = float(stats.binom.cdf(math.ceil(n * target - 1e-9) - 1, n, rate))
    needed = sample_size(0.05, rate=rate, confidence=confidence)
    shows = []
    if perfect.low is not None and perfect.low > target:
        shows.append(f"that an agent without a failure is above {_percent(target)}")
    worst = next((k for k in range(n, -1, -1) if (wilson(k, n, confidence).high or 0.0) < target), None)
    if worst is not None:
        shows.append(f"that an agent with {worst} of {n} or fewer is below {_percent(target)}")
    unlucky = agents * below
    hidden = [
        f"an agent's share within 5 points: that takes {needed}",
        f"with {expected} of {n} passed, only that it lies in {_range(usual.low, usual.high)}",
        f"with {n} of {n} passed, only that it is above {_percent(perfect.low or 0.0)}",
        f"an order: of {agents} at {_percent(rate)} some {unlucky:.0f} fall below the target by chance",
        f"a change between two periods below {_points(_detectable(rate, n, confidence))} (80 % power)",
    ]
    if worst is None:
        hidden.append(f"that any agent is below {_percent(target)}: even {n} failures of {n} do not")
    figures = {
        "falls_below_by_chance": below,
        "low": usual.low,
        "high": usual.high,
        "perfect_low": perfect.low,
    }
    assumptions = {"n": n, "target": target, "rate": rate, "agents": agents, "confidence": confidence}
    return SizePlan("agent", n, assumptions, tuple(shows), tuple(hidden), figures)


def _size_for_change(before: float, after: float, against: Against, power: float, confidence: float) -> int:
    alpha, beta = float(stats.norm.ppf(0.5 + confidence / 2)), float(stats.norm.ppf(power))
    if against == "standard":
        spread = alpha * math.sqrt(before * (1 - before)) + beta * math.sqrt(after * (1 - after))
    else:
        middle = (before + after) / 2
        spread = alpha * math.sqrt(2 * middle * (1 - middle)) + beta * math.sqrt(
            before * (1 - before) + after * (1 - after)
        )
    n = max(1, math.ceil((spread / (before - after)) ** 2 - 1e-9))
    if against == "period" or n > _EXACT_UP_TO:
        return n
    first = max(1, n // 2)
    return next(size for size in count(first) if _exact_power(before, after, size, confidence) >= power)


def _power(before: float, after: float, n: int, against: Against, confidence: float) -> float:
    """Chance of noticing the change with n: exact against a standard, else by the normal distribution."""
    if against == "standard" and n <= _EXACT_UP_TO:
        return _exact_power(before, after, n, confidence)
    alpha = float(stats.norm.ppf(0.5 + confidence / 2))
    if against == "standard":
        null, spread = math.sqrt(before * (1 - before)), math.sqrt(after * (1 - after))
    else:
        middle = (before + after) / 2
        null = math.sqrt(2 * middle * (1 - middle))
        spread = math.sqrt(before * (1 - before) + after * (1 - after))
    if spread == 0:
        return 1.0
    return float(stats.norm.cdf((abs(before - after) * math.sqrt(n) - alpha * null) / spread))


def _exact_power(before: float, after: float, n: int, confidence: float) -> float:
    """Of the two-sided binomial test with half of the false alarms on either side."""
    tail = (1 - confidence) / 2
    lowest = int(stats.binom.ppf(tail, n, before)) - 1
    if float(stats.binom.cdf(lowest + 1, n, before)) <= tail:
        lowest += 1
    highest = int(stats.binom.isf(tail, n, before)) + 1
    return float(stats.binom.cdf(lowest, n, after) + stats.binom.sf(highest - 1, n, after))


def _detectable(rate: float, n: int, confidence: float) -> float:
    """The smallest drop that two samples of n notice 80 % of the time; the whole rate when none is."""
    low, high = 0.0, rate
    for _ in range(50):
        middle = (low + high) / 2
        if _power(rate, rate - middle, n, "period", confidence) >= 0.8:
            high = middle
        else:
            low = middle
    return high


def _certifying_size(fault_rate: float, failures: int, confidence: float) -> int:
    low, high = failures + 1, failures + 1
    while float(stats.binom.cdf(failures, high, fault_rate)) > 1 - confidence:
        low, high = high, high * 2
        if high > _MOST:
            raise UsageError("no sample is large enough", None, "lower the target or the confidence")
    while low < high:
        middle = (low + high) // 2
        if float(stats.binom.cdf(failures, middle, fault_rate)) <= 1 - confidence + 1e-12:
            high = middle
        else:
            low = middle + 1
    return low


def _between(*shares: float) -> None:
    for share in shares:
        if not 0 < share < 1:
            raise UsageError(f"{share} is not between 0 and 1", None, "write 95 % as 0.95")


def _percent(share: float) -> str:
    return f"{100 * share:.4g} %"


def _points(share: float) -> str:
    return f"{100 * share:.3g} points"


def _range(low: float | None, high: float | None) -> str:
    return f"{100 * (low or 0.0):.0f}-{100 * (high or 0.0):.0f} %"
