"""The short ways of finding a phrase give what the walk over all its words gives."""

from __future__ import annotations

from evaluation_builders import call
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.evaluation.evaluators import matching
from qa_toolkit.evaluation.evaluators.searchable import searchable

WORDS = [
    "card",
    "cards",
    "correct",
    "collect",
    "not",
    "of",
    "off",
    "7",
    "5",
    "voice",
    "mail",
    "voicemail",
    "the",
]
SAID = st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join)
PHRASE = st.lists(st.sampled_from([*WORDS, "*", "#"]), min_size=1, max_size=5).filter(
    lambda words: set(words) - {"*"}
)


@given(turns=st.lists(SAID, min_size=1, max_size=4), phrase=PHRASE, least=st.sampled_from([1.0, 0.9, 0.75]))
def test_hits_are_those_of_the_walk(turns: list[str], phrase: list[str], least: float) -> None:
    transcript = call(*(f"agent: {said}." for said in turns)).transcript
    assert transcript is not None
    pattern = matching.compile_phrase(" ".join(phrase), "en", least)
    text = searchable(transcript, "en")
    text.refresh()
    everywhere = (1 << len(text.stretches)) - 1
    walked = matching._apart(pattern, matching._starts(pattern, everywhere, text), matching._match, text)
    assert matching.find_all(pattern, text) == walked
    assert matching.phrase_list((" ".join(phrase),), "en", least).hits(text) == walked
