"""A trained classifier's opinion of the sentences of a conversation, beside what phrases find in them.

A phrase finds the wordings somebody listed; a classifier knows those of a bank. Where both agree a hit
counts. A hit that the classifier takes for something else is doubtful, and so is a sentence that only the
classifier finds, unless its training says that it may count by itself.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator

from qa_toolkit import resources
from qa_toolkit.domain.rubric import Authored, Identifier, Probability
from qa_toolkit.domain.transcript import Role, Transcript
from qa_toolkit.errors import AuthoredFileError, EnvironmentProblemError
from qa_toolkit.evaluation.classifiers import (
    FOLDER,
    TrainedClassifier,
    classifier_name,
    load_classifier,
)
from qa_toolkit.evaluation.encoders import encoder_for
from qa_toolkit.evaluation.evaluators.searchable import Place
from qa_toolkit.evaluation.first_stages import KnownClassifiers
from qa_toolkit.evaluation.lexical import Features, features_of
from qa_toolkit.evaluation.sentences import Sentence, sentences_of

Alone = Literal["counts", "doubtful", "ignored"]

_FEWEST_WORDS: Final = 2
_ROUNDED: Final = 1e-4
"""Probabilities are rounded; a sentence may be as likely as is asked for by that much."""
_KEPT = threading.local()
_KNOWN: Final = KnownClassifiers()


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
    """The sentences of some roles that say something: their numbers and places."""

    rows: tuple[int, ...]
    places: tuple[Place, ...]
    by_turn: Mapping[int, tuple[int, ...]]

    def with_words_at(self, places: Sequence[Place]) -> set[int]:
        """Which of them hold any of these places."""
        return {
            number
            for place in places
            for number in self.by_turn.get(place.turn, ())
            if overlap(self.places[number], place)
        }


@dataclass(frozen=True, slots=True)
class Sentences:
    """All sentences of a conversation with the numbers of their words."""

    sentences: tuple[Sentence, ...]
    features: Features
    wordy: tuple[bool, ...]
    by_roles: dict[tuple[Role, ...], Spoken] = field(default_factory=dict)
    likely: dict[int, tuple[TrainedClassifier, list[float]]] = field(default_factory=dict)

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
            self.by_roles[key] = Spoken(rows, places, by_turn)
        return self.by_roles[key]

    def probabilities(self, trained: TrainedClassifier) -> list[float]:
        """How likely each is by its words; worked out for all classifiers known, as others will ask, too."""
        kept = self.likely.get(id(trained))
        if kept is None or kept[0] is not trained:
            known = _KNOWN.with_one(trained)
            columns = known.probabilities(self.features).T.tolist()
            for other, found in zip(known.classifiers, columns, strict=True):
                self.likely[id(other)] = other, found
            kept = self.likely[id(trained)]
        return kept[1]


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence and how likely it means the event; ``claimed``: another event is likelier by its words."""

    place: Place
    probability: float
    claimed: bool = False

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

    def others(self, language: str) -> list[TrainedClassifier]:
        """The classifiers that may claim a sentence."""
        return [trained for files in self._others if (trained := files.of(language)) is not None]


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
    others: Sequence[TrainedClassifier] = (),
    alone: bool = True,
) -> list[Judged]:
    """The sentences of these roles that hold a hit or are about as likely as ``likely_from``, in order.

    The encoder is asked only where it could change something: about a hit that the words deny, and about a
    sentence inside the window without a hit that the words leave in doubt.

    Args:
        trained: the classifier that is asked.
        transcript: the conversation.
        language: of the conversation.
        roles: whose sentences (everyone's, when empty).
        hits: where phrases are found.
        likely_from: from this probability on a sentence without a hit is given.
        inside: whether a place lies in the window.
        others: classifiers of other events that may claim a sentence by its words.
        alone: whether a sentence without a hit is given at all.
    """
    own = sentences_with_features(transcript)
    spoken = own.of(roles, transcript)
    every = own.probabilities(trained)
    rivals = [own.probabilities(other) for other in others]
    words = [every[row] for row in spoken.rows]
    claims = [max((rival[row] for rival in rivals), default=0.0) for row in spoken.rows] if rivals else None
    hit = spoken.with_words_at(hits)
    least = likely_from - _ROUNDED if alone else math.inf
    shown = [i for i, likely in enumerate(words) if likely >= least or i in hit]

    def could_change(i: int) -> bool:
        if i in hit:
            return words[i] < trained.denied_below
        claimed = claims is not None and claims[i] > words[i]
        return words[i] >= likely_from and not claimed and inside(spoken.places[i])

    asked = [i for i in shown if trained.in_doubt(words[i]) and could_change(i)]
    likely = dict(zip(asked, _second(trained, own, [spoken.rows[i] for i in asked], language), strict=True))
    found = []
    for i in shown:
        sure = round(float(likely.get(i, words[i])), 4)
        claimed = claims is not None and claims[i] > min(words[i], sure)
        found.append(Judged(spoken.places[i], sure, claimed))
    return found


def sentences_with_features(transcript: Transcript) -> Sentences:
    """The sentences of a transcript; those of the last one are kept, as many criteria ask for them."""
    kept: tuple[Transcript, Sentences] | None = getattr(_KEPT, "last", None)
    if kept is None or kept[0] is not transcript:
        found = tuple(sentences_of(transcript))
        wordy = tuple(len(sentence.text.split()) >= _FEWEST_WORDS for sentence in found)
        kept = (transcript, Sentences(found, features_of([sentence.text for sentence in found]), wordy))
        _KEPT.last = kept
    return kept[1]


def _second(
    trained: TrainedClassifier, own: Sentences, rows: Sequence[int], language: str
) -> Sequence[float]:
    """What the encoder says of some sentences, too; without one on this machine the words alone."""
    if not rows:
        return ()
    features = own.features.rows(rows)
    try:
        encoder = encoder_for(language)
    except EnvironmentProblemError:
        return [own.probabilities(trained)[row] for row in rows]
    if trained.vector is None or encoder.name != trained.vector.encoder:
        return [own.probabilities(trained)[row] for row in rows]
    texts = [own.sentences[row].text for row in rows]
    found: list[float] = trained.second_opinion(texts, features, encoder).tolist()
    return found


def _files(event: str, search: Sequence[Path]) -> Mapping[str, Path]:
    """The file of each language; a site's own comes before the shipped one."""
    found: dict[str, Path] = {}
    for folder in [*search, resources.rubrics_dir()]:
        for path in sorted((folder / FOLDER).glob(f"*/{event}.json")):
            found.setdefault(path.parent.name, path)
    return dict(sorted(found.items()))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
