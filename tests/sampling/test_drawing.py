"""Draws: repeatable by anyone, with chances that are what they say."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.errors import UsageError
from qa_toolkit.sampling import (
    Frame,
    FrameItem,
    SamplingPlan,
    draw,
    inclusion_probabilities,
    random_number,
)


def frame(n: int = 200) -> Frame:
    items = [
        FrameItem(
            f"call-{k:04}",
            {
                "site": "Rancho" if k % 4 else "Fresno",
                "agent": f"a{k % 10}",
                "risk": "5" if k % 5 == 0 else "1",
            },
        )
        for k in range(n)
    ]
    return Frame(tuple(items), ("site", "agent", "risk"))


PLANS = {
    "random": SamplingPlan(n=30),
    "by site": SamplingPlan(n=30, method="stratified", by=("site",)),
    "five an agent": SamplingPlan(method="stratified", by=("agent",), per_stratum=5),
    "by risk": SamplingPlan(n=30, method="risk", risk="risk"),
    "filtered": SamplingPlan(n=10, filters={"site": ("Fresno",)}),
}


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_seed_and_ids_alone_decide(plan: SamplingPlan) -> None:
    first = draw(frame(), plan, 7)
    turned = draw(Frame(tuple(reversed(frame().items)), frame().columns), plan, 7)
    assert {item.id for item in first.items} == {item.id for item in turned.items}
    assert first.frame_sha256 == turned.frame_sha256
    assert {item.id for item in draw(frame(), plan, 8).items} != {item.id for item in first.items}


def test_the_numbers_can_be_made_with_any_tool() -> None:
    digest = hashlib.sha256(b"7:call-0001").hexdigest()
    assert random_number(7, "call-0001") == int(digest[:14], 16) / 16**14
    lowest = sorted(frame().items, key=lambda item: random_number(7, item.id))[:30]
    assert {item.id for item in draw(frame(), PLANS["random"], 7).items} == {item.id for item in lowest}


def test_the_record_of_a_draw() -> None:
    sample = draw(frame(), PLANS["filtered"], 7)
    assert (sample.frame_size, sample.eligible, sample.seed) == (200, 50, 7)
    assert {item.values["site"] for item in sample.items} == {"Fresno"}
    assert {item.inclusion_probability for item in sample.items} == {10 / 50}


def test_proportional_equal_and_per_stratum() -> None:
    def drawn(plan: SamplingPlan) -> dict[str, int]:
        return dict(Counter(item.stratum for item in draw(frame(), plan, 7).items))

    assert drawn(PLANS["by site"]) == {"Rancho": 22, "Fresno": 8} or drawn(PLANS["by site"]) == {
        "Rancho": 23,
        "Fresno": 7,
    }
    equal = SamplingPlan(n=30, method="stratified", by=("site",), allocation="equal")
    assert drawn(equal) == {"Rancho": 15, "Fresno": 15}
    assert set(drawn(PLANS["five an agent"]).values()) == {5}


def test_small_strata_are_taken_whole_and_said() -> None:
    sample = draw(frame(12), SamplingPlan(method="stratified", by=("agent",), per_stratum=2), 1)
    assert len(sample.items) == 12
    assert "'a2' has 1 of the 2 wanted" in sample.warnings


@pytest.mark.parametrize("how", PLANS)
def test_weights_add_up_to_what_could_be_drawn(how: str) -> None:
    sample = draw(frame(), PLANS[how], 7)
    assert sum(item.weight for item in sample.items) == pytest.approx(sample.eligible, rel=0.2)
    assert len({item.id for item in sample.items}) == len(sample.items)


def test_risky_interactions_are_drawn_as_often_as_they_say() -> None:
    found: Counter[str] = Counter()
    plan, draws = SamplingPlan(n=12, method="risk", risk="risk"), 400
    for seed in range(draws):
        sample = draw(frame(60), plan, seed)
        assert len(sample.items) == 12
        found.update(item.values["risk"] for item in sample.items)
        chances = {item.values["risk"]: item.inclusion_probability for item in sample.items}
    assert chances["5"] == pytest.approx(5 * chances["1"])
    assert found["5"] / draws / 12 == pytest.approx(chances["5"], abs=0.03)
    assert found["1"] / draws / 48 == pytest.approx(chances["1"], abs=0.015)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=50), st.integers(1, 60))
@settings(max_examples=100, deadline=None)
def test_chances_add_up_and_keep_their_proportions(risks: list[float], n: int) -> None:
    chances = inclusion_probabilities(risks, n)
    assert sum(chances) == pytest.approx(min(n, len(risks)))
    assert all(0 < chance <= 1 for chance in chances)
    open_ones = [(risk, chance) for risk, chance in zip(risks, chances, strict=True) if chance < 1]
    for risk, chance in open_ones:
        assert chance / risk == pytest.approx(open_ones[0][1] / open_ones[0][0])


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=40), st.integers(1, 20), st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_a_draw_by_risk_has_the_size_it_should(risks: list[float], n: int, seed: int) -> None:
    items = [FrameItem(f"c{k}", {"risk": repr(risk)}) for k, risk in enumerate(risks)]
    sample = draw(Frame(tuple(items), ("risk",)), SamplingPlan(n=n, method="risk", risk="risk"), seed)
    assert len(sample.items) == min(n, len(risks))


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (SamplingPlan(), "one number"),
        (SamplingPlan(n=0), "nothing is to be drawn"),
        (SamplingPlan(n=5, method="stratified"), "columns"),
        (SamplingPlan(n=5, method="stratified", by=("team",)), "no column 'team'"),
        (SamplingPlan(n=5, method="stratified", by=("agent",)), "5 interactions for 10 strata"),
        (SamplingPlan(n=5, method="risk"), "risk column"),
        (SamplingPlan(n=5, method="risk", risk="agent"), "no risk"),
        (SamplingPlan(n=5, filters={"site": ("Oakland",)}), "passes the filters"),
        (SamplingPlan(n=5, per_stratum=2, method="stratified", by=("agent",)), "one number"),
    ],
)
def test_impossible_plans(plan: SamplingPlan, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        draw(frame(), plan, 1)
