"""The transcript with the quoted words marked."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from qa_toolkit.reports.call_page import TurnRow

_MARK = "background: #ffd45e; color: #1b2530; border-radius: 3px; padding: 0 2px"


def show(turns: Sequence[TurnRow]) -> None:
    """One line a turn; pointing at marked words names the criteria they are evidence for."""
    st.html("".join(drawn(turn) for turn in turns))


def drawn(turn: TurnRow) -> str:
    """A turn as HTML; everything that comes from outside is escaped."""
    said = "".join(
        f'<mark style="{_MARK}" title="{escape(", ".join(piece.criteria))}">{escape(piece.text)}</mark>'
        if piece.criteria
        else escape(piece.text)
        for piece in turn.pieces
    )
    return (
        f'<p style="margin: 0 0 6px"><span style="opacity: 0.65">{escape(turn.when)}</span> '
        f"<b>{escape(turn.who)}</b> {said}</p>"
    )
