"""The calls behind a row of a report: those short of the measure first, the newest in front."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.reports.calls import MET, NOT_MET, Calls, States
from qa_toolkit.reports.tables import MOST_BEHIND, Behind

Places = NDArray[np.int64]


def newest_first(calls: Calls) -> Places:
    """Places of the calls, the newest first, those without a time last."""
    keys = [(started or "", name) for started, name in zip(calls.started, calls.interactions, strict=True)]
    return np.array(sorted(range(calls.n), key=keys.__getitem__, reverse=True), dtype=np.int64)


def behind_states(
    calls: Calls, order: Places, states: States, chosen: NDArray[np.bool_] | None = None
) -> Behind:
    """The calls in which a state counts; ``order`` is that of :func:`newest_first`."""
    counted = (states == MET) | (states == NOT_MET)
    return behind_marked(calls, order, states == NOT_MET, counted if chosen is None else counted & chosen)


def behind_marked(
    calls: Calls, order: Places, marked: NDArray[np.bool_], chosen: NDArray[np.bool_]
) -> Behind:
    """The chosen calls, the marked ones first."""
    inside = order[chosen[order]]
    first, rest = inside[marked[inside]], inside[~marked[inside]]
    shown = [*first[:MOST_BEHIND].tolist(), *rest[:MOST_BEHIND].tolist()][:MOST_BEHIND]
    return Behind(tuple(calls.interactions[place] for place in shown), len(first), len(inside))
