"""Scans of filled forms as a scanner would make them, for samples, benchmarks and tests.

A face like handwriting is not handwriting, and noise that was computed is not a scanner's: figures measured
on these pages say how the reading works, not how well it reads real paper.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

from qa_toolkit.keying.scans.drawing import write_paper

if TYPE_CHECKING:
    from qa_toolkit.keying.scans.images import Grey

PAPER: Final = 245


@dataclass(frozen=True, slots=True)
class Wear:
    """What paper and scanner do to a page.

    Attributes:
        turned: degrees.
        keystone: how much narrower the far edge is, as a share of the width.
        shift: of the page on the glass, in millimetres to the right and down.
        blur: standard deviation in pixels.
        noise: standard deviation in grey levels.
        shade: how much darker one side is, in grey levels.
        specks: dark specks a page.
        glass: millimetres of it seen around the page.
        quarter_turns: of a page put in sideways or upside down.
    """

    dpi: int = 200
    turned: float = 0.0
    keystone: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    blur: float = 0.0
    noise: float = 0.0
    shade: float = 0.0
    specks: int = 0
    glass: float = 0.0
    quarter_turns: int = 0


def usual_wear(random: Random, dpi: int = 200) -> Wear:
    """A page as an ordinary office scanner gives it."""
    return Wear(
        dpi,
        random.uniform(-1.5, 1.5),
        random.uniform(0.0, 0.006),
        (random.uniform(-2, 2), random.uniform(-2, 2)),
        random.uniform(0.4, 0.9),
        random.uniform(3, 9),
        random.uniform(0, 30),
        random.randrange(0, 25),
    )


def pages_of_pdf(data: bytes, dpi: int) -> list[Grey]:
    """Pages of a drawn form as clean pictures."""
    import numpy as np
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        pages = []
        for page in document:
            bitmap = page.render(scale=dpi / 72, grayscale=True)
            pages.append(np.array(bitmap.to_numpy().reshape(bitmap.height, bitmap.width), dtype=np.uint8))
        return pages
    finally:
        document.close()


def worn(clean: Grey, wear: Wear, seed: int) -> Grey:
    """The page as it comes out of the scanner; the same seed, the same page."""
    import cv2
    import numpy as np

    generator = np.random.default_rng(seed)
    border = round(wear.glass * wear.dpi / 25.4)
    clean = np.pad(clean, border, constant_values=PAPER)
    height, width = clean.shape
    page: Any = np.minimum(clean, PAPER).astype(np.float32)
    for _ in range(wear.specks):
        x, y = int(generator.integers(0, width)), int(generator.integers(0, height))
        cv2.circle(page, (x, y), int(generator.integers(1, 3)), float(generator.integers(20, 160)), -1)
    page = cv2.warpPerspective(
        page, _matrix(width, height, wear), (width, height), flags=cv2.INTER_LINEAR, borderValue=PAPER
    )
    if wear.blur:
        page = cv2.GaussianBlur(page, (0, 0), wear.blur)
    if wear.shade:
        page = page - np.linspace(0, wear.shade, width, dtype=np.float32)[None, :]
    if wear.noise:
        page = page + generator.normal(0, wear.noise, page.shape).astype(np.float32)
    made = np.clip(np.rint(page), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.rot90(made, -wear.quarter_turns))


def _matrix(width: int, height: int, wear: Wear) -> Any:
    import cv2
    import numpy as np

    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), wear.turned, 1.0), [0, 0, 1]])
    turn[0, 2] += wear.shift[0] * wear.dpi / 25.4
    turn[1, 2] += wear.shift[1] * wear.dpi / 25.4
    near = wear.keystone * width / 2
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float32)
    narrowed = np.array([[near, 0], [width - near, 0], [0, height], [width, height]], np.float32)
    return turn @ cv2.getPerspectiveTransform(corners, narrowed)


def write_scan(
    path: Path, pages: Sequence[Grey], *, dpi: int, two_tone: bool = False, quality: int = 45
) -> None:
    """Writes pages as PDF, multi-page TIFF, PNG or JPEG by the name's ending (the last two hold one page).

    Args:
        two_tone: black and white only, packed as a fax is (TIFF and PNG).
        quality: of JPEG, also inside a PDF.
    """
    from PIL import Image

    pictures = [Image.fromarray(page) for page in pages]
    if two_tone:
        pictures = [picture.point(lambda value: 255 * (value > 150)).convert("1") for picture in pictures]
    stream, suffix = io.BytesIO(), path.suffix.lower()
    first, rest = pictures[0], pictures[1:]
    if suffix == ".pdf":
        first.save(stream, "PDF", save_all=True, append_images=rest, resolution=dpi, quality=quality,
                   creationDate=None, modDate=None)  # fmt: skip
    elif suffix in (".tif", ".tiff"):
        how: dict[str, Any] = (
            {"compression": "group4"} if two_tone else {"compression": "jpeg", "quality": quality}
        )
        first.save(stream, "TIFF", save_all=True, append_images=rest, dpi=(dpi, dpi), **how)
    elif suffix == ".png":
        first.save(stream, "PNG", dpi=(dpi, dpi), optimize=True)
    else:
        first.save(stream, "JPEG", dpi=(dpi, dpi), quality=quality)
    write_paper(path, stream.getvalue())
