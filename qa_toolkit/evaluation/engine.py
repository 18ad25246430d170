"""Rubric + Case -> Evaluation: events as far as they are needed, then criteria, each contained in itself.

Order for one criterion: not-applicable rules, parts of the case it needs, roles it can trust, its evaluator,
the checks on what the evaluator said (``containment``), the confidence threshold.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import Answer, AnswerStatus, Evaluation, EvaluatorRef, Source
from qa_toolkit.domain.frozen import replaced
from qa_toolkit.domain.rubric import Criterion
from qa_toolkit.evaluation.applicability import check_applies, not_applicable
from qa_toolkit.evaluation.containment import (
    TookTooLongError,
    alarm_at_hand,
    checked,
    failure_text,
    time_limit,
)
from qa_toolkit.evaluation.doubt import Doubts
from qa_toolkit.evaluation.evaluator import Evaluator
from qa_toolkit.evaluation.finding import Finding, Refusal
from qa_toolkit.evaluation.given_answers import rubric_ref
from qa_toolkit.evaluation.loader import LoadedRubric
from qa_toolkit.evaluation.panel import Panel, Seat, panel_of
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
class _Ruling:
    """What is known of a criterion before the events of its evaluator are looked for.

    Attributes:
        answer: the answer, where the not-applicable rules give one, or an event they name is not known.
        warnings: about what the rules ask for and is not known.
        is_open: the rules may rest on doubtful events, and are asked for each way these may be.
    """

    answer: Answer | None
    warnings: list[str]
    is_open: bool = False


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
    finding, seen, blocked = _with_events(case, rubric, (criterion,), settings)
    seat = finding.panel.criteria[criterion_id]
    proposed, _ = _proposed(finding, (criterion,), settings)[0]
    tuned = thresholds_for(rubric, settings.evaluators)
    return Inspection(
        criterion=criterion,
        evaluator=seat.evaluator,
        case=seen,
        events=tuple(sorted(seat.events | seat.rule_events)),
        blocked={name: refusal.reason for name, refusal in blocked.items()},
        threshold=_threshold(criterion, settings, tuned)[0],
        proposed=replaced(proposed, evaluator=seat.reference),
        answer=_accepted(proposed, criterion, seat, settings, tuned),
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
    finding = _finding(case, rubric, criteria, settings)
    seats = finding.panel.criteria
    return [
        replaced(answer, evaluator=seats[criterion.id].reference)
        for criterion, (answer, _) in zip(criteria, _proposed(finding, criteria, settings), strict=True)
    ]


def _finding(
    case: Case, rubric: LoadedRubric, criteria: Sequence[Criterion], settings: EvaluationSettings
) -> Finding:
    """The case before the evaluators of the rubric.

    Events are looked for when it is known that a criterion needs them; all at once where evaluators are not
    the toolkit's, as these may look at any event, and where there is no transcript, as it then depends on the
    events found whether any are known.
    """
    panel = panel_of(rubric, settings.evaluators)
    finding = Finding(case, panel, settings.role_confidence, settings.seconds)
    if not panel.own or case.transcript is None:
        finding.look_for(_used(panel, criteria))
    return finding


def _with_events(
    case: Case, rubric: LoadedRubric, criteria: Sequence[Criterion], settings: EvaluationSettings
) -> tuple[Finding, Case, Mapping[str, Refusal]]:
    """The same with every event that a criterion names: the case, and what could not be looked for."""
    finding = _finding(case, rubric, criteria, settings)
    finding.look_for(_used(finding.panel, criteria))
    return finding, finding.case, finding.blocked


def _used(panel: Panel, criteria: Sequence[Criterion]) -> Collection[str]:
    """Events that some criteria name; for all criteria all events, whether any of them names one or not."""
    if len(criteria) == len(panel.criteria):
        return panel.events.keys()
    seats = [panel.criteria[criterion.id] for criterion in criteria]
    return {name for seat in seats for name in (*seat.events, *seat.rule_events)}


@alarm_at_hand()
def _answers(
    case: Case, rubric: LoadedRubric, criteria: Sequence[Criterion], settings: EvaluationSettings
) -> tuple[list[Answer], list[str]]:
    """The answers to some criteria, and warnings."""
    finding = _finding(case, rubric, criteria, settings)
    tuned = thresholds_for(rubric, settings.evaluators)
    answers, warnings = [], []
    for criterion, (answer, doubts) in zip(criteria, _proposed(finding, criteria, settings), strict=True):
        answers.append(_accepted(answer, criterion, finding.panel.criteria[criterion.id], settings, tuned))
        warnings += doubts
    return answers, warnings


def _proposed(
    finding: Finding, criteria: Sequence[Criterion], settings: EvaluationSettings
) -> list[tuple[Answer, list[str]]]:
    """For every criterion the answer before the threshold, by whom is not said yet, and warnings.

    The not-applicable rules come first, for all of them: events that only criteria rest on which do not apply
    are not looked for.
    """
    seats = [finding.panel.criteria[criterion.id] for criterion in criteria]
    finding.look_for({name for seat in seats for name in seat.rule_events})
    doubtful = Doubts(finding.case, DOUBTFUL_BELOW).kinds
    rulings = [_ruling(c, seat, finding, doubtful) for c, seat in zip(criteria, seats, strict=True)]
    asked = [seat for seat, ruling in zip(seats, rulings, strict=True) if ruling.answer is None]
    finding.look_for({name for seat in asked for name in seat.events})
    doubts = Doubts(finding.case, DOUBTFUL_BELOW)
    return [
        (
            ruling.answer or _settled(c, seat, finding, doubts, ruling=ruling, settings=settings),
            ruling.warnings,
        )
        for c, seat, ruling in zip(criteria, seats, rulings, strict=True)
    ]


def _ruling(criterion: Criterion, seat: Seat, finding: Finding, doubtful: frozenset[str]) -> _Ruling:
    """What the not-applicable rules say, where nothing they rest on is doubtful."""
    if not criterion.not_applicable_when:
        return _Ruling(None, [])
    refusal = finding.blocked_by(seat.rule_events)
    if refusal is not None:
        return _Ruling(Answer(criterion.id, refusal.status, reason=refusal.reason), [])
    # Without a transcript, doubtful events left out may leave a case of which no events are known.
    if finding.case.transcript is None or doubtful & seat.rule_events & seat.doubts:
        return _Ruling(None, [], is_open=True)
    answer, warnings = not_applicable(criterion, finding.case)
    return _Ruling(answer, list(dict.fromkeys(warnings)))


def _settled(
    criterion: Criterion,
    seat: Seat,
    finding: Finding,
    doubts: Doubts,
    *,
    ruling: _Ruling,
    settings: EvaluationSettings,
) -> Answer:
    """The answer that holds whatever is doubtful; further warnings of the rules are added to the ruling's."""

    def answer(seen: Case) -> Answer:
        if ruling.is_open:
            excused, found = not_applicable(criterion, seen)
            for warning in found:
                if warning not in ruling.warnings:
                    ruling.warnings.append(warning)
            if excused is not None:
                return excused
        stop = finding.refusal(seat, seen) or finding.blocked_by(seat.events)
        if stop is not None:
            return Answer(criterion.id, stop.status, reason=stop.reason)
        return _asked(seat, criterion, seen, settings)

    return doubts.settled(answer, seat.doubts)


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
    answer: Answer,
    criterion: Criterion,
    seat: Seat,
    settings: EvaluationSettings,
    tuned: LoadedThresholds | None,
) -> Answer:
    """The answer with the name of what gave it, or ``unanswered`` when it is not sure enough."""
    threshold, learnt = _threshold(criterion, settings, tuned)
    reference = seat.reference
    if learnt:
        reference = EvaluatorRef(reference.name, f"{reference.version}+{learnt}")
    settled = answer.status in (AnswerStatus.ANSWERED, AnswerStatus.NOT_APPLICABLE)
    if not settled or answer.confidence is None or answer.confidence >= threshold:
        return replaced(answer, evaluator=reference)
    proposed = answer.answer if answer.status is AnswerStatus.ANSWERED else "not applicable"
    reason = f"low confidence: {answer.confidence:.2f} for '{proposed}' is below {threshold:.2f}"
    if answer.reason:
        reason += f" ({answer.reason})"
    return replaced(answer, status=AnswerStatus.UNANSWERED, answer=None, reason=reason, evaluator=reference)


__all__ = [
    "MACHINE",
    "EvaluationSettings",
    "Inspection",
    "answer_one",
    "evaluate",
    "inspect_one",
    "proposed_answers",
]
