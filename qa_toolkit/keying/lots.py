"""Lots of forms: the plan for one, and the decision on what was found in its sample."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from qa_toolkit.domain.lots import LotDecision, OperatingRate, SampleStage
from qa_toolkit.errors import InputError, UsageError
from qa_toolkit.json_files import read_json
from qa_toolkit.statistics.acceptance import AcceptancePlan, Outcome, plan_probability, plan_rate

SHOWN: Final = (0.95, 0.5, 0.1)


def judge_lot(
    plan: AcceptancePlan,
    *,
    samples: Sequence[int] | None = None,
    inspected: int | None = None,
    rates: Sequence[float] = (),
) -> LotDecision:
    """The plan, its operating characteristic, and the decision.

    Args:
        samples: faulty items found in each sample; None: no decision.
        inspected: items looked at when that is not the size of those samples.
        rates: true fault rates (per item) whose chance of acceptance is wanted, too.

    Raises:
        UsageError: fewer items were inspected than the plan asks for and the faults do not reject the lot
            already, more than the lot has, or faults the plan does not allow for.
    """
    decision, seen, after = None, None, None
    if samples is not None:
        decision = plan.decide(samples)
        planned = sum(stage.n for stage in plan.stages[: len(samples)])
        seen = planned if inspected is None else inspected
        _check_inspected(plan, seen, planned, decision)
        after = len(samples) + 1 if decision is None else None
    return LotDecision(
        standard=f"MIL-STD-105E, {plan.sampling} sampling",
        lot_size=plan.lot_size,
        aql=plan.aql,
        level=plan.level,
        inspection=plan.inspection,
        sampling=plan.sampling,
        letter=plan.letter,
        letter_used=plan.used,
        n=plan.n,
        accept=plan.accept,
        reject=plan.reject,
        stages=tuple(SampleStage(*stage) for stage in plan.stages),
        operating_characteristic=operating_rates(plan, rates),
        faults=None if samples is None else sum(samples),
        samples=None if samples is None else tuple(samples),
        inspected=seen,
        decision=decision,
        next_sample=after,
    )


def _check_inspected(plan: AcceptancePlan, seen: int, planned: int, decision: Outcome | None) -> None:
    if seen > plan.lot_size:
        raise UsageError(f"{seen} inspected of a lot of {plan.lot_size}", None, "check --lot-size")
    if decision != "rejected" and seen < planned:
        what = f"only {seen} of the {planned} items of the sample were inspected"
        raise UsageError(what, None, "inspect the rest before the lot is accepted")


def operating_rates(plan: AcceptancePlan, rates: Sequence[float] = ()) -> tuple[OperatingRate, ...]:
    """Points of the operating characteristic, from good lots to bad ones: rates accepted often, half the time
    and seldom, at the AQL, and ``rates``.
    """
    wanted = {plan.aql / 100, *rates}
    wanted |= {plan_rate(share, plan) for share in SHOWN}
    points = []
    for rate in sorted(wanted):
        model = plan.model if rate in rates else ("poisson" if plan.model == "poisson" else "binomial")
        accepted, items = plan_probability(plan.stages, rate, lot_size=plan.lot_size, model=model)
        points.append(OperatingRate(accepted, rate, items))
    return tuple(points)


def sampled_forms(path: Path, *, critical: bool = False) -> tuple[int, int]:
    """Forms compared and faulty forms, from the JSON of ``qa keying compare --json``.

    Raises:
        InputError: the file is no such result.
    """
    fix = "give the JSON of 'qa keying compare --json'"
    data = read_json(path, fix)
    try:
        forms = data.get("accuracy", data)["forms"]
        return int(forms["n"]), int(forms["with_critical_error" if critical else "with_error"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("the file is not the result of a comparison", str(path), fix) from error
