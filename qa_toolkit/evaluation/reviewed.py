"""What people's answers say about single sentences, for training.

A reviewed answer that quotes words says that the sentence around them means the event the criterion asks
about. One that says nothing of the kind was found says that none of the role's sentences does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa_toolkit.domain.rubric import EvaluatorSpec
from qa_toolkit.domain.transcript import Role, Transcript
from qa_toolkit.evaluation.banks import Utterance
from qa_toolkit.evaluation.checks import nested_specs, parameters_of
from qa_toolkit.evaluation.evaluators.phrase import PhraseParameters
from qa_toolkit.evaluation.loader import LoadedRubric
from qa_toolkit.evaluation.sentences import Sentence, sentences_of

_FEWEST_WORDS = 2
_MOST_WORDS = 60


@dataclass(frozen=True, slots=True)
class ReviewedAnswer:
    """A person's answer; ``quotes`` are turn ids with the words quoted, or None for the whole turn."""

    criterion: str
    answer: str
    quotes: tuple[tuple[int, str | None], ...]


@dataclass(frozen=True, slots=True)
class ReviewedInteraction:
    """An interaction with its reviewed answers to the criteria of a rubric."""

    id: str
    language: str
    transcript: Transcript
    answers: tuple[ReviewedAnswer, ...]
    rubric: LoadedRubric


@dataclass(frozen=True, slots=True)
class _Use:
    """An event's classifier inside a criterion: the answer its presence speaks for, and whose words count."""

    found: str
    missing: str
    roles: tuple[Role, ...]


def utterances_of(
    event: str, language: str, interactions: Sequence[ReviewedInteraction]
) -> list[tuple[Utterance, bool]]:
    """Sentences of reviewed interactions, each once, with whether it means the event.

    Only criteria answered by one ``phrase`` with ``meaning: event`` speak for single sentences. A quotation
    of a whole turn of several sentences says nothing about each of them and is left out.
    """
    found: dict[tuple[str, str], tuple[Utterance, bool]] = {}
    for interaction in interactions:
        if interaction.language != language:
            continue
        uses = _uses(event, interaction.rubric)
        sentences = tuple(sentences_of(interaction.transcript))
        for answer in interaction.answers:
            use = uses.get(answer.criterion)
            for sentence, means in _said(answer, use, sentences, interaction.transcript) if use else ():
                utterance = Utterance(text=sentence.text, group=interaction.id)
                found.setdefault((interaction.id, sentence.text), (utterance, means))
    return list(found.values())


def _uses(event: str, rubric: LoadedRubric) -> Mapping[str, _Use]:
    uses = {}
    for criterion in rubric.rubric.criteria:
        own = [use for spec in _specs(criterion.evaluator) if (use := _use(event, spec)) is not None]
        if len(own) == 1 and not tuple(nested_specs(parameters_of(criterion.evaluator))):
            uses[criterion.id] = own[0]
    return uses


def _specs(spec: EvaluatorSpec) -> Iterator[EvaluatorSpec]:
    yield spec
    for _, nested in nested_specs(parameters_of(spec)):
        yield from _specs(nested)


def _use(event: str, spec: EvaluatorSpec) -> _Use | None:
    parameters = parameters_of(spec)
    if not isinstance(parameters, PhraseParameters) or parameters.meaning is None:
        return None
    if parameters.meaning.event != event:
        return None
    return _Use(parameters.found, parameters.missing, parameters.role)


def _said(
    answer: ReviewedAnswer, use: _Use, sentences: Sequence[Sentence], transcript: Transcript
) -> Iterator[tuple[Sentence, bool]]:
    turns = transcript.turns
    for sentence in sentences:
        turn = turns[sentence.turn]
        words = len(sentence.text.split())
        if (use.roles and turn.role not in use.roles) or not _FEWEST_WORDS <= words <= _MOST_WORDS:
            continue
        if answer.answer == use.missing:
            yield sentence, False
        elif answer.answer == use.found and _quoted(answer, turn.id, sentence, sentences):
            yield sentence, True


def _quoted(answer: ReviewedAnswer, turn: int, sentence: Sentence, sentences: Sequence[Sentence]) -> bool:
    for quoted_turn, words in answer.quotes:
        if quoted_turn != turn:
            continue
        if words is not None and (words in sentence.text or sentence.text in words):
            return True
        if words is None and sum(other.turn == sentence.turn for other in sentences) == 1:
            return True
    return False
