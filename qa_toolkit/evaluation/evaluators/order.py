"""``order``: did things happen in the order they must?

Sees the events of a case, measured or named under ``events:``, and compares where they start. Cannot see an
event that its finder missed; an order that rests on a missing event is as uncertain as that absence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cmp_to_key
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field, model_validator

from qa_toolkit.domain.case import Case, CasePart
from qa_toolkit.domain.evaluation import Answer, Evidence, WindowEvidence
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.rubric import Criterion, Probability
from qa_toolkit.evaluation.applicability import event_evidence
from qa_toolkit.evaluation.evaluator import Tools
from qa_toolkit.evaluation.evaluators.conversation import Conversation, conversation_of
from qa_toolkit.evaluation.evaluators.searchable import Searchable
from qa_toolkit.evaluation.evaluators.texts import (
    EventNames,
    TwoAnswers,
    each_once,
    settled,
    unanswered,
)
from qa_toolkit.evaluation.evaluators.windows import Count, Position, Seconds, positions_of

_CANNOT_COMPARE = "the events have neither times nor turns to compare them by"


class OrderParameters(TwoAnswers):
    """Events and the order they must have.

    Attributes:
        first: events that must all have happened (the first of each kind counts).
        before: ... before the earliest of these.
        if_nothing_before: the answer when all of ``first`` happened and none of ``before`` did.
        if_nothing_happened: the answer when none of ``before`` happened, nor all of ``first``; a part of it
            alone counts as nothing.
        after: ``first`` counts only after the earliest of these; without one there is nothing to judge.
        followed_by: one of these must start after the last of ``first``.
        within_s: ... at most so many seconds later (of ``followed_by``, else of ``before``).
        within_turns: ... at most so many turns later.
        never_before: none of these may start before the last of ``first`` is there.
        exactly_once: each of ``first`` happens once and no more.
        absence_confidence: how sure an answer is that rests on an event not having happened.
    """

    first: Annotated[EventNames, Field(min_length=1)]
    before: EventNames = ()
    if_nothing_before: Literal["yes", "no", "na", "unanswered"] | None = None
    if_nothing_happened: Literal["yes", "no", "na", "unanswered"] | None = None
    after: EventNames = ()
    followed_by: EventNames = ()
    within_s: Seconds | None = None
    within_turns: Count | None = None
    never_before: EventNames = ()
    exactly_once: bool = False
    absence_confidence: Probability = 0.8

    @model_validator(mode="after")
    def _limits_something(self) -> OrderParameters:
        if (self.within_s or self.within_turns) and not (self.followed_by or self.before):
            raise ValueError(
                "within_s and within_turns limit followed_by or before: accepted: one of these two"
            )
        return self

    def event_names(self) -> tuple[str, ...]:
        """Events the order is about."""
        return (*self.first, *self.before, *self.after, *self.followed_by, *self.never_before)

    def possible_answers(self) -> tuple[str, ...]:
        """Options the criterion must have."""
        extra = [a for a in (self.if_nothing_before, self.if_nothing_happened) if a in ("yes", "no")]
        return tuple(dict.fromkeys((*super().possible_answers(), *extra)))


class _Placed(NamedTuple):
    event: Event
    at: Position


class _Verdict(NamedTuple):
    value: str
    reason: str
    evidence: tuple[Evidence, ...]
    confidence: float


class Order:
    """Answers ``found`` when the order was kept, ``missing`` when it was not."""

    name: ClassVar[str] = "order"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset({"events"})
    Parameters: ClassVar[type[OrderParameters]] = OrderParameters

    def __init__(self, parameters: OrderParameters, tools: Tools) -> None:
        del tools
        self._parameters = self._last = parameters
        self._names = tuple(dict.fromkeys(parameters.event_names()))

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """The verdict with the events it rests on, or the window that holds none."""
        known = conversation_of(case) if case.transcript else None
        events = {name: _placed(case.events_of(name), known) for name in self._names}
        if not _comparable([item for items in events.values() for item in items]):
            return unanswered(criterion, _CANNOT_COMPARE)
        heard = known.mean_confidence(()) if known else 1.0
        verdict = _judge(self._as_sure_as(round(self._parameters.absence_confidence * heard, 4)), events)
        return settled(
            criterion, verdict.value, verdict.evidence, confidence=verdict.confidence, reason=verdict.reason
        )

    def _as_sure_as(self, sure: float) -> OrderParameters:
        """The parameters with an absence as sure as the words are heard; the last ones are kept."""
        last = self._last
        if last.absence_confidence != sure:
            last = self._last = self._parameters.model_copy(update={"absence_confidence": sure})
        return last


def _placed(events: Sequence[Event], known: Conversation | None) -> Sequence[_Placed]:
    """Events of a kind in order; kept with the conversation, as several criteria compare the same."""
    if known is None or not events:
        return _in_order(events, None)
    key = tuple(map(id, events))
    placed = known.placed.get(key)
    if placed is None:
        placed = known.placed[key] = _in_order(events, known.text)
    return placed


def _in_order(events: Sequence[Event], text: Searchable | None) -> list[_Placed]:
    placed = list(map(_Placed, events, positions_of(events, text)))
    # Events of a kind come by time; only those of one time, or without, have to be compared by their place.
    starts = {event.start_s for event in events}
    if len(starts) == len(events) and None not in starts:
        return placed
    return sorted(placed, key=cmp_to_key(_compare))


def _compare(one: _Placed, other: _Placed) -> int:
    if one.at.before(other.at):
        return -1
    return 1 if other.at.before(one.at) else 0


def _comparable(items: Sequence[_Placed]) -> bool:
    """All have a time, or all have a turn."""
    return None not in [i.at.start_s for i in items] or None not in [i.at.turn for i in items]


def _earliest(events: Mapping[str, Sequence[_Placed]], names: Sequence[str]) -> _Placed | None:
    firsts = [events[name][0] for name in names if events[name]]
    if len(firsts) < 2:
        return firsts[0] if firsts else None
    return min(firsts, key=cmp_to_key(_compare))


def _judge(parameters: OrderParameters, events: Mapping[str, Sequence[_Placed]]) -> _Verdict:  # noqa: PLR0911  # a cascade of exclusions
    start = _earliest(events, parameters.after) if parameters.after else None
    if parameters.after and start is None:
        return _absent(parameters, parameters.after, "unanswered", "nothing to judge:")
    own = events
    if start is not None:
        own = {n: [e for e in events[n] if start.at.before(e.at)] for n in parameters.first}
    lacking = [name for name in parameters.first if not own[name]]
    before = _earliest(events, parameters.before) if parameters.before else None
    if lacking:
        return _lacking(parameters, lacking, before)
    firsts = [own[name][0] for name in parameters.first]
    last = max(firsts, key=cmp_to_key(_compare)) if len(firsts) > 1 else firsts[0]
    if parameters.exactly_once:
        again = next((own[name][1] for name in parameters.first if len(own[name]) > 1), None)
        if again is not None:
            return _seen(parameters.missing, f"{again.event.kind} happened more than once", [*firsts, again])
    too_early = _earliest(events, parameters.never_before)
    if too_early is not None and not last.at.before(too_early.at):
        return _seen(
            parameters.missing, f"{too_early.event.kind} came before {last.event.kind}", [too_early, *firsts]
        )
    if parameters.before:
        verdict = _against_before(parameters, firsts, last, before)
        if verdict is not None:
            return verdict
    if parameters.followed_by:
        return _followed(parameters, events, firsts, last)
    names = " and ".join(parameters.first)
    reason = f"{names} before {before.event.kind}" if before else f"{names} happened"
    return _seen(parameters.found, reason, [*firsts, *([before] if before else [])])


def _lacking(parameters: OrderParameters, lacking: Sequence[str], before: _Placed | None) -> _Verdict:
    if before is None and parameters.before and parameters.if_nothing_happened is not None:
        names = [*lacking, *parameters.before]
        words = "neither happened:" if len(lacking) == len(parameters.first) else "did not happen:"
        return _absent(parameters, names, parameters.if_nothing_happened, words)
    verdict = _absent(parameters, lacking, parameters.missing, "did not happen:")
    if before is None:
        return verdict
    seen = (*verdict.evidence, event_evidence(before.event))
    return _Verdict(verdict.value, f"{verdict.reason}; {before.event.kind} did", seen, verdict.confidence)


def _against_before(
    parameters: OrderParameters, firsts: list[_Placed], last: _Placed, before: _Placed | None
) -> _Verdict | None:
    """The verdict if ``before`` decides it; None when the order holds and more has to be looked at."""
    if before is None:
        if parameters.if_nothing_before is None:
            return None
        value = parameters.if_nothing_before
        verdict = _absent(parameters, parameters.before, value, "did not happen:")
        seen = (*(event_evidence(item.event) for item in firsts), *verdict.evidence)
        return _Verdict(value, verdict.reason, seen, verdict.confidence)
    if not last.at.before(before.at):
        return _seen(
            parameters.missing, f"{before.event.kind} came before {last.event.kind}", [before, *firsts]
        )
    if not parameters.followed_by and not _near(parameters, last, before):
        reason = f"{last.event.kind} is too far from {before.event.kind}"
        return _seen(parameters.missing, reason, [*firsts, before])
    return None


def _followed(
    parameters: OrderParameters, events: Mapping[str, Sequence[_Placed]], firsts: list[_Placed], last: _Placed
) -> _Verdict:
    names = " and ".join(parameters.first)
    later = [e for n in parameters.followed_by for e in events[n] if last.at.before(e.at)]
    near = [item for item in later if _near(parameters, last, item)]
    if near:
        follower = min(near, key=cmp_to_key(_compare))
        return _seen(parameters.found, f"{names} followed by {follower.event.kind}", [*firsts, follower])
    wanted = " or ".join(parameters.followed_by)
    end = None
    if parameters.within_s is not None and last.event.start_s is not None:
        end = _end(last) + parameters.within_s
    evidence = (
        *(event_evidence(item.event) for item in firsts),
        WindowEvidence(wanted, last.event.start_s, end),
    )
    sure = parameters.absence_confidence * min(item.event.probability for item in firsts)
    return _Verdict(parameters.missing, f"{names} not followed by {wanted}", evidence, sure)


def _near(parameters: OrderParameters, one: _Placed, other: _Placed) -> bool:
    timed = other.event.start_s is not None and one.event.start_s is not None
    if (
        parameters.within_s is not None
        and timed
        and (other.event.start_s or 0.0) - _end(one) > parameters.within_s
    ):
        return False
    if parameters.within_turns is not None and one.at.turn is not None and other.at.turn is not None:
        return other.at.turn - one.at.turn <= parameters.within_turns
    return True


def _end(item: _Placed) -> float:
    return item.event.end_s if item.event.end_s is not None else (item.event.start_s or 0.0)


def _seen(value: str, reason: str, items: Sequence[_Placed]) -> _Verdict:
    evidence = each_once([event_evidence(item.event) for item in items])
    return _Verdict(value, reason, evidence, min(item.event.probability for item in items))


def _absent(parameters: OrderParameters, names: Sequence[str], value: str, words: str) -> _Verdict:
    looked_for = ", ".join(names)
    evidence = (WindowEvidence(looked_for),)
    return _Verdict(value, f"{words} {looked_for}", evidence, parameters.absence_confidence)
