"""Reads the fields of a page that was laid straight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from qa_toolkit.domain.scans import FieldReading
from qa_toolkit.keying.layout import FieldSpec, RecordLayout
from qa_toolkit.keying.scans.fitting import fitted
from qa_toolkit.keying.scans.marks import DARK, FAINT, SEARCH_MM, fill_ratio, frame_shift, smoothed, verdict
from qa_toolkit.keying.scans.recognition import Recogniser
from qa_toolkit.keying.scans.registration import PIXELS_PER_MM, Registered
from qa_toolkit.keying.scans.template import TemplateBox, TemplatePage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qa_toolkit.keying.scans.images import Grey, PageImage

DOUBTFUL_BELOW: Final = 0.95
"""Confidence; above it handwriting is still wrong in one field of ten or so."""

INSET_MM: Final = 0.55
SPECK_MM2: Final = 0.06
"""Dark spots smaller than this are dirt."""

WRITTEN_MM2: Final = 0.45
"""Ink below this is no writing."""

FAINT_MM2: Final = 2.0
FAINT_TIMES: Final = 3.0
"""Writing is faint where this many times as much is grey as is dark, and it is not just a smudge."""

EDGE_MM: Final = 0.8
LONGEST_MM: Final = 1.2
"""Writing has at least one stroke of this height or width; specks have none."""

SIGNED_MM2: Final = 4.0
CROSSED_SHARE: Final = 0.97
CROSSED_FROM_MM: Final = 7.0
MARGIN: Final = 10


@dataclass(frozen=True, slots=True)
class Ink:
    """What is written in a box: its picture cut to the writing (None: nothing), and how much there is."""

    crop: Grey | None
    area_mm2: float
    crossed: bool = False
    faint: bool = False


def read_page(
    image: PageImage,
    page: Registered,
    placed: TemplatePage,
    layout: RecordLayout,
    recogniser: Recogniser,
) -> list[FieldReading]:
    """Every field of a page in the order of the template."""
    found = []
    for place, boxes in groupby(placed.boxes, key=lambda box: box.place):
        group, _, name = place
        spec = layout.by_id[group].by_id[name]
        where = _Where(image, page, placed.number, tuple(boxes))
        found.append(_reading(spec, where, recogniser))
    return found


@dataclass(frozen=True, slots=True)
class _Where:
    """A field on a page: its boxes and the scan they are in."""

    image: PageImage
    page: Registered
    number: int
    boxes: tuple[TemplateBox, ...]


def _reading(spec: FieldSpec, where: _Where, recogniser: Recogniser) -> FieldReading:
    kind = where.boxes[0].kind
    if not _on_scan(where):
        return _made(where, None, "unread", reason="the place is not on the scan")
    if kind == "mark":
        return _marked(spec, where)
    ink = ink_of(where.page.straight, where.boxes[0].box)
    if kind == "signature":
        return _signature(where, ink)
    if ink.crop is None:
        return _made(where, None, "blank")
    (read,) = recogniser.read([ink.crop])
    if not read.text.strip():
        return _made(where, None, "unread", reason="something is written, nothing could be read")
    value, reason = fitted(spec, read.text)
    if ink.crossed:
        reason = "looks crossed out"
    elif reason is None and ink.faint:
        reason = "written faintly"
    elif reason is None and read.confidence < DOUBTFUL_BELOW:
        reason = "low confidence"
    text = read.text if read.text != value else None
    return _made(where, value, "present", confidence=read.confidence, reason=reason, text=text)


def _signature(where: _Where, ink: Ink) -> FieldReading:
    if ink.crop is None:
        return _made(where, "absent", "present")
    reason = None if ink.area_mm2 >= SIGNED_MM2 else "little is written"
    return _made(where, "present", "present", reason=reason)


def _marked(spec: FieldSpec, where: _Where) -> FieldReading:
    fills = {box.option or "": round(fill_ratio(where.page.straight, box.box), 4) for box in where.boxes}
    marked = [option for option, fill in fills.items() if verdict(fill) == "marked"]
    faint = [option for option, fill in fills.items() if verdict(fill) == "doubtful"]
    several = spec.type == "checkbox" and spec.rule != "yes_no"
    if len(marked) > 1 and not several:
        return _made(
            where, ";".join(marked), "ambiguous_mark", reason="more than one box is marked", fills=fills
        )
    chosen = marked or (faint if len(faint) == 1 else [])
    reason = f"faint mark: {', '.join(faint)}" if faint else None
    if not chosen:
        return _made(where, None, "blank", reason=reason, fills=fills)
    return _made(where, ";".join(chosen), "present", reason=reason, fills=fills)


def _made(
    where: _Where,
    value: str | None,
    state: str,
    *,
    confidence: float | None = None,
    reason: str | None = None,
    text: str | None = None,
    fills: dict[str, float] | None = None,
) -> FieldReading:
    first = where.boxes[0]
    return FieldReading(
        group=first.group,
        member=first.member,
        field=first.field,
        value=value,
        state=state,  # type: ignore[arg-type]
        confidence=confidence,
        doubtful=reason is not None,
        reason=reason,
        page=where.number,
        file=where.image.file,
        number=where.image.number,
        box=scan_box(where.page, where.image.grey, where.boxes),
        text=text,
        fills=fills or {},
    )


def _on_scan(where: _Where) -> bool:
    import cv2
    import numpy as np

    corners = np.array([list(_corners(where.boxes))], dtype=np.float64)
    pixels = cv2.perspectiveTransform(corners, where.page.matrix)[0]
    height, width = where.image.grey.shape
    return bool((pixels > -1).all() and (pixels[:, 0] <= width).all() and (pixels[:, 1] <= height).all())


def scan_box(page: Registered, grey: Grey, boxes: Sequence[TemplateBox]) -> tuple[int, int, int, int]:
    """Where boxes lie in the scan: left, top, right, bottom in pixels, kept inside it."""
    import cv2
    import numpy as np

    corners = np.array([list(_corners(boxes))], dtype=np.float64)
    pixels = cv2.perspectiveTransform(corners, page.matrix)[0]
    height, width = grey.shape
    left, top = np.floor(pixels.min(axis=0)).astype(int)
    right, bottom = np.ceil(pixels.max(axis=0)).astype(int)
    return (
        int(min(max(left, 0), width - 1)),
        int(min(max(top, 0), height - 1)),
        int(min(max(right, 1), width)),
        int(min(max(bottom, 1), height)),
    )


def _corners(boxes: Sequence[TemplateBox]) -> Iterator[tuple[float, float]]:
    for box in boxes:
        x, y, width, height = box.box
        yield from ((x, y), (x + width, y), (x, y + height), (x + width, y + height))


def ink_of(straight: Grey, box: tuple[float, float, float, float]) -> Ink:
    """The writing in a box, its frame and specks of dirt left out."""
    import numpy as np

    x, y, width, height = (value * PIXELS_PER_MM for value in box)
    dx, dy = frame_shift(straight, box)
    inset = INSET_MM * PIXELS_PER_MM
    left, top = max(round(x + dx + inset), 0), max(round(y + dy + inset), 0)
    right, bottom = round(x + dx + width - inset), round(y + dy + height - inset)
    crop = straight[top:bottom, left:right]
    if not crop.size:
        return Ink(None, 0.0)
    kept, area, longest = _strokes(np.asarray(crop < DARK))
    pale, pale_area, pale_longest = _strokes(np.asarray(smoothed(crop) < FAINT))
    # Smoothing alone widens strokes about twice; what is much more than that was written too faintly.
    if pale_area >= FAINT_MM2 and pale_area > FAINT_TIMES * area:
        written = pale_longest >= LONGEST_MM
        return _cut(crop, pale, FAINT, pale_area, faint=True) if written else Ink(None, pale_area)
    if area < WRITTEN_MM2 or longest < LONGEST_MM:
        return Ink(None, area)
    return _cut(crop, kept, DARK, area, faint=False)


def _strokes(dark: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], float, float]:
    """What of the dark pixels is written; how much (mm²), and its longest side (mm)."""
    import cv2
    import numpy as np

    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=8)
    large = np.flatnonzero(
        (stats[:, cv2.CC_STAT_AREA] >= SPECK_MM2 * PIXELS_PER_MM**2) & ~_of_the_frame(stats, dark.shape)
    )
    large = large[large > 0]
    kept = np.isin(labels, large) if count > 1 else np.zeros_like(dark)
    sizes = stats[large][:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    longest = float(sizes.max(initial=0)) / PIXELS_PER_MM
    return kept, float(kept.sum()) / PIXELS_PER_MM**2, longest


def _cut(crop: Grey, kept: NDArray[np.bool_], level: int, area: float, *, faint: bool) -> Ink:
    """The crop cut to its writing, with a white margin."""
    import cv2
    import numpy as np

    rows, columns = np.flatnonzero(kept.any(axis=1)), np.flatnonzero(kept.any(axis=0))
    above, below = max(int(rows[0]) - MARGIN, 0), int(rows[-1]) + MARGIN
    before, after = max(int(columns[0]) - MARGIN, 0), int(columns[-1]) + MARGIN
    # Dirt becomes paper; the grey edge of the strokes stays, as recognisers are used to it.
    near = cv2.dilate(kept.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    clean = np.where(near | (crop >= level), crop, 255).astype(np.uint8)
    cut = clean[above:below, before:after]
    padded = cv2.copyMakeBorder(cut, 6, 6, 12, 12, cv2.BORDER_CONSTANT, value=255)
    crossed = _is_crossed(kept[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    return Ink(np.asarray(padded, dtype=np.uint8), area, crossed=crossed, faint=faint)


def _of_the_frame(stats: Any, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Components that are what the cut left of the frame: thin, long, and at the edge or nearly so."""
    import cv2
    import numpy as np

    height, width = shape
    thin, near = EDGE_MM * PIXELS_PER_MM, SEARCH_MM * PIXELS_PER_MM
    x, y = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    gap_x, gap_y = np.minimum(x, width - x - wide), np.minimum(y, height - y - high)
    upright = (wide <= thin) & (high >= np.where(gap_x <= 0, 0.4, 0.75) * height) & (gap_x <= near)
    level = (high <= thin) & (wide >= np.where(gap_y <= 0, 0.15, 0.5) * width) & (gap_y <= near)
    return np.asarray(upright | level, dtype=np.bool_)


def _is_crossed(kept: NDArray[np.bool_]) -> bool:
    """Whether one stroke runs through nearly all of the writing."""
    import cv2
    import numpy as np

    height, width = kept.shape
    if width < CROSSED_FROM_MM * PIXELS_PER_MM or height < 10:
        return False
    thick = cv2.dilate(kept.astype(np.uint8), np.ones((5, 1), np.uint8))
    run = max(3, round(CROSSED_SHARE * width))
    opened = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    rows = np.flatnonzero(opened.any(axis=1))
    # A line at the very bottom or top is the frame or an underline, not a strike.
    return bool(rows.size) and 0.15 * height < float(rows.mean()) < 0.85 * height
