"""Draws samples: who is drawn follows from the seed and the ids alone, so that anyone can repeat it.

Every interaction gets a number between 0 and 1 from the SHA-256 of seed and id (a permanent random number,
Ohlsson, 1995); the smallest numbers are drawn. Neither the order of the rows nor the version of a library
changes a draw.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from qa_toolkit.errors import UsageError
from qa_toolkit.sampling.frame import Frame, FrameItem
from qa_toolkit.statistics import SampleDesign

Method = Literal["random", "stratified", "risk"]
Allocation = Literal["proportional", "equal"]

WHOLE = "all"
_BETWEEN = " | "


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """What to draw.

    Attributes:
        n: interactions in all; for ``per_stratum`` draws it is left at None.
        method: ``random``, ``stratified`` (by the columns ``by``) or ``risk`` (chances proportional to it).
        allocation: of n to strata, by their sizes or the same for each; every stratum gets one at least.
        per_stratum: that many from each stratum, such as five calls an agent.
        risk: column of positive numbers; twice the number, twice the chance.
        filters: columns and the values they may have.
    """

    n: int | None = None
    method: Method = "random"
    by: tuple[str, ...] = ()
    allocation: Allocation = "proportional"
    per_stratum: int | None = None
    risk: str | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SampledItem:
    """One drawn interaction, with its chance of being drawn; ``weight`` is how many it stands for."""

    id: str
    stratum: str
    inclusion_probability: float
    weight: float
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, from what, and how: all that is needed to draw it again or to estimate from it."""

    plan: SamplingPlan
    seed: int
    frame_size: int
    frame_sha256: str
    eligible: int
    strata: Mapping[str, int]
    items: tuple[SampledItem, ...]
    warnings: tuple[str, ...] = ()

    @property
    def design(self) -> SampleDesign:
        """For the estimators."""
        return SampleDesign(
            tuple(item.inclusion_probability for item in self.items),
            tuple(item.stratum for item in self.items),
            self.strata,
            "unequal" if self.plan.method == "risk" else "strata",
        )


def draw(frame: Frame, plan: SamplingPlan, seed: int) -> Sample:
    """Draws a sample without replacement.

    Raises:
        UsageError: the plan contradicts itself or the frame.
    """
    _check(plan)
    eligible = frame.where(plan.filters)
    if not eligible.items:
        raise UsageError("nothing in the frame passes the filters", None, "check the filters and the frame")
    if plan.method == "risk":
        items, warnings = _by_risk(eligible, plan, seed)
        strata = {WHOLE: len(eligible.items)}
    else:
        eligible.require(plan.by)
        groups = _strata(eligible.items, plan.by)
        strata = {name: len(members) for name, members in groups.items()}
        wanted, warnings = _allocated(strata, plan)
        items = [item for name in groups for item in _simple(groups[name], name, wanted[name], seed)]
    return Sample(
        plan, seed, len(frame.items), frame.sha256, len(eligible.items), strata, tuple(items), tuple(warnings)
    )


def random_number(seed: int, key: str) -> float:
    """The number between 0 and 1 that seed and id stand for."""
    digest = hashlib.sha256(f"{seed}:{key}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def _check(plan: SamplingPlan) -> None:
    if plan.method == "risk" and (plan.risk is None or plan.n is None or plan.by or plan.per_stratum):
        raise UsageError("a draw by risk needs n and a risk column and no strata", None, "give both")
    if plan.method == "stratified" and not plan.by:
        raise UsageError("a stratified draw needs columns", None, "name them with --by")
    if plan.method == "random" and (plan.by or plan.risk or plan.per_stratum):
        raise UsageError("a random draw has no strata and no risk", None, "choose stratified or risk")
    if (plan.n is None) == (plan.per_stratum is None):
        raise UsageError("a draw needs one number of interactions", None, "give n or a number per stratum")
    if (plan.n or 0) < 0 or (plan.per_stratum or 0) < 0 or not (plan.n or plan.per_stratum):
        raise UsageError("nothing is to be drawn", None, "give a number of 1 or more")


def _ordered(items: Sequence[FrameItem], seed: int) -> list[FrameItem]:
    return sorted(items, key=lambda item: (random_number(seed, item.id), item.id))


def _strata(items: Sequence[FrameItem], by: Sequence[str]) -> dict[str, list[FrameItem]]:
    groups: dict[str, list[FrameItem]] = {}
    for item in items:
        name = _BETWEEN.join(item.values[column] or "(empty)" for column in by) or WHOLE
        groups.setdefault(name, []).append(item)
    return dict(sorted(groups.items()))


def _simple(members: Sequence[FrameItem], stratum: str, n: int, seed: int) -> list[SampledItem]:
    return [
        SampledItem(item.id, stratum, n / len(members), len(members) / n, item.values)
        for item in _ordered(members, seed)[:n]
    ]


def _allocated(strata: Mapping[str, int], plan: SamplingPlan) -> tuple[dict[str, int], list[str]]:
    if plan.per_stratum is not None:
        wanted = dict.fromkeys(strata, plan.per_stratum)
    elif plan.allocation == "equal":
        wanted = _shared(plan.n or 0, dict.fromkeys(strata, 1.0), strata)
    else:
        wanted = _shared(plan.n or 0, {name: float(size) for name, size in strata.items()}, strata)
    warnings = [
        f"'{name}' has {size} of the {wanted[name]} wanted"
        for name, size in strata.items()
        if size < wanted[name]
    ]
    found = {name: min(wanted[name], size) for name, size in strata.items()}
    if plan.n is not None and sum(found.values()) < plan.n:
        warnings.append(f"only {sum(found.values())} of {plan.n} could be drawn")
    return found, warnings


def _shared(n: int, shares: Mapping[str, float], sizes: Mapping[str, int]) -> dict[str, int]:
    """At least one for each, then whom the next one brings nearest to its share; none above its size.

    Raises:
        UsageError: fewer than one for each stratum.
    """
    if n < len(sizes):
        what = f"{n} interactions for {len(sizes)} strata"
        raise UsageError(what, None, "draw at least one from each, or use fewer columns")
    total = sum(shares.values())
    found = {name: max(1, min(sizes[name], math.floor(n * shares[name] / total))) for name in sizes}
    while sum(found.values()) > n:
        name = max(found, key=lambda each: (found[each] > 1, found[each] - n * shares[each] / total, each))
        found[name] -= 1
    while sum(found.values()) < n:
        open_ones = [name for name in sizes if found[name] < sizes[name]]
        if not open_ones:
            break
        name = max(open_ones, key=lambda each: (n * shares[each] / total - found[each], each))
        found[name] += 1
    return found


def inclusion_probabilities(risks: Sequence[float], n: int) -> list[float]:
    """Chances proportional to risk that add up to n; what would exceed 1 is drawn for certain."""
    chances = [0.0] * len(risks)
    open_ones = list(range(len(risks)))
    left = min(n, len(risks))
    while open_ones:
        total = math.fsum(risks[i] for i in open_ones)
        certain = [i for i in open_ones if left * risks[i] >= total * (1 - 1e-12)]
        if not certain:
            for i in open_ones:
                chances[i] = left * risks[i] / total
            break
        for i in certain:
            chances[i] = 1.0
        left -= len(certain)
        open_ones = [i for i in open_ones if chances[i] < 1.0]
        if left <= 0:
            break
    return chances


def _by_risk(frame: Frame, plan: SamplingPlan, seed: int) -> tuple[list[SampledItem], list[str]]:
    """Systematic draw along the risks in random order (Madow, 1949; Hartley and Rao, 1962): exact chances."""
    column = plan.risk or ""
    frame.require([column])
    items = _ordered(frame.items, seed)
    risks = [_risk(item, column) for item in items]
    chances = inclusion_probabilities(risks, plan.n or 0)
    start = random_number(seed, "\x00start")
    drawn, reached = [], 0.0
    for item, chance in zip(items, chances, strict=True):
        if chance >= 1.0 or math.floor(reached + chance - start) > math.floor(reached - start):
            drawn.append(SampledItem(item.id, WHOLE, chance, 1 / chance, item.values))
        if chance < 1.0:
            reached += chance
            # Sums of chances must not drift past the whole numbers they end on.
            if abs(reached - round(reached)) < 1e-9:
                reached = float(round(reached))
    warnings = [] if len(drawn) >= (plan.n or 0) else [f"only {len(drawn)} of {plan.n} could be drawn"]
    certain = sum(chance >= 1.0 for chance in chances)
    return drawn, warnings + ([f"{certain} interactions were drawn for certain"] if certain else [])


def _risk(item: FrameItem, column: str) -> float:
    try:
        value = float(item.values[column])
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value <= 0:
        what = f"'{item.values[column]}' in column '{column}' of '{item.id}' is no risk"
        raise UsageError(what, None, "give numbers above 0; what must never be drawn is filtered out")
    return value
