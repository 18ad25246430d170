"""``metric``: is a measured value, or the number or length of measured events, inside limits?

Sees what was measured with the definition it was measured by. Cannot see why a value is what it is: a long
silence may be a hold nobody announced in words the metric knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

from pydantic import Field, model_validator

from qa_toolkit.domain.case import Case, CasePart
from qa_toolkit.domain.evaluation import Answer, Evidence, ValueEvidence, WindowEvidence
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.rubric import Criterion, Number, Probability
from qa_toolkit.domain.transcript import Role
from qa_toolkit.evaluation.applicability import event_evidence, within
from qa_toolkit.evaluation.evaluator import Tools
from qa_toolkit.evaluation.evaluators.searchable import searchable
from qa_toolkit.evaluation.evaluators.texts import (
    EventNames,
    TwoAnswers,
    language_of,
    settled,
    unanswered,
)
from qa_toolkit.evaluation.evaluators.windows import Position, first_event, position_of

_SHOWN = 5


class MetricParameters(TwoAnswers):
    """A metric by name, or events by kind, and the limits (both included).

    Attributes:
        name: name of the metric, such as ``words_per_minute``.
        event: kind of event, instead of a name.
        role: whose metric or events; absent = the whole call.
        definition: id of the definition, where several of one name exist.
        at_least, at_most: limits of the metric's value or of the number of events.
        longest_s: no event may last longer.
        during, before, after: only events that start during / before / after the first of these events.
        least_probability: events less probable than this are not counted.
    """

    name: str | None = Field(default=None, min_length=1)
    event: str | None = Field(default=None, min_length=1)
    role: Role | None = None
    definition: str | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    longest_s: Number | None = Field(default=None, ge=0)
    during: EventNames = ()
    before: EventNames = ()
    after: EventNames = ()
    least_probability: Probability = 0.5

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.name is None) == (self.event is None):
            raise ValueError("one of two is expected: accepted: name (a metric) or event (a kind of event)")
        if self.name is not None and (self.longest_s is not None or self.during or self.before or self.after):
            raise ValueError("longest_s, during, before and after go with event, not with name")
        return self

    def event_names(self) -> tuple[str, ...]:
        """Events the answer rests on."""
        own = () if self.event is None else (self.event,)
        return (*own, *self.during, *self.before, *self.after)

    def roles(self) -> tuple[str, ...]:
        """Roles the answer depends on."""
        return () if self.role is None else (self.role.value,)

    @property
    def limited(self) -> bool:
        """Whether there are limits to answer yes or no by."""
        return any(limit is not None for limit in (self.at_least, self.at_most, self.longest_s))

    def possible_answers(self) -> tuple[str, ...]:
        """Options the criterion must have: none when the number itself is the answer."""
        return super().possible_answers() if self.limited else ()


class MetricEvaluator:
    """Answers ``found`` inside the limits, ``missing`` outside; for criteria with ranges, the number."""

    name: ClassVar[str] = "metric"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset({"metrics"})
    Parameters: ClassVar[type[MetricParameters]] = MetricParameters

    def __init__(self, parameters: MetricParameters, tools: Tools) -> None:
        del tools
        self._parameters = parameters

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """The answer with the value, or with the events, it rests on."""
        if not criterion.ranges and not self._parameters.limited:
            return unanswered(criterion, "the evaluator has no limits to answer by: at_least or at_most")
        return self._by_events(criterion, case) if self._parameters.event else self._by_value(criterion, case)

    def _by_value(self, criterion: Criterion, case: Case) -> Answer:
        parameters = self._parameters
        name = parameters.name or ""
        role = parameters.role.value if parameters.role else None
        metric = case.metrics.get(name, role, parameters.definition) if case.metrics else None
        shown = f"{name} of {role}" if role else name
        if metric is None:
            return unanswered(criterion, f"{shown} was not measured")
        if metric.value is None:
            return unanswered(
                criterion, f"{shown} is not available: {metric.unavailable_because or 'not measured'}"
            )
        evidence = (ValueEvidence("metric", name if role is None else f"{name}.{role}", metric.value),)
        reason = f"{shown} is {metric.value:g} {metric.unit} ({metric.definition})"
        if criterion.ranges:
            if criterion.option_for(metric.value) is None:
                return unanswered(criterion, f"{reason}, which lies in no range of the criterion")
            return settled(criterion, metric.value, evidence, confidence=1.0, reason=reason)
        value = (
            parameters.found
            if within(metric.value, parameters.at_least, parameters.at_most)
            else parameters.missing
        )
        return settled(criterion, value, evidence, confidence=1.0, reason=reason)

    def _by_events(self, criterion: Criterion, case: Case) -> Answer:
        parameters = self._parameters
        missing = self._period_missing(case)
        if missing:
            return unanswered(criterion, f"{missing} did not happen")
        kind = parameters.event or ""
        events = [e for e in case.events_of(kind) if self._counts(e, case)]
        evidence: tuple[Evidence, ...] = tuple(event_evidence(event) for event in events[:_SHOWN])
        evidence = (*evidence, ValueEvidence("metric", f"{kind}_count", len(events)))
        if not events:
            evidence = (WindowEvidence(looked_for=kind),)
        sure = min((event.probability for event in events), default=1.0)
        reason = f"{len(events)} x {kind}"
        if criterion.ranges:
            if criterion.option_for(float(len(events))) is None:
                return unanswered(criterion, f"{reason}, which lies in no range of the criterion")
            return settled(criterion, float(len(events)), evidence, confidence=sure, reason=reason)
        longest = _longest(events)
        if parameters.longest_s is not None and longest is not None:
            reason += f", the longest {longest:.1f} s"
        holds = within(len(events), parameters.at_least, parameters.at_most) and (
            parameters.longest_s is None or longest is None or longest <= parameters.longest_s
        )
        value = parameters.found if holds else parameters.missing
        return settled(criterion, value, evidence, confidence=sure, reason=reason)

    def _period_missing(self, case: Case) -> str | None:
        for names in (self._parameters.during, self._parameters.after):
            if names and not any(case.events_of(name) for name in names):
                return " or ".join(names)
        return None

    def _counts(self, event: Event, case: Case) -> bool:
        parameters = self._parameters
        if event.probability < parameters.least_probability:
            return False
        if parameters.role is not None and event.role != parameters.role.value:
            return False
        limited = parameters.during or parameters.before or parameters.after
        return not limited or self._in_period(event, case)

    def _in_period(self, event: Event, case: Case) -> bool:
        """Whether an event starts during, before and after the events that limit it."""
        parameters = self._parameters
        text = searchable(case.transcript, language_of(case)) if case.transcript else None
        here = position_of(event, text)
        if parameters.during and not any(_inside(event, case, name) for name in parameters.during):
            return False
        if parameters.before:
            first = first_event(case, parameters.before, text)
            if first is not None and not here.before(first[1]):
                return False
        if parameters.after:
            first = first_event(case, parameters.after, text)
            return first is not None and bool(Position.before(first[1], here))
        return True


def _inside(event: Event, case: Case, name: str) -> bool:
    """Whether an event starts inside an event of that name: inside its turn, where it lies in one."""
    if event.start_s is None:
        return False
    for period in case.events_of(name):
        start, end = period.start_s, period.end_s
        turn = next(
            (t for t in (case.transcript.turns if case.transcript else ()) if t.id == period.turn), None
        )
        if turn is not None:
            start, end = turn.start_s, turn.end_s
        if start is not None and end is not None and start <= event.start_s < end:
            return True
    return False


def _longest(events: Sequence[Event]) -> float | None:
    lengths = [e.end_s - e.start_s for e in events if e.start_s is not None and e.end_s is not None]
    return max(lengths, default=None)
