"""What is kept of a conversation for all that ask is what each would work out alone."""

from __future__ import annotations

import re
import threading
from functools import cmp_to_key
from typing import Any

import pytest
from evaluation_builders import call, recognised
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.domain import Case, Event, Interaction, Role, Transcript, Turn, Word
from qa_toolkit.domain.evaluation import SpanEvidence
from qa_toolkit.evaluation.evaluators import meaning, order
from qa_toolkit.evaluation.evaluators.conversation import conversation_of
from qa_toolkit.evaluation.evaluators.matching import NEGATIONS, Hit, compile_phrase
from qa_toolkit.evaluation.evaluators.phrase_search import Found, in_order
from qa_toolkit.evaluation.evaluators.phrase_texts import PhraseTexts
from qa_toolkit.evaluation.evaluators.searchable import Place, Searchable
from qa_toolkit.evaluation.evaluators.windows import Position, Window, WindowLimits, open_window, position_of

ROLES = (Role.AGENT, Role.CUSTOMER)
SECONDS = st.sampled_from([None, 0.0, 1.0, 1.5, 2.0, 2.0 + 1e-7, 3.0, 7.25, 1e6])
SAID = """
    no not only don't why if i needed were did asked would like have instead of rather than he she i you said told
    what can please okay and give me let get birth date your account but because so
"""
WORDS = SAID.split()
GAPS = [" ", " ", " ", " ", ", ", ". ", "? ", "... ", "; ", "! "]
PATTERN = compile_phrase("birth date", "en", 1.0)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    turns = []
    for number in range(draw(st.integers(1, 6))):
        said = draw(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(GAPS)), max_size=9))
        text = "".join(word + gap for word, gap in said)
        start, end = draw(SECONDS), draw(SECONDS)
        words: tuple[Word, ...] = ()
        if said and draw(st.integers(0, 3)) == 0:
            words = tuple(Word(word, draw(st.sampled_from([0.5, 2.0, 9.0])), 9.5, 0.5) for word, _ in said)
        turns.append(Turn(number + 1, draw(st.sampled_from(ROLES)), text, start, end, words=words))
    return Transcript("call", tuple(turns), "en")


POSITIONS = st.none() | st.builds(
    Position, SECONDS, st.none() | st.integers(0, 5), st.sampled_from([0, 1, 5, 30])
)


def words_of(text: Searchable) -> list[Hit]:
    """Every word as if it were a hit."""
    return [
        Hit(number, first, last, 1.0, PATTERN)
        for number, stretch in enumerate(text.stretches)
        for first in range(len(stretch.texts))
        for last in {first + 1, min(first + 3, len(stretch.texts))}
    ]


@given(
    transcripts(),
    st.none() | st.tuples(st.integers(-1, 5), st.integers(0, 30)),
    st.none() | st.frozensets(st.integers(0, 5)),
    SECONDS,
    SECONDS,
    POSITIONS,
    POSITIONS,
    st.sampled_from([(), (Role.AGENT,), ROLES]),
)
def test_words_that_count_are_those_in_the_window(
    transcript: Transcript,
    speech_end: tuple[int, int] | None,
    turns: frozenset[int] | None,
    start_s: float | None,
    end_s: float | None,
    before: Position | None,
    after: Position | None,
    roles: tuple[Role, ...],
) -> None:
    known = conversation_of(Case(Interaction("call", language="en"), transcript))
    window = Window(known.text, speech_end, turns, start_s, end_s, before, after)
    hits = words_of(known.text)
    plain = [
        hit
        for hit in hits
        if (not roles or known.text.stretches[hit.stretch].role in roles)
        and window.holds(known.text.stretches[hit.stretch].place(hit.first))
    ]
    for _ in range(2):  # worked out, then kept
        assert known.source("en").counting(hits, roles, window) == plain


@given(transcripts())
def test_readings_are_those_of_looking_at_each_word(transcript: Transcript) -> None:
    known = conversation_of(Case(Interaction("call", language="en"), transcript))
    readings = known.source("en").readings
    for hit in words_of(known.text):
        plain = _Plain(hit, known.text)
        assert readings.is_denied(hit) == plain.is_denied(7)
        assert readings.is_denied(hit, meaning.WHOLE_CLAUSE) == plain.is_denied(meaning.WHOLE_CLAUSE)
        assert readings.is_reported(hit) == plain.is_reported()
        assert readings.is_asked(hit) == plain.is_asked()


class _Plain:
    """Readings of one hit word by word, with nothing kept and nothing ruled out beforehand."""

    def __init__(self, hit: Hit, text: Searchable) -> None:
        self.hit, self.text, self.stretch = hit, text, text.stretches[hit.stretch]

    def gap(self, position: int) -> str:
        turn, after = self.stretch.turns[position], position + 1
        source, end = self.text.turns[turn].text, self.stretch.tokens[position].end
        if after < len(self.stretch.turns) and self.stretch.turns[after] == turn:
            return source[end : self.stretch.tokens[after].start]
        return source[end:]

    def clause(self, reach: int) -> list[str]:
        words: list[str] = []
        for position in range(self.hit.first - 1, max(-1, self.hit.first - 1 - reach), -1):
            word = self.stretch.texts[position]
            if re.search(r"[.?!;:…—]|,", self.gap(position)) or word in meaning._NEW_CLAUSE:
                break
            words.insert(0, word)
        return words

    def sentence_before(self) -> list[str]:
        words: list[str] = []
        for position in range(self.hit.first - 1, -1, -1):
            if any(mark in ".?!…" for mark in self.gap(position)):
                break
            words.insert(0, self.stretch.texts[position])
        return words

    def is_denied(self, reach: int) -> bool:
        before = self.clause(reach)
        for position, word in enumerate(before):
            first = self.stretch.texts[self.hit.first]
            if word in NEGATIONS and not meaning._harmless(before, position, first):
                return True
        if meaning._holds(before, meaning._SUPPOSED):
            return True
        return "would" in before and meaning._conditional(before, self.sentence_before())

    def is_reported(self) -> bool:
        before = self.clause(7)
        return any(
            word in meaning._REPORTS and position > 0 and before[position - 1] not in meaning._OWN_WORDS
            for position, word in enumerate(before)
        )

    def is_asked(self) -> bool:
        words = self.sentence_before()
        for position in range(self.hit.first, len(self.stretch.texts)):
            words.append(self.stretch.texts[position])
            marks = [mark for mark in self.gap(position) if mark in ".?!…"]
            if position >= self.hit.last - 1 and marks:
                if marks[0] == "?":
                    return True
                break
        opening = next((word for word in words if word not in meaning._CONNECTIVES), "")
        if opening in meaning._ASKING or any(word in meaning._POLITE for word in words):
            return True
        return meaning._holds(words, meaning._REQUESTS)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(3, 4), st.text("ab", max_size=3)))
)
def test_hits_come_by_place_and_the_longest_of_one_place(items: list[tuple[int, int, int, str]]) -> None:
    found = [
        Found(Place(turn, start, end), (SpanEvidence(turn, text),), 1.0) for turn, start, end, text in items
    ]
    ordered = sorted(found, key=lambda hit: (hit.first.turn, hit.first.start, -len(hit.spans[0].text)))
    plain: dict[tuple[int, int], Found] = {}
    for hit in ordered:
        plain.setdefault((hit.first.turn, hit.first.start), hit)
    kept = in_order(found)
    assert len(kept) == len(plain)
    assert all(one is other for one, other in zip(kept, plain.values(), strict=True))


@given(st.lists(st.tuples(SECONDS, st.none() | st.integers(1, 4)), max_size=6))
def test_events_of_a_kind_come_as_they_were_compared(items: list[tuple[float | None, int | None]]) -> None:
    case = call("agent: One.", "customer: Two.", "agent: Three.")
    events = tuple(Event("signed", None, start, None, turn=turn) for start, turn in items)
    seen = Case(case.interaction, case.transcript, events=events)
    known = conversation_of(seen)
    of_kind = seen.events_of("signed")
    compared = sorted(
        [order._Placed(event, position_of(event, known.text)) for event in of_kind],
        key=cmp_to_key(order._compare),
    )
    for _ in range(2):  # worked out, then kept
        assert list(order._placed(of_kind, known)) == compared


SIGNED = WindowLimits(after=("signed",))


def test_a_window_is_that_of_the_events_asked_about() -> None:
    lines = ("agent: One.", "customer: Two.", "agent: Three.")
    signed = [Event("signed", None, start, None, turn=turn) for start, turn in ((0.0, 1), (20.0, 3))]
    case = call(*lines)
    for events in (signed[:1], signed[1:], signed[:1], []):
        seen = Case(case.interaction, case.transcript, events=tuple(events))
        text = conversation_of(seen).text
        window = open_window(SIGNED, (), seen, text)
        assert (window.impossible is None) == bool(events)
        if events:
            assert window.after == position_of(events[0], text)
            assert window is open_window(SIGNED, (), seen, text)


def test_a_conversation_is_kept_until_another_one_is_asked_for() -> None:
    first, second = call("agent: Hello."), call("agent: Hello.")
    kept = conversation_of(first)
    assert conversation_of(first) is kept
    assert conversation_of(second) is not kept
    other = Case(Interaction("call", language="es"), second.transcript)
    assert conversation_of(other).language == "es"
    assert conversation_of(second).language == "en"


def test_a_conversation_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="a transcript is needed"):
        conversation_of(Case(Interaction("call")))


def test_each_thread_keeps_its_own() -> None:
    case, found = call("agent: Hello."), []
    threads = [threading.Thread(target=lambda: found.append(conversation_of(case))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] is not found[1]


def test_how_surely_roles_are_heard_is_that_of_their_words() -> None:
    case = recognised(call("agent: one two", "customer: three"), {"one": 0.5, "three": 0.25})
    known = conversation_of(case)
    for roles, sure in (((), 1.75 / 3), ((Role.AGENT,), 0.75), ((Role.CUSTOMER,), 0.25)):
        assert known.mean_confidence(roles) == known.mean_confidence(roles) == pytest.approx(sure)


def test_lists_of_many_languages_are_not_all_kept() -> None:
    texts = PhraseTexts({"": ["hello there"], "es": ["buenas tardes"]}, 0.9)
    seen: list[Any] = [texts.lists(f"x{number}") for number in range(40)]
    assert [languages for languages, _ in seen[7]] == ["x7", "es"]
    assert len(texts._lists) <= 16
    assert texts.lists("x39") is seen[-1]
