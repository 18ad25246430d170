"""Domain values to and from the JSON shapes of ``docs/contract.md``, and their JSON Schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from qa_toolkit.domain.agreement import AgreementSummary
from qa_toolkit.domain.evaluation import Evaluation, Result
from qa_toolkit.domain.keying import KeyingAccuracy
from qa_toolkit.domain.keying_charts import KeyingCharts
from qa_toolkit.domain.keying_checks import KeyingCheck, KeyingDraw, KeyingRulings, UndetectedErrors
from qa_toolkit.domain.lots import LotDecision
from qa_toolkit.domain.metrics import ConversationMetrics
from qa_toolkit.domain.scans import ScanReadings
from qa_toolkit.domain.transcript import Transcript

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar(
    "T",
    Transcript,
    ConversationMetrics,
    Evaluation,
    Result,
    AgreementSummary,
    KeyingAccuracy,
    ScanReadings,
    KeyingDraw,
    KeyingCheck,
    KeyingRulings,
    UndetectedErrors,
    LotDecision,
    KeyingCharts,
)

CONTRACT_TYPES: dict[str, type[Any]] = {
    "transcript": Transcript,
    "metrics": ConversationMetrics,
    "evaluation": Evaluation,
    "result": Result,
    "agreement": AgreementSummary,
    "keying": KeyingAccuracy,
    "scan-readings": ScanReadings,
    "keying-draw": KeyingDraw,
    "keying-check": KeyingCheck,
    "keying-rulings": KeyingRulings,
    "keying-undetected": UndetectedErrors,
    "acceptance": LotDecision,
    "keying-charts": KeyingCharts,
}


_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def to_contract(
    value: Transcript
    | ConversationMetrics
    | Evaluation
    | Result
    | AgreementSummary
    | KeyingAccuracy
    | ScanReadings
    | KeyingDraw
    | KeyingCheck
    | KeyingRulings
    | UndetectedErrors
    | LotDecision
    | KeyingCharts,
) -> dict[str, Any]:
    """The JSON object of a domain value; ``schema`` comes first."""
    data: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json")
    return {"schema": data.pop("schema"), **data}


def from_contract(kind: type[T], data: object) -> T:
    """A domain value from its JSON object.

    Raises:
        pydantic.ValidationError: the object does not have that shape.
    """
    result: T = _adapter(kind).validate_python(data)
    return result


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a contract shape; KeyError for an unknown name."""
    return schema_of(CONTRACT_TYPES[name], name)


def schema_of(kind: type[Any], name: str) -> dict[str, Any]:
    """The JSON Schema of a type that is printed as ``qa-toolkit/NAME/1``."""
    schema: dict[str, Any] = _adapter(kind).json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:qa-toolkit:schema:{name}:1",
        **schema,
    }


def canonical_json(data: object) -> str:
    """The one way results are written: two-space indent, key order as made, no NaN, final newline.

    Floats are rounded to ten decimals, so that the last bits of a sum never show up as a change.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(_rounded(data), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _rounded(data: object) -> object:
    if isinstance(data, float):
        return round(data, 10) + 0.0  # + 0.0 turns -0.0 into 0.0
    if isinstance(data, dict):
        return {key: _rounded(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_rounded(value) for value in data]
    return data
