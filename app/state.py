"""What the pages share: the store, who is signed in, and every key of session and address in one place."""

from __future__ import annotations

from typing import Literal, overload

import stores
import streamlit as st
from components.plain import plain
from words import t

from qa_toolkit.errors import QAToolkitError
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import User

INTERACTION = "interaction"
RUBRIC = "rubric"
"""Names of the query parameters of the pages about one interaction, so that a link opens it."""

RECORD = "record"
"""Name of the query parameter of the keying page that shows the places of one form only."""

PLAY_FROM = "play_from"
"""Session key: the interaction, and the second at which its player starts after a click on evidence."""

QUEUE = "queue_wanted"
"""Session key: the filter of the queue as it was left."""

_USER = "user_of_this_run"
_PAGE, _READY = "page_of_this_run", "page_is_ready"


@overload
def open_store(*, stop: Literal[True] = True) -> Store: ...
@overload
def open_store(*, stop: Literal[False]) -> Store | None: ...
def open_store(*, stop: bool = True) -> Store | None:
    """The store the app was started with; a page without one ends here with what to do.

    Args:
        stop: False gives None in that case, and shows nothing.
    """
    address = stores.configured()
    if not address:
        return _without(t("No store is named: start the app with `qa app`."), None) if stop else None
    try:
        return stores.opened(address)
    except QAToolkitError as error:
        hint = t("Score something first, for example with `qa demo`, then reload this page.")
        return _without(plain(str(error)), hint) if stop else None


def _without(fault: str, hint: str | None) -> None:
    st.error(fault)
    if hint:
        st.info(hint)
    st.stop()


def remember_user(user: User | None) -> None:
    """Keeps who is signed in for the page that runs now; asked of the store anew at every run."""
    st.session_state[_USER] = user


def user() -> User | None:
    """Who is signed in; None in a store without people."""
    found: User | None = st.session_state.get(_USER)
    return found


def remember_page(name: str) -> None:
    """Keeps the name of the page that runs now."""
    if st.session_state.get(_PAGE) != name:
        st.session_state.pop(_READY, None)
    st.session_state[_PAGE] = name


def just_came() -> bool:
    """Whether this page has not yet said :func:`ready` since another one was shown."""
    return _READY not in st.session_state


def ready() -> None:
    """The page has read its address, and what its boxes hold counts from now on.

    Not known from the runs of pages alone: a run that ends early, for a newer one, has read nothing.
    """
    st.session_state[_READY] = True


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
