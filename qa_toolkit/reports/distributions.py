"""The machine's answers of the last period beside those before it: have they moved more than by chance?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.reports.calls import ABSENT, FAULTY, MET, NOT_APPLICABLE, NOT_MET, OPEN, States
from qa_toolkit.reports.machine import machine_states
from qa_toolkit.reports.series import Stretch
from qa_toolkit.reports.tables import Cell, Figure, Table, behind
from qa_toolkit.reports.translation import reason_of, say, translated
from qa_toolkit.statistics import Stability, benjamini_hochberg, population_stability

if TYPE_CHECKING:
    from qa_toolkit.reports.drift import DriftBlock

_STATES = {
    MET: "in full",
    NOT_MET: "short of full",
    NOT_APPLICABLE: "not applicable",
    OPEN: "open",
    FAULTY: "failed",
}


def distribution_table(found: DriftBlock, parts: Sequence[Stretch], labels: NDArray[np.str_]) -> Table | None:
    """The machine's answers of the last period beside those since the last change before it."""
    dated = [part for part in parts if (labels[part.chosen] != "").any()]
    if not dated:
        return None
    chosen = dated[-1].chosen & (labels != "")
    last = max(labels[chosen].tolist())
    now, before = chosen & (labels == last), chosen & (labels != last)
    moved = [_moved(found, name, before, now) for name in found.criteria]
    tested = [each for each in moved if each.stability.p_value is not None]
    adjusted = benjamini_hochberg([each.stability.p_value or 0.0 for each in tested])
    q_values = {each.criterion: q for each, q in zip(tested, adjusted, strict=True)}
    rows = tuple(_moved_row(each, q_values.get(each.criterion)) for each in moved)
    named = []
    for each in moved:
        places = np.flatnonzero(now & (each.states != ABSENT)).tolist()
        names = [found.calls.interactions[i] for i in places]
        named.append(behind(names, [bool(each.states[i] != MET) for i in places]))
    columns = (
        ("name", "Criterion"),
        ("psi", "PSI"),
        ("by_chance", "Below, by chance"),
        ("q_value", "Test (adjusted p)"),
        ("moved", "Moved"),
        ("before", "Before"),
        ("now", "Now"),
    )
    note = say(
        "The machine's answers of {period} {last} against those before it since the last change. The usual"
        " limits of the stability index, 0.1 and 0.25, do not know how many calls there are: read it beside"
        " what it stays below in 95 of 100 samples of these sizes where nothing moved. 'Moved' is said at a"
        " false discovery rate of 5 %. Another mix of callers moves answers, too, and so does a small but"
        " certain change: look at the shares.",
        period=translated(found.period),
        last=last,
    )
    title = "Distribution of answers"
    return Table("drift_answers", title, found.calls.rubric, columns, tuple(rows), note, behind=tuple(named))


@dataclass(frozen=True, slots=True, eq=False)
class _Moved:
    """The answers to one criterion before the last period and in it."""

    criterion: str
    states: States
    before: Mapping[str, int]
    now: Mapping[str, int]
    stability: Stability


def _moved(found: DriftBlock, name: str, before: NDArray[np.bool_], now: NDArray[np.bool_]) -> _Moved:
    states = machine_states(found.calls, name)
    if (states[before | now] == ABSENT).all():
        states = found.calls.answers[name]
    earlier, later = _counts(states, before), _counts(states, now)
    return _Moved(name, states, earlier, later, population_stability(earlier, later))


def _moved_row(each: _Moved, q: float | None) -> Mapping[str, Cell]:
    found = each.stability
    return {
        "name": each.criterion,
        "psi": Figure(found.psi, None, None, found.after, "psi/1", "ratio", reason_of(found.reason)),
        "by_chance": None if found.by_chance is None else f"{found.by_chance:.3f}",
        "q_value": None if q is None else f"{q:.3f}",
        "before": _shares(each.before),
        "now": _shares(each.now),
        "moved": say("moved") if q is not None and q <= 0.05 else None,
    }


def _counts(states: NDArray[np.int8], chosen: NDArray[np.bool_]) -> dict[str, int]:
    used = states[chosen]
    return {name: int((used == state).sum()) for state, name in _STATES.items()}


def _shares(counts: Mapping[str, int]) -> str:
    n = sum(counts.values())
    if not n:
        return "n = 0"
    told = [f"{translated(name)} {100 * count / n:.1f} %" for name, count in counts.items() if count]
    return f"{', '.join(told)}; n = {n}"
