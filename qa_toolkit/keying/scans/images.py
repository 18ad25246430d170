"""Pictures of pages out of PDF, TIFF, PNG and JPEG files; what cannot be opened is one line."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qa_toolkit.errors import MissingExtraError, RecordError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grey = NDArray[np.uint8]
    """Rows of pixels, 0 black to 255 white."""

SUFFIXES: Final = (".pdf", ".tif", ".tiff", ".png", ".jpg", ".jpeg")
PDF_DPI: Final = 200
LONGEST_SIDE: Final = 4400
"""Pixels; larger pictures are made smaller (US letter at 400 dpi)."""

MOST_PIXELS: Final = 120_000_000
MOST_PAGES: Final = 2000

_FAULTS: Final = (
    OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, AttributeError,
    OverflowError, ZeroDivisionError, MemoryError, struct.error,
)  # fmt: skip
"""What damaged pictures are known to raise while they are opened and decoded."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page of a file; ``number`` is its place there, from 1."""

    file: str
    number: int
    grey: Grey


@dataclass(frozen=True, slots=True)
class BadPage:
    """A page that cannot be opened, and why; ``number`` is None for a whole file."""

    file: str
    number: int | None
    reason: str


def scan_files(paths: list[Path]) -> list[Path]:
    """The scans among files and folders, those of a folder by name.

    Raises:
        RecordError: a path leads to nothing, or a folder holds no scan.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES)
            if not inside:
                raise RecordError("no scans in the folder", str(path), f"accepted: {', '.join(SUFFIXES)}")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise RecordError("no such file", str(path), f"give scans: {', '.join(SUFFIXES)}")
    return found


def page_images(path: Path) -> Iterator[PageImage | BadPage]:
    """Every page of a file in order.

    Raises:
        MissingExtraError: the extra ``ocr`` is not installed.
    """
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        yield from _pdf_pages(path)
    elif suffix in SUFFIXES:
        yield from _picture_pages(path)
    else:
        yield BadPage(path.name, None, f"not a scan: accepted: {', '.join(SUFFIXES)}")


def _pdf_pages(path: Path) -> Iterator[PageImage | BadPage]:
    try:
        import pypdfium2
    except ImportError as error:
        raise MissingExtraError.of("ocr", "reading scans") from error
    try:
        document = pypdfium2.PdfDocument(path)
    except (pypdfium2.PdfiumError, OSError, ValueError) as error:
        yield BadPage(path.name, None, pdf_fault(str(error)))
        return
    try:
        if document.get_formtype():
            document.init_forms()
            # Fields are drawn as they print, without the shade that shows where to click.
            pypdfium2.raw.FPDF_SetFormFieldHighlightAlpha(document.formenv, 0)
        if not len(document):
            yield BadPage(path.name, None, "the PDF has no pages")
        for number in range(1, min(len(document), MOST_PAGES) + 1):
            yield _pdf_page(document, path.name, number)
    finally:
        document.close()


def _pdf_page(document: Any, name: str, number: int) -> PageImage | BadPage:
    import numpy as np

    try:
        page = document[number - 1]
        width, height = page.get_size()
        if min(width, height) <= 0:
            return BadPage(name, number, "the page has no size")
        scale = min(PDF_DPI / 72, LONGEST_SIDE / max(width, height))
        bitmap = page.render(scale=scale, grayscale=True)
        grey = np.ascontiguousarray(bitmap.to_numpy().reshape(bitmap.height, bitmap.width))
        page.close()
    except (RuntimeError, OSError, ValueError, MemoryError) as error:
        return BadPage(name, number, f"the page cannot be drawn ({error})")
    return PageImage(name, number, grey)


def pdf_fault(text: str) -> str:
    """What a library says of a PDF that does not open, in words a person can act on."""
    folded = text.casefold()
    if "password" in folded or "encrypt" in folded:
        return "the PDF is encrypted: save it without a password"
    return "the PDF is damaged or no PDF: scan or save it again"


def _picture_pages(path: Path) -> Iterator[PageImage | BadPage]:
    try:
        from PIL import Image, ImageSequence
    except ImportError as error:
        raise MissingExtraError.of("ocr", "reading scans") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(path)
    except (*_FAULTS, Image.DecompressionBombError) as error:
        yield BadPage(path.name, None, f"the picture is damaged or of another kind ({_short(error)})")
        return
    number = 0
    with picture:
        frames = iter(ImageSequence.Iterator(picture))
        while number < MOST_PAGES:
            number += 1
            try:
                # What a damaged picture warns of is said once, as the reason why it is not read.
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    frame = next(frames, None)
                    grey = None if frame is None else _grey(frame)
                if grey is None:
                    return
                yield PageImage(path.name, number, grey)
            except (*_FAULTS, Image.DecompressionBombError) as error:
                yield BadPage(path.name, number, f"the page is damaged ({_short(error)})")
                return


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text.split(" '/")[0][:80] or type(error).__name__


def _grey(frame: Any) -> Grey:
    """Grey values, the right way up by the picture's own mark, white behind what is transparent."""
    import numpy as np
    from PIL import Image, ImageOps

    if frame.width * frame.height > MOST_PIXELS:
        raise ValueError(f"{frame.width} x {frame.height} pixels are too many")
    upright = ImageOps.exif_transpose(frame)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        coloured = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)
    if upright.mode in ("I;16", "I", "F"):
        values = np.asarray(upright, dtype=np.float64)
        spread = float(values.max() - values.min()) or 1.0
        upright = Image.fromarray(((values - values.min()) * (255 / spread)).astype(np.uint8))
    grey = upright.convert("L")
    longest = max(grey.size)
    if longest > LONGEST_SIDE:
        share = LONGEST_SIDE / longest
        size = (max(1, round(grey.width * share)), max(1, round(grey.height * share)))
        grey = grey.resize(size, Image.Resampling.BOX)
    return np.array(grey, dtype=np.uint8)
