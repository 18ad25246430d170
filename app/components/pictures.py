"""Pictures with words for those who cannot see them; Streamlit's own images have none."""

from __future__ import annotations

import base64
from html import escape

import streamlit as st


def show_svg(svg: str, alt: str) -> None:
    """Our own SVG, as a picture: nothing in it can run."""
    whole = svg if "xmlns=" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    show("data:image/svg+xml;base64," + base64.b64encode(whole.encode()).decode(), alt)


def show(address: str, alt: str, caption: str | None = None) -> None:
    """A picture of a ``data:`` address over the width there is."""
    st.html(f'<img alt="{escape(alt)}" src="{escape(address)}" style="max-width: 100%; width: 100%">')
    if caption:
        st.caption(caption)
