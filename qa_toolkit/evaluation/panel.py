"""The ready evaluators of a rubric, with what each depends on and what was learnt for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from qa_toolkit.domain.evaluation import EvaluatorRef
from qa_toolkit.domain.rubric import EvaluatorSpec
from qa_toolkit.errors import EvaluatorError
from qa_toolkit.evaluation import registry
from qa_toolkit.evaluation.checks import event_names_of, nested_specs
from qa_toolkit.evaluation.evaluator import Evaluator
from qa_toolkit.evaluation.loader import LoadedRubric
from qa_toolkit.evaluation.plugin_output import is_plugin
from qa_toolkit.evaluation.thresholds import thresholds_for

_PANELS = 16


@dataclass(frozen=True, slots=True)
class Seat:
    """A ready evaluator and what it depends on besides the parts it needs.

    ``learnt`` names what was learnt for the parts and the events the answer rests on, beyond what the
    evaluator's own version says, and ``reference`` is both. ``plugin``: it, or a part of it, is none of the
    toolkit's. Of a criterion, ``rule_events`` are those its not-applicable rules name, and ``doubts`` the
    rubric's own events among all it rests on, which may be doubtful.
    """

    evaluator: Evaluator
    events: frozenset[str]
    roles: bool
    learnt: tuple[str, ...]
    reference: EvaluatorRef
    plugin: bool
    rule_events: frozenset[str] = frozenset()
    doubts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Panel:
    """The seats of a rubric's events and criteria. ``own``: all of them are the toolkit's."""

    events: Mapping[str, Seat]
    criteria: Mapping[str, Seat]
    own: bool


def panel_of(rubric: LoadedRubric, settings: Mapping[str, Any]) -> Panel:
    """The evaluators of a rubric, built once for a rubric and settings."""
    key = (rubric.sha256, registry.generation(), repr(sorted(settings.items())))
    return _built(key, _Built(rubric, settings))


def learnt_by(rubric: LoadedRubric, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Names, by hash, of everything learnt that answers to a rubric rest on: classifiers, banks, thresholds.

    Raises:
        EvaluatorError: an evaluator of the rubric is unknown, broken or cannot be built.
        AuthoredFileError: a file it names is not there or has faults.
    """
    panel = panel_of(rubric, settings)
    seats = (*panel.events.values(), *panel.criteria.values())
    found = {tag for seat in seats for tag in (*tags_of(seat.evaluator), *seat.learnt)}
    tuned = thresholds_for(rubric, settings)
    return tuple(sorted(found | ({f"thresholds.{tuned.sha256[:12]}"} if tuned else set())))


class _Built:
    """What a panel is built from; equal to any other, so that only the key decides in the cache."""

    def __init__(self, rubric: LoadedRubric, settings: Mapping[str, Any]) -> None:
        self.rubric, self.settings = rubric.rubric, settings

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Built)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=_PANELS)
def _built(_key: tuple[str, int, str], source: _Built) -> Panel:
    events = {name: _seat(spec, source.settings) for name, spec in source.rubric.events.items()}
    criteria: dict[str, Seat] = {}
    for criterion in source.rubric.criteria:
        seat = _seat(criterion.evaluator, source.settings)
        roles = seat.roles or any(events[name].roles for name in seat.events if name in events)
        rules = criterion.not_applicable_when
        rule_events = frozenset(name for rule in rules for name in (*rule.event, *rule.no_event))
        used = (seat.events | rule_events) & frozenset(events)
        learnt = {tag for name in used for tag in (*tags_of(events[name].evaluator), *events[name].learnt)}
        learnt = (learnt | set(seat.learnt)) - set(tags_of(seat.evaluator))
        tags = tuple(sorted(learnt))
        criteria[criterion.id] = replace(
            seat,
            roles=roles,
            learnt=tags,
            reference=_reference(seat.evaluator, tags),
            rule_events=rule_events,
            doubts=used,
        )
    own = not any(seat.plugin for seat in (*events.values(), *criteria.values()))
    return Panel(events, criteria, own)


def _seat(spec: EvaluatorSpec, settings: Mapping[str, Any]) -> Seat:
    parts: list[Evaluator] = []
    evaluator = registry.build(spec, settings, built=parts.append)
    events, roles = _depends(spec)
    learnt = {tag for part in parts for tag in tags_of(part)} - set(tags_of(evaluator))
    plugin = any(is_plugin(type(part).__module__) for part in parts)
    tags = tuple(sorted(learnt))
    return Seat(evaluator, events, roles, tags, _reference(evaluator, tags), plugin)


def _reference(evaluator: Evaluator, learnt: tuple[str, ...]) -> EvaluatorRef:
    return EvaluatorRef(evaluator.name, "+".join([evaluator.version, *learnt]))


def tags_of(evaluator: Evaluator) -> tuple[str, ...]:
    """What an evaluator says it learnt from, behind its version."""
    return tuple(evaluator.version.split("+")[1:])


def _depends(spec: EvaluatorSpec) -> tuple[frozenset[str], bool]:
    """Events and roles a spec and the specs inside it rest on."""
    try:
        parameters = registry.evaluator_class(spec.name).Parameters.model_validate(dict(spec.parameters))
    except ValueError as error:
        raise EvaluatorError(f"evaluator '{spec.name}' refuses its parameters") from error
    roles_of = getattr(parameters, "roles", None)
    roles = bool(roles_of()) if callable(roles_of) else False
    events = frozenset(event_names_of(parameters))
    for _, nested in nested_specs(parameters):
        inner_events, inner_roles = _depends(nested)
        events, roles = events | inner_events, roles or inner_roles
    return events, roles
