"""Words from windows onto the clock of the recording, kept within the speech that was found there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qa_toolkit.domain import Word
from qa_toolkit.transcription.engine import Heard, HeardWord
from qa_toolkit.transcription.windows import Span, Window

_EARLY_S = 0.2
_SNAP_S = 0.5
_COVER_S = 0.7
_MIN_WORD_S = 0.02
_LAST_WORD_S = 0.1


def place_words(window: Window, heard: Heard, speech: Sequence[Span]) -> tuple[Word, ...]:
    """The words of a window with times in the recording, in the order heard, starts never going back.

    Whisper's alignment runs 0.2 to 0.3 s early and lets the first word after a pause swallow the pause. Each
    word therefore goes to the last speech span that has begun when it ends, is kept inside that span, and the
    first and last word of a span reach to its edges. Words without times are spread over the speech.
    """
    spans = _on_window_clock(window, speech)
    if not all(word.start_s is not None and word.end_s is not None for word in heard.words):
        return _spread(heard.words, spans)
    placed: list[Word] = []
    index = 0
    groups: list[list[HeardWord]] = [[] for _ in spans]
    for word in heard.words:
        while index + 1 < len(spans) and _belongs_later(word, spans[index], spans[index + 1]):
            index += 1
        groups[index].append(word)
    for span, group in zip(spans, groups, strict=True):
        placed.extend(_in_span(group, span))
    return tuple(placed)


def uncovered(speech: Sequence[Span], words: Sequence[Word], min_s: float) -> tuple[tuple[Span, ...], ...]:
    """Runs of speech that no word comes near (0.7 s), each summing to at least ``min_s``.

    A run is a group of stretches with no word between them: text may be lost there.
    """
    edges = _joined((word.start_s - _COVER_S, word.end_s + _COVER_S) for word in words)
    runs: list[list[Span]] = [[] for _ in range(len(edges) + 1)]
    for start, end in speech:
        position = start
        for number in range(bisect_left(edges, start, key=lambda edge: edge[1]), len(edges) + 1):
            low, high = edges[number] if number < len(edges) else (end, end)
            if min(low, end) > position:
                runs[number].append((position, min(low, end)))
            position = max(position, high)
            if position >= end or low >= end:
                break
    return tuple(tuple(run) for run in runs if sum(end - start for start, end in run) >= min_s)


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


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


@dataclass(frozen=True, slots=True)
class _Span:
    """A speech span on the window's clock, and what to add to get to the recording's."""

    low_s: float
    high_s: float
    shift_s: float


def _on_window_clock(window: Window, speech: Sequence[Span]) -> list[_Span]:
    spans = []
    for piece in window.pieces:
        shift_s = piece.start_s - piece.offset_s
        first = bisect_left(speech, piece.start_s, key=lambda span: span[1])
        for start, end in speech[first:]:
            if start >= piece.end_s:
                break
            low, high = max(start, piece.start_s), min(end, piece.end_s)
            if high > low:
                spans.append(_Span(low - shift_s, high - shift_s, shift_s))
    whole = window.pieces[0]
    return spans or [_Span(0.0, whole.length_s, whole.start_s)]


def _belongs_later(word: HeardWord, span: _Span, following: _Span) -> bool:
    """Whether a word was said in the following span: it lies more in that one, or begins when this is over.

    The last word before a pause is often stretched across it, a number most of all, and so is the first after
    it. The end of a sentence stays where the sentence is.
    """
    start, end = (word.start_s or 0.0) + _EARLY_S, (word.end_s or 0.0) + _EARLY_S
    if following.low_s <= end:
        return span.high_s - start <= end - following.low_s
    return start - _EARLY_S >= span.high_s and not word.text.endswith((".", "?", "!"))


def _in_span(group: Sequence[HeardWord], span: _Span) -> Iterator[Word]:
    earliest = span.low_s
    for number, word in enumerate(group):
        low = max(earliest, min(word.start_s or 0.0, span.high_s - _LAST_WORD_S))
        high = min(max(word.end_s or 0.0, low + _MIN_WORD_S), span.high_s)
        if number == 0 and low - span.low_s <= _SNAP_S:
            low = span.low_s
        if number == len(group) - 1 and span.high_s - high <= _SNAP_S:
            high = span.high_s
        earliest = low
        yield _word(word, low + span.shift_s, max(high, low + _MIN_WORD_S) + span.shift_s)


def _spread(words: Sequence[HeardWord], spans: Sequence[_Span]) -> tuple[Word, ...]:
    total = sum(span.high_s - span.low_s for span in spans)
    characters = sum(len(word.text) + 1 for word in words)
    spread, done = [], 0
    for word in words:
        low = _at(spans, total * done / characters)
        done += len(word.text) + 1
        high = _at(spans, total * done / characters)
        spread.append(_word(word, low, max(high, low + _MIN_WORD_S)))
    return tuple(spread)


def _at(spans: Sequence[_Span], voiced_s: float) -> float:
    for span in spans:
        if voiced_s < span.high_s - span.low_s:
            return span.low_s + voiced_s + span.shift_s
        voiced_s -= span.high_s - span.low_s
    return spans[-1].high_s + spans[-1].shift_s


def _word(word: HeardWord, start_s: float, end_s: float) -> Word:
    return Word(word.text, round(start_s, 3), round(end_s, 3), word.confidence)
