"""What is in a box: how much of it is dark, and whether that is a mark.

Two thresholds with a doubtful band between them; where they lie was found on crosses, ticks, filled boxes,
dots, stray lines and strike-throughs (a line through the box alone darkens some 6 % of it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from qa_toolkit.keying.scans.registration import PIXELS_PER_MM

if TYPE_CHECKING:
    from qa_toolkit.keying.scans.images import Grey

EMPTY_BELOW: Final = 0.05
MARKED_FROM: Final = 0.15
INSET: Final = 0.20
"""Of the box on every side, so that its frame is not counted."""

DARK: Final = 150
"""Pixels below are ink, on paper evened to 255."""

FAINT: Final = 218
"""Pixels below are pencil or a worn pen, on a page smoothed so that its grain does not reach this."""

SMOOTHING: Final = 1.0
SEARCH_MM: Final = 1.2
FRAME_SEEN: Final = 0.28
"""Mean darkness along a frame from which it is taken for one; printed frames may be grey."""

Marked = Literal["empty", "doubtful", "marked"]
Box = tuple[float, float, float, float]


def verdict(fill: float) -> Marked:
    """What a share of dark pixels means."""
    if fill < EMPTY_BELOW:
        return "empty"
    return "marked" if fill >= MARKED_FROM else "doubtful"


def smoothed(piece: Grey) -> Grey:
    """A piece of a page without its grain."""
    import cv2
    import numpy as np

    return np.asarray(cv2.GaussianBlur(piece, (0, 0), SMOOTHING), dtype=np.uint8)


def fill_ratio(straight: Grey, box: Box) -> float:
    """Share of dark pixels inside a box to mark, its frame found first within 1.2 mm of its place.

    A mark so faint that no ink is seen, but grey, counts as doubtful and never as more.
    """
    x, y, width, height = (value * PIXELS_PER_MM for value in box)
    dx, dy = frame_shift(straight, box)
    left, right = round(x + dx + INSET * width), round(x + dx + (1 - INSET) * width)
    top, bottom = round(y + dy + INSET * height), round(y + dy + (1 - INSET) * height)
    inside = straight[max(top, 0) : bottom, max(left, 0) : right]
    if not inside.size:
        return 0.0
    fill = float((inside < DARK).mean())
    if fill < EMPTY_BELOW and float((smoothed(inside) < FAINT).mean()) >= MARKED_FROM:
        return (EMPTY_BELOW + MARKED_FROM) / 2
    return fill


def frame_shift(straight: Grey, box: Box) -> tuple[float, float]:
    """How far the printed frame lies from where the template has it, in pixels; (0, 0) where none is seen."""
    import cv2
    import numpy as np

    x, y, width, height = (round(value * PIXELS_PER_MM) for value in box)
    reach = round(SEARCH_MM * PIXELS_PER_MM)
    top, left = y - reach, x - reach
    region = straight[max(top, 0) : y + height + reach + 1, max(left, 0) : x + width + reach + 1]
    if top < 0 or left < 0 or region.shape != (height + 2 * reach + 1, width + 2 * reach + 1):
        return 0.0, 0.0
    frame = np.zeros((height + 1, width + 1), np.float32)
    cv2.rectangle(frame, (0, 0), (width, height), 1.0, 2)
    dark = (255 - region).astype(np.float32) / 255
    scores = cv2.matchTemplate(dark, frame, cv2.TM_CCORR) / float(frame.sum())
    # Of places that fit alike the nearest holds: a filled box looks like a frame anywhere within it.
    rows, columns = np.indices(scores.shape)
    far = np.hypot(rows - reach, columns - reach)
    best = np.unravel_index(int(np.argmax(scores - 0.004 * far)), scores.shape)
    if scores[best] < FRAME_SEEN:
        return 0.0, 0.0
    return float(best[1] - reach), float(best[0] - reach)
