"""A transcript as normalised words that know where they stand in the original text and in time.

Words are grouped into stretches: what one role says without anybody else really taking the floor. A turn
without a final full stop goes on in the role's next turn when only back-channels ("mm-hm", "okay") lie
between, so that a phrase is found although the other side murmured into it.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from operator import add
from typing import Any, NamedTuple, TypeVar

from qa_toolkit.domain.evaluation import SpanEvidence
from qa_toolkit.domain.transcript import Role, Transcript, Turn
from qa_toolkit.evaluation.evaluators.likeness import LEXICON, NOTHING
from qa_toolkit.evaluation.evaluators.stretch_sets import Holding, Like, Pairs
from qa_toolkit.language import Normalised, NormalisedToken, normalise_words, normalised

BACKCHANNELS = frozenset(
    ("mm hm", "uh huh", "mhm", "mm hmm", "right", "okay", "ok", "yeah", "yes", "si", "aja", "sure", "got it")
)
ANY_DIGIT = "#"
"""Stands in the index for every single digit; the normaliser never leaves this sign in a text."""
_DIGITS = "0123456789"
_LONGEST_BACKCHANNEL = max(len(text.split()) for text in BACKCHANNELS)
_NO_WORDS: frozenset[str] = frozenset()
_FINAL = (".", "?", "!", "…")
_CLOSING = "\"')]»” "


T = TypeVar("T")


class Place(NamedTuple):
    """A word: the index of its turn, where it stands in that turn's text."""

    turn: int
    start: int
    end: int


class Stretch:
    """Words of one role in a row: ``texts[i]`` is that of ``tokens[i]``, said in the turn ``turns[i]``.

    Args:
        group: the turns, ``said`` their words.
    """

    __slots__ = ("_said", "role", "texts", "tokens", "turns")

    tokens: tuple[NormalisedToken, ...]
    """The words with their places, worked out when first asked for: a language hardly spoken needs few."""

    def __init__(self, role: Role, group: Sequence[int], said: Sequence[Normalised]) -> None:
        self.role, self._said = role, said
        self.texts = _in_a_row([turn.texts for turn in said])
        self.turns = _in_a_row([(turn,) * len(words.texts) for turn, words in zip(group, said, strict=True)])

    def __getattr__(self, name: str) -> Any:
        # Only an attribute that is not set is asked for here; a property would be asked each time.
        if name != "tokens":
            raise AttributeError(f"a stretch has no {name!r}")
        self.tokens = tokens = _in_a_row([turn.tokens for turn in self._said])
        return tokens

    def place(self, number: int) -> Place:
        """Where a word stands."""
        token = self.tokens[number]
        return Place(self.turns[number], token.start, token.end)

    def places(self, first: int, last: int) -> list[Place]:
        """Where the words from ``first`` to ``last`` (not included) stand."""
        return [
            Place(turn, start, end)
            for turn, (_, start, end) in zip(self.turns[first:last], self.tokens[first:last], strict=True)
        ]


class Searchable:
    """The stretches of a transcript with an index of their words, each part of it made when first needed.

    A set of stretches is a number whose bit ``n`` stands for stretch ``n``: sets are joined in one step.

    Attributes:
        found: what was found of phrases looked for already.
        present: words of phrases that this conversation holds: equal, alike, or written as two.
        bent: words of phrases that words of this conversation are like.
        generation: that of the words of phrases it was compared with.
        quotes: words quoted already and how sure they are, by stretch, first and last word.
    """

    def __init__(self, turns: tuple[Turn, ...], stretches: tuple[Stretch, ...]) -> None:
        self.turns, self.stretches = turns, stretches
        self.found: dict[Any, Any] = {}
        self.present = self.bent = _NO_WORDS
        self.quotes: dict[tuple[int, int, int], tuple[tuple[SpanEvidence, ...], float]] = {}
        self._alike: dict[str, dict[str, float]] = {}
        self.generation = -1
        self._word_starts: dict[int, list[int]] = {}
        self._turns_of: dict[tuple[Role, ...], tuple[int, ...]] = {}
        self._by_id: dict[Any, int] = {}

    @cached_property
    def spoken(self) -> frozenset[str]:
        """The words of this conversation."""
        words = _NO_WORDS.union(*[stretch.texts for stretch in self.stretches])
        return words if words.isdisjoint(_DIGITS) else words | {ANY_DIGIT}

    @cached_property
    def split(self) -> frozenset[str]:
        """Two words in a row written as one."""
        texts = [stretch.texts for stretch in self.stretches]
        return _NO_WORDS.union(*[map(add, words, words[1:]) for words in texts])

    @cached_property
    def index(self) -> Mapping[str, Sequence[tuple[int, int]]]:
        """For each word its stretches and its positions in them, in order."""
        index: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, stretch in enumerate(self.stretches):
            for position, text in enumerate(stretch.texts):
                index[text].append((number, position))
        digits = [at for digit in _DIGITS if digit in index for at in index[digit]]
        if digits:
            index[ANY_DIGIT] = sorted(digits)
        return dict(index)

    @cached_property
    def pairs(self) -> Mapping[str, int]:
        """For two words written as one, the stretches in which they follow one another."""
        return Pairs([stretch.texts for stretch in self.stretches], self.split)

    @cached_property
    def holding(self) -> Mapping[str, int]:
        """The stretches that hold a word."""
        return Holding(self.index)

    @cached_property
    def like(self) -> Mapping[str, int]:
        """The stretches that hold a word of a phrase, a word like it, or it written as two."""
        return Like(self.holding, self.pairs, self._alike)

    @cached_property
    def _has_words(self) -> bool:
        return any(turn.words for turn in self.turns)

    def turn_with_id(self, turn_id: Any) -> int | None:
        """The first turn with an id."""
        if not self._by_id:
            self._by_id = {turn.id: i for i, turn in reversed(list(enumerate(self.turns)))}
        return self._by_id.get(turn_id)

    def turns_of(self, roles: Sequence[Role]) -> tuple[int, ...]:
        """The turns of these roles (everyone's, when empty), in order."""
        key = tuple(roles)
        if key not in self._turns_of:
            own = (i for i, turn in enumerate(self.turns) if not key or turn.role in key)
            self._turns_of[key] = tuple(own)
        return self._turns_of[key]

    def alike(self, word: str) -> Mapping[str, float]:
        """Words of this conversation that are like a word of a phrase, with their likeness."""
        return self._alike.get(word, NOTHING)

    def refresh(self) -> None:
        """Looks for likenesses, the first time and again when phrases were added since the last time."""
        generation = LEXICON.generation
        if self.generation != generation:
            self._alike = LEXICON.alike(self.spoken)
            self.bent = frozenset(self._alike)
            self.present = self.split.union(self.spoken, self.bent)
            self.__dict__.pop("like", None)
            self.found.clear()
            self.generation = generation

    def quote(self, places: Sequence[Place]) -> tuple[SpanEvidence, ...]:
        """The words of consecutive places as evidence, one entry a turn."""
        bounds: dict[int, tuple[int, int]] = {}
        for place in places:
            start, end = bounds.get(place.turn, (place.start, place.end))
            bounds[place.turn] = min(start, place.start), max(end, place.end)
        return tuple(self._span(turn, start, end) for turn, (start, end) in bounds.items())

    def quoted(self, stretch: int, first: int, last: int) -> tuple[tuple[SpanEvidence, ...], float]:
        """Words of a stretch as evidence with how sure they are; kept, as criteria share hits."""
        key = (stretch, first, last)
        quoted = self.quotes.get(key)
        if quoted is None:
            quoted = self.quotes[key] = self._quoted(self.stretches[stretch], first, last)
        return quoted

    def _quoted(self, stretch: Stretch, first: int, last: int) -> tuple[tuple[SpanEvidence, ...], float]:
        turns = stretch.turns
        if last > first and turns[first] == turns[last - 1] and not self._has_words:
            # Places never go backwards: the first and the last word hold all others between them.
            tokens = stretch.tokens
            return (self._span(turns[first], tokens[first].start, tokens[last - 1].end),), 1.0
        places = stretch.places(first, last)
        return self.quote(places), self.confidence(places)

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
        if not self._has_words:
            return 1.0
        known = []
        for place in places:
            words = self.turns[place.turn].words
            if words:
                value = words[self._word_at(place.turn, place.start)].confidence
                known += [] if value is None else [value]
        return sum(known) / len(known) if known else 1.0

    def mean_confidence(self, roles: Sequence[Role]) -> float:
        """Mean word confidence of everything these roles (everyone, when empty) said."""
        if not self._has_words:
            return 1.0
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
        if first is not None and last is not None:
            first, last = round(first, 3), round(first if last < first else last, 3)
        else:
            first, last = _ms(first), _ms(last)
        return SpanEvidence(turn.id, turn.text[start:end], turn.channel, first, last)

    def _word_at(self, turn_index: int, offset: int) -> int:
        starts = self._word_starts.get(turn_index)
        if starts is None:
            starts = self._word_starts[turn_index] = _starts_of_words(self.turns[turn_index])
        return max(bisect_right(starts, offset) - 1, 0)


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


def texts_of(text: str, language: str) -> tuple[str, ...]:
    """The same words without their places."""
    return normalised(text, language, drop_fillers=True).texts


def is_digit(word: str) -> bool:
    """Whether a normalised word is one digit; numbers are normalised digit by digit."""
    return len(word) == 1 and word in _DIGITS


def is_backchannel(turn: Turn, language: str) -> bool:
    """Whether a turn is nothing but a sign of listening."""
    return _only_listens(texts_of(turn.text, language))


def _only_listens(texts: Sequence[str]) -> bool:
    return not texts or (len(texts) <= _LONGEST_BACKCHANNEL and " ".join(texts) in BACKCHANNELS)


def _build(transcript: Transcript, language: str) -> Searchable:
    turns = transcript.turns
    said = [normalised(turn.text, language, drop_fillers=True) for turn in turns]
    groups: list[list[int]] = []
    current: dict[Role, list[int]] = {}
    for position, turn in enumerate(turns):
        group = current.get(turn.role)
        if group is not None and not _finished(turns[group[-1]].text):
            group.append(position)
        else:
            current[turn.role] = group = [position]
            groups.append(group)
        if not _only_listens(said[position].texts):
            current = {turn.role: group}
    stretches = [
        Stretch(turns[group[0]].role, group, [said[position] for position in group]) for group in groups
    ]
    return Searchable(turns, tuple(stretches))


def _in_a_row(parts: list[tuple[T, ...]]) -> tuple[T, ...]:
    return parts[0] if len(parts) == 1 else tuple(chain.from_iterable(parts))


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
