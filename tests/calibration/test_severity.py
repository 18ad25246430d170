"""Strictness told apart from difficulty: worked examples, properties, and recovery in simulated panels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.calibration import CrossedEffects, Observation, crossed_effects
from qa_toolkit.errors import UsageError


def panel(scores: dict[str, dict[str, float]]) -> list[Observation]:
    return [Observation(call, rater, score) for call, row in scores.items() for rater, score in row.items()]


FULL = panel(
    {
        "call 1": {"Ann": 90, "Ben": 80, "Cem": 85},
        "call 2": {"Ann": 70, "Ben": 62, "Cem": 66},
        "call 3": {"Ann": 98, "Ben": 88, "Cem": 93},
        "call 4": {"Ann": 82, "Ben": 70, "Cem": 76},
    }
)


def test_where_everybody_scores_everything_severity_is_the_difference_of_means() -> None:
    found = crossed_effects(FULL)
    assert [severity.points for severity in found.severities] == pytest.approx([-5, 5, 0], abs=1e-6)
    assert [severity.raw for severity in found.severities] == pytest.approx([5, -5, 0], abs=1e-6)
    for severity in found.severities:
        assert severity.low < severity.points < severity.high


def test_a_reviewer_of_hard_calls_is_not_strict() -> None:
    """Ben reviews the bad calls: his raw mean is 20 points lower, his severity 2."""
    scores = panel(
        {
            "easy 1": {"Ann": 95.0},
            "easy 2": {"Ann": 93.0},
            "both 1": {"Ann": 85.0, "Ben": 83.5},
            "both 2": {"Ann": 75.0, "Ben": 72.5},
            "hard 1": {"Ben": 60.0},
            "hard 2": {"Ben": 58.0},
        }
    )
    found = crossed_effects(scores)
    ann, ben = found.severity("Ann"), found.severity("Ben")
    assert ann.raw - ben.raw == pytest.approx(18.5)
    assert ben.points - ann.points == pytest.approx(2.0, abs=0.2)
    assert {subject.subject: subject.adjusted for subject in found.subjects}["hard 1"] == pytest.approx(
        61, abs=0.2
    )


def test_reviewers_who_share_nothing_are_not_compared() -> None:
    found = crossed_effects(
        panel(
            {
                "call 1": {"Ann": 90, "Ben": 80},
                "call 2": {"Ann": 80, "Ben": 71},
                "call 3": {"Cem": 60, "Dua": 62},
                "call 4": {"Cem": 50, "Dua": 54},
                "call 5": {"Eva": 70},
            }
        )
    )
    assert found.severity("Ann").group == found.severity("Ben").group != found.severity("Cem").group
    assert found.severity("Ann").points + found.severity("Ben").points == pytest.approx(0)
    assert (found.severity("Eva").points, found.severity("Eva").reason) == (
        None,
        "shares no subject with another reviewer",
    )
    assert "3 groups" in found.warnings[0]


@pytest.mark.parametrize(
    "scores",
    [[], panel({"call 1": {"Ann": 90.0, "Ben": 80.0}}), panel({"1": {"Ann": 9.0}, "2": {"Ben": 8.0}})],
)
def test_too_little_gives_none_with_the_reason(scores: list[Observation]) -> None:
    found = crossed_effects(scores)
    assert found.reason
    assert all(severity.points is None and severity.reason for severity in found.severities)


def test_a_score_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="not a number"):
        crossed_effects([Observation("a", "b", float("nan"))])


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 100)), min_size=8, max_size=40)
)
@settings(max_examples=50, deadline=None)
def test_order_and_a_shift_of_all_scores_change_nothing(rows: list[tuple[int, int, int]]) -> None:
    def effects(shift: float, order: int) -> CrossedEffects:
        return crossed_effects([Observation(f"s{s}", f"r{r}", v + shift) for s, r, v in rows[::order]])

    first, moved = effects(0, 1), effects(50, -1)
    for one, other in zip(first.severities, moved.severities, strict=True):
        assert (one.points is None) == (other.points is None)
        if one.points is not None:
            assert other.points == pytest.approx(one.points, abs=1e-3)
    by_group: dict[int, float] = {}
    for severity in first.severities:
        by_group[severity.group] = by_group.get(severity.group, 0.0) + (severity.points or 0.0)
    assert all(total == pytest.approx(0, abs=1e-6) for total in by_group.values())


def simulated(seed: int, agents: int) -> tuple[float, float, float]:
    """Correlation of severities with the truth, gain in error of the agents, share of intervals that hold it."""
    random = np.random.default_rng(seed)
    skill, strict = random.normal(85, 5, agents), random.normal(0, 5, 12)
    strict -= strict.mean()
    scores = []
    for agent in range(agents):
        pair = random.choice(12, 2, replace=False)  # an agent meets two of the twelve reviewers
        for rater in random.choice(pair, 6):
            score = skill[agent] - strict[rater] + random.normal(0, 8)
            scores.append(Observation(f"a{agent:04}", f"r{rater:02}", score))
    found = crossed_effects(scores)
    points = [severity.points for severity in found.severities]

    def error(values: list[float]) -> float:
        return float(np.sqrt(np.mean((np.array(values) - skill) ** 2)))

    gain = 1 - error([s.shrunken for s in found.subjects]) / error([s.raw for s in found.subjects])
    held = np.mean([s.low <= truth <= s.high for s, truth in zip(found.severities, strict, strict=True)])
    return float(np.corrcoef(points, strict)[0, 1]), gain, float(held)


def test_simulated_panels_give_back_severity_and_better_scores() -> None:
    correlation, gain, held = np.mean([simulated(seed, 400) for seed in range(12)], axis=0)
    assert correlation >= 0.95
    assert gain >= 0.30
    assert 0.88 <= held <= 1.0
