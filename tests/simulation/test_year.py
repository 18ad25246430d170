"""The simulated year: its truth, the store it fills, and what a report finds in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa_toolkit.domain import Evaluation
from qa_toolkit.domain.contract import from_contract
from qa_toolkit.errors import StoreError, UsageError
from qa_toolkit.reports.from_store import report_of_store
from qa_toolkit.reports.quality_report import ReportRequest
from qa_toolkit.simulation import Planted, YearPlan, fill_store, simulate_year
from qa_toolkit.simulation.form import CRITERIA, VERSIONS
from qa_toolkit.store import Store

PLANTED = Planted(weak_agent="agent-0030")
PLAN = YearPlan(agents=60, planted=PLANTED)
NOTHING = Planted(lenient_analyst=None, failing_site=None, weak_agent=None, changed_criterion=None)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("year") / "year.db") as opened:
        fill_store(opened, simulate_year(PLAN, seed=2))
        yield opened


def test_the_same_seed_gives_the_same_year() -> None:
    one, again, other = simulate_year(PLAN, 1), simulate_year(PLAN, 1), simulate_year(PLAN, 2)
    assert (one.truth == again.truth).all()
    assert (one.given == again.given).all()
    assert (one.truth != other.truth).any()


def test_effects_are_where_they_were_put() -> None:
    year = simulate_year(YearPlan(agents=800), 3)
    fresno, later = year.site_of_agent[year.agent] == 1, year.version == VERSIONS.index("1.1.0")
    met = year.truth[:, CRITERIA.index("SY-05")]
    assert met[~fresno].mean() - met[fresno].mean() > 0.06
    restated = year.truth[:, CRITERIA.index("SY-03")]
    assert restated[~later].mean() - restated[later].mean() > 0.06
    lenient = year.analyst == 6
    assert year.given[lenient].mean() - year.given[(year.analyst >= 0) & ~lenient].mean() > 0.02
    weak = year.agent == year.agents.index("agent-0417")
    assert year.truth[~weak].mean() - year.truth[weak].mean() > 0.1
    assert not year.applies[year.transaction >= 2, CRITERIA.index("SY-06")].any()


def test_the_store_holds_what_was_drawn(store: Store) -> None:
    year = simulate_year(PLAN, seed=2)
    assert store.counts().interactions == year.calls == 60 * 60
    assert store.audit.verify().whole
    assert len(store.people.placements()) >= 60
    reviewed = int(np.flatnonzero((year.analyst >= 0) & ~year.disputed)[0])
    name = f"call-{reviewed + 1:06d}"
    filed = store.revisions(name)
    assert [each.source.kind for each in filed] == ["machine", "reviewer"]
    assert filed[1].based_on == filed[0].id
    evaluation = from_contract(Evaluation, json.loads(filed[1].json))
    assert evaluation.interaction == name
    for answer, met, applies in zip(
        evaluation.answers, year.given[reviewed], year.applies[reviewed], strict=True
    ):
        assert answer.answer == (("yes" if met else "no") if applies else None)
    counts = store.latest_evaluation(name, "simulated_call")
    assert counts is not None
    assert counts.id == filed[1].id


def test_a_report_finds_the_effects_and_nothing_else(store: Store) -> None:
    report = report_of_store(store, ReportRequest())
    found = {(each.kind, each.about) for each in report.recommendations}
    assert found <= {
        ("site_below", "Fresno"),
        ("site_criterion", "Fresno: SY-05"),
        ("agent_below", "agent-0030"),
        ("version_change", "SY-03: 1.1.0"),
        ("reviewer", "analyst-07"),
    }
    assert {("site_criterion", "Fresno: SY-05"), ("agent_below", "agent-0030")} <= found


def test_work_explains_what_sites_differ_by(tmp_path: Path) -> None:
    """Surge has the hard work: its raw rate is lower, with everybody's work it is not."""
    with Store.open(tmp_path / "year.db") as store:
        fill_store(store, simulate_year(YearPlan(agents=120, planted=NOTHING), seed=1))
        report = report_of_store(store, ReportRequest())
    (table,) = [table for table in report.tables if table.id == "site_mix"]
    rows = {row["name"]: row for row in table.rows}
    raw = [rows[site]["value"].estimate for site in ("Rancho", "Surge")]
    adjusted = [rows[site]["adjusted"].estimate for site in ("Rancho", "Surge")]
    assert raw[0] - raw[1] > 0.02 > abs(adjusted[0] - adjusted[1])
    assert report.recommendations == ()


def test_what_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="not empty"):
        fill_store(store, simulate_year(PLAN, 1))
    with pytest.raises(UsageError, match="agent-0417"):
        simulate_year(replace(PLAN, planted=Planted()), 1)
