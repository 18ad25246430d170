"""Where the sentences of a conversation begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from evaluation_builders import call
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.evaluation.sentences import sentences_of

SPACED = st.lists(
    st.sampled_from(["a", "bb", "b", "x.", "no?", ".", "..", "?!", "…", "e.g."])
    | st.sampled_from([" ", "  ", "\n", "\u3000"]),
    max_size=150,
).map("".join)
LONG = st.lists(st.sampled_from(["a", "b", "aa", "a", "b."]), max_size=120).flatmap(
    lambda words: st.sampled_from([" ", "  ", "\n "]).map(lambda space: space.join(words))
)


def plain_sentences(texts: list[str]) -> Iterator[tuple[int, int, int, str]]:
    """By an expression, and words by another."""
    for position, text in enumerate(texts):
        for match in re.finditer(r"\S.*?(?:[.?!…]+(?=\s|$)|$)", text, re.DOTALL):
            words = [*re.finditer(r"\S+", match[0])]
            many = len(words) > 30
            for first in range(0, len(words) - 15 if many else 1, 15):
                chosen = words[first : first + 30] if many else words
                start, end = match.start() + chosen[0].start(), match.start() + chosen[-1].end()
                yield position, start, end, text[start:end]


@given(st.lists(SPACED | LONG | st.text("ab .?!\n\u2028", max_size=12), min_size=1, max_size=3))
def test_sentences_end_at_stops_and_long_ones_are_cut(texts: list[str]) -> None:
    case: Any = call(*[f"agent: {text}" for text in texts])
    said = [turn.text for turn in case.transcript.turns]
    assert [tuple(sentence) for sentence in sentences_of(case.transcript)] == [*plain_sentences(said)]
