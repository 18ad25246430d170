"""A rubric as people write it: sections of criteria, each with its answers and its evaluator.

Unknown keys are refused. ``qa_toolkit.evaluation.loader`` reads the file and turns every fault into
``file:line: path: what: accepted values``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StrictBool,
    StringConstraints,
    field_validator,
    model_validator,
)

from qa_toolkit.domain.transcript import Scalar

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=80)]
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+([-+][0-9A-Za-z.-]+)?$")]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A finite number written as one: neither text nor true / false."""
Percent = Annotated[Number, Field(ge=0, le=100)]
Probability = Annotated[Number, Field(ge=0, le=1)]
AutoFail = Literal[True, False, "section"]

NOT_APPLICABLE = "na"
"""The answer a person gives for not applicable; never an option of a criterion."""


def _one_or_many(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


def _scalar_values(value: object) -> tuple[Scalar, ...]:
    values = value if isinstance(value, list | tuple) else (value,)
    if not values or any(isinstance(v, Mapping | list | tuple) for v in values):
        raise ValueError("a value or a list of values is expected")
    return tuple(values)


def _text_or_number(value: object) -> str | float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("an answer is expected: text or a number")  # noqa: TRY004  # pydantic wants it
    return value


Names = Annotated[tuple[str, ...], BeforeValidator(_one_or_many, json_schema_input_type=str | list[str])]
"""One name or a list of names."""
Values = Annotated[
    tuple[Scalar, ...], PlainValidator(_scalar_values, json_schema_input_type=Scalar | list[Scalar])
]
"""One plain value or a list of them."""


class Authored(BaseModel):
    """Base of everything people write: frozen, unknown keys forbidden."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ScoringMethod(StrEnum):
    """Published ways to turn answers into a percentage (``docs/scoring.md``)."""

    QUESTION_WEIGHT = "question_weight"
    SECTION_WEIGHT = "section_weight"
    POINTS = "points"
    GROUP_WEIGHT = "group_weight"
    CATEGORY_AVERAGE = "category_average"


class ScoringRule(Authored):
    """How the form is scored and passed."""

    method: ScoringMethod = ScoringMethod.QUESTION_WEIGHT
    pass_percent: Percent | None = None
    on_auto_fail: Literal["zero", "flag"] = "zero"


class AnswerOption(Authored):
    """One permitted answer. ``auto_fail``: ``true`` fails the form, ``section`` the section it stands in."""

    points: Number
    auto_fail: AutoFail = False
    label: str | None = None


class PointsRange(Authored):
    """Numbers from ``from`` to ``to`` (both included) earn ``points``; an open end is left out."""

    lowest: Number | None = Field(default=None, alias="from")
    highest: Number | None = Field(default=None, alias="to")
    points: Number
    auto_fail: AutoFail = False
    label: str | None = None

    def holds(self, value: float) -> bool:
        """Whether the number lies in the range."""
        above = self.lowest is None or value >= self.lowest
        return above and (self.highest is None or value <= self.highest)


class EvaluatorSpec(Authored):
    """Name of an evaluator and its parameters; written ``name`` or ``{name: {…}}``."""

    name: Identifier
    parameters: Mapping[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: object) -> object:
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, Mapping) and len(value) == 1 and "name" not in value:
            ((name, parameters),) = value.items()
            return {"name": name, "parameters": {} if parameters is None else parameters}
        return value


class MetricCondition(Authored):
    """A measured value inside limits (both included)."""

    name: str
    role: str | None = None
    definition: str | None = None
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most or both")
        return self


class NotApplicableRule(BaseModel):
    """Conditions that must all hold; a key that is none of the three named ones is a metadata name.

    ``event`` and ``no_event`` name events (all must have happened, none may have happened).
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Values] = Field(init=False)

    event: Names = ()
    no_event: Names = ()
    metric: MetricCondition | None = None

    @property
    def metadata(self) -> Mapping[str, tuple[Scalar, ...]]:
        """Metadata names with the values that make a criterion not applicable."""
        return self.__pydantic_extra__ or {}

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.event or self.no_event or self.metric or self.metadata):
            raise ValueError("a condition is expected: a metadata name, event, no_event or metric")
        return self


class Example(Authored):
    """A tiny interaction with the answer that is expected of the criterion.

    Attributes:
        turns: ``role: text`` one after another, or ``[m:ss] role: text`` with the time it begins.
        fields, reference: values of a record or document, and what they are compared with.
    """

    turns: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = Field(default_factory=dict)
    fields: Mapping[str, Any] | None = None
    reference: Mapping[str, Any] | None = None
    expect: Annotated[str | float, PlainValidator(_text_or_number, json_schema_input_type=str | float)]


class Criterion(Authored):
    """One thing judged.

    ``not_applicable_when`` is one mapping, all of whose conditions must hold, or a list of such mappings of
    which one must hold. Its keys are metadata names (with the values that make the criterion not applicable)
    or ``event``, ``no_event`` (names of events) and ``metric``.
    """

    id: Identifier
    question: str = Field(min_length=1)
    weight: Number = Field(default=1.0, ge=0)
    critical: Literal["customer", "business", "compliance", "none"] = "none"
    bonus: StrictBool = False
    answers: Mapping[str, AnswerOption] = Field(default_factory=dict)
    ranges: tuple[PointsRange, ...] = ()
    not_applicable_when: Annotated[
        tuple[NotApplicableRule, ...],
        BeforeValidator(_one_or_many, json_schema_input_type=NotApplicableRule | list[NotApplicableRule]),
    ] = ()
    confidence: Probability | None = None
    evaluator: EvaluatorSpec = EvaluatorSpec(name="manual")
    examples: tuple[Example, ...] = ()
    guidance: str | None = None

    @field_validator("answers", mode="before")
    @classmethod
    def _bare_points(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        return {
            key: {"points": option} if isinstance(option, int | float | str) else option
            for key, option in value.items()
        }

    @model_validator(mode="before")
    @classmethod
    def _ranges_inside_answers(cls, value: object) -> object:
        if isinstance(value, Mapping):
            answers = value.get("answers")
            if isinstance(answers, Mapping) and set(answers) == {"ranges"} and "ranges" not in value:
                rest = {key: item for key, item in value.items() if key != "answers"}
                return {**rest, "ranges": answers["ranges"]}
            if "answers" not in value and "ranges" not in value:
                return {**value, "answers": {"yes": 1, "no": 0}}
        return value

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        if bool(self.answers) == bool(self.ranges):
            raise ValueError("give either answers or ranges")
        if NOT_APPLICABLE in self.answers:
            raise ValueError("'na' is always possible and cannot be an option of its own")
        return self

    @property
    def options(self) -> tuple[AnswerOption | PointsRange, ...]:
        """All options or ranges, in the order written."""
        return tuple(self.answers.values()) or self.ranges

    @property
    def best_points(self) -> float:
        """The points of the best option."""
        return max(option.points for option in self.options)

    @property
    def worst_points(self) -> float:
        """The points of the worst option."""
        return min(option.points for option in self.options)

    def option_for(self, answer: str | float) -> AnswerOption | PointsRange | None:
        """The option (or the first range) an answer falls under; None when it is not permitted."""
        if self.answers:
            return self.answers.get(str(answer))
        if isinstance(answer, bool) or not isinstance(answer, int | float):
            return None
        return next((r for r in self.ranges if r.holds(float(answer))), None)


class Section(Authored):
    """A titled, weighted group of criteria."""

    id: Identifier
    title: str = Field(min_length=1)
    weight: Number = Field(default=1.0, ge=0)
    criteria: tuple[Criterion, ...] = Field(min_length=1)


class Rubric(Authored):
    """A versioned scoring form."""

    id: Identifier
    version: Version
    title: str = Field(min_length=1)
    work_area: Identifier | None = None
    description: str | None = None
    applies_when: Mapping[str, Values] = Field(default_factory=dict)
    scoring: ScoringRule = ScoringRule()
    events: Mapping[Identifier, EvaluatorSpec] = Field(default_factory=dict)
    sections: tuple[Section, ...] = Field(min_length=1)

    @property
    def criteria(self) -> Iterator[Criterion]:
        """All criteria in the order of the form."""
        for section in self.sections:
            yield from section.criteria

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion with that id; KeyError when there is none."""
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise KeyError(criterion_id)
