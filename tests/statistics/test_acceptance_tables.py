"""The tables of MIL-STD-105E against published ones, cell by cell, and against what a plan must do."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.acceptance import (
    AcceptancePlan,
    Stage,
    acceptance_plan,
    plan_probability,
    plan_rate,
)
from qa_toolkit.statistics.acceptance_tables import AQLS, LETTERS, Inspection, cell, letter_of, stages_of

COLUMNS = (0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10.0, 15.0)
SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250)

# Rejection numbers and arrows as printed in the AC-TABLE of the National Institute of Building Sciences, which
# is "developed from MIL-STD-105E"; of the tightened table letters A to L were read.
NORMAL = """
A v v v v v 1 ^ v
B v v v v 1 ^ v 2
C v v v 1 ^ v 2 3
D v v 1 ^ v 2 3 4
E v 1 ^ v 2 3 4 6
F 1 ^ v 2 3 4 6 8
G ^ v 2 3 4 6 8 11
H v 2 3 4 6 8 11 15
J 2 3 4 6 8 11 15 22
K 3 4 6 8 11 15 22 ^
L 4 6 8 11 15 22 ^ ^
M 6 8 11 15 22 ^ ^ ^
N 8 11 15 22 ^ ^ ^ ^
P 11 15 22 ^ ^ ^ ^ ^
Q 15 22 ^ ^ ^ ^ ^ ^
"""
TIGHTENED = """
A v v v v v v v v
B v v v v v 1 v v
C v v v v 1 v v 2
D v v v 1 v v 2 3
E v v 1 v v 2 3 4
F v 1 v v 2 3 4 6
G 1 v v 2 3 4 6 9
H v v 2 3 4 6 9 13
J v 2 3 4 6 9 13 19
K 2 3 4 6 9 13 19 ^
L 3 4 6 9 13 19 ^ ^
"""


def published(table: str) -> list[tuple[str, float, tuple[int, int] | None]]:
    """Letter, AQL, and size and rejection number after following the arrows by hand."""
    rows = [line.split() for line in table.strip().splitlines()]
    made: list[tuple[str, float, tuple[int, int] | None]] = []
    for row, (letter, *cells) in enumerate(rows):
        for column, aql in enumerate(COLUMNS):
            at, step = row, {"v": 1, "^": -1}.get(cells[column], 0)
            while step and 0 <= at < len(rows) and rows[at][1 + column] in "v^":
                at += step
            inside = 0 <= at < len(rows)
            made.append((letter, aql, (SIZES[at], int(rows[at][1 + column])) if inside else None))
    return made


def plan_at(row: int, column: int, inspection: Inspection, sampling: str = "single") -> AcceptancePlan:
    """The plan of a cell, for a lot large enough for it."""
    used, place = cell(row, column, inspection)
    how, stages = stages_of(used, place, inspection, sampling)  # type: ignore[arg-type]
    made = tuple(Stage(n, *numbers) for n, numbers in stages)
    return AcceptancePlan(10**7, AQLS[column], "II", inspection, LETTERS[row], letter_of(used), how, made)


@pytest.mark.parametrize(("inspection", "table"), [("normal", NORMAL), ("tightened", TIGHTENED)])
def test_every_cell_of_the_published_tables(inspection: Inspection, table: str) -> None:
    checked = 0
    for letter, aql, expected in published(table):
        row, column = LETTERS.index(letter), AQLS.index(aql)
        if expected is None:
            # An arrow that leads up from the first row.
            with pytest.raises(UsageError):
                cell(row, column, inspection)
        else:
            plan = plan_at(row, column, inspection)
            assert (plan.n, plan.reject) == expected, (letter, aql)
        checked += 1
    assert checked == {"normal": 120, "tightened": 88}[inspection]


@pytest.mark.parametrize(
    ("letter", "aql", "inspection", "used", "n", "accept"),
    [
        ("R", 0.010, "normal", "Q", 1250, 0), ("R", 0.015, "normal", "P", 800, 0), ("R", 0.025, "normal", "R", 2000, 1),
        ("R", 0.010, "tightened", "R", 2000, 0), ("R", 0.025, "tightened", "S", 3150, 1),
        ("Q", 0.025, "tightened", "S", 3150, 1), ("R", 0.015, "tightened", "Q", 1250, 0),
        ("A", 1000.0, "normal", "A", 2, 30), ("B", 1000.0, "normal", "B", 3, 44), ("F", 65.0, "normal", "F", 20, 21),
    ],
)  # fmt: skip
def test_the_edges_of_the_tables(
    letter: str, aql: float, inspection: Inspection, used: str, n: int, accept: int
) -> None:
    plan = plan_at(LETTERS.index(letter), AQLS.index(aql), inspection)
    assert (plan.used, plan.n, plan.accept) == (used, n, accept)


# 46 CFR 160.066-12, seven samples; of its first numbers only those that MIL-STD-105E has, too.
CFR = {
    "G": (8, [(1, 5), (2, 6), (3, 7), (5, 8), (7, 9), (9, 10)]),
    "H": (13, [(1, 6), (3, 8), (5, 10), (7, 11), (10, 12), (13, 14)]),
    "J": (20, [(3, 8), (6, 10), (8, 13), (11, 15), (14, 17), (18, 19)]),
    "K": (32, [(1, 7), (4, 10), (8, 13), (12, 17), (17, 20), (21, 23), (25, 26)]),
    "L": (50, [(2, 9), (7, 14), (13, 19), (19, 25), (25, 29), (31, 33), (37, 38)]),
}


@pytest.mark.parametrize("letter", CFR)
def test_multiple_plans_of_46_cfr(letter: str) -> None:
    size, numbers = CFR[letter]
    plan = plan_at(LETTERS.index(letter), AQLS.index(6.5), "normal", "multiple")
    assert {stage.n for stage in plan.stages} == {size}
    assert [(stage.accept, stage.reject) for stage in plan.stages][-len(numbers) :] == numbers


def all_plans(sampling: str) -> list[tuple[AcceptancePlan, AcceptancePlan]]:
    """Every plan of so many samples in the tables, once, with the single plan of its cell."""
    made: dict[tuple[object, ...], tuple[AcceptancePlan, AcceptancePlan]] = {}
    for inspection in ("normal", "tightened", "reduced"):
        for row in range(len(LETTERS)):
            for column in range(len(AQLS)):
                try:
                    plan = plan_at(row, column, inspection, sampling)
                except UsageError:
                    continue
                if plan.sampling == sampling:
                    pair = plan, plan_at(row, column, inspection)
                    made.setdefault((inspection, plan.used, plan.stages), pair)
    return list(made.values())


def in_the_model_of_the_table(plan: AcceptancePlan) -> AcceptancePlan:
    """The standard computes its curves by Poisson for faults, and small AQLs come close to it."""
    return AcceptancePlan(
        plan.lot_size, 15.0, plan.level, plan.inspection, plan.letter, plan.used, plan.sampling, plan.stages
    )


@pytest.mark.parametrize("sampling", ["double", "multiple"])
def test_plans_of_several_samples_judge_as_the_single_one_does(sampling: str) -> None:
    """The standard makes them match "as nearly as practicable"; only Ac 2 and 3 in two samples are farther off."""
    shapes: dict[tuple[object, ...], tuple[AcceptancePlan, AcceptancePlan]] = {}
    for plan, single in all_plans(sampling):
        if plan.used < "K":  # Sizes of a few items cannot be matched.
            continue
        shapes.setdefault((plan.inspection, *plan.stages[0][1:], plan.reject), (plan, single))
    assert len(shapes) == {"double": 23, "multiple": 15}[sampling]
    for plan, single in shapes.values():
        for share, most in ((0.95, 0.25), (0.5, 0.11), (0.1, 0.13)):
            one = plan_rate(share, in_the_model_of_the_table(plan))
            other = plan_rate(share, in_the_model_of_the_table(single))
            assert abs(one / other - 1) <= most, (plan, single, share)


@pytest.mark.parametrize("sampling", ["single", "double", "multiple"])
def test_numbers_of_every_plan_make_sense(sampling: str) -> None:
    plans = all_plans(sampling)
    assert len(plans) > 90
    for plan, _ in plans:
        numbers = [(-1 if s.accept is None else s.accept, s.reject) for s in plan.stages]
        assert all(accept < reject for accept, reject in numbers)
        assert all(a <= b and c <= d for (a, c), (b, d) in pairwise(numbers))
        if plan.inspection != "reduced":
            assert plan.reject == plan.accept + 1


@pytest.mark.parametrize("inspection", ["normal", "tightened", "reduced"])
def test_lots_at_the_aql_are_mostly_accepted(inspection: Inspection) -> None:
    """Normal plans accept from about 88 % (Ac 0) to 99 %; tightened ones from about 75 %."""
    least = {"normal": 0.87, "tightened": 0.79, "reduced": 0.87}[inspection]
    for plan, _ in all_plans("single"):
        if plan.inspection == inspection:
            accepted, items = plan_probability(
                plan.stages, plan.aql / 100, lot_size=plan.lot_size, model="poisson"
            )
            if plan.letter == plan.used:
                assert accepted >= least, plan
            assert items == plan.n


@given(
    row=st.integers(0, 15), column=st.integers(0, 25), sampling=st.sampled_from(["single", "double", "multiple"]),
    inspection=st.sampled_from(["normal", "tightened", "reduced"]), rate=st.floats(0.001, 0.3),
)  # fmt: skip
def test_worse_lots_are_accepted_less_often(
    row: int, column: int, sampling: str, inspection: Inspection, rate: float
) -> None:
    try:
        plan = plan_at(row, column, inspection, sampling)
    except UsageError:
        return
    good, items = plan_probability(plan.stages, rate, lot_size=plan.lot_size)
    bad, _ = plan_probability(plan.stages, min(1.0, 1.3 * rate), lot_size=plan.lot_size)
    assert 0 <= bad <= good + 1e-12 <= 1 + 1e-9
    assert plan.stages[0].n <= items <= plan.n + 1e-9


def test_two_samples_by_hand() -> None:
    """50 and 50 items, accept 1 and 4, reject 4 and 5 (Montgomery's way of adding up the two ways to accept)."""
    from scipy import stats

    p, n = 0.05, 50
    first = stats.binom(n, p)
    by_hand = first.cdf(1) + sum(first.pmf(d) * first.cdf(4 - d) for d in (2, 3))
    stages = (Stage(n, 1, 4), Stage(n, 4, 5))
    accepted, items = plan_probability(stages, p, lot_size=10_000)
    assert accepted == pytest.approx(by_hand)
    assert items == pytest.approx(n + n * (first.pmf(2) + first.pmf(3)))


def test_small_lots_are_drawn_without_replacement() -> None:
    stages = (Stage(10, 0, 2), Stage(10, 1, 2))
    accepted, _ = plan_probability(stages, 0.05, lot_size=40, model="hypergeometric")
    # Two faulty of forty: none in ten, or one in ten and none in ten of the thirty left.
    none = 30 * 29 / (40 * 39)
    one = 2 * 10 * 30 / (40 * 39)
    assert accepted == pytest.approx(none + one * 20 / 30)


def test_a_whole_lot_is_inspected_where_the_plan_asks_for_more() -> None:
    plan = acceptance_plan(50, 1.0, "II", "normal", "double")
    assert (plan.sampling, plan.n) == ("single", 13)
    assert acceptance_plan(5, 0.1).stages == (Stage(5, 0, 1),)
