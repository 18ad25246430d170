"""The switching rules of MIL-STD-105E: how the next lot of a stream is inspected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from qa_toolkit.statistics.acceptance import Outcome
from qa_toolkit.statistics.acceptance_tables import Inspection

Standing = Literal["normal", "tightened", "reduced", "discontinued"]


class InspectedLot(NamedTuple):
    """A lot on first inspection: how it was inspected, what came of it, and whether inspection began anew."""

    inspection: Inspection
    outcome: Outcome
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class SwitchingState:
    """Where inspection stands after a row of lots, oldest first.

    Attributes:
        inspection: how the next lot is inspected; ``discontinued`` asks for action before any more lots.
        reason: the rule that led there.
    """

    inspection: Standing
    reason: str


def next_inspection(lots: Sequence[InspectedLot], *, stable: bool = False) -> SwitchingState:
    """How the next lot is inspected, from the lots since inspection last changed.

    Normal to tightened: two of five consecutive lots rejected. Tightened to normal: five in a row accepted.
    Discontinued: five lots in all rejected while on tightened. Normal to reduced: ten in a row accepted,
    where ``stable`` says that production is steady and the faults of the ten lots are within the limit
    numbers of table VIII. Reduced to normal: a lot rejected, or accepted between the two numbers. Whoever
    calls leaves out resubmitted lots.
    """
    if not lots:
        return SwitchingState("normal", "inspection starts as normal")
    accepted = [lot.outcome != "rejected" for lot in _run(lots)]
    if lots[-1].inspection == "reduced":
        return _after_reduced(lots[-1].outcome)
    if lots[-1].inspection == "tightened":
        return _after_tightened(accepted)
    if accepted[-5:].count(False) >= 2:
        return SwitchingState("tightened", "two of five consecutive lots were rejected")
    if stable and len(accepted) >= 10 and all(accepted[-10:]):
        return SwitchingState("reduced", "ten consecutive lots were accepted and production is stable")
    return SwitchingState("normal", "no rule asks for a change")


def _after_reduced(outcome: Outcome) -> SwitchingState:
    if outcome == "accepted":
        return SwitchingState("reduced", "lots are accepted on reduced inspection")
    what = "rejected" if outcome == "rejected" else "accepted between the two numbers"
    return SwitchingState("normal", f"a lot was {what} on reduced inspection")


def _after_tightened(accepted: Sequence[bool]) -> SwitchingState:
    if accepted.count(False) >= 5:
        return SwitchingState("discontinued", "five lots were rejected on tightened inspection")
    if len(accepted) >= 5 and all(accepted[-5:]):
        return SwitchingState("normal", "five consecutive lots were accepted on tightened")
    return SwitchingState("tightened", "fewer than five consecutive lots were accepted on tightened")


def _run(lots: Sequence[InspectedLot]) -> list[InspectedLot]:
    """The lots since inspection last changed or began anew."""
    run: list[InspectedLot] = []
    for lot in reversed(lots):
        if lot.inspection != lots[-1].inspection:
            break
        run.append(lot)
        if lot.resumed:
            break
    return run[::-1]


def switching_state(decisions: Iterable[bool], *, stable: bool = False) -> SwitchingState:
    """Where inspection stands after lots accepted (true) or rejected, each inspected as the rules say."""
    lots: list[InspectedLot] = []
    state = next_inspection(lots, stable=stable)
    for accepted in decisions:
        if state.inspection == "discontinued":
            return state
        lots.append(InspectedLot(state.inspection, "accepted" if accepted else "rejected"))
        state = next_inspection(lots, stable=stable)
    return state
