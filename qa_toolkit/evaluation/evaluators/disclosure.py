"""``disclosure``: was a required text read in all its parts, and did the other side agree to it afterwards?

Sees the parts of the text by their key wordings (each with alternatives; an event found by any other
evaluator may stand for a part), close to one another, and what was answered after the last of them. Cannot
see a part that is put in words nobody listed, nor whether the listener understood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from qa_toolkit.domain.case import Case, CasePart
from qa_toolkit.domain.evaluation import Answer, Evidence, WindowEvidence
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.rubric import Criterion, Identifier, Probability
from qa_toolkit.domain.transcript import Role
from qa_toolkit.evaluation.evaluator import Tools
from qa_toolkit.evaluation.evaluators.assent import Assent, assent_after
from qa_toolkit.evaluation.evaluators.phrase import Phrase, PhraseParameters
from qa_toolkit.evaluation.evaluators.searchable import Place, Searchable, searchable
from qa_toolkit.evaluation.evaluators.texts import (
    ANY_LANGUAGE,
    UNANSWERED,
    AlternativesByLanguage,
    EventNames,
    Roles,
    TwoAnswers,
    language_of,
    settled,
    unanswered,
)
from qa_toolkit.evaluation.evaluators.windows import Count, WindowLimits, open_window, position_of

_REFUSED = 0.9
_SAID = {
    "refused": "refused",
    "doubtful": "words of assent, but asked, quoted, supposed or told of an earlier time",
    "unasked": "a yes, but agreement was not asked for",
    "listened": "no clear assent, only a sign of listening",
    "silent": "no assent",
}


class DisclosureParameters(TwoAnswers, WindowLimits):
    """The parts of the text and the assent to it.

    Attributes:
        role: who reads it.
        elements: parts by name; each is a list of alternative wordings, or such lists by language. An
            alternative that is itself a list needs all of its wordings.
        or_events: events that stand for a part as well, by the name of the part.
        least_share: share of the parts that must be read.
        within_turns: all parts lie in so many turns.
        assent: whether the other side must agree after the last part.
        assent_role: who must agree.
        assent_within_turns: among so many of their next turns.
        if_not_read: the answer when no part was read at all; default ``missing``.
        fuzzy: least likeness of a wording, as for ``phrase``.
        absence_confidence: how sure an answer is that rests on something not having been said.
    """

    role: Roles = (Role.AGENT,)
    elements: Annotated[Mapping[Identifier, AlternativesByLanguage], Field(min_length=1)]
    or_events: Mapping[Identifier, EventNames] = Field(default_factory=dict)
    least_share: Annotated[Probability, Field(gt=0)] = 1.0
    within_turns: Count = 12
    assent: bool = True
    assent_role: Roles = (Role.CUSTOMER, Role.INTERPRETER)
    assent_within_turns: Count = 4
    if_not_read: str | None = None
    fuzzy: Annotated[Probability, Field(ge=0.5)] = 0.85
    absence_confidence: Probability = 0.8

    def roles(self) -> tuple[str, ...]:
        """Roles the answer depends on."""
        return tuple(role.value for role in (*self.role, *(self.assent_role if self.assent else ())))

    def event_names(self) -> tuple[str, ...]:
        """Events the parameters refer to."""
        return (*self.before, *self.after, *(name for names in self.or_events.values() for name in names))

    def possible_answers(self) -> tuple[str, ...]:
        """Options the criterion must have."""
        given = (self.found, self.missing, self.if_not_read or self.missing)
        return tuple(dict.fromkeys(a for a in given if a not in ("na", "unanswered")))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One attempt to read the text: the parts found, each at its first place, and the assent to it."""

    parts: Mapping[str, tuple[Event, Place]]
    assent: Assent | None


class Disclosure:
    """Answers ``found`` when the text was read (and agreed to); finds the event where it was."""

    name: ClassVar[str] = "disclosure"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset({"transcript"})
    Parameters: ClassVar[type[DisclosureParameters]] = DisclosureParameters

    def __init__(self, parameters: DisclosureParameters, tools: Tools) -> None:
        self._parameters = parameters
        self._phrases = {
            name: tuple(Phrase(wording, tools) for wording in _wordings(parameters, alternatives))
            for name, alternatives in parameters.elements.items()
        }

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """``found`` with all parts and the assent, or ``missing`` with what was lacking."""
        parameters, text = self._parameters, _text_of(case)
        window = open_window(parameters, parameters.role, case, text)
        if window.impossible:
            return unanswered(criterion, window.impossible)
        readings = self._readings(case, text)
        good = [
            r for r in readings if self._covered(r) and (r.assent is None or r.assent.verdict == "agreed")
        ]
        if good:
            return self._read(criterion, good[0], text)
        language = language_of(case)
        unlisted = [name for name in self._unlisted(language) if not any(name in r.parts for r in readings)]
        if unlisted:
            return unanswered(
                criterion, f"no wording of {unlisted[0]} is listed for the language '{language}'"
            )
        if not readings:
            looked_for = ", ".join(parameters.elements)
            evidence = WindowEvidence(looked_for, *window.bounds())
            answer = parameters.if_not_read or parameters.missing
            sure = self._absence(text)
            return settled(criterion, answer, [evidence], confidence=sure, reason=f"not read: {looked_for}")
        best = max(readings, key=lambda reading: (len(reading.parts), _last_turn(reading)))
        return self._lacking(criterion, best, text)

    def find(self, kind: str, case: Case) -> Sequence[Event]:
        """Where the text was read in full (and agreed to): its last part."""
        text = _text_of(case)
        found = []
        for reading in self._readings(case, text):
            if self._covered(reading) and (reading.assent is None or reading.assent.verdict == "agreed"):
                last, _ = max(reading.parts.values(), key=lambda part: (part[1].turn, part[1].start))
                sure = min(event.probability for event, _ in reading.parts.values())
                source = f"{self.name}/{self.version}"
                found.append(
                    Event(
                        kind,
                        last.role,
                        last.start_s,
                        last.end_s,
                        sure,
                        last.turn,
                        last.channel,
                        source,
                        last.text,
                    )
                )
        return tuple(dict.fromkeys(found))

    def _covered(self, reading: _Reading) -> bool:
        return len(reading.parts) / len(self._parameters.elements) >= self._parameters.least_share - 1e-9

    def _readings(self, case: Case, text: Searchable) -> list[_Reading]:
        """Attempts that cover most parts, one for each place where the first of them may begin."""
        hits = [
            (event, place, name)
            for name in self._parameters.elements
            for event, place in self._hits(name, case, text)
        ]
        hits.sort(key=lambda hit: (hit[1].turn, hit[1].start))
        made: dict[tuple[tuple[str, Place], ...], Mapping[str, tuple[Event, Place]]] = {}
        for position, (_, first, _) in enumerate(hits):
            parts: dict[str, tuple[Event, Place]] = {}
            for event, place, name in hits[position:]:
                if place.turn - first.turn < self._parameters.within_turns:
                    parts.setdefault(name, (event, place))
            made[tuple(sorted((name, place) for name, (_, place) in parts.items()))] = parts
        most = max((len(parts) for parts in made.values()), default=0)
        return [self._with_assent(parts, case, text) for parts in made.values() if len(parts) == most]

    def _with_assent(
        self, parts: Mapping[str, tuple[Event, Place]], case: Case, text: Searchable
    ) -> _Reading:
        parameters = self._parameters
        if not parameters.assent:
            return _Reading(parts, None)
        end = max((place for _, place in parts.values()), key=lambda place: (place.turn, place.end))
        assent = assent_after(
            text.turns,
            end,
            parameters.role,
            parameters.assent_role,
            within=parameters.assent_within_turns,
            language=language_of(case),
        )
        limit = open_window(WindowLimits(before=parameters.before), (), case, text)
        if assent.place is not None and not limit.holds(assent.place):
            assent = Assent("silent", None)
        return _Reading(parts, assent)

    def _hits(self, name: str, case: Case, text: Searchable) -> list[tuple[Event, Place]]:
        found = [event for phrase in self._phrases[name] for event in phrase.heard(name, case)]
        found += [
            event for kind in self._parameters.or_events.get(name, ()) for event in case.events_of(kind)
        ]
        placed = []
        for event in found:
            at = position_of(event, text)
            if at.turn is not None:
                placed.append((event, Place(at.turn, at.offset, at.offset + len(event.text or ""))))
        return placed

    def _read(self, criterion: Criterion, reading: _Reading, text: Searchable) -> Answer:
        places = [place for _, place in reading.parts.values()]
        sure = min(event.probability for event, _ in reading.parts.values())
        agreed = ""
        if reading.assent is not None and reading.assent.place is not None:
            places.append(reading.assent.place)
            sure = min(sure, text.confidence([reading.assent.place]))
            agreed = ", then agreed to"
        reason = f"read: {', '.join(reading.parts)}{agreed}"
        return settled(
            criterion, self._parameters.found, _quoted(places, text), confidence=sure, reason=reason
        )

    def _lacking(self, criterion: Criterion, reading: _Reading, text: Searchable) -> Answer:
        parameters = self._parameters
        missing = [name for name in parameters.elements if name not in reading.parts]
        places = [place for _, place in reading.parts.values()]
        evidence: list[Evidence] = []
        reasons = []
        if missing and not self._covered(reading):
            share = f"{len(reading.parts)} of {len(parameters.elements)} parts"
            reasons.append(f"read {share}, missing: {', '.join(missing)}")
            evidence.append(WindowEvidence(", ".join(missing)))
        if reading.assent is not None and reading.assent.verdict != "agreed":
            reasons.append(_SAID[reading.assent.verdict])
            places += [reading.assent.place] if reading.assent.place else []
            evidence += [] if reading.assent.place else [WindowEvidence("assent")]
        verdict = reading.assent.verdict if reading.assent is not None and self._covered(reading) else None
        sure = _REFUSED if verdict == "refused" else self._absence(text)
        answer = UNANSWERED if verdict in ("unasked", "doubtful") else parameters.missing
        evidence = [*_quoted(places, text), *evidence]
        return settled(criterion, answer, evidence, confidence=sure, reason="; ".join(reasons))

    def _absence(self, text: Searchable) -> float:
        return self._parameters.absence_confidence * text.mean_confidence(self._parameters.role)

    def _unlisted(self, language: str) -> list[str]:
        return [
            name
            for name, by_language in self._parameters.elements.items()
            if ANY_LANGUAGE not in by_language and language not in by_language
        ]


def _wordings(
    parameters: DisclosureParameters, alternatives: Mapping[str, Sequence[Sequence[str]]]
) -> list[PhraseParameters]:
    """The alternatives of a part as phrases to look for."""
    shared = {
        **{name: getattr(parameters, name) for name in WindowLimits.model_fields},
        "role": parameters.role,
        "fuzzy": parameters.fuzzy,
        "negated": "count",
    }
    made = []
    for language, items in alternatives.items():
        single = [item[0] for item in items if len(item) == 1]
        if single:
            made.append(PhraseParameters.model_validate({**shared, "any": {language: single}}))
        made += [
            PhraseParameters.model_validate({**shared, "all": {language: list(item)}})
            for item in items
            if len(item) > 1
        ]
    return made


def _text_of(case: Case) -> Searchable:
    if case.transcript is None:
        raise ValueError("a transcript is needed")
    return searchable(case.transcript, language_of(case))


def _last_turn(reading: _Reading) -> int:
    return max(place.turn for _, place in reading.parts.values())


def _quoted(places: Sequence[Place], text: Searchable) -> list[Evidence]:
    ordered = sorted(places, key=lambda place: (place.turn, place.start))
    return list(dict.fromkeys(span for place in ordered for span in text.quote([place])))
