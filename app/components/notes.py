"""What happened, said at the top of the next run of a page; and doing something that may be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from components.plain import plain
from qa_toolkit.errors import QAToolkitError

_KEY = "note_of_page"
Result = TypeVar("Result")


def show() -> None:
    """Shows what was to be said, once."""
    kind, text = st.session_state.pop(_KEY, (None, ""))
    if kind == "good":
        st.success(plain(text))
    elif kind == "bad":
        st.error(plain(text))


def good(text: str) -> None:
    """To be said at the top of the next run."""
    st.session_state[_KEY] = ("good", text)


def attempt(do: Callable[[], Result], done: str) -> Result | None:
    """Does something and reruns the page with what came of it; a refusal is shown where it happened."""
    try:
        result = do()
    except QAToolkitError as error:
        st.error(plain(str(error)))
        return None
    good(done)
    st.rerun()
    return result
