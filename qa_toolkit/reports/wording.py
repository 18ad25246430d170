"""How values are written on the pages: times, percentages, intervals, names."""

from __future__ import annotations

from qa_toolkit.domain.metrics import Metric
from qa_toolkit.domain.transcript import Role, Scalar
from qa_toolkit.statistics import Interval

ROLE_NAMES = {
    Role.AGENT: "Agent",
    Role.CUSTOMER: "Customer",
    Role.INTERPRETER: "Interpreter",
    Role.IVR: "Announcement",
    Role.UNKNOWN: "Speaker not known",
}
FAMILIES = ("customer", "business", "compliance")


def clock(seconds: float | None) -> str:
    """Seconds as ``m:ss`` or ``h:mm:ss``; empty for None."""
    if seconds is None:
        return ""
    whole = round(max(0.0, seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def number(value: float) -> str:
    """A number without needless decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(value: float | None, decimals: int = 1) -> str:
    """A percentage 0-100; a dash for None."""
    return "–" if value is None else f"{value:.{decimals}f} %"


def rate(value: float | None, decimals: int = 1) -> str:
    """A fraction 0-1 as a percentage; a dash for None."""
    return percent(None if value is None else 100 * value, decimals)


def limits(interval: Interval, scale: float = 100.0) -> str:
    """The limits of an interval as ``86.3–98.3 %``, or why there are none."""
    if interval.low is None or interval.high is None:
        return interval.reason or "no interval"
    return f"{scale * interval.low:.1f}–{scale * interval.high:.1f} %"


def words(name: str) -> str:
    """An identifier as words: ``longest_silence`` is ``Longest silence``."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def scalar(value: Scalar) -> str:
    """A metadata value as text."""
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, float) else str(value)


def metric_value(metric: Metric) -> str:
    """A measured value with its unit; empty when there is none."""
    if metric.value is None:
        return ""
    if metric.unit == "share":
        return rate(metric.value)
    if metric.unit == "s" and metric.value >= 60:
        return f"{clock(metric.value)} min"
    return f"{number(metric.value)} {metric.unit}".strip()
