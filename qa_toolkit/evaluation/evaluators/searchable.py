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
from operator import add, itemgetter
from typing import Any, NamedTuple

from qa_toolkit.domain.evaluation import SpanEvidence
from qa_toolkit.domain.transcript import Role, Transcript, Turn
from qa_toolkit.evaluation.evaluators.likeness import LEXICON, NOTHING
from qa_toolkit.language import NormalisedToken, normalise_words

BACKCHANNELS = frozenset(
    ("mm hm", "uh huh", "mhm", "mm hmm", "right", "okay", "ok", "yeah", "yes", "si", "aja", "sure", "got it")
)
ANY_DIGIT = "#"
"""Stands in the index for every single digit; the normaliser never leaves this sign in a text."""
_DIGITS = "0123456789"
_TEXT = itemgetter(0)
_LONGEST_BACKCHANNEL = max(len(text.split()) for text in BACKCHANNELS)
_NOWHERE: tuple[tuple[int, int], ...] = ()
_NO_WORDS: frozenset[str] = frozenset()
_FINAL = (".", "?", "!", "…")
_CLOSING = "\"')]»” "


class Place(NamedTuple):
    """A word: the index of its turn, where it stands in that turn's text."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of one role in a row: ``texts[i]`` is that of ``tokens[i]``, said in the turn ``turns[i]``."""

    role: Role
    texts: tuple[str, ...]
    tokens: tuple[NormalisedToken, ...]
    turns: tuple[int, ...]

    def place(self, number: int) -> Place:
        """Where a word stands."""
        token = self.tokens[number]
        return Place(self.turns[number], token.start, token.end)

    def places(self, first: int, last: int) -> list[Place]:
        """Where the words from ``first`` to ``last`` (not included) stand."""
        return [self.place(number) for number in range(first, last)]


class _Holding(dict[str, int]):
    """The stretches that hold a word, each worked out when it is first asked for."""

    def __init__(self, index: Mapping[str, Sequence[tuple[int, int]]]) -> None:
        super().__init__()
        self._index = index

    def __missing__(self, word: str) -> int:
        found = 0
        for number in {number for number, _ in self._index.get(word, _NOWHERE)}:
            found |= 1 << number
        self[word] = found
        return found


class _Like(dict[str, int]):
    """The stretches that hold a word of a phrase, a word like it, or it written as two."""

    def __init__(
        self, holding: _Holding, pairs: Mapping[str, int], alike: Mapping[str, Mapping[str, float]]
    ) -> None:
        super().__init__()
        self._holding, self._pairs, self._alike = holding, pairs, alike

    def __missing__(self, word: str) -> int:
        found = self._holding[word] | self._pairs.get(word, 0)
        for other in self._alike.get(word, NOTHING):
            found |= self._holding[other]
        self[word] = found
        return found


@dataclass(slots=True)
class Searchable:
    """The stretches of a transcript with an index of their words.

    A set of stretches is a number whose bit ``n`` stands for stretch ``n``: sets are joined in one step.

    Attributes:
        index: for each word its stretches and its positions in them, in order.
        pairs: for two words written as one, the stretches in which they follow one another.
        found: what was found of phrases looked for already.
    """

    turns: tuple[Turn, ...]
    stretches: tuple[Stretch, ...]
    index: Mapping[str, Sequence[tuple[int, int]]]
    pairs: Mapping[str, int]
    found: dict[Any, Any] = field(default_factory=dict)
    present: frozenset[str] = _NO_WORDS
    """Words of phrases that this conversation holds: equal, alike, or written as two."""
    spoken: frozenset[str] = _NO_WORDS
    """The words of this conversation themselves."""
    split: frozenset[str] = _NO_WORDS
    """Two words in a row written as one."""
    bent: frozenset[str] = _NO_WORDS
    """Words of phrases that words of this conversation are like."""
    holding: _Holding = field(init=False)
    like: _Like = field(init=False)
    clauses: dict[tuple[int, int, int], list[str]] = field(default_factory=dict)
    """Words before a hit, by its stretch, its first word and how far back was looked."""
    quotes: dict[tuple[int, int, int], tuple[tuple[SpanEvidence, ...], float]] = field(default_factory=dict)
    """Words quoted already and how sure they are, by stretch, first and last word."""
    _alike: dict[str, dict[str, float]] = field(default_factory=dict)
    _alike_generation: int = -1
    _word_starts: dict[int, list[int]] = field(default_factory=dict)
    _turns_of: dict[tuple[Role, ...], tuple[int, ...]] = field(default_factory=dict)
    _by_id: dict[Any, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.holding = _Holding(self.index)
        self.like = _Like(self.holding, self.pairs, self._alike)

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
        if self._alike_generation != LEXICON.generation:
            self._alike_generation = LEXICON.generation
            self._alike = LEXICON.alike(self.index)
            self.spoken, self.split, self.bent = map(frozenset, (self.index, self.pairs, self._alike))
            self.present = self.spoken | self.split | self.bent
            self.like = _Like(self.holding, self.pairs, self._alike)
            self.found.clear()

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
        if key not in self.quotes:
            places = self.stretches[stretch].places(first, last)
            self.quotes[key] = self.quote(places), self.confidence(places)
        return self.quotes[key]

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
    return len(word) == 1 and word in _DIGITS


def is_backchannel(turn: Turn, language: str) -> bool:
    """Whether a turn is nothing but a sign of listening."""
    return _only_listens(tokens_of(turn.text, language))


def _only_listens(tokens: Sequence[NormalisedToken]) -> bool:
    return len(tokens) <= _LONGEST_BACKCHANNEL and (
        not tokens or " ".join([token.text for token in tokens]) in BACKCHANNELS
    )


def _build(transcript: Transcript, language: str) -> Searchable:
    said = [tokens_of(turn.text, language) for turn in transcript.turns]
    groups: list[list[int]] = []
    current: dict[Role, list[int]] = {}
    for position, turn in enumerate(transcript.turns):
        group = current.get(turn.role)
        if group is not None and not _finished(transcript.turns[group[-1]].text):
            group.append(position)
        else:
            current[turn.role] = group = [position]
            groups.append(group)
        if not _only_listens(said[position]):
            current = {turn.role: group}
    stretches = tuple(_stretch(transcript.turns[group[0]].role, group, said) for group in groups)
    index: dict[str, list[tuple[int, int]]] = defaultdict(list)
    pairs: dict[str, int] = defaultdict(int)
    for number, stretch in enumerate(stretches):
        texts, bit = stretch.texts, 1 << number
        for position, text in enumerate(texts):
            index[text].append((number, position))
        for pair in map(add, texts, texts[1:]):
            pairs[pair] |= bit
    digits = [at for digit in _DIGITS if digit in index for at in index[digit]]
    if digits:
        index[ANY_DIGIT] = sorted(digits)
    return Searchable(transcript.turns, stretches, dict(index), dict(pairs))


def _stretch(role: Role, group: Sequence[int], said: Sequence[tuple[NormalisedToken, ...]]) -> Stretch:
    if len(group) == 1:
        tokens, where = said[group[0]], (group[0],) * len(said[group[0]])
    else:
        tokens = tuple(token for position in group for token in said[position])
        where = tuple(position for position in group for _ in said[position])
    return Stretch(role, tuple(map(_TEXT, tokens)), tokens, where)


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
