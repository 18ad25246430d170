"""How answers change over time: failures, and the machine against people, with marks of changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from qa_toolkit.calibration.answers import CriterionAnswers, answers_by_criterion
from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.statistics.charts import ControlChart, control_chart

Figure = Literal["machine_failures", "reviewer_failures", "disagreement", "divided"]
FIGURES: tuple[Figure, ...] = ("machine_failures", "reviewer_failures", "disagreement", "divided")


@dataclass(frozen=True, slots=True)
class ChangeMark:
    """Where something was changed, and what; points on either side of it are not compared."""

    label: str
    what: str


@dataclass(frozen=True, slots=True)
class DriftChart:
    """One figure of one criterion over time, a p-chart for each stretch between changes.

    Attributes:
        figure: share of failures by the machine or by people, of answers on which the machine and a person
            differ, or of interactions on which people are divided; not applicable and unanswered do not count
            as failures, unanswered not at all.
        reason: why there is no chart.
    """

    criterion: str
    figure: Figure
    charts: tuple[ControlChart, ...]
    reason: str | None = None

    @property
    def out(self) -> tuple[str, ...]:
        """Labels of the periods outside their limits."""
        return tuple(label for chart in self.charts for label in chart.out)


@dataclass(frozen=True, slots=True)
class Drift:
    """Everything that may drift, with the marks of what was changed."""

    charts: tuple[DriftChart, ...]
    marks: tuple[ChangeMark, ...]

    def chart(self, criterion: str, figure: Figure) -> DriftChart:
        """That chart; KeyError when there is none."""
        for chart in self.charts:
            if (chart.criterion, chart.figure) == (criterion, figure):
                return chart
        raise KeyError((criterion, figure))


def drift(
    periods: Sequence[tuple[str, Sequence[Evaluation]]], changes: Mapping[str, str] | None = None
) -> Drift:
    """Control charts of every criterion over periods in order of time.

    Args:
        periods: a label and the evaluations of that period; each period holds one rubric version.
        changes: labels of periods from which on something else was changed, such as the recogniser's model,
            and what. Changes of the rubric and of the machine's evaluators are found in the evaluations.

    Raises:
        UsageError: a period mixes rubric versions, or evaluates an interaction twice by one source.
    """
    given = dict(changes or {})
    filled = [(label, list(evaluations)) for label, evaluations in periods if evaluations]
    marks, stretches = _stretches(filled, given)
    tables = {label: answers_by_criterion(evaluations) for label, evaluations in filled}
    criteria = dict.fromkeys(criterion for found in tables.values() for criterion in found)
    charts = [_chart(criterion, figure, stretches, tables) for criterion in criteria for figure in FIGURES]
    return Drift(tuple(charts), marks)


def _stretches(
    periods: Sequence[tuple[str, Sequence[Evaluation]]], changes: Mapping[str, str]
) -> tuple[tuple[ChangeMark, ...], list[list[str]]]:
    marks: list[ChangeMark] = []
    stretches: list[list[str]] = []
    before: dict[str, str] = {}
    for label, evaluations in periods:
        now = _versions(evaluations)
        changed = [
            f"{name}: {before[name]} to {now[name]}"
            for name in now
            if before.get(name, now[name]) != now[name]
        ]
        changed += [changes[label]] if label in changes else []
        if changed or not stretches:
            stretches.append([])
        marks += [ChangeMark(label, what) for what in changed]
        stretches[-1].append(label)
        before |= now
    return tuple(marks), stretches


def _versions(evaluations: Sequence[Evaluation]) -> dict[str, str]:
    rubrics = sorted({f"{e.rubric.id}@{e.rubric.version} {e.rubric.sha256[:12]}" for e in evaluations})
    machine = [evaluation for evaluation in evaluations if evaluation.source.kind == "machine"]
    found = {"rubric": ", ".join(rubrics)}
    if machine:
        found["machine"] = ", ".join(sorted({evaluation.source.name for evaluation in machine}))
        evaluators = {
            f"{answer.evaluator.name} {answer.evaluator.version}"
            for evaluation in machine
            for answer in evaluation.answers
            if answer.evaluator is not None
        }
        if evaluators:
            found["evaluators"] = ", ".join(sorted(evaluators))
    return found


def _chart(
    criterion: str,
    figure: Figure,
    stretches: Sequence[Sequence[str]],
    tables: Mapping[str, Mapping[str, CriterionAnswers]],
) -> DriftChart:
    charts = []
    for stretch in stretches:
        counts = []
        for label in stretch:
            if criterion in tables[label]:
                faults, items = _counted(tables[label][criterion], figure)
                counts += [(label, float(faults), float(items))] if items else []
        if counts:
            charts.append(control_chart(counts, "p"))
    reason = None if charts else "nothing was answered that could be counted"
    return DriftChart(criterion, figure, tuple(charts), reason)


def _counted(table: CriterionAnswers, figure: Figure) -> tuple[int, int]:
    machines = [place for place, rater in enumerate(table.raters) if rater.kind == "machine"]
    people = [place for place, rater in enumerate(table.raters) if rater.kind == "reviewer"]
    faults = items = 0
    for row in table.rows:
        if figure == "disagreement":
            pairs = [(row[m], row[p]) for m in machines for p in people]
            known = [pair for pair in pairs if None not in pair]
            faults, items = faults + sum(a != b for a, b in known), items + len(known)
            continue
        if figure == "divided":
            given = [row[p] for p in people if row[p] is not None]
            faults, items = faults + (len(set(given)) > 1), items + (len(given) > 1)
            continue
        judged = [table.passes(row[p]) for p in (machines if figure == "machine_failures" else people)]
        faults += sum(each is False for each in judged)
        items += sum(each is not None for each in judged)
    return faults, items
