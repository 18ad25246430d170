"""How well forms were keyed: kinds of discrepancies, counts and rates, in the shape ``keying/1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from qa_toolkit.domain.case import Discrepancy

MEMBER_KINDS: Final = ("missed_member", "extra_member", "duplicated_member", "column_swap")
"""Root errors of a whole member; the fields they affect are discrepancies of their own that name the root."""

FIELD_KINDS: Final = (
    "wrong_member", "mis_fielded", "missing", "extra", "wrong_frequency", "decimal_shift", "transposed",
    "wrong_code", "wrong_value",
)  # fmt: skip
"""Wrong active fields, in the order in which a field is given the first kind that fits."""

SOURCE_KINDS: Final = ("illegible", "ambiguous_mark", "crossed_out", "source_conflict")
"""What the paper itself leaves open; charged to nobody."""

GUESSED: Final = "unreadable_guessed"
"""A value keyed for an illegible place: an error of procedure, not of an active field."""

FORMAT_ONLY: Final = "format_only"
"""Equal after normalisation; reported, never an error."""

KINDS: Final = (*MEMBER_KINDS, *FIELD_KINDS, FORMAT_ONLY, *SOURCE_KINDS, GUESSED)
CHARGED: Final = frozenset((*MEMBER_KINDS, *FIELD_KINDS))


@dataclass(frozen=True, slots=True)
class FieldCounts:
    """Active fields, wrong ones, and their rate.

    Attributes:
        errors: wrong active fields, those a root error affected included.
        root_errors: errors with each root counted once and the fields it affected not at all.
        per_10000: errors per 10,000 active fields; None without active fields.
        interval: limits of ``per_10000``, clustered by form; None where they cannot be given.
        interval_method: how the limits were found, or why there are none.
    """

    active: int = 0
    errors: int = 0
    root_errors: int = 0
    per_10000: float | None = None
    interval: tuple[float, float] | None = None
    interval_method: str | None = None
    missing: int = 0
    extra: int = 0
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class CriticalCounts:
    """The same over fields of criticality A."""

    active: int = 0
    errors: int = 0
    per_10000: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class FormCounts:
    """Forms compared, and those with at least one (critical) error; rates with Wilson's limits."""

    n: int = 0
    with_error: int = 0
    with_critical_error: int = 0
    rate: float | None = None
    interval: tuple[float, float] | None = None
    critical_rate: float | None = None
    critical_interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class CharacterCounts:
    """Characters of the reference in free-text and number fields, and the edits to what was keyed."""

    n: int = 0
    errors: int = 0
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class KeyingShare:
    """The counts of one operator, site, field or kind; ``forms`` is how many forms they rest on.

    ``fields_per_hour`` is over the forms that say when their keying started and ended; it stands beside the
    error rate and is never ranked on its own.
    """

    name: str
    forms: int
    active: int | None
    errors: int
    root_errors: int
    per_10000: float | None = None
    interval: tuple[float, float] | None = None
    share: float | None = None
    cumulative: float | None = None
    fields_per_hour: float | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """An input that could not be compared: a row, a record or a file, and why."""

    input: str
    record: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class YearlyDifference:
    """A yearly amount (income of a person) that differs.

    Attributes:
        group: the group of the amounts; ``owner`` is the member they belong to.
        keyed, reference: the sums a year, in dollars and cents.
        explained: whether a wrong field or member explains it; otherwise the layout is to be looked at.
    """

    record: str
    group: str
    owner: str
    keyed: str
    reference: str
    explained: bool


@dataclass(frozen=True, slots=True)
class YearlyAmounts:
    """Yearly amounts derived on both sides: how many could be told, and those that differ."""

    compared: int = 0
    wrong: int = 0
    differences: tuple[YearlyDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class LayoutRef:
    """Which layout version was used."""

    id: str
    version: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class KeyingAccuracy:
    """Keyed forms against the reference: counts, rates and every discrepancy."""

    layout: LayoutRef
    records: int
    fields: FieldCounts
    critical: CriticalCounts
    forms: FormCounts
    characters: CharacterCounts
    format_only: int
    discrepancies: tuple[Discrepancy, ...]
    rejected: tuple[Rejected, ...] = ()
    source_marks: int = 0
    procedure_errors: int = 0
    counting: Literal["active", "all"] = "active"
    by: Mapping[str, tuple[KeyingShare, ...]] = field(default_factory=dict)
    yearly: YearlyAmounts = YearlyAmounts()
    warnings: tuple[str, ...] = ()
    schema: Literal["qa-toolkit/keying/1"] = "qa-toolkit/keying/1"
