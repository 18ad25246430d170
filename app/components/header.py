"""Title of a page, and what this version does not do."""

from __future__ import annotations

import streamlit as st


def show(title: str) -> None:
    """The title, with the note that nothing can be changed here."""
    st.title(title)
    st.caption("This version of the app only shows what the store holds. Nothing can be changed here.")
