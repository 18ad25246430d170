"""Turns the validation errors of pydantic into faults an author can act on: line, path, what is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from qa_toolkit.authored.yaml_source import Fault, Loc, Node, path_text

_EXPECTED = {
    "string_type": "text (write a number or true / false in quotes)",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "int_parsing": "a whole number",
    "finite_number": "a finite number",
    "bool_type": "true, false",
    "bool_parsing": "true, false",
    "mapping_type": "a mapping (key: value)",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "tuple_type": "a list",
    "list_type": "a list",
}


def nearest(word: str, accepted: Iterable[str]) -> str | None:
    """The accepted word most like this one; None when none is like it."""
    match = process.extractOne(word, list(accepted), scorer=fuzz.ratio, score_cutoff=60)
    return str(match[0]) if match else None


def choices(word: str, accepted: Iterable[str]) -> str:
    """``did you mean 'x'? accepted: x, y, z`` for a word that is none of the accepted ones."""
    accepted = list(accepted)
    near = nearest(word, accepted)
    hint = f"did you mean '{near}'? " if near else ""
    return f"{hint}accepted: {', '.join(accepted) or 'none'}"


def faults_of(error: ValidationError, model: type[BaseModel], node: Node, prefix: Loc = ()) -> list[Fault]:
    """One fault for each place pydantic complains about; ``node`` is what ``model`` was validated from."""
    found: dict[Loc, Fault] = {}
    details = error.errors(include_url=False, include_context=True)
    for detail in details:
        if detail["type"] == "too_short" and _has_faulty_items(detail, details):
            continue  # pydantic does not count the faulty items
        loc, line = locate(node, detail["loc"])
        message = _message(detail, model)
        found.setdefault(loc, Fault("error", line, path_text((*prefix, *loc)), message))
    return list(found.values())


def _has_faulty_items(detail: ErrorDetails, others: Iterable[ErrorDetails]) -> bool:
    size = len(detail["loc"])
    return any(len(other["loc"]) > size and other["loc"][:size] == detail["loc"] for other in others)


def locate(node: Node, loc: tuple[int | str, ...]) -> tuple[Loc, int]:
    """As much of a pydantic location as the file has, and the line it ends at.

    Pydantic's location can hold steps the author never wrote (branches of a union, ``parameters`` of a short
    form); those are passed over. A missing or misspelt last key is kept in the path.
    """
    path: list[int | str] = []
    line = node.line
    for position, step in enumerate(loc):
        value = node.value
        if isinstance(value, list) and isinstance(step, int) and step < len(value):
            node = value[step]
            line = node.line
            path.append(step)
        elif isinstance(value, dict) and step in value:
            line = node.keys[str(step)]
            node = value[str(step)]
            path.append(step)
        elif isinstance(value, dict) and step == "parameters" and len(value) == 1:
            ((key, node),) = value.items()
            path.append(key)
        elif isinstance(value, dict) and step == "ranges" and "answers" in value:
            node = value["answers"]
            path.append("answers")
            inner = node.value
            if isinstance(inner, dict) and "ranges" in inner:
                line = node.keys["ranges"]
                node = inner["ranges"]
                path.append("ranges")
        elif isinstance(step, str) and isinstance(value, dict) and position == len(loc) - 1:
            path.append(step)
    return tuple(path), line


def _message(detail: ErrorDetails, model: type[BaseModel]) -> str:  # noqa: PLR0911  # one a kind
    kind, context = detail["type"], detail.get("ctx", {})
    last = detail["loc"][-1] if detail["loc"] else ""
    shown = _shown(detail["input"])
    if kind == "extra_forbidden":
        return f"unknown key '{last}': {choices(str(last), _keys_at(model, detail['loc'][:-1]))}"
    if kind == "missing":
        return f"'{last}' is missing: accepted: a value"
    if kind in ("literal_error", "enum"):
        return f"{shown} is not an accepted value: accepted: {context.get('expected', '')}"
    if kind == "too_short":
        return f"{shown} with nothing in it: accepted: at least {context.get('min_length', 1)}"
    if kind in _EXPECTED:
        return f"{shown} is not accepted: accepted: {_EXPECTED[kind]}"
    if kind == "string_pattern_mismatch":
        return f"{shown} is not accepted: accepted: {_pattern_words(str(context.get('pattern')))}"
    if kind == "value_error":
        return f"{context.get('error', detail['msg'])}"
    return f"{shown}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"


def _pattern_words(pattern: str) -> str:
    if r"\d+\.\d+\.\d+" in pattern:
        return "a version of three numbers, such as 1.0.0"
    return "a letter followed by letters, digits, '_', '.' or '-'"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "an empty value"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text if len(text) <= 60 else text[:57] + '…'}'"


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Keys the model at a location accepts, as the author writes them."""
    current: type[BaseModel] | None = model
    for step in loc:
        if current is None:
            break
        field = _field(current, step)
        if field is not None:
            current = next(iter(_models_in(field.annotation)), None)
    return sorted(f.alias or name for name, f in current.model_fields.items()) if current else []


def _field(model: type[BaseModel], step: int | str) -> FieldInfo | None:
    for name, field in model.model_fields.items():
        if step in (name, field.alias):
            return field
    return None


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
