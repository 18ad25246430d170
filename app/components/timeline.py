"""The timeline of a call as a picture."""

from __future__ import annotations

from html import escape

import streamlit as st

from components import pictures
from qa_toolkit.reports.timeline import WIDTH, Box, Mark, Timeline

_COLOURS = {
    "agent": "#2f6fb3",
    "customer": "#c2701c",
    "interpreter": "#7a53b0",
    "hold": "#8fa3b8",
    "dead_air": "#b3261e",
    "overlap": "#7a53b0",
    "good": "#1d7a46",
    "bad": "#b3261e",
    "part": "#8a5a00",
}
_GREY = "#7b8794"
"""Also the colour of words: it can be read on a light and on a dark ground."""


def show(picture: Timeline) -> None:
    """Draws the timeline; the same in words stands below it for those who cannot see it."""
    pictures.show_svg(drawn(picture), picture.summary)
    st.caption(picture.summary)


def drawn(picture: Timeline) -> str:
    """The SVG text; everything that comes from outside is escaped."""
    parts = [
        f'<text x="{picture.left - 10}" y="{lane.y + 16}" text-anchor="end">{escape(lane.name)}</text>'
        for lane in picture.lanes
    ]
    parts += [_box(box, opacity=0.25) for box in picture.shades]
    parts += [_box(box, opacity=1.0) for lane in picture.lanes for box in lane.boxes]
    parts += [_interruption(mark) for mark in picture.interruptions]
    parts += [_evidence(mark) for mark in picture.evidence]
    parts += [
        f'<text x="{tick.x}" y="{picture.axis_y + 17}" text-anchor="middle" opacity="0.7">{tick.label}</text>'
        for tick in picture.ticks
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {picture.height:g}" role="img" '
        f'font-family="sans-serif" font-size="12" fill="{_GREY}">{"".join(parts)}</svg>'
    )


def _box(box: Box, *, opacity: float) -> str:
    return (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="2" '
        f'fill="{_COLOURS.get(box.kind, _GREY)}" opacity="{opacity}">'
        f"<title>{escape(box.title)}</title></rect>"
    )


def _interruption(mark: Mark) -> str:
    return (
        f'<path d="M{mark.x} {mark.y + 8} l-6 -10 h12 z" fill="{_COLOURS["bad"]}">'
        f"<title>{escape(mark.title)}</title></path>"
    )


def _evidence(mark: Mark) -> str:
    colour = _COLOURS.get(mark.outcome, _GREY)
    return (
        f"<g><title>{escape(mark.title)}</title>"
        f'<rect x="{mark.x}" y="{mark.y}" width="{mark.width}" height="16" '
        f'rx="3" fill="none" stroke="{colour}"></rect><text x="{mark.x + mark.width / 2}" y="{mark.y + 12}" '
        f'text-anchor="middle">{escape(mark.label)}</text></g>'
    )
