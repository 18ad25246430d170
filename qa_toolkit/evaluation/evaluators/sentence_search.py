"""What evaluators share that judge a conversation sentence by sentence, each with a probability."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from qa_toolkit.domain.case import Case, CasePart
from qa_toolkit.domain.evaluation import Answer, WindowEvidence
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.rubric import Criterion, Probability
from qa_toolkit.errors import EnvironmentProblemError, InputError
from qa_toolkit.evaluation.evaluators.searchable import Place, Searchable, searchable
from qa_toolkit.evaluation.evaluators.texts import (
    UNANSWERED,
    Roles,
    TwoAnswers,
    language_of,
    settled,
    unanswered,
)
from qa_toolkit.evaluation.evaluators.windows import Count, Window, WindowLimits, open_window
from qa_toolkit.evaluation.sentences import Sentence, sentences_of

_SHOWN = 3
_FEWEST_WORDS = 2


class SentenceParameters(TwoAnswers, WindowLimits):
    """Whose sentences, where, and how sure they must be.

    Attributes:
        role: who says it; absent = anyone.
        at_least: so many sentences.
        least_probability: a sentence counts from here on.
        doubtful_from: one between this and ``least_probability`` is doubtful; where it could change the
            answer the criterion is unanswered.
        absence_confidence: how sure an answer is at most that rests on nothing having been found.
    """

    role: Roles = ()
    at_least: Count = 1
    least_probability: Probability = 0.6
    doubtful_from: Probability = 0.35
    absence_confidence: Probability = 0.8

    def roles(self) -> tuple[str, ...]:
        """Roles the answer depends on."""
        return tuple(role.value for role in self.role)


@dataclass(frozen=True, slots=True)
class _Found:
    place: Place
    probability: float


class CannotTellError(Exception):
    """Why a conversation cannot be judged: no encoder, no examples in its language."""


class SentenceEvaluator(ABC):
    """Answers ``found`` when enough sentences mean what is looked for; finds the events where they do."""

    name: ClassVar[str]
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset({"transcript"})

    def __init__(self, parameters: Any, made_of: Sequence[str]) -> None:
        self._parameters: Any = parameters
        if made_of:
            # What it learnt from is part of every result: the same class with another bank answers otherwise.
            self.version = "+".join([type(self).version, *made_of])  # type: ignore[misc]

    @abstractmethod
    def _probabilities(self, texts: Sequence[str], language: str) -> Sequence[float]:
        """For each sentence how likely it means what is looked for; raises ``CannotTellError``."""

    def _knows(self, language: str) -> float:
        """How much an absence is worth, 0-1, by what is known of the language."""
        del language
        return 1.0

    @abstractmethod
    def _looked_for(self) -> str:
        """What is looked for, in a few words."""

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """``found`` with the sentences, or ``missing`` with the window that was searched."""
        parameters, text = self._parameters, _text_of(case)
        window = open_window(parameters, parameters.role, case, text)
        if window.impossible:
            return unanswered(criterion, window.impossible)
        try:
            judged = self._judged(case, text, window)
        except (CannotTellError, EnvironmentProblemError, InputError) as error:
            return unanswered(criterion, str(error))
        hits = [found for found in judged if found.probability >= parameters.least_probability]
        doubtful = [
            f for f in judged if parameters.doubtful_from <= f.probability < parameters.least_probability
        ]
        if len(hits) >= parameters.at_least:
            return self._found(criterion, hits, text)
        if len(hits) + len(doubtful) >= parameters.at_least:
            spans = [span for found in doubtful[:_SHOWN] for span in text.quote([found.place])]
            reason = f"perhaps {self._looked_for()}, not certain"
            return settled(criterion, UNANSWERED, spans, confidence=0.0, reason=reason)
        evidence = WindowEvidence(self._looked_for(), *window.bounds())
        likeliest = max((found.probability for found in judged), default=0.0)
        sure = min(parameters.absence_confidence, 1.0 - likeliest) * text.mean_confidence(parameters.role)
        sure *= self._knows(language_of(case))
        reason = f"no sentence means {self._looked_for()}"
        return settled(criterion, parameters.missing, [evidence], confidence=sure, reason=reason)

    def find(self, kind: str, case: Case) -> Sequence[Event]:
        """Every sentence that means it.

        Raises:
            EnvironmentProblemError: the encoder is not on this machine.
            InputError: no encoder or no examples for the language.
        """
        parameters, text = self._parameters, _text_of(case)
        window = open_window(parameters, parameters.role, case, text)
        if window.impossible:
            return ()
        try:
            judged = self._judged(case, text, window)
        except CannotTellError as error:
            raise InputError(str(error), kind) from error
        return tuple(
            self._event(kind, found, text)
            for found in judged
            if found.probability >= parameters.least_probability
        )

    def _judged(self, case: Case, text: Searchable, window: Window) -> list[_Found]:
        if case.transcript is None:
            raise ValueError("a transcript is needed")
        roles = self._parameters.role
        chosen = [
            (sentence, Place(sentence.turn, sentence.start, sentence.end))
            for sentence in sentences_of(case.transcript)
            if (not roles or text.turns[sentence.turn].role in roles) and _says_something(sentence)
        ]
        chosen = [(sentence, place) for sentence, place in chosen if window.holds(place)]
        likely = self._probabilities([sentence.text for sentence, _ in chosen], language_of(case))
        pairs = zip(chosen, likely, strict=True)
        return [_Found(place, float(p) * text.confidence([place])) for (_, place), p in pairs]

    def _found(self, criterion: Criterion, hits: list[_Found], text: Searchable) -> Answer:
        best = sorted(hits, key=lambda found: -found.probability)[: max(_SHOWN, self._parameters.at_least)]
        spans = [
            span
            for found in sorted(best, key=lambda found: (found.place.turn, found.place.start))
            for span in text.quote([found.place])
        ]
        sure = best[self._parameters.at_least - 1].probability
        quoted = ", ".join(f'"{span.text}"' for span in spans[:1])
        return settled(
            criterion,
            self._parameters.found,
            spans,
            confidence=sure,
            reason=f"means {self._looked_for()}: {quoted}",
        )

    def _event(self, kind: str, found: _Found, text: Searchable) -> Event:
        (span,) = text.quote([found.place])
        role, source = text.turns[found.place.turn].role.value, f"{self.name}/{self.version}"
        sure = round(found.probability, 4)
        return Event(kind, role, span.start_s, span.end_s, sure, span.turn, span.channel, source, span.text)


def _text_of(case: Case) -> Searchable:
    if case.transcript is None:
        raise ValueError("a transcript is needed")
    return searchable(case.transcript, language_of(case))


def _says_something(sentence: Sentence) -> bool:
    return len(sentence.text.split()) >= _FEWEST_WORDS
