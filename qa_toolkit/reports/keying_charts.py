"""The control chart of keying errors as SVG text in the colours of the page."""

from __future__ import annotations

from html import escape
from typing import Final

from qa_toolkit.statistics.charts import ControlChart

WIDTH: Final = 900
HEIGHT: Final = 260
LEFT: Final = 52
RIGHT: Final = 12
TOP: Final = 12
BOTTOM: Final = 40
MOST_LABELS: Final = 12


def control_chart_svg(chart: ControlChart, title: str, *, per: float = 100.0) -> str:
    """Rates (times ``per``) with their centre and stepped limits; points outside are larger and named."""
    highest = max(max(point.rate, point.high) for point in chart.points) * per or 1.0
    step = (WIDTH - LEFT - RIGHT) / len(chart.points)

    def x(place: float) -> float:
        return round(LEFT + step * place, 1)

    def y(rate: float) -> float:
        return round(HEIGHT - BOTTOM - rate * per / highest * (HEIGHT - TOP - BOTTOM), 1)

    parts = [f'<svg class="timeline" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">']
    for share in (0.0, 0.5, 1.0):
        level = round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)
        parts.append(f'<line class="axis" x1="{LEFT}" y1="{level}" x2="{WIDTH - RIGHT}" y2="{level}"></line>')
        parts.append(f'<text class="tick" x="4" y="{level + 4}">{share * highest:.1f}</text>')
    for name in ("low", "high"):
        steps = [
            f"{x(place)},{y(getattr(point, name))} {x(place + 1)},{y(getattr(point, name))}"
            for place, point in enumerate(chart.points)
        ]
        parts.append(
            f'<polyline points="{" ".join(steps)}" fill="none" stroke="currentColor" stroke-dasharray="4 3"'
            ' opacity="0.55"></polyline>'
        )
    parts.append(
        f'<line x1="{LEFT}" y1="{y(chart.centre)}" x2="{WIDTH - RIGHT}" y2="{y(chart.centre)}"'
        ' stroke="currentColor" opacity="0.55"></line>'
    )
    line = " ".join(f"{x(place + 0.5)},{y(point.rate)}" for place, point in enumerate(chart.points))
    parts.append(f'<polyline class="control-line" points="{line}" fill="none"></polyline>')
    every = -(-len(chart.points) // MOST_LABELS)
    for place, point in enumerate(chart.points):
        size, kind = (5, "control-out") if point.out else (3, "control-in")
        text = f"{point.label}: {point.rate * per:.2f} ({point.faults:g} of {point.size:g})"
        parts.append(
            f'<circle class="{kind}" cx="{x(place + 0.5)}" cy="{y(point.rate)}" r="{size}">'
            f"<title>{escape(text)}</title></circle>"
        )
        if place % every == 0:
            parts.append(
                f'<text class="tick" x="{x(place + 0.5)}" y="{HEIGHT - 18}" text-anchor="middle">'
                f"{escape(point.label[:14])}</text>"
            )
    parts.append("</svg>")
    return "".join(parts)
