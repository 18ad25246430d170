"""Drift out of a store: periods by day or session, versions apart, changes of settings marked; both databases."""

from __future__ import annotations

import json

import pytest
from review_examples import save_call
from store_examples import RUBRIC_YAML, example_evaluation, example_input, example_interaction, example_result

from qa_toolkit.domain.contract import to_contract
from qa_toolkit.errors import PermissionRefusedError
from qa_toolkit.evaluation import parse_rubric
from qa_toolkit.review import GivenReview, close_session, open_session, submit_rating, submit_review
from qa_toolkit.review.drifting import calibration_drift
from qa_toolkit.store import RubricText, Store

LATER = RUBRIC_YAML.replace("1.0.0", "1.1.0")
FORM_2 = RubricText("greeting", "1.1.0", parse_rubric(LATER).sha256, LATER)


def save(store: Store, name: str, day: str, form: RubricText, model: str) -> None:
    """A call of a day, scored in a run with that model."""
    run = store.start_run(by="night", rubrics=[form], settings={"transcription": {"model": model}})
    result = example_result(name)
    data = to_contract(example_evaluation(name, rubric=form))
    store.claim(run, 1, name, name=name)
    store.save_result(
        type(result)(result.input, "done", None, result.transcript, result.metrics, data),
        interaction=example_interaction(name, started_at=f"{day}T10:00:00Z"),
        source=example_input(name),
        by="night",
        run=run,
        key=name,
    )
    store.end_run(run, "finished")


def test_periods_versions_and_settings(store: Store) -> None:
    save(store, "jan", "2026-01-05", FORM_2, "small")
    save(store, "feb", "2026-02-02", FORM_2, "small")
    save(store, "mar", "2026-03-02", FORM_2, "medium")
    found = calibration_drift(store, "greeting", by="maria")
    assert found.periods == (("2026-01", 1), ("2026-02", 1), ("2026-03", 1), ("2026-11", 1))
    marks = [(mark.label, mark.what.split(" ")[0]) for mark in found.drift.marks]
    assert marks == [("2026-03", "settings:"), ("2026-11", "rubric:")]
    assert '"small" to "medium"' in found.drift.marks[0].what
    chart = found.drift.chart("G-2", "machine_failures")
    assert [len(stretch.points) for stretch in chart.charts] == [2, 1, 1]
    weeks = calibration_drift(store, "greeting", by="maria", every="week", last_day="2026-02-28")
    assert weeks.periods == (("2026-W02", 1), ("2026-W06", 1))


def test_a_month_with_two_versions_is_two_periods(store: Store) -> None:
    save(store, "nov", "2026-11-20", FORM_2, "small")
    found = calibration_drift(store, "greeting", by="maria")
    assert found.periods == (("2026-11 (1.0.0)", 1), ("2026-11 (1.1.0)", 1))


def test_sessions_are_periods_when_they_are_closed(store: Store) -> None:
    for number in (1, 2):
        name, call = f"session-{number}", f"call-{number}"
        save_call(store, call)
        open_session(store, name, rubric="greeting", interactions=[call], raters=["maria", "jun"], by="lena")
        submit_rating(store, name, call, {"G-1": "yes", "G-2": "no"}, by="maria")
        submit_rating(store, name, call, {"G-1": "no", "G-2": "no"}, by="jun")
    close_session(store, "session-1", by="lena")
    found = calibration_drift(store, "greeting", by="lars", every="session")
    assert found.periods == (("session-1", 3),), "two people and the machine"
    assert found.drift.chart("G-1", "divided").charts[0].points[0].rate == 1.0
    assert found.drift.chart("G-2", "divided").charts[0].points[0].rate == 0.0
    assert found.drift.chart("G-1", "disagreement").charts[0].points[0].rate == 0.5


def test_reviews_that_saw_the_machine_can_be_left_out(store: Store) -> None:
    submit_review(store, "call-1", "greeting", GivenReview({}), by="maria", based_on="1")
    assert calibration_drift(store, "greeting", by="lena").periods == (("2026-11", 2),)
    assert calibration_drift(store, "greeting", by="lena", blind_only=True).periods == (("2026-11", 1),)


def test_nothing_and_nobody(store: Store) -> None:
    found = calibration_drift(store, "other", by="lena")
    assert (found.periods, found.drift.charts, found.severity) == ((), (), ())
    with pytest.raises(PermissionRefusedError):
        calibration_drift(store, "greeting", by="ana")
    assert json.dumps(found.periods) == "[]"
