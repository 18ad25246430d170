"""Do the reports find what was put into a simulated year, and nothing else?

    python benchmarks/year.py              five years of 800 agents, some minutes
    python benchmarks/year.py --quick      two years of 200 agents
    python benchmarks/year.py --years 10 --agents 400 --json

Every year is drawn with its own seed and goes through a store as calls do: interactions, people with placements,
the machine's evaluations, reviews, disputes. Then the report of the unit is made. A recommendation that names what
was put in is a hit; one that follows from it (the failing site as a whole) counts apart; any other is a false
alarm. Half of the years are drawn with nothing put in, so that there everything is a false alarm.
Nothing drifts in any of them but what changes with the rubric's version, where limits start anew: every signal of
drift is chance.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from qa_toolkit.reports.from_store import report_of_store
from qa_toolkit.reports.quality_report import ReportRequest
from qa_toolkit.reports.tables import Recommendation
from qa_toolkit.simulation import Planted, YearPlan, fill_store, simulate_year
from qa_toolkit.store import Store

NOTHING = Planted(lenient_analyst=None, failing_site=None, weak_agent=None, changed_criterion=None)
EFFECTS = ("lenient analyst", "failing criterion of a site", "agent below standard", "rubric change")


@dataclass
class Year:
    """What one year led to."""

    seed: int
    planted: bool
    calls: int = 0
    hits: list[str] = field(default_factory=list)
    follows: list[str] = field(default_factory=list)
    false: list[tuple[str, str]] = field(default_factory=list)
    fill_cpu_s: float = 0.0
    report_cpu_s: float = 0.0
    points: int = 0
    signals: int = 0
    drift_advice: int = 0


def effect_of(found: Recommendation, planted: Planted) -> str | None:
    """Which effect a recommendation names; ``follows`` for a consequence, None for a false alarm."""
    named = {
        ("reviewer", planted.lenient_analyst): EFFECTS[0],
        ("site_criterion", f"{planted.failing_site}: {planted.failing_criterion}"): EFFECTS[1],
        ("agent_below", planted.weak_agent): EFFECTS[2],
        ("version_change", f"{planted.changed_criterion}: 1.1.0"): EFFECTS[3],
    }
    if planted is NOTHING:
        return None
    if (found.kind, found.about) == ("site_below", planted.failing_site):
        return "follows"
    return named.get((found.kind, found.about))


def run(seed: int, agents: int, planted: Planted, folder: Path) -> Year:
    plan = YearPlan(agents=agents, planted=planted)
    year = Year(seed, planted is not NOTHING)
    with Store.open(folder / f"{seed}-{year.planted}.db") as store:
        begun = time.process_time()
        year.calls = fill_store(store, simulate_year(plan, seed)).calls
        filled = time.process_time()
        report = report_of_store(store, ReportRequest())
        year.fill_cpu_s, year.report_cpu_s = filled - begun, time.process_time() - filled
        watched = report_of_store(store, ReportRequest(kind="drift", period="week"))
    year.drift_advice = len(watched.recommendations)
    for row in watched.tables[0].rows:
        year.points += int(str(row["points"]))
        year.signals += int(str(row["number"]))
    for each in report.recommendations:
        effect = effect_of(each, planted)
        if effect == "follows":
            year.follows.append(each.about)
        elif effect is None:
            year.false.append((each.kind, each.about))
        else:
            year.hits.append(effect)
    return year


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--years", type=int, default=None)
    parser.add_argument("--agents", type=int, default=None)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    seeds = range(1, 1 + (given.years or (2 if given.quick else 5)))
    agents = given.agents or (200 if given.quick else 800)
    planted = replace(Planted(), weak_agent=f"agent-{min(417, agents // 2):04d}")
    with tempfile.TemporaryDirectory() as folder:
        years = [run(seed, agents, put_in, Path(folder)) for seed in seeds for put_in in (planted, NOTHING)]
    _print(years, agents, as_json=given.json)
    return 0


def _print(years: list[Year], agents: int, *, as_json: bool) -> None:
    drawn = [year for year in years if year.planted]
    hits = Counter(hit for year in drawn for hit in set(year.hits))
    false = Counter(kind for year in years for kind, _ in year.false)
    found = {
        "agents": agents,
        "calls a year": years[0].calls,
        "years with effects": len(drawn),
        "years without": len(years) - len(drawn),
        "found": {effect: f"{hits[effect]} of {len(drawn)}" for effect in EFFECTS},
        "consequences named": sum(len(year.follows) for year in drawn),
        "false alarms": dict(false),
        "false alarms by year": {
            f"{y.seed}{'' if y.planted else ' without'}": y.false for y in years if y.false
        },
        "drift, by week: points watched": sum(y.points for y in years),
        "drift: signals (all by chance)": sum(y.signals for y in years),
        "drift: recommendations (all false)": sum(y.drift_advice for y in years),
        "CPU seconds to fill, a year": round(sum(y.fill_cpu_s for y in years) / len(years), 1),
        "CPU seconds of a report": round(sum(y.report_cpu_s for y in years) / len(years), 1),
        "peak memory, MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    if as_json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
