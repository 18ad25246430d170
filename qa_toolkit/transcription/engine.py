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
    """Sound to recognise, of one channel of one recording.

    Attributes:
        cut: gives the sound, 16 kHz samples from -1 to 1; called when it is needed, so that hours of sound
            need not lie in memory at once.
        length_s: of the sound, at most 30 s.
        speech_s: how much of it is speech.
    """

    cut: Callable[[], NDArray[np.float32]]
    length_s: float
    speech_s: float

    @property
    def samples(self) -> NDArray[np.float32]:
        """The sound."""
        return self.cut()


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
    """Turns windows of sound into words.

    The same window gives the same words, whatever is recognised with it. ``recognise`` may be called from
    several threads at once, one for each recording; an engine that works faster on many windows joins theirs.
    """

    identity: EngineIdentity

    def recognise(
        self,
        windows: Sequence[SoundWindow],
        settings: ListeningSettings,
        on_done: Callable[[int], None] | None = None,
    ) -> Recognition:
        """Recognises the windows; ``on_done`` is told how many are finished."""
        ...
