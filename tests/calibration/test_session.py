"""Calibration sessions and the machine against people, on written evaluations."""

from __future__ import annotations

import random

import pytest
from calibration_builders import evaluation

from qa_toolkit.calibration import answers_by_criterion, calibrate, machine_against_people
from qa_toolkit.errors import UsageError


def session(units: int = 30, seed: int = 1) -> list[object]:
    """Ann, Ben and Cem on the same calls; they agree on A, guess on B; Cem is strict on C."""
    chance = random.Random(seed)
    found = []
    for k in range(units):
        a, c = chance.choice(["yes", "no"]), chance.choice(["best", "middle"])
        for rater in ("Ann", "Ben", "Cem"):
            strict = {"best": "middle", "middle": "worst"}[c] if rater == "Cem" else c
            answers = {"A": a, "B": chance.choice(["yes", "no"]), "C": strict}
            found.append(evaluation(f"call {k:02}", rater, answers))
    return found


def test_agreement_by_criterion() -> None:
    by_id = {each.criterion: each.figures for each in calibrate(session()).criteria}
    assert by_id["A"]["percent_agreement"].estimate == 1.0
    assert by_id["A"]["gwet_ac1"].estimate == pytest.approx(1.0)
    assert abs(by_id["B"]["krippendorff_alpha"].estimate) < 0.35
    assert by_id["B"]["fleiss_kappa"].low < 0.2
    assert "gwet_ac2" in by_id["C"]
    assert "gwet_ac2" not in by_id["A"]
    assert by_id["C"]["gwet_ac2"].estimate > by_id["C"]["gwet_ac1"].estimate


def test_the_strict_reviewer_is_found() -> None:
    found = calibrate(session())
    assert found.severity.severity("Cem").low > 0
    assert found.severity.severity("Ann").high < found.severity.severity("Cem").low
    by_name = {each.rater.name: each for each in found.raters}
    assert by_name["Cem"].with_others.high < by_name["Ann"].with_others.estimate
    assert by_name["Cem"].totals.bias < -10
    assert found.totals["3,1"].estimate > found.totals["2,1"].estimate


def test_an_expert_is_the_reference_and_no_peer() -> None:
    found = calibrate(session(), expert="Ann")
    assert {each.rater.name for each in found.raters} == {"Ben", "Cem"}
    by_name = {each.rater.name: each for each in found.raters}
    assert by_name["Ben"].with_expert.estimate > by_name["Cem"].with_expert.estimate
    assert "cohen_kappa" in found.criteria[0].figures  # two raters are left


def test_the_most_divided_interactions_come_first() -> None:
    rows = [("call 1", "yes", "yes", "yes"), ("call 2", "yes", "no", "yes"), ("call 3", "no", "yes", "na")]
    evaluations = [
        evaluation(call, rater, {"A": given})
        for call, *answers in rows
        for rater, given in zip(("Ann", "Ben", "Cem"), answers, strict=True)
    ]
    found = calibrate(evaluations)
    assert found.criteria[0].split == ("call 3", "call 2")
    assert found.warnings == ("3 interactions are too few for reliable intervals",)


def test_na_is_an_answer_and_unanswered_is_missing() -> None:
    evaluations = [evaluation("call", "Ann", {"A": "na"}), evaluation("call", "Ben", {"A": None})]
    assert answers_by_criterion(evaluations)["A"].rows == (("na", None),)


@pytest.mark.parametrize(
    ("evaluations", "says"),
    [
        ([], "none"),
        (
            [evaluation("c", "Ann", {"A": "yes"}), evaluation("c", "Ben", {"A": "yes"}, version="2.0.0")],
            "call@1.0.0, call@2.0.0",
        ),
        ([evaluation("c", "Ann", {"A": "yes"})] * 2, "'Ann' evaluated 'c' twice"),
        ([evaluation("c", "Ann", {"A": "yes"})], "two raters"),
    ],
)
def test_what_is_no_session(evaluations: list[object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        calibrate(evaluations)
    with pytest.raises(UsageError, match="'Eve'"):
        calibrate(session(2), expert="Eve")


def with_machine(right: float, people: float, units: int = 200) -> list[object]:
    """Two people and a machine that give the true answer with these chances."""
    chance, found = random.Random(5), []
    for k in range(units):
        truth = chance.random() < 0.8

        def said(sure: float, truth: bool = truth) -> str:
            return "yes" if (chance.random() < sure) == truth else "no"

        for name, sure in (("Ann", people), ("Ben", people), ("machine", right)):
            found.append(evaluation(f"call {k:03}", name, {"A": said(sure)}))
    return found


@pytest.mark.parametrize(
    ("right", "people", "says"),
    [(1.0, 0.85, "better"), (0.7, 0.97, "worse"), (0.9, 0.9, "no difference")],
)
def test_the_gain_of_switching_a_criterion(right: float, people: float, says: str) -> None:
    found = machine_against_people(with_machine(right, people))["A"]
    assert says in found.says
    assert found.answered.estimate == 1.0
    assert found.percent.units + found.without_majority == 200
    assert found.missed_failures.n + found.false_failures.n == found.percent.units


def test_missed_and_false_failures() -> None:
    """Ten calls people passed, of which the machine fails one; five they failed, of which it passes two."""
    pairs = (
        [("yes", "yes")] * 9 + [("yes", "no")] + [("no", "no")] * 3 + [("no", "yes")] * 2 + [("na", "yes")]
    )
    evaluations = [
        evaluation(f"call {k}", name, {"A": given})
        for k, (person, machine) in enumerate(pairs)
        for name, given in (("Ann", person), ("machine", machine))
    ]
    found = machine_against_people(evaluations)["A"]
    assert (found.false_failures.estimate, found.false_failures.n) == (0.1, 10)
    assert (found.missed_failures.estimate, found.missed_failures.n) == (0.4, 5)
    assert found.gain.estimate is None
    assert "too few" in found.says


def test_what_the_machine_leaves_open_is_counted() -> None:
    evaluations = [
        evaluation(f"call {k}", name, {"A": given})
        for k in range(40)
        for name, given in (("Ann", "yes" if k % 3 else "no"), ("machine", None if k % 4 == 0 else "yes"))
    ]
    found = machine_against_people(evaluations)["A"]
    assert (found.answered.estimate, found.answered.n) == (0.75, 40)
    assert "let two people answer" in found.says


def test_an_even_split_of_people_is_left_out() -> None:
    evaluations = [
        evaluation("call", name, {"A": given})
        for name, given in (("Ann", "yes"), ("Ben", "no"), ("machine", "yes"))
    ]
    assert machine_against_people(evaluations)["A"].without_majority == 1
    assert machine_against_people(evaluations, expert="Ben")["A"].percent.estimate == 0.0
    with pytest.raises(UsageError, match="2 machines"):
        machine_against_people([*evaluations, evaluation("call", "machine 2", {"A": "no"})])
