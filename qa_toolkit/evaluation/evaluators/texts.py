"""Types of parameters that several evaluators share: roles, texts by language, the two answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, Field

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import Answer, AnswerStatus, Evidence
from qa_toolkit.domain.rubric import NOT_APPLICABLE, Authored, Criterion
from qa_toolkit.domain.transcript import Role

UNANSWERED = "unanswered"
ANY_LANGUAGE = ""
"""Key of a plain list: its texts are looked for whatever the language."""


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


def _by_language(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _as_list(texts) for key, texts in value.items()}
    return {ANY_LANGUAGE: _as_list(value)}


def _alternatives(value: object) -> object:
    listed = _by_language(value)
    if not isinstance(listed, dict):
        return listed
    return {
        key: tuple(_as_list(item) for item in items) if isinstance(items, list | tuple) else items
        for key, items in listed.items()
    }


Text = Annotated[str, Field(min_length=1, max_length=500)]
Roles = Annotated[tuple[Role, ...], BeforeValidator(_as_list, json_schema_input_type=Role | list[Role])]
EventNames = Annotated[tuple[str, ...], BeforeValidator(_as_list, json_schema_input_type=str | list[str])]
TextsByLanguage = Annotated[
    Mapping[str, Annotated[tuple[Text, ...], Field(min_length=1)]],
    BeforeValidator(_by_language, json_schema_input_type=str | list[str] | dict[str, str | list[str]]),
]
"""A list of texts, or lists by language code."""
AlternativesByLanguage = Annotated[
    Mapping[str, Annotated[tuple[tuple[Text, ...], ...], Field(min_length=1)]],
    BeforeValidator(
        _alternatives, json_schema_input_type=list[str | list[str]] | dict[str, list[str | list[str]]]
    ),
]
"""A list each item of which is a text or a list of alternatives, or such lists by language code."""


class TwoAnswers(Authored):
    """The answers given when a condition holds (``found``) and when it does not (``missing``).

    Besides the criterion's options, ``na`` and ``unanswered`` are possible.
    """

    found: str = "yes"
    missing: str = "no"

    def possible_answers(self) -> tuple[str, ...]:
        """Options the criterion must have."""
        return tuple(a for a in (self.found, self.missing) if a not in (NOT_APPLICABLE, UNANSWERED))


def language_of(case: Case) -> str:
    """The two-letter language of a case, English when it is not known."""
    known = case.interaction.language or (case.transcript.language if case.transcript else None)
    return _two_letters(known) if known else "en"


@lru_cache(maxsize=256)
def _two_letters(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower() or "en"


def each_once(items: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Evidence without repetitions."""
    return tuple(dict.fromkeys(items)) if len(items) > 1 else tuple(items)


def settled(
    criterion: Criterion,
    value: str | float,
    evidence: Sequence[Evidence],
    *,
    confidence: float,
    reason: str,
) -> Answer:
    """An answer that may also say ``na`` or ``unanswered``."""
    if value == UNANSWERED:
        return Answer(criterion.id, AnswerStatus.UNANSWERED, reason=reason, evidence=tuple(evidence))
    status = AnswerStatus.NOT_APPLICABLE if value == NOT_APPLICABLE else AnswerStatus.ANSWERED
    answer = None if status is AnswerStatus.NOT_APPLICABLE else value
    confidence = round(confidence, 4)
    return Answer(
        criterion.id, status, answer, confidence=confidence, reason=reason, evidence=tuple(evidence)
    )


def unanswered(criterion: Criterion, reason: str) -> Answer:
    """No answer, and why."""
    return Answer(criterion.id, AnswerStatus.UNANSWERED, reason=reason)
