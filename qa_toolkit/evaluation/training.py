"""Training of sentence classifiers from banks, and measuring them on what they have not seen.

Needs scikit-learn. The utterances of the other banks serve as background: calls hold far more sentences about
other things than a bank has negatives. What a classifier of the bank alone takes for the event may well mean
it, too, and is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from qa_toolkit.errors import InputError, MissingExtraError
from qa_toolkit.evaluation.banks import LoadedBank, Utterance, bank_names, load_bank
from qa_toolkit.evaluation.classifiers import (
    Card,
    Floats,
    Lexical,
    TrainedClassifier,
    Vector,
    sigmoid,
    vector_matrix,
)
from qa_toolkit.evaluation.lexical import PLACES, SURFACE, features_of, words_of
from qa_toolkit.evaluation.sentences import SURFACE as VECTOR_SURFACE
from qa_toolkit.language.embeddings import SentenceEncoder

FOLDS: Final = 5
FEWEST_EXAMPLES: Final = 2 * FOLDS
LEFT_OUT_ABOVE: Final = 0.9
"""Background that a classifier of the bank alone finds likelier than this is left out."""

_STRENGTH_WORDS: Final = 20.0
_STRENGTH_VECTOR: Final = 10.0
_BACKGROUND_WEIGHT: Final = 1.0
"""What all background weighs together, beside all positives and all negatives, which weigh 1 each."""
_MOST_BACKGROUND: Final = 3000
_VECTORS_OF_BACKGROUND: Final = 400
_RECALL_KEPT: Final = 0.99
_CLEAR_PRECISION: Final = 0.99
_FALSE_ALARMS: Final = 0.002
_DENIED: Final = 0.02
_NEGLIGIBLE: Final = 0.008
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Measured:
    """How a classifier does on held-back utterances, by words alone and with the encoder."""

    words: Card
    both: Card


@dataclass(frozen=True, slots=True)
class _Rows:
    """Everything trained on: own utterances first, then background."""

    texts: tuple[str, ...]
    labels: Floats
    groups: tuple[str, ...]
    weights: Floats
    own: int


@dataclass(frozen=True, slots=True)
class _Stage:
    coefficients: Floats
    intercept: float
    left_out: Floats


def train(
    bank: LoadedBank,
    encoder: SentenceEncoder | None,
    *,
    background: Sequence[str] = (),
    reviewed: Sequence[tuple[Utterance, bool]] = (),
) -> TrainedClassifier:
    """Trains on the bank's split ``train``; probabilities and cards come from cross-validation.

    Utterances of one ``group`` (an interaction) are never on both sides of a fold.

    Args:
        bank: the utterances of the event.
        encoder: for the second stage; without one there is none.
        background: sentences about other things.
        reviewed: utterances of reviewed interactions, each with whether it means the event.

    Raises:
        MissingExtraError: scikit-learn is not installed.
        InputError: fewer than ten positives or ten negatives and near misses.
    """
    own = [*bank.bank.utterances("train"), *reviewed]
    _check(own, bank.bank.event)
    with _one_thread():
        return _trained(bank, own, encoder, background, reviewed)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keeps linear algebra on one thread: the problems are small, and threads would wait for one another."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise MissingExtraError.of("transcription", "training") from error
    with threadpool_limits(1):
        yield


def _trained(
    bank: LoadedBank,
    own: Sequence[tuple[Utterance, bool]],
    encoder: SentenceEncoder | None,
    background: Sequence[str],
    reviewed: Sequence[tuple[Utterance, bool]],
) -> TrainedClassifier:
    rows = _rows(own, _unlike(_distinct(background, own), own))
    stage = _words_stage(rows)
    slope, shift, likely = _calibrated(stage.left_out, rows)
    vector, both = _vector_stage(rows, stage, likely, bank.bank.language, encoder)
    clearly_not, clearly = _clear(likely, rows)
    counts_from = _counts_from(both, rows)
    return TrainedClassifier(
        event=bank.bank.event,
        language=bank.bank.language,
        bank_sha256=bank.sha256,
        background_sha256=_digest(rows.texts[rows.own :]) if rows.own < len(rows.texts) else None,
        reviewed_sha256=_digest([f"{means} {u.text}" for u, means in reviewed]) if reviewed else None,
        clearly_not=clearly_not,
        clearly=clearly,
        counts_from=counts_from,
        denied_below=_denied_below(both, rows),
        card=_card(both, rows, counts_from),
        card_words=_card(likely, rows, counts_from),
        vector=vector,
        lexical=Lexical(
            surface=SURFACE,
            surface_coefficients=tuple(_round(value) for value in stage.coefficients[2 * PLACES :]),
            coefficients=tuple(_thousandths(value) for value in stage.coefficients[: 2 * PLACES]),
            intercept=_round(stage.intercept),
            slope=_round(slope),
            shift=_round(shift),
        ),
    )


def background_of(loaded: LoadedBank, search: Sequence[Path] = ()) -> list[str]:
    """What the banks of the other events say in the same language."""
    found: list[str] = []
    for name in bank_names(search=search, language=loaded.bank.language):
        other = load_bank(name, search=search).bank
        if other.event != loaded.bank.event:
            found += [utterance.text for utterance, _ in other.utterances("train")]
    return found


def measure(
    classifier: TrainedClassifier,
    rows: Sequence[tuple[Utterance, bool]],
    encoder: SentenceEncoder | None,
) -> Measured | None:
    """How the classifier does on utterances it was not trained on; None when there are none."""
    if not rows:
        return None
    texts = [utterance.text for utterance, _ in rows]
    labels = np.asarray([label for _, label in rows], dtype=np.int64)
    words = np.asarray(classifier.probabilities(texts, None))
    both = np.asarray(classifier.probabilities(texts, encoder)) if encoder is not None else words
    return Measured(_plain_card(words, labels, folds=0), _plain_card(both, labels, folds=0))


def _check(own: Sequence[tuple[Utterance, bool]], event: str) -> None:
    positives = sum(label for _, label in own)
    if min(positives, len(own) - positives) < FEWEST_EXAMPLES:
        found = f"{positives} positive, {len(own) - positives} other utterances"
        raise InputError(f"too few to train on: {found}", event, f"write {FEWEST_EXAMPLES} of each")


def _distinct(background: Sequence[str], own: Sequence[tuple[Utterance, bool]]) -> list[str]:
    """Background in an order that does not depend on the files, without what the bank itself says."""
    said = {tuple(words_of(utterance.text)) for utterance, _ in own}
    kept = {key: text for text in sorted(set(background)) if (key := tuple(words_of(text))) not in said}
    return sorted(kept.values(), key=lambda text: hashlib.sha256(text.encode()).digest())[:_MOST_BACKGROUND]


def _unlike(background: Sequence[str], own: Sequence[tuple[Utterance, bool]]) -> list[str]:
    """Background without what a classifier of the bank alone takes for the event."""
    if not background:
        return []
    rows = _rows(own, ())
    stage = _words_stage(rows)
    slope, shift, _ = _calibrated(stage.left_out, rows)
    scores = features_of(background).matrix() @ stage.coefficients + stage.intercept
    likely = sigmoid(scores * slope + shift)
    return [text for text, p in zip(background, likely, strict=True) if p <= LEFT_OUT_ABOVE]


def _rows(own: Sequence[tuple[Utterance, bool]], background: Sequence[str]) -> _Rows:
    labels = np.asarray([*(label for _, label in own), *(False for _ in background)], dtype=np.int64)
    groups = [utterance.group or f"#{number}" for number, (utterance, _) in enumerate(own)]
    groups += [f"background {number}" for number in range(len(background))]
    weights = np.zeros(len(labels))
    inside = np.arange(len(labels)) < len(own)
    for chosen, share in (
        (inside & (labels == 1), 1.0),
        (inside & (labels == 0), 1.0),
        (~inside, _BACKGROUND_WEIGHT),
    ):
        if chosen.any():
            weights[chosen] = share * len(own) / 2 / chosen.sum()
    texts = (*(utterance.text for utterance, _ in own), *background)
    return _Rows(texts, labels, tuple(groups), weights, len(own))


def _words_stage(rows: _Rows) -> _Stage:
    return _stage(features_of(rows.texts).matrix(), rows, _STRENGTH_WORDS)


def _vector_stage(
    rows: _Rows, words: _Stage, likely: Floats, language: str, encoder: SentenceEncoder | None
) -> tuple[Vector | None, Floats]:
    """The second stage, and the probabilities of both stages where the second is asked."""
    if encoder is None:
        return None, likely
    chosen = np.arange(len(rows.texts)) < rows.own + _VECTORS_OF_BACKGROUND
    part = _Rows(
        tuple(text for text, taken in zip(rows.texts, chosen, strict=True) if taken),
        rows.labels[chosen],
        tuple(group for group, taken in zip(rows.groups, chosen, strict=True) if taken),
        rows.weights[chosen],
        rows.own,
    )
    stage = _stage(vector_matrix(part.texts, language, encoder), part, _STRENGTH_VECTOR)
    scores = np.column_stack([words.left_out[chosen], stage.left_out])
    own = np.arange(len(part.texts)) < part.own
    (of_words, of_vector), shift = _fit(scores[own], part.labels[own], None, 1e6)
    clearly_not, clearly = _clear(likely, rows)
    both = likely.copy()
    asked = np.flatnonzero(chosen & (likely >= clearly_not) & (likely < clearly))
    joined = scores @ np.asarray([of_words, of_vector]) + shift
    both[asked] = sigmoid(joined[asked])
    made = Vector(
        encoder=encoder.name,
        surface=VECTOR_SURFACE,
        coefficients=tuple(round(float(value) * 10_000) for value in stage.coefficients),
        intercept=_round(stage.intercept),
        of_words=_round(of_words),
        of_vector=_round(of_vector),
        shift=_round(shift),
    )
    return made, both


def _stage(features: Any, rows: _Rows, strength: float) -> _Stage:
    """A logistic regression over everything, and the score of each row by one trained without its fold."""
    try:
        from sklearn.model_selection import StratifiedGroupKFold
    except ImportError as error:
        raise MissingExtraError.of("transcription", "training") from error
    left_out = np.zeros(len(rows.labels))
    folds = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=0)
    for inside, outside in folds.split(features, rows.labels, rows.groups):
        found, start = _fit(features[inside], rows.labels[inside], rows.weights[inside], strength)
        left_out[outside] = features[outside] @ found + start
    coefficients, intercept = _fit(features, rows.labels, rows.weights, strength)
    return _Stage(coefficients, intercept, left_out)


def _fit(features: Any, labels: Floats, weights: Floats | None, strength: float) -> tuple[Floats, float]:
    """Coefficients and intercept of a logistic regression."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingExtraError.of("transcription", "training") from error
    model = LogisticRegression(C=strength, max_iter=2000)
    model.fit(features, labels, sample_weight=weights)
    return np.asarray(model.coef_[0]), float(model.intercept_[0])


def _calibrated(scores: Floats, rows: _Rows) -> tuple[float, float, Floats]:
    """Slope and shift fitted to the bank's own utterances, and the probability of every row."""
    own = scores[: rows.own, None]
    slope, shift = _fit(own, rows.labels[: rows.own], None, 1e6)
    return float(slope[0]), shift, sigmoid(scores * float(slope[0]) + shift)


def _clear(likely: Floats, rows: _Rows) -> tuple[float, float]:
    """Below the first hardly any positive lies, above the second hardly anything else."""
    positives = likely[rows.labels == 1]
    low = float(np.quantile(positives, 1 - _RECALL_KEPT, method="lower"))
    high = 0.95
    for step in np.arange(0.6, 0.96, 0.05):
        above = likely[: rows.own] >= step
        if above.any() and rows.labels[: rows.own][above].mean() >= _CLEAR_PRECISION:
            high = float(step)
            break
    return round(min(low, 0.3), 4), round(high, 4)


def _counts_from(likely: Floats, rows: _Rows) -> float | None:
    """From where on hardly any sentence about other things, and few of the near misses, would count."""
    others = likely[rows.own :]
    labels = rows.labels[: rows.own]
    for step in np.arange(0.6, 0.98, 0.02):
        above = likely[: rows.own] >= step
        precise = above.any() and labels[above].mean() >= 0.95
        quiet = len(others) >= 1 / _FALSE_ALARMS and (others >= step).mean() <= _FALSE_ALARMS
        if precise and quiet:
            return round(float(step), 2)
    return None


def _denied_below(likely: Floats, rows: _Rows) -> float:
    positives = likely[: rows.own][rows.labels[: rows.own] == 1]
    return round(min(float(np.quantile(positives, _DENIED, method="lower")), 0.3), 4)


def _card(likely: Floats, rows: _Rows, counts_from: float | None) -> Card:
    card = _plain_card(likely[: rows.own], rows.labels[: rows.own], folds=FOLDS)
    others = likely[rows.own :]
    if not len(others):
        return card
    alarms = None if counts_from is None else round(float((others >= counts_from).mean()), 4)
    return card.model_copy(update={"background": len(others), "false_alarms": alarms})


def _plain_card(probabilities: Floats, labels: Floats, *, folds: int) -> Card:
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


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


def _thousandths(value: float) -> int:
    return 0 if abs(value) < _NEGLIGIBLE else round(float(value) * 1000)


def _round(value: Any) -> float:
    return round(float(value), _DIGITS)
