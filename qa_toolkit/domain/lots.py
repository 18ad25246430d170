"""Lots of forms accepted or rejected on samples, in the shape ``acceptance/1``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LotOutcome = Literal["accepted", "rejected", "accepted_return_to_normal"]


@dataclass(frozen=True, slots=True)
class SampleStage:
    """One sample: its size, and the cumulative numbers that accept or reject; null where it cannot accept."""

    n: int
    accept: int | None
    reject: int


@dataclass(frozen=True, slots=True)
class OperatingRate:
    """A true fault rate (per item), how often such lots are accepted, and what is inspected on average."""

    accepted: float
    rate: float
    inspected: float


@dataclass(frozen=True, slots=True)
class LotDecision:
    """The plan for a lot and, where its faults are known, the decision.

    Attributes:
        n, accept, reject: of the whole plan: all its samples, and the numbers of the last.
        stages: the samples one by one.
        operating_characteristic: rates accepted with 95, 50 and 10 %, at the AQL, and what ``--rates`` asked.
        faults, samples: found in all, and sample by sample. inspected: items that were looked at.
        decision: null where faults are not given, or the next sample is needed (``next_sample``).
        stream, lot: where the lot was recorded. next_inspection: how the stream's next lot is inspected, and
            why.
    """

    standard: str
    lot_size: int
    aql: float
    level: str
    inspection: str
    sampling: str
    letter: str
    letter_used: str
    n: int
    accept: int
    reject: int
    stages: tuple[SampleStage, ...]
    operating_characteristic: tuple[OperatingRate, ...]
    faults: int | None = None
    samples: tuple[int, ...] | None = None
    inspected: int | None = None
    decision: LotOutcome | None = None
    next_sample: int | None = None
    stream: str | None = None
    lot: str | None = None
    next_inspection: str | None = None
    next_inspection_reason: str | None = None
    schema: Literal["qa-toolkit/acceptance/1"] = "qa-toolkit/acceptance/1"
