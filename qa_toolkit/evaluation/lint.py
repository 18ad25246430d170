"""What ``qa rubric lint`` says about a file: every fault, and what is permitted but doubtful."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from qa_toolkit.authored.faults import locate, nearest
from qa_toolkit.authored.yaml_source import Fault, Loc, Node, decode, path_text
from qa_toolkit.domain.rubric import NOT_APPLICABLE, Criterion, EvaluatorSpec, Rubric, ScoringMethod
from qa_toolkit.errors import EnvironmentProblemError, QAToolkitError
from qa_toolkit.evaluation import registry
from qa_toolkit.evaluation.applicability import same_value
from qa_toolkit.evaluation.checks import criterion_locs, event_names_of, nested_specs, parameters_of
from qa_toolkit.evaluation.lint_learnt import learnt_doubts
from qa_toolkit.evaluation.lint_phrases import phrase_doubts
from qa_toolkit.evaluation.loader import RUBRIC_FILES, LoadedRubric, examine

EXAMPLES_WANTED = 3
_NOT_IN_EXAMPLES = frozenset({"record", "reference", "discrepancies"})
"""Parts of a case that an example in a rubric cannot have."""
_UNWEIGHTED = (ScoringMethod.POINTS, ScoringMethod.SECTION_WEIGHT, ScoringMethod.GROUP_WEIGHT)
_SECTION_WEIGHTED = (ScoringMethod.SECTION_WEIGHT, ScoringMethod.GROUP_WEIGHT)


def lint_rubric(path: Path, *, search: Sequence[Path] = ()) -> list[Fault]:
    """Faults (level error) and doubts (level warning) of a rubric file, in order of lines.

    Args:
        path: of the file.
        search: rubric folders with the banks and classifiers it may name, before the shipped one.

    Raises:
        RubricError: the file is missing, cannot be read or is too large.
    """
    text, faults = decode(RUBRIC_FILES.read(path))
    return [replace(fault, file=path.name) for fault in faults or lint_text(text, search=search)]


def lint_text(text: str, *, search: Sequence[Path] = ()) -> list[Fault]:
    """Faults of a rubric given as text or, where there is none, its doubts."""
    rubric, root, faults = examine(text)
    if rubric is None or root is None or faults:
        return faults
    faults = [*_warnings(rubric, root), *_build_faults(rubric, root, search)]
    sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    for loc, level, message in learnt_doubts(LoadedRubric(rubric, sha256, None, text), search):
        where, line = locate(root, loc)
        faults.append(Fault(level, line, path_text(where), message))
    return sorted(faults, key=lambda fault: (fault.line, fault.path))


def _warn(root: Node, loc: Loc, message: str) -> Fault:
    path, line = locate(root, loc)
    return Fault("warning", line, path_text(path), message)


def _warnings(rubric: Rubric, root: Node) -> Iterator[Fault]:
    yield from _weights(rubric, root)
    yield from _unused_events(rubric, root)
    for loc, criterion in criterion_locs(rubric):
        yield from _one_criterion(rubric, criterion, loc, root)
        yield from _reachable(rubric, criterion, loc, root)
    for loc, message in phrase_doubts(rubric):
        yield _warn(root, loc, message)
    if rubric.scoring.pass_percent is None:
        yield _warn(
            root, ("scoring",), "no pass_percent: evaluations are never passed, only failed by auto-fail"
        )


def _weights(rubric: Rubric, root: Node) -> Iterator[Fault]:
    method = rubric.scoring.method
    for s, section in enumerate(rubric.sections):
        if method not in _SECTION_WEIGHTED and "weight" in section.model_fields_set:
            yield _warn(root, ("sections", s, "weight"), f"ignored by the method {method}")
    if method in _UNWEIGHTED:
        for loc, criterion in criterion_locs(rubric):
            if "weight" in criterion.model_fields_set:
                yield _warn(root, (*loc, "weight"), f"ignored by the method {method}")
        weights = [section.weight for section in rubric.sections]
    else:
        weights = [criterion.weight for criterion in rubric.criteria if not criterion.bonus]
    total = sum(weights)
    if 80 <= total <= 120 and abs(total - 100) > 1e-9 and method is not ScoringMethod.POINTS:
        yield _warn(root, ("sections",), f"the weights add up to {total:g}, not 100")


def _unused_events(rubric: Rubric, root: Node) -> Iterator[Fault]:
    used: set[str] = set()
    for criterion in rubric.criteria:
        used.update(name for rule in criterion.not_applicable_when for name in (*rule.event, *rule.no_event))
        used.update(_events_used(criterion))
    for name in rubric.events:
        if name not in used:
            yield _warn(root, ("events", name), "no criterion uses this event")


def _events_used(criterion: Criterion) -> Iterator[str]:
    pending = [criterion.evaluator]
    while pending:
        parameters = parameters_of(pending.pop())
        yield from event_names_of(parameters)
        pending += [spec for _, spec in nested_specs(parameters)]


def _one_criterion(rubric: Rubric, criterion: Criterion, loc: Loc, root: Node) -> Iterator[Fault]:
    yield from _example_counts(criterion, loc, root)
    best_only = criterion.best_points == criterion.worst_points
    if best_only and rubric.scoring.method is not ScoringMethod.CATEGORY_AVERAGE:
        yield _warn(root, (*loc, "answers"), "every answer earns the same points")
    if criterion.worst_points < 0:
        yield _warn(root, (*loc, "answers"), "negative points can bring a percentage below 0")
    for r, rule in enumerate(criterion.not_applicable_when):
        for name in rule.metadata:
            near = nearest(name, ("event", "no_event", "metric"))
            if near is not None and name not in ("event", "no_event", "metric") and _close(name, near):
                message = f"'{name}' is read as a metadata name; '{near}' is the condition"
                yield _warn(root, (*loc, "not_applicable_when", r, name), message)
    ordered = sorted(criterion.ranges, key=lambda r: float("-inf") if r.lowest is None else r.lowest)
    for before, after in pairwise(ordered):
        if before.highest is not None and before.highest == after.lowest:
            message = f"{before.highest:g} lies in two ranges: the first one written counts"
            yield _warn(root, (*loc, "ranges"), message)
        elif before.highest is not None and after.lowest is not None and after.lowest - before.highest > 1:
            message = f"numbers between {before.highest:g} and {after.lowest:g} lie in no range"
            yield _warn(root, (*loc, "ranges"), message)


def _reachable(rubric: Rubric, criterion: Criterion, loc: Loc, root: Node) -> Iterator[Fault]:
    """A rule that holds whenever the rubric applies leaves nothing to judge."""
    for r, rule in enumerate(criterion.not_applicable_when):
        if rule.event or rule.no_event or rule.metric:
            continue
        always = all(
            name in rubric.applies_when
            and all(any(same_value(a, b) for b in values) for a in rubric.applies_when[name])
            for name, values in rule.metadata.items()
        )
        if always:
            message = "holds whenever the rubric applies: the criterion is never judged"
            yield _warn(root, (*loc, "not_applicable_when", r), message)
    counted = rubric.scoring.method in (ScoringMethod.QUESTION_WEIGHT, ScoringMethod.CATEGORY_AVERAGE)
    if counted and criterion.weight == 0 and criterion.critical == "none":
        yield _warn(root, (*loc, "weight"), "weight 0 and no critical family: the answer counts nowhere")


def _close(name: str, near: str) -> bool:
    return Levenshtein.distance(name, near) <= 2


def _example_counts(criterion: Criterion, loc: Loc, root: Node) -> Iterator[Fault]:
    if criterion.evaluator.name == "manual" or not criterion.answers:
        return
    if registry.evaluator_class(criterion.evaluator.name).needs & _NOT_IN_EXAMPLES:
        return
    best = criterion.best_points
    judged = [example.expect for example in criterion.examples if example.expect != NOT_APPLICABLE]
    options = [criterion.option_for(expected) for expected in judged]
    positive = sum(1 for option in options if option is not None and option.points == best)
    negative = sum(1 for option in options if option is not None and option.points < best)
    if positive < EXAMPLES_WANTED or negative < EXAMPLES_WANTED:
        message = (
            f"{positive} positive and {negative} negative examples for an automatic criterion: "
            f"wanted: {EXAMPLES_WANTED} and {EXAMPLES_WANTED}"
        )
        yield _warn(root, (*loc, "examples") if criterion.examples else loc, message)


def _build_faults(rubric: Rubric, root: Node, search: Sequence[Path]) -> list[Fault]:
    """Evaluators that accept their parameters and still cannot be built, such as for want of a model."""
    places: list[tuple[Loc, EvaluatorSpec]] = [(("events", n), spec) for n, spec in rubric.events.items()]
    places += [((*loc, "evaluator"), criterion.evaluator) for loc, criterion in criterion_locs(rubric)]
    faults = []
    settings = {"rubrics_dir": str(search[0])} if search else {}
    for loc, spec in places:
        try:
            registry.build(spec, settings)
        except QAToolkitError as error:
            path, line = locate(root, loc)
            lacking = isinstance(error, EnvironmentProblemError)
            faults.append(Fault("warning" if lacking else "error", line, path_text(path), str(error)))
    return faults
