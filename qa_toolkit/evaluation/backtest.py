"""What a rubric version would have changed for interactions that were evaluated before.

Pure: the pairs of evaluations come from the caller. Figures are differences, new minus old, with the n
they rest on; intervals are bootstrapped over whole agents (over interactions within one agent), because
calls of one agent resemble one another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa_toolkit.evaluation.difference import CaseChange
from qa_toolkit.evaluation.examples import UNANSWERED

if TYPE_CHECKING:
    from qa_toolkit.statistics import Interval

NOBODY = "(not known)"
"""Group of the interactions whose agent or site is not known."""
_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Backtested:
    """One interaction under both versions, and what a person answered, where somebody did."""

    change: CaseChange
    answers_old: Mapping[str, str | float]
    answers_new: Mapping[str, str | float]
    reviewed: Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group of interactions. ``shift``: mean change of the percentage, over those scored both times."""

    name: str
    interactions: int
    changed: int
    old_mean: float | None
    new_mean: float | None
    shift: Interval


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """One criterion over all interactions.

    Attributes:
        changed: share of the interactions whose answer differs.
        opened, settled: answers the new version leaves to a person, and those it now gives.
        turns: how often each answer became each other, as ``yes -> no``.
        agreement_old, agreement_new: share of the answers given that are those of the reviewer.
    """

    criterion: str
    changed: Interval
    opened: int
    settled: int
    turns: Mapping[str, int]
    agreement_old: Interval
    agreement_new: Interval


@dataclass(frozen=True, slots=True)
class Backtest:
    """Changes over all interactions, by agent, by site and by criterion."""

    overall: GroupChange
    agents: tuple[GroupChange, ...]
    sites: tuple[GroupChange, ...]
    criteria: tuple[CriterionChange, ...]


def summarise(items: Sequence[Backtested], criteria: Sequence[str]) -> Backtest:
    """Sums up re-evaluated interactions; ``criteria`` are listed in this order."""
    changes = [item.change for item in items]
    return Backtest(
        overall=_group("all", changes),
        agents=_groups(changes, lambda change: change.agent),
        sites=_groups(changes, lambda change: change.site),
        criteria=tuple(_criterion(name, items) for name in criteria),
    )


def _groups(
    changes: Sequence[CaseChange], key: Callable[[CaseChange], str | None]
) -> tuple[GroupChange, ...]:
    members: dict[str, list[CaseChange]] = defaultdict(list)
    for change in changes:
        members[key(change) or NOBODY].append(change)
    return tuple(_group(name, members[name]) for name in sorted(members))


def _group(name: str, changes: Sequence[CaseChange]) -> GroupChange:
    scored = [c for c in changes if c.old.percent is not None and c.new.percent is not None]
    old = [c.old.percent for c in scored if c.old.percent is not None]
    new = [c.new.percent for c in scored if c.new.percent is not None]
    return GroupChange(
        name=name,
        interactions=len(changes),
        changed=sum(change.changed for change in changes),
        old_mean=sum(old) / len(old) if old else None,
        new_mean=sum(new) / len(new) if new else None,
        shift=_shift(scored),
    )


def _shift(scored: Sequence[CaseChange]) -> Interval:
    from qa_toolkit.statistics import cluster_bootstrap

    by_agent: dict[str, list[float]] = defaultdict(list)
    for change in scored:
        by_agent[change.agent or ""].append((change.new.percent or 0.0) - (change.old.percent or 0.0))
    if len(by_agent) > 1:
        clusters = [(sum(shifts), float(len(shifts))) for _, shifts in sorted(by_agent.items())]
    else:
        clusters = [(shift, 1.0) for shifts in by_agent.values() for shift in shifts]
    return cluster_bootstrap(clusters, resamples=_RESAMPLES)


def _criterion(name: str, items: Sequence[Backtested]) -> CriterionChange:
    from qa_toolkit.statistics import wilson

    pairs = [
        (i.answers_old[name], i.answers_new[name])
        for i in items
        if name in i.answers_old and name in i.answers_new
    ]
    turns: dict[str, int] = defaultdict(int)
    for was, now in pairs:
        if was != now:
            turns[f"{was} -> {now}"] += 1
    return CriterionChange(
        criterion=name,
        changed=wilson(sum(turns.values()), len(pairs)),
        opened=sum(was != UNANSWERED and now == UNANSWERED for was, now in pairs),
        settled=sum(was == UNANSWERED and now != UNANSWERED for was, now in pairs),
        turns=dict(sorted(turns.items())),
        agreement_old=_agreement(name, [(item.answers_old, item.reviewed) for item in items]),
        agreement_new=_agreement(name, [(item.answers_new, item.reviewed) for item in items]),
    )


def _agreement(
    name: str, pairs: Sequence[tuple[Mapping[str, str | float], Mapping[str, str | float]]]
) -> Interval:
    """Of the answers that both gave, the share that is the same."""
    from qa_toolkit.statistics import wilson

    both = [(machine[name], person[name]) for machine, person in pairs if name in machine and name in person]
    given = [(a, b) for a, b in both if a not in (UNANSWERED, "error") and b not in (UNANSWERED, "error")]
    return wilson(sum(a == b for a, b in given), len(given))
