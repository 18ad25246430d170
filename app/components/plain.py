"""Text from outside in a place where Streamlit reads markdown: its signs stay signs, no link, no picture."""

from __future__ import annotations

_SIGNS = frozenset(r"\`*_{}[]()<>#+-.!|~$:")


def plain(text: str) -> str:
    """The text with every sign of markdown escaped, on one line."""
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in " ".join(text.split()))
