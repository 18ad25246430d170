"""Text nobody said, and speech nobody wrote down."""

from __future__ import annotations

import pytest

from qa_toolkit.transcription import guards

TABLE = [
    # text, seconds of speech, mean log-probability, doubt
    ("Thank you for calling, how can I help you today?", 3.0, -0.2, None),
    ("No, no, no.", 1.0, -0.3, None),
    ("5 5 5 0 1 9 9 9 9 9 9 9", 6.0, -0.3, None),
    ("I see, I see, I see, what do you mean?", 3.0, -0.4, None),
    ("you you you you you you you", 20.0, -0.2, "it repeats itself"),
    ("and then I said " * 4, 20.0, -0.2, "it repeats itself"),
    ("Thank you for watching. " * 30, 20.0, -0.1, "it repeats itself"),
    ("the quick brown fox jumps over a lazy dog and runs away from it all", 0.5, -0.2, "more words"),
    ("Subtitles by somebody", 2.0, -1.4, "not sure"),
    ("", 2.0, -1.4, None),
]


@pytest.mark.parametrize(("text", "speech_s", "log_probability", "expected"), TABLE)
def test_doubts(text: str, speech_s: float, log_probability: float, expected: str | None) -> None:
    found = guards.doubt(text, len(text.split()), speech_s, log_probability)
    assert (found is None) if expected is None else (found is not None and expected in found)


@pytest.mark.parametrize(
    ("words", "speech_s", "short"), [(0, 1.0, False), (0, 2.0, True), (10, 20.0, True), (20, 20.0, False)]
)
def test_too_few_words_for_the_speech(words: int, speech_s: float, short: bool) -> None:
    assert guards.cut_short(words, speech_s) is short
