"""``metadata``: does a metadata value meet a condition?

Sees what came with the interaction (queue, transaction, caller type …). Cannot see whether it is true.
"""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field, model_validator

from qa_toolkit.domain.case import Case, CasePart
from qa_toolkit.domain.evaluation import Answer, ValueEvidence
from qa_toolkit.domain.rubric import Criterion, Values
from qa_toolkit.domain.transcript import Scalar
from qa_toolkit.evaluation.applicability import metadata_of, same_value
from qa_toolkit.evaluation.evaluator import Tools
from qa_toolkit.evaluation.evaluators.texts import TwoAnswers, settled, unanswered


class MetadataParameters(TwoAnswers):
    """A metadata name and what its value must be; exactly one condition.

    Attributes:
        name: the metadata name.
        equals: the value itself (letter case does not matter).
        one_of: one of these values; written ``in``.
        not_in: none of these values.
        present: true = there is a value, false = there is none.
    """

    name: str = Field(min_length=1)
    equals: str | int | float | bool | None = None
    one_of: Values | None = Field(default=None, alias="in")
    not_in: Values | None = None
    present: bool | None = Field(default=None, strict=True)

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        given = [n for n in ("equals", "one_of", "not_in", "present") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError("one condition is expected: accepted: equals, in, not_in or present")
        return self

    def holds(self, value: Scalar) -> bool:
        """Whether a known value meets the condition."""
        if self.present is not None:
            return self.present
        if self.equals is not None:
            return same_value(value, self.equals)
        if self.one_of is not None:
            return any(same_value(value, item) for item in self.one_of)
        return not any(same_value(value, item) for item in self.not_in or ())


class MetadataEvaluator:
    """Answers ``found`` when the condition holds; an unknown value leaves the criterion unanswered."""

    name: ClassVar[str] = "metadata"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset({"metadata"})
    Parameters: ClassVar[type[MetadataParameters]] = MetadataParameters

    def __init__(self, parameters: MetadataParameters, tools: Tools) -> None:
        del tools
        self._parameters = parameters

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """The answer with the value as evidence."""
        parameters = self._parameters
        value = metadata_of(case, parameters.name)
        known = value is not None and value != ""
        if not known and parameters.present is None:
            return unanswered(criterion, f"the interaction does not say its {parameters.name}")
        holds = parameters.holds(value) if known else parameters.present is False
        return settled(
            criterion,
            parameters.found if holds else parameters.missing,
            (ValueEvidence("metadata", parameters.name, value),),
            confidence=1.0,
            reason=f"{parameters.name} is '{value}'" if known else f"there is no {parameters.name}",
        )
