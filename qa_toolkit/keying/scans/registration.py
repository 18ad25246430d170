"""Finds the form on a scanned page: which page it is, how it lies, and the page laid straight.

Fiducials are squares within squares, as in the finder patterns of ISO/IEC 18004: no box, letter or speck
looks like them, whatever the resolution. Three of the four are enough, two at a pinch; the number in the code
strip, with its check sum, tells which way up the page is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from math import atan2, degrees, hypot
from typing import TYPE_CHECKING, Any, Final

from qa_toolkit.keying.scans.page_code import COLUMNS, ROWS, PageCode, read_cells
from qa_toolkit.keying.scans.template import FormTemplate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qa_toolkit.keying.scans.images import Grey

    Matrix = NDArray[np.float64]
    """3 x 3, from millimetres of the template to pixels of the scan."""

DPI: Final = 200
PIXELS_PER_MM: Final = DPI / 25.4
MOST_CANDIDATES: Final = 14
BLANK_INK: Final = 0.0006
"""Share of dark pixels below which a page is empty."""

DARKEST_PERCENT: Final = 0.2
"""Of the pixels; the corner marks alone are half a percent of a page."""

PALE: Final = (60.0, 200.0)
"""Greys between which the darkest print of a pale scan lies; a page without any print is paler."""

SHAPE_TOLERANCE: Final = 0.06


@dataclass(frozen=True, slots=True)
class Registered:
    """A page of the form laid straight.

    Attributes:
        code: what the page says of itself.
        straight: grey values at 200 dpi, the paper evened to white.
        matrix: from millimetres of the template to pixels of the scan.
        rotation: degrees the page lay turned, clockwise.
        scale: pixels a millimetre of the scan.
        marks: how many fiducials it was laid straight by (4; 3 or 2: corners are missing).
    """

    code: PageCode
    straight: Grey
    matrix: Matrix
    rotation: float
    scale: float
    marks: int


class NotTheFormError(ValueError):
    """The page is not one of the form; the message says what it looks like."""


def register(grey: Grey, template: FormTemplate) -> Registered:
    """The page laid straight.

    Raises:
        NotTheFormError: the page is empty, has no fiducials, or is of another form.
    """
    if grey.shape[0] < 100 or grey.shape[1] < 100:
        raise NotTheFormError(f"{grey.shape[1]} x {grey.shape[0]} pixels: too small to be read")
    even = evened(grey)
    if is_blank(even):
        raise NotTheFormError("the page is blank")
    if template.fiducials is None or template.strip is None:
        raise NotTheFormError("the template has no fiducials")
    found = fiducials(even)
    if len(found) < 2:
        raise NotTheFormError(
            f"not a page of the form, or its corners are cut off: {len(found)} of 4 corner marks found"
        )
    other: PageCode | None = None
    for matrix, marks in _placements(found, template):
        code = _read_code(even, matrix, template)
        if code is None:
            continue
        if code.form != template.code:
            other = code
            continue
        straight = laid_straight(even, matrix, template)
        turned, scale = turn_of(matrix)
        return Registered(code, straight, matrix, turned, scale, marks)
    if other is not None:
        raise NotTheFormError(
            f"a page of another form or version (form code {other.form}, expected {template.code})"
        )
    raise NotTheFormError("corner marks found, but no page number could be read beside them")


def evened(grey: Grey) -> Grey:
    """The paper evened to white, and the print of a pale scan to black.

    Every pixel is taken over the brightest of its neighbourhood, smoothed; where even the darkest print is
    grey, the greys are spread.
    """
    import cv2
    import numpy as np

    height, width = grey.shape
    step = max(1, round(max(height, width) / 550))
    small = cv2.resize(grey, (max(1, width // step), max(1, height // step)), interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), 15)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    # Where even the paper looks black (a lid left open), nothing is evened out of it.
    whole = np.asarray(cv2.divide(grey, np.maximum(paper, 60), scale=255), dtype=np.uint8)
    darkest = float(np.percentile(cv2.blur(whole, (3, 3)), DARKEST_PERCENT))
    if not PALE[0] < darkest < PALE[1]:
        return whole
    table = np.clip((np.arange(256) - darkest) * (255 / (255 - darkest)), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(whole, table), dtype=np.uint8)


def is_blank(even: Grey) -> bool:
    """Whether there is next to nothing on the page, its edges left out."""
    height, width = even.shape
    inner = even[height // 40 : height - height // 40, width // 40 : width - width // 40]
    return float((inner < 128).mean()) < BLANK_INK


def fiducials(even: Grey) -> list[tuple[float, float, float]]:
    """Centre and width in pixels of every square ring with a square in it, the largest first."""
    import cv2
    import numpy as np

    found: list[tuple[float, float, float]] = []
    smooth = cv2.GaussianBlur(even, (3, 3), 0)
    for picture, level in ((smooth, 140), (cv2.medianBlur(even, 3), 110), (smooth, 180)):
        _, dark = cv2.threshold(picture, level, 255, cv2.THRESH_BINARY_INV)
        contours, tree = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
        if not contours:
            continue
        for at in range(len(contours)):
            mark = _mark_at(at, contours, np.asarray(tree[0]), min(even.shape))
            if mark is not None and not any(hypot(mark[0] - f[0], mark[1] - f[1]) < f[2] / 2 for f in found):
                found.append(mark)
        if len(found) >= 4:
            break
    return sorted(found, key=lambda mark: -mark[2])[:MOST_CANDIDATES]


def _mark_at(
    at: int, contours: Sequence[Any], tree: NDArray[np.int32], shorter: int
) -> tuple[float, float, float] | None:
    """The fiducial whose outer edge is this contour."""
    import cv2

    hole = _largest_child(at, contours, tree)
    inner = -1 if hole < 0 else _largest_child(hole, contours, tree)
    if inner < 0:
        return None
    areas = [float(cv2.contourArea(contours[each])) for each in (at, hole, inner)]
    if areas[0] < (shorter / 120) ** 2 or areas[0] > (shorter / 6) ** 2 or not areas[2]:
        return None
    sides = [area**0.5 for area in areas]
    if not (0.55 < sides[1] / sides[0] < 0.88 and 0.30 < sides[2] / sides[0] < 0.58):
        return None
    (x, y), (width, height), _ = cv2.minAreaRect(contours[at])
    if not width or not height or not 0.8 < width / height < 1.25 or areas[0] / (width * height) < 0.8:
        return None
    (ix, iy), _, _ = cv2.minAreaRect(contours[inner])
    if hypot(ix - x, iy - y) > 0.12 * sides[0]:
        return None
    return float(x), float(y), (width + height) / 2


def _largest_child(at: int, contours: Sequence[Any], tree: NDArray[np.int32]) -> int:
    import cv2

    best, child = -1, int(tree[at][2])
    area = 0.0
    while child >= 0:
        here = float(cv2.contourArea(contours[child]))
        if here > area:
            best, area = child, here
        child = int(tree[child][0])
    return best


def _placements(
    found: Sequence[tuple[float, float, float]], template: FormTemplate
) -> Iterator[tuple[Matrix, int]]:
    """Ways the page may lie, the likeliest first: four marks in any of four turns, then three."""
    import cv2
    import numpy as np

    if template.fiducials is None:
        return
    corners = np.array(template.fiducials.centres, dtype=np.float64)
    points = np.array([mark[:2] for mark in found])
    around = (0, 1, 3, 2)  # clockwise from the top left
    for four in _rectangles(points, corners):
        for turn in range(4):
            target = points[[four[(place + turn) % 4] for place in range(4)]]
            source = corners[list(around)]
            matrix = cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32))
            yield np.asarray(matrix, dtype=np.float64), 4
    for three in combinations(range(len(points)), 3):
        for missing in range(4):
            kept = [around[place] for place in range(4) if place != missing]
            for turn in range(3):
                target = points[[_clockwise(points, three)[(place + turn) % 3] for place in range(3)]]
                placed = _affine(corners[kept], target)
                if placed is not None:
                    yield placed, 3
    for one, other in permutations(range(len(points)), 2):
        for first, second in combinations(range(4), 2):
            yield _similar(corners[[first, second]], points[[one, other]]), 2


def _clockwise(points: NDArray[np.float64], chosen: Sequence[int]) -> list[int]:
    middle = points[list(chosen)].mean(axis=0)
    return sorted(chosen, key=lambda at: atan2(points[at][1] - middle[1], points[at][0] - middle[0]))


def _rectangles(points: NDArray[np.float64], corners: NDArray[np.float64]) -> Iterator[list[int]]:
    """Fours of marks that lie as the corners of the form do, clockwise, the largest first."""
    import numpy as np

    width, height = corners[1][0] - corners[0][0], corners[2][1] - corners[0][1]
    found = []
    for four in combinations(range(len(points)), 4):
        order = _clockwise(points, four)
        sides = [float(np.linalg.norm(points[order[k]] - points[order[(k + 1) % 4]])) for k in range(4)]
        diagonals = [float(np.linalg.norm(points[order[k]] - points[order[k + 2]])) for k in range(2)]
        if min(sides) <= 0 or abs(diagonals[0] / diagonals[1] - 1) > SHAPE_TOLERANCE:
            continue
        if any(abs(sides[k] / sides[k + 2] - 1) > SHAPE_TOLERANCE for k in range(2)):
            continue
        ratio = (sides[0] + sides[2]) / (sides[1] + sides[3])
        if min(abs(ratio / (width / height) - 1), abs(ratio * (width / height) - 1)) < 2 * SHAPE_TOLERANCE:
            found.append((sum(sides), order))
    for _, order in sorted(found, reverse=True):
        yield order


def _affine(source: NDArray[np.float64], target: NDArray[np.float64]) -> Matrix | None:
    """From three corners; None where it would shear or mirror the page."""
    import cv2
    import numpy as np

    half = cv2.getAffineTransform(source.astype(np.float32), target.astype(np.float32))
    linear = np.asarray(half)[:, :2]
    one, other = np.linalg.norm(linear[:, 0]), np.linalg.norm(linear[:, 1])
    across = abs(float(linear[:, 0] @ linear[:, 1]))
    if np.linalg.det(linear) <= 0 or abs(one / other - 1) > SHAPE_TOLERANCE or across > 0.05 * one * other:
        return None
    return np.vstack([half, [0.0, 0.0, 1.0]]).astype(np.float64)


def _similar(source: NDArray[np.float64], target: NDArray[np.float64]) -> Matrix:
    """From two corners: turned, scaled and shifted, not sheared."""
    import numpy as np

    (ax, ay), (bx, by) = source[1] - source[0], target[1] - target[0]
    length = ax * ax + ay * ay
    cosine, sine = (ax * bx + ay * by) / length, (ax * by - ay * bx) / length
    linear = np.array([[cosine, -sine], [sine, cosine]])
    shift = target[0] - linear @ source[0]
    return np.array([[*linear[0], shift[0]], [*linear[1], shift[1]], [0.0, 0.0, 1.0]])


def _read_code(even: Grey, matrix: Matrix, template: FormTemplate) -> PageCode | None:
    import cv2
    import numpy as np

    if template.strip is None:
        return None
    left, top, width, height = template.strip.box
    inside = (0.3, 0.5, 0.7)
    places = [
        (left + width * (column + dx) / COLUMNS, top + height * (row + dy) / ROWS)
        for row in range(ROWS)
        for column in range(COLUMNS)
        for dx in inside
        for dy in inside
    ]
    pixels = cv2.perspectiveTransform(np.array([places], dtype=np.float64), matrix)[0]
    x, y = np.rint(pixels[:, 0]).astype(int), np.rint(pixels[:, 1]).astype(int)
    if x.min() < 0 or y.min() < 0 or x.max() >= even.shape[1] or y.max() >= even.shape[0]:
        return None
    values = even[y, x].reshape(ROWS * COLUMNS, len(inside) ** 2).mean(axis=1)
    return read_cells([bool(value < 128) for value in values])


def laid_straight(even: Grey, matrix: Matrix, template: FormTemplate) -> Grey:
    """The page upright at 200 dpi; what lies outside the scan is white."""
    import cv2
    import numpy as np

    to_mm = np.diag([1 / PIXELS_PER_MM, 1 / PIXELS_PER_MM, 1.0])
    size = (round(template.page.width * PIXELS_PER_MM), round(template.page.height * PIXELS_PER_MM))
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    straight = cv2.warpPerspective(
        even, matrix @ to_mm, size, flags=how, borderMode=cv2.BORDER_CONSTANT, borderValue=255
    )
    return np.asarray(straight, dtype=np.uint8)


def turn_of(matrix: Matrix) -> tuple[float, float]:
    """Degrees the page lay turned (clockwise, -180 to 180) and pixels a millimetre."""
    across, down = matrix[:2, 0] / matrix[2, 2], matrix[:2, 1] / matrix[2, 2]
    scale = (hypot(*across) + hypot(*down)) / 2
    return round(degrees(atan2(across[1], across[0])), 2), round(scale, 3)
