"""Word errors, checked against a maintained library."""

from __future__ import annotations

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.language import WordErrors, normalise, word_error_counts


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"),
    [
        ("thank you for calling", "thank you for calling", WordErrors(0, 0, 0, 4)),
        ("thank you for calling", "thank you calling", WordErrors(0, 1, 0, 4)),
        ("thank you for calling", "thank you so much for calling", WordErrors(0, 0, 2, 4)),
        ("my name is Ana", "my name is Anna", WordErrors(1, 0, 0, 4)),
        ("I'm uh at nine one six", "I am at 916", WordErrors(0, 0, 0, 6)),
        ("zip nine five eight one six", "zip 95819", WordErrors(1, 0, 0, 6)),
        ("", "thank you", WordErrors(0, 0, 2, 0)),
        ("[noise]", "", WordErrors(0, 0, 0, 0)),
    ],
)
def test_counts(reference: str, hypothesis: str, expected: WordErrors) -> None:
    assert word_error_counts(reference, hypothesis) == expected


def test_a_corpus_is_summed_before_it_is_divided() -> None:
    long = word_error_counts("my cat sat on the mat all day long today", "")
    short = word_error_counts("yes", "yes")
    assert long + short == WordErrors(0, 9 + 1, 0, 11)
    assert (long + short).rate == pytest.approx(10 / 11)
    assert WordErrors().rate is None


_WORDS = st.lists(st.sampled_from(["yes", "no", "thank", "you", "calling", "plan"]), max_size=12).map(
    " ".join
)


@given(_WORDS.filter(bool), _WORDS)
@settings(max_examples=150, deadline=None)
def test_the_sum_of_errors_equals_jiwer(reference: str, hypothesis: str) -> None:
    ours = word_error_counts(reference, hypothesis)
    theirs = jiwer.process_words(normalise(reference), normalise(hypothesis))
    assert ours.errors == theirs.substitutions + theirs.deletions + theirs.insertions
    assert ours.rate == pytest.approx(theirs.wer)
