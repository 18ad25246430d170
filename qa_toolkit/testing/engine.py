"""Asks an evaluator the way the engine does: parameters checked, evidence checked, faults contained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import Answer
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.rubric import EvaluatorSpec, Rubric
from qa_toolkit.errors import EvaluatorError
from qa_toolkit.evaluation import registry
from qa_toolkit.evaluation.engine import EvaluationSettings, answer_one
from qa_toolkit.evaluation.evaluator import EventFinder
from qa_toolkit.evaluation.loader import LoadedRubric

_CRITERION = "X-1"


def ask(
    evaluator: str | type[Any],
    parameters: Mapping[str, Any],
    case: Case,
    *,
    answers: Mapping[str, float] | None = None,
    events: Mapping[str, Mapping[str, Any]] | None = None,
    threshold: float = 0.0,
) -> Answer:
    """What a criterion with this evaluator gets.

    Args:
        evaluator: a class, or the name of an installed one.
        parameters: what a rubric would write under its name.
        case: the interaction.
        answers: options with their points; ``yes`` and ``no`` when not given.
        events: the rubric's events, such as ``{"greeted": {"phrase": {"any": ["hello"]}}}``.
        threshold: confidence below which the answer is ``unanswered``.

    Raises:
        EvaluatorError: the evaluator is unknown, breaks the contract or refuses its parameters.
    """
    name = evaluator if isinstance(evaluator, str) else evaluator.name
    criterion = {
        "id": _CRITERION,
        "question": "?",
        "answers": dict(answers or {"yes": 1, "no": 0}),
        "evaluator": {name: dict(parameters)},
    }
    rubric = Rubric.model_validate(
        {
            "id": "test",
            "version": "1.0.0",
            "title": "Test",
            "events": dict(events or {}),
            "sections": [{"id": "one", "title": "One", "criteria": [criterion]}],
        }
    )
    settings = EvaluationSettings(confidence=threshold)
    with _known(evaluator):
        # Its own hash each time: a panel is cached by the hash of its rubric.
        loaded = LoadedRubric(rubric, f"test {name} {parameters!r} {answers!r} {events!r}", None, "")
        return answer_one(case, loaded, _CRITERION, settings=settings)


def find_events(
    evaluator: str | type[Any], parameters: Mapping[str, Any], case: Case, *, kind: str = "found"
) -> Sequence[Event]:
    """The events an evaluator finds when it stands under ``events:``.

    Raises:
        EvaluatorError: it cannot find events, or refuses its parameters.
    """
    with _known(evaluator):
        name = evaluator if isinstance(evaluator, str) else evaluator.name
        built = registry.build(EvaluatorSpec(name=name, parameters=dict(parameters)), {})
        if not isinstance(built, EventFinder):
            raise EvaluatorError(f"evaluator '{name}' cannot find events", None, "give it a method find()")
        return built.find(kind, case)


def _known(evaluator: str | type[Any]) -> Any:
    if isinstance(evaluator, str):
        return nullcontext()
    return registry.registered(**{str(evaluator.name): evaluator})
