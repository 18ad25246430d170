"""JSON of other systems into transcripts, recognised by its shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from qa_toolkit.domain import Role, Transcript
from qa_toolkit.errors import TranscriptError

Reader = Callable[..., Transcript]

_OWN_KEYS = frozenset({"schema", "turns", "kind", "fields"})
"""Keys of the toolkit's own files, which are read elsewhere."""


class Fields:
    """Reads values of a parsed file; every fault names the file and the path in it."""

    def __init__(self, source: str) -> None:
        self._source = source

    def fault(self, path: str, what: str, fix: str) -> TranscriptError:
        """The error of a value at a path."""
        return TranscriptError(f"{path}: {what}", self._source, fix)

    def mapping(self, value: object, path: str) -> Mapping[str, Any]:
        """An object."""
        if not isinstance(value, Mapping):
            raise self.fault(path, "an object is expected here", "accepted: {…}")
        return value

    def items(self, value: object, path: str) -> list[Any]:
        """A list; nothing at all is an empty one."""
        if value is not None and not isinstance(value, list):
            raise self.fault(path, "a list is expected here", "accepted: […]")
        return value or []

    def text(self, value: object, path: str) -> str:
        """Text that has to be there."""
        if not isinstance(value, str):
            raise self.fault(path, "is missing or not text", "accepted: text")
        return " ".join(value.split())

    def optional_text(self, value: object, path: str) -> str | None:
        """Text or None."""
        return None if value is None or value == "" else self.text(value, path)

    def seconds(self, value: object, path: str, *, unit_s: float = 1.0) -> float | None:
        """A time of at least 0 in seconds, from a number in units of ``unit_s``; None where there is none."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e12:
            raise self.fault(path, f"{value!r} is not a time", "accepted: a number")
        if value < 0:
            raise self.fault(path, f"{value:g} is negative", "accepted: 0 or more")
        return round(float(value) * unit_s, 3)

    def span(self, start: float | None, end: float | None, path: str) -> tuple[float | None, float | None]:
        """Start and end in seconds; no end without a start. An end before its start is a fault."""
        if start is not None and end is not None and end < start:
            raise self.fault(path, f"ends at {end:g} s, before its start at {start:g} s", "correct the file")
        return start, end if start is not None else None

    def confidence(self, value: object) -> float | None:
        """A confidence within 0-1 (numbers as text too); None for anything else."""
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            return None
        return min(1.0, max(0.0, number)) if math.isfinite(number) else None


def transcript_of_json(
    data: object, *, default_id: str, source: str | None = None, roles: Mapping[str, Role] | None = None
) -> Transcript | None:
    """The transcript of a parsed JSON file of another system; None when it has no known shape.

    Known: Amazon Connect Contact Lens and Amazon Transcribe Call Analytics (``Transcript``), whisperX and
    Whisper (``segments``).

    Raises:
        TranscriptError: the first fault, with its path in the file.
    """
    from qa_toolkit.importing import contact_lens, whisperx

    if not isinstance(data, Mapping) or not _OWN_KEYS.isdisjoint(data):
        return None
    readers: dict[str, Reader] = {"Transcript": contact_lens.read, "segments": whisperx.read}
    for key, read in readers.items():
        if isinstance(data.get(key), list):
            return read(data, Fields(source or default_id), default_id=default_id, roles=roles)
    return None


def primary_language(tag: str | None) -> str | None:
    """``en`` of ``en-US``; None of None."""
    return None if not tag else tag.replace("_", "-").split("-")[0].lower()
