"""``classifier``: does a sentence mean an event, by a classifier trained on the event's bank?

Sees the words of one sentence and its surface (negation, question, person) and, where they leave doubt, its
vector; was shown near misses, so that "I don't need your birth date" is not taken for a question about it.
Cannot see what is spread over several sentences, irony, quoted speech, or wordings far from everything in its
bank. Probabilities were fitted to sentences left out of the training; calls differ from banks, so thresholds
belong to labelled calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from qa_toolkit.evaluation.banks import search_folders
from qa_toolkit.evaluation.classifiers import LoadedClassifier, load_classifier
from qa_toolkit.evaluation.encoders import encoder_for
from qa_toolkit.evaluation.evaluator import Tools
from qa_toolkit.evaluation.evaluators.sentence_search import (
    CannotTellError,
    SentenceEvaluator,
    SentenceParameters,
)
from qa_toolkit.evaluation.evaluators.texts import Text


def _list(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


Files = Annotated[
    tuple[Text, ...], BeforeValidator(_list, json_schema_input_type=str | list[str]), Field(min_length=1)
]


class ClassifierParameters(SentenceParameters):
    """Which trained files.

    Attributes:
        file: files made by training, below the rubric folder, one for each language.
    """

    file: Files


class Classifier(SentenceEvaluator):
    """Answers by the sentences that the classifier takes for the event."""

    name: ClassVar[str] = "classifier"
    Parameters: ClassVar[type[ClassifierParameters]] = ClassifierParameters

    def __init__(self, parameters: ClassifierParameters, tools: Tools) -> None:
        found = [load_classifier(name, search=search_folders(tools.settings)) for name in parameters.file]
        super().__init__(parameters, [f"file.{one.sha256[:12]}" for one in found])
        self._trained: dict[str, LoadedClassifier] = {one.trained.language: one for one in found}

    def _looked_for(self) -> str:
        return next(iter(self._trained.values())).trained.event.replace("_", " ")

    def _probabilities(self, texts: Sequence[str], language: str) -> Sequence[float]:
        loaded = self._trained.get(language)
        if loaded is None:
            raise CannotTellError(f"no classifier was trained for the language '{language}'")
        trained = loaded.trained
        if trained.vector is None:
            return trained.probabilities(texts, None)
        encoder = encoder_for(language)
        if encoder.name != trained.vector.encoder:
            raise CannotTellError(
                f"the classifier was trained on vectors of {trained.vector.encoder}, not {encoder.name}"
            )
        return trained.probabilities(texts, encoder)
