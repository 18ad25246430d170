"""``compare``: do two values of a record, its reference or the metadata agree, within a tolerance?

Sees the two values, read by their type (names, dates, amounts with their frequency, codes …). Cannot see
which of them is right. A value that is missing or does not fit its type leaves the criterion unanswered with
the reason; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from qa_toolkit.domain.case import Case, CasePart
from qa_toolkit.domain.evaluation import Answer, ValueEvidence
from qa_toolkit.domain.rubric import NOT_APPLICABLE, Criterion, Number, Probability
from qa_toolkit.domain.transcript import Scalar
from qa_toolkit.evaluation.applicability import metadata_of
from qa_toolkit.evaluation.evaluator import Tools
from qa_toolkit.evaluation.evaluators.texts import TwoAnswers, settled, unanswered
from qa_toolkit.language.values import DATE_FORMATS, Key, ValueKind, read_value, times_a_year

Place = Annotated[str, StringConstraints(pattern=r"^(metadata|record|reference)\..+$")]
"""``metadata.NAME``, ``record.FIELD`` or ``reference.FIELD``."""
_Tolerance = Annotated[Number, Field(ge=0)]

_ORDERED = ("date", "money", "number")
_LIKE = ("text", "name")
_ENDINGS = frozenset({"jr", "sr", "ii", "iii", "iv"})
_JOINED = 0.9
"""How sure two names are one that differ in nothing but the spaces between their words."""
_RELATIONS = {
    "equal": "equals",
    "different": "differs from",
    "at_most": "is at most",
    "at_least": "is at least",
    "below": "is below",
    "above": "is above",
    "contains": "contains",
}


class CompareParameters(TwoAnswers):
    """Two values, their type and how they must relate.

    Attributes:
        left: where the first value stands: ``metadata.NAME``, ``record.FIELD``, ``reference.FIELD``.
        right: where the second one stands; or
        value: the second value itself.
        kind: the type of both; written ``as``.
        relation: of left to right; ``contains`` for ``codes``: every code of right is among those of left.
        within: amounts, numbers (in their unit) and dates (in days) may differ by so much.
        within_percent: amounts and numbers may differ by so much of the larger one.
        likeness: names and texts need only be so alike, 0-1.
        middle_names: ``ignore`` compares only the first and the last word of a name.
        left_every: how often the left amount is paid: a place or a word (weekly, every 2 weeks, monthly …);
            with it both amounts are compared by the year.
        right_every: how often the right amount is paid.
        aliases: other spellings of codes.
        formats: of dates, in YYYY, MM, DD; the first that fits counts.
        when_missing: the answer when a value is not there.
    """

    left: Place
    right: Place | None = None
    value: str | int | float | bool | None = None
    kind: ValueKind = Field(default="text", alias="as")
    relation: Literal["equal", "different", "at_most", "at_least", "below", "above", "contains"] = "equal"
    within: _Tolerance = 0.0
    within_percent: _Tolerance = 0.0
    likeness: Probability = 1.0
    middle_names: Literal["compare", "ignore"] = "compare"
    left_every: str | None = None
    right_every: str | None = None
    aliases: Mapping[str, str] = Field(default_factory=dict)
    formats: tuple[str, ...] = DATE_FORMATS
    when_missing: Literal["unanswered", "na", "found", "missing"] = "unanswered"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.right is None) == (self.value is None):
            raise ValueError("one second value is expected: accepted: right or value")
        if self.relation in ("at_most", "at_least", "below", "above") and self.kind not in _ORDERED:
            raise ValueError(f"'{self.kind}' has no order: accepted: {', '.join(_ORDERED)}")
        if self.relation == "contains" and self.kind != "codes":
            raise ValueError("contains needs a list: accepted: codes")
        if (self.within or self.within_percent) and self.kind not in _ORDERED:
            raise ValueError(f"'{self.kind}' has no tolerance: accepted: {', '.join(_ORDERED)}")
        if self.within_percent and self.kind == "date":
            raise ValueError("dates differ by days: accepted: within")
        if self.likeness < 1.0 and self.kind not in _LIKE:
            raise ValueError(f"'{self.kind}' is equal or not: accepted: {', '.join(_LIKE)}")
        if (self.left_every is None) != (self.right_every is None):
            raise ValueError("both frequencies are expected: accepted: left_every with right_every")
        if self.left_every is not None and self.kind != "money":
            raise ValueError("only amounts have a frequency: accepted: money")
        return self


class Compare:
    """Answers ``found`` when the relation holds, ``missing`` when it does not; both values are evidence."""

    name: ClassVar[str] = "compare"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset({"metadata"})
    Parameters: ClassVar[type[CompareParameters]] = CompareParameters

    def __init__(self, parameters: CompareParameters, tools: Tools) -> None:
        del tools
        self._parameters = parameters

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """The answer with both values as evidence."""
        parameters = self._parameters
        left = _value_at(case, parameters.left)
        right = _value_at(case, parameters.right) if parameters.right else parameters.value
        evidence = [_evidence(parameters.left, left)]
        evidence += [_evidence(parameters.right, right)] if parameters.right else []
        lacking = [
            p for p, v in ((parameters.left, left), (parameters.right, right)) if p and v in (None, "")
        ]
        if lacking:
            return self._lacking(criterion, lacking, evidence)
        try:
            keys = (
                self._key(case, left, parameters.left_every),
                self._key(case, right, parameters.right_every),
            )
        except _UnreadableError as error:
            return unanswered(criterion, str(error))
        holds, sure = self._compared(*keys)
        words = _RELATIONS[parameters.relation] if holds else f"not: {_RELATIONS[parameters.relation]}"
        reason = f"{parameters.left} ({left}) {words} {parameters.right or 'the value'} ({right})"
        answer = parameters.found if holds else parameters.missing
        return settled(criterion, answer, evidence, confidence=sure, reason=reason)

    def _lacking(self, criterion: Criterion, lacking: list[str], evidence: list[ValueEvidence]) -> Answer:
        reason = f"there is no {' and no '.join(lacking)}"
        when = self._parameters.when_missing
        if when == "unanswered":
            return unanswered(criterion, reason)
        answer = NOT_APPLICABLE if when == "na" else getattr(self._parameters, when)
        return settled(criterion, answer, evidence, confidence=1.0, reason=reason)

    def _key(self, case: Case, value: Scalar, every: str | None) -> Key:
        parameters = self._parameters
        read = read_value(value, parameters.kind, formats=parameters.formats, aliases=parameters.aliases)
        if read.key is None:
            raise _UnreadableError(read.problem or "a value cannot be read")
        if every is None or not isinstance(read.key, Decimal):
            return read.key
        frequency = _value_at(case, every) if every.startswith(_PLACES) else every
        times = times_a_year(frequency)
        if times is None:
            raise _UnreadableError(f"'{frequency}' is no known frequency")
        return read.key * times

    def _compared(self, left: Key, right: Key) -> tuple[bool, float]:
        """Whether the relation holds, and how sure that is."""
        parameters = self._parameters
        if isinstance(left, frozenset) and isinstance(right, frozenset) and parameters.relation == "contains":
            return right <= left, 1.0
        if parameters.relation in ("equal", "different"):
            equal, sure = self._equal(left, right)
            return equal == (parameters.relation == "equal"), sure
        distance = _distance(left, right)
        margin = self._margin(left, right)
        if parameters.relation == "at_most":
            return distance <= margin, 1.0
        if parameters.relation == "at_least":
            return -distance <= margin, 1.0
        return (distance if parameters.relation == "above" else -distance) > margin, 1.0

    def _equal(self, left: Key, right: Key) -> tuple[bool, float]:
        if isinstance(left, str) and isinstance(right, str):
            return self._same_text(left, right)
        if isinstance(left, frozenset):
            return left == right, 1.0
        return abs(_distance(left, right)) <= self._margin(left, right), 1.0

    def _same_text(self, left: str, right: str) -> tuple[bool, float]:
        parameters = self._parameters
        if parameters.kind == "zip" and len(left) != len(right):
            return left[:5] == right[:5], 1.0
        if parameters.kind == "name":
            left, right = _names(left, right, middle=parameters.middle_names == "compare")
        if left == right:
            return True, 1.0
        if parameters.kind == "name" and left.replace(" ", "") == right.replace(" ", ""):
            return True, _JOINED
        return (False, 1.0) if parameters.likeness == 1.0 else _alike(left, right, parameters.likeness)

    def _margin(self, left: Key, right: Key) -> Decimal:
        parameters = self._parameters
        margin = Decimal(str(parameters.within))
        if isinstance(left, Decimal) and isinstance(right, Decimal) and parameters.within_percent:
            share = max(abs(left), abs(right)) * Decimal(str(parameters.within_percent)) / 100
            margin = max(margin, share)
        return margin


_PLACES = ("metadata.", "record.", "reference.")


class _UnreadableError(Exception):
    """A value does not fit its type; the message is the reason."""


def _value_at(case: Case, place: str) -> Scalar:
    part, _, name = place.partition(".")
    if part == "metadata":
        return metadata_of(case, name)
    values = case.record if part == "record" else case.reference
    return None if values is None else values.get(name)


def _evidence(place: str, value: Scalar) -> ValueEvidence:
    part, _, name = place.partition(".")
    return (
        ValueEvidence("metadata", name, value) if part == "metadata" else ValueEvidence("field", place, value)
    )


def _distance(left: Key, right: Key) -> Decimal:
    if isinstance(left, date) and isinstance(right, date):
        return Decimal((left - right).days)
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left - right
    raise ValueError("only dates and numbers have a distance")


def _names(left: str, right: str, *, middle: bool) -> tuple[str, str]:
    """Both names with hyphens as spaces; without middle names, where that is asked.

    A hyphenated part is one name: its words are no middle names, in the other spelling of it neither.
    """
    both = [name.split() for name in (left, right)]
    if not middle:
        both = [[word for word in words if word not in _ENDINGS] or words for words in both]
    spaced = [" ".join(words).replace("-", " ").split() for words in both]
    if not middle:
        first, last = (max(words[end].count("-") + 1 for words in both) for end in (0, -1))
        spaced = [[*words[:first], *words[max(first, len(words) - last) :]] for words in spaced]
    return " ".join(spaced[0]), " ".join(spaced[1])


def _alike(left: str, right: str, least: float) -> tuple[bool, float]:
    """Whether two texts are alike enough; the nearer to the limit, the less sure."""
    from rapidfuzz.distance import Levenshtein

    likeness = float(Levenshtein.normalized_similarity(left, right))
    return likeness >= least, round(min(1.0, 0.7 + 3 * abs(likeness - least)), 4)
