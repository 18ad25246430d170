"""The events of a case: those it brings, and those the evaluators of a rubric find in it.

Only events that somebody asks for are looked for. One that cannot be, or of which its evaluator says what
cannot be, blocks what rests on it and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, cast

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import AnswerStatus
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.transcript import Turn
from qa_toolkit.errors import EnvironmentProblemError, EvaluatorError, InputError
from qa_toolkit.evaluation.containment import TookTooLongError, failure_text, time_limit
from qa_toolkit.evaluation.evaluator import EventFinder
from qa_toolkit.evaluation.panel import Panel, Seat
from qa_toolkit.evaluation.plugin_output import off_stdout


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something cannot be answered, and whether that is a failure or a want."""

    status: AnswerStatus
    reason: str


class Finding:
    """One case before the evaluators of a rubric, with its events as far as they were looked for.

    Args:
        case: as it was given.
        panel: the evaluators.
        role_confidence: below this confidence in who is who, what depends on roles is refused.
        seconds: an evaluator that takes longer for one kind of event is stopped; None = no limit.

    Attributes:
        case: with the events it brings and those found; no evaluator can change it for the next one.
        blocked: events that could not be looked for.
    """

    def __init__(self, case: Case, panel: Panel, role_confidence: float, seconds: float | None) -> None:
        self.panel, self._seconds = panel, seconds
        self._sealed, self._given = _sealed(case), _given_events(case)
        self._found: dict[str, list[Event]] = {}
        turns = case.transcript.turns if case.transcript else None
        self._turns = None if turns is None else {turn.id: turn for turn in reversed(turns)}
        self._roles_doubted = _roles_in_doubt(case, role_confidence)
        self.case = replace(self._sealed, events=self._given)
        self.blocked: dict[str, Refusal] = {}

    def look_for(self, names: Collection[str]) -> None:
        """Looks for the rubric's own events among these that were not looked for yet."""
        known, seats = self._found.keys() | self.blocked.keys(), self.panel.events
        new = [name for name in seats if name in names and name not in known]
        if not new:
            return
        for name in new:
            self._look_for(name, seats[name])
        events = list(self._given)
        for name in seats:
            events += self._found.get(name, ())
        self.case = replace(self._sealed, events=tuple(events))

    def _look_for(self, name: str, seat: Seat) -> None:
        refusal = self.refusal(seat, self._sealed)
        if refusal is not None:
            self.blocked[name] = refusal
            return
        try:
            with off_stdout(plugin=seat.plugin), time_limit(self._seconds):
                events = cast("EventFinder", seat.evaluator).find(name, self._sealed)
            self._found[name] = _checked_events(name, events, self._turns)
        except (EnvironmentProblemError, InputError) as error:  # a model or an extra that is not here
            self.blocked[name] = Refusal(AnswerStatus.UNANSWERED, str(error))
        except (Exception, SystemExit, TookTooLongError) as error:  # noqa: BLE001  # a plugin may raise anything
            self.blocked[name] = Refusal(AnswerStatus.ERROR, failure_text(error))

    def refusal(self, seat: Seat, case: Case) -> Refusal | None:
        """Why an evaluator is not asked about a case, whatever its events."""
        missing = [part for part in seat.evaluator.needs if not case.has(part)]
        if missing:
            reason = f"the interaction has no {' and no '.join(sorted(missing))}"
            return Refusal(AnswerStatus.UNANSWERED, reason)
        if seat.roles and self._roles_doubted:
            return Refusal(AnswerStatus.UNANSWERED, self._roles_doubted)
        return None

    def blocked_by(self, names: Collection[str]) -> Refusal | None:
        """Why what rests on these events cannot be answered, if it cannot."""
        stuck = sorted(self.blocked.keys() & names) if self.blocked else ()
        if not stuck:
            return None
        refusal = self.blocked[stuck[0]]
        return Refusal(refusal.status, f"the event '{stuck[0]}' is not known: {refusal.reason}")


def _roles_in_doubt(case: Case, least: float) -> str | None:
    sure = case.transcript.role_confidence if case.transcript else None
    if sure is None or sure >= least:
        return None
    return f"low confidence: who is agent and who is customer is uncertain ({sure:.2f} < {least:.2f})"


def _checked_events(name: str, found: object, turns: Mapping[int, Turn] | None) -> list[Event]:
    if not isinstance(found, (list, Sequence)):  # most are lists, which an abstract class tells later
        raise _no_events_of(name)
    events = list(found)
    for event in events:
        if not isinstance(event, Event) or event.kind != name:
            raise _no_events_of(name)
    for event in events:
        if not 0.0 <= event.probability <= 1.0:
            raise EvaluatorError(f"an event has the probability {event.probability}")
        if event.turn is not None and turns is not None:
            turn = turns.get(event.turn)
            if turn is None or (event.text is not None and event.text not in turn.text):
                raise EvaluatorError(f"an event quotes words that are not in turn {event.turn}")
    return events


def _no_events_of(name: str) -> EvaluatorError:
    return EvaluatorError(f"find() did not give a sequence of events of kind '{name}'")


def _given_events(case: Case) -> tuple[Event, ...]:
    """Events of the case, of its metrics and of its source, each once."""
    metric_events = case.metrics.events if case.metrics else ()
    measured = {event.kind for event in (*case.events, *metric_events)}
    source = case.transcript.events if case.transcript else ()
    extra = [event for event in source if event.kind not in measured]
    return tuple(dict.fromkeys((*case.events, *metric_events, *extra)))


def _sealed(case: Case) -> Case:
    """The case with read-only mappings, so that no evaluator can change it for the next one."""

    def seal(values: Mapping[str, Any] | None) -> Any:
        return None if values is None else MappingProxyType(dict(values))

    transcript = case.transcript
    return replace(
        case,
        interaction=replace(case.interaction, metadata=seal(case.interaction.metadata)),
        transcript=transcript and replace(transcript, metadata=seal(transcript.metadata)),
        record=seal(case.record),
        reference=seal(case.reference),
    )
