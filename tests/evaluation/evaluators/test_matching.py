"""What lists of phrases find is what the walk over all words of a conversation finds."""

from __future__ import annotations

import gc
import threading
from unittest import mock

import pytest
from evaluation_builders import call
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.evaluation.evaluators import likeness, matching, pattern_search, phrase_index
from qa_toolkit.evaluation.evaluators.likeness import LEXICON
from qa_toolkit.evaluation.evaluators.searchable import Searchable, searchable

WORDS = [
    *(
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
    ),
    *("to", "too", "and", "an", "confirmation", "conformation", "42", "may", "be", "maybe"),
]
SAID = st.lists(st.sampled_from(WORDS), min_size=0, max_size=14).map(" ".join)
PHRASE = (
    st.lists(st.sampled_from([*WORDS, "*", "#"]), min_size=1, max_size=5)
    .filter(lambda words: set(words) - {"*"})
    .map(" ".join)
)
LONG = st.lists(st.sampled_from([*WORDS, "#"]), min_size=9, max_size=12).map(" ".join)
LEAST = st.sampled_from([1.0, 0.9, 0.75])


def _text(turns: list[str], language: str = "en") -> Searchable:
    transcript = call(*(f"agent: {said}." for said in turns)).transcript
    assert transcript is not None
    text = searchable(transcript, language)
    text.refresh()
    return text


def _walked(pattern: matching.Pattern, text: Searchable) -> list[matching.Hit]:
    """The hits of the walk from every word."""
    everywhere = [(n, at) for n, stretch in enumerate(text.stretches) for at in range(len(stretch.texts))]
    return pattern_search._walked(pattern, everywhere, text)


@given(turns=st.lists(SAID, min_size=1, max_size=4), phrase=PHRASE | LONG, least=LEAST)
def test_hits_are_those_of_the_walk(turns: list[str], phrase: str, least: float) -> None:
    pattern = matching.compile_phrase(phrase, "en", least)
    text = _text(turns)
    assert matching.phrase_list((phrase,), "en", least).hits(text) == _walked(pattern, text)


@given(
    turns=st.lists(SAID, min_size=1, max_size=4),
    lists=st.lists(
        st.tuples(st.lists(PHRASE | LONG, min_size=1, max_size=8), LEAST, st.sampled_from(["en", "es"])),
        min_size=1,
        max_size=4,
    ),
    words_kept=st.sampled_from([3, 20_000]),
)
def test_lists_asked_one_after_another_find_each_its_own_in_the_order_listed(
    turns: list[str], lists: list[tuple[list[str], float, str]], words_kept: int
) -> None:
    """Lists repeat phrases, hold one twice, and some are new after the conversation was looked at."""
    with mock.patch.object(phrase_index, "_MOST_WORDS", words_kept):
        text = _text(turns)
        for phrases, least, language in [*lists, *lists]:
            listed = matching.phrase_list(tuple(phrases), language, least)
            text.refresh()
            walked = [hit for pattern in listed.patterns for hit in _walked(pattern, text)]
            assert listed.hits(text) == walked
            assert listed.hits(text) is listed.hits(text)


def test_a_phrase_listed_twice_is_found_twice() -> None:
    listed = matching.phrase_list(("call back", "thank you", "call back"), "en", 0.9)
    found = [hit.pattern.written for hit in listed.hits(_text(["I call back"]))]
    assert found == ["call back", "call back"]


@pytest.mark.parametrize("written", ["# # #", "# # # #"])
def test_a_number_is_found_by_exactly_so_many_digits(written: str) -> None:
    text = _text(["it is 123", "no 1234 and 12", "3 4567 then 891"])
    listed = matching.phrase_list((written,), "en", 0.9)
    size = len(written.split())
    assert listed.hits(text) == _walked(listed.patterns[0], text)
    assert {hit.last - hit.first for hit in listed.hits(text)} == {size}


def test_words_known_later_are_heard_in_a_conversation_looked_at_before() -> None:
    text = _text(["the qvarxtrum is here"])
    assert matching.phrase_list(("is here",), "en", 0.9).hits(text)
    before = LEXICON.generation
    listed = matching.phrase_list(("the qvarxtrun is here",), "en", 0.9)
    assert LEXICON.generation > before
    (hit,) = listed.hits(text)
    assert 0.9 < hit.similarity < 1.0


def test_words_like_two_in_a_row_are_known_from_an_earlier_call() -> None:
    """The second call holds no word that the first did not; the phrase between them is new."""
    listed = matching.phrase_list(("yellow zebracornes",), "en", 0.75)
    assert not listed.hits(_text(["zebracornez", "yelloww"]))
    later = matching.phrase_list(("zebracornes yellow",), "en", 0.75)
    text = _text(["zebracornez yelloww", "yelloww zebracornez"])
    for each in (listed, later):
        text.refresh()
        assert each.hits(text) == _walked(each.patterns[0], text)


def test_a_likeness_is_not_lost_to_a_phrase_compiled_while_words_were_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lexicon = likeness.Lexicon()
    lexicon.add(["zebracorn"])
    compare = lexicon._compare

    def compare_and_add(token: str) -> tuple[tuple[str, float], ...]:
        near = compare(token)
        lexicon.add(["zebracornx"])
        return near

    monkeypatch.setattr(lexicon, "_compare", compare_and_add)
    lexicon.alike(["zebracorna"])
    assert set(lexicon.alike(["zebracorna"])) == {"zebracorn", "zebracornx"}


def test_the_indexes_are_begun_anew_when_they_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_MOST_PATTERNS", 7)
    monkeypatch.setattr(matching, "_indexes", {})
    text = _text(["we call back", "on monday"])
    for number in range(30):
        listed = matching.phrase_list(("call back", f"number {number}", "on monday"), f"en-{number % 5}", 0.9)
        assert [hit.pattern.written for hit in listed.hits(text)] == ["call back", "on monday"]
        assert sum(map(len, matching._indexes.values())) <= 10


def test_threads_that_enter_lists_at_once_find_the_same() -> None:
    def judge(first: int, into: list[int]) -> None:
        for number in range(first, first + 60):
            text = _text(["please hold the line", f"room {number} is free"])
            listed = matching.phrase_list((f"thread {number % 70}", "hold the line", "is free"), "en", 0.9)
            into.append(len(listed.hits(text)))

    found: list[list[int]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=judge, args=(10 * n, into)) for n, into in enumerate(found)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[2] * 60] * 4


def test_what_was_found_does_not_keep_the_conversation_in_memory() -> None:
    text = _text(["please hold the line 123", "card not cards"])
    matching.phrase_list(("hold the line", "# # #", "the cards", "please * line"), "en", 0.9).hits(text)
    assert not any(text in gc.get_referents(value) for value in _reached(text.found))


def _reached(value: object) -> list[object]:
    """Everything of the toolkit that can be reached from a value."""
    seen: dict[int, object] = {}
    left = [value]
    while left:
        one = left.pop()
        if id(one) not in seen and (
            isinstance(one, dict | list | tuple | set) or type(one).__module__.startswith("qa_toolkit")
        ):
            seen[id(one)] = one
            left += gc.get_referents(one)
    return list(seen.values())
