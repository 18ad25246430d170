"""In local mode, who is signed in stays so after a reload: a cookie, gone when the browser is closed."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import unquote

import streamlit as st

COOKIE = "qa_user"
_SCRIPT = """export default function ({ data }) {
  if (window.qaRemembered >= data.at) return;
  window.qaRemembered = data.at;
  const value = data.user ? encodeURIComponent(data.user) : "; max-age=0";
  document.cookie = `${data.cookie}=${value}; path=/; SameSite=Strict`;
}"""


def keep(user: str | None, at_ms: int) -> None:
    """Keeps the person in the browser; None forgets them.

    Args:
        user: who signed in.
        at_ms: when they signed in or out. A page drawn again does not write once more, and what it showed
            before does not undo what was done since.
    """
    _component()(key="remembered_user", data={"user": user, "cookie": COOKIE, "at": at_ms})


def kept() -> str | None:
    """The person kept, as the browser said when the page was opened."""
    found = st.context.cookies.get(COOKIE)
    return unquote(found) if found else None


@cache
def _component() -> Any:
    return st.components.v2.component("qa_remembered_user", html="<span></span>", js=_SCRIPT)
