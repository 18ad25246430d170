"""Do the statistics keep their promises? Simulated people, calls and weeks whose truth is known.

    python benchmarks/statistics.py            all, some minutes
    python benchmarks/statistics.py --quick    a tenth of the runs, within two minutes
    python benchmarks/statistics.py --json

A limit of the field is printed with every part, and whether it is kept; the exit code is 1 where one is not.

Coverage of Wilson's interval is exact, not simulated: all results of n are weighted by their probability. The rest
is simulated with fixed seeds. ``noise`` is the standard error of a simulated share.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import stats

from qa_toolkit.calibration import Observation, crossed_effects
from qa_toolkit.sampling import inclusion_probabilities
from qa_toolkit.statistics import (
    RateCount,
    SampleDesign,
    assisted_mean,
    cohen_kappa,
    compare_rates,
    cusum,
    difference_of_rates,
    gwet_ac1,
    horvitz_thompson,
    krippendorff_alpha,
    wilson,
)
from qa_toolkit.statistics.charts import control_chart

Row = dict[str, Any]


def wilson_coverage() -> Iterator[Row]:
    """Over true rates .01, .02 … .99: mean and least coverage, and the rates that fall below 93 %."""
    rates = np.arange(1, 100) / 100
    for n in (3, 5, 10, 20, 30, 50, 100, 200):
        limits = [wilson(k, n) for k in range(n + 1)]
        low, high = (np.array([getattr(each, side) for each in limits]) for side in ("low", "high"))
        held = [
            float(stats.binom.pmf(np.arange(n + 1), n, rate) @ ((low <= rate) & (rate <= high)))
            for rate in rates
        ]
        poor = [f"{rate:.2f}" for rate, share in zip(rates, held, strict=True) if share < 0.93]
        span = f"{poor[0]} … {poor[-1]}, {len(poor)} of 99" if poor else "none"
        yield {"n": n, "mean": np.mean(held), "least": min(held), "rates below 93 %": span}


def agreement_coverage(runs: int) -> Iterator[Row]:
    """Two raters who know the answer with a chance of .8, else guess; the truth is from a million units."""

    def rated(random: np.random.Generator, units: int, prevalence: float) -> list[tuple[int, int]]:
        truth = random.random(units) < prevalence
        sure, guess = random.random((2, units)) < 0.8, random.random((2, units)) < 0.5
        return [tuple(row) for row in np.where(sure, truth, guess).astype(int).T.tolist()]

    for prevalence in (0.5, 0.9):
        large = rated(np.random.default_rng(1), 1_000_000, prevalence)
        for function in (gwet_ac1, krippendorff_alpha, cohen_kappa):
            truth = function(large, resamples=2).estimate
            for units in (20, 50, 200):
                random = np.random.default_rng(2)
                tables = (rated(random, units, prevalence) for _ in range(runs))
                found = [function(table, resamples=1000) for table in tables]
                held = [
                    f.low is not None and f.low <= truth <= f.high for f in found if f.estimate is not None
                ]
                share = float(np.mean(held))
                yield {
                    "figure": function.__name__,
                    "yes": prevalence,
                    "units": units,
                    "coverage": share,
                    "noise": math.sqrt(share * (1 - share) / len(held)),
                    "n": len(held),
                }


def other_intervals(runs: int) -> Iterator[Row]:
    """Differences of two rates, and shrunken rates of agents whose true rates scatter around 90 %."""
    random = np.random.default_rng(5)
    for n, p, q in ((20, 0.9, 0.8), (50, 0.9, 0.8), (200, 0.95, 0.9), (200, 0.9, 0.9)):
        xs, ys = random.binomial(n, p, 20 * runs), random.binomial(n, q, 20 * runs)
        found = [difference_of_rates(int(x), n, int(y), n) for x, y in zip(xs, ys, strict=True)]
        held = [f.low <= p - q <= f.high for f in found]
        yield _coverage(f"difference of {p:.2f} and {q:.2f}, n {n}", held)
    for agents, n in ((30, 20), (100, 20), (800, 60)):
        held, out = [], 0
        for _ in range(max(3, runs // 20)):
            truth = random.beta(0.9 * 90, 0.1 * 90, agents)
            met = random.binomial(n, truth)
            found = compare_rates([RateCount(str(k), int(x), n) for k, x in enumerate(met)])
            out += any(rate.stands_out for rate in found.rates)
            for rate, true in zip(found.rates, truth, strict=True):
                if rate.shrunken.low is not None and rate.shrunken.high is not None:
                    held.append(rate.shrunken.low <= true <= rate.shrunken.high)
        yield _coverage(f"shrunken rate, {agents} agents, n {n}", held)
        yield {
            "interval": f"months in which one of {agents} alike stands out",
            "coverage": out / max(3, runs // 20),
            "noise": math.nan,
            "n": max(3, runs // 20),
        }


def _coverage(name: str, held: list[bool]) -> Row:
    share = float(np.mean(held))
    return {
        "interval": name,
        "coverage": share,
        "noise": math.sqrt(share * (1 - share) / len(held)),
        "n": len(held),
    }


def severity(runs: int) -> Iterator[Row]:
    """Twelve reviewers; an agent's six reviews come from two of them. ``biased``: strict ones get the weak agents."""
    for agents, biased in ((100, False), (800, False), (800, True)):
        rows = [_panel(np.random.default_rng(seed), agents, biased=biased) for seed in range(runs)]
        names = ("r", "agent error raw", "agent error shrunken", "severity intervals that hold")
        means = dict(zip(names, np.mean(rows, axis=0), strict=True))
        gain = 1 - means["agent error shrunken"] / means["agent error raw"]
        yield {"agents": agents, "biased": biased, **means, "gain": gain, "panels": runs}


def _panel(random: np.random.Generator, agents: int, *, biased: bool) -> tuple[float, float, float, float]:
    skill, strict = random.normal(85, 5, agents), np.sort(random.normal(0, 5, 12))
    strict -= strict.mean()
    scores = []
    for agent in range(agents):
        if biased:
            place = int(np.clip(6 - (skill[agent] - 85) + random.normal(0, 2), 0, 10))
            pair = np.array([place, place + 1])
        else:
            pair = random.choice(12, 2, replace=False)
        for rater in random.choice(pair, 6):
            given = skill[agent] - strict[rater] + random.normal(0, 8)
            scores.append(Observation(f"a{agent:04}", f"r{rater:02}", float(given)))
    found = crossed_effects(scores)
    told = [(each.points, truth) for each, truth in zip(found.severities, strict, strict=True)]
    raw, shrunken = (np.array([getattr(s, name) for s in found.subjects]) for name in ("raw", "shrunken"))
    held = [each.low <= truth <= each.high for each, truth in zip(found.severities, strict, strict=True)]

    def error(values: np.ndarray) -> float:
        return float(np.sqrt(np.mean((values - skill) ** 2)))

    return float(np.corrcoef(np.array(told).T)[0, 1]), error(raw), error(shrunken), float(np.mean(held))


def samples(runs: int) -> Iterator[Row]:
    """50,000 calls, a quarter risky, a machine that is wrong on 7 %; bias in points, coverage, and what it gains."""
    size, random = 50_000, np.random.default_rng(3)
    risk = random.choice([1.0, 1.0, 1.0, 4.0], size)
    truth = (random.random(size) < np.where(risk == 1, 0.95, 0.75)).astype(float)
    machine = np.where(random.random(size) < 0.93, truth, 1 - truth)
    team = random.integers(0, 8, size)
    for how in ("simple", "teams", "risk"):
        for n in (80, 200, 400):
            rows = []
            for _ in range(runs):
                drawn, design = _drawn(random, how, n, risk, team)
                found = assisted_mean(truth[drawn], machine[drawn], machine, design)
                rows.append(_judged(found, float(truth.mean()), truth[drawn], design))
            names = (
                "HT bias",
                "human bias",
                "human covers",
                "assisted bias",
                "assisted covers",
                "width ratio",
            )
            means = dict(zip(names, np.mean(rows, axis=0), strict=True))
            noise = {
                "bias noise": float(np.std(rows, axis=0)[0]) / math.sqrt(runs),
                "coverage noise": math.sqrt(0.05 * 0.95 / runs),
            }
            yield {"draw": how, "n": n, **means, **noise, "draws": runs}


def _drawn(
    random: np.random.Generator, how: str, n: int, risk: np.ndarray, team: np.ndarray
) -> tuple[np.ndarray, SampleDesign]:
    size = len(risk)
    if how == "simple":
        return random.choice(size, n, replace=False), SampleDesign.simple(n, size)
    if how == "teams":
        sizes = {str(t): int((team == t).sum()) for t in range(8)}
        parts = [random.choice(np.flatnonzero(team == t), n // 8, replace=False) for t in range(8)]
        drawn = np.concatenate(parts)
        names = tuple(str(team[i]) for i in drawn)
        return drawn, SampleDesign(tuple(n // 8 / sizes[name] for name in names), names, sizes)
    chances = np.array(inclusion_probabilities(risk.tolist(), n))
    order, start = random.permutation(size), random.random()
    reached = np.cumsum(chances[order])
    drawn = order[np.floor(reached - start) > np.floor(reached - chances[order] - start)]
    return drawn, SampleDesign(tuple(chances[drawn]), ("all",) * len(drawn), {"all": size}, "unequal")


def _judged(found: Any, truth: float, values: np.ndarray, design: SampleDesign) -> tuple[float, ...]:
    human, corrected = found.human_only, found.corrected
    total = horvitz_thompson(list(values), design.probabilities).estimate
    return (
        100 * (total / design.population - truth),
        100 * (human.estimate - truth),
        float(human.low <= truth <= human.high),
        100 * (corrected.estimate - truth),
        float(corrected.low <= truth <= corrected.high),
        (corrected.high - corrected.low) / (human.high - human.low),
    )


def drift_alarms(runs: int) -> Iterator[Row]:
    """Failures of 10 %; false alarms per 100 quiet weeks, and weeks until a rise by five points is found."""
    for calls in (50, 200, 1000):
        random = np.random.default_rng(4)
        quiet = [(str(k), int(x), calls) for k, x in enumerate(random.binomial(calls, 0.10, 40 * runs))]
        chart = control_chart([(label, float(x), float(size)) for label, x, size in quiet], "p")
        limit = chart.points[0].high
        delays: dict[str, list[int]] = {"cusum": [], "p-chart": []}
        for _ in range(runs):
            shifted = random.binomial(calls, 0.15, 200)
            found = cusum([(str(k), int(x), calls) for k, x in enumerate(shifted)], 0.10)
            delays["cusum"].append(int(found.alarms[0]) + 1 if found.alarms else 200)
            beyond = np.flatnonzero(shifted / calls > limit)
            delays["p-chart"].append(int(beyond[0]) + 1 if len(beyond) else 200)
        false = {"cusum": len(cusum(quiet, 0.10).alarms), "p-chart": len(chart.out)}
        for name, weeks in delays.items():
            yield {
                "calls a week": calls,
                "alarm": name,
                "false per 100 weeks": 100 * false[name] / len(quiet),
                "median delay": float(np.median(weeks)),
                "90 % within": float(np.quantile(weeks, 0.9)),
                "noise": 100 * math.sqrt(max(false[name], 1)) / len(quiet),
                "quiet weeks": len(quiet),
            }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    scale = 0.1 if given.quick else 1.0
    parts = {
        "Wilson's interval": list(wilson_coverage()),
        "Bootstrap intervals of agreement": list(agreement_coverage(int(600 * scale))),
        "Differences and shrunken rates": list(other_intervals(int(1000 * scale))),
        "Severity of reviewers": list(severity(int(50 * scale))),
        "Estimates from samples": list(samples(int(2000 * scale))),
        "Drift": list(drift_alarms(int(300 * scale))),
    }
    kept = checks(parts)
    if given.json:
        print(json.dumps({**parts, "Checks": kept}, indent=2, default=_plain))
        return int(not all(row["kept"] for row in kept))
    parts["Checks"] = kept
    for title, rows in parts.items():
        print(f"\n{title}\n  " + "  ".join(rows[0]))
        for row in rows:
            cells = [f"{v:.3f}" if isinstance(v, float) else str(v) for v in row.values()]
            print("  " + "  ".join(cell.rjust(len(name)) for name, cell in zip(row, cells, strict=True)))
    return int(not all(row["kept"] for row in kept))


def checks(parts: dict[str, list[Row]]) -> list[Row]:
    """What is promised, the worst that was found, and whether it is kept (three standard errors allowed)."""
    means = [row["mean"] for row in parts["Wilson's interval"]]
    agreed, strict = parts["Bootstrap intervals of agreement"], parts["Severity of reviewers"]
    drawn, drift = parts["Estimates from samples"], parts["Drift"]
    covered = min(agreed, key=lambda row: row["coverage"] + _slack(row))
    biased = max(
        (abs(row[name]) - 3 * row["bias noise"], abs(row[name]))
        for row in drawn
        for name in ("HT bias", "human bias", "assisted bias")
    )
    held = min(drawn, key=lambda row: row["assisted covers"] + 3 * row["coverage noise"])
    widest = max(row["width ratio"] for row in drawn)
    loud = max(drift, key=lambda row: row["false per 100 weeks"] - 3 * row["noise"])
    recovered, gain = min(row["r"] for row in strict), min(row["gain"] for row in strict)
    rows = (
        ("Wilson's mean coverage 93-97 %, n 3-200", min(means), min(means) >= 0.93 and max(means) <= 0.97),
        (
            f"coverage of agreement 93 % at least ({covered['figure']}, {covered['units']} units)",
            covered["coverage"],
            covered["coverage"] + _slack(covered) >= 0.93,
        ),
        ("severity: correlation with the truth .9 at least", recovered, recovered >= 0.9),
        ("severity: error of the agents' scores down by 30 % at least", gain, gain >= 0.3),
        ("estimates: bias within .5 points", biased[1], biased[0] <= 0.5),
        ("machine and people: interval narrower than people's alone", widest, widest < 1),
        (
            "machine and people: coverage 93 % at least",
            held["assisted covers"],
            held["assisted covers"] + 3 * held["coverage noise"] >= 0.93,
        ),
        (
            "drift: one false alarm in 100 quiet weeks at most",
            loud["false per 100 weeks"],
            loud["false per 100 weeks"] - 3 * loud["noise"] <= 1,
        ),
    )
    return [{"promise": name, "worst": float(worst), "kept": bool(kept)} for name, worst, kept in rows]


def _slack(row: Row) -> float:
    """Three standard errors of a coverage that is 95 %, so that a lucky run is not taken for an exact one."""
    return 3 * math.sqrt(0.05 * 0.95 / row["n"])


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
