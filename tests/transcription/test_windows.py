"""Packing speech into windows and bringing words back: nothing lost, nothing twice, times right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.domain import Word
from qa_toolkit.transcription.engine import Heard, HeardWord
from qa_toolkit.transcription.placing import merge_in_time, place_words, uncovered
from qa_toolkit.transcription.windows import Piece, Window, pack

Span = tuple[float, float]


@st.composite
def speech(draw: st.DrawFn) -> list[Span]:
    spans, at = [], 0.0
    for _ in range(draw(st.integers(0, 40))):
        at += draw(st.floats(0.1, 8.0))
        length = draw(st.floats(0.1, 45.0))
        spans.append((at, at + length))
        at += length
    return spans


@given(speech())
def test_every_moment_of_speech_is_in_exactly_one_window(spans: list[Span]) -> None:
    windows = pack(spans, channel=0, duration_s=(spans[-1][1] + 1.0) if spans else 1.0)
    assert sum(window.speech_s for window in windows) == pytest.approx(sum(b - a for a, b in spans))
    pieces = [piece for window in windows for piece in window.pieces]
    held = sum(max(0.0, min(b, p.end_s) - max(a, p.start_s)) for a, b in spans for p in pieces)
    assert held == pytest.approx(sum(b - a for a, b in spans), abs=1e-6)
    assert all(window.length_s <= 30.0 + 1e-6 for window in windows)


@given(speech())
def test_pieces_follow_one_another_in_a_window(spans: list[Span]) -> None:
    for window in pack(spans, channel=1, duration_s=10_000.0):
        assert window.channel == 1
        offset = 0.0
        for piece in window.pieces:
            assert piece.offset_s == pytest.approx(offset)
            offset += piece.length_s
        starts = [piece.start_s for piece in window.pieces]
        assert starts == sorted(starts)


def test_a_window_ends_at_a_pause_rather_than_in_a_sentence() -> None:
    spans = [(0.0, 13.0), (14.0, 26.0), (26.9, 28.0), (28.2, 33.0)]
    first, second = pack(spans, channel=0, duration_s=40.0)
    assert first.pieces[-1].end_s == pytest.approx(26.4)
    assert second.pieces[0].start_s == pytest.approx(26.5)


def heard(*words: tuple[str, float, float]) -> Heard:
    return Heard(tuple(HeardWord(text, start, end, 0.9) for text, start, end in words))


# Two spans of speech, 10.4-12.0 and 20.4-21.4, in one window: pieces 10.0-12.4 and 20.0-21.8.
WINDOW = Window(0, (Piece(10.0, 12.4, 0.0), Piece(20.0, 21.8, 2.4)), 2.6)
SPEECH = [(10.4, 12.0), (20.4, 21.4)]

PLACES = [
    ("inside a span", [("one", 0.6, 1.0), ("two", 1.0, 1.8)], [("one", 10.4, 11.0), ("two", 11.0, 12.0)]),
    ("the first word after a pause swallowed the pause", [("one", 0.4, 1.7), ("two", 1.8, 3.6)],
     [("one", 10.4, 12.0), ("two", 20.4, 21.4)]),
    ("a word that begins when the span is over belongs to what follows",
     [("one", 0.4, 1.5), ("My", 2.1, 2.4), ("two", 2.65, 3.7)],
     [("one", 10.4, 12.0), ("My", 20.4, 20.42), ("two", 20.4, 21.4)]),
    ("unless it ends the sentence", [("one", 0.4, 1.9), ("it.", 2.1, 2.4), ("two", 2.65, 3.7)],
     [("one", 10.4, 12.0), ("it.", 11.9, 12.0), ("two", 20.4, 21.4)]),
    ("a short word that comes early belongs to what follows",
     [("one", 0.4, 1.5), ("A", 2.3, 2.65), ("two", 2.65, 3.7)],
     [("one", 10.4, 12.0), ("A", 20.4, 20.42), ("two", 20.4, 21.4)]),
    ("a number stretched across the pause after it stays before it",
     [("April", 0.4, 0.9), ("tenth.", 0.9, 2.75), ("two", 2.75, 3.7)],
     [("April", 10.4, 10.9), ("tenth.", 10.9, 12.0), ("two", 20.4, 21.4)]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "placed"), [row[1:] for row in PLACES], ids=[row[0] for row in PLACES])
def test_words_are_placed_in_the_speech(
    words: list[tuple[str, float, float]], placed: list[tuple[str, float, float]]
) -> None:
    found = [(word.text, word.start_s, word.end_s) for word in place_words(WINDOW, heard(*words), SPEECH)]
    assert [text for text, _, _ in found] == [text for text, _, _ in placed]
    for (_, start, end), (_, expected_start, expected_end) in zip(found, placed, strict=True):
        assert start == pytest.approx(expected_start, abs=0.3)
        assert end == pytest.approx(expected_end, abs=0.3)


@given(
    st.lists(st.tuples(st.floats(0.0, 5.0), st.floats(0.0, 2.0)), max_size=20),
    st.booleans(),
)
def test_placing_loses_no_word_and_keeps_the_order(times: list[tuple[float, float]], timed: bool) -> None:
    at, words = 0.0, []
    for number, (gap, length) in enumerate(times):
        at += gap
        words.append(HeardWord(f"w{number}", at if timed else None, at + length if timed else None, None))
        at += length
    placed = place_words(WINDOW, Heard(tuple(words)), SPEECH)
    assert [word.text for word in placed] == [word.text for word in words]
    starts = [word.start_s for word in placed]
    assert starts == sorted(starts)
    assert all(word.end_s > word.start_s for word in placed)
    assert all(word.start_s >= 10.0 and word.end_s <= 21.8 for word in placed)


LOST = [
    ("everything heard", [(0.0, 4.0)], [(0.1, 1.9), (2.0, 3.9)], []),
    ("nothing heard", [(0.0, 4.0)], [], [[(0.0, 4.0)]]),
    ("the end is missing, in pieces that are short by themselves",
     [(0.0, 1.0), (3.0, 4.2), (5.0, 6.2)], [(0.1, 0.9)], [[(3.0, 4.2), (5.0, 6.2)]]),
    ("the middle is missing", [(0.0, 10.0)], [(0.0, 2.3), (7.7, 9.9)], [[(3.0, 7.0)]]),
    ("too little to matter", [(0.0, 1.0), (5.0, 6.5)], [(0.1, 0.9)], []),
]  # fmt: skip


@pytest.mark.parametrize(("spans", "words", "runs"), [row[1:] for row in LOST], ids=[row[0] for row in LOST])
def test_speech_without_words_is_found(spans: list[Span], words: list[Span], runs: list[list[Span]]) -> None:
    found = uncovered(spans, [Word("x", start, end) for start, end in words], 2.0)
    assert [[(round(a, 6), round(b, 6)) for a, b in run] for run in found] == runs


def test_words_of_a_second_listening_are_put_in_by_time() -> None:
    first = [Word("a", 0.0, 1.0), Word("d", 9.0, 9.5)]
    later = [Word("b", 3.0, 3.5), Word("c", 4.0, 4.5)]
    assert [word.text for word in merge_in_time(first, later)] == ["a", "b", "c", "d"]
