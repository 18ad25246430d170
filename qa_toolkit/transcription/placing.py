"""Words from windows onto the clock of the recording, kept within the speech that was found there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from qa_toolkit.domain import Word
from qa_toolkit.transcription.engine import Heard, HeardWord
from qa_toolkit.transcription.windows import Span, Window

_MARGIN_S = 0.1
_COVER_S = 0.7
_MIN_WORD_S = 0.02


def place_words(window: Window, heard: Heard, speech: Sequence[Span]) -> tuple[Word, ...]:
    """The words of a window with times in the recording, in the order heard, starts never going back.

    Whisper's alignment lets a word at the edge of a pause swallow the pause; a word is therefore cut back to
    the speech span that holds most of it. Words without times are spread over the window's speech by length.
    """
    timed = (
        heard.words if all(_is_timed(word) for word in heard.words) else _spread(window, heard.words, speech)
    )
    placed: list[Word] = []
    for word in timed:
        low, high = window.locate(word.start_s or 0.0, word.end_s or 0.0)
        low, high = _within_speech(low, high, speech)
        low = max(low, placed[-1].start_s) if placed else low
        high = max(high, low + _MIN_WORD_S)
        placed.append(Word(word.text, round(low, 3), round(high, 3), word.confidence))
    return tuple(placed)


def uncovered(speech: Sequence[Span], words: Sequence[Word], min_s: float) -> tuple[Span, ...]:
    """Stretches of speech of at least ``min_s`` that no word comes near (0.7 s): text may be lost there."""
    edges = sorted((word.start_s - _COVER_S, word.end_s + _COVER_S) for word in words)
    lost: list[Span] = []
    index = 0
    for start, end in speech:
        position = start
        while index > 0 and edges[index - 1][1] > start:
            index -= 1
        while index < len(edges) and edges[index][0] < end:
            if edges[index][0] - position >= min_s:
                lost.append((position, edges[index][0]))
            position = max(position, edges[index][1])
            index += 1
        if end - position >= min_s:
            lost.append((position, end))
    return tuple(lost)


def merge_in_time(words: Sequence[Word], later: Sequence[Word]) -> tuple[Word, ...]:
    """Words found on a second listening put among the others by their start; both keep their order."""
    merged = list(words)
    starts = [word.start_s for word in merged]
    at = 0
    for word in later:
        at = max(at, bisect_left(starts, word.start_s))
        merged.insert(at, word)
        starts.insert(at, word.start_s)
        at += 1
    return tuple(merged)


def _is_timed(word: HeardWord) -> bool:
    return word.start_s is not None and word.end_s is not None


def _within_speech(low: float, high: float, speech: Sequence[Span]) -> Span:
    first = bisect_left(speech, low, key=lambda span: span[1])
    best: Span | None = None
    share = 0.0
    for start, end in speech[first:]:
        if start >= high:
            break
        held = min(high, end) - max(low, start)
        if held > share:
            best, share = (start, end), held
    if best is None:
        return low, high
    return max(low, best[0] - _MARGIN_S), min(high, best[1] + _MARGIN_S)


def _spread(window: Window, words: Sequence[HeardWord], speech: Sequence[Span]) -> tuple[HeardWord, ...]:
    spans = []
    for piece in window.pieces:
        for start, end in speech:
            low, high = max(start, piece.start_s), min(end, piece.end_s)
            if high > low:
                spans.append((low - piece.start_s + piece.offset_s, high - piece.start_s + piece.offset_s))
    spans = spans or [(0.0, window.length_s)]
    total = sum(end - start for start, end in spans)
    characters = sum(len(word.text) + 1 for word in words)
    spread, done = [], 0
    for word in words:
        start = _at(spans, total * done / characters)
        done += len(word.text) + 1
        spread.append(HeardWord(word.text, start, _at(spans, total * done / characters), word.confidence))
    return tuple(spread)


def _at(spans: Sequence[Span], voiced_s: float) -> float:
    for start, end in spans:
        if voiced_s <= end - start:
            return start + voiced_s
        voiced_s -= end - start
    return spans[-1][1]
