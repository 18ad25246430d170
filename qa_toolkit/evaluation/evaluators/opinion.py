"""A trained classifier's opinion of the sentences of a conversation, beside what phrases find in them.

A phrase finds the wordings somebody listed; a classifier knows those of a bank. Where both agree a hit
counts. A hit that the classifier takes for something else is doubtful, and so is a sentence that only the
classifier finds, unless its training says that it may count by itself.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import BeforeValidator

from qa_toolkit import resources
from qa_toolkit.domain.rubric import Authored, Identifier, Probability
from qa_toolkit.domain.transcript import Role, Transcript
from qa_toolkit.errors import AuthoredFileError, EnvironmentProblemError
from qa_toolkit.evaluation.classifiers import (
    FOLDER,
    Floats,
    TrainedClassifier,
    classifier_name,
    load_classifier,
)
from qa_toolkit.evaluation.encoders import encoder_for
from qa_toolkit.evaluation.evaluators.searchable import Place
from qa_toolkit.evaluation.lexical import Features, features_of
from qa_toolkit.evaluation.sentences import Sentence, sentences_of

Alone = Literal["counts", "doubtful", "ignored"]

_FEWEST_WORDS: Final = 2
_ROUNDED: Final = 1e-4
"""Probabilities are rounded; a sentence may be as likely as is asked for by that much."""
_KEPT = threading.local()


def _as_tuple(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


class MeaningParameters(Authored):
    """Whose opinion is asked, and what it is worth.

    Attributes:
        event: whose trained classifier it is.
        alone: what a sentence is that only the classifier finds: ``doubtful``; ``counts`` where its training
            allows it, else doubtful; or ``ignored``.
        likely_from: a sentence that only the classifier finds is at least doubtful from this probability on;
            lower where an absence excuses the criterion.
        unless: events whose classifiers may claim such a sentence for themselves by finding it likelier.
    """

    event: Identifier
    alone: Alone = "doubtful"
    likely_from: Probability = 0.7
    unless: Annotated[
        tuple[Identifier, ...], BeforeValidator(_as_tuple, json_schema_input_type=str | list[str])
    ] = ()


def _with_event(value: object) -> object:
    return {"event": value} if isinstance(value, str) else value


Meaning = Annotated[
    MeaningParameters, BeforeValidator(_with_event, json_schema_input_type=str | MeaningParameters)
]
"""The name of an event, or all of ``MeaningParameters``."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The sentences of some roles that say something: their numbers, places and features."""

    rows: tuple[int, ...]
    places: tuple[Place, ...]
    features: Features
    by_turn: Mapping[int, tuple[int, ...]]
    likely: dict[int, tuple[TrainedClassifier, Floats]] = field(default_factory=dict)

    def probabilities(self, trained: TrainedClassifier) -> Floats:
        """How likely each is by its words; kept, as events and criteria ask for the same."""
        kept = self.likely.get(id(trained))
        if kept is None:
            kept = self.likely[id(trained)] = trained, trained.word_probabilities(self.features)
        return kept[1]

    def with_words_at(self, places: Sequence[Place]) -> Floats:
        """Which of them hold any of these places."""
        found = np.zeros(len(self.places), dtype=bool)
        for place in places:
            for number in self.by_turn.get(place.turn, ()):
                found[number] |= overlap(self.places[number], place)
        return found


@dataclass(frozen=True, slots=True)
class Sentences:
    """All sentences of a conversation with the numbers of their words."""

    sentences: tuple[Sentence, ...]
    features: Features
    wordy: tuple[bool, ...]
    by_roles: dict[tuple[Role, ...], Spoken] = field(default_factory=dict)

    def of(self, roles: Sequence[Role], transcript: Transcript) -> Spoken:
        """The sentences of these roles (everyone's, when empty) that say something."""
        key = tuple(roles)
        if key not in self.by_roles:
            rows = tuple(
                row
                for row, sentence in enumerate(self.sentences)
                if self.wordy[row] and (not roles or transcript.turns[sentence.turn].role in roles)
            )
            chosen = [self.sentences[row] for row in rows]
            by_turn: dict[int, tuple[int, ...]] = {}
            for number, sentence in enumerate(chosen):
                by_turn[sentence.turn] = (*by_turn.get(sentence.turn, ()), number)
            places = tuple(Place(sentence.turn, sentence.start, sentence.end) for sentence in chosen)
            self.by_roles[key] = Spoken(rows, places, self.features.rows(rows), by_turn)
        return self.by_roles[key]


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence and how likely it means the event."""

    place: Place
    probability: float

    def holds(self, place: Place) -> bool:
        """Whether a place lies in the sentence."""
        return overlap(self.place, place)


def overlap(one: Place, other: Place) -> bool:
    """Whether two places share words."""
    return one.turn == other.turn and one.start < other.end and other.start < one.end


class Opinion:
    """The classifiers of one event, one for each language that has a file."""

    def __init__(self, parameters: MeaningParameters, search: Sequence[Path]) -> None:
        self.parameters = parameters
        self._files = _Files(parameters.event, search)
        self._others = tuple(_Files(event, search) for event in parameters.unless)

    @property
    def name(self) -> str:
        """The event in words."""
        return self.parameters.event.replace("_", " ")

    def learnt(self) -> tuple[str, ...]:
        """The hashes of the files, as part of a version."""
        files = [path for one in (self._files, *self._others) for path in one.paths.values()]
        return tuple(f"classifier.{_sha256(path)[:12]}" for path in files)

    def of(self, language: str) -> TrainedClassifier | None:
        """The classifier of a language, if there is one."""
        return self._files.of(language)

    def counts_alone(self, probability: float, language: str) -> bool:
        """Whether a sentence that only the classifier finds counts."""
        trained = self.of(language)
        return self.parameters.alone == "counts" and trained is not None and trained.certain_of(probability)

    def claimed(self, sentence: Judged, text: str, language: str) -> bool:
        """Whether another event's classifier finds a sentence likelier by its words."""
        own = self.of(language)
        if own is None or not self._others:
            return False
        features = features_of([text])
        likely = float(own.word_probabilities(features)[0])
        others = [trained for files in self._others if (trained := files.of(language)) is not None]
        return any(
            float(other.word_probabilities(features)[0]) > min(likely, sentence.probability)
            for other in others
        )


class _Files:
    """The files of an event's classifiers; each is read when it is first needed."""

    def __init__(self, event: str, search: Sequence[Path]) -> None:
        self._event, self._search = event, tuple(search)
        self.paths = _files(event, search)
        self._read: dict[str, TrainedClassifier] = {}
        if not self.paths:
            raise AuthoredFileError(
                f"no classifier was trained for '{event}'", None, f"train it: qa rubric train {event}"
            )

    def of(self, language: str) -> TrainedClassifier | None:
        """The classifier of a language, if there is one."""
        if language not in self.paths:
            return None
        if language not in self._read:
            name = classifier_name(self._event, language)
            self._read[language] = load_classifier(name, search=self._search).trained
        return self._read[language]


def judge(
    trained: TrainedClassifier,
    transcript: Transcript,
    language: str,
    roles: Sequence[Role],
    *,
    hits: Sequence[Place],
    likely_from: float,
    inside: Callable[[Place], bool],
) -> list[Judged]:
    """The sentences of these roles that hold a hit or are about as likely as ``likely_from``, in order.

    The encoder is asked only where it could change something: about a hit that the words deny, and about a
    sentence inside the window without a hit that the words leave in doubt.
    """
    own = sentences_with_features(transcript)
    spoken = own.of(roles, transcript)
    if not spoken.rows:
        return []
    likely = spoken.probabilities(trained)
    hit = spoken.with_words_at(hits)
    worth = np.where(hit, likely < trained.denied_below, likely >= likely_from)
    asked = [
        int(i) for i in np.flatnonzero(trained.in_doubt(likely) & worth) if hit[i] or inside(spoken.places[i])
    ]
    if asked:
        texts = [own.sentences[spoken.rows[i]].text for i in asked]
        likely = likely.copy()
        likely[asked] = _second(trained, texts, spoken.features.rows(asked), language)
    shown = hit | (likely >= likely_from - _ROUNDED)
    shown[asked] = True
    return [Judged(spoken.places[i], round(float(likely[i]), 4)) for i in np.flatnonzero(shown)]


def sentences_with_features(transcript: Transcript) -> Sentences:
    """The sentences of a transcript; those of the last one are kept, as many criteria ask for them."""
    kept: tuple[Transcript, Sentences] | None = getattr(_KEPT, "last", None)
    if kept is None or kept[0] is not transcript:
        found = tuple(sentences_of(transcript))
        wordy = tuple(len(sentence.text.split()) >= _FEWEST_WORDS for sentence in found)
        kept = (transcript, Sentences(found, features_of([sentence.text for sentence in found]), wordy))
        _KEPT.last = kept
    return kept[1]


def _second(trained: TrainedClassifier, texts: Sequence[str], features: Features, language: str) -> Floats:
    """What the encoder says too; without one on this machine the words alone."""
    try:
        encoder = encoder_for(language)
    except EnvironmentProblemError:
        return trained.word_probabilities(features)
    if trained.vector is None or encoder.name != trained.vector.encoder:
        return trained.word_probabilities(features)
    return trained.second_opinion(texts, features, encoder)


def _files(event: str, search: Sequence[Path]) -> Mapping[str, Path]:
    """The file of each language; a site's own comes before the shipped one."""
    found: dict[str, Path] = {}
    for folder in [*search, resources.rubrics_dir()]:
        for path in sorted((folder / FOLDER).glob(f"*/{event}.json")):
            found.setdefault(path.parent.name, path)
    return dict(sorted(found.items()))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
