"""What was read from scanned pages of a form, in the shape ``scan-readings/1``: a second opinion."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from qa_toolkit.domain.keying import LayoutRef, Rejected

SECOND_OPINION: Final = (
    "Read by a machine from a picture: a second opinion that orders an analyst's work. It is no verdict,"
    " scores nobody, enters no accuracy, and never replaces a keyed value."
)


@dataclass(frozen=True, slots=True)
class FieldReading:
    """What one field of a page looks like to the machine.

    Attributes:
        value: what was read; None where the place is blank or nothing could be read.
        state: ``present``, ``blank``, ``ambiguous_mark`` (more boxes marked than one can mean) or ``unread``
            (something is there, nothing was made of it).
        confidence: of the recogniser, 0-1, lowest of its parts; None for boxes to mark. It says little of
            handwriting.
        doubtful: whether a person should look before anything is made of it, and ``reason`` why.
        text: the text before it was fitted to the type of the field, where that differs.
        fills: share of dark pixels of each box to mark, by option.
        page: number of the form's page; ``file`` and ``number``: the scan and the page in it.
        box: left, top, right, bottom in pixels of that scan.
    """

    group: str
    member: str
    field: str
    value: str | None
    state: Literal["present", "blank", "ambiguous_mark", "unread"]
    confidence: float | None
    doubtful: bool
    reason: str | None
    page: int
    file: str
    number: int
    box: tuple[int, int, int, int]
    text: str | None = None
    fills: Mapping[str, float] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page that was found to be of the form.

    Attributes:
        page: its number on the form; ``file`` and ``number``: the scan and the page in it.
        rotation: degrees it lay turned, clockwise.
        pixels_per_mm: of the scan.
        corner_marks: 4, or 3 or 2 where corners are missing; 0 where it was registered by its print.
    """

    page: int
    file: str
    number: int
    rotation: float
    pixels_per_mm: float
    corner_marks: int


@dataclass(frozen=True, slots=True)
class ScannedRecord:
    """One application: its pages, those that are missing, and what was read."""

    record: str
    pages: tuple[ScannedPage, ...]
    missing_pages: tuple[int, ...]
    fields: tuple[FieldReading, ...]


@dataclass(frozen=True, slots=True)
class TemplateRef:
    """The template by which pages were read."""

    id: str
    version: str
    code: int | None


@dataclass(frozen=True, slots=True)
class ReadBy:
    """The recogniser."""

    engine: str
    model: str
    model_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class ScanReadings:
    """Everything read from a set of scans; ``rejected`` are files and pages that were not."""

    layout: LayoutRef
    template: TemplateRef
    read_by: ReadBy
    records: tuple[ScannedRecord, ...]
    rejected: tuple[Rejected, ...] = ()
    warnings: tuple[str, ...] = ()
    note: str = SECOND_OPINION
    schema: Literal["qa-toolkit/scan-readings/1"] = "qa-toolkit/scan-readings/1"
