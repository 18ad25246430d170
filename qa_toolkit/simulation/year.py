"""Draws a year of calls: agents, teams, sites, work, answers of the machine and of analysts.

Everything is known: what is true of each call, and the few effects that were put in on purpose. All else is
chance, so whatever else a report claims to have found is a false alarm. Sites have different work, which
makes their raw rates differ and must not be called a difference between sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.errors import UsageError
from qa_toolkit.simulation.form import COMPLIANCE_AT_SIGNING, CRITERIA, VERSIONS

SITES: Final = ("Rancho", "Fresno", "Surge")
_SITE_SHARES: Final = (0.3125, 0.3125, 0.375)
TRANSACTIONS: Final = ("application", "renewal", "payment", "general_question")
_WORK_OF_SITE: Final = ((0.15, 0.2, 0.3, 0.35), (0.3, 0.3, 0.2, 0.2), (0.55, 0.25, 0.1, 0.1))
_HARDER: Final = (-0.7, -0.1, 0.3, 0.5)
_SPANISH_OF_SITE: Final = (0.15, 0.3, 0.2)
_EASE: Final = (3.0, 4.2, 2.6, 2.8, 2.5, 3.2, 2.6, 3.4)
"""Log odds of a usual agent's meeting each criterion in usual work."""

_TEAM_SIZE: Final = 20
_MACHINE_WRONG: Final = (0.15, 0.02)
"""The machine passes what failed, and fails what passed."""

Bits = NDArray[np.bool_]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Planted:
    """The effects that were put in; names are those of the simulated store. None leaves one out."""

    lenient_analyst: str | None = "analyst-07"
    leniency: float = 0.5
    failing_site: str | None = "Fresno"
    failing_criterion: str = "SY-05"
    site_effect: float = -1.0
    weak_agent: str | None = "agent-0417"
    agent_effect: float = -1.6
    changed_criterion: str | None = "SY-03"
    change_effect: float = -0.9


@dataclass(frozen=True, slots=True)
class YearPlan:
    """How large the year is. ``reviewed`` is the share of calls that an analyst looks at."""

    agents: int = 800
    analysts: int = 12
    calls_a_month: int = 5
    reviewed: float = 0.3
    disputed: float = 0.02
    year: int = 2025
    change_on: str = "07-01"
    planted: Planted = Planted()


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedYear:
    """Columns of all calls, in the order of time.

    Attributes:
        day: place of the call's day in ``days``; minute: minutes after midnight.
        version: place of the rubric version.
        truth, machine, given: calls x criteria, whether met; ``given`` is the analyst's answer where there is
            one (``analyst`` is -1 where there is none).
        applies: calls x criteria.
        disputed: a reviewed call whose outcome a lead settled, by the truth.
        moved: agents who change team in the middle of the year.
    """

    plan: YearPlan
    seed: int
    agents: tuple[str, ...]
    analysts: tuple[str, ...]
    days: tuple[date, ...]
    team_before: Places
    team_after: Places
    site_of_agent: Places
    agent: Places
    day: Places
    minute: Places
    version: Places
    transaction: Places
    spanish: Bits
    interpreter: Bits
    quality: Places
    analyst: Places
    disputed: Bits
    applies: Bits
    truth: Bits
    machine: Bits
    given: Bits

    @property
    def calls(self) -> int:
        """Number of calls."""
        return len(self.agent)

    @property
    def change_day(self) -> date:
        """First day of the second rubric version."""
        return date.fromisoformat(f"{self.plan.year}-{self.plan.change_on}")


def simulate_year(plan: YearPlan | None = None, seed: int = 1) -> SimulatedYear:
    """Draws the year; the same plan and seed give the same year.

    Raises:
        UsageError: the plan has too few people or names somebody it does not have.
    """
    given = plan or YearPlan()
    random = np.random.default_rng(seed)
    agents = tuple(f"agent-{number:04d}" for number in range(1, given.agents + 1))
    analysts = tuple(f"analyst-{number:02d}" for number in range(1, given.analysts + 1))
    _check(given, agents, analysts)
    days = _working_days(given.year)
    site = _sites(given.agents)
    before, after = _teams(random, site)
    agent = np.repeat(np.arange(given.agents), given.calls_a_month * 12)
    day = np.sort(random.integers(0, len(days), (given.agents, given.calls_a_month * 12)), axis=1).ravel()
    order = np.argsort(day, kind="stable")
    agent, day = agent[order], day[order]
    n = len(agent)
    at = site[agent]
    transaction = _choices(random, np.array(_WORK_OF_SITE)[at])
    change = date.fromisoformat(f"{given.year}-{given.change_on}")
    version = np.array([int(d >= change) for d in days])[day]
    spanish = random.random(n) < np.array(_SPANISH_OF_SITE)[at]
    applies = np.ones((n, len(CRITERIA)), dtype=bool)
    applies[:, CRITERIA.index(COMPLIANCE_AT_SIGNING)] = transaction <= 1
    odds = np.array(_EASE)[None, :] + np.array(_HARDER)[transaction][:, None]
    odds = odds + random.normal(0, 0.25, given.agents)[agent][:, None]
    odds = odds + _planted(given.planted, agents, agent, at, version)
    truth = random.random(odds.shape) < 1 / (1 + np.exp(-odds))
    analyst = np.where(random.random(n) < given.reviewed, random.integers(0, given.analysts, n), -1)
    return SimulatedYear(
        plan=given,
        seed=seed,
        agents=agents,
        analysts=analysts,
        days=days,
        team_before=before,
        team_after=after,
        site_of_agent=site,
        agent=agent,
        day=day,
        minute=random.integers(8 * 60, 18 * 60, n),
        version=version,
        transaction=transaction,
        spanish=spanish,
        interpreter=~spanish & (random.random(n) < 0.06),
        quality=_choices(random, np.tile((0.75, 0.18, 0.07), (n, 1))),
        analyst=analyst,
        disputed=(analyst >= 0) & (random.random(n) < given.disputed),
        applies=applies,
        truth=truth,
        machine=_flipped(random, truth, *_MACHINE_WRONG),
        given=_given(random, truth, analyst, given.planted, analysts),
    )


def _check(plan: YearPlan, agents: tuple[str, ...], analysts: tuple[str, ...]) -> None:
    named = ((plan.planted.weak_agent, agents), (plan.planted.lenient_analyst, analysts))
    missing = [name for name, known in named if name is not None and name not in known]
    if plan.agents < 3 or plan.analysts < 2 or missing:
        what = f"a year of {plan.agents} agents and {plan.analysts} analysts cannot be simulated"
        raise UsageError(
            what, ", ".join(missing) or None, "take more of them, or plant nothing on the missing"
        )


def _working_days(year: int) -> tuple[date, ...]:
    first = date(year, 1, 1)
    days = (first + timedelta(days=number) for number in range(366))
    return tuple(day for day in days if day.year == year and day.weekday() < 5)


def _sites(agents: int) -> Places:
    """Sites in blocks of teams, so that a team works at one place."""
    edges = np.round(np.cumsum(_SITE_SHARES) * agents / _TEAM_SIZE) * _TEAM_SIZE
    return np.minimum(np.searchsorted(edges, np.arange(agents), side="right"), len(SITES) - 1)


def _teams(random: np.random.Generator, site: Places) -> tuple[Places, Places]:
    before = np.arange(len(site)) // _TEAM_SIZE
    after = before.copy()
    for place in np.flatnonzero(random.random(len(site)) < 0.05):
        same_site = np.unique(before[site == site[place]])
        after[place] = random.choice(same_site)
    return before, after


def _choices(random: np.random.Generator, chances: NDArray[np.float64]) -> Places:
    """One category a row, drawn with the chances of that row."""
    drawn: Places = (random.random(len(chances))[:, None] > np.cumsum(chances, axis=1)).sum(axis=1)
    last: Places = np.minimum(drawn, chances.shape[1] - 1)
    return last


def _planted(
    planted: Planted, agents: tuple[str, ...], agent: Places, site: Places, version: Places
) -> NDArray[np.float64]:
    odds = np.zeros((len(agent), len(CRITERIA)))
    if planted.weak_agent is not None:
        odds[agent == agents.index(planted.weak_agent)] += planted.agent_effect
    if planted.failing_site is not None:
        here = site == SITES.index(planted.failing_site)
        odds[here, CRITERIA.index(planted.failing_criterion)] += planted.site_effect
    if planted.changed_criterion is not None:
        later = version == VERSIONS.index("1.1.0")
        odds[later, CRITERIA.index(planted.changed_criterion)] += planted.change_effect
    return odds


def _flipped(random: np.random.Generator, truth: Bits, passes_failed: float, fails_passed: float) -> Bits:
    chance = np.where(truth, fails_passed, passes_failed)
    flipped: Bits = truth ^ (random.random(truth.shape) < chance)
    return flipped


def _given(
    random: np.random.Generator, truth: Bits, analyst: Places, planted: Planted, analysts: tuple[str, ...]
) -> Bits:
    """What analysts answer: the truth with a few slips, and a lenient one's mercy on top."""
    given = _flipped(random, truth, 0.05, 0.01)
    if planted.lenient_analyst is None:
        return given
    merciful = (analyst == analysts.index(planted.lenient_analyst))[:, None]
    merciful_too: Bits = given | (merciful & (random.random(truth.shape) < planted.leniency))
    return merciful_too
