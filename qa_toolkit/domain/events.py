"""Something that happened at a time; one type for what metrics measure and what rubrics define."""

from __future__ import annotations

from dataclasses import dataclass

from qa_toolkit.domain.frozen import quick_init


@quick_init
@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a time.

    Attributes:
        kind: ``interruption``, ``overlap``, ``silence``, ``dead_air``, ``hold``, ``backchannel``, or the
            name a rubric gives under ``events:``.
        role: whose event it is (who interrupted, who said it); None for the whole call.
        start_s: seconds from the start; None where the source has no times (then ``turn`` orders it).
        turn: id of the turn it lies in, if it lies in one.
        probability: 0-1, how sure the source is.
        source: who found it: a metric definition, an evaluator, ``given``.
        text: the words it rests on, a contiguous part of that turn's text.
    """

    kind: str
    role: str | None
    start_s: float | None
    end_s: float | None
    probability: float = 1.0
    turn: int | None = None
    channel: int | None = None
    source: str = ""
    text: str | None = None
