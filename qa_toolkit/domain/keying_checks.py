"""What checking keyed forms by people gives: draws, second keyings, audits, rulings, and what was missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from qa_toolkit.domain.keying import KeyingAccuracy, Rejected

Limits = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class KeyingDraw:
    """Records drawn for a check.

    Attributes:
        purpose: ``rekey`` (the sheet has no values) or ``audit`` (it shows what was keyed).
        records: how many there were to draw from; ``strata`` has size and draw of each stratum.
        rows: fields on the sheet. planted: known errors among them.
    """

    purpose: Literal["rekey", "audit"]
    layout: str
    seed: int
    records: int
    drawn: tuple[str, ...]
    strata: Mapping[str, tuple[int, int]]
    rows: int
    planted: int = 0
    warnings: tuple[str, ...] = ()
    schema: Literal["qa-toolkit/keying-draw/1"] = "qa-toolkit/keying-draw/1"


@dataclass(frozen=True, slots=True)
class DetectionShare:
    """Known errors of one kind, and how many the checker found."""

    kind: str
    planted: int
    found: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class Detection:
    """How many known errors a checker found.

    Attributes:
        planted: known errors in the rows that were looked at; ``not_looked_at`` lie in others.
        corrected: found, and the value given is the right one.
        rate, interval: found of planted, with Wilson's limits.
    """

    planted: int
    not_looked_at: int
    found: int
    corrected: int
    rate: float | None
    interval: Limits
    by_kind: tuple[DetectionShare, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyingCheck:
    """A check of keyed records by a second person.

    Attributes:
        checker: who keyed again, or held the records against the paper.
        checked, unchecked: rows of the sheet that were done, and those that were left.
        differences: places a third person has to rule on (``rekey``).
        accuracy: of the first keying: against the paper (``audit``), or against the second keying
            (``rekey``), where a difference may be anybody's error.
    """

    purpose: Literal["rekey", "audit"]
    layout: str
    checker: str
    records: int
    checked: int
    unchecked: int
    differences: int
    accuracy: KeyingAccuracy
    detection: Detection | None = None
    rejected: tuple[Rejected, ...] = ()
    warnings: tuple[str, ...] = ()
    schema: Literal["qa-toolkit/keying-check/1"] = "qa-toolkit/keying-check/1"


@dataclass(frozen=True, slots=True)
class KeyingRuling:
    """What a third person found where two keyings differ; values as they are kept, identifiers masked.

    Attributes:
        field_path: ``group.member.field``; without a field a whole member.
        verdict: whose value stands on the paper.
        kind: the first keying's error by the taxonomy; None where it was right.
    """

    application: str
    field_path: str
    keyed: str | None
    second: str | None
    reference: str | None
    verdict: Literal["first", "second", "other", "unreadable", "source_conflict"]
    kind: str | None
    operator: str | None
    second_by: str | None
    adjudicator: str
    reason: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class KeyingRulings:
    """The rulings of a sheet, and the accuracy of both keyings against what was found.

    Attributes:
        open: differences that are not ruled on; their fields are in no figure.
        both_wrong: fields that neither keying had right.
        stored: ids of the rulings in the store.
    """

    layout: str
    adjudicator: str
    rulings: tuple[KeyingRuling, ...]
    open: int
    both_wrong: int
    first: KeyingAccuracy
    second: KeyingAccuracy
    stored: tuple[int, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    schema: Literal["qa-toolkit/keying-rulings/1"] = "qa-toolkit/keying-rulings/1"


@dataclass(frozen=True, slots=True)
class UndetectedErrors:
    """Errors that two independent checks of the same records both missed (Chapman, 1951).

    Attributes:
        first, second, both: errors that each found, and those both found.
        estimate: errors in all; ``interval`` its limits.
        missed: errors in all less those found by either; the limits likewise.
        detection: share of all errors that each found, and that the two together found.
    """

    first: int
    second: int
    both: int
    estimate: float
    interval: tuple[float, float]
    missed: float
    missed_interval: tuple[float, float]
    detection: Mapping[str, float | None] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    schema: Literal["qa-toolkit/keying-undetected/1"] = "qa-toolkit/keying-undetected/1"
