"""Plays the recording of a call, where it still lies where it was read from."""

from __future__ import annotations

from pathlib import Path

import state
import streamlit as st

from components.plain import plain
from qa_toolkit.model_files import file_sha256
from qa_toolkit.store import InputRecord

_NO_SOUND = (".json", ".csv", ".txt", ".vtt", ".srt")


def show(interaction: str, source: InputRecord | None) -> bool:
    """The player, or why there is none; whether it is there."""
    path, missing = playable(source)
    if path is None:
        if missing:
            st.caption(plain(missing))
        return False
    start = state.playing_from(interaction)
    st.audio(path, start_time=max(0.0, start or 0.0), autoplay=start is not None)
    return True


def playable(source: InputRecord | None) -> tuple[Path | None, str]:
    """The file to play, or None and the reason; a text input has neither."""
    if source is None or source.location is None:
        return None, "Where the recording lay is not known."
    path = Path(source.location)
    if path.suffix.lower() in _NO_SOUND:
        return None, ""
    try:
        same = _sha256(str(path), path.stat().st_mtime_ns) == source.sha256
    except OSError:
        return None, f"The recording {source.name} is not where it was read from any more."
    if not same:
        return None, f"The file {source.name} has changed since it was scored and is not played."
    return path, ""


@st.cache_data(show_spinner=False, max_entries=200)
def _sha256(path: str, _changed_ns: int) -> str:
    return file_sha256(Path(path))
