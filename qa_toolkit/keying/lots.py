"""Lots of forms: the plan for one, and the decision on what was found in its sample."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from qa_toolkit.errors import InputError, UsageError
from qa_toolkit.statistics.acceptance import AcceptancePlan, rate_accepted_with

SHOWN: Final = (0.95, 0.5, 0.1)


def judge_lot(
    plan: AcceptancePlan, *, faults: int | None = None, inspected: int | None = None
) -> dict[str, Any]:
    """The plan, the fault rates that are accepted often, half the time and seldom, and the decision.

    Args:
        faults: faulty items found; None: no decision.
        inspected: items looked at when it is not the plan's sample size.

    Raises:
        UsageError: fewer items were inspected than the plan asks for and the faults do not reject the lot
            already, or more than the lot has.
    """
    model = "poisson" if plan.model == "poisson" else "binomial"
    points = [
        {"accepted": share, "rate": rate_accepted_with(share, plan.n, plan.accept, model=model)}  # type: ignore[arg-type]
        for share in SHOWN
    ]
    decision = None
    if faults is not None:
        seen = plan.n if inspected is None else inspected
        if seen > plan.lot_size:
            raise UsageError(f"{seen} inspected of a lot of {plan.lot_size}", None, "check --lot-size")
        accepted = plan.accepts(faults)
        if accepted and seen < plan.n:
            what = f"only {seen} of the {plan.n} items of the sample were inspected"
            raise UsageError(what, None, "inspect the rest before the lot is accepted")
        decision = "accepted" if accepted else "rejected"
    return {
        "standard": "MIL-STD-105E, single sampling",
        "lot_size": plan.lot_size,
        "aql": plan.aql,
        "level": plan.level,
        "inspection": plan.inspection,
        "letter": plan.letter,
        "letter_used": plan.used,
        "n": plan.n,
        "accept": plan.accept,
        "reject": plan.reject,
        "operating_characteristic": points,
        "faults": faults,
        "inspected": (plan.n if inspected is None else inspected) if faults is not None else None,
        "decision": decision,
    }


def sampled_forms(path: Path, *, critical: bool = False) -> tuple[int, int]:
    """Forms compared and faulty forms, from the JSON of ``qa keying compare --json``.

    Raises:
        InputError: the file is no such result.
    """
    try:
        forms = json.loads(path.read_text(encoding="utf-8"))["forms"]
        return int(forms["n"]), int(forms["with_critical_error" if critical else "with_error"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"not the result of a comparison ({type(error).__name__})", str(path), "give the JSON of compare"
        ) from error
