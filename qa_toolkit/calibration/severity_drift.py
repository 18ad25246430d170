"""How the strictness of each reviewer moves from period to period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa_toolkit.calibration.severity import Observation, Severity, crossed_effects
from qa_toolkit.domain.evaluation import Evaluation

_WIDE_95 = 1.959964
_SIGMAS = 3.0


@dataclass(frozen=True, slots=True)
class SeverityPoint:
    """A reviewer's severity in one period, in points of the score.

    Attributes:
        low, high: control limits around the reviewer's own centre for what this period can tell.
        out: outside them.
    """

    label: str
    scores: int
    points: float
    low: float
    high: float
    out: bool


@dataclass(frozen=True, slots=True)
class SeverityChart:
    """One reviewer over time.

    Attributes:
        centre: mean severity, each period weighted by how well it is known; None without a period that can be
            told, ``reason`` says why.
    """

    rater: str
    centre: float | None
    points: tuple[SeverityPoint, ...]
    reason: str | None = None

    @property
    def out(self) -> tuple[str, ...]:
        """Labels of the periods outside their limits."""
        return tuple(point.label for point in self.points if point.out)


def severity_drift(periods: Sequence[tuple[str, Sequence[Evaluation]]]) -> tuple[SeverityChart, ...]:
    """Charts of every reviewer's severity, told in each period from interactions several people scored.

    Severity is relative to the people of the same period. Limits are three standard errors of each period's
    own estimate around the reviewer's centre. A period in which a reviewer shares no interaction with another
    is left out of their chart.
    """
    found: dict[str, list[tuple[str, Severity]]] = {}
    reasons: dict[str, str] = {}
    for label, evaluations in periods:
        observed = [
            Observation(each.interaction, each.source.name, each.score.percent)
            for each in evaluations
            if each.source.kind == "reviewer" and each.score.percent is not None
        ]
        for severity in crossed_effects(observed).severities:
            found.setdefault(severity.rater, [])
            if severity.points is not None and severity.low is not None and severity.high is not None:
                found[severity.rater].append((label, severity))
            elif severity.reason is not None:
                reasons[severity.rater] = severity.reason
    return tuple(_chart(rater, told, reasons.get(rater)) for rater, told in sorted(found.items()))


def _chart(rater: str, told: Sequence[tuple[str, Severity]], reason: str | None) -> SeverityChart:
    known = [(label, each, _error(each)) for label, each in told]
    known = [(label, each, error) for label, each, error in known if error > 0]
    if not known:
        return SeverityChart(rater, None, (), reason or "no period can tell it from chance")
    weight = sum(1 / error**2 for _, _, error in known)
    centre = sum((each.points or 0.0) / error**2 for _, each, error in known) / weight
    points = []
    for label, each, error in known:
        value, half = each.points or 0.0, _SIGMAS * error
        out = abs(value - centre) > half
        points.append(SeverityPoint(label, each.scores, value, centre - half, centre + half, out))
    return SeverityChart(rater, centre, tuple(points))


def _error(severity: Severity) -> float:
    """Standard error, from the width of the interval; the t quantile is taken as the normal one."""
    if severity.low is None or severity.high is None:
        return 0.0
    return (severity.high - severity.low) / (2 * _WIDE_95)
