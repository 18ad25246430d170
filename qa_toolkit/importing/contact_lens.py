"""Amazon Connect Contact Lens 1.1 and Amazon Transcribe Call Analytics."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from qa_toolkit.domain import Role, Scalar, Transcript, Turn, Word
from qa_toolkit.importing.documents import Fields, primary_language
from qa_toolkit.importing.speakers import label_of, role_of

_MS = 0.001


def read(
    data: Mapping[str, Any], fields: Fields, *, default_id: str, roles: Mapping[str, Role] | None = None
) -> Transcript:
    """The transcript of a parsed analysis file.

    The id is the contact's where the file names it. Words come from ``Items`` where there are any; sentiment,
    loudness and other measures of the source are not taken over, as they follow other definitions.

    Raises:
        TranscriptError: the first fault, with its path in the file.
    """
    is_chat = fields.optional_text(data.get("Channel"), "Channel") == "CHAT"
    participants = _participants(data, fields)
    turns = [
        _turn(fields.mapping(item, f"Transcript[{n}]"), n, participants, roles, fields)
        for n, item in enumerate(data["Transcript"])
    ]
    if is_chat:
        turns = _chat(turns, fields)
    traits = data.get("ConversationCharacteristics")
    duration_s = None
    if isinstance(traits, Mapping):
        path = "ConversationCharacteristics.TotalConversationDurationMillis"
        duration_s = fields.seconds(traits.get("TotalConversationDurationMillis"), path, unit_s=_MS)
    metadata = _metadata(data, fields)
    return Transcript(
        id=str(metadata.get("contact_id") or default_id),
        turns=tuple(turns),
        language=primary_language(fields.optional_text(data.get("LanguageCode"), "LanguageCode")),
        duration_s=duration_s,
        kind="chat" if is_chat else "call",
        metadata=metadata,
    )


def _participants(data: Mapping[str, Any], fields: Fields) -> dict[str, str]:
    found = {}
    for n, item in enumerate(fields.items(data.get("Participants"), "Participants")):
        each = fields.mapping(item, f"Participants[{n}]")
        role = fields.optional_text(each.get("ParticipantRole"), f"Participants[{n}].ParticipantRole")
        found[str(each.get("ParticipantId"))] = role or ""
    return found


def _turn(
    item: Mapping[str, Any],
    position: int,
    participants: Mapping[str, str],
    roles: Mapping[str, Role] | None,
    fields: Fields,
) -> Turn:
    path = f"Transcript[{position}]"
    participant = fields.optional_text(item.get("ParticipantId"), f"{path}.ParticipantId")
    stated = fields.optional_text(item.get("ParticipantRole"), f"{path}.ParticipantRole")
    name = stated or participants.get(participant or "") or participant or ""
    start_s, end_s = fields.span(
        fields.seconds(item.get("BeginOffsetMillis"), f"{path}.BeginOffsetMillis", unit_s=_MS),
        fields.seconds(item.get("EndOffsetMillis"), f"{path}.EndOffsetMillis", unit_s=_MS),
        path,
    )
    given = role_of(participant, roles) if participant and roles else Role.UNKNOWN
    return Turn(
        id=position + 1,
        role=given if given is not Role.UNKNOWN else role_of(name, roles),
        text=fields.text(item.get("Content"), f"{path}.Content"),
        start_s=start_s,
        end_s=end_s,
        speaker=label_of(participant or name),
        words=_words(fields.items(item.get("Items"), f"{path}.Items"), f"{path}.Items", fields),
        at=fields.optional_text(item.get("AbsoluteTime"), f"{path}.AbsoluteTime"),
    )


def _words(items: list[Any], path: str, fields: Fields) -> tuple[Word, ...]:
    """The words; a punctuation mark belongs to the word before it."""
    words: list[Word] = []
    for n, value in enumerate(items):
        item = fields.mapping(value, f"{path}[{n}]")
        text = fields.text(item.get("Content"), f"{path}[{n}].Content")
        start_s, end_s = fields.span(
            fields.seconds(item.get("BeginOffsetMillis"), f"{path}[{n}].BeginOffsetMillis", unit_s=_MS),
            fields.seconds(item.get("EndOffsetMillis"), f"{path}[{n}].EndOffsetMillis", unit_s=_MS),
            f"{path}[{n}]",
        )
        if str(item.get("Type")).lower() == "punctuation":
            if words:
                last = words[-1]
                words[-1] = Word(last.text + text, last.start_s, last.end_s, last.confidence)
        elif start_s is not None and end_s is not None:
            words.append(Word(text, start_s, end_s, fields.confidence(item.get("Confidence"))))
    return tuple(words)


def _chat(turns: list[Turn], fields: Fields) -> list[Turn]:
    """Messages with their distance from the first one in seconds."""
    first: datetime | None = None
    messages = []
    for n, turn in enumerate(turns):
        start_s = turn.start_s
        if turn.at is not None:
            try:
                moment = datetime.fromisoformat(turn.at)
                first = first or moment
                distance_s = (moment - first).total_seconds()
            except (ValueError, TypeError):
                raise fields.fault(
                    f"Transcript[{n}].AbsoluteTime",
                    f"{turn.at!r} is not a time like the others",
                    "accepted: ISO 8601",
                ) from None
            if distance_s < 0:
                raise fields.fault(
                    f"Transcript[{n}].AbsoluteTime", "lies before the first message", "order them by time"
                )
            start_s = distance_s
        messages.append(Turn(turn.id, turn.role, turn.text, start_s, None, turn.speaker, at=turn.at))
    return messages


def _metadata(data: Mapping[str, Any], fields: Fields) -> dict[str, Scalar]:
    customer = data.get("CustomerMetadata")
    contact = customer.get("ContactId") if isinstance(customer, Mapping) else None
    categories = data.get("Categories")
    matched = categories.get("MatchedCategories") if isinstance(categories, Mapping) else None
    found: dict[str, Scalar] = {
        "contact_id": fields.optional_text(contact, "CustomerMetadata.ContactId"),
        "job_name": fields.optional_text(data.get("JobName"), "JobName"),
        "matched_categories": ", ".join(map(str, matched)) if isinstance(matched, list) else None,
    }
    return {key: value for key, value in found.items() if value}
