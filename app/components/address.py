"""Pages whose filter stands in the address: it is there again for who comes back to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import state
import streamlit as st

_OF_OTHERS = (state.INTERACTION, state.RECORD)
"""Parameters of the pages that a filtered list leads to, never of the list itself."""


def left(page: str) -> dict[str, str] | None:
    """The parameters a page was left with; None where it was not open in this session."""
    found: dict[str, str] | None = st.session_state.get(_key(page))
    return found


def restore(page: str, names: Sequence[str]) -> None:
    """Puts back what the page was left with, where its address does not say what is wanted.

    That is so by the side bar, and by the browser's way back: Streamlit then gives a page the parameters of
    the page that was left. Does nothing while one stays on the page.
    """
    if not state.just_came():
        return
    strange = [name for name in _OF_OTHERS if name in st.query_params]
    if strange:
        for name in (*strange, *names):
            st.query_params.pop(name, None)
    if not any(name in st.query_params for name in names):
        for name, value in (left(page) or {}).items():
            st.query_params[name] = value


def keep(page: str, names: Sequence[str], asked: Mapping[str, str | None]) -> None:
    """Puts what is asked for into the address, and remembers the address for who comes back."""
    for name, value in asked.items():
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]
    state.ready()
    given = st.query_params.to_dict()
    st.session_state[_key(page)] = {name: given[name] for name in names if name in given}


def _key(page: str) -> str:
    return f"address_of_{page}"
