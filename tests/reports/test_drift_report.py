"""What moves over time: periods, marks of changes, signals, recognition, the distribution of answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from report_examples import Desk, report_desk

from qa_toolkit.domain import Interaction, MadeBy, Result, Role, Source, Transcript, Turn, Word
from qa_toolkit.domain.contract import to_contract
from qa_toolkit.domain.evaluation import AnswerStatus, EvaluatorRef
from qa_toolkit.evaluation.given_answers import score_answers
from qa_toolkit.reports.charts import TrendPoint, trend_chart
from qa_toolkit.reports.drift import HEARD_A_PERIOD
from qa_toolkit.reports.from_store import report_of_store
from qa_toolkit.reports.quality_report import ReportRequest
from qa_toolkit.reports.tables import Figure, QualityReport, Table
from qa_toolkit.statistics import wilson
from qa_toolkit.statistics.runs import BEYOND, LONG_RUN
from qa_toolkit.store import InputRef

MEANINGS = {"y": "yes", "n": "no", "a": "na", "?": None}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with report_desk(tmp_path / "qa.db") as found:
        yield found


def heard_call(
    desk: Desk,
    name: str,
    answers: str,
    day: str,
    *,
    evaluator: str = "1.0.0",
    model: str = "a" * 64,
    confidence: float = 0.9,
) -> str:
    """A call with a transcript of two words, answered by one evaluator of that version."""
    form = desk.forms["1.0.0"]
    given = {f"S-{k}": MEANINGS[letter] for k, letter in enumerate(answers, start=1)}
    found = score_answers(form, given, interaction=name, source=Source("machine", "qa_toolkit"))
    made = EvaluatorRef("phrase", evaluator)
    answered = tuple(
        replace(each, evaluator=made if each.status is AnswerStatus.ANSWERED else None)
        for each in found.answers
    )
    words = (Word("hello", 0.0, 0.5, confidence), Word("there", 0.5, 1.0, confidence))
    turn = Turn(1, Role.AGENT, "hello there", 0.0, 1.0, "S0", 0, words)
    made_by = MadeBy("faster-whisper", "base", model, "accurate")
    transcript = Transcript(id=name, turns=(turn,), language="en", duration_s=1.0, made_by=made_by)
    result = Result(
        name,
        "done",
        None,
        to_contract(transcript),
        None,
        to_contract(replace(found, answers=answered)),
    )
    started = f"{day}T09:00:00Z"
    interaction = Interaction(
        id=name, kind="call", agent="a1", started_at=started, metadata={"agent": "a1", "started_at": started}
    )
    return desk.store.save_result(
        result, interaction=interaction, source=InputRef(name, name), by="test"
    ).evaluation_id


def drift(desk: Desk, name: str | None = None, period: Any = "month") -> QualityReport:
    return report_of_store(desk.store, ReportRequest(kind="drift", name=name, period=period))


def table(report: QualityReport, name: str) -> Table:
    return next(each for each in report.tables if each.id == name)


def month(desk: Desk, number: int, answers: dict[str, int], **facts: Any) -> None:
    """Calls of a month: how many were answered how."""
    k = 0
    for given, count in answers.items():
        for _ in range(count):
            heard_call(desk, f"m{number:02}-{k:03}", given, f"2026-{number:02}-{1 + k % 28:02}", **facts)
            k += 1


def test_points_by_hand(desk: Desk) -> None:
    month(desk, 1, {"yyy": 6, "yny": 2, "y?y": 2})
    month(desk, 2, {"yyy": 9, "yny": 1})
    report = drift(desk, "S-2")
    failed = table(report, "drift_failed:S-2").rows
    expected = wilson(2, 8)
    assert failed[0]["value"] == Figure(
        0.25, expected.low, expected.high, 8, "criterion_failed/1", note="n under 20"
    )
    centre = 3 / 18
    assert failed[0]["centre"] == pytest.approx(centre)
    assert failed[0]["upper_limit"] == pytest.approx(centre + 3 * (centre * (1 - centre) / 8) ** 0.5)
    assert failed[1]["lower_limit"] == 0.0
    left = table(report, "drift_open:S-2").rows
    assert [(each["value"].estimate, each["value"].n) for each in left] == [(0.2, 10), (0.0, 10)]
    first = table(report, "drift_open:S-2").behind[0]
    assert (first.telling, first.total, set(first.items[:2])) == (2, 10, {"m01-008", "m01-009"})
    assert "drift_overridden:S-2" not in {each.id for each in report.tables}, "nobody reviewed anything"


def test_scores_and_what_is_left_open_are_means_over_calls(desk: Desk) -> None:
    month(desk, 1, {"yyy": 1, "ynn": 1, "y??": 2})
    month(desk, 2, {"yyy": 4})
    report = drift(desk)
    score = table(report, "drift_score").rows
    assert score[0]["value"].estimate == pytest.approx((100 + 100 / 3 + 100 + 100) / 4)
    left = table(report, "drift_unanswered").rows
    assert left[0]["value"].estimate == pytest.approx(100 * (0 + 0 + 2 / 3 + 2 / 3) / 4)
    edge = wilson(0, 4)
    assert (left[1]["value"].estimate, left[1]["value"].low) == (0.0, 0.0)
    assert left[1]["value"].high == pytest.approx(100 * (edge.high or 0)), "none of four is not none at all"


def test_a_bad_month_is_a_signal_and_a_recommendation(desk: Desk) -> None:
    for number in range(1, 9):
        month(desk, number, {"yyy": 8, "yny": 12} if number == 6 else {"yyy": 19, "yny": 1})
    report = drift(desk)
    named = {row["name"]: row for row in table(report, "drift").rows}
    assert named["S-2 failed"]["signals"] == f"2026-06 ({BEYOND})"
    assert named["S-3 failed"]["number"] == 0
    place = [row["name"] for row in table(report, "drift").rows].index("S-2 failed")
    behind = table(report, "drift").behind[place]
    assert (behind.telling, behind.total) == (12, 20)
    advice = {each.about: each.text for each in report.recommendations}
    assert advice.keys() == {"S-2 failed: 2026-06", "Mean score: 2026-06"}
    assert "S-2 failed 60.0 % (38.7 to 78.1 %, n 20), usual is 11.9 %" in advice["S-2 failed: 2026-06"]
    assert "Mean score 80.0 %" in advice["Mean score: 2026-06"]


def test_eight_in_a_row_are_a_signal(desk: Desk) -> None:
    for number in range(1, 13):
        month(desk, number, {"yyy": 9 if number > 4 else 6, "yny": 1 if number > 4 else 4})
    rules = [row["signal"] for row in table(drift(desk, "S-2"), "drift_failed:S-2").rows]
    assert rules == [None] * 11 + [LONG_RUN]


def test_a_stretch_of_three_points_gives_no_signal(desk: Desk) -> None:
    for number, failed in ((1, 0), (2, 0), (3, 16)):
        month(desk, number, {"yyy": 20 - failed, "yny": failed})
    assert {row["signal"] for row in table(drift(desk, "S-2"), "drift_failed:S-2").rows} == {None}


CHANGES = [
    ({"evaluator": "2.0.0"}, "phrase 2.0.0"),
    ({"model": "b" * 64}, f"model base {'b' * 12}"),
    ({"evaluator": "2.0.0", "model": "b" * 64}, f"model base {'b' * 12}; phrase 2.0.0"),
]


@pytest.mark.parametrize(("changed", "said"), CHANGES)
def test_another_machine_is_a_mark_and_limits_start_anew(
    desk: Desk, changed: dict[str, str], said: str
) -> None:
    for number in range(1, 9):
        facts = changed if number > 4 else {}
        month(desk, number, {"yyy": 4, "yny": 4} if number > 4 else {"yyy": 7, "yny": 1}, **facts)
    report = drift(desk)
    changes = table(report, "drift_changes").rows
    assert [(row["name"], row["first_day"], row["calls"]) for row in changes] == [
        ("version 1.0.0", "2026-01-01", 32),
        (said, "2026-05-01", 32),
    ]
    score = table(report, "drift_score")
    assert [row["since"] for row in score.rows] == ["version 1.0.0"] * 4 + [said] * 4
    assert {row["signal"] for row in score.rows} == {None}
    assert score.chart is not None
    assert said.partition(";")[0] in score.chart


def test_a_version_used_beside_another_is_marked_once(desk: Desk) -> None:
    for k in range(12):
        heard_call(desk, f"c{k:02}", "yyy", f"2026-03-{1 + k:02}", evaluator="2.0.0" if k % 2 else "1.0.0")
    assert [row["first_day"] for row in table(drift(desk), "drift_changes").rows] == [
        "2026-03-01",
        "2026-03-02",
    ]


def test_recognition_is_heard_of_some_calls_of_every_period(desk: Desk) -> None:
    for k in range(HEARD_A_PERIOD + 5):
        heard_call(desk, f"c{k:02}", "yyy", "2026-01-05", confidence=0.9)
    heard_call(desk, "late", "yyy", "2026-02-05", confidence=0.5)
    desk.call("silent", "yyy", started_at="2026-02-06T09:00:00Z")
    rows = table(drift(desk), "drift_recognition").rows
    found = [(row["value"].estimate, row["value"].n) for row in rows]
    assert found == [(pytest.approx(90.0), HEARD_A_PERIOD), (pytest.approx(50.0), 1)]


def test_overrides_over_time(desk: Desk) -> None:
    for number in (1, 2):
        for k in range(4):
            name = f"m{number}-{k}"
            first = heard_call(desk, name, "yyy", f"2026-0{number}-05")
            given = {"S-1": "yes", "S-2": "no" if k == 0 else "yes", "S-3": "yes"}
            review = score_answers(
                desk.forms["1.0.0"], given, interaction=name, source=Source("reviewer", "maria")
            )
            desk.store.file_evaluation(review, by="maria", based_on=first, blind=False)
    mean = table(drift(desk), "drift_overridden").rows
    assert [(row["value"].estimate, row["value"].n) for row in mean] == [(pytest.approx(100 / 12), 4)] * 2
    single = table(drift(desk, "S-2"), "drift_overridden:S-2")
    assert single.rows[0]["value"].estimate == 0.25
    assert single.behind[0].items[0] == "m1-0"


def test_answers_that_moved_are_said_with_what_chance_allows(desk: Desk) -> None:
    for number in range(1, 4):
        month(desk, number, {"yyy": 19, "yny": 1})
    month(desk, 4, {"yyy": 10, "yny": 10})
    rows = {row["name"]: row for row in table(drift(desk), "drift_answers").rows}
    assert rows["S-2"]["moved"] == "moved"
    assert rows["S-2"]["psi"].estimate > 1
    assert rows["S-2"]["now"] == "in full 50.0 %, short of full 50.0 %; n = 20"
    assert (rows["S-3"]["moved"], rows["S-3"]["psi"].note) == (None, "only one answer was ever given")


def test_calls_without_a_day_are_in_no_point(desk: Desk) -> None:
    desk.call("undated", "yyy", started_at=None)
    report = drift(desk)
    assert table(report, "drift").rows == ()
    assert table(report, "drift_changes").rows[0]["calls"] == 1


def test_no_limits_are_drawn_where_there_are_none() -> None:
    """Three months of one call each: their spread is not known, so there is no limit to lie at."""
    points = [TrendPoint(f"m{k}", rate, None, None, 0.5, 1, False) for k, rate in enumerate((0.3, 0.7, 0.5))]
    bounded = TrendPoint("m4", 0.5, 0.2, 0.8, 0.5, 40, False)
    without, some = (trend_chart([("", group)], "t") for group in (points, [*points, bounded]))
    assert without is not None
    assert some is not None
    assert (without.count('class="limit"'), without.count('class="centre"')) == (0, 1)
    assert (some.count('class="limit"'), some.count("<circle")) == (2, 4)
