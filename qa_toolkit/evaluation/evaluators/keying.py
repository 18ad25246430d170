"""``keying``: were these fields of a paper form keyed as the reference has them?

Sees the discrepancies between the keyed record and the reference. Cannot see the paper: what the reference
has wrong, it has wrong. Differences of format and what the paper leaves open are held against nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Annotated, ClassVar, Final, Literal

from pydantic import BeforeValidator, Field

from qa_toolkit.domain.case import Case, CasePart, Discrepancy
from qa_toolkit.domain.evaluation import Answer, ValueEvidence, WindowEvidence
from qa_toolkit.domain.keying import CHARGED, GUESSED, KINDS, SOURCE_KINDS
from qa_toolkit.domain.rubric import NOT_APPLICABLE, Criterion, Names
from qa_toolkit.domain.transcript import Scalar
from qa_toolkit.evaluation.evaluator import Tools
from qa_toolkit.evaluation.evaluators.texts import TwoAnswers, settled, unanswered

DISMISSED: Final = frozenset({"reference_error", "illegible", "acceptable", "withdrawn"})
"""Rulings on a discrepancy that take it off the keyer."""

MOST_EVIDENCE: Final = 12


def _one_or_many(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


Kind = Literal[KINDS]  # type: ignore[valid-type]
Kinds = Annotated[tuple[Kind, ...], BeforeValidator(_one_or_many, json_schema_input_type=Kind | list[Kind])]


class KeyingParameters(TwoAnswers):
    """Which fields must be free of which errors.

    Attributes:
        fields: ``group.field`` names; ``*`` stands for anything (``person.*``, ``*.phone``).
        kinds: only these kinds count; by default every error that is charged.
        when_blank: the answer when neither side has anything in these fields, or, where only errors of
            procedure are looked for, the paper leaves none of them open.
    """

    fields: Names = Field(min_length=1)
    kinds: Kinds = ()
    when_blank: Literal["na", "found", "missing"] = "na"


class KeyingEvaluator:
    """Answers ``found`` when the fields hold no such error, ``missing`` with the errors as evidence."""

    name: ClassVar[str] = "keying"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset({"discrepancies"})
    Parameters: ClassVar[type[KeyingParameters]] = KeyingParameters

    def __init__(self, parameters: KeyingParameters, tools: Tools) -> None:
        del tools
        self._parameters = parameters
        self._kinds = frozenset(parameters.kinds) or CHARGED

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """The answer with the wrong fields as evidence."""
        parameters = self._parameters
        mine = [d for d in case.discrepancies or () if self._concerns(d.group, d.field)]
        wrong = [d for d in mine if d.kind in self._kinds and d.state not in DISMISSED]
        errors = [d for d in wrong if d.state != "review"]
        if errors:
            return self._wrong(criterion, errors)
        if wrong:
            return unanswered(
                criterion, f"{_listed(wrong)}: perhaps another wording of the same; needs a look"
            )
        filled = self._left_open(case) if self._is_procedure() else self._filled(case)
        searched = WindowEvidence(f"errors in {', '.join(parameters.fields)}")
        if filled == 0 and not wrong:
            answer = (
                NOT_APPLICABLE
                if parameters.when_blank == "na"
                else getattr(parameters, parameters.when_blank)
            )
            return settled(criterion, answer, (searched,), confidence=1.0, reason=self._nothing())
        amount = "these fields" if filled is None else f"{filled} filled fields"
        return settled(
            criterion, parameters.found, (searched,), confidence=1.0, reason=f"no error in {amount}"
        )

    def _wrong(self, criterion: Criterion, errors: list[Discrepancy]) -> Answer:
        evidence = tuple(ValueEvidence("field", _place(d), d.keyed) for d in errors[:MOST_EVIDENCE])
        return settled(criterion, self._parameters.missing, evidence, confidence=1.0, reason=_listed(errors))

    def _nothing(self) -> str:
        return "the paper leaves nothing open" if self._is_procedure() else "blank on both sides"

    def _is_procedure(self) -> bool:
        return self._kinds <= {GUESSED, *SOURCE_KINDS}

    def _concerns(self, group: str, field: str) -> bool:
        """Whether a place is among the fields; a whole member concerns every pattern of its group."""
        for pattern in self._parameters.fields:
            if field:
                if fnmatchcase(f"{group}.{field}", pattern):
                    return True
            elif fnmatchcase(group, pattern.partition(".")[0]) and pattern.endswith(".*"):
                return True
        return False

    def _left_open(self, case: Case) -> int | None:
        """How many of the fields the paper leaves open; None when the values did not come along."""
        if case.reference is None:
            return None
        marks = {f"({state})" for state in SOURCE_KINDS}
        return sum(case.reference[name] in marks for name in self._named(case.reference))

    def _filled(self, case: Case) -> int | None:
        """How many of the fields have a value on either side; None when the values did not come along."""
        if case.record is None and case.reference is None:
            return None
        return len({name for side in (case.record, case.reference) for name in self._named(side or {})})

    def _named(self, values: Mapping[str, Scalar]) -> Iterable[str]:
        for name, value in values.items():
            group, _, rest = name.partition(".")
            if value not in (None, "") and self._concerns(group, rest.rpartition(".")[2]):
                yield name


def _place(discrepancy: Discrepancy) -> str:
    return ".".join(part for part in (discrepancy.group, discrepancy.member, discrepancy.field) if part)


def _listed(discrepancies: list[Discrepancy]) -> str:
    named = [f"{_place(d)} {d.kind}" for d in discrepancies[:3]]
    more = f" and {len(discrepancies) - 3} more" if len(discrepancies) > 3 else ""
    return ", ".join(named) + more
