"""Pictures of single fields out of scans, for the pages that show where a keyed value differs."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qa_toolkit.domain.scans import FieldReading, ScanReadings
from qa_toolkit.keying.scans.images import PageImage, page_images

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

    from qa_toolkit.keying.scans.images import Grey

MARGIN: Final = 6
WIDEST: Final = 620
COLOURS: Final = 16

Place = tuple[str, str, str, str]
"""Record, group, member and field."""


def crops_of(readings: ScanReadings, scans: Iterable[Path], places: Iterable[Place]) -> Mapping[Place, str]:
    """``data:`` pictures of those places that were scanned, by record, group, member and field.

    Scans are found by their file names; one that is not given has no pictures.
    """
    wanted = set(places)
    rotations = {
        (page.file, page.number): page.rotation for record in readings.records for page in record.pages
    }
    by_page: dict[tuple[str, int], list[tuple[Place, FieldReading]]] = {}
    for record in readings.records:
        for reading in record.fields:
            place = (record.record, reading.group, reading.member, reading.field)
            if place in wanted:
                by_page.setdefault((reading.file, reading.number), []).append((place, reading))
    files = {file for file, _ in by_page}
    found: dict[Place, str] = {}
    for path in scans:
        if path.name not in files:
            continue
        for image in page_images(path):
            if isinstance(image, PageImage):
                turned = rotations.get((path.name, image.number), 0.0)
                for place, reading in by_page.get((path.name, image.number), ()):
                    found[place] = data_picture(image.grey, reading.box, turned)
    return found


def data_picture(grey: Grey, box: tuple[int, int, int, int], turned: float = 0.0) -> str:
    """A piece of a scan as a small PNG in a ``data:`` address, the right way up."""
    return "data:image/png;base64," + base64.b64encode(cut_out(grey, box, turned)).decode("ascii")


def cut_out(grey: Grey, box: tuple[int, int, int, int], turned: float = 0.0) -> bytes:
    """A piece of a scan as a small PNG, the right way up.

    Args:
        box: left, top, right, bottom in pixels of the scan as it lies.
        turned: degrees the page lay turned, clockwise.
    """
    from PIL import Image

    left, top, right, bottom = box
    height, width = grey.shape
    piece = grey[
        max(top - MARGIN, 0) : min(bottom + MARGIN, height),
        max(left - MARGIN, 0) : min(right + MARGIN, width),
    ]
    picture = upright(Image.fromarray(piece), turned)
    if picture.width > WIDEST:
        size = (WIDEST, max(1, round(picture.height * WIDEST / picture.width)))
        picture = picture.resize(size, Image.Resampling.BOX)
    stream = io.BytesIO()
    picture.quantize(COLOURS).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def upright(picture: Picture, turned: float) -> Picture:
    """A picture turned back by whole quarters; the few degrees that remain are left."""
    quarter = round(turned / 90) % 4
    return picture.rotate(90 * quarter, expand=True) if quarter else picture
