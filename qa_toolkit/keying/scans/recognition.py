"""Reads crops of handwriting and print with RapidOCR (Apache-2.0); the only file that knows it.

Nothing is fetched: the recognition model lies in the wheel of ``rapidocr``, is verified by the manifest of
models and named by its path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final, Protocol

from qa_toolkit.errors import MissingExtraError
from qa_toolkit.model_files import resolve

if TYPE_CHECKING:
    from qa_toolkit.keying.scans.images import Grey

MODEL: Final = "ppocr-rec"


@dataclass(frozen=True, slots=True)
class ReadText:
    """What a recogniser made of a crop; ``confidence`` 0-1, which says little of handwriting."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class RecogniserName:
    """Which recogniser read."""

    engine: str
    model: str
    model_sha256: str | None = None


class Recogniser(Protocol):
    """Reads one line of writing from each crop."""

    @property
    def name(self) -> RecogniserName:
        """What it is."""
        ...

    def read(self, crops: Sequence[Grey]) -> list[ReadText]:
        """The text of each crop, in order; an empty text where nothing was read."""
        ...


class RapidOcr:
    """The recogniser of the extra ``ocr``; one crop at a time, so that a crop is always read alike.

    Raises:
        MissingExtraError: the extra is not installed.
        ModelFileError: the model is missing, or is not the file of the manifest.
    """

    def __init__(self, *, threads: int = 1) -> None:
        try:
            from rapidocr import RapidOCR
        except ImportError as error:
            raise MissingExtraError.of("ocr", "reading scans") from error
        model = resolve(MODEL)
        self._engine: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_det": False,
                "Global.use_cls": False,
                "Rec.model_path": str(model.path),
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )
        self._model = model

    @property
    def name(self) -> RecogniserName:
        return RecogniserName(f"rapidocr {metadata.version('rapidocr')}", MODEL, self._model.sha256)

    def read(self, crops: Sequence[Grey]) -> list[ReadText]:
        return [self._one(crop) for crop in crops]

    def _one(self, crop: Grey) -> ReadText:
        import cv2

        coloured = cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR)
        found: Any = self._engine(coloured, use_det=False, use_cls=False, use_rec=True)
        if not found.txts or not found.scores:
            return ReadText("", 0.0)
        return ReadText(str(found.txts[0]), round(float(found.scores[0]), 4))
