"""``pii``: was an identifier of a person said, by whom, where?

Sees full Social Security numbers, birth dates, card and bank account numbers, telephone numbers, street
addresses with a house number, e-mail addresses, case numbers and numbers of immigration documents, however
the digits are said, grouped or split over turns. Cannot see whose they are, a diagnosis or a name; the last
four digits of a number are none. A number without a word that names its kind is judged by its shape alone;
one that is not complete, or could as well be something else, is doubtful and no absence is claimed over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from qa_toolkit.domain.case import Case, CasePart
from qa_toolkit.domain.evaluation import Answer, Evidence, WindowEvidence
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.rubric import Criterion, Probability
from qa_toolkit.domain.transcript import Transcript
from qa_toolkit.evaluation.evaluator import Tools
from qa_toolkit.evaluation.evaluators.said_identifiers import LANGUAGES, Said, said_identifiers
from qa_toolkit.evaluation.evaluators.searchable import searchable
from qa_toolkit.evaluation.evaluators.texts import (
    UNANSWERED,
    Roles,
    TwoAnswers,
    language_of,
    settled,
    unanswered,
)
from qa_toolkit.evaluation.evaluators.windows import Count, Window, WindowLimits, open_window
from qa_toolkit.language.identifiers import KINDS, IdentifierKind

_NAMES = {
    "ssn": "a full Social Security number",
    "birth_date": "a birth date",
    "card": "a card number",
    "bank_account": "a bank account number",
    "phone": "a telephone number",
    "address": "a street address",
    "email": "an e-mail address",
    "case_number": "a case number",
    "immigration_document": "the number of an immigration document",
}


def _one_or_many(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


Kinds = Annotated[
    tuple[IdentifierKind, ...],
    BeforeValidator(_one_or_many, json_schema_input_type=IdentifierKind | list[IdentifierKind]),
]


class PiiParameters(TwoAnswers, WindowLimits):
    """Which identifiers, said by whom, where, and how many.

    Attributes:
        role: who says them; absent = anyone.
        kinds: absent = all.
        at_least: ``found`` from so many on.
        at_most: instead of ``at_least``: ``found`` up to so many (0 = none may be said), ``missing`` above.
        repeats: ``skip`` passes over what another speaker has said before in full.
        least_probability: below it an identifier is doubtful; it counts for nothing, and where it could
            change the answer the criterion is unanswered.
        absence_confidence: how sure an answer is that rests on nothing having been found.
    """

    role: Roles = ()
    kinds: Kinds = KINDS
    at_least: Count | None = None
    at_most: Annotated[int, Field(ge=0, strict=True)] | None = None
    repeats: Literal["count", "skip"] = "count"
    least_probability: Probability = 0.7
    absence_confidence: Probability = 0.85

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if self.at_least is not None and self.at_most is not None:
            raise ValueError("one number is expected: accepted: at_least or at_most")
        return self

    def roles(self) -> tuple[str, ...]:
        """Roles the answer depends on."""
        return tuple(role.value for role in self.role)


class Pii:
    """Answers by the identifiers said; finds events where they are said."""

    name: ClassVar[str] = "pii"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset({"transcript"})
    Parameters: ClassVar[type[PiiParameters]] = PiiParameters

    def __init__(self, parameters: PiiParameters, tools: Tools) -> None:
        del tools
        self._parameters = parameters

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """``found`` or ``missing`` with the words said, or with the window that was searched."""
        parameters, (window, hits, doubtful) = self._parameters, self._search(case)
        if window.impossible:
            return unanswered(criterion, window.impossible)
        few = parameters.at_most is not None
        wanted = (parameters.at_most or 0) + 1 if few else parameters.at_least or 1
        if len(hits) >= wanted:
            sure = sorted((hit.probability for hit in hits), reverse=True)[wanted - 1]
            answer = parameters.missing if few else parameters.found
            return settled(criterion, answer, self._spans(hits, case), confidence=sure, reason=_said(hits))
        if len(hits) + len(doubtful) >= wanted:
            reason = f"perhaps {_NAMES[doubtful[0].kind]}, not complete or not certain"
            return settled(criterion, UNANSWERED, self._spans(doubtful, case), confidence=0.0, reason=reason)
        return self._absent(criterion, case, window, hits)

    def find(self, kind: str, case: Case) -> Sequence[Event]:
        """Every place where such an identifier is said; of one over several turns, its first words."""
        _, hits, _ = self._search(case)
        return tuple(self._event(kind, hit, case) for hit in hits)

    def _search(self, case: Case) -> tuple[Window, list[Said], list[Said]]:
        if case.transcript is None:
            raise ValueError("a transcript is needed")
        parameters, language = self._parameters, language_of(case)
        window = open_window(parameters, parameters.role, case, searchable(case.transcript, language))
        if window.impossible:
            return window, [], []
        everything = _identifiers(_Same(case.transcript), language)
        mine = [
            said
            for said in everything
            if said.kind in parameters.kinds
            and (not parameters.role or said.role in parameters.role)
            and window.holds(said.places[0])
            and not (parameters.repeats == "skip" and _heard_before(said, everything))
        ]
        sure = [said for said in mine if said.probability >= parameters.least_probability]
        return window, sure, [said for said in mine if said.probability < parameters.least_probability]

    def _absent(self, criterion: Criterion, case: Case, window: Window, hits: list[Said]) -> Answer:
        parameters, language = self._parameters, language_of(case)
        if language not in LANGUAGES:
            return unanswered(criterion, f"spoken numbers are not known in the language '{language}'")
        start_s, end_s = window.bounds()
        looked_for = ", ".join(_NAMES[kind] for kind in parameters.kinds)
        evidence: list[Evidence] = [WindowEvidence(looked_for, start_s, end_s), *self._spans(hits, case)]
        sure = parameters.absence_confidence * window.text.mean_confidence(parameters.role)
        answer = parameters.missing if parameters.at_most is None else parameters.found
        reason = f"not said: {looked_for}" if not hits else f"no more than: {_said(hits)}"
        return settled(criterion, answer, evidence, confidence=sure, reason=reason)

    def _spans(self, hits: Sequence[Said], case: Case) -> list[Evidence]:
        assert case.transcript is not None  # noqa: S101  # checked by the search
        text = searchable(case.transcript, language_of(case))
        return list(dict.fromkeys(span for hit in hits for span in text.quote(hit.places)))

    def _event(self, kind: str, hit: Said, case: Case) -> Event:
        assert case.transcript is not None  # noqa: S101
        span = searchable(case.transcript, language_of(case)).quote(hit.places)[0]
        sure, source = round(hit.probability, 4), f"{self.name}/{self.version}"
        role = hit.role.value
        return Event(kind, role, span.start_s, span.end_s, sure, span.turn, span.channel, source, span.text)


def _said(hits: Sequence[Said]) -> str:
    counts = {hit.kind: sum(other.kind == hit.kind for other in hits) for hit in hits}
    named = [_NAMES[kind] + (f" ({count} times)" if count > 1 else "") for kind, count in counts.items()]
    return f"said: {', '.join(named)}"


def _heard_before(said: Said, everything: Sequence[Said]) -> bool:
    """Whether another speaker said the same identifier in full before."""
    return any(
        (other.kind, other.value) == (said.kind, said.value)
        and other.role is not said.role
        and other.places[0].turn < said.places[0].turn
        for other in everything
    )


class _Same:
    """A transcript as the key of a cache: one object, compared by identity."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, _Same) and other.transcript is self.transcript

    def __hash__(self) -> int:
        return id(self.transcript)


@lru_cache(maxsize=4)
def _identifiers(same: _Same, language: str) -> tuple[Said, ...]:
    return said_identifiers(same.transcript, language)
