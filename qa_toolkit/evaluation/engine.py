"""Rubric + Case -> Evaluation: events first, then every criterion, each contained in itself.

Order for one criterion: not-applicable rules, parts of the case it needs, roles it can trust, its evaluator,
the checks on what the evaluator said (``containment``), the confidence threshold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, cast

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import Answer, AnswerStatus, Evaluation, EvaluatorRef, Source
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.rubric import Criterion
from qa_toolkit.domain.transcript import Turn
from qa_toolkit.errors import EnvironmentProblemError, EvaluatorError, InputError
from qa_toolkit.evaluation.applicability import check_applies, not_applicable
from qa_toolkit.evaluation.containment import (
    TookTooLongError,
    alarm_at_hand,
    checked,
    failure_text,
    time_limit,
)
from qa_toolkit.evaluation.doubt import settled_in_doubt
from qa_toolkit.evaluation.evaluator import Evaluator, EventFinder
from qa_toolkit.evaluation.given_answers import rubric_ref
from qa_toolkit.evaluation.loader import LoadedRubric
from qa_toolkit.evaluation.panel import Panel, Seat, panel_of, rule_events_of
from qa_toolkit.evaluation.plugin_output import off_stdout
from qa_toolkit.evaluation.scoring import score
from qa_toolkit.evaluation.thresholds import LoadedThresholds, thresholds_for

MACHINE = Source("machine", "qa-toolkit")
DOUBTFUL_BELOW = 0.7
"""An event less probable than this may not have happened; an answer must hold either way."""


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """What a site sets for machine answers.

    Attributes:
        confidence: a machine answer below it is ``unanswered``; a criterion's own ``confidence`` comes first,
            then a threshold tuned for this version of the rubric.
        role_confidence: below this confidence in who is who, answers that depend on roles are ``unanswered``.
        seconds: an evaluator that takes longer for one criterion (or event) is stopped; None = no limit.
        evaluators: settings handed to evaluators as ``Tools.settings``.
    """

    confidence: float = 0.7
    role_confidence: float = 0.8
    seconds: float | None = 60.0
    evaluators: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why something cannot be answered, and whether that is a failure or a want."""

    status: AnswerStatus
    reason: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """How one answer came about.

    Attributes:
        case: the case with all events, as the evaluator saw it.
        events: names of the rubric's events the answer rests on.
        blocked: events that could not be looked for, with the reason.
        proposed: the answer before the threshold.
    """

    criterion: Criterion
    evaluator: Evaluator
    case: Case
    events: tuple[str, ...]
    blocked: Mapping[str, str]
    threshold: float
    proposed: Answer
    answer: Answer


def evaluate(case: Case, rubric: LoadedRubric, *, settings: EvaluationSettings | None = None) -> Evaluation:
    """Answers every criterion of the rubric and scores the answers.

    The same case, rubric, settings and evaluators give an equal evaluation. Metrics are not computed here:
    the caller puts them into the case.

    Raises:
        ApplicabilityError: the case's metadata contradict the rubric's ``applies_when``.
        EvaluatorError: an evaluator of the rubric is unknown, broken or cannot be built.
        QAToolkitError: an evaluator lacks a model or an extra.
    """
    settings = settings or EvaluationSettings()
    warnings = list(check_applies(case, rubric.rubric))
    answers, doubts = _answers(case, rubric, tuple(rubric.rubric.criteria), settings)
    warnings += doubts
    filled, result = score(rubric.rubric, answers)
    reference = rubric_ref(rubric)
    unique = tuple(dict.fromkeys(warnings))
    return Evaluation(case.interaction.id, reference, MACHINE, filled, result, warnings=unique)


def answer_one(
    case: Case, rubric: LoadedRubric, criterion_id: str, *, settings: EvaluationSettings | None = None
) -> Answer:
    """The answer to one criterion, without points; ``applies_when`` of the rubric is not looked at.

    Raises:
        KeyError: the rubric has no such criterion.
        EvaluatorError: as for ``evaluate``.
    """
    criterion = rubric.rubric.criterion(criterion_id)
    answers, _ = _answers(case, rubric, (criterion,), settings or EvaluationSettings())
    return answers[0]


@alarm_at_hand()
def inspect_one(
    case: Case, rubric: LoadedRubric, criterion_id: str, *, settings: EvaluationSettings | None = None
) -> Inspection:
    """As ``answer_one``, with what the answer rests on.

    Raises:
        KeyError: the rubric has no such criterion.
        EvaluatorError: as for ``evaluate``.
    """
    settings = settings or EvaluationSettings()
    criterion = rubric.rubric.criterion(criterion_id)
    panel, seen, blocked = _with_events(case, rubric, (criterion,), settings)
    seat = panel.criteria[criterion_id]
    proposed, _ = _proposed(criterion, seen, seat, blocked, settings)
    tuned = thresholds_for(rubric, settings.evaluators)
    return Inspection(
        criterion=criterion,
        evaluator=seat.evaluator,
        case=seen,
        events=tuple(sorted({*seat.events, *rule_events_of(criterion)})),
        blocked={name: refusal.reason for name, refusal in blocked.items()},
        threshold=_threshold(criterion, settings, tuned)[0],
        proposed=proposed,
        answer=_accepted(proposed, criterion, settings, tuned),
    )


@alarm_at_hand()
def proposed_answers(
    case: Case,
    rubric: LoadedRubric,
    criteria: Sequence[Criterion],
    *,
    settings: EvaluationSettings | None = None,
) -> list[Answer]:
    """What would be answered to some criteria if every answer were accepted, whatever its confidence."""
    settings = settings or EvaluationSettings()
    panel, seen, blocked = _with_events(case, rubric, criteria, settings)
    return [_proposed(c, seen, panel.criteria[c.id], blocked, settings)[0] for c in criteria]


def _with_events(
    case: Case, rubric: LoadedRubric, criteria: Sequence[Criterion], settings: EvaluationSettings
) -> tuple[Panel, Case, dict[str, _Refusal]]:
    """The evaluators, the case with its events, and the events that could not be looked for.

    Events that none of the criteria uses are not looked for.
    """
    panel = panel_of(rubric, settings.evaluators)
    sealed = _sealed(case)
    wanted = panel.events
    if len(criteria) < len(panel.criteria):
        used = {name for c in criteria for name in (*panel.criteria[c.id].events, *rule_events_of(c))}
        wanted = {name: seat for name, seat in panel.events.items() if name in used}
    events, blocked = _rubric_events(sealed, wanted, settings)
    return panel, replace(sealed, events=(*_given_events(sealed), *events)), blocked


@alarm_at_hand()
def _answers(
    case: Case, rubric: LoadedRubric, criteria: Sequence[Criterion], settings: EvaluationSettings
) -> tuple[list[Answer], list[str]]:
    """The answers to some criteria, and warnings."""
    panel, seen, blocked = _with_events(case, rubric, criteria, settings)
    tuned = thresholds_for(rubric, settings.evaluators)
    answers, warnings = [], []
    for criterion in criteria:
        answer, doubts = _proposed(criterion, seen, panel.criteria[criterion.id], blocked, settings)
        answers.append(_accepted(answer, criterion, settings, tuned))
        warnings += doubts
    return answers, warnings


def _proposed(
    criterion: Criterion,
    case: Case,
    seat: Seat,
    blocked: Mapping[str, _Refusal],
    settings: EvaluationSettings,
) -> tuple[Answer, list[str]]:
    """The answer before the threshold, and warnings."""
    reference = EvaluatorRef(seat.evaluator.name, "+".join([seat.evaluator.version, *seat.learnt]))
    rule_events = rule_events_of(criterion)
    refusal = _blocked_by(rule_events, blocked)
    doubts: list[str] = []

    def answer(seen: Case) -> Answer:
        if refusal is None:
            excused, found = not_applicable(criterion, seen)
            doubts.extend(found)
            if excused is not None:
                return excused
        stop = refusal or _refusal(seat, seen, blocked, settings)
        if stop is not None:
            return Answer(criterion.id, stop.status, reason=stop.reason)
        return _asked(seat, criterion, seen, settings)

    kinds = (seat.events | rule_events) & set(seat.defined)
    given = settled_in_doubt(answer, case, kinds, DOUBTFUL_BELOW)
    return replace(given, evaluator=reference), list(dict.fromkeys(doubts))


def _asked(seat: Seat, criterion: Criterion, case: Case, settings: EvaluationSettings) -> Answer:
    """The evaluator's answer after all checks; whatever it raises becomes ``error``."""
    try:
        with off_stdout(plugin=seat.plugin), time_limit(settings.seconds):
            raw: object = seat.evaluator.answer(criterion, case)
        return checked(raw, criterion, case)
    except (Exception, SystemExit, TookTooLongError) as error:  # noqa: BLE001  # a plugin may raise anything
        return Answer(criterion.id, AnswerStatus.ERROR, reason=failure_text(error))


def _threshold(
    criterion: Criterion, settings: EvaluationSettings, tuned: LoadedThresholds | None
) -> tuple[float, str | None]:
    """The least confidence of an accepted answer, and what it was learnt from.

    What the rubric's author wrote comes first, then what was tuned from labels, then the site's setting.
    """
    if criterion.confidence is not None:
        return criterion.confidence, None
    found = tuned.thresholds.criteria.get(criterion.id) if tuned else None
    if tuned is None or found is None:
        return settings.confidence, None
    return found.threshold, f"thresholds.{tuned.sha256[:12]}"


def _accepted(
    answer: Answer, criterion: Criterion, settings: EvaluationSettings, tuned: LoadedThresholds | None
) -> Answer:
    """The answer, or ``unanswered`` when it is not sure enough."""
    threshold, learnt = _threshold(criterion, settings, tuned)
    if learnt and answer.evaluator is not None:
        reference = replace(answer.evaluator, version=f"{answer.evaluator.version}+{learnt}")
        answer = replace(answer, evaluator=reference)
    settled = answer.status in (AnswerStatus.ANSWERED, AnswerStatus.NOT_APPLICABLE)
    if not settled or answer.confidence is None or answer.confidence >= threshold:
        return answer
    proposed = answer.answer if answer.status is AnswerStatus.ANSWERED else "not applicable"
    reason = f"low confidence: {answer.confidence:.2f} for '{proposed}' is below {threshold:.2f}"
    if answer.reason:
        reason += f" ({answer.reason})"
    return replace(answer, status=AnswerStatus.UNANSWERED, answer=None, reason=reason)


def _refusal(
    seat: Seat, case: Case, blocked: Mapping[str, _Refusal], settings: EvaluationSettings
) -> _Refusal | None:
    missing = sorted(part for part in seat.evaluator.needs if not case.has(part))
    if missing:
        return _Refusal(AnswerStatus.UNANSWERED, f"the interaction has no {' and no '.join(missing)}")
    if seat.roles and (doubt := _roles_in_doubt(case, settings)):
        return _Refusal(AnswerStatus.UNANSWERED, doubt)
    return _blocked_by(seat.events, blocked)


def _blocked_by(
    names: Sequence[str] | set[str] | frozenset[str], blocked: Mapping[str, _Refusal]
) -> _Refusal | None:
    for name in sorted(names):
        if name in blocked:
            refusal = blocked[name]
            return _Refusal(refusal.status, f"the event '{name}' is not known: {refusal.reason}")
    return None


def _roles_in_doubt(case: Case, settings: EvaluationSettings) -> str | None:
    sure = case.transcript.role_confidence if case.transcript else None
    if sure is None or sure >= settings.role_confidence:
        return None
    least = settings.role_confidence
    return f"low confidence: who is agent and who is customer is uncertain ({sure:.2f} < {least:.2f})"


def _rubric_events(
    case: Case, seats: Mapping[str, Seat], settings: EvaluationSettings
) -> tuple[list[Event], dict[str, _Refusal]]:
    """The rubric's own events, and those that could not be looked for with the reason."""
    found: list[Event] = []
    blocked: dict[str, _Refusal] = {}
    turns = {turn.id: turn for turn in reversed(case.transcript.turns)} if case.transcript else None
    for name, seat in seats.items():
        refusal = _refusal(seat, case, {}, settings)
        if refusal is not None:
            blocked[name] = refusal
            continue
        try:
            with off_stdout(plugin=seat.plugin), time_limit(settings.seconds):
                events = cast("EventFinder", seat.evaluator).find(name, case)
            found += _checked_events(name, events, turns)
        except (EnvironmentProblemError, InputError) as error:  # a model or an extra that is not here
            blocked[name] = _Refusal(AnswerStatus.UNANSWERED, str(error))
        except (Exception, SystemExit, TookTooLongError) as error:  # noqa: BLE001  # a plugin may raise anything
            blocked[name] = _Refusal(AnswerStatus.ERROR, failure_text(error))
    return found, blocked


def _checked_events(name: str, found: object, turns: Mapping[int, Turn] | None) -> list[Event]:
    events = list(found) if isinstance(found, Sequence) else None
    if events is None or not all(isinstance(event, Event) and event.kind == name for event in events):
        raise EvaluatorError(f"find() did not give a sequence of events of kind '{name}'")
    for event in events:
        if not 0.0 <= event.probability <= 1.0:
            raise EvaluatorError(f"an event has the probability {event.probability}")
        if event.turn is not None and turns is not None:
            turn = turns.get(event.turn)
            if turn is None or (event.text is not None and event.text not in turn.text):
                raise EvaluatorError(f"an event quotes words that are not in turn {event.turn}")
    return events


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


__all__ = [
    "MACHINE",
    "EvaluationSettings",
    "Inspection",
    "answer_one",
    "evaluate",
    "inspect_one",
    "proposed_answers",
]
