"""Many people or teams held against each other without a league table: limits, shrunken rates, chances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, special, stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.differences import benjamini_hochberg
from qa_toolkit.statistics.intervals import Interval, wilson
from qa_toolkit.statistics.ratings import Floats

WARNING_LIMIT, ACTION_LIMIT = 0.95, 0.998
"""Where the limits of a funnel plot lie (Spiegelhalter, 2005)."""

FEWEST_COMPARED = 5
"""With fewer than this many, how far they usually lie apart cannot be told."""

_LARGEST_STRENGTH = 1e5
_EXACT_UP_TO = 5000


@dataclass(frozen=True, slots=True)
class RateCount:
    """Successes of one of those compared; ``expected`` at everybody's rates for its own mix of work."""

    name: str
    successes: int
    n: int
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class ComparedRate:
    """One of those compared. Rates are fractions.

    Attributes:
        raw: its rate as it is, with Wilson's interval.
        adjusted: the rate it would have with the mix of work of all; ``raw`` where no mix is given.
        shrunken: the adjusted rate drawn to that of all by as much as chance explains, with its interval.
        below_target: probability 0-1 that the true rate lies below the target; None where chance alone
            explains how they differ.
        p_value: how often one that is like the others lies this far out, either way.
        q_value: the same, held against the number compared (Benjamini and Hochberg, 1995).
        beyond: ``below`` or ``above`` the 99.8 % limits, else None.
    """

    name: str
    raw: Interval
    adjusted: float | None
    shrunken: Interval
    below_target: float | None
    p_value: float
    q_value: float
    beyond: str | None

    @property
    def stands_out(self) -> bool:
        """Whether it lies further out than chance and the usual spread explain, of so many compared."""
        return self.q_value <= 0.05


@dataclass(frozen=True, slots=True)
class RateComparison:
    """All of them, with what is usual.

    Attributes:
        centre: successes of all over items of all.
        target: what ``below_target`` is about; the centre when none was given.
        strength: how many items the usual spread is worth; infinite when they differ by chance alone.
        spread: standard deviation of the true rates.
        reason: why there is no comparison.
    """

    centre: float | None
    target: float | None
    strength: float | None
    spread: float | None
    rates: tuple[ComparedRate, ...]
    reason: str | None = None

    def limits(self, n: int, level: float = ACTION_LIMIT) -> tuple[float, float]:
        """Between which rates of ``n`` items lie, for a share ``level`` of those that are like the others.

        Raises:
            UsageError: fewer than five were compared, so there is nothing to draw limits for.
        """
        if self.centre is None or self.strength is None:
            raise UsageError("there is no comparison to draw limits for", None, "compare five or more")
        tail = (1 - level) / 2
        if n > _EXACT_UP_TO:
            error = math.sqrt(self.centre * (1 - self.centre) * (1 / n + 1 / (self.strength + 1)))
            half = float(stats.norm.ppf(1 - tail)) * error
            return max(0.0, self.centre - half), min(1.0, self.centre + half)
        chances = np.cumsum(_chances(n, self.centre, self.strength))
        low, high = int(np.searchsorted(chances, tail)), int(np.searchsorted(chances, 1 - tail))
        return low / n, min(high, n) / n


def compare_rates(
    counts: Sequence[RateCount], *, target: float | None = None, confidence: float = 0.95
) -> RateComparison:
    """Holds each rate against what is usual among all of them.

    True rates are taken to follow a beta distribution, whose spread is found by maximum likelihood from those
    that do not stand out (empirical Bayes; Carlin and Louis, 2000). The uncertainty of that spread is left
    out, so limits are a little narrow below some twenty compared. Tails are exact (beta-binomial), so small
    numbers raise no false alarms. Those without items are left out.

    Raises:
        UsageError: counts, target or confidence are impossible.
    """
    _check(counts, target, confidence)
    used = [count for count in counts if count.n]
    if len(used) < FEWEST_COMPARED:
        reason = f"{len(used)} are too few to say what is usual among them"
        return RateComparison(None, target, None, None, (), reason)
    met, n = (np.array([getattr(c, name) for c in used], dtype=float) for name in ("successes", "n"))
    centre = float(met.sum() / n.sum())
    if centre in (0.0, 1.0):
        reason = "all of them have the same rate"
        return RateComparison(centre, target, None, None, (), reason)
    usual = np.array([centre * c.n if c.expected is None else c.expected for c in used]) / n
    usual = np.clip(usual * met.sum() / float((usual * n).sum()), 1e-6, 1 - 1e-6)
    strength = _strength(met, n, usual)
    tails = _tails(met, n, usual, strength)
    inside = tails > 0.001
    if not inside.all() and inside.sum() >= FEWEST_COMPARED:
        strength = _strength(met[inside], n[inside], usual[inside])
        tails = _tails(met, n, usual, strength)
    goal = centre if target is None else target
    found = RateComparison(centre, goal, strength, math.sqrt(centre * (1 - centre) / (strength + 1)), ())
    discovered = benjamini_hochberg(tails.tolist())
    adjusted = _adjusted(met, n, usual, centre)
    rates = [
        ComparedRate(
            count.name,
            wilson(count.successes, count.n, confidence),
            float(adjusted[place]),
            _shrunken(float(adjusted[place]), count.n, centre, strength, confidence),
            _below(float(adjusted[place]), count.n, centre, strength, goal),
            float(tails[place]),
            discovered[place],
            _beyond(float(met[place] / n[place]), float(usual[place]), float(tails[place])),
        )
        for place, count in enumerate(used)
    ]
    return replace(found, rates=tuple(rates))


def _check(counts: Sequence[RateCount], target: float | None, confidence: float) -> None:
    for count in counts:
        if not 0 <= count.successes <= count.n or (count.expected is not None and count.expected < 0):
            raise UsageError(
                f"{count.successes} of {count.n} for '{count.name}' is not a rate", None, "check the counts"
            )
    if target is not None and not 0 < target < 1:
        raise UsageError(f"a target of {target} cannot be missed or met", None, "give a fraction such as 0.9")
    if not 0 < confidence < 1:
        raise UsageError(f"confidence {confidence} is not possible", None, "give one between 0 and 1")


def _strength(met: Floats, n: Floats, usual: Floats) -> float:
    """How many items the spread of the true rates is worth; ``inf`` where chance alone explains them."""

    def unlikely(log_strength: float) -> float:
        a, b = usual * math.exp(log_strength), (1 - usual) * math.exp(log_strength)
        return -float((special.betaln(met + a, n - met + b) - special.betaln(a, b)).sum())

    top = math.log(_LARGEST_STRENGTH)
    best = optimize.minimize_scalar(unlikely, bounds=(0.0, top), method="bounded")
    return math.inf if unlikely(top) <= float(best.fun) + 1e-6 else math.exp(float(best.x))


def _chances(n: int, usual: float, strength: float) -> Floats:
    """Probabilities of 0 to n successes."""
    k = np.arange(n + 1)
    if math.isinf(strength):
        pmf: Floats = stats.binom.pmf(k, n, usual)
        return pmf
    a, b = usual * strength, (1 - usual) * strength
    logs = (
        special.gammaln(n + 1)
        - special.gammaln(k + 1)
        - special.gammaln(n - k + 1)
        + special.betaln(k + a, n - k + b)
        - special.betaln(a, b)
    )
    chances: Floats = np.exp(logs)
    return chances


def _tails(met: Floats, n: Floats, usual: Floats, strength: float) -> Floats:
    """Two-sided p-value of each."""
    found = []
    for x, size, rate in zip(met.astype(int), n.astype(int), usual, strict=True):
        if size > _EXACT_UP_TO:
            error = math.sqrt(rate * (1 - rate) * (1 / size + 1 / (strength + 1)))
            found.append(2 * float(stats.norm.sf(abs(x / size - rate) / error)))
            continue
        chances = _chances(int(size), float(rate), strength)
        found.append(2 * min(float(chances[: x + 1].sum()), float(chances[x:].sum())))
    tails: Floats = np.clip(np.array(found), 0.0, 1.0)
    return tails


def _adjusted(met: Floats, n: Floats, usual: Floats, centre: float) -> Floats:
    """The rate with everybody's mix: failures seen over those expected, times everybody's share of them."""
    failed: Floats = np.clip((n - met) / (n * (1 - usual)) * (1 - centre), 0.0, 1.0)
    return 1 - failed


def _posterior(rate: float, n: int, centre: float, strength: float) -> tuple[float, float]:
    return centre * strength + rate * n, (1 - centre) * strength + (1 - rate) * n


def _shrunken(rate: float, n: int, centre: float, strength: float, confidence: float) -> Interval:
    if math.isinf(strength):
        return Interval(centre, None, None, n, confidence, "empirical_bayes", "they differ by chance alone")
    a, b = _posterior(rate, n, centre, strength)
    tail = (1 - confidence) / 2
    low, high = (float(stats.beta.ppf(level, a, b)) for level in (tail, 1 - tail))
    return Interval(a / (a + b), low, high, n, confidence, "empirical_bayes")


def _below(rate: float, n: int, centre: float, strength: float, target: float) -> float | None:
    if math.isinf(strength):
        return None
    a, b = _posterior(rate, n, centre, strength)
    return float(stats.beta.cdf(target, a, b))


def _beyond(rate: float, usual: float, tail: float) -> str | None:
    if tail > 1 - ACTION_LIMIT:
        return None
    return "below" if rate < usual else "above"
