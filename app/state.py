"""What the pages share: the store, and every key of the session in one place."""

from __future__ import annotations

import os

import streamlit as st
from components.plain import plain

from qa_toolkit.errors import QAToolkitError
from qa_toolkit.store import Store

STORE_VARIABLE = "QA_STORE"
"""Environment variable with the address of the store; `qa app` sets it."""

INTERACTION = "interaction"
RUBRIC = "rubric"
"""Names of the query parameters of the call page, so that a link opens a call."""

PLAY_FROM = "play_from"
"""Session key: the interaction, and the second at which its player starts after a click on evidence."""


@st.cache_resource(show_spinner=False)
def _opened(address: str) -> Store:
    return Store.open(address, create=False, origin="qa app")


def open_store() -> Store:
    """The store the app was started with; a page without one ends here with what to do."""
    address = os.environ.get(STORE_VARIABLE)
    if not address:
        st.error("No store is named: start the app with `qa app`.")
        st.stop()
    try:
        return _opened(address)
    except QAToolkitError as error:
        st.error(plain(str(error)))
        st.info("Score something first, for example with `qa demo`, then reload this page.")
        st.stop()


def asked_for(name: str) -> str | None:
    """A query parameter of the page; None when it is not given."""
    return st.query_params.get(name) or None


def play_from(interaction: str, seconds: float) -> None:
    """Remembers where the player is to start."""
    st.session_state[PLAY_FROM] = (interaction, seconds)


def playing_from(interaction: str) -> float | None:
    """Where the player is to start; None when nothing of that interaction was clicked."""
    name, seconds = st.session_state.get(PLAY_FROM, (None, None))
    return seconds if name == interaction else None
