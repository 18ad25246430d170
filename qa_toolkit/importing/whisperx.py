"""JSON of whisperX; Whisper's and faster-whisper's own is the same without speakers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from qa_toolkit.domain import Role, Transcript, Turn, Word
from qa_toolkit.importing.documents import Fields, primary_language
from qa_toolkit.importing.speakers import label_of, role_of


def read(
    data: Mapping[str, Any], fields: Fields, *, default_id: str, roles: Mapping[str, Role] | None = None
) -> Transcript:
    """The transcript of a parsed result: each segment is a turn of its speaker (else of most of its words).

    whisperX gives no times to words it cannot align, such as numbers; they fill the gap between their
    neighbours.

    Raises:
        TranscriptError: the first fault, with its path in the file.
    """
    turns = [
        _turn(fields.mapping(item, f"segments[{n}]"), f"segments[{n}]", n + 1, roles, fields)
        for n, item in enumerate(data["segments"])
    ]
    return Transcript(
        id=default_id,
        turns=tuple(turn for turn in turns if turn.text),
        language=primary_language(fields.optional_text(data.get("language"), "language")),
        duration_s=max((turn.end_s for turn in turns if turn.end_s is not None), default=None),
    )


def _turn(
    item: Mapping[str, Any], path: str, number: int, roles: Mapping[str, Role] | None, fields: Fields
) -> Turn:
    start_s, end_s = fields.span(
        fields.seconds(item.get("start"), f"{path}.start"),
        fields.seconds(item.get("end"), f"{path}.end"),
        path,
    )
    words = [
        fields.mapping(word, f"{path}.words[{n}]")
        for n, word in enumerate(fields.items(item.get("words"), f"{path}.words"))
    ]
    speaker = fields.optional_text(item.get("speaker"), f"{path}.speaker") or _usual_speaker(words)
    return Turn(
        id=number,
        role=Role.UNKNOWN if speaker is None else role_of(speaker, roles),
        text=fields.text(item.get("text"), f"{path}.text"),
        start_s=start_s,
        end_s=end_s,
        speaker=None if speaker is None else label_of(speaker),
        words=_words(words, start_s, end_s, path, fields),
    )


def _usual_speaker(words: list[Mapping[str, Any]]) -> str | None:
    speakers = Counter(str(word["speaker"]) for word in words if word.get("speaker"))
    return speakers.most_common(1)[0][0] if speakers else None


def _words(
    words: list[Mapping[str, Any]], start_s: float | None, end_s: float | None, path: str, fields: Fields
) -> tuple[Word, ...]:
    """The words with times; none at all where the segment has no times to fill in."""
    if start_s is None or end_s is None:
        return ()
    spans = [
        fields.span(
            fields.seconds(word.get("start"), f"{path}.words[{n}].start"),
            fields.seconds(word.get("end"), f"{path}.words[{n}].end"),
            f"{path}.words[{n}]",
        )
        for n, word in enumerate(words)
    ]
    found = []
    before_s = start_s
    for n, word in enumerate(words):
        first, last = spans[n]
        if first is None or last is None:
            first = before_s
            last = max(first, next((a for a, b in spans[n + 1 :] if a is not None and b is not None), end_s))
        before_s = last
        text = fields.text(word.get("word", word.get("text")), f"{path}.words[{n}].word")
        if text:
            found.append(
                Word(text, first, last, fields.confidence(word.get("score", word.get("probability"))))
            )
    return tuple(found)
