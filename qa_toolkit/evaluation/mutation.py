"""Do the examples of a rubric notice when a criterion is broken?

Every automatic criterion is broken in small ways, one at a time, and its own examples are run again. A
change that no example notices (a survivor) shows a part of the criterion nobody tests. Mutation analysis
after DeMillo, Lipton and Sayward, 1978; as there, a survivor may also be a change without any effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from qa_toolkit.domain.rubric import Criterion, EvaluatorSpec, Rubric
from qa_toolkit.errors import QAToolkitError
from qa_toolkit.evaluation.checks import event_names_of, nested_specs, parameters_of
from qa_toolkit.evaluation.engine import EvaluationSettings
from qa_toolkit.evaluation.examples import Prepare, run_example
from qa_toolkit.evaluation.loader import LoadedRubric
from qa_toolkit.evaluation.registry import evaluator_class

_NEVER = "zzqx never said zzqx"
"""A phrase nobody says."""
_HOW_SURE = ("absence_confidence", "most_confidence")
"""Parameters that change how sure an answer is, not what it is: no example can be about them."""
_ROLES = {"agent": "customer", "customer": "agent"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One way in which a criterion was broken, and the examples (by number) that noticed."""

    criterion: str
    what: str
    noticed_by: tuple[int, ...]

    @property
    def noticed(self) -> bool:
        """Whether any example gives another result than before."""
        return bool(self.noticed_by)


@dataclass(frozen=True, slots=True)
class MutationReport:
    """All mutants of a rubric.

    Attributes:
        untested: automatic criteria without examples that pass; nothing can notice anything there.
    """

    mutants: tuple[Mutant, ...]
    untested: tuple[str, ...]

    @property
    def noticed(self) -> int:
        """Mutants that an example noticed."""
        return sum(mutant.noticed for mutant in self.mutants)

    @property
    def kill_rate(self) -> float | None:
        """Share of the mutants that were noticed; None when there are none."""
        return self.noticed / len(self.mutants) if self.mutants else None


def mutate(
    rubric: LoadedRubric, *, settings: EvaluationSettings | None = None, prepare: Prepare | None = None
) -> MutationReport:
    """Breaks every automatic criterion in turn and runs its examples.

    Args:
        rubric: the rubric with its examples.
        settings: when machine answers are accepted.
        prepare: done to the case of every example first, such as measuring it.

    Raises:
        TranscriptError: an example's turns cannot be read.
    """
    mutants: list[Mutant] = []
    untested = []
    for criterion in rubric.rubric.criteria:
        if criterion.evaluator.name == "manual":
            continue
        base = _alone(rubric.rubric, criterion)
        passing = _passing(base, criterion, settings, prepare)
        if not passing:
            untested.append(criterion.id)
            continue
        for what, changed in _mutations(base):
            noticed = _noticed(changed, passing, settings, prepare)
            if noticed is not None:
                mutants.append(Mutant(criterion.id, what, noticed))
    return MutationReport(tuple(mutants), tuple(untested))


def _passing(
    rubric: Rubric, criterion: Criterion, settings: EvaluationSettings | None, prepare: Prepare | None
) -> tuple[int, ...]:
    loaded = _loaded(rubric)
    numbers = range(1, len(criterion.examples) + 1)
    return tuple(
        n for n in numbers if run_example(loaded, criterion, n, settings=settings, prepare=prepare).met
    )


def _noticed(
    rubric: Rubric, passing: tuple[int, ...], settings: EvaluationSettings | None, prepare: Prepare | None
) -> tuple[int, ...] | None:
    """Examples that give another result now; None when the broken criterion cannot be built at all."""
    loaded, criterion = _loaded(rubric), next(rubric.criteria)
    try:
        return tuple(
            n
            for n in passing
            if not run_example(loaded, criterion, n, settings=settings, prepare=prepare).met
        )
    except (QAToolkitError, ValidationError):
        return None


def _alone(rubric: Rubric, criterion: Criterion) -> Rubric:
    """The rubric with that criterion only, and the events it uses."""
    used = _events_used(criterion)
    section = next(s for s in rubric.sections if criterion in s.criteria)
    return rubric.model_copy(
        update={
            "sections": (section.model_copy(update={"criteria": (criterion,)}),),
            "events": {name: spec for name, spec in rubric.events.items() if name in used},
        }
    )


def _events_used(criterion: Criterion) -> set[str]:
    used = {name for rule in criterion.not_applicable_when for name in (*rule.event, *rule.no_event)}
    pending = [criterion.evaluator]
    while pending:
        parameters = parameters_of(pending.pop())
        used.update(event_names_of(parameters))
        pending += [spec for _, spec in nested_specs(parameters)]
    return used


def _loaded(rubric: Rubric) -> LoadedRubric:
    text = rubric.model_dump_json(by_alias=True, warnings=False)
    return LoadedRubric(rubric, hashlib.sha256(f"mutant {text}".encode()).hexdigest(), None, text)


def _mutations(rubric: Rubric) -> Iterator[tuple[str, Rubric]]:
    criterion = next(rubric.criteria)
    for what, spec in _broken_specs(criterion.evaluator):
        yield what, _with_criterion(rubric, {"evaluator": spec})
    rules = criterion.not_applicable_when
    for position in range(len(rules)):
        left = (*rules[:position], *rules[position + 1 :])
        yield (
            f"not_applicable_when rule {position + 1} left out",
            _with_criterion(rubric, {"not_applicable_when": left}),
        )
    for name, spec in rubric.events.items():
        silent = EvaluatorSpec(name="phrase", parameters={"any": [_NEVER]})
        yield (
            f"event {name} never happens",
            rubric.model_copy(update={"events": {**rubric.events, name: silent}}),
        )
        for what, broken in _broken_parameters(spec):
            yield (
                f"event {name}: {what}",
                rubric.model_copy(update={"events": {**rubric.events, name: broken}}),
            )


def _with_criterion(rubric: Rubric, update: Mapping[str, Any]) -> Rubric:
    section = rubric.sections[0]
    changed = section.criteria[0].model_copy(update=dict(update))
    return rubric.model_copy(update={"sections": (section.model_copy(update={"criteria": (changed,)}),)})


def _broken_specs(spec: EvaluatorSpec) -> Iterator[tuple[str, EvaluatorSpec]]:
    """The evaluator of a criterion broken in each way: its answers, then its parameters, then its parts."""
    fields = evaluator_class(spec.name).Parameters.model_fields
    if "found" in fields and "missing" in fields:
        found = spec.parameters.get("found", fields["found"].default)
        missing = spec.parameters.get("missing", fields["missing"].default)
        if found != missing:
            yield "answers exchanged", _with(spec, found=missing, missing=found)
            yield f"always '{found}'", _with(spec, missing=found)
            yield f"always '{missing}'", _with(spec, found=missing)
    yield from _broken_parameters(spec)


def _broken_parameters(spec: EvaluatorSpec) -> Iterator[tuple[str, EvaluatorSpec]]:
    for name, value in spec.parameters.items():
        if name in ("found", "missing", *_HOW_SURE):
            continue
        without = {key: item for key, item in spec.parameters.items() if key != name}
        yield f"{name} left out", EvaluatorSpec(name=spec.name, parameters=without)
        if name == "role" and isinstance(value, str) and value in _ROLES:
            yield f"role is {_ROLES[value]}", _with(spec, role=_ROLES[value])
        elif isinstance(value, bool):
            yield f"{name} is {str(not value).lower()}", _with(spec, **{name: not value})
        elif isinstance(value, int | float):
            for factor in (0.5, 2):
                changed = value * factor if isinstance(value, float) else int(value * factor)
                if changed != value:
                    yield f"{name} is {changed:g} instead of {value:g}", _with(spec, **{name: changed})
        elif isinstance(value, list | tuple) and value:
            yield from _broken_list(spec, name, list(value))


def _broken_list(spec: EvaluatorSpec, name: str, items: list[Any]) -> Iterator[tuple[str, EvaluatorSpec]]:
    """One item left out at a time where an item is a part of its own; plain texts are left out together."""
    parts = [isinstance(item, Mapping | list | tuple) for item in items]
    if not any(parts) and name != "all":
        return
    for position, item in enumerate(items):
        if len(items) > 1:
            rest = [*items[:position], *items[position + 1 :]]
            yield f"{name} {position + 1} left out", _with(spec, **{name: rest})
        try:
            inner = EvaluatorSpec.model_validate(item)
        except ValidationError:
            continue
        for what, broken in _broken_specs(inner):
            changed = {broken.name: dict(broken.parameters)}
            whole = [*items[:position], changed, *items[position + 1 :]]
            yield f"{name} {position + 1}: {what}", _with(spec, **{name: whole})


def _with(spec: EvaluatorSpec, **changes: Any) -> EvaluatorSpec:
    return EvaluatorSpec(name=spec.name, parameters={**spec.parameters, **changes})
