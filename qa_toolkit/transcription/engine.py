"""What a speech recogniser is to the rest of the toolkit; any engine that fits can take Whisper's place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.domain import Scalar


@dataclass(frozen=True, slots=True)
class SoundWindow:
    """Sound to recognise: 16 kHz samples from -1 to 1, at most 30 s, and how much of it is speech."""

    samples: NDArray[np.float32]
    speech_s: float


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A recognised word on the window's clock; times are None when they were not asked for."""

    text: str
    start_s: float | None
    end_s: float | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What was recognised in one window.

    Attributes:
        doubt: why the text may be made up, or None.
        retried: whether the first attempt was rejected.
    """

    words: tuple[HeardWord, ...]
    doubt: str | None = None
    retried: bool = False


@dataclass(frozen=True, slots=True)
class Recognition:
    """One result a window, in order, and the language they were recognised in."""

    language: str
    language_probability: float
    windows: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """What made the words; part of every transcript."""

    engine: str
    model: str
    model_sha256: str
    settings: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class ListeningSettings:
    """What may be asked of any engine."""

    language: str | None = None
    word_times: bool = True
    vocabulary: tuple[str, ...] = ()
    effort: int = 1


class SpeechEngine(Protocol):
    """Turns windows of sound into words. The same windows give the same words."""

    identity: EngineIdentity

    def recognise(
        self,
        windows: Sequence[SoundWindow],
        settings: ListeningSettings,
        on_done: Callable[[int], None] | None = None,
    ) -> Recognition:
        """Recognises the windows; ``on_done`` is told how many are finished."""
        ...
