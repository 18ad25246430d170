"""Doubts about lists of phrases: entries that can never count, and entries that stand twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qa_toolkit.authored.yaml_source import Loc
from qa_toolkit.domain.rubric import EvaluatorSpec, Rubric
from qa_toolkit.evaluation.checks import criterion_locs, nested_specs, parameters_of
from qa_toolkit.language import normalise

_LISTS = ("any", "all", "none")


def phrase_doubts(rubric: Rubric) -> Iterator[tuple[Loc, str]]:
    """Places and messages: a phrase that holds a forbidden one, and a phrase written twice."""
    for name, spec in rubric.events.items():
        yield from _of_spec(spec, ("events", name))
    for loc, criterion in criterion_locs(rubric):
        yield from _of_spec(criterion.evaluator, (*loc, "evaluator"))


def _of_spec(spec: EvaluatorSpec, loc: Loc) -> Iterator[tuple[Loc, str]]:
    if spec.name == "phrase":
        yield from _of_phrases(spec, (*loc, "phrase"))
    for inner_loc, inner in nested_specs(parameters_of(spec)):
        yield from _of_spec(inner, (*loc, spec.name, *inner_loc))


def _of_phrases(spec: EvaluatorSpec, loc: Loc) -> Iterator[tuple[Loc, str]]:
    forbidden = [(text, words) for _, text, words in _texts(spec.parameters.get("none"))]
    for name in _LISTS:
        seen: dict[tuple[str, tuple[str, ...]], str] = {}
        for language, text, words in _texts(spec.parameters.get(name)):
            first = seen.setdefault((language, words), text)
            if first is not text:
                yield (*loc, name), f"'{text}' says the same as '{first}' above it"
            if name != "none":
                inside = next((other for other, theirs in forbidden if _holds(words, theirs)), None)
                if inside is not None:
                    message = f"'{text}' holds '{inside}' of none: saying it can never count"
                    yield (*loc, name), message


def _texts(value: Any, language: str = "") -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every phrase of a list, or of lists by language, with its language and its normalised words."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, str(key))
    elif isinstance(value, str):
        yield language, value, _words(value, language or "en")
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner, language)


def _words(text: str, language: str) -> tuple[str, ...]:
    """Normalised words; the signs for any words and any digit stay."""
    pieces = re.split(r"([*#])", text)
    return tuple(
        w
        for piece in pieces
        for w in ([piece] if piece in ("*", "#") else normalise(piece, language).split())
    )


def _holds(words: Sequence[str], part: Sequence[str]) -> bool:
    if "*" in part or not part:
        return False
    length = len(part)
    return any(tuple(words[i : i + length]) == tuple(part) for i in range(len(words) - length + 1))
