"""Registers pages of forms without fiducials by their print, against a picture of the empty form.

Corners and strokes of the empty page are looked for in the scan (ORB; Rublee and others, 2011), the transform
is the one most of them agree on, and a page is taken for one of the form only if most of what is printed on
the empty form is found dark in the scan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qa_toolkit.errors import LayoutError
from qa_toolkit.keying.scans.images import PageImage, page_images
from qa_toolkit.keying.scans.marks import FAINT, smoothed
from qa_toolkit.keying.scans.page_code import PageCode
from qa_toolkit.keying.scans.registration import (
    PIXELS_PER_MM,
    NotTheFormError,
    Registered,
    evened,
    is_blank,
    laid_straight,
    turn_of,
)
from qa_toolkit.keying.scans.template import FormTemplate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qa_toolkit.keying.scans.images import Grey

FEATURES: Final = 3000
LONG_SIDE: Final = 1100
"""Pixels at which features are looked for."""

LEAST_AGREEING: Final = 25
LEAST_COVERED: Final = 0.9
"""Share of the print of the empty form that must be dark in the scan."""

RATIO: Final = 0.8
"""A match counts when the next best is this much worse (Lowe, 2004)."""


@dataclass(frozen=True, slots=True)
class BlankPage:
    """An empty page of the form: its picture, and features found in it with their places in millimetres."""

    straight: Grey
    places: NDArray[np.float64]
    descriptors: NDArray[np.uint8]


def load_blanks(template: FormTemplate, folder: Path) -> dict[int, BlankPage]:
    """The empty pages a template names, from files in the template's folder.

    Raises:
        LayoutError: a picture is missing, cannot be read, or shows next to nothing.
    """
    found = {}
    for page in template.pages:
        path = folder / (page.blank or "")
        if page.blank is None or not path.is_file():
            raise LayoutError(f"no picture of the empty page {page.number}", str(path), "put it there")
        image = next((i for i in page_images(path) if i.number == page.blank_page), None)
        if not isinstance(image, PageImage):
            reason = image.reason if image is not None else f"it has no page {page.blank_page}"
            raise LayoutError(f"the empty page {page.number} cannot be read", path.name, reason)
        found[page.number] = _blank_page(image.grey, template, path.name)
    return found


def _blank_page(grey: Grey, template: FormTemplate, name: str) -> BlankPage:
    import cv2
    import numpy as np

    even = evened(grey)
    height, width = even.shape
    points, descriptors = _features(even)
    if len(points) < LEAST_AGREEING:
        raise LayoutError("next to nothing is printed on the empty page", name, "give the printed form")
    size = np.array([template.page.width / width, template.page.height / height])
    to_pixels = np.diag([1 / size[0], 1 / size[1], 1.0])
    straight = laid_straight(np.asarray(cv2.GaussianBlur(even, (3, 3), 0), np.uint8), to_pixels, template)
    return BlankPage(straight, points * size, descriptors)


def _features(even: Grey) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Places in pixels, and descriptors."""
    import cv2
    import numpy as np

    share = min(1.0, LONG_SIDE / max(even.shape))
    size = (max(1, round(even.shape[1] * share)), max(1, round(even.shape[0] * share)))
    small = cv2.resize(even, size, interpolation=cv2.INTER_AREA)
    detector: Any = cv2.ORB_create(nfeatures=FEATURES, fastThreshold=12)  # type: ignore[attr-defined]
    points, descriptors = detector.detectAndCompute(small, None)
    if not points or descriptors is None:
        return np.zeros((0, 2)), np.zeros((0, 32), np.uint8)
    return np.array([point.pt for point in points], np.float64) / share, np.asarray(descriptors, np.uint8)


def register_by_content(grey: Grey, template: FormTemplate, blanks: Mapping[int, BlankPage]) -> Registered:
    """The page laid straight, by the empty page it agrees with best.

    Raises:
        NotTheFormError: the page is empty, or agrees with none.
    """
    even = evened(grey)
    if is_blank(even):
        raise NotTheFormError("the page is blank")
    points, descriptors = _features(even)
    best: tuple[int, int, Any] | None = None
    for number, blank in blanks.items():
        matrix, agreeing = _transform(blank, points, descriptors)
        if matrix is not None and (best is None or agreeing > best[0]):
            best = (agreeing, number, matrix)
    if best is None:
        raise NotTheFormError("not a page of the form: what is printed on it was not found")
    _, number, matrix = best
    straight = laid_straight(even, matrix, template)
    covered = _covered(blanks[number].straight, straight)
    if covered < LEAST_COVERED:
        raise NotTheFormError(f"not a page of the form: {covered:.0%} of what is printed on it was found")
    turned, scale = turn_of(matrix)
    return Registered(PageCode(0, number), straight, matrix, turned, scale, 0)


def _transform(
    blank: BlankPage, points: NDArray[np.float64], descriptors: NDArray[np.uint8]
) -> tuple[Any, int]:
    """From millimetres of the template to pixels of the scan, and how many features agree on it."""
    import cv2
    import numpy as np

    if len(points) < LEAST_AGREEING:
        return None, 0
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(blank.descriptors, descriptors, k=2)
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < RATIO * p[1].distance]
    if len(good) < LEAST_AGREEING:
        return None, 0
    source = blank.places[[match.queryIdx for match in good]]
    target = points[[match.trainIdx for match in good]]
    half, inside = cv2.estimateAffinePartial2D(source, target, ransacReprojThreshold=4.0, maxIters=5000)
    agreeing = int(inside.sum()) if inside is not None else 0
    if half is None or agreeing < LEAST_AGREEING:
        return None, 0
    kept = inside.ravel().astype(bool)
    exact, _ = cv2.findHomography(source[kept], target[kept], 0)
    matrix = np.vstack([half, [0, 0, 1]]) if exact is None else exact
    return np.asarray(matrix, np.float64), agreeing


def _covered(blank: Grey, straight: Grey) -> float:
    """Share of the print of the empty page that is dark in the scan, within half a millimetre."""
    import cv2
    import numpy as np

    printed = blank < 140
    reach = 2 * round(0.5 * PIXELS_PER_MM) + 1
    found = (smoothed(straight) < FAINT).astype(np.uint8)
    near = cv2.dilate(found, np.ones((reach, reach), np.uint8)) > 0
    return float(near[printed].mean()) if printed.any() else 0.0
