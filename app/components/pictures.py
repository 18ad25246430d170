"""Pictures with words for those who cannot see them; Streamlit's own images have none."""

from __future__ import annotations

import base64
from html import escape

import streamlit as st


def show_svg(svg: str, alt: str) -> None:
    """Our own SVG, as a picture: nothing in it can run."""
    whole = svg if "xmlns=" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    show("data:image/svg+xml;base64," + base64.b64encode(whole.encode()).decode(), alt)


def show(address: str, alt: str, caption: str | None = None, *, whole: bool = False) -> None:
    """A picture over the width there is.

    Args:
        address: our own, or a ``data:`` address.
        whole: not higher than the window, so that all of it is seen at once.
    """
    size = "max-width: 100%; max-height: 84vh" if whole else "max-width: 100%; width: 100%"
    st.html(f'<img alt="{escape(alt)}" src="{escape(address)}" style="{size}">')
    if caption:
        st.caption(caption)
