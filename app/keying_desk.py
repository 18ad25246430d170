"""The work of the keying page: what is compared, what was ruled on, pictures of the paper."""

from __future__ import annotations

import base64
import io
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from qa_toolkit.cli.keying_options import find_layout
from qa_toolkit.cli.keying_worklist import load_readings
from qa_toolkit.keying.layout_files import LoadedLayout
from qa_toolkit.keying.scans.images import PageImage, page_images
from qa_toolkit.keying.scans.worklist import Worklist, WorklistItem, worklist_of_file
from qa_toolkit.store import Store
from qa_toolkit.store.desk_records import KeyingAdjudication, Verdict

VARIABLE = "QATOOLKIT_KEYING"
"""Environment variable that `qa app --keyed … --scan-readings …` sets."""
REASONS = ("keyed_as_written", "misread", "slip", "unclear_writing", "form_unclear", "other")


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


def work(found: KeyingFiles) -> Worklist:
    """The places to look at, the most pressing first; read anew when a file has changed."""
    times = tuple(Path(name).stat().st_mtime_ns for name in (found.keyed, found.readings))
    return _work(found, times)


@lru_cache(maxsize=4)
def _work(found: KeyingFiles, _times: tuple[int, ...]) -> Worklist:
    form = layout(found.layout).layout
    return worklist_of_file(Path(found.keyed), load_readings(Path(found.readings), form.id), form)


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
    reason: str,
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
        reason=reason,
        kind=None if verdict == "first" else item.kind,
        text=text,
        supersedes=before.id if before else None,
    )


@lru_cache(maxsize=64)
def page_picture(folder: str, file: str, number: int, box: tuple[int, int, int, int] | None) -> str | None:
    """A page with the field's box drawn on it, as a ``data:`` picture; None where the scan is not there."""
    from PIL import Image, ImageDraw

    grey = next(
        (
            image.grey
            for path in (Path(folder) / Path(file).name,)
            if path.is_file()
            for image in page_images(path)
            if isinstance(image, PageImage) and image.number == number
        ),
        None,
    )
    if grey is None:
        return None
    picture = Image.fromarray(grey).convert("RGB")
    if box is not None:
        ImageDraw.Draw(picture).rectangle(box, outline=(200, 30, 30), width=4)
    picture.thumbnail((1100, 1400))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=70)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


@lru_cache(maxsize=512)
def crop(folder: str, file: str, number: int, box: tuple[int, int, int, int]) -> str | None:
    """The field alone, cut out of its page."""
    from qa_toolkit.keying.scans.crops import data_picture

    path = Path(folder) / Path(file).name
    if not path.is_file():
        return None
    for image in page_images(path):
        if isinstance(image, PageImage) and image.number == number:
            return data_picture(image.grey, box)
    return None
