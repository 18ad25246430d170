"""Charts as SVG text in the colours of the page. Each stands beside the table that says the same."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from qa_toolkit.reports.translation import say
from qa_toolkit.statistics import Interval

WIDTH, HEIGHT = 1000.0, 320.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 16.0, 14.0, 46.0


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One period: its rate and the limits for its size; ``out`` when it lies outside them.

    A limit is None where there is none, as with too few points to see how far they scatter: no line is drawn.
    """

    label: str
    rate: float
    low: float | None
    high: float | None
    centre: float
    n: int
    out: bool


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One of those compared: rate by number of calls."""

    name: str
    rate: float
    n: int
    out: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar and the share of all that it and those before it make up."""

    name: str
    count: int
    cumulative: float


@dataclass(frozen=True, slots=True)
class _Scale:
    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def x(self, value: float) -> float:
        span = self.x_high - self.x_low or 1.0
        return round(_LEFT + (value - self.x_low) / span * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        span = self.y_high - self.y_low or 1.0
        inside = min(max(value, self.y_low), self.y_high)
        return round(HEIGHT - _BOTTOM - (inside - self.y_low) / span * (HEIGHT - _TOP - _BOTTOM), 1)


def trend_chart(stretches: Sequence[tuple[str, Sequence[TrendPoint]]], title: str) -> str | None:
    """Rates over time with control limits, a stretch from each change on; None with fewer than two points."""
    points = [point for _, stretch in stretches for point in stretch]
    if len(points) < 2:
        return None
    shown = [each for p in points for each in (p.low, p.rate, p.high) if each is not None]
    low, high = min(shown), max(shown)
    scale = _Scale(-0.5, len(points) - 0.5, max(0.0, low - 0.02), min(1.0, high + 0.02))
    parts, place = _rate_axis(scale), 0
    every = math.ceil(len(points) / 13)
    for text, stretch in stretches:
        if stretch:
            parts += _stretch(scale, text, stretch, place, every)
            place += len(stretch)
    return _svg(parts, title)


def _stretch(
    scale: _Scale, text: str, stretch: Sequence[TrendPoint], place: int, every: int
) -> Iterator[str]:
    """Points between two changes, with the mark of the change before them."""
    xs = [scale.x(place + step) for step in range(len(stretch))]
    if place:
        at = round((scale.x(place - 1) + xs[0]) / 2, 1)
        yield f'<line class="change" x1="{at}" y1="{_TOP}" x2="{at}" y2="{HEIGHT - _BOTTOM}"></line>'
        yield f'<text class="tick" x="{at + 4}" y="{_TOP + 10}">{escape(text)}</text>'
    for name, kind in (("low", "limit"), ("high", "limit"), ("centre", "centre")):
        levels = [getattr(point, name) for point in stretch]
        yield from _steps(scale, xs, levels, kind)
    path = " ".join(f"{x},{scale.y(p.rate)}" for x, p in zip(xs, stretch, strict=True))
    yield f'<polyline class="series" points="{path}"></polyline>'
    for step, (x, point) in enumerate(zip(xs, stretch, strict=True)):
        told = f"{point.label}: {100 * point.rate:.1f} %, n {point.n}"
        yield _dot(x, scale.y(point.rate), point.out, told)
        if (place + step) % every == 0:
            yield _label(x, HEIGHT - _BOTTOM + 18, point.label)


def funnel_chart(
    points: Sequence[FunnelPoint],
    limits: Sequence[tuple[int, float, float, float, float]],
    centre: float,
    title: str,
    *,
    counted: str = "number of calls",
) -> str | None:
    """Rates by number of items between limits of 95 and 99.8 % (n, low, high, outer low, outer high)."""
    if len(points) < 2 or not limits:
        return None
    most = max(point.n for point in points)
    bottom = min([*(p.rate for p in points), *(each[3] for each in limits)])
    scale = _Scale(
        0,
        most * 1.04,
        max(0.0, bottom - 0.02),
        1.0 if centre > 0.5 else min(1.0, max(p.rate for p in points) + 0.05),
    )
    parts = [*_rate_axis(scale), *_count_axis(scale, most, counted)]
    middle = scale.y(centre)
    parts.append(
        f'<line class="centre" x1="{_LEFT}" y1="{middle}" x2="{WIDTH - _RIGHT}" y2="{middle}"></line>'
    )
    for side, kind in ((1, "inner"), (2, "inner"), (3, "limit"), (4, "limit")):
        path = " ".join(f"{scale.x(each[0])},{scale.y(each[side])}" for each in limits)
        parts.append(f'<polyline class="{kind}" points="{path}"></polyline>')
    for point in sorted(points, key=lambda p: p.out):
        text = f"{point.name}: {100 * point.rate:.1f} %, n {point.n}"
        parts.append(_dot(scale.x(point.n), scale.y(point.rate), point.out, text))
        if point.out:
            x, y = round(scale.x(point.n) + 6, 1), round(scale.y(point.rate) + 4, 1)
            parts.append(f'<text class="tick" x="{x}" y="{y}">{escape(point.name)}</text>')
    return _svg(parts, title)


def interval_chart(rates: Sequence[tuple[str, Interval]], title: str) -> str | None:
    """Rates with their intervals side by side, in the order given: no rank where they overlap."""
    shown = [(name, each) for name, each in rates if each.estimate is not None]
    if len(shown) < 2:
        return None
    lows = [each.low if each.low is not None else each.estimate or 0.0 for _, each in shown]
    scale = _Scale(0, len(shown), max(0.0, min(lows) - 0.02), 1.0)
    parts = _rate_axis(scale)
    every = math.ceil(len(shown) / 13)
    for place, (name, each) in enumerate(shown):
        x, rate = scale.x(place + 0.5), each.estimate or 0.0
        told = f"{name}: {100 * rate:.1f} %, n {each.n}"
        if each.low is not None and each.high is not None:
            low, high = scale.y(each.low), scale.y(each.high)
            parts.append(f'<line class="whisker-line" x1="{x}" y1="{low}" x2="{x}" y2="{high}"></line>')
            told += say(", {low} to {high} %", low=f"{100 * each.low:.1f}", high=f"{100 * each.high:.1f}")
        parts.append(_dot(x, scale.y(rate), out=False, text=told))
        if place % every == 0:
            parts.append(_label(x, HEIGHT - _BOTTOM + 18, name if len(name) <= 14 else f"{name[:13]}…"))
    return _svg(parts, title)


def pareto_chart(bars: Sequence[Bar], title: str) -> str | None:
    """Counts from the largest down, with the share they make up together."""
    shown = bars[:15]
    if not shown or not shown[0].count:
        return None
    scale = _Scale(0, len(shown), 0, float(shown[0].count))
    share = _Scale(0, len(shown), 0, 1)
    ground = HEIGHT - _BOTTOM
    parts = [f'<line class="axis" x1="{_LEFT}" y1="{ground}" x2="{WIDTH - _RIGHT}" y2="{ground}"></line>']
    width = scale.x(1) - scale.x(0)
    line = []
    for place, bar in enumerate(shown):
        top, x = scale.y(bar.count), scale.x(place)
        high = round(HEIGHT - _BOTTOM - top, 1)
        parts.append(
            f'<rect class="column" x="{x + 4}" y="{top}" width="{round(width - 8, 1)}" height="{high}">'
            f"<title>{escape(bar.name)}: {bar.count}</title></rect>"
        )
        middle = round(x + width / 2, 1)
        parts.append(_label(middle, top - 3, str(bar.count)))
        parts.append(
            _label(middle, HEIGHT - _BOTTOM + 16, bar.name if len(bar.name) <= 12 else f"{bar.name[:11]}…")
        )
        line.append(f"{middle},{share.y(bar.cumulative)}")
    parts.append(f'<polyline class="cumulative" points="{" ".join(line)}"></polyline>')
    parts.append(_label(WIDTH - _RIGHT - 60, HEIGHT - 6, say("line: share of all, 0 to 100 %")))
    return _svg(parts, title)


def _svg(parts: Sequence[str], title: str) -> str:
    drawn = "".join(part for part in parts if part)
    size = f'viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}"'
    name = escape(title, quote=True)
    return f'<svg class="chart" {size} role="img" aria-label="{name}"><title>{name}</title>{drawn}</svg>'


def _rate_axis(scale: _Scale) -> list[str]:
    span = scale.y_high - scale.y_low
    step = next((s for s in (0.01, 0.02, 0.05, 0.1, 0.2) if span / s <= 8), 0.2)
    parts, value = [], math.ceil(scale.y_low / step) * step
    while value <= scale.y_high + 1e-9:
        y = scale.y(value)
        parts.append(f'<line class="axis" x1="{_LEFT}" y1="{y}" x2="{WIDTH - _RIGHT}" y2="{y}"></line>')
        parts.append(
            f'<text class="tick" x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{100 * value:.0f} %</text>'
        )
        value += step
    return parts


def _count_axis(scale: _Scale, most: int, counted: str) -> list[str]:
    size = 10 ** math.floor(math.log10(max(most, 1)))
    step = max(1, next(s for s in (size // 10, size // 5, size // 2, size, 2 * size) if s and most / s <= 10))
    parts = [_label(scale.x(n), HEIGHT - _BOTTOM + 18, str(n)) for n in range(0, most + 1, step)]
    return [*parts, _label((_LEFT + WIDTH) / 2, HEIGHT - 6, say(counted))]


def _steps(scale: _Scale, xs: Sequence[float], levels: Sequence[float | None], kind: str) -> Iterator[str]:
    """A line as wide as each point at its level; none where there is no level."""
    half = (xs[1] - xs[0]) / 2 if len(xs) > 1 else 12.0
    placed = zip(xs, levels, strict=True)
    for known, run in groupby(placed, lambda each: each[1] is not None):
        if known:
            path = " ".join(
                f"{round(x + side, 1)},{scale.y(y)}"
                for x, y in run
                if y is not None
                for side in (-half, half)
            )
            yield f'<polyline class="{kind}" points="{path}"></polyline>'


def _dot(x: float, y: float, out: bool, text: str) -> str:  # noqa: FBT001 - what the point looks like
    kind, radius = ("point out", 5) if out else ("point", 3)
    return f'<circle class="{kind}" cx="{x}" cy="{y}" r="{radius}"><title>{escape(text)}</title></circle>'


def _label(x: float, y: float, text: str) -> str:
    return (
        f'<text class="tick" x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="middle">{escape(text)}</text>'
    )
