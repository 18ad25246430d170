"""Whatever counts in a store: missing facts, impossible days, mixed answers. A report or one clear refusal."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.errors import UsageError
from qa_toolkit.reports.calls import read_calls
from qa_toolkit.reports.output import report_bytes
from qa_toolkit.reports.quality_report import FAIRNESS, KINDS, WORK_MIX, ReportRequest, quality_report
from qa_toolkit.reports.tables import Figure
from qa_toolkit.store.reporting import CountedCall, CountedCause

DAYS = (None, "2026-13-45", "2026-01-01", "2026-01-02", "2026-05-30", "2026-11-11")
VALUES = ("a", "b", None, 3, True, ["x"], 1.5, "bad")


def evaluation(chance: random.Random) -> str:
    answers = []
    for place in range(chance.randint(1, 3)):
        status = chance.choice(["answered"] * 5 + ["not_applicable", "unanswered", "error"])
        points = chance.choice([0.0, 0.5, 1.0]) if status == "answered" and chance.random() < 0.95 else None
        most = None if points is None else 1.0
        answers.append({"criterion": f"C{place}", "status": status, "points": points, "max_points": most})
    critical: dict[str, Any] = chance.choice(
        [{}, {"compliance": {"applicable": chance.randint(0, 2), "failed": 0}}]
    )
    score = {
        "percent": chance.choice([None, 0.0, 100.0, 105.0, chance.uniform(0, 100)]),
        "complete": chance.random() < 0.7,
        "passed": chance.choice([True, False, None]),
        "auto_failed_by": chance.choice([[], [], ["C0"]]),
        "critical": critical,
    }
    return json.dumps({"answers": answers, "score": score})


def call(chance: random.Random, place: int) -> CountedCall:
    person = chance.random() < 0.4
    metadata = {name: chance.choice(VALUES) for name in ("transaction", "audio_quality", "interpreter")}
    return CountedCall(
        interaction=f"i{place}",
        rubric=chance.choice(["one", "one", "two"]),
        version=chance.choice(["1.0.0", "2.0.0"]),
        evaluation=place,
        basis=chance.choice(["review", "dispute"]) if person else "machine",
        reviewer=chance.choice(["m", "j", "k"]) if person else None,
        agent=chance.choice([None, *(f"a{k}" for k in range(7))]),
        day=chance.choice(DAYS),
        started_at="then",
        team=chance.choice([None, *"tuvwxyz"]),
        site=chance.choice([None, "Rancho", "Fresno"]),
        vendor=chance.choice([None, "V"]),
        queue=chance.choice([None, "q", "r"]),
        kind="call",
        work_area=None,
        direction=None,
        language=chance.choice([None, "en", "es"]),
        metadata_json=json.dumps(metadata),
        json=evaluation(chance),
        machine_json=evaluation(chance) if person and chance.random() < 0.8 else None,
        interpreted=chance.choice([None, True, False]),
    )


@given(st.integers(0, 10_000), st.sampled_from([1, 2, 9, 60]), st.sampled_from(KINDS))
@settings(max_examples=25, deadline=None)
def test_any_calls_give_a_report_or_one_refusal(seed: int, number: int, kind: Any) -> None:
    chance = random.Random(seed)
    calls = read_calls([call(chance, place) for place in range(number)], (*WORK_MIX, *FAIRNESS))
    name = {"criterion": "C0", "agent": chance.choice([None, "a0"]), "team": chance.choice([None, "t"])}.get(
        kind
    )
    request = ReportRequest(kind=kind, name=name, targets={"": 0.9, "customer": 0.5})
    try:
        report = quality_report(calls, request, causes=[CountedCause("i0", "one", "C0", "skill")])
    except UsageError as refused:
        said = str(refused)
    else:
        said = ""
    if said:
        assert "nothing counts" in said
        return
    for table in report.tables:
        for row in table.rows:
            for figure in (cell for cell in row.values() if isinstance(cell, Figure)):
                given_limits = figure.low is not None and figure.high is not None
                assert figure.estimate is not None or figure.note, (table.id, figure)
                assert not given_limits or figure.low <= figure.estimate <= figure.high, (table.id, figure)
                assert figure.unit != "rate" or figure.estimate is None or 0 <= figure.estimate <= 1
    assert json.loads(report_bytes(report, ".json"))["kind"] == kind
    assert b"</html>" in report_bytes(report, ".html")
