"""Which evaluators exist: classes found by the entry point group ``qa_toolkit.evaluators``.

Shipped evaluators come through the same door as anyone else's. A plugin is imported when it is first used;
one that cannot be imported, or breaks the contract, is listed with the reason and refused when used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, cast, get_args

from pydantic import BaseModel, ValidationError

from qa_toolkit.domain.case import CasePart
from qa_toolkit.domain.rubric import EvaluatorSpec
from qa_toolkit.errors import EvaluatorError, QAToolkitError
from qa_toolkit.evaluation.evaluator import Evaluator, Tools
from qa_toolkit.evaluation.plugin_output import is_plugin, off_stdout

GROUP = "qa_toolkit.evaluators"

_registered: dict[str, type[Any]] = {}
_generation = 0


@dataclass(frozen=True, slots=True)
class PluginStatus:
    """One entry point of the group; ``reason`` says why it is broken."""

    name: str
    value: str
    distribution: str | None
    version: str | None
    state: Literal["ok", "broken"]
    reason: str | None = None


def generation() -> int:
    """Changes whenever the set of known evaluators does; part of the key of anything cached about them."""
    return _generation


def names() -> tuple[str, ...]:
    """Names of all known evaluators, broken ones included, in alphabetical order."""
    return tuple(sorted({*_entries(), *_registered}))


def evaluator_class(name: str) -> type[Evaluator]:
    """The class of an evaluator.

    Raises:
        EvaluatorError: unknown name, two plugins of that name, or a plugin that is broken.
    """
    if name in _registered:
        return cast("type[Evaluator]", _registered[name])
    candidates = _entries().get(name, ())
    if not candidates:
        raise EvaluatorError(f"unknown evaluator '{name}'", None, f"accepted: {', '.join(names())}")
    if len(candidates) > 1:
        sources = ", ".join(f"{e.value} of {_distribution(e)[0]}" for e in candidates)
        raise EvaluatorError(
            f"two plugins offer the evaluator '{name}'", sources, "uninstall one of them or rename it"
        )
    return _load(candidates[0])


def plugins() -> list[PluginStatus]:
    """Every entry point of the group with its state, by name; imports all of them."""
    return [_status(entry) for name in sorted(_entries()) for entry in _entries()[name]]


def build(
    spec: EvaluatorSpec, settings: Mapping[str, Any], *, built: Callable[[Evaluator], object] | None = None
) -> Evaluator:
    """A ready evaluator.

    Args:
        spec: its name and parameters.
        settings: the site's, handed on as ``Tools.settings``.
        built: is shown every evaluator that was built, the parts of others included.

    Raises:
        EvaluatorError: the evaluator is unknown or broken, or refuses its parameters.
        QAToolkitError: something it needs (a model, an extra) is missing.
    """
    kind = evaluator_class(spec.name)
    try:
        with off_stdout(plugin=is_plugin(kind.__module__)):
            parameters = kind.Parameters.model_validate(dict(spec.parameters))
            tools = Tools(build=lambda inner: build(inner, settings, built=built), settings=settings)
            made = kind(parameters, tools)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EvaluatorError(f"evaluator '{spec.name}': {first['msg']}", where or None) from error
    except QAToolkitError:
        raise
    except (Exception, SystemExit) as error:  # a plugin may raise anything
        raise EvaluatorError(
            f"evaluator '{spec.name}' could not be built: {type(error).__name__}: {error}"
        ) from error
    if built is not None:
        built(made)
    return made


@contextmanager
def registered(**classes: type[Any]) -> Iterator[None]:
    """Adds evaluators by name for the length of a ``with`` block; for tests and notebooks."""
    global _generation  # noqa: PLW0603
    for name, kind in classes.items():
        _check_contract(name, kind)
    before = dict(_registered)
    _registered.update(classes)
    _generation += 1
    try:
        yield
    finally:
        _registered.clear()
        _registered.update(before)
        _generation += 1


@cache
def _entries() -> dict[str, tuple[EntryPoint, ...]]:
    found: dict[str, dict[tuple[str, str | None], EntryPoint]] = defaultdict(dict)
    for entry in entry_points(group=GROUP):
        found[entry.name].setdefault((entry.value, _distribution(entry)[0]), entry)
    return {name: tuple(entries.values()) for name, entries in found.items()}


def _distribution(entry: EntryPoint) -> tuple[str | None, str | None]:
    distribution = entry.dist
    return (distribution.name, distribution.version) if distribution else (None, None)


@cache
def _load(entry: EntryPoint) -> type[Evaluator]:
    try:
        with off_stdout(plugin=is_plugin(entry.module)):
            kind = entry.load()
    except (Exception, SystemExit) as error:  # a plugin may raise anything while it is imported
        raise EvaluatorError(
            f"evaluator '{entry.name}' cannot be loaded: {type(error).__name__}: {error}",
            f"{entry.value} of {_distribution(entry)[0]}",
            "reinstall or remove that package",
        ) from error
    _check_contract(entry.name, kind)
    return cast("type[Evaluator]", kind)


def _check_contract(name: str, kind: object) -> None:
    faults = []
    if not isinstance(kind, type):
        faults.append("is not a class")
    if getattr(kind, "name", None) != name:
        faults.append(f"its attribute 'name' is not '{name}'")
    if not isinstance(getattr(kind, "version", None), str):
        faults.append("has no text attribute 'version'")
    needs = getattr(kind, "needs", None)
    if not isinstance(needs, frozenset) or not needs <= set(get_args(CasePart)):
        faults.append(f"its 'needs' is not a frozenset out of {', '.join(get_args(CasePart))}")
    parameters = getattr(kind, "Parameters", None)
    if not (isinstance(parameters, type) and issubclass(parameters, BaseModel)):
        faults.append("its 'Parameters' is not a pydantic model")
    if not callable(getattr(kind, "answer", None)):
        faults.append("has no method 'answer'")
    if faults:
        raise EvaluatorError(
            f"evaluator '{name}' breaks the contract: {'; '.join(faults)}",
            getattr(kind, "__qualname__", repr(kind)),
            "see qa_toolkit/evaluation/evaluator.py",
        )


def _status(entry: EntryPoint) -> PluginStatus:
    name, version = _distribution(entry)
    try:
        evaluator_class(entry.name)
    except EvaluatorError as error:
        return PluginStatus(entry.name, entry.value, name, version, "broken", str(error))
    return PluginStatus(entry.name, entry.value, name, version, "ok")
