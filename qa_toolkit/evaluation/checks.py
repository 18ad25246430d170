"""Faults that lie between the parts of a rubric: ids, evaluators and their parameters, events, points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ValidationError

from qa_toolkit.authored.faults import choices, faults_of, locate
from qa_toolkit.authored.yaml_source import Fault, Loc, Node, path_text
from qa_toolkit.domain.rubric import (
    NOT_APPLICABLE,
    Criterion,
    EvaluatorSpec,
    PointsRange,
    Rubric,
    ScoringMethod,
)
from qa_toolkit.errors import EvaluatorError
from qa_toolkit.evaluation import registry

MEASURED_EVENTS = frozenset({"interruption", "overlap", "silence", "dead_air", "hold", "backchannel"})
"""Kinds of events that come from metrics or the source; any rubric may refer to them."""

UNANSWERED = "unanswered"


def cross_faults(rubric: Rubric | None, root: Node) -> list[Fault]:
    """All faults between parts. Evaluators and ids are checked even where the rest is wrong."""
    faults = [*_spec_faults(root), *_duplicates(root)]
    if rubric is not None:
        faults += _points(rubric, root)
        faults += _event_names(rubric, root)
        faults += _possible_answers(rubric, root)
        faults += _examples(rubric, root)
    return faults


def criterion_locs(rubric: Rubric) -> Iterator[tuple[Loc, Criterion]]:
    """Every criterion with its place in the file."""
    for s, section in enumerate(rubric.sections):
        for c, criterion in enumerate(section.criteria):
            yield ("sections", s, "criteria", c), criterion


def parameters_of(spec: EvaluatorSpec) -> BaseModel:
    """The validated parameters of a spec that passed the checks."""
    return registry.evaluator_class(spec.name).Parameters.model_validate(dict(spec.parameters))


def nested_specs(parameters: BaseModel) -> Iterator[tuple[Loc, EvaluatorSpec]]:
    """Evaluator specs inside parameters, with their places."""
    for name, field in type(parameters).model_fields.items():
        yield from _specs_in(getattr(parameters, name), (field.alias or name,))


def event_names_of(parameters: BaseModel) -> tuple[str, ...]:
    """Events that parameters refer to: what their method ``event_names`` says, or none."""
    method = getattr(parameters, "event_names", None)
    return tuple(method()) if callable(method) else ()


def at(root: Node, loc: Loc, message: str) -> Fault:
    """A fault of level error at a place of the file."""
    path, line = locate(root, loc)
    return Fault("error", line, path_text(path), message)


def _specs_in(value: object, loc: Loc) -> Iterator[tuple[Loc, EvaluatorSpec]]:
    if isinstance(value, EvaluatorSpec):
        yield loc, value
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _specs_in(item, (*loc, position))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _specs_in(item, (*loc, str(key)))


def _written_specs(root: Node) -> Iterator[tuple[Loc, Node]]:
    """Places where an evaluator is written, found in the tree itself, whatever else is wrong in it."""
    top = root.value if isinstance(root.value, dict) else {}
    events = top.get("events")
    if events is not None and isinstance(events.value, dict):
        for name, node in events.value.items():
            yield ("events", name), node
    sections = top.get("sections")
    for s, section in enumerate(_items(sections)):
        criteria = section.value.get("criteria") if isinstance(section.value, dict) else None
        for c, criterion in enumerate(_items(criteria)):
            if isinstance(criterion.value, dict) and "evaluator" in criterion.value:
                yield ("sections", s, "criteria", c, "evaluator"), criterion.value["evaluator"]


def _items(node: Node | None) -> list[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []


def _spec_faults(root: Node) -> Iterator[Fault]:
    for loc, node in _written_specs(root):
        try:
            spec = EvaluatorSpec.model_validate(node.plain())
        except ValidationError:
            continue  # reported with the rubric's own faults
        yield from _one_spec(spec, node, loc, root, is_event=loc[0] == "events")


def _one_spec(spec: EvaluatorSpec, node: Node, loc: Loc, root: Node, *, is_event: bool) -> Iterator[Fault]:
    known = registry.names()
    if spec.name not in known:
        yield at(root, loc, f"unknown evaluator '{spec.name}': {choices(spec.name, known)}")
        return
    try:
        kind = registry.evaluator_class(spec.name)
    except EvaluatorError as error:
        yield at(root, loc, f"{error}: accepted: {', '.join(known)}")
        return
    if is_event and not hasattr(kind, "find"):
        yield at(root, loc, f"evaluator '{spec.name}' cannot find events: accepted: {', '.join(_finders())}")
    inner, prefix = _parameters_node(node)
    try:
        parameters = kind.Parameters.model_validate(dict(spec.parameters))
    except ValidationError as error:
        yield from faults_of(error, kind.Parameters, inner, (*loc, *prefix))
        return
    for nested_loc, nested in nested_specs(parameters):
        path, _ = locate(inner, nested_loc)
        yield from _one_spec(nested, _node_at(inner, path), (*loc, *prefix, *path), root, is_event=is_event)


def _parameters_node(node: Node) -> tuple[Node, Loc]:
    if isinstance(node.value, dict):
        if "name" not in node.value and len(node.value) == 1:
            ((key, inner),) = node.value.items()
            return inner, (key,)
        if "parameters" in node.value:
            return node.value["parameters"], ("parameters",)
    return node, ()


def _node_at(node: Node, path: Loc) -> Node:
    for step in path:
        if isinstance(node.value, list) and isinstance(step, int):
            node = node.value[step]
        elif isinstance(node.value, dict) and str(step) in node.value:
            node = node.value[str(step)]
    return node


def _finders() -> list[str]:
    found = []
    for name in registry.names():
        try:
            kind = registry.evaluator_class(name)
        except EvaluatorError:
            continue
        if hasattr(kind, "find"):
            found.append(name)
    return found


def _duplicates(root: Node) -> Iterator[Fault]:
    """Ids that stand twice, found in the tree itself, whatever else is wrong in it."""
    top = root.value if isinstance(root.value, dict) else {}
    sections = _items(top.get("sections"))
    yield from _repeated("section", [(("sections", s), node) for s, node in enumerate(sections)], root)
    criteria: list[tuple[Loc, Node]] = []
    for s, section in enumerate(sections):
        inner = section.value.get("criteria") if isinstance(section.value, dict) else None
        criteria += [(("sections", s, "criteria", c), node) for c, node in enumerate(_items(inner))]
    yield from _repeated("criterion", criteria, root)


def _repeated(kind: str, places: Iterable[tuple[Loc, Node]], root: Node) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for loc, node in places:
        written = node.value.get("id") if isinstance(node.value, dict) else None
        if written is None or not isinstance(written.value, str):
            continue
        name = written.value
        if name in seen:
            what = f"{kind} id '{name}' stands twice (first in line {seen[name]})"
            yield at(root, (*loc, "id"), f"{what}: accepted: an id of its own")
        seen.setdefault(name, locate(root, (*loc, "id"))[1])


def _points(rubric: Rubric, root: Node) -> Iterator[Fault]:
    method = rubric.scoring.method
    for loc, criterion in criterion_locs(rubric):
        where = (*loc, "answers" if criterion.answers else "ranges")
        if method is ScoringMethod.CATEGORY_AVERAGE:
            if criterion.best_points <= criterion.worst_points:
                yield at(root, where, "all answers earn the same points: accepted: a best and a worst answer")
        elif criterion.best_points <= 0:
            yield at(root, where, "no answer earns points: accepted: a best answer with points above 0")
        yield from _ranges(criterion.ranges, where, root)
    if not any(_counting(rubric)):
        which = (
            "section" if method in (ScoringMethod.SECTION_WEIGHT, ScoringMethod.GROUP_WEIGHT) else "criterion"
        )
        yield at(root, ("sections",), f"nothing counts: accepted: at least one {which} with a weight above 0")


def _counting(rubric: Rubric) -> Iterator[bool]:
    method = rubric.scoring.method
    for section in rubric.sections:
        for criterion in section.criteria:
            by_section = method in (ScoringMethod.SECTION_WEIGHT, ScoringMethod.GROUP_WEIGHT)
            weight = section.weight if by_section else criterion.weight
            yield not criterion.bonus and (weight > 0 or method is ScoringMethod.POINTS)


def _ranges(ranges: tuple[PointsRange, ...], where: Loc, root: Node) -> Iterator[Fault]:
    order = sorted(range(len(ranges)), key=lambda i: _bounds(ranges[i]))
    for i in order:
        low, high = _bounds(ranges[i])
        if low > high:
            yield at(root, (*where, i), f"from {low:g} lies above to {high:g}: accepted: from <= to")
    for before, after in pairwise(order):
        high, low = _bounds(ranges[before])[1], _bounds(ranges[after])[0]
        if low < high:
            message = f"overlaps another range between {low:g} and {high:g}: accepted: ranges apart"
            yield at(root, (*where, after), message)


def _bounds(item: PointsRange) -> tuple[float, float]:
    low = float("-inf") if item.lowest is None else item.lowest
    return low, float("inf") if item.highest is None else item.highest


def _event_names(rubric: Rubric, root: Node) -> Iterator[Fault]:
    known = [*rubric.events, *sorted(MEASURED_EVENTS)]
    for name in rubric.events:
        if name in MEASURED_EVENTS:
            message = f"'{name}' is the name of a measured event: accepted: another name"
            yield at(root, ("events", name), message)
    for name, spec in rubric.events.items():
        for used in _events_used(spec):
            message = f"an event cannot rest on the event '{used}': accepted: an evaluator without events"
            yield at(root, ("events", name), message)
    for loc, criterion in criterion_locs(rubric):
        for used in _events_used(criterion.evaluator):
            if used not in known:
                place = _mention(root, (*loc, "evaluator"), used)
                yield at(root, place, f"unknown event '{used}': {choices(used, known)}")
        for r, rule in enumerate(criterion.not_applicable_when):
            for used in (*rule.event, *rule.no_event):
                if used not in known:
                    place = _mention(root, (*loc, "not_applicable_when"), used) or (
                        *loc,
                        "not_applicable_when",
                        r,
                    )
                    yield at(root, place, f"unknown event '{used}': {choices(used, known)}")


def _possible_answers(rubric: Rubric, root: Node) -> Iterator[Fault]:
    """Evaluators that say which options they answer with must find them in the criterion."""
    for loc, criterion in criterion_locs(rubric):
        try:
            parameters = parameters_of(criterion.evaluator)
        except (EvaluatorError, ValidationError):
            continue  # reported elsewhere
        possible = getattr(parameters, "possible_answers", None)
        if not callable(possible) or not criterion.answers:
            continue
        for answer in possible():
            if answer not in criterion.answers:
                what = f"the evaluator answers '{answer}', which {criterion.id} does not offer"
                accepted = ", ".join([*criterion.answers, NOT_APPLICABLE, UNANSWERED])
                yield at(root, (*loc, "evaluator"), f"{what}: accepted (as found, missing …): {accepted}")


def _events_used(spec: EvaluatorSpec) -> Iterable[str]:
    try:
        parameters = parameters_of(spec)
    except (EvaluatorError, ValidationError):
        return  # reported elsewhere
    yield from event_names_of(parameters)
    for _, nested in nested_specs(parameters):
        yield from _events_used(nested)


def _mention(root: Node, loc: Loc, text: str) -> Loc:
    """The place below ``loc`` where a name is written as a value."""
    path, _ = locate(root, loc)
    return next(_mentions(_node_at(root, path), path, text), path)


def _mentions(node: Node, path: Loc, text: str) -> Iterator[Loc]:
    value: Any = node.value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _mentions(inner, (*path, key), text)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _mentions(inner, (*path, position), text)
    elif value == text:
        yield path


def _examples(rubric: Rubric, root: Node) -> Iterator[Fault]:
    for loc, criterion in criterion_locs(rubric):
        for e, example in enumerate(criterion.examples):
            expected = example.expect
            if expected in (NOT_APPLICABLE, UNANSWERED) or criterion.option_for(expected) is not None:
                continue
            accepted = [*(criterion.answers or ("a number inside a range",)), NOT_APPLICABLE, UNANSWERED]
            message = f"'{expected}' is not an answer of {criterion.id}: accepted: {', '.join(accepted)}"
            yield at(root, (*loc, "examples", e, "expect"), message)
