"""Simulated recognition errors: about the rate asked for, the same every time, with telling confidences."""

from __future__ import annotations

import pytest

from qa_toolkit.domain import Transcript
from qa_toolkit.language.word_errors import WordErrors, word_error_counts
from qa_toolkit.pipeline import read_case
from qa_toolkit.resources import sample_dir
from qa_toolkit.testing.recognition_errors import with_word_errors


@pytest.fixture(scope="module", params=["inb-002", "inb-es-001"])
def transcript(request: pytest.FixtureRequest) -> Transcript:
    found = read_case(sample_dir() / "transcripts" / f"{request.param}.json").transcript
    assert found is not None
    return found


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.3])
def test_the_rate_is_about_what_was_asked_for(transcript: Transcript, rate: float) -> None:
    total = WordErrors()
    for seed in range(3):
        heard = {turn.id: turn.text for turn in with_word_errors(transcript, rate, seed=seed).turns}
        for turn in transcript.turns:
            total += word_error_counts(turn.text, heard.get(turn.id, ""), transcript.language or "en")
    assert total.rate == pytest.approx(rate, abs=0.05)


def test_the_same_errors_every_time(transcript: Transcript) -> None:
    once = with_word_errors(transcript, 0.2)
    assert with_word_errors(transcript, 0.2) == once
    assert with_word_errors(transcript, 0.2, seed=1) != once


def test_no_errors_change_no_word_and_give_confidences(transcript: Transcript) -> None:
    heard = with_word_errors(transcript, 0.0)
    assert [turn.text.split() for turn in heard.turns] == [turn.text.split() for turn in transcript.turns]
    sure = [word.confidence for turn in heard.turns for word in turn.words]
    assert all(value is not None for value in sure)
    assert 0.85 < sum(value or 0 for value in sure) / len(sure) < 0.93


def test_words_lie_in_their_turns_and_wrong_ones_are_less_sure(transcript: Transcript) -> None:
    heard = with_word_errors(transcript, 0.3)
    right, wrong = [], []
    before = {turn.id: turn for turn in transcript.turns}
    for turn in heard.turns:
        assert turn.text == " ".join(word.text for word in turn.words)
        said = set(before[turn.id].text.split())
        for word in turn.words:
            assert (turn.start_s or 0) <= word.start_s <= word.end_s <= (turn.end_s or 0) + 0.001
            (right if word.text in said else wrong).append(word.confidence or 0.0)
    assert sum(right) / len(right) > sum(wrong) / len(wrong) + 0.2
