"""Where the recording of an interaction lies, if it is still what was scored."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from qa_toolkit.model_files import file_sha256
from qa_toolkit.store import InputRecord, Store

NO_SOUND = frozenset(
    {".json", ".csv", ".txt", ".vtt", ".srt", ".pdf", ".png", ".tif", ".tiff", ".xlsx", ".parquet"}
)


def playable_file(store: Store, interaction: str, sha256: str | None = None) -> tuple[Path | None, str]:
    """The file to play, or None and the reason; an input without sound has neither.

    Args:
        sha256: of the input wanted; the last one with sound when it is not given.
    """
    reason = ""
    for source in reversed(store.inputs(interaction)):
        if sha256 is None or source.sha256 == sha256:
            path, reason = playable(source)
            if path is not None:
                return path, ""
    return None, reason


def playable(source: InputRecord | None) -> tuple[Path | None, str]:
    """The file to play, or None and the reason; a text input has neither."""
    if source is None or source.location is None:
        return None, "Where the recording lay is not known."
    path = Path(source.location)
    if path.suffix.lower() in NO_SOUND:
        return None, ""
    try:
        same = _sha256(str(path), path.stat().st_mtime_ns) == source.sha256
    except OSError:
        return None, f"The recording {source.name} is not where it was read from any more."
    if not same:
        return None, f"The file {source.name} has changed since it was scored and is not played."
    return path, ""


@lru_cache(maxsize=2000)
def _sha256(path: str, _changed_ns: int) -> str:
    return file_sha256(Path(path))
