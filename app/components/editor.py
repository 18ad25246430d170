"""A text with numbered lines that is checked while it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from qa_toolkit.authored.yaml_source import Fault

_FOLDER = Path(__file__).parents[1] / "desk"


def typed(key: str, stamp: str, text: str) -> str:
    """What stands in the editor: what was typed since, else the text it was opened with.

    Args:
        stamp: names what is open; what was typed into something else is not of it.
    """
    kept = f"{key}_kept"  # what a component sent is gone once another page was open
    sent = (st.session_state.get(key) or {}).get("text") or st.session_state.get(kept)
    if not sent or sent["stamp"] != stamp:
        return text
    st.session_state[kept] = sent
    return str(sent["text"])


def show(
    key: str, stamp: str, text: str, *, label: str, faults: Sequence[Fault], line: int | None = None
) -> None:
    """Draws it.

    Args:
        faults: of the text as it stands now; their lines are marked.
        line: where it is opened.
    """
    marked = [{"line": each.line, "level": each.level, "message": each.message} for each in faults]
    data = {"stamp": stamp, "text": text, "label": label, "faults": marked, "line": line}
    _component()(key=key, data=data, on_text_change=_nothing, height="content")


def _nothing() -> None:
    """The page runs anyway; a callback is what makes the text part of the session."""


@cache
def _component() -> Any:
    read = {kind: (_FOLDER / f"editor.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")}
    return st.components.v2.component("qa_editor", **read)
