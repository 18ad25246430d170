"""Plays the recording of a call, where it still lies where it was read from."""

from __future__ import annotations

import state
import streamlit as st
from recordings import playable

from components.plain import plain
from qa_toolkit.store import InputRecord


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
