"""Title of a page."""

from __future__ import annotations

import streamlit as st


def show(title: str, note: str | None = None) -> None:
    """The title (already in the language of the session) and, if given, one line below it."""
    st.title(title)
    if note:
        st.caption(note)
