"""Trained classifiers of sentences: files of coefficients, and what they say about a sentence.

Two stages. The first weighs the words of a sentence (``lexical``), which costs microseconds; where it leaves
doubt, the second weighs its vector, which costs milliseconds. Similarity alone cannot tell "I need your birth
date" from "I don't need your birth date"; a linear classifier with near misses among its examples can.
Using a trained file needs no scikit-learn; its coefficients are data in JSON, never a pickle.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from qa_toolkit.domain.rubric import Authored, Identifier, Number, Probability
from qa_toolkit.errors import AuthoredFileError
from qa_toolkit.evaluation.banks import find_beside_rubrics
from qa_toolkit.evaluation.lexical import PLACES, SURFACE, Features, features_of
from qa_toolkit.evaluation.sentences import SURFACE as VECTOR_SURFACE
from qa_toolkit.evaluation.sentences import surface_of
from qa_toolkit.language.embeddings import SentenceEncoder

FOLDER: Final = "classifiers"
"""Below a rubric folder: one folder a language, one file an event."""

Floats = NDArray[Any]
_THOUSANDTHS: Final = 1000.0
_LIMIT: Final = 30.0
_TEN_THOUSANDTHS: Final = 10_000.0


class Card(Authored):
    """How a classifier did on sentences it was not trained on.

    ``brier`` is the mean squared error of the probabilities (Brier, 1950); recall and precision are those of
    the event at a probability of 0.5. ``false_alarms`` is the share of sentences about other things that
    reach ``counts_from``.
    """

    positives: int
    negatives: int
    folds: int
    accuracy: Number
    recall: Number
    precision: Number | None
    brier: Number
    background: int = 0
    false_alarms: Number | None = None


class Lexical(Authored):
    """The first stage. ``coefficients`` are in thousandths: both blocks of places, word sequences first."""

    surface: tuple[str, ...]
    surface_coefficients: tuple[Number, ...]
    coefficients: Annotated[tuple[int, ...], Field(min_length=2 * PLACES, max_length=2 * PLACES)]
    intercept: Number
    slope: Number
    shift: Number


class Vector(Authored):
    """The second stage. ``coefficients`` are in ten-thousandths, over the vector, then its surface features.

    The probability is that of ``of_words`` times the first stage's score plus ``of_vector`` times its own
    plus ``shift``.
    """

    encoder: str
    surface: tuple[str, ...]
    coefficients: Annotated[tuple[int, ...], Field(min_length=1)]
    intercept: Number
    of_words: Number
    of_vector: Number
    shift: Number


class TrainedClassifier(Authored):
    """What training made for one event in one language.

    ``slope``, ``shift`` and the weights of the second stage turn scores into probabilities (Platt, 1999);
    they were fitted to scores of sentences left out of the training. Between ``clearly_not`` and ``clearly``
    (of the first stage's probability) the second stage is asked. A sentence counts by itself from
    ``counts_from`` on (None: never by itself); below ``denied_below`` it contradicts a phrase found in it.
    """

    format: Literal["qa-toolkit/classifier/2"] = Field(default="qa-toolkit/classifier/2", alias="schema")
    event: Identifier
    language: str
    bank_sha256: str
    background_sha256: str | None = None
    reviewed_sha256: str | None = None
    clearly_not: Probability
    clearly: Probability
    counts_from: Probability | None
    denied_below: Probability
    card: Card
    card_words: Card
    vector: Vector | None
    lexical: Lexical

    @cached_property
    def word_weights(self) -> Floats:
        """The coefficients of both blocks of places."""
        return np.asarray(self.lexical.coefficients, dtype=np.float64) / _THOUSANDTHS

    @cached_property
    def surface_weights(self) -> Floats:
        """The coefficients of the surface features."""
        return np.asarray(self.lexical.surface_coefficients)

    @cached_property
    def _vector_weights(self) -> Floats:
        coefficients = self.vector.coefficients if self.vector else ()
        return np.asarray(coefficients, dtype=np.float64) / _TEN_THOUSANDTHS

    def word_scores(self, features: Features) -> Floats:
        """The linear scores of the first stage."""
        return features.scores(self.word_weights, self.surface_weights, self.lexical.intercept)

    def word_probabilities(self, features: Features) -> Floats:
        """How likely each sentence means the event, by its words alone."""
        return sigmoid(self.word_scores(features) * self.lexical.slope + self.lexical.shift)

    def in_doubt(self, probability: float) -> bool:
        """Whether the second stage is asked about a probability of the first."""
        return self.vector is not None and self.clearly_not <= probability < self.clearly

    def certain_of(self, probability: float) -> bool:
        """Whether a sentence of that probability counts by itself."""
        return self.counts_from is not None and probability >= self.counts_from

    def probabilities(self, texts: Sequence[str], encoder: SentenceEncoder | None) -> list[float]:
        """For each sentence how likely it means the event; without an encoder by words alone."""
        if not texts:
            return []
        features = features_of(texts)
        found = self.word_probabilities(features)
        if encoder is not None:
            doubtful = [row for row, probability in enumerate(found) if self.in_doubt(probability)]
            if doubtful:
                found[doubtful] = self.second_opinion(
                    [texts[row] for row in doubtful], features.rows(doubtful), encoder
                )
        return [round(float(p), 4) for p in found]

    def second_opinion(
        self, texts: Sequence[str], features: Features, encoder: SentenceEncoder
    ) -> list[float]:
        """The probabilities of both stages together."""
        if self.vector is None:
            found: list[float] = self.word_probabilities(features).tolist()
            return found
        word_scores: list[float] = self.word_scores(features).tolist()
        return self.joined(word_scores, vector_matrix(texts, self.language, encoder))

    def with_surface(self, scores: Sequence[float], surface: Floats) -> list[float]:
        """The linear scores of the first stage, from those without the surface (``Features.word_scores``)."""
        added, start = (surface @ self.surface_weights).tolist(), self.lexical.intercept
        return [score + more + start for score, more in zip(scores, added, strict=True)]

    def joined(self, word_scores: Sequence[float], vectors: Floats) -> list[float]:
        """The probabilities of both stages; without a second one those of the first.

        Args:
            word_scores: the linear scores of the first stage.
            vectors: the rows of ``vector_matrix``.
        """
        stage, lexical = self.vector, self.lexical
        if stage is None:
            return _sigmoids([score * lexical.slope + lexical.shift for score in word_scores])
        # Mostly of one sentence: numbers are faster than arrays of one number.
        scores: list[float] = (vectors @ self._vector_weights).tolist()
        return _sigmoids(
            [
                words * stage.of_words + (score + stage.intercept) * stage.of_vector + stage.shift
                for words, score in zip(word_scores, scores, strict=True)
            ]
        )


@dataclass(frozen=True, slots=True)
class LoadedClassifier:
    """A trained classifier and the hash of the bytes of its file."""

    trained: TrainedClassifier
    sha256: str


def vector_matrix(texts: Sequence[str], language: str, encoder: SentenceEncoder) -> Floats:
    """Vectors with the surface features beside them."""
    vectors = encoder.embed(texts)
    joined = np.empty((len(texts), vectors.shape[1] + len(VECTOR_SURFACE)))
    joined[:, : vectors.shape[1]] = vectors
    joined[:, vectors.shape[1] :] = [surface_of(text, language) for text in texts]
    return joined


def sigmoid(values: Floats) -> Floats:
    """The logistic function, limited so that nothing is ever certain."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -_LIMIT, _LIMIT))))


def _sigmoids(values: Sequence[float]) -> list[float]:
    """The same of a few numbers, to the last bit."""
    powers: list[float] = np.exp([-min(max(value, -_LIMIT), _LIMIT) for value in values]).tolist()
    return [1.0 / (1.0 + power) for power in powers]


def classifier_name(event: str, language: str) -> str:
    """Where the classifier of an event lies below a rubric folder."""
    return f"{FOLDER}/{language}/{event}.json"


def load_classifier(name: str, *, search: Sequence[Path] = ()) -> LoadedClassifier:
    """The classifier of a file below the rubric folders.

    Raises:
        AuthoredFileError: there is no such file, or it is no classifier.
    """
    path = find_beside_rubrics(name, search=search)
    stamp = path.stat()
    return _load(path, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=256)
def _load(path: Path, _changed: int, _size: int) -> LoadedClassifier:
    return LoadedClassifier(read_classifier(path), hashlib.sha256(path.read_bytes()).hexdigest())


def write_classifier(classifier: TrainedClassifier, path: Path) -> None:
    """Writes the file whole or not at all; the same classifier gives the same bytes."""
    data = classifier.model_dump(mode="json", by_alias=True)
    lines = [f"{json.dumps(key)}: {json.dumps(value, sort_keys=True)}" for key, value in sorted(data.items())]
    text = "{\n" + ",\n".join(line.replace(", ", ",") for line in lines) + "\n}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_suffix(".tmp")
    whole.write_text(text, encoding="utf-8")
    whole.replace(path)


def read_classifier(path: Path) -> TrainedClassifier:
    """A trained classifier from its file.

    Raises:
        AuthoredFileError: the file is no classifier, or one of other features.
    """
    try:
        classifier = TrainedClassifier.model_validate_json(path.read_bytes())
    except ValidationError as error:
        what = error.errors()[0]
        where = ".".join(str(step) for step in what["loc"]) or "(file)"
        raise AuthoredFileError(
            f"not a trained classifier: {where}: {what['msg']}", path.name, "train it again"
        ) from error
    other = classifier.vector is not None and classifier.vector.surface != VECTOR_SURFACE
    if classifier.lexical.surface != SURFACE or other:
        raise AuthoredFileError("trained on other features", path.name, "train it again")
    return classifier
