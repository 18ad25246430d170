"""A small classifier of sentences, trained on a bank: logistic regression on the vector and surface features.

Similarity alone cannot tell "I need your birth date" from "I don't need your birth date"; a linear classifier
on the same vectors, with near misses among its examples, can. Training needs scikit-learn; using a trained
file does not. Its coefficients are data in a JSON file, never a pickle.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from qa_toolkit.domain.rubric import Authored, Identifier, Number
from qa_toolkit.errors import AuthoredFileError, InputError, MissingExtraError
from qa_toolkit.evaluation.banks import LoadedBank
from qa_toolkit.evaluation.sentences import SURFACE, surface_of
from qa_toolkit.language.embeddings import SentenceEncoder

FOLDS: Final = 5
FEWEST_EXAMPLES: Final = 2 * FOLDS
_SURFACE_WEIGHT: Final = 1.0
_DIGITS: Final = 6


class Card(Authored):
    """What a classifier was trained on and how it did on sentences it was not trained on.

    ``brier`` is the mean squared error of the probabilities (Brier, 1950); recall and precision are those of
    the event at a probability of 0.5.
    """

    positives: int
    negatives: int
    folds: int
    accuracy: Number
    recall: Number
    precision: Number | None
    brier: Number


class TrainedClassifier(Authored):
    """Coefficients over the numbers of the vector, then the surface features.

    ``slope`` and ``shift`` turn the score into a probability (Platt, 1999); they were fitted to scores of
    sentences left out of the training.
    """

    format: Literal["qa-toolkit/classifier/1"] = Field(default="qa-toolkit/classifier/1", alias="schema")
    event: Identifier
    language: str
    encoder: str
    bank_sha256: str
    surface: tuple[str, ...]
    coefficients: Annotated[tuple[Number, ...], Field(min_length=1)]
    intercept: Number
    slope: Number
    shift: Number
    card: Card

    def probabilities(self, texts: Sequence[str], encoder: SentenceEncoder) -> list[float]:
        """For each sentence how likely it means the event."""
        if not texts:
            return []
        scores = _matrix(texts, self.language, encoder) @ np.asarray(self.coefficients) + self.intercept
        return [round(float(p), 4) for p in _sigmoid(scores * self.slope + self.shift)]


def train(bank: LoadedBank, encoder: SentenceEncoder) -> TrainedClassifier:
    """Trains on the bank's split ``train``; probabilities and card come from cross-validation.

    Sentences of one ``group`` are never on both sides of a fold.

    Raises:
        MissingExtraError: scikit-learn is not installed.
        InputError: fewer than ten positives or ten negatives and near misses.
    """
    rows = list(bank.bank.utterances("train"))
    labels = np.asarray([label for _, label in rows], dtype=np.int64)
    positives = int(labels.sum())
    if min(positives, len(rows) - positives) < FEWEST_EXAMPLES:
        found = f"{positives} positive, {len(rows) - positives} other utterances"
        raise InputError(f"too few to train on: {found}", bank.bank.event, f"write {FEWEST_EXAMPLES} of each")
    features = _matrix([utterance.text for utterance, _ in rows], bank.bank.language, encoder)
    groups = [utterance.group or f"#{number}" for number, (utterance, _) in enumerate(rows)]
    scores = _left_out_scores(features, labels, groups)
    slope, shift = _fit(scores[:, None], labels, strength=1e6, weights=None)
    model, intercept = _fit(features, labels)
    probabilities = _sigmoid(scores * float(slope[0]) + shift)
    return TrainedClassifier(
        event=bank.bank.event,
        language=bank.bank.language,
        encoder=encoder.name,
        bank_sha256=bank.sha256,
        surface=SURFACE,
        coefficients=tuple(round(float(value), _DIGITS) for value in model),
        intercept=round(float(intercept), _DIGITS),
        slope=round(float(slope[0]), _DIGITS),
        shift=round(float(shift), _DIGITS),
        card=_card(probabilities, labels),
    )


def measure(classifier: TrainedClassifier, bank: LoadedBank, encoder: SentenceEncoder) -> Card | None:
    """How the classifier does on the held-back split; None when the bank has none."""
    rows = list(bank.bank.utterances("held_back"))
    if not rows:
        return None
    found = classifier.probabilities([utterance.text for utterance, _ in rows], encoder)
    labels = np.asarray([label for _, label in rows], dtype=np.int64)
    return _card(np.asarray(found), labels, folds=0)


def write_classifier(classifier: TrainedClassifier, path: Path) -> None:
    """Writes the file; the same classifier gives the same bytes."""
    data = classifier.model_dump(mode="json", by_alias=True)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


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
    if classifier.surface != SURFACE:
        raise AuthoredFileError("trained on other features", path.name, "train it again")
    return classifier


Floats = NDArray[Any]


def _matrix(texts: Sequence[str], language: str, encoder: SentenceEncoder) -> Floats:
    surface = np.asarray([surface_of(text, language) for text in texts]) * _SURFACE_WEIGHT
    return np.hstack([np.asarray(encoder.embed(texts), dtype=np.float64), surface])


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0))))


def _fit(
    features: Floats, labels: Floats, *, strength: float = 10.0, weights: str | None = "balanced"
) -> tuple[Floats, float]:
    """Coefficients and intercept of a logistic regression."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingExtraError.of("transcription", "training") from error
    model = LogisticRegression(C=strength, class_weight=weights, max_iter=2000)
    model.fit(features, labels)
    return np.asarray(model.coef_[0]), float(model.intercept_[0])


def _left_out_scores(features: Floats, labels: Floats, groups: Sequence[str]) -> Floats:
    """The score of each row by a model trained without its fold."""
    try:
        from sklearn.model_selection import StratifiedGroupKFold
    except ImportError as error:
        raise MissingExtraError.of("transcription", "training") from error
    scores = np.zeros(len(labels))
    folds = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=0)
    for inside, outside in folds.split(features, labels, groups):
        coefficients, intercept = _fit(features[inside], labels[inside])
        scores[outside] = features[outside] @ coefficients + intercept
    return scores


def _card(probabilities: Floats, labels: Floats, *, folds: int = FOLDS) -> Card:
    said = probabilities >= 0.5
    true = labels == 1
    hits = int((said & true).sum())
    return Card(
        positives=int(true.sum()),
        negatives=int((~true).sum()),
        folds=folds,
        accuracy=round(float((said == true).mean()), 4),
        recall=round(hits / max(int(true.sum()), 1), 4),
        precision=round(hits / int(said.sum()), 4) if said.any() else None,
        brier=round(float(((probabilities - labels) ** 2).mean()), 4),
    )
