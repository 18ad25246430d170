"""The sentences of one conversation as trained classifiers see them: worked out once for all that ask."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from qa_toolkit.domain.transcript import Role, Transcript
from qa_toolkit.errors import EnvironmentProblemError
from qa_toolkit.evaluation.classifiers import Floats, TrainedClassifier, vector_matrix
from qa_toolkit.evaluation.encoders import encoder_for
from qa_toolkit.evaluation.evaluators.searchable import Place
from qa_toolkit.evaluation.first_stages import KnownClassifiers, Weighed
from qa_toolkit.evaluation.lexical import Features, features_of
from qa_toolkit.evaluation.sentences import Sentence, sentences_of
from qa_toolkit.language.embeddings import SentenceEncoder

_FEWEST_WORDS: Final = 2
_KEPT = threading.local()
_KNOWN: Final = KnownClassifiers()


class _FirstStage(NamedTuple):
    """What a classifier says of all sentences by their words, and its column among all that were asked."""

    trained: TrainedClassifier
    likely: list[float]
    weighed: Weighed
    column: int


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of a conversation that say something, with the numbers of their words.

    Attributes:
        by_turn: the rows of the sentences of each turn.
    """

    sentences: tuple[Sentence, ...]
    features: Features
    by_turn: dict[int, list[int]]
    _by_roles: dict[tuple[Role, ...], list[int]] = field(default_factory=dict)
    _likely: dict[int, _FirstStage] = field(default_factory=dict)
    _encoders: dict[str, SentenceEncoder] = field(default_factory=dict)
    _vectors: dict[tuple[str, str], dict[int, Floats]] = field(default_factory=dict)

    def of(self, roles: Sequence[Role], transcript: Transcript) -> list[int]:
        """The sentences of these roles (everyone's, when empty)."""
        key = tuple(roles)
        rows = self._by_roles.get(key)
        if rows is None:
            turns = transcript.turns
            own = [rows for turn, rows in self.by_turn.items() if not roles or turns[turn].role in roles]
            rows = self._by_roles[key] = [row for rows in own for row in rows]
        return rows

    def place(self, row: int) -> Place:
        """Where a sentence stands."""
        sentence = self.sentences[row]
        return Place(sentence.turn, sentence.start, sentence.end)

    def holding(self, places: Sequence[Place]) -> set[int]:
        """Those that share words with any of these places."""
        found = set()
        for place in places:
            for row in self.by_turn.get(place.turn, ()):
                sentence = self.sentences[row]
                if sentence.start < place.end and place.start < sentence.end:
                    found.add(row)
        return found

    def probabilities(self, trained: TrainedClassifier) -> list[float]:
        """How likely each is by its words; worked out for all classifiers known, as others will ask, too."""
        return self._first_stage(trained).likely

    def second_opinion(
        self, trained: TrainedClassifier, rows: Sequence[int], language: str
    ) -> Sequence[float]:
        """What the encoder says of some sentences, too; without one on this machine the words alone."""
        if not rows:
            return ()
        first = self._first_stage(trained)
        encoder = self._encoder(language)
        if encoder is None or trained.vector is None or encoder.name != trained.vector.encoder:
            return [first.likely[row] for row in rows]
        chosen = list(rows)
        words = [first.weighed.words.item(row, first.column) for row in chosen]
        scores = trained.with_surface(words, self.features.surface[chosen])
        return trained.joined(scores, self._matrix(chosen, trained, encoder))

    def _first_stage(self, trained: TrainedClassifier) -> _FirstStage:
        kept = self._likely.get(id(trained))
        if kept is None or kept.trained is not trained:
            known = _KNOWN.with_one(trained)
            weighed = known.weigh(self.features)
            columns = weighed.likely.T.tolist()
            for column, (other, likely) in enumerate(zip(known.classifiers, columns, strict=True)):
                self._likely[id(other)] = _FirstStage(other, likely, weighed, column)
            kept = self._likely[id(trained)]
        return kept

    def _encoder(self, language: str) -> SentenceEncoder | None:
        """The encoder of a language; looked for once a conversation, as long as there is one."""
        found = self._encoders.get(language)
        if found is None:
            try:
                found = self._encoders[language] = encoder_for(language)
            except EnvironmentProblemError:
                return None
        return found

    def _matrix(self, rows: list[int], trained: TrainedClassifier, encoder: SentenceEncoder) -> Floats:
        """Vectors and surface features of some sentences, which several classifiers may ask for."""
        kept = self._vectors.setdefault((encoder.name, trained.language), {})
        lacking = [row for row in rows if row not in kept]
        if lacking:
            texts = [self.sentences[row].text for row in lacking]
            made = vector_matrix(texts, trained.language, encoder)
            kept.update(zip(lacking, made, strict=True))
            if len(lacking) == len(rows):
                return made
        return np.asarray([kept[row] for row in rows])


def sentences_with_features(transcript: Transcript) -> Sentences:
    """The sentences of a transcript; those of the last one are kept, as many criteria ask for them."""
    kept: tuple[Transcript, Sentences] | None = getattr(_KEPT, "last", None)
    if kept is None or kept[0] is not transcript:
        kept = _KEPT.last = transcript, _read(transcript)
    return kept[1]


def _read(transcript: Transcript) -> Sentences:
    found = tuple(
        sentence
        for sentence in sentences_of(transcript)
        if len(sentence.text.split(None, _FEWEST_WORDS - 1)) == _FEWEST_WORDS
    )
    by_turn: dict[int, list[int]] = {}
    for row, sentence in enumerate(found):
        by_turn.setdefault(sentence.turn, []).append(row)
    return Sentences(found, features_of([sentence.text for sentence in found]), by_turn)
