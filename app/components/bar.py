"""The side bar: who is signed in and how, the language, the way out."""

from __future__ import annotations

import signing_in
import streamlit as st
from words import LANGUAGE, LANGUAGES, language, t

from components.plain import plain
from qa_toolkit.store.people_records import User


def show(user: User | None, *, people: bool) -> None:
    """Draws it; without people it says how to add some."""
    with st.sidebar:
        if user is not None:
            st.markdown(f"**{plain(user.name or user.id)}** · {t(user.role)}")
            if signing_in.mode() == "local":
                st.caption(t("Local mode: no password is asked."))
            st.button(t("Sign out"), on_click=signing_in.sign_out)
            if signing_in.mode() == "local":
                signing_in.remember(user)
        elif not people:
            st.caption(t("No people yet: pages only show. Add people with `qa people import FILE.csv`."))
        names = list(LANGUAGES)
        st.selectbox(
            t("Language"),
            names,
            index=names.index(language()),
            format_func=LANGUAGES.__getitem__,
            key=LANGUAGE,
        )
