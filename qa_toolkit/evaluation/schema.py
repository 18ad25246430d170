"""The JSON Schema of rubric files, for completion and checks in an editor."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.errors import EvaluatorError
from qa_toolkit.evaluation import registry

_SHIPPED_BY = "qa_toolkit."


def rubric_schema(*, shipped_only: bool = False) -> dict[str, Any]:
    """The schema, with the parameters of every known evaluator.

    An editor checks less than ``qa rubric lint``: ids, events and points are compared with one another only
    there.

    Args:
        shipped_only: leave out evaluators of plugins, so that the result is the same on every machine.
    """
    schema = Rubric.model_json_schema(mode="validation", by_alias=True)
    definitions: dict[str, Any] = schema["$defs"]
    _short_answers(definitions["Criterion"])
    definitions["EvaluatorSpec"] = _evaluator_forms(definitions, shipped_only=shipped_only)
    schema["properties"]["sections"].setdefault("minItems", 1)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:qa-toolkit:schema:rubric:1",
        **schema,
    }


def _short_answers(criterion: dict[str, Any]) -> None:
    """Answers are options, bare points, or ``ranges``."""
    properties = criterion["properties"]
    number = {"type": "number"}
    option = {"anyOf": [number, {"$ref": "#/$defs/AnswerOption"}]}
    ranges = {"type": "array", "items": {"$ref": "#/$defs/PointsRange"}}
    properties["answers"] = {
        "title": "Answers",
        "type": "object",
        "minProperties": 1,
        "properties": {"ranges": ranges},
        "additionalProperties": option,
    }


def _evaluator_forms(definitions: dict[str, Any], *, shipped_only: bool) -> dict[str, Any]:
    """An evaluator is its name, or a mapping from its name to its parameters."""
    properties: dict[str, Any] = {}
    bare: list[str] = []
    for name in registry.names():
        try:
            kind = registry.evaluator_class(name)
        except EvaluatorError:
            continue
        if shipped_only and not kind.__module__.startswith(_SHIPPED_BY):
            continue
        properties[name] = _parameters(kind.Parameters, definitions)
        if _stands_alone(kind.Parameters):
            bare.append(name)
    one = {"type": "object", "properties": properties, "additionalProperties": False}
    return {
        "title": "Evaluator",
        "description": "Name of an evaluator, or the name with its parameters.",
        "anyOf": [{"enum": bare}, {**one, "minProperties": 1, "maxProperties": 1}],
    }


def _stands_alone(model: type[BaseModel]) -> bool:
    """Whether an evaluator may be written as its name, without parameters."""
    try:
        model.model_validate({})
    except ValidationError:
        return False
    return True


def _parameters(model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of an evaluator's parameters; what it defines moves to the common definitions."""
    schema = model.model_json_schema(mode="validation", by_alias=True)
    for name, inner in schema.pop("$defs", {}).items():
        definitions.setdefault(name, inner)
    title = schema.pop("title", model.__name__)
    definitions[title] = schema
    return {"$ref": f"#/$defs/{title}"}
