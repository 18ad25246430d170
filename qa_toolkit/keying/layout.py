"""A record layout as people write it: the fields of a form, how each is compared, and what a wrong one costs.

Unknown keys are refused. ``qa_toolkit.keying.layout_files`` reads the file and turns every fault into
``file:line: path: what: accepted values``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StrictBool, StringConstraints, field_validator, model_validator

from qa_toolkit.domain.rubric import Authored, Identifier, Number, Version

FieldType = Literal[
    "text",
    "name",
    "date",
    "ssn",
    "phone",
    "email",
    "address",
    "money",
    "number",
    "frequency",
    "code",
    "checkbox",
]
NormaliserName = Literal[
    "text", "name", "suffix", "date", "ssn", "itin", "atin", "phone", "email", "street", "unit", "city",
    "state", "zip", "county", "money", "number", "frequency", "code", "yes_no", "checkbox_set", "docnum",
    "a_number",
]  # fmt: skip
Criticality = Literal["A", "B", "C"]
Counting = Literal["active", "all"]

DEFAULT_NORMALISERS: Mapping[str, NormaliserName] = {
    "text": "text",
    "name": "name",
    "date": "date",
    "ssn": "ssn",
    "phone": "phone",
    "email": "email",
    "address": "street",
    "money": "money",
    "number": "number",
    "frequency": "frequency",
    "code": "code",
    "checkbox": "checkbox_set",
}
DEFAULT_FORMATS = ("YYYY-MM-DD", "MM/DD/YYYY", "MM-DD-YYYY")
DEFAULT_NO_MATCH_COST = 0.25
LANGUAGES = ("en", "es")

DateFormat = Annotated[str, StringConstraints(pattern=r"^[YMDONTH/., -]+$", max_length=20)]
PositiveNumber = Annotated[Number, Field(gt=0)]


def _texts(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


def _word(value: object) -> object:
    """Codes such as 1 or true are text on a form."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _words(value: object) -> object:
    values = value if isinstance(value, list | tuple) else (value,)
    return tuple(_word(item) for item in values)


def _conditions(value: object) -> object:
    """``field`` asks for anything in it, ``field = value`` for that value."""
    if not isinstance(value, str):
        return value
    name, equals, wanted = value.replace("==", "=").partition("=")
    return {name.strip(): wanted.strip().strip("'\"") if equals else ()}


Label = Annotated[Mapping[str, str], BeforeValidator(_texts, json_schema_input_type=str | dict[str, str])]
"""A text, or texts by language code."""
Words = Annotated[tuple[str, ...], BeforeValidator(_words, json_schema_input_type=Any)]
Condition = Annotated[
    Mapping[str, Words],
    BeforeValidator(_conditions, json_schema_input_type=str | dict[str, str | list[str]]),
]
"""A field that must be filled, or fields with the values that make this one count; all must hold."""


class FieldSpec(Authored):
    """One field of a form.

    Attributes:
        type: what kind of value it holds; decides how it is normalised and how errors are named.
        normaliser: when the type's own is not the right one.
        criticality: A can change identity, coverage, programme or amount; B notices and work; C the rest.
        active_when: the field counts only where this holds in the reference.
        formats: how dates may be written, in the letters YYYY, MM, DD and MONTH.
        amount_of: on a frequency, the money field whose period it is.
        per_week: on a frequency, code -> field with the units a week it is paid for, such as
            hourly: hours_per_week; without it such amounts have no yearly value.
        refers_to: the field holds the member label of a repeated group.
        inverse: on a code that says what one member is to another (both named by ``refers_to``), what the
            other is to the first, such as child: parent.
        options: codes that are accepted; others are still compared.
        option_labels: what a printed form calls them.
        aliases: other spellings of a code, such as a printed label.
        blank_values: words that mean blank, where the keying manual says so.
        column: name of its column in wide files, when that is not the id.
        core: whether it belongs to the set that is audited by default.
        page, source: where on the form, and where that is known from.
    """

    id: Identifier
    type: FieldType = "text"
    normaliser: NormaliserName | None = None
    criticality: Criticality = "C"
    active_when: Condition = Field(default_factory=dict)
    label: Label = Field(default_factory=dict)
    formats: tuple[DateFormat, ...] = ()
    amount_of: Identifier | None = None
    per_week: Mapping[str, Identifier] = Field(default_factory=dict)
    refers_to: Identifier | None = None
    inverse: Mapping[str, str] = Field(default_factory=dict)
    options: Words = ()
    option_labels: Mapping[str, Label] = Field(default_factory=dict)
    aliases: Mapping[str, str] = Field(default_factory=dict)
    blank_values: Words = ()
    column: str | None = None
    core: StrictBool = True
    page: str | int | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if self.formats and self.rule != "date":
            raise ValueError("formats belong to dates: accepted: on fields of type date")
        if self.amount_of is not None and self.type != "frequency":
            raise ValueError("amount_of belongs to frequencies: accepted: on fields of type frequency")
        if self.per_week and self.type != "frequency":
            raise ValueError("per_week belongs to frequencies: accepted: on fields of type frequency")
        if self.inverse and self.type != "code":
            raise ValueError("inverse belongs to codes: accepted: on fields of type code")
        if {"MM/DD/YYYY", "DD/MM/YYYY"} <= set(self.formats) or {"MM-DD-YYYY", "DD-MM-YYYY"} <= set(
            self.formats
        ):
            raise ValueError("two formats read one text as two dates: accepted: month first or day first")
        return self

    @field_validator("formats")
    @classmethod
    def _dates_complete(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            month = text.count("MM") + text.count("MONTH")
            if text.count("YYYY") != 1 or text.count("DD") != 1 or month != 1:
                raise ValueError(
                    f"'{text}' does not name one day: accepted: YYYY, MM (or MONTH) and DD once each"
                )
        return value

    @property
    def rule(self) -> NormaliserName:
        """The normaliser that is used."""
        return self.normaliser or DEFAULT_NORMALISERS[self.type]

    @property
    def date_formats(self) -> tuple[str, ...]:
        """How its dates may be written."""
        return self.formats or DEFAULT_FORMATS

    @property
    def weighs(self) -> Criticality:
        """The criticality that counts: the period of an amount is always critical."""
        return "A" if self.amount_of is not None else self.criticality


class BelongsTo(Authored):
    """Whose each member of a group is, where the form says so in words.

    Attributes:
        group: the repeated group its owners are members of.
        by: field of this group -> field of the owner, such as person_first_name: first_name.
    """

    group: Identifier
    by: Mapping[str, Identifier] = Field(min_length=1)


class GroupSpec(Authored):
    """Fields that stand together; a repeated group has them once a member (person, income, …).

    Attributes:
        repeats: true, or how many members the form has room for before a copied page is needed.
        align_on: fields by which members are recognised, with their weights. Without any, all fields weigh
            the same.
        no_match_cost: cost of leaving a member without a partner, on either side; a pair is accepted below
            twice this (0.25: a pair that differs by less than half).
        ordered: members have a place of their own on the form (a column each), so that two of them keyed in
            each other's place are an error; false where their order means nothing.
        belongs_to: the members are somebody's (incomes of a person): they are paired within their owners
            first, then with what is left.
    """

    id: Identifier
    title: Label = Field(default_factory=dict)
    pages: str | int | None = None
    repeats: StrictBool | Annotated[int, Field(strict=True, ge=1)] = False
    align_on: Mapping[str, PositiveNumber] = Field(default_factory=dict)
    no_match_cost: Annotated[Number, Field(gt=0, le=1)] = DEFAULT_NO_MATCH_COST
    ordered: StrictBool = True
    belongs_to: BelongsTo | None = None
    fields: tuple[FieldSpec, ...] = Field(min_length=1)

    @property
    def repeated(self) -> bool:
        """Whether the group has members."""
        return bool(self.repeats)

    @cached_property
    def by_id(self) -> Mapping[str, FieldSpec]:
        """Fields by their ids."""
        return {spec.id: spec for spec in self.fields}

    @cached_property
    def references(self) -> tuple[FieldSpec, ...]:
        """Its fields that name a member of another group, in order."""
        return tuple(spec for spec in self.fields if spec.refers_to is not None)

    @cached_property
    def exchangeable(self) -> tuple[str, ...]:
        """The two names members are recognised by; one, or more than two, are no pair to be exchanged."""
        names = tuple(name for name in self.weights if self.by_id[name].rule == "name")
        return names if len(names) == 2 else ()

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """What members are recognised by: field ids with weights that add up to 1."""
        given = dict(self.align_on) or {spec.id: 1.0 for spec in self.fields}
        total = sum(given.values())
        return {name: weight / total for name, weight in given.items()}


class WideColumns(Authored):
    """Columns of wide files that are not fields.

    Attributes:
        record: column with the record's id.
        member: column with the member's label; without it rows of a record are numbered from 1.
        group: the repeated group whose members the rows are, when the layout has more than one.
        metadata: metadata name -> column.
    """

    record: str = "record"
    member: str = "member"
    group: Identifier | None = None
    metadata: Mapping[str, str] = Field(default_factory=dict)


class RecordLayout(Authored):
    """The fields of a form and how each is compared.

    Attributes:
        counting: what the denominator is: ``active`` fields (something on at least one side) or ``all``.
        metadata_fields: metadata that stand in fields, such as operator: envelope.operator_id; those
            describe the keying and are not compared.
        target_per_10000: the unit's own limit of wrong fields, when it has one.
        blank_values: words that mean blank in every field.
    """

    id: Identifier
    version: Version
    title: Label
    form: str | None = None
    description: str | None = None
    metadata_fields: Mapping[str, str] = Field(default_factory=dict)
    counting: Counting = "active"
    target_per_10000: Annotated[Number, Field(ge=0)] | None = None
    blank_values: Words = ()
    wide: WideColumns = WideColumns()
    groups: tuple[GroupSpec, ...] = Field(min_length=1)

    @cached_property
    def by_id(self) -> Mapping[str, GroupSpec]:
        """Groups by their ids."""
        return {group.id: group for group in self.groups}

    def fields(self) -> Iterator[tuple[GroupSpec, FieldSpec]]:
        """Every field with its group, in the order of the form."""
        for group in self.groups:
            for spec in group.fields:
                yield group, spec
