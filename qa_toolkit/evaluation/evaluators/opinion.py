"""A trained classifier's opinion of the sentences of a conversation, beside what phrases find in them.

A phrase finds the wordings somebody listed; a classifier knows those of a bank. Where both agree a hit
counts. A hit that the classifier takes for something else is doubtful, and so is a sentence that only the
classifier finds, unless its training says that it may count by itself.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BeforeValidator

from qa_toolkit import resources
from qa_toolkit.domain.rubric import Authored, Identifier, Probability
from qa_toolkit.domain.transcript import Role, Transcript
from qa_toolkit.errors import AuthoredFileError
from qa_toolkit.evaluation.classifiers import (
    FOLDER,
    TrainedClassifier,
    classifier_name,
    load_classifier,
)
from qa_toolkit.evaluation.evaluators.searchable import Place
from qa_toolkit.evaluation.evaluators.spoken import sentences_with_features

Alone = Literal["counts", "doubtful", "ignored"]

_ROUNDED: Final = 1e-4
"""Probabilities are rounded; a sentence may be as likely as is asked for by that much."""


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


class Judged(NamedTuple):
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
    every = own.probabilities(trained)
    rows = own.of(roles, transcript)
    hit = own.holding(hits)
    least = likely_from - _ROUNDED if alone else math.inf
    shown = [row for row in rows if every[row] >= least or row in hit]
    if not shown:
        return []
    rivals = [own.probabilities(other) for other in others]

    def claimed(row: int, likely: float) -> bool:
        return any(rival[row] > likely for rival in rivals)

    def could_change(row: int) -> bool:
        likely = every[row]
        if row in hit:
            return likely < trained.denied_below
        return likely >= likely_from and not claimed(row, likely) and inside(own.place(row))

    asked = [row for row in shown if trained.in_doubt(every[row]) and could_change(row)]
    second = dict(zip(asked, own.second_opinion(trained, asked, language), strict=True))
    found = []
    for row in shown:
        sure = round(second.get(row, every[row]), 4)
        found.append(Judged(own.place(row), sure, bool(rivals) and claimed(row, min(every[row], sure))))
    return found


def judge_at(
    trained: TrainedClassifier,
    transcript: Transcript,
    language: str,
    roles: Sequence[Role],
    places: Sequence[Place],
) -> list[Judged]:
    """The sentences of these roles that hold any of these places, in order, however likely they are.

    The encoder is asked about all that the words leave in doubt. Arguments as for ``judge``.
    """
    own = sentences_with_features(transcript)
    every = own.probabilities(trained)
    hit = own.holding(places)
    shown = [row for row in own.of(roles, transcript) if row in hit]
    asked = [row for row in shown if trained.in_doubt(every[row])]
    second = dict(zip(asked, own.second_opinion(trained, asked, language), strict=True))
    return [Judged(own.place(row), round(second.get(row, every[row]), 4)) for row in shown]


def _files(event: str, search: Sequence[Path]) -> Mapping[str, Path]:
    """The file of each language; a site's own comes before the shipped one."""
    found: dict[str, Path] = {}
    for folder in [*search, resources.rubrics_dir()]:
        for path in sorted((folder / FOLDER).glob(f"*/{event}.json")):
            found.setdefault(path.parent.name, path)
    return dict(sorted(found.items()))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
