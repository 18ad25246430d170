"""The contract of an evaluator: code that answers one criterion from a case. It fits on this screen.

An evaluator is a class registered under the entry point group ``qa_toolkit.evaluators``:

    [project.entry-points."qa_toolkit.evaluators"]
    politeness = "my_package.politeness:Politeness"

Rules: rest every answer on evidence of the case, or return ``unanswered`` with a reason; never change the
case; the same case gives the same answer. An exception makes that criterion ``error``, nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel

from qa_toolkit.domain.case import Case, CasePart
from qa_toolkit.domain.evaluation import Answer
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.rubric import Criterion, EvaluatorSpec


@dataclass(frozen=True, slots=True)
class Tools:
    """What an evaluator may use, given once when it is built."""

    build: Callable[[EvaluatorSpec], Evaluator]
    """Builds another evaluator, for evaluators that combine others."""
    settings: Mapping[str, Any]
    """The site's settings for evaluators, from the configuration."""


class Evaluator(Protocol):
    """Answers criteria. Build errors belong in ``__init__`` so that a wrong rubric is refused up front."""

    name: ClassVar[str]
    version: ClassVar[str]
    needs: ClassVar[frozenset[CasePart]]
    """Parts of the case it cannot do without; when one is missing it is not called: ``unanswered``."""
    Parameters: ClassVar[type[BaseModel]]
    """What the author of a rubric may write under its name; unknown keys are refused."""

    def __init__(self, parameters: Any, tools: Tools) -> None: ...

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """The answer to the criterion; ``points`` are filled in by the scoring."""
        ...


@runtime_checkable
class EventFinder(Protocol):
    """An evaluator that can also stand under a rubric's ``events:``."""

    def find(self, kind: str, case: Case) -> Sequence[Event]:
        """Every place where the event ``kind`` happens, in order of time."""
        ...
