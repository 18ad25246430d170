"""Strictness over time: who changes is found, who does not is left alone."""

from __future__ import annotations

import random

import pytest
from calibration_builders import evaluation

from qa_toolkit.calibration import drift, severity_drift
from qa_toolkit.domain.evaluation import Evaluation

QUESTIONS = tuple("ABCDEFGH")
MONTHS = tuple(f"2026-{month:02}" for month in range(1, 9))


def month(
    label: str, strictness: dict[str, float], seed: int, units: int = 25
) -> tuple[str, list[Evaluation]]:
    """Everybody answers the same calls; each fails what is true with their own further chance."""
    chance = random.Random(seed)
    found = []
    for unit in range(units):
        truth = {question: chance.random() < 0.9 for question in QUESTIONS}
        for rater, strict in strictness.items():
            given = {q: "yes" if good and chance.random() >= strict else "no" for q, good in truth.items()}
            found.append(evaluation(f"{label} {unit}", rater, given))
    return label, found


def year(seed: int, *, changed: float) -> list[tuple[str, list[Evaluation]]]:
    """Cem changes in the seventh month."""
    return [
        month(
            label,
            {"Ann": 0.05, "Ben": 0.1, "Cem": 0.05 if n < 6 else changed, "Dee": 0.08},
            1000 * seed + n,
        )
        for n, label in enumerate(MONTHS)
    ]


def test_a_reviewer_who_becomes_strict_is_found() -> None:
    charts = {chart.rater: chart for chart in severity_drift(year(1, changed=0.35))}
    assert set(charts["Cem"].out) >= {"2026-07", "2026-08"}
    assert charts["Ben"].centre is not None
    assert charts["Ann"].centre is not None
    assert charts["Ben"].centre > charts["Ann"].centre
    point = charts["Cem"].points[-1]
    assert (point.scores, point.points > point.high) == (25, True)


def test_steady_reviewers_raise_few_alarms() -> None:
    charts = [chart for seed in range(6) for chart in severity_drift(year(seed, changed=0.05))]
    alarms = sum(len(chart.out) for chart in charts)
    assert alarms <= 0.02 * sum(len(chart.points) for chart in charts)


def test_what_cannot_be_told_says_why() -> None:
    alone = [("2026-01", [evaluation("c", "Ann", {"A": "yes"}), evaluation("d", "Ben", {"A": "no"})])]
    charts = severity_drift(alone)
    assert [(chart.rater, chart.centre, chart.points) for chart in charts] == [
        ("Ann", None, ()),
        ("Ben", None, ()),
    ]
    assert charts[0].reason == "shares no subject with another reviewer"
    assert severity_drift([]) == ()
    assert severity_drift([("2026-01", [])]) == ()


@pytest.mark.parametrize(("answers", "divided"), [(("yes", "no", "yes"), 1.0), (("yes", "yes", None), 0.0)])
def test_interactions_on_which_people_are_divided(answers: tuple[str | None, ...], divided: float) -> None:
    given = [evaluation("c", name, {"A": each}) for name, each in zip("XYZ", answers, strict=True)]
    (chart,) = drift([("2026-01", given)]).chart("A", "divided").charts
    assert (chart.points[0].rate, chart.points[0].size) == (divided, 1)
