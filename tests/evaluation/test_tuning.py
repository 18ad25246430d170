"""Thresholds from labels: the bound that n supports, pools, and how they act on answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from evaluation_builders import call, recognised, rubric_of, said

from qa_toolkit.domain import Answer
from qa_toolkit.errors import AuthoredFileError
from qa_toolkit.evaluation import EvaluationSettings, LoadedRubric, evaluate, parse_rubric
from qa_toolkit.evaluation.thresholds import (
    Threshold,
    Thresholds,
    find_thresholds,
    judging_sha256,
    thresholds_for,
    thresholds_name,
    write_thresholds,
)
from qa_toolkit.evaluation.tuning import (
    DEFAULT_THRESHOLD,
    LabelledAnswer,
    choose,
    error_bound,
    labelled_answers,
)

RUBRIC = """
{id: A, question: q?, evaluator: {phrase: {any: [thank you]}}}
{id: B, question: q?, critical: compliance, evaluator: {phrase: {any: [goodbye]}}}
{id: C, question: q?, evaluator: manual}
"""


@pytest.fixture
def rubric() -> LoadedRubric:
    return rubric_of(RUBRIC)


def answers(
    criterion: str, confidence: float, right: int, wrong: int = 0, rate: float = 0.0
) -> list[LabelledAnswer]:
    made = LabelledAnswer("call", criterion, "phrase", "none", "yes", "yes", confidence, rate)
    other = LabelledAnswer("call", criterion, "phrase", "none", "no", "yes", confidence, rate)
    return [made] * right + [other] * wrong


@pytest.mark.parametrize(
    ("wrong", "n", "bound"),
    [
        (0, 59, 0.0495),  # the rule of 59: 1 - 0.05 ** (1 / 59)
        (0, 10, 0.2589),
        (1, 93, 0.0500),
        (5, 5, 1.0),
    ],
)
def test_one_sided_exact_bound(wrong: int, n: int, bound: float) -> None:
    assert error_bound(wrong, n, 0.95) == pytest.approx(bound, abs=2e-4)


def test_nothing_accepted_has_no_bound() -> None:
    assert error_bound(0, 0, 0.95) is None


def test_enough_labels_of_its_own(rubric: LoadedRubric) -> None:
    rows = answers("A", 0.95, 150) + answers("A", 0.6, 20, 20)
    found = choose(rows, rubric.rubric.criteria, target=0.05, confidence=0.95)
    assert (found["A"].pool, found["A"].threshold) == ("criterion", 0.65)
    assert (found["A"].accepted, found["A"].wrong) == (150, 0)
    assert found["A"].error_bound == error_bound(0, 150, 0.95)
    assert "C" not in found  # left to a person anyway


def test_few_labels_share_those_of_their_kind_and_compliance_has_a_floor(rubric: LoadedRubric) -> None:
    rows = answers("A", 0.95, 200) + answers("B", 0.95, 3)
    found = choose(rows, rubric.rubric.criteria, target=0.05, confidence=0.95)
    assert (found["B"].pool, found["B"].threshold, found["B"].labels) == ("kind", 0.7, 203)
    assert found["A"].threshold == 0.5


def test_too_few_labels_at_all(rubric: LoadedRubric) -> None:
    found = choose(answers("A", 0.99, 20), rubric.rubric.criteria, target=0.05, confidence=0.95)
    assert {(t.pool, t.threshold) for t in found.values()} == {("default", DEFAULT_THRESHOLD)}
    assert found["A"].error_bound == error_bound(0, 20, 0.95)  # what n supports is said all the same


def test_a_rate_of_word_errors_at_which_it_does_not_hold_raises_the_threshold(rubric: LoadedRubric) -> None:
    rows = answers("A", 0.95, 300) + answers("A", 0.6, 200) + answers("A", 0.6, 9, 1, rate=0.3)
    found = choose(rows, rubric.rubric.criteria, target=0.05, confidence=0.95)
    assert found["A"].threshold == 0.65


def test_proposals_are_taken_whatever_their_confidence(rubric: LoadedRubric) -> None:
    heard = recognised(call("agent: Thank you."), {}, otherwise=0.2)
    (one, two) = labelled_answers(heard, rubric, {"A": "yes", "B": "yes", "C": "yes"})
    assert (one.criterion, one.answer, one.right, one.kind) == ("A", "yes", True, "phrase")
    assert one.confidence == pytest.approx(0.2)
    assert (two.answer, two.critical) == ("no", "compliance")


def thresholds(rubric: LoadedRubric, **values: float) -> Thresholds:
    return Thresholds(
        rubric=rubric.rubric.id,
        version=rubric.rubric.version,
        judging_sha256=judging_sha256(rubric),
        tuned_on="calls",
        interactions=1,
        labels_sha256="0",
        word_error_rates=(),
        error_target=0.05,
        confidence=0.95,
        criteria={name: Threshold(threshold=value, pool="all") for name, value in values.items()},
    )


def judged(rubric: LoadedRubric, folder: Path, confidence: float) -> Answer:
    heard = recognised(call("agent: Thank you."), {}, otherwise=confidence)
    settings = EvaluationSettings(confidence=0.7, evaluators={"rubrics_dir": str(folder)})
    return evaluate(heard, rubric, settings=settings).answer("A")


def test_tuned_thresholds_decide_and_are_part_of_the_result(rubric: LoadedRubric, tmp_path: Path) -> None:
    before = judged(rubric, tmp_path, 0.6)
    assert said(before) == "unanswered"
    write_thresholds(thresholds(rubric, A=0.5), tmp_path / thresholds_name("test"))
    after = judged(rubric, tmp_path, 0.6)
    assert said(after) == "yes"
    assert after.evaluator is not None
    assert before.evaluator is not None
    found = find_thresholds("test", [tmp_path])
    assert found is not None
    assert after.evaluator.version == f"{before.evaluator.version}+thresholds.{found.sha256[:12]}"
    write_thresholds(thresholds(rubric, A=0.95), tmp_path / thresholds_name("test"))
    assert said(judged(rubric, tmp_path, 0.9)) == "unanswered"


def test_what_the_author_wrote_comes_first(tmp_path: Path) -> None:
    rubric = rubric_of("{id: A, question: q?, confidence: 0.3, evaluator: {phrase: {any: [thank you]}}}")
    write_thresholds(thresholds(rubric, A=0.95), tmp_path / thresholds_name("test"))
    assert said(judged(rubric, tmp_path, 0.4)) == "yes"


def test_thresholds_of_other_evaluators_are_passed_over(rubric: LoadedRubric, tmp_path: Path) -> None:
    write_thresholds(thresholds(rubric, A=0.95), tmp_path / thresholds_name("test"))
    settings = {"rubrics_dir": str(tmp_path)}
    worded = parse_rubric(rubric.text.replace("question: q?", "question: Was it said?"))
    other = parse_rubric(rubric.text.replace("thank you", "thanks"))
    assert thresholds_for(worded, settings) is not None
    assert thresholds_for(other, settings) is None


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "thresholds").mkdir()
    (tmp_path / "thresholds" / "test.json").write_text(json.dumps({"schema": "qa-toolkit/thresholds/1"}))
    with pytest.raises(AuthoredFileError, match="not a file of thresholds"):
        find_thresholds("test", [tmp_path])
