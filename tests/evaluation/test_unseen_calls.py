"""Calls written by somebody who had not read the rubrics' phrases: the machine's answers against the labels.

The figures of the first measurements are in the README of each folder; the floors here keep what the toolkit promises.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from qa_toolkit.evaluation import LoadedRubric, load_rubric
from qa_toolkit.evaluation.labelled import LabelOutcome, compare_with_labels, labels_of
from qa_toolkit.pipeline import read_case, with_metrics

FOLDERS = ("unseen", "short_calls")
RUBRICS = {"inbound": "inbound_call", "outbound": "outbound_call"}
ACCURACY, COVERAGE = 0.95, 0.80
COMPLIANCE_PASSED_OVER = 0


@cache
def rubric(direction: str) -> LoadedRubric:
    return load_rubric(RUBRICS[direction])


@pytest.fixture(scope="module", params=FOLDERS)
def calls(request: pytest.FixtureRequest) -> list[Path]:
    return sorted((Path(__file__).parent / request.param).glob("*.json"))


@pytest.fixture(scope="module")
def outcomes(calls: list[Path]) -> list[tuple[LabelOutcome, bool]]:
    """Every label beside the machine's answer, and whether the criterion is critical for compliance."""
    found = []
    for file in calls:
        case = with_metrics(read_case(file))
        own = rubric(str(case.interaction.direction))
        labels = labels_of(json.loads(file.read_text(encoding="utf-8")), file.name)
        for outcome in compare_with_labels(case, own, labels):
            critical = own.rubric.criterion(outcome.criterion).critical == "compliance"
            found.append((outcome, critical))
    return found


def test_every_label_was_judged_and_none_ended_in_an_error(
    calls: list[Path], outcomes: list[tuple[LabelOutcome, bool]]
) -> None:
    labels = sum(len(json.loads(file.read_text(encoding="utf-8"))["labels"]) for file in calls)
    assert len(outcomes) == labels
    assert Counter(outcome.verdict for outcome, _ in outcomes)["error"] == 0


def test_accepted_answers_are_right_and_most_labels_get_one(
    outcomes: list[tuple[LabelOutcome, bool]],
) -> None:
    given = [outcome for outcome, _ in outcomes if outcome.met is not None]
    wrong = [f"{o.interaction} {o.criterion}: {o.expected}, machine {o.got}" for o in given if not o.met]
    assert 1 - len(wrong) / len(given) >= ACCURACY, wrong
    assert len(given) / len(outcomes) >= COVERAGE


def test_no_compliance_failure_is_passed_over(outcomes: list[tuple[LabelOutcome, bool]]) -> None:
    failures = [outcome for outcome, critical in outcomes if critical and outcome.expected == "no"]
    passed_over = [f"{o.interaction} {o.criterion}" for o in failures if o.met is False]
    assert len(failures) >= 10
    assert len(passed_over) <= COMPLIANCE_PASSED_OVER, passed_over
