"""Two versions of a rubric: what was changed, and whose answers would change with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import Evaluation, Score
from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.evaluation.engine import EvaluationSettings, evaluate
from qa_toolkit.evaluation.examples import answer_text
from qa_toolkit.evaluation.loader import LoadedRubric

ABSENT = "absent"
"""The answer of a criterion that the other version does not have."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs. ``path`` names sections, criteria and events by id.

    Attributes:
        old, new: plain values; None where there is nothing (``kind`` says whether it was added or removed).
    """

    kind: Literal["added", "removed", "changed"]
    path: str
    old: Any = None
    new: Any = None


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A criterion whose answer differs; answers as examples write them, or ``absent``."""

    criterion: str
    old: str | float
    new: str | float
    reason: str | None


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What the new version would change for one interaction."""

    interaction: str
    agent: str | None
    site: str | None
    old: Score
    new: Score
    answers: tuple[AnswerChange, ...]

    @property
    def changed(self) -> bool:
        """Whether an answer, the percentage or the outcome differs."""
        return bool(self.answers) or (self.old.percent, self.old.passed) != (
            self.new.percent,
            self.new.passed,
        )


def rubric_changes(old: Rubric, new: Rubric) -> tuple[Change, ...]:
    """Every difference between two rubrics; examples are compared as a whole.

    Sections and criteria are matched by id, so moving one is a change of its place and nothing more.
    """
    return tuple(_differences(_plain(old), _plain(new), ""))


def case_change(old: Evaluation, new: Evaluation, case: Case) -> CaseChange:
    """Two evaluations of one interaction side by side."""
    before = {answer.criterion: answer for answer in old.answers}
    after = {answer.criterion: answer for answer in new.answers}
    changes = []
    for criterion in dict.fromkeys((*before, *after)):
        was = answer_text(before[criterion]) if criterion in before else ABSENT
        now = answer_text(after[criterion]) if criterion in after else ABSENT
        if was != now:
            reason = after[criterion].reason if criterion in after else None
            changes.append(AnswerChange(criterion, was, now, reason))
    interaction = case.interaction
    return CaseChange(
        interaction.id, interaction.agent, interaction.site, old.score, new.score, tuple(changes)
    )


def compare_case(
    case: Case, old: LoadedRubric, new: LoadedRubric, *, settings: EvaluationSettings | None = None
) -> CaseChange:
    """One interaction judged by both versions.

    Raises:
        ApplicabilityError: one of the two does not apply to the interaction.
    """
    first = evaluate(case, old, settings=settings)
    return case_change(first, evaluate(case, new, settings=settings), case)


def _plain(rubric: Rubric) -> dict[str, Any]:
    """The rubric as mappings by id; the place of a criterion is a value of its own."""
    written = rubric.model_dump(mode="json", by_alias=True, exclude_none=True, warnings=False)
    sections = written.pop("sections")
    criteria: dict[str, Any] = {}
    for section in sections:
        for position, criterion in enumerate(section.pop("criteria"), start=1):
            place = {"section": section["id"], "position": position}
            criteria[criterion.pop("id")] = {**criterion, **place}
    written["section"] = {section.pop("id"): section for section in sections}
    written["criterion"] = criteria
    return written


def _differences(old: Any, new: Any, path: str) -> Iterator[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            inner = f"{path}.{key}".lstrip(".")
            if key not in old:
                yield Change("added", inner, None, new[key])
            elif key not in new:
                yield Change("removed", inner, old[key], None)
            else:
                yield from _differences(old[key], new[key], inner)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_differences(old, new, path)
    elif old != new:
        yield Change("changed", path, old, new)


def _list_differences(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[Change]:
    """Texts are compared as sets, so that a phrase put elsewhere in its list is no change."""
    if all(isinstance(item, str | int | float) for item in (*old, *new)):
        gone = [item for item in old if item not in new]
        come = [item for item in new if item not in old]
    elif len(old) == len(new) and not path.endswith(".examples"):
        for position, (was, now) in enumerate(zip(old, new, strict=True)):
            yield from _differences(was, now, f"{path}[{position}]")
        return
    else:
        gone = [item for item in old if item not in new]
        come = [item for item in new if item not in old]
    if gone:
        yield Change("removed", path, gone, None)
    if come:
        yield Change("added", path, None, come)
