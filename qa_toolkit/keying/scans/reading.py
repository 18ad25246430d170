"""Scans to readings: every page of every file, put together by application."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from qa_toolkit.domain.keying import LayoutRef, Rejected
from qa_toolkit.domain.scans import (
    FieldReading,
    ReadBy,
    ScannedPage,
    ScannedRecord,
    ScanReadings,
    TemplateRef,
)
from qa_toolkit.errors import UsageError
from qa_toolkit.keying.layout_files import LoadedLayout
from qa_toolkit.keying.scans.content import BlankPage, register_by_content
from qa_toolkit.keying.scans.fields import read_page
from qa_toolkit.keying.scans.images import BadPage, PageImage, page_images
from qa_toolkit.keying.scans.recognition import Recogniser
from qa_toolkit.keying.scans.registration import NotTheFormError, Registered, register
from qa_toolkit.keying.scans.template import FormTemplate

SERIAL_FORMAT: Final = "{serial:06d}"


@dataclass(slots=True)
class _Pile:
    """The pages of one application, in the order in which they came."""

    record: str
    pages: list[ScannedPage] = field(default_factory=list)
    fields: dict[int, list[FieldReading]] = field(default_factory=dict)


def read_scans(
    paths: Iterable[Path],
    loaded: LoadedLayout,
    template: FormTemplate,
    recogniser: Recogniser,
    *,
    record: str | None = None,
    serial_format: str = SERIAL_FORMAT,
    blanks: Mapping[int, BlankPage] | None = None,
    on_page: Callable[[str, int], None] | None = None,
) -> ScanReadings:
    """Reads every page; one that cannot be read is rejected with the reason, and the rest goes on.

    Pages belong together by the serial printed in their code; without one, by their file, in which a new
    application begins with every page 1.

    Args:
        record: id of the application all pages belong to.
        serial_format: the id of an application from its ``serial``.
        blanks: the empty pages, for a form without fiducials.
        on_page: called with the file and the number of every page.

    Raises:
        UsageError: ``serial_format`` does not name the serial.
    """
    sorting = _Sorting(record, serial_format)
    rejected: list[Rejected] = []
    for path in paths:
        sorting.begin(path.stem)
        for image in page_images(path):
            if on_page is not None:
                on_page(image.file, image.number or 0)
            if isinstance(image, BadPage):
                rejected.append(Rejected(_place(image.file, image.number), None, image.reason))
                continue
            _read_image(image, _Form(loaded, template, recogniser, blanks), sorting, rejected)
    records = tuple(_finished(pile, template) for pile in sorting.piles.values())
    name = recogniser.name
    return ScanReadings(
        layout=LayoutRef(loaded.layout.id, loaded.layout.version, loaded.sha256),
        template=TemplateRef(template.id, template.version, template.code),
        read_by=ReadBy(name.engine, name.model, name.model_sha256),
        records=records,
        rejected=tuple(rejected),
        warnings=tuple(_warnings(sorting.piles.values(), records)),
    )


@dataclass(frozen=True, slots=True)
class _Form:
    """What pages are read by."""

    loaded: LoadedLayout
    template: FormTemplate
    recogniser: Recogniser
    blanks: Mapping[int, BlankPage] | None

    def register(self, image: PageImage) -> Registered:
        if self.blanks is None:
            return register(image.grey, self.template)
        return register_by_content(image.grey, self.template, self.blanks)


def _read_image(image: PageImage, form: _Form, sorting: _Sorting, rejected: list[Rejected]) -> None:
    template = form.template
    where = _place(image.file, image.number)
    try:
        page = form.register(image)
    except NotTheFormError as error:
        rejected.append(Rejected(where, None, str(error)))
        return
    number = page.code.page
    if number not in template.by_number:
        reason = f"page {number} is not in the template, which has {len(template.pages)}"
        rejected.append(Rejected(where, None, reason))
        return
    pile = sorting.pile_of(page)
    if number in pile.fields:
        reason = f"page {number} came before: the first one is read"
        rejected.append(Rejected(where, pile.record, reason))
        return
    pile.pages.append(ScannedPage(number, image.file, image.number, page.rotation, page.scale, page.marks))
    pile.fields[number] = read_page(
        image, page, template.by_number[number], form.loaded.layout, form.recogniser
    )


def _place(file: str, number: int | None) -> str:
    return file if number is None else f"{file}:page {number}"


class _Sorting:
    """Puts pages to the application they belong to."""

    def __init__(self, record: str | None, serial_format: str) -> None:
        try:
            first, second = serial_format.format(serial=1), serial_format.format(serial=2)
        except (KeyError, IndexError, ValueError) as error:
            raise UsageError(
                f"'{serial_format}' is no format ({error})", None, "such as A-{serial:05d}"
            ) from error
        if first == second:
            raise UsageError(f"'{serial_format}' does not name the serial", None, "such as A-{serial:05d}")
        self._record, self._format = record, serial_format
        self._stem, self._count = "", 0
        self.piles: dict[str, _Pile] = {}

    def begin(self, stem: str) -> None:
        """The next file."""
        self._stem, self._count = stem, 0

    def pile_of(self, page: Registered) -> _Pile:
        """The pile of a page."""
        if self._record is not None:
            name = self._record
        elif page.code.serial:
            name = self._format.format(serial=page.code.serial)
        else:
            name = self._named_by_file(page.code.page)
        return self.piles.setdefault(name, _Pile(name))

    def _named_by_file(self, number: int) -> str:
        if number == 1:
            here = self.piles.get(self._name())
            if self._count == 0 or (here is not None and 1 in here.fields):
                self._count += 1
        self._count = max(self._count, 1)
        return self._name()

    def _name(self) -> str:
        return self._stem if self._count <= 1 else f"{self._stem}-{self._count}"


def _finished(pile: _Pile, template: FormTemplate) -> ScannedRecord:
    there = sorted(pile.fields)
    return ScannedRecord(
        record=pile.record,
        pages=tuple(sorted(pile.pages, key=lambda page: page.page)),
        missing_pages=tuple(sorted(set(template.by_number) - set(there))),
        fields=tuple(reading for number in there for reading in pile.fields[number]),
    )


def _warnings(piles: Iterable[_Pile], records: Sequence[ScannedRecord]) -> Iterator[str]:
    for pile, record in zip(piles, records, strict=True):
        order = [page.page for page in pile.pages]
        if order != sorted(order):
            came = ", ".join(map(str, order))
            yield f"{record.record}: pages came in the order {came}; put in order by their printed numbers"
        if record.missing_pages:
            missing = ", ".join(map(str, record.missing_pages))
            yield f"{record.record}: page {missing} is missing; nothing is said of its fields"
