"""Why a criterion got its answer, step by step, in the order in which the engine takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import Answer, AnswerStatus, Evidence
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.rubric import AnswerOption, Criterion, EvaluatorSpec
from qa_toolkit.errors import ApplicabilityError
from qa_toolkit.evaluation import registry
from qa_toolkit.evaluation.applicability import check_applies, event_evidence, rule_outcomes
from qa_toolkit.evaluation.checks import nested_specs, parameters_of
from qa_toolkit.evaluation.containment import checked, failure_text
from qa_toolkit.evaluation.engine import EvaluationSettings, Inspection, inspect_one
from qa_toolkit.evaluation.examples import answer_text
from qa_toolkit.evaluation.loader import LoadedRubric

Stage = Literal[
    "applies", "event", "not_applicable", "needs", "evaluator", "part", "proposed", "threshold", "answer"
]
_SHOWN_TEXTS = 6
_YES_NO = {"yes": AnswerOption(points=1.0), "no": AnswerOption(points=0.0)}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was looked at, and what came of it.

    Attributes:
        name: the event, part or condition concerned; empty where the stage says it all.
        level: depth of a part inside parts, from 0.
    """

    stage: Stage
    name: str
    text: str
    evidence: tuple[Evidence, ...] = ()
    level: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer with the steps that led to it."""

    interaction: str
    criterion: str
    question: str
    steps: tuple[Step, ...]
    answer: Answer


def explain(
    case: Case, rubric: LoadedRubric, criterion_id: str, *, settings: EvaluationSettings | None = None
) -> Explanation:
    """The answer to one criterion and how it came about.

    Raises:
        KeyError: the rubric has no such criterion.
        EvaluatorError: an evaluator of the rubric is unknown, broken or cannot be built.
    """
    settings = settings or EvaluationSettings()
    seen = inspect_one(case, rubric, criterion_id, settings=settings)
    steps = (
        _applies(case, rubric),
        *_events(seen, rubric),
        *_rules(seen),
        *_needs(seen, settings),
        *_evaluator(seen, settings),
        *_verdict(seen),
    )
    return Explanation(case.interaction.id, criterion_id, seen.criterion.question, steps, seen.answer)


def _applies(case: Case, rubric: LoadedRubric) -> Step:
    try:
        doubts = list(check_applies(case, rubric.rubric))
    except ApplicabilityError as error:
        return Step("applies", "", f"{error}; the interaction would be rejected")
    return Step("applies", "", "; ".join(doubts) or "the rubric applies to this interaction")


def _events(seen: Inspection, rubric: LoadedRubric) -> Iterator[Step]:
    for name in seen.events:
        spec = rubric.rubric.events.get(name)
        how = f"looked for by {describe_spec(spec)}" if spec else "measured or given"
        if name in seen.blocked:
            yield Step("event", name, f"not known: {seen.blocked[name]}; {how}")
            continue
        found = seen.case.events_of(name)
        if not found:
            yield Step("event", name, f"did not happen; {how}")
            continue
        times = "once" if len(found) == 1 else f"{len(found)} times"
        places = ", ".join(_place(event) for event in found[:_SHOWN_TEXTS])
        more = "" if len(found) <= _SHOWN_TEXTS else f" and {len(found) - _SHOWN_TEXTS} more"
        evidence = tuple(event_evidence(event) for event in found[:_SHOWN_TEXTS])
        yield Step("event", name, f"happened {times}: {places}{more}; {how}", evidence)


def _place(event: Event) -> str:
    where = f"turn {event.turn}" if event.turn is not None else "no turn"
    when = "" if event.start_s is None else f" at {event.start_s:.1f} s"
    return f"{where}{when} (probability {event.probability:.2f})"


def _rules(seen: Inspection) -> Iterator[Step]:
    for number, rule in enumerate(seen.criterion.not_applicable_when, start=1):
        outcomes = rule_outcomes(rule, seen.case, seen.criterion)
        parts = [
            f"{words or 'not known'} ({'holds' if holds else 'does not hold'})"
            for holds, _, words, _ in outcomes
        ]
        excused = all(holds for holds, *_ in outcomes)
        end = "so the criterion does not apply" if excused else "so it excuses nothing"
        evidence = tuple(item for _, items, *_ in outcomes for item in items)
        wanted = _rule_text(rule)
        yield Step("not_applicable", f"rule {number}", f"wants {wanted}: {'; '.join(parts)}; {end}", evidence)


def _rule_text(rule: Any) -> str:
    parts = [f"{name} in ({', '.join(map(str, values))})" for name, values in rule.metadata.items()]
    parts += [f"event {name}" for name in rule.event] + [f"no event {name}" for name in rule.no_event]
    if rule.metric is not None:
        parts.append(f"metric {_short(rule.metric.model_dump(exclude_none=True))}")
    return " and ".join(parts)


def _needs(seen: Inspection, settings: EvaluationSettings) -> Iterator[Step]:
    missing = sorted(part for part in seen.evaluator.needs if not seen.case.has(part))
    if missing:
        yield Step("needs", ", ".join(missing), "the interaction does not have it, so nobody can be asked")
    sure = seen.case.transcript.role_confidence if seen.case.transcript else None
    if sure is not None:
        word = "below" if sure < settings.role_confidence else "at or above"
        text = f"who is agent and who is customer is {sure:.2f} sure, {word} {settings.role_confidence:.2f}"
        yield Step("needs", "roles", text)


def _evaluator(seen: Inspection, settings: EvaluationSettings) -> Iterator[Step]:
    spec = seen.criterion.evaluator
    name = f"{seen.evaluator.name} {seen.evaluator.version}"
    yield Step("evaluator", name, describe_spec(spec))
    if seen.proposed.status is not AnswerStatus.NOT_APPLICABLE:
        yield from _parts(spec, seen, settings, 0)


def _parts(spec: EvaluatorSpec, seen: Inspection, settings: EvaluationSettings, level: int) -> Iterator[Step]:
    """Evaluators inside this one, each asked by itself."""
    question = seen.criterion.model_copy(update={"answers": _YES_NO, "ranges": ()})
    for number, (_, part) in enumerate(nested_specs(parameters_of(spec)), start=1):
        answer = _ask(part, question, seen.case, settings)
        said = f"{answer_text(answer)}{_sure(answer)}: {answer.reason or 'no reason'}"
        text = f"{said}; {describe_spec(part)}"
        yield Step("part", f"{number}", text, answer.evidence, level)
        yield from _parts(part, seen, settings, level + 1)


def _ask(spec: EvaluatorSpec, question: Criterion, case: Case, settings: EvaluationSettings) -> Answer:
    try:
        part = registry.build(spec, settings.evaluators)
        missing = sorted(name for name in part.needs if not case.has(name))
        if missing:
            reason = f"the interaction has no {' and no '.join(missing)}"
            return Answer(question.id, AnswerStatus.UNANSWERED, reason=reason)
        return checked(part.answer(question, case), question, case)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a plugin may raise anything
        return Answer(question.id, AnswerStatus.ERROR, reason=failure_text(error))


def _verdict(seen: Inspection) -> Iterator[Step]:
    proposed, answer = seen.proposed, seen.answer
    said = f"{answer_text(proposed)}{_sure(proposed)}: {proposed.reason or 'no reason given'}"
    yield Step("proposed", "", said, proposed.evidence)
    if proposed.confidence is not None and proposed.status is not AnswerStatus.UNANSWERED:
        own = "its own" if seen.criterion.confidence is not None else "the site's"
        word = "reaches" if proposed.confidence >= seen.threshold else "is below"
        text = f"confidence {proposed.confidence:.2f} {word} {own} threshold {seen.threshold:.2f}"
        yield Step("threshold", "", text)
    yield Step("answer", "", str(answer_text(answer)))


def _sure(answer: Answer) -> str:
    return "" if answer.confidence is None else f" (confidence {answer.confidence:.2f})"


def describe_spec(spec: EvaluatorSpec | None) -> str:
    """An evaluator and its parameters in one line; long lists are cut short."""
    if spec is None:
        return "nothing"
    return f"{spec.name} {_short(spec.parameters)}" if spec.parameters else spec.name


def _short(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_short(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        shown = ", ".join(_short(item) for item in value[:_SHOWN_TEXTS])
        more = "" if len(value) <= _SHOWN_TEXTS else f", … {len(value)} in all"
        return f"[{shown}{more}]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
