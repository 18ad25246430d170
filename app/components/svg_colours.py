"""Colours of charts: pictures know nothing of the page around them, so the chart carries its own."""

from __future__ import annotations

import streamlit as st

_LIGHT = {
    "soft": "#566372", "line": "#d9e0e7", "series": "#2f6fb3", "bad": "#b3261e", "part": "#8a5a00",
    "open": "#6b4fa0", "ground": "#ffffff",
}  # fmt: skip
_DARK = {
    "soft": "#a3afbc", "line": "#33404d", "series": "#5b9be0", "bad": "#ff8f86", "part": "#f0c060",
    "open": "#c0a8f0", "ground": "#0e1117",
}  # fmt: skip


def coloured(svg: str) -> str:
    """The chart with a style of its own; as the page is, light or dark, else as the browser prefers."""
    kind = st.context.theme.type
    if kind is None:
        style = f"{_style(_LIGHT)} @media (prefers-color-scheme: dark) {{ {_style(_DARK)} }}"
    else:
        style = _style(_DARK if kind == "dark" else _LIGHT)
    head, bracket, rest = svg.partition(">")
    return f"{head}{bracket}<style>{style}</style>{rest}"


def _style(colours: dict[str, str]) -> str:
    """The classes of :mod:`qa_toolkit.reports.charts`."""
    soft, line, series, bad = (colours[name] for name in ("soft", "line", "series", "bad"))
    return (
        f"text {{ fill: {soft}; font: 12px sans-serif; }} .axis {{ stroke: {line}; }}"
        f" .series {{ fill: none; stroke: {series}; stroke-width: 2; }} .column {{ fill: {series}; opacity:"
        f" .75; }} .cumulative {{ fill: none; stroke: {colours['part']}; stroke-width: 2; }}"
        f" .limit {{ fill: none; stroke: {bad}; stroke-width: 1.3; stroke-dasharray: 6 4; }}"
        f" .inner {{ fill: none; stroke: {soft}; stroke-dasharray: 2 4; }}"
        f" .centre {{ fill: none; stroke: {soft}; stroke-width: 1.3; }}"
        f" .change {{ stroke: {colours['open']}; stroke-width: 1.3; }}"
        f" .whisker-line {{ stroke: {soft}; stroke-width: 2; }} .point {{ fill: {series}; }}"
        f" .point.out {{ fill: {bad}; stroke: {colours['ground']}; }}"
    )
