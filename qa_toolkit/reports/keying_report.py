"""Writes the pages on keyed applications: one for the unit, and one for each operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from qa_toolkit.domain.keying import KeyingAccuracy
from qa_toolkit.domain.scans import ScanReadings
from qa_toolkit.keying import AccuracyCount, LoadedLayout, RecordComparer, compare_files
from qa_toolkit.keying.classification import IDENTIFIER_RULES
from qa_toolkit.keying.files import read_pairs
from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.reports.keying_page import FormCount, KeyingReport, Place, keying_page
from qa_toolkit.reports.pages import page_name
from qa_toolkit.reports.rendering import render
from qa_toolkit.whole_files import write_whole

UNIT_PAGE: Final = "index.html"
_DAYS: Final = ("ended", "started", "keyed_on", "date")


def write_keying_pages(
    keyed: Path,
    reference: Path,
    loaded: LoadedLayout,
    out: Path,
    *,
    encoding: str = "utf-8",
    show_identifiers: bool = False,
    readings: ScanReadings | None = None,
    scans: tuple[Path, ...] = (),
    language: str = "en",
) -> tuple[Path, KeyingAccuracy]:
    """Writes ``index.html`` for the unit and a page for every operator below ``operators/``.

    Args:
        readings: of the scans, to show the field on paper beside an error.
        scans: the scans themselves.
        language: of the labels of fields, en or es.

    Returns:
        The unit's page, and the accuracy it shows.

    Raises:
        RecordError: a file of records cannot be read at all.
    """
    accuracy = compare_files(keyed, reference, loaded, encoding=encoding, show_identifiers=show_identifiers)
    counts, forms = _by_operator(keyed, reference, loaded, encoding, show_identifiers=show_identifiers)
    crops = _crops(_places(accuracy, loaded.layout, show_identifiers=show_identifiers), readings, scans)
    folder = out / "operators"
    folder.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    pages: dict[str, str] = {}
    for name, count in sorted(counts.items()):
        file = page_name(name, taken)
        own = KeyingReport(
            f"Operator {name}", loaded.layout, count.result(), unit=accuracy, crops=crops, language=language
        )
        write_whole(folder / file, operator_page(own))
        pages[name] = f"{folder.name}/{file}"
    title = f"Keyed applications, {accuracy.records} forms"
    whole = KeyingReport(
        title, loaded.layout, accuracy, forms=tuple(forms), crops=crops, pages=pages, language=language
    )
    first = out / UNIT_PAGE
    write_whole(first, unit_page(whole))
    return first, accuracy


def unit_page(report: KeyingReport) -> str:
    """The unit's page as self-contained HTML; the same input gives the same text."""
    return render("keying_unit.html.j2", keying_page(report))


def operator_page(report: KeyingReport) -> str:
    """An operator's page as self-contained HTML."""
    return render("keying_operator.html.j2", keying_page(report))


def _by_operator(
    keyed: Path, reference: Path, loaded: LoadedLayout, encoding: str, *, show_identifiers: bool
) -> tuple[dict[str, AccuracyCount], list[FormCount]]:
    """Counts of each operator, and of every form in the order of the reference."""
    comparer = RecordComparer(loaded.layout, show_identifiers=show_identifiers)
    counts: dict[str, AccuracyCount] = {}
    forms: list[FormCount] = []
    for one, other in read_pairs(keyed, reference, loaded.layout, encoding=encoding):
        compared = comparer.compare(one, other)
        name = compared.metadata.get("operator") or compared.metadata.get("agent")
        if name:
            counts.setdefault(name, AccuracyCount(loaded)).add(compared)
        day = day_of(compared.metadata)
        forms.append((compared.record, day, compared.errors.total(), compared.active.total()))
    return counts, forms


def day_of(metadata: Mapping[str, str]) -> str:
    """The day a form was keyed as YYYY-MM-DD, where its metadata say so."""
    from datetime import datetime

    for name in _DAYS:
        try:
            return datetime.fromisoformat(metadata[name]).date().isoformat()
        except (KeyError, ValueError):
            continue
    return ""


def _crops(
    places: Iterator[Place], readings: ScanReadings | None, scans: tuple[Path, ...]
) -> Mapping[Place, str]:
    if readings is None or not scans:
        return {}
    from qa_toolkit.keying.scans.crops import crops_of

    return crops_of(readings, scans, places)


def _places(accuracy: KeyingAccuracy, layout: RecordLayout, *, show_identifiers: bool) -> Iterator[Place]:
    """Fields to show as they are on paper; where numbers are masked, their pictures are left out, too."""
    for each in accuracy.discrepancies:
        if not each.field:
            continue
        hidden = layout.by_id[each.group].by_id[each.field].rule in IDENTIFIER_RULES
        if show_identifiers or not hidden:
            yield each.record, each.group, each.member or "", each.field
