"""The work of the keying page: what is compared, what was ruled on, pictures of the paper."""

from __future__ import annotations

import io
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from qa_toolkit.cli.keying_options import find_layout
from qa_toolkit.cli.keying_worklist import load_readings
from qa_toolkit.domain.scans import ScanReadings
from qa_toolkit.keying.layout_files import LoadedLayout
from qa_toolkit.keying.scans.crops import cut_out, upright
from qa_toolkit.keying.scans.images import PageImage, page_images
from qa_toolkit.keying.scans.worklist import Worklist, WorklistItem, worklist_of_file
from qa_toolkit.store import Store
from qa_toolkit.store.desk_records import KeyingAdjudication, Verdict

if TYPE_CHECKING:
    from qa_toolkit.keying.scans.images import Grey

VARIABLE = "QATOOLKIT_KEYING"
"""Environment variable that `qa app --keyed … --scan-readings …` sets."""
REASONS = ("misread", "slip", "unclear_writing", "form_unclear", "other")
FOLLOWS: dict[Verdict, str] = {
    "first": "keyed_as_written",
    "second": "differs_from_paper",
    "other": "differs_from_paper",
    "unreadable": "unclear_writing",
    "source_conflict": "form_unclear",
}
"""The reason that is kept when no other was chosen."""
_THIS_FIELD, _OTHER_FIELD = (200, 30, 30), (120, 150, 190)
_LARGEST = (1400, 1800)

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class KeyingFiles:
    """What the app was started with."""

    keyed: str
    layout: str
    readings: str
    scans: str


def files() -> KeyingFiles | None:
    """The files of the keying page; None when the app was started without."""
    text = os.environ.get(VARIABLE)
    return KeyingFiles(**json.loads(text)) if text else None


@dataclass(frozen=True, slots=True)
class ScanPage:
    """One page of a scan: degrees it lay turned, and where its fields are, in its pixels."""

    file: str
    number: int
    rotation: float
    boxes: tuple[Box, ...]


def work(found: KeyingFiles) -> Worklist:
    """The places to look at, the most pressing first; read anew when a file has changed."""
    return _work(found, _times(found))


def place_of(found: KeyingFiles, record: str, field_path: str) -> WorklistItem | None:
    """The place of a record and field; None where there is nothing to look at."""
    return _places(found, _times(found)).get((record, field_path))


def page_of(found: KeyingFiles, item: WorklistItem) -> ScanPage | None:
    """The page a place is on; None where it was not scanned."""
    if not item.file or not item.number:
        return None
    return _pages(found, _times(found)).get((item.file, item.number))


def _times(found: KeyingFiles) -> tuple[int, ...]:
    return tuple(Path(name).stat().st_mtime_ns for name in (found.keyed, found.readings))


@lru_cache(maxsize=4)
def _work(found: KeyingFiles, times: tuple[int, ...]) -> Worklist:
    form = layout(found.layout).layout
    return worklist_of_file(Path(found.keyed), _readings(found, times), form)


@lru_cache(maxsize=4)
def _readings(found: KeyingFiles, _times: tuple[int, ...]) -> ScanReadings:
    return load_readings(Path(found.readings), layout(found.layout).layout.id)


@lru_cache(maxsize=4)
def _places(found: KeyingFiles, times: tuple[int, ...]) -> dict[tuple[str, str], WorklistItem]:
    return {(item.record, path_of(item)): item for item in _work(found, times).items}


@lru_cache(maxsize=4)
def _pages(found: KeyingFiles, times: tuple[int, ...]) -> dict[tuple[str, int], ScanPage]:
    boxes: dict[tuple[str, int], list[Box]] = {}
    records = _readings(found, times).records
    for record in records:
        for reading in record.fields:
            boxes.setdefault((reading.file, reading.number), []).append(reading.box)
    return {
        (page.file, page.number): ScanPage(
            page.file, page.number, page.rotation, tuple(boxes.get((page.file, page.number), ()))
        )
        for record in records
        for page in record.pages
    }


@lru_cache(maxsize=4)
def layout(name: str) -> LoadedLayout:
    """The layout the records are keyed by."""
    return find_layout(name)


def path_of(item: WorklistItem) -> str:
    """``group.member.field`` as rulings name it."""
    return ".".join(part for part in (item.group, item.member, item.field) if part)


def ruled(store: Store, name: str) -> dict[tuple[str, str], KeyingAdjudication]:
    """Rulings that hold, by application and field."""
    held = store.keying.adjudications(layout=layout(name).layout.id)
    return {(each.application, each.field_path): each for each in held}


def ruling(
    item: WorklistItem,
    name: str,
    verdict: Verdict,
    reference: str | None,
    *,
    by: str,
    reason: str | None,
    text: str | None,
    before: KeyingAdjudication | None,
) -> KeyingAdjudication:
    """A ruling on one place, ready to be kept."""
    right = {"first": item.keyed, "second": item.read}.get(verdict, reference)
    return KeyingAdjudication(
        application=item.record,
        layout=layout(name).layout.id,
        field_path=path_of(item),
        keyed=item.keyed,
        second=item.read,
        reference=right,
        verdict=verdict,
        adjudicator=by,
        reason=reason or FOLLOWS[verdict],
        kind=None if verdict == "first" else item.kind,
        text=text,
        supersedes=before.id if before else None,
    )


@lru_cache(maxsize=64)
def page_picture(folder: str, page: ScanPage, box: Box) -> bytes | None:
    """A page the right way up as JPEG with the boxes of its fields; None where the scan is not there."""
    from PIL import Image, ImageDraw

    grey = _grey(folder, page.file, page.number)
    if grey is None:
        return None
    picture = Image.fromarray(grey).convert("RGB")
    pen = ImageDraw.Draw(picture)
    for each in page.boxes:
        pen.rectangle(each, outline=_OTHER_FIELD, width=2)
    left, top, right, bottom = box
    pen.rectangle((left - 6, top - 6, right + 6, bottom + 6), outline=_THIS_FIELD, width=6)
    picture = upright(picture, page.rotation)
    picture.thumbnail(_LARGEST)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=72)
    return stream.getvalue()


@lru_cache(maxsize=512)
def crop(folder: str, page: ScanPage, box: Box) -> bytes | None:
    """The field alone, cut out of its page, as PNG; None where the scan is not there."""
    grey = _grey(folder, page.file, page.number)
    return None if grey is None else cut_out(grey, box, page.rotation)


@lru_cache(maxsize=2)
def _grey(folder: str, file: str, number: int) -> Grey | None:
    """The page as it lies; the name of the file is that of a reading, and leads to no other folder."""
    path = Path(folder) / Path(file).name
    if not path.is_file():
        return None
    found = (each for each in page_images(path) if isinstance(each, PageImage) and each.number == number)
    return next((each.grey for each in found), None)
