"""Signs that a recogniser made its text up, or stopped listening."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

MAX_COMPRESSION = 2.4
"""Text that shrinks more than this repeats itself (openai/whisper, ``compression_ratio_threshold``)."""
MIN_LOG_PROBABILITY = -1.0
"""Mean log-probability a token below which Whisper's text is not to be trusted (openai/whisper)."""
MAX_WORDS_PER_SECOND = 7.0
"""Fast speech is about 5 words a second; more words than this were not said."""
MIN_WORDS_PER_SECOND = 0.7
"""Slow speech is about 1.5 words a second; fewer words than this mean that the recogniser stopped early."""
_SHORT_S = 2.0
_MIN_BYTES = 40
_LONGEST_CYCLE = 8


def doubt(text: str, words: int, speech_s: float, mean_log_probability: float) -> str | None:
    """Why the text of a window may be made up; None when nothing speaks against it."""
    if compression_ratio(text) > MAX_COMPRESSION or repeats(text.lower().split()):
        return "it repeats itself"
    if words > 5 + MAX_WORDS_PER_SECOND * speech_s:
        return "it has more words than anybody can say in that time"
    if words and mean_log_probability < MIN_LOG_PROBABILITY:
        return "the recogniser itself was not sure of it"
    return None


def cut_short(words: int, speech_s: float) -> bool:
    """Whether there are too few words for that much speech; never for less than two seconds."""
    return speech_s >= _SHORT_S and words < MIN_WORDS_PER_SECOND * speech_s


def compression_ratio(text: str) -> float:
    """Bytes of the text over bytes of the compressed text; 1.0 for text too short to tell."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if len(data) >= _MIN_BYTES else 1.0


def repeats(words: Sequence[str]) -> bool:
    """Whether a group of 1 to 8 words comes back to back so often that nobody says it so.

    People repeat themselves ("no, no, no"): six times count for one word, five for two, four for more. Digits
    do not count.
    """
    for size in range(1, _LONGEST_CYCLE + 1):
        needed = {1: 6, 2: 5}.get(size, 4) * size
        run = size
        for index in range(size, len(words)):
            run = run + 1 if words[index] == words[index - size] else size
            if run >= needed and not all(
                word.strip(".,-").isdigit() for word in words[index - size + 1 : index + 1]
            ):
                return True
    return False
