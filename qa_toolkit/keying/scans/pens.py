"""How a drawn form is filled in: with a printed face, or with a face like handwriting and a moving hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

FONTS: Final = Path(__file__).resolve().parent / "fonts"
HANDS: Final = ("PatrickHand", "Kalam", "ArchitectsDaughter", "Caveat")
"""Faces like handwriting, under the SIL Open Font License (``fonts/*.txt``). A face is not handwriting."""

PRINTED: Final = "Helvetica"


@dataclass(frozen=True, slots=True)
class Pen:
    """A face and how much the hand moves.

    Attributes:
        face: ``Helvetica`` or one of ``HANDS``.
        size: points.
        tremble: 0 for print; 1 lets places, sizes and slants vary as a calm hand does.
        ink: grey of what is written, 0 black to 1 white.
    """

    face: str = PRINTED
    size: float = 10.5
    tremble: float = 0.0
    ink: float = 0.0
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - looks, not secrets

    def shift(self, most: float) -> float:
        """A small number between -most and most, as much as the hand moves."""
        return self.tremble * self.random.uniform(-most, most)


def hand(face: str, seed: int) -> Pen:
    """A pen that writes as a person with that face would; the same seed, the same strokes."""
    random = Random(seed)  # noqa: S311 - looks, not secrets
    size = random.uniform(12.0, 14.0) * (1.15 if face == "Caveat" else 1.0)
    return Pen(face, size, 1.0, random.uniform(0.0, 0.3), random)


def font_file(face: str) -> Path:
    """The font file of a face."""
    return FONTS / f"{face}.ttf"
