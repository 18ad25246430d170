"""A transcript as normalised words that know where they stand in the original text and in time.

Words are grouped into stretches: what one role says without anybody else really taking the floor. A turn
without a final full stop goes on in the role's next turn when only back-channels ("mm-hm", "okay") lie
between, so that a phrase is found although the other side murmured into it.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from qa_toolkit.domain.evaluation import SpanEvidence
from qa_toolkit.domain.transcript import Role, Transcript, Turn
from qa_toolkit.evaluation.evaluators.likeness import LEXICON, NOTHING
from qa_toolkit.language import NormalisedToken, normalise_words

BACKCHANNELS = frozenset(
    ("mm hm", "uh huh", "mhm", "mm hmm", "right", "okay", "ok", "yeah", "yes", "si", "aja", "sure", "got it")
)
ANY_DIGIT = "#"
"""Stands in the index for every single digit; the normaliser never leaves this sign in a text."""
_NOWHERE: frozenset[int] = frozenset()
_NOWHERE_WORDS: frozenset[str] = frozenset()
_FINAL = (".", "?", "!", "…")
_CLOSING = "\"')]»” "


@dataclass(frozen=True, slots=True)
class Place:
    """A word: the index of its turn, where it stands in that turn's text."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of one role in a row; ``texts[i]`` stands at ``places[i]``."""

    role: Role
    texts: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(slots=True)
class Searchable:
    """The stretches of a transcript with an index of their words."""

    turns: tuple[Turn, ...]
    stretches: tuple[Stretch, ...]
    index: dict[str, frozenset[int]]
    pairs: dict[str, frozenset[int]]
    found: dict[int, tuple[Any, list[Any]]] = field(default_factory=dict)
    """Phrases looked for already, by identity, each with its hits."""
    _present: frozenset[str] = _NOWHERE_WORDS
    _spoken: frozenset[str] = _NOWHERE_WORDS
    _alike: dict[str, dict[str, float]] = field(default_factory=dict)
    _like: dict[str, frozenset[int]] = field(default_factory=dict)
    _alike_generation: int = -1
    _word_starts: dict[int, list[int]] = field(default_factory=dict)

    def stretches_with(self, word: str) -> frozenset[int]:
        """Numbers of the stretches that hold a word."""
        return self.index.get(word, _NOWHERE)

    def stretches_like(self, word: str) -> frozenset[int]:
        """Numbers of the stretches that hold a word, one like it, or it written as two."""
        alike = self.alike(word)
        found = self._like.get(word)
        if found is None:
            found = self.stretches_with(word) | self.pairs.get(word, _NOWHERE)
            found = found.union(*(self.index[other] for other in alike))
            self._like[word] = found
        return found

    def alike(self, word: str) -> Mapping[str, float]:
        """Words of this conversation that are like a word of a phrase, with their likeness."""
        self._refresh()
        return self._alike.get(word, NOTHING)

    def present(self) -> frozenset[str]:
        """Words of phrases that this conversation holds: equal, alike, or written as two."""
        self._refresh()
        return self._present

    def spoken(self) -> frozenset[str]:
        """The words of this conversation themselves."""
        self._refresh()
        return self._spoken

    def _refresh(self) -> None:
        """Looks again for likenesses when phrases were added since the last time."""
        if self._alike_generation != LEXICON.generation:
            self._alike_generation = LEXICON.generation
            self._alike = LEXICON.alike(self.index)
            self._spoken = frozenset(self.index)
            self._present = frozenset([*self.index, *self.pairs, *self._alike])
            self._like = {}
            self.found.clear()

    def quote(self, places: Sequence[Place]) -> tuple[SpanEvidence, ...]:
        """The words of consecutive places as evidence, one entry a turn."""
        bounds: dict[int, tuple[int, int]] = {}
        for place in places:
            start, end = bounds.get(place.turn, (place.start, place.end))
            bounds[place.turn] = min(start, place.start), max(end, place.end)
        return tuple(self._span(turn, start, end) for turn, (start, end) in bounds.items())

    def time_of(self, turn_index: int, offset: int, *, end: bool = False) -> float | None:
        """Seconds at a character of a turn: from its words, else in proportion to the text."""
        turn = self.turns[turn_index]
        if turn.words:
            word = turn.words[self._word_at(turn_index, offset - 1 if end else offset)]
            return word.end_s if end else word.start_s
        if turn.start_s is None:
            return None
        if turn.end_s is None or not turn.text:
            return turn.start_s
        return turn.start_s + (turn.end_s - turn.start_s) * offset / len(turn.text)

    def confidence(self, places: Sequence[Place]) -> float:
        """Mean confidence of the recognised words at these places; 1.0 where nothing is known."""
        known = []
        for place in places:
            words = self.turns[place.turn].words
            if words:
                value = words[self._word_at(place.turn, place.start)].confidence
                known += [] if value is None else [value]
        return sum(known) / len(known) if known else 1.0

    def mean_confidence(self, roles: Sequence[Role]) -> float:
        """Mean word confidence of everything these roles (everyone, when empty) said."""
        values = [
            word.confidence
            for turn in self.turns
            if not roles or turn.role in roles
            for word in turn.words
            if word.confidence is not None
        ]
        return sum(values) / len(values) if values else 1.0

    def _span(self, turn_index: int, start: int, end: int) -> SpanEvidence:
        turn = self.turns[turn_index]
        first, last = self.time_of(turn_index, start), self.time_of(turn_index, end, end=True)
        if first is not None and last is not None and last < first:
            last = first
        return SpanEvidence(turn.id, turn.text[start:end], turn.channel, _ms(first), _ms(last))

    def _word_at(self, turn_index: int, offset: int) -> int:
        starts = self._word_starts.get(turn_index)
        if starts is None:
            starts = self._word_starts[turn_index] = _starts_of_words(self.turns[turn_index])
        position = 0
        for number, start in enumerate(starts):
            if start > offset:
                break
            position = number
        return position


def searchable(transcript: Transcript, language: str) -> Searchable:
    """The searchable form of a transcript; the last one is kept, as many criteria ask for the same."""
    kept: dict[str, tuple[Transcript, Searchable]] = _kept.__dict__.setdefault("by_language", {})
    found = kept.get(language)
    if found is None or found[0] is not transcript:
        found = kept[language] = (transcript, _build(transcript, language))
    return found[1]


_kept = threading.local()


def tokens_of(text: str, language: str) -> tuple[NormalisedToken, ...]:
    """Normalised words of a text without fillers."""
    return normalise_words(text, language, drop_fillers=True)


def is_digit(word: str) -> bool:
    """Whether a normalised word is one digit; numbers are normalised digit by digit."""
    return len(word) == 1 and word in "0123456789"


def is_backchannel(turn: Turn, language: str) -> bool:
    """Whether a turn is nothing but a sign of listening."""
    tokens = tokens_of(turn.text, language)
    return " ".join(token.text for token in tokens) in BACKCHANNELS or not tokens


def _build(transcript: Transcript, language: str) -> Searchable:
    groups: list[list[int]] = []
    current: dict[Role, list[int]] = {}
    for position, turn in enumerate(transcript.turns):
        group = current.get(turn.role)
        if group is not None and not _finished(transcript.turns[group[-1]].text):
            group.append(position)
        else:
            current[turn.role] = group = [position]
            groups.append(group)
        if not is_backchannel(turn, language):
            current = {turn.role: group}
    stretches = tuple(_stretch(transcript.turns, group, language) for group in groups)
    index: dict[str, set[int]] = defaultdict(set)
    pairs: dict[str, set[int]] = defaultdict(set)
    for number, stretch in enumerate(stretches):
        for text in stretch.texts:
            index[ANY_DIGIT if is_digit(text) else text].add(number)
            index[text].add(number)
        for first, second in pairwise(stretch.texts):
            pairs[first + second].add(number)
    return Searchable(transcript.turns, stretches, _frozen(index), _frozen(pairs))


def _frozen(index: Mapping[str, set[int]]) -> dict[str, frozenset[int]]:
    return {key: frozenset(numbers) for key, numbers in index.items()}


def _stretch(turns: Sequence[Turn], group: Sequence[int], language: str) -> Stretch:
    found = [(token, position) for position in group for token in tokens_of(turns[position].text, language)]
    texts = tuple(token.text for token, _ in found)
    return Stretch(turns[group[0]].role, texts, tuple(Place(p, token.start, token.end) for token, p in found))


def _finished(text: str) -> bool:
    return text.rstrip(_CLOSING).endswith(_FINAL)


def _starts_of_words(turn: Turn) -> list[int]:
    """Where each recognised word stands in the turn's text, in order; one not found follows its neighbour."""
    starts: list[int] = []
    cursor = 0
    for word in turn.words:
        text = word.text.strip()
        found = turn.text.find(text, cursor) if text else -1
        start = cursor if found < 0 else found
        starts.append(start)
        cursor = start + (len(text) if found >= 0 else 0)
    return starts


def _ms(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
