"""Estimates from samples against published worked examples, and their coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.errors import UsageError
from qa_toolkit.sampling import inclusion_probabilities
from qa_toolkit.statistics import (
    SampleDesign,
    assisted_mean,
    design_mean,
    design_ratio,
    hansen_hurwitz,
    horvitz_thompson,
    wilson,
)


def stratified(*strata: tuple[int, int, int]) -> tuple[list[float], SampleDesign]:
    """Size, items drawn and passed of each stratum."""
    values = [float(k < passed) for _, n, passed in strata for k in range(n)]
    names = tuple(str(place) for place, (_, n, _) in enumerate(strata) for _ in range(n))
    chances = tuple(n / size for size, n, _ in strata for _ in range(n))
    return values, SampleDesign(chances, names, {str(i): size for i, (size, _, _) in enumerate(strata)})


def test_three_strata() -> None:
    """Cochran, Sampling Techniques (1977), chapter 5: sizes 500, 300, 200, drawn 25, 15, 20, passed 24, 12, 10."""
    values, design = stratified((500, 25, 24), (300, 15, 12), (200, 20, 10))
    found = design_mean(values, design)
    assert found.estimate == pytest.approx(0.82)
    assert found.standard_error == pytest.approx(0.04279, abs=5e-6)
    assert np.mean(values) == pytest.approx(0.7667, abs=5e-5)  # what must not be printed
    assert found.low < 0.82 < found.high
    assert found.population == 1000


def test_hansen_and_hurwitz() -> None:
    found = hansen_hurwitz([10, 20, 30], [0.2, 0.3, 0.5])
    assert (found.estimate, found.standard_error) == pytest.approx((58.889, 4.843), abs=5e-4)


def test_horvitz_and_thompson_in_full_is_the_total() -> None:
    found = horvitz_thompson([3, 4, 5], [1, 1, 1])
    assert (found.estimate, found.low, found.high, found.standard_error) == (12.0, 12.0, 12.0, 0.0)


def test_a_simple_sample_from_very_many_is_wilson() -> None:
    found, plain = design_mean([1.0] * 18 + [0.0] * 2, SampleDesign.simple(20, 10**9)), wilson(18, 20)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=1e-6)
    assert any("20 items" in text for text in found.warnings)


def test_a_census_is_exact() -> None:
    found = design_mean([1.0, 0.0, 1.0, 1.0], SampleDesign.simple(4, 4))
    assert (found.estimate, found.low, found.high) == (0.75, 0.75, 0.75)


def test_not_applicable_items_leave_the_denominator() -> None:
    values, design = stratified((500, 4, 3), (100, 4, 2))
    found = design_mean([None, *values[1:]], design)
    assert found.estimate == pytest.approx((125 * 2 + 25 * 2) / (125 * 3 + 25 * 4))
    assert found.n == 7


def test_errors_per_opportunity() -> None:
    """31 errors on 720 opportunities of 60 calls: 95.69 % non-critical accuracy."""
    errors = [1.0] * 31 + [0.0] * 29
    found = design_ratio(errors, [12.0] * 60, SampleDesign.simple(60, 5000))
    assert 1 - found.estimate == pytest.approx(0.9569, abs=5e-5)
    assert found.low < found.estimate < found.high


@pytest.mark.parametrize(
    ("values", "design", "says"),
    [
        ([], SampleDesign.simple(0, 10), "no items"),
        ([None, None], SampleDesign.simple(2, 10), "no items"),
        ([1.0], SampleDesign.simple(1, 10), "one item"),
        ([1.0, 1.0], SampleDesign((0.5, 0.5), ("a", "a"), {"a": 4, "b": 4}), "nothing was drawn from b"),
    ],
)
def test_nothing_to_tell(values: list[float | None], design: SampleDesign, says: str) -> None:
    found = design_mean(values, design)
    assert (found.low, found.high) == (None, None)
    assert says in found.reason


def test_one_item_of_a_stratum_is_said() -> None:
    values, design = stratified((100, 1, 1), (100, 30, 20))
    found = design_mean(values, design)
    assert found.low < found.estimate < found.high
    assert any("one item from '0'" in text for text in found.warnings)


def test_impossible_designs() -> None:
    with pytest.raises(UsageError, match="cannot come from"):
        SampleDesign.simple(5, 4)
    with pytest.raises(UsageError, match="between 0 and 1"):
        horvitz_thompson([1], [0])
    with pytest.raises(UsageError, match="which has 1"):
        design_mean([1.0, 0.0], SampleDesign((1.0, 1.0), ("a", "a"), {"a": 1}))
    with pytest.raises(UsageError, match="do not fit"):
        assisted_mean([1.0], [1.0, 0.0], [1.0, 0.0, 1.0])


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0.05, 1)), min_size=2, max_size=40))
@settings(max_examples=80, deadline=None)
def test_limits_hold_the_estimate_and_shares_stay_shares(sample: list[tuple[int, float]]) -> None:
    values, chances = zip(*sample, strict=True)
    design = SampleDesign(chances, ("all",) * len(sample), {"all": 1000}, "unequal")
    found = design_mean([float(value) for value in values], design)
    assert 0 <= found.low <= found.estimate + 1e-9
    assert found.estimate - 1e-9 <= found.high <= 1


class Calls:
    """A population of calls: a quarter risky, and a machine that is wrong on 7 %."""

    def __init__(self, n: int, seed: int = 1) -> None:
        self.random = np.random.default_rng(seed)
        self.risk = self.random.choice([1.0, 1.0, 1.0, 4.0], n)
        self.truth = (self.random.random(n) < np.where(self.risk == 1, 0.95, 0.75)).astype(float)
        self.machine = np.where(self.random.random(n) < 0.93, self.truth, 1 - self.truth)
        self.team = self.random.integers(0, 8, n)

    def draw(self, how: str, n: int) -> tuple[np.ndarray, SampleDesign]:
        size = len(self.truth)
        if how == "simple":
            return self.random.choice(size, n, replace=False), SampleDesign.simple(n, size)
        if how == "teams":
            sizes = {str(team): int((self.team == team).sum()) for team in range(8)}
            teams = [
                self.random.choice(np.flatnonzero(self.team == t), n // 8, replace=False) for t in range(8)
            ]
            drawn = np.concatenate(teams)
            names = tuple(str(self.team[i]) for i in drawn)
            return drawn, SampleDesign(tuple(n // 8 / sizes[name] for name in names), names, sizes)
        chances = np.array(inclusion_probabilities(self.risk.tolist(), n))
        order = self.random.permutation(size)
        reached, start = np.cumsum(chances[order]), self.random.random()
        drawn = order[np.floor(reached - start) > np.floor(reached - chances[order] - start)]
        return drawn, SampleDesign(tuple(chances[drawn]), ("all",) * len(drawn), {"all": size}, "unequal")


def simulated(how: str, n: int, draws: int, population: int) -> dict[str, float]:
    calls = Calls(population)
    truth, rows = float(calls.truth.mean()), []
    for _ in range(draws):
        drawn, design = calls.draw(how, n)
        found = assisted_mean(calls.truth[drawn], calls.machine[drawn], calls.machine, design)
        human, put_right = found.human_only, found.corrected
        rows.append(
            (
                human.estimate - truth,
                human.low <= truth <= human.high,
                put_right.estimate - truth,
                put_right.low <= truth <= put_right.high,
                (put_right.high - put_right.low) / (human.high - human.low),
            )
        )
    names = ("human_bias", "human_cover", "assisted_bias", "assisted_cover", "width")
    return dict(zip(names, np.mean(rows, axis=0), strict=True))


@pytest.mark.parametrize("how", ["simple", "teams", "risk"])
def test_coverage_bias_and_gain(how: str) -> None:
    """A first look with 200 draws (sampling error of coverage 1.5 points); the soak test below is the proof."""
    found = simulated(how, 200, 200, 4000)
    assert abs(found["human_bias"]) < 0.005
    assert abs(found["assisted_bias"]) < 0.005
    assert found["human_cover"] >= 0.90
    assert found["assisted_cover"] >= 0.90
    assert found["width"] < 0.85


@pytest.mark.soak
@pytest.mark.parametrize("n", [80, 200, 400])
@pytest.mark.parametrize("how", ["simple", "teams", "risk"])
def test_coverage_over_many_draws(how: str, n: int) -> None:
    found = simulated(how, n, 2000, 50_000)
    assert abs(found["human_bias"]) < 0.005
    assert abs(found["assisted_bias"]) < 0.005
    assert found["human_cover"] >= 0.925
    assert found["assisted_cover"] >= 0.925


def test_a_machine_that_guesses_brings_nothing() -> None:
    random = np.random.default_rng(3)
    truth, guess = (random.random(5000) < 0.7).astype(float), (random.random(5000) < 0.5).astype(float)
    found = assisted_mean(truth[:200], guess[:200], guess)
    assert 0.9 < found.width_ratio < 1.15
    assert found.machine_only == pytest.approx(0.5, abs=0.03)
    assert found.corrected.estimate == pytest.approx(truth.mean(), abs=0.1)


def test_scores_are_corrected_by_regression() -> None:
    random = np.random.default_rng(4)
    truth = random.normal(80, 10, 3000)
    machine = truth + 5 + random.normal(0, 3, 3000)
    found = assisted_mean(truth[:100], machine[:100], machine)
    assert found.machine_bias == pytest.approx(5, abs=1)
    assert found.width_ratio < 0.5
    assert found.corrected.low < truth.mean() < found.corrected.high


def test_what_the_sample_does_not_hold_is_said() -> None:
    found = assisted_mean([1.0] * 20, [1.0] * 20, [1.0] * 190 + [0.0] * 10)
    assert found.corrected.estimate == found.human_only.estimate
    assert any("none of the 10 items the machine failed" in text for text in found.corrected.warnings)


def test_full_agreement_in_the_sample_is_no_certainty() -> None:
    machine = [1.0] * 900 + [0.0] * 100
    found = assisted_mean([1.0] * 45 + [0.0] * 5, [1.0] * 45 + [0.0] * 5, machine)
    assert found.corrected.estimate == pytest.approx(0.9)
    assert found.corrected.high - found.corrected.low > 0.05
