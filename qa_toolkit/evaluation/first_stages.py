"""The first stages of many classifiers, weighed in one go.

A conversation is asked about by some thirty classifiers of its language. Looking its words up once for all
of them costs little more than once for one.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from qa_toolkit.evaluation.classifiers import Floats, TrainedClassifier, sigmoid
from qa_toolkit.evaluation.lexical import Features

_MOST: Final = 128
"""Classifiers of a language that are weighed together; retrained ones would add up in a lasting process."""


class Weighed(NamedTuple):
    """Sentences (rows) as classifiers (columns) see them.

    ``words``: the linear scores without the surface; ``likely``: how likely a sentence means the event.
    """

    words: Floats
    likely: Floats


class FirstStages:
    """Classifiers side by side; what one says does not depend on the others beside it."""

    def __init__(self, classifiers: Sequence[TrainedClassifier]) -> None:
        self.classifiers = tuple(classifiers)
        self._weights = np.stack([c.word_weights for c in classifiers], axis=1)
        self._surface = np.stack([c.surface_weights for c in classifiers], axis=1)
        lines = [(c.lexical.intercept, c.lexical.slope, c.lexical.shift) for c in classifiers]
        self._intercepts, self._slopes, self._shifts = np.asarray(lines, dtype=np.float64).T

    def weigh(self, features: Features) -> Weighed:
        """What each classifier says of each sentence by its words alone."""
        words = features.word_scores(self._weights)
        scores = words + self._intercepts
        # Number by number: a product of matrices may round otherwise when there are other columns.
        for feature, weights in zip(features.surface.T, self._surface, strict=True):
            scores += feature[:, None] * weights
        return Weighed(words, sigmoid(scores * self._slopes + self._shifts))


class KnownClassifiers:
    """The classifiers of each language that this process has asked so far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[str, FirstStages] = {}

    def with_one(self, trained: TrainedClassifier) -> FirstStages:
        """The known classifiers of a language, this one among them."""
        known = self._of.get(trained.language)
        if known is not None and any(trained is other for other in known.classifiers):
            return known
        with self._lock:
            known = self._of.get(trained.language)
            others = known.classifiers if known and len(known.classifiers) < _MOST else ()
            own = [other for other in others if other is not trained]
            self._of[trained.language] = known = FirstStages((*own, trained))
        return known
