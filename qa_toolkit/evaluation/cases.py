"""Files of interactions to cases: transcripts, chats, records and documents, hand-written ones included."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, cast

from pydantic import ValidationError

from qa_toolkit.domain.case import Case, Discrepancy, Interaction, InteractionKind
from qa_toolkit.domain.contract import from_contract
from qa_toolkit.domain.keying import KINDS as DISCREPANCY_KINDS
from qa_toolkit.domain.transcript import Metadata, Role, Scalar, Transcript
from qa_toolkit.errors import TranscriptError

KINDS = ("call", "chat", "record", "document")
SCHEMA = "qa-toolkit/transcript/1"

_STRUCTURE = frozenset(
    {
        *("schema", "id", "kind", "turns", "holds", "metadata", "language", "duration_s", "recording"),
        *("made_by", "warnings", "role_confidence", "speech", "acoustics", "events", "fields", "reference"),
        *("labels", "audio", "voices", "times", "discrepancies", "recognition", "music"),
    }
)
_PASSED_ON = ("recording", "made_by", "warnings", "speech", "acoustics", "events", "music", "recognition")
_DISCREPANCY = frozenset(each.name for each in fields(Discrepancy))
_NAMED = ("agent", "site", "queue", "work_area", "direction")


def case_from_document(data: object, *, default_id: str, source: str | None = None) -> Case:
    """The case of a parsed JSON file: a transcript, a chat, a record or a document.

    A transcript needs only ``turns`` of ``role`` (or ``speaker``, where that is a role's name), ``text`` and,
    for metrics, ``start_s`` / ``end_s``. Plain values at the top level that are not part of the format are
    metadata; ``holds`` are given events; ``labels``, ``audio``, ``voices`` and ``times`` are ignored.

    Args:
        data: the parsed file.
        default_id: the id when the file has none.
        source: name of the file for messages; ``default_id`` when not given.

    Raises:
        TranscriptError: the first fault, with its path in the file.
    """
    reader = _Reader(source or default_id)
    document = reader.mapping(data, "(file)")
    interaction_id = reader.identifier(document.get("id"), default_id)
    kind = document.get("kind", "call")
    if kind not in KINDS:
        raise reader.fault("kind", f"{kind!r} is not a kind", f"accepted: {', '.join(KINDS)}")
    if kind in ("record", "document"):
        return _record_case(reader, document, interaction_id, cast("InteractionKind", kind))
    return case_from_transcript(_transcript(reader, document, interaction_id, kind))


def case_from_transcript(transcript: Transcript) -> Case:
    """The case of a transcript: its metadata become the interaction's, its given events the case's."""
    interaction = _interaction(transcript.id, transcript.kind, transcript.metadata, transcript.language)
    return Case(interaction, transcript=transcript, events=transcript.events)


def with_metadata(case: Case, metadata: Metadata) -> Case:
    """The case with what else is known of its interaction; it wins over what the file itself says."""
    if not metadata:
        return case
    known, transcript = case.interaction, case.transcript
    interaction = _interaction(known.id, known.kind, {**known.metadata, **metadata}, None)
    if transcript is not None:
        transcript = replace(transcript, metadata={**transcript.metadata, **metadata})
    return replace(case, interaction=interaction, transcript=transcript)


def _interaction(
    interaction_id: str, kind: InteractionKind, metadata: Metadata, language: str | None
) -> Interaction:
    known = dict(metadata)
    if language is not None:
        known.setdefault("language", language)

    def named(name: str) -> str | None:
        value = known.get(name)
        return None if value is None or value == "" else str(value)

    return Interaction(
        id=interaction_id,
        kind=kind,
        agent=named("agent"),
        site=named("site"),
        queue=named("queue"),
        started_at=named("started_at") or named("date"),
        work_area=named("work_area"),
        direction=named("direction"),
        language=named("language"),
        metadata=known,
    )


def _record_case(
    reader: _Reader, document: Mapping[str, Any], interaction_id: str, kind: InteractionKind
) -> Case:
    if "fields" not in document:
        raise reader.fault("fields", "is missing", "accepted: a mapping of field names to values")
    metadata = reader.metadata(document)
    reference = document.get("reference")
    return Case(
        _interaction(interaction_id, kind, metadata, reader.language(document)),
        record=reader.scalars(document["fields"], "fields"),
        reference=None if reference is None else reader.scalars(reference, "reference"),
        discrepancies=_discrepancies(reader, document),
    )


def _discrepancies(reader: _Reader, document: Mapping[str, Any]) -> tuple[Discrepancy, ...] | None:
    """The discrepancies of a keyed record, in the shape ``qa keying compare`` gives them."""
    if document.get("discrepancies") is None:
        return None
    made = []
    for position, item in enumerate(reader.items(document, "discrepancies", "(file)")):
        path = f"discrepancies[{position}]"
        values = reader.scalars(item, path)
        unknown = sorted(set(values) - _DISCREPANCY)
        if unknown or values.get("kind") not in DISCREPANCY_KINDS:
            raise reader.fault(path, "is no discrepancy", "accepted: the shape of `qa schema keying`")
        try:
            made.append(Discrepancy(**values))  # type: ignore[arg-type]
        except TypeError:
            raise reader.fault(path, "lacks a value", "accepted: the shape of `qa schema keying`") from None
    return tuple(made)


def _transcript(reader: _Reader, document: Mapping[str, Any], interaction_id: str, kind: str) -> Transcript:
    schema = document.get("schema", SCHEMA)
    if schema != SCHEMA:
        raise reader.fault("schema", f"{schema!r} is not a transcript's", f"accepted: {SCHEMA}")
    if not isinstance(document.get("turns"), list):
        raise reader.fault("turns", "is missing or not a list", "accepted: a list of turns")
    turns = [reader.turn(item, position) for position, item in enumerate(document["turns"])]
    reader.unique_ids(turns)
    _chat_times(reader, turns)
    given = [reader.hold(item, position) for position, item in enumerate(document.get("holds") or [])]
    events = [*(document.get("events") or []), *given]
    composed: dict[str, Any] = {name: document[name] for name in _PASSED_ON if document.get(name) is not None}
    composed |= {"id": interaction_id, "kind": kind, "turns": turns, "events": events}
    composed |= {"language": reader.language(document), "metadata": reader.metadata(document)}
    composed["duration_s"] = reader.time(document.get("duration_s"), "duration_s")
    composed["role_confidence"] = reader.number(document.get("role_confidence"), "role_confidence")
    reader.finite(composed, "")
    try:
        return from_contract(Transcript, composed)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(str(step) for step in first["loc"])
        raise reader.fault(path, first["msg"], "accepted: the shape of `qa schema transcript`") from None


def _chat_times(reader: _Reader, turns: list[dict[str, Any]]) -> None:
    """Gives messages with ``at`` their distance from the first one, in seconds."""
    moments = [
        (i, reader.moment(t["at"], f"turns[{i}].at")) for i, t in enumerate(turns) if t["at"] is not None
    ]
    for position, moment in moments:
        first = moments[0][1]
        if (moment.tzinfo is None) != (first.tzinfo is None):
            raise reader.fault(
                f"turns[{position}].at", "has a time zone and others have not, or the reverse", "give all one"
            )
        distance = (moment - first).total_seconds()
        if distance < 0:
            raise reader.fault(
                f"turns[{position}].at", "lies before the first message", "order the messages by time"
            )
        if turns[position]["start_s"] is None:
            turns[position]["start_s"] = distance


class _Reader:
    """Checks single values of a file; every fault names the file and the path."""

    def __init__(self, source: str) -> None:
        self._source = source

    def fault(self, path: str, what: str, fix: str) -> TranscriptError:
        return TranscriptError(f"{path}: {what}", self._source, fix)

    def mapping(self, value: object, path: str) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise self.fault(path, f"{_kind_of(value)} where an object is expected", "accepted: {…}")
        return value

    def identifier(self, value: object, default: str) -> str:
        if value is None or value == "":
            return default
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.fault("id", f"{_kind_of(value)} is not an id", "accepted: text")
        return str(value)

    def language(self, document: Mapping[str, Any]) -> str | None:
        value = document.get("language")
        if value is not None and not isinstance(value, str):
            raise self.fault(
                "language", f"{_kind_of(value)} is not a language", "accepted: a code such as en or es"
            )
        return value or None

    def metadata(self, document: Mapping[str, Any]) -> dict[str, Scalar]:
        top = {
            key: value
            for key, value in document.items()
            if key not in _STRUCTURE and not isinstance(value, Mapping | list)
        }
        inner = document.get("metadata")
        return self.scalars(
            {**top, **(self.mapping(inner, "metadata") if inner is not None else {})}, "metadata"
        )

    def scalars(self, value: object, path: str) -> dict[str, Scalar]:
        result: dict[str, Scalar] = {}
        for key, item in self.mapping(value, path).items():
            if item is not None and not isinstance(item, str | int | float | bool):
                raise self.fault(
                    f"{path}.{key}", f"{_kind_of(item)} is not a plain value", "accepted: text or a number"
                )
            self.finite(item, f"{path}.{key}")
            result[str(key)] = item
        return result

    def turn(self, value: object, position: int) -> dict[str, Any]:
        path = f"turns[{position}]"
        item = self.mapping(value, path)
        text = item.get("text")
        if not isinstance(text, str):
            raise self.fault(f"{path}.text", "is missing or not text", "accepted: text")
        start, end = self.span(item, path)
        return {
            "id": self.turn_id(item.get("id"), position, path),
            "role": self.role(item, path),
            "speaker": self.speaker(item, path),
            "channel": self.whole(item.get("channel"), f"{path}.channel"),
            "start_s": start,
            "end_s": end,
            "text": text,
            "at": item.get("at"),
            "words": [
                self.word(w, f"{path}.words[{i}]") for i, w in enumerate(self.items(item, "words", path))
            ],
        }

    def items(self, item: Mapping[str, Any], name: str, path: str) -> list[Any]:
        value = item.get(name)
        if value is not None and not isinstance(value, list):
            raise self.fault(f"{path}.{name}", f"{_kind_of(value)} is not a list", "accepted: a list")
        return value or []

    def turn_id(self, value: object, position: int, path: str) -> int:
        number = self.whole(value, f"{path}.id")
        return position + 1 if number is None else number

    def whole(self, value: object, path: str) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.fault(path, f"{value!r} is not a whole number", "accepted: a whole number")
        return value

    def role(self, item: Mapping[str, Any], path: str) -> str:
        key = "role" if item.get("role") is not None else "speaker"
        value = item.get(key)
        accepted = [role.value for role in Role]
        text = value.strip().lower() if isinstance(value, str) else None
        if text not in accepted:
            raise self.fault(f"{path}.{key}", f"{value!r} is not a role", f"accepted: {', '.join(accepted)}")
        return text

    def speaker(self, item: Mapping[str, Any], path: str) -> str | None:
        value = item.get("speaker")
        if value is None or item.get("role") is None:
            return None
        if not isinstance(value, str):
            raise self.fault(f"{path}.speaker", f"{value!r} is not text", "accepted: a label such as S0")
        return value

    def word(self, value: object, path: str) -> dict[str, Any]:
        item = self.mapping(value, path)
        if not isinstance(item.get("text"), str):
            raise self.fault(f"{path}.text", "is missing or not text", "accepted: text")
        start, end = self.span(item, path)
        if start is None or end is None:
            raise self.fault(path, "has no start_s or end_s", "accepted: both, in seconds")
        confidence = self.number(item.get("confidence"), f"{path}.confidence")
        if confidence is not None and not 0 <= confidence <= 1:
            raise self.fault(f"{path}.confidence", f"{confidence:g} is not a probability", "accepted: 0 to 1")
        return {"text": item["text"], "start_s": start, "end_s": end, "confidence": confidence}

    def hold(self, value: object, position: int) -> dict[str, Any]:
        path = f"holds[{position}]"
        start, end = self.span(self.mapping(value, path), path)
        if start is None or end is None:
            raise self.fault(path, "has no start_s or end_s", "accepted: both, in seconds")
        return {"kind": "hold", "role": None, "start_s": start, "end_s": end, "source": "given"}

    def span(self, item: Mapping[str, Any], path: str) -> tuple[float | None, float | None]:
        start = self.time(item.get("start_s"), f"{path}.start_s")
        end = self.time(item.get("end_s"), f"{path}.end_s")
        if end is not None and start is None:
            raise self.fault(
                f"{path}.start_s", "is missing where end_s is given", "accepted: seconds from the start"
            )
        if start is not None and end is not None and end < start:
            raise self.fault(
                f"{path}.end_s", f"{end:g} lies before start_s {start:g}", "accepted: start_s or later"
            )
        return start, end

    def time(self, value: object, path: str) -> float | None:
        number = self.number(value, path)
        if number is not None and number < 0:
            raise self.fault(
                path, f"{number:g} is negative", "accepted: seconds from the start of the recording"
            )
        return number

    def number(self, value: object, path: str) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fault(path, f"{value!r} is not a number", "accepted: a number")
        self.finite(value, path)
        return float(value)

    def finite(self, value: object, path: str) -> None:
        """Refuses numbers that are not finite anywhere in a value."""
        if isinstance(value, int | float) and (abs(value) > 1e300 or not math.isfinite(value)):
            raise self.fault(path, "is not a finite number", "accepted: a finite number")
        if isinstance(value, Mapping):
            for key, item in value.items():
                self.finite(item, f"{path}.{key}".lstrip("."))
        elif isinstance(value, list):
            for position, item in enumerate(value):
                self.finite(item, f"{path}[{position}]")

    def moment(self, value: object, path: str) -> datetime:
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            raise self.fault(
                path, f"{value!r} is not a time", "accepted: ISO 8601, such as 2026-03-05T15:02:00-08:00"
            ) from None

    def unique_ids(self, turns: list[dict[str, Any]]) -> None:
        seen: dict[int, int] = {}
        for position, turn in enumerate(turns):
            number = turn["id"]
            if number in seen:
                raise self.fault(
                    f"turns[{position}].id",
                    f"{number} is the id of turns[{seen[number]}], too",
                    "accepted: an id of its own",
                )
            seen[number] = position


def _kind_of(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return repr(value) if len(repr(value)) <= 40 else f"{repr(value)[:37]}…"
