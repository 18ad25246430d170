"""Acceptance sampling against MIL-STD-105E, Montgomery (Introduction to Statistical Quality Control), 7 CFR 42."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.acceptance import (
    AQLS,
    acceptance_plan,
    acceptance_probability,
    chapman,
    operating_characteristic,
    outgoing_limit,
    rate_accepted_with,
    sample_letter,
)
from qa_toolkit.statistics.switching import switching_state


@pytest.mark.parametrize(
    ("lot", "aql", "letter", "used", "n", "accept"),
    [
        (2400, 2.5, "K", "K", 125, 7),
        (1000, 1.0, "J", "J", 80, 2),
        (100, 0.65, "F", "F", 20, 0),
        # Arrow up: a smaller sample. Arrow down: a larger one.
        (200, 0.65, "G", "F", 20, 0),
        (400, 0.65, "H", "J", 80, 1),
        (30, 2.5, "D", "C", 5, 0),
        (50, 2.5, "D", "C", 5, 0),
        (20, 6.5, "C", "D", 8, 1),
        (600_000, 2.5, "Q", "N", 500, 21),
        # The sample would be larger than the lot: all of it.
        (5, 0.1, "A", "K", 5, 0),
    ],
)
def test_published_plans(lot: int, aql: float, letter: str, used: str, n: int, accept: int) -> None:
    plan = acceptance_plan(lot, aql)
    assert (plan.letter, plan.used, plan.n, plan.accept, plan.reject) == (letter, used, n, accept, accept + 1)
    assert plan.accepts(accept)
    assert not plan.accepts(accept + 1)


@pytest.mark.parametrize(
    ("lot", "letters"),
    [(2, "AAB"), (9, "ABC"), (25, "BCD"), (26, "CDE"), (90, "CEF"), (91, "DFG"), (280, "EGH"), (281, "FHJ"),
     (1200, "GJK"), (3200, "HKL"), (3201, "JLM"), (35000, "KMN"), (150000, "LNP"), (500000, "MPQ"), (500001, "NQR")],
)  # fmt: skip
def test_letters_of_the_three_levels(lot: int, letters: str) -> None:
    assert "".join(sample_letter(lot, level) for level in ("I", "II", "III")) == letters


@pytest.mark.parametrize(
    ("lot", "aql", "n", "accept"),
    [(1000, 1.0, 80, 1), (2400, 2.5, 125, 5), (5000, 1.0, 200, 3), (2400, 4.0, 125, 8)],
)
def test_tightened_plans(lot: int, aql: float, n: int, accept: int) -> None:
    plan = acceptance_plan(lot, aql, inspection="tightened")
    assert (plan.n, plan.accept) == (n, accept)


@given(lot=st.integers(2, 10**6), aql=st.sampled_from(AQLS), level=st.sampled_from(["I", "II", "III"]))
def test_tightened_is_never_laxer_than_normal(lot: int, aql: float, level: str) -> None:
    plans = []
    for inspection in ("normal", "tightened"):
        try:
            plans.append(acceptance_plan(lot, aql, level, inspection))  # type: ignore[arg-type]
        except UsageError:
            return
    normal, tightened = plans
    if normal.used == tightened.used:
        assert tightened.accept <= normal.accept


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: acceptance_plan(1000, 1.1), "no AQL of 1.1"),
        (lambda: acceptance_plan(1, 1.0), "not sampled"),
        (lambda: sample_letter(10, "IV"), "no level"),  # type: ignore[arg-type]
        # The edge cell A / 10 has nothing above it.
        (lambda: acceptance_plan(5, 10.0), "no plan"),
        (lambda: acceptance_probability(10, 1, 1.5), "not possible"),
        (lambda: chapman(4, 3, 5), "in common"),
    ],
)
def test_what_the_standard_does_not_have_is_refused(call, match: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match=match):
        call()


@pytest.mark.parametrize(
    ("rate", "accepted"),
    [(0.005, 0.9897), (0.01, 0.9397), (0.02, 0.7366), (0.03, 0.4985), (0.04, 0.3042), (0.05, 0.1721),
     (0.06, 0.0919), (0.07, 0.0468), (0.08, 0.0230), (0.09, 0.0109)],
)  # fmt: skip
def test_operating_characteristic_of_montgomery(rate: float, accepted: float) -> None:
    assert acceptance_probability(89, 2, rate) == pytest.approx(accepted, abs=5e-5)


def test_outgoing_quality_of_montgomery() -> None:
    (point,) = operating_characteristic(89, 2, [0.01], lot_size=10_000)
    assert point.outgoing == pytest.approx(0.0093, abs=5e-5)
    assert point.inspected == pytest.approx(686.7, abs=0.05)
    limit, at = outgoing_limit(89, 2, 10_000)
    assert (limit, at) == (pytest.approx(0.01525, abs=5e-6), pytest.approx(0.0253, abs=5e-5))


def test_faults_per_hundred_of_7_cfr_42_140() -> None:
    assert acceptance_probability(500, 3, 0.01, model="poisson") == pytest.approx(0.2650, abs=5e-5)
    assert acceptance_probability(500, 3, 0.001, model="poisson") == pytest.approx(0.998, abs=5e-4)


def test_small_lots_are_hypergeometric() -> None:
    found = acceptance_probability(32, 2, 0.05, lot_size=200, model="hypergeometric")
    assert found == pytest.approx(0.7976, abs=5e-5)
    assert acceptance_plan(200, 2.5).model == "hypergeometric"
    assert acceptance_plan(2400, 2.5).model == "binomial"


@pytest.mark.parametrize(
    ("n", "accept", "rates"), [(80, 2, (0.0103, 0.0333, 0.0652)), (125, 3, (0.0110, 0.0293, 0.0527))]
)
def test_rates_accepted_often_half_the_time_and_seldom(n: int, accept: int, rates: tuple[float, ...]) -> None:
    found = [rate_accepted_with(share, n, accept) for share in (0.95, 0.5, 0.1)]
    assert found == [pytest.approx(rate, abs=5e-5) for rate in rates]
    assert [acceptance_probability(n, accept, rate) for rate in found] == pytest.approx([0.95, 0.5, 0.1])


@pytest.mark.parametrize(
    ("lots", "stable", "state"),
    [
        ("", False, "normal"),
        ("yyyyn", False, "normal"),
        ("nyyyyn", False, "normal"),
        ("nyyyn", False, "tightened"),
        ("nn" + "yyyyy", False, "normal"),
        ("nn" + "yyyy", False, "tightened"),
        ("nn" + "nynynynyn", False, "discontinued"),
        ("y" * 10, False, "normal"),
        ("y" * 10, True, "reduced"),
        ("y" * 10 + "n", True, "normal"),
    ],
)
def test_switching_rules(lots: str, stable: bool, state: str) -> None:
    assert switching_state([lot == "y" for lot in lots], stable=stable).inspection == state


def test_errors_that_two_checks_both_missed() -> None:
    assert chapman(40, 30, 20) == pytest.approx(59.52, abs=0.005)
    assert chapman(5, 5, 5) == 5
