"""Figures as people read them: with n, with limits, or with why there is none."""

from __future__ import annotations

from typing import Any

from words import t, told

FEW = 20
"""Below so many interactions a coefficient of agreement is said to rest on too few."""


def interval(found: Any, *, scale: float = 1.0, decimals: int = 2, unit: str = "") -> str:
    """An estimate with its limits; its reason where there is none; empty for None."""
    if found is None:
        return ""
    if found.estimate is None:
        return told(found.reason) if found.reason else "–"
    text = f"{scale * found.estimate:.{decimals}f}"
    if found.low is None or found.high is None:
        return f"{text}{unit}"
    return f"{text}{unit} ({scale * found.low:.{decimals}f}–{scale * found.high:.{decimals}f})"


def share(found: Any) -> str:
    """A share 0-1 as a percentage with its limits."""
    return interval(found, scale=100, decimals=1, unit=" %")


def units(n: int) -> str:
    """How many, and whether that is too few to say much."""
    return t("{n}, too few", n=n) if n < FEW else str(n)


def answer(value: str | float | None) -> str:
    """An answer as it is written in a table."""
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else value
