"""Intraclass correlation and limits of agreement: do raters give the same number?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast, get_args

import numpy as np
from scipy import stats

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.agreement import FEW_UNITS, NO_VARIATION
from qa_toolkit.statistics.ratings import Floats

IccForm = Literal["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]
ICC_FORMS: tuple[IccForm, ...] = get_args(IccForm)

_TOO_FEW = "fewer than two units were rated by every rater"
_NO_DIFFERENCE = "the units do not differ in their means"


class MeanSquares(NamedTuple):
    """Of the two-way table of units and raters (Shrout and Fleiss, 1979)."""

    units: float
    within: float
    raters: float
    residual: float
    n: int
    k: int


@dataclass(frozen=True, slots=True)
class IntraclassCorrelation:
    """One form of the coefficient, with limits from the F distribution.

    Attributes:
        estimate: None where it is not defined; ``reason`` says why.
        units: units that every rater rated; the others are left out and counted in ``left_out``.
    """

    form: IccForm
    estimate: float | None
    low: float | None
    high: float | None
    units: int
    raters: int
    left_out: int
    confidence: float = 0.95
    reason: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitsOfAgreement:
    """Differences (second minus first rater) of two raters' numbers (Bland and Altman, 1986).

    Attributes:
        bias: mean difference, with its interval.
        low, high: limits between which 95 % of the differences lie if they are normal.
        low_interval, high_interval: intervals of the limits (Bland and Altman, 1999, t distribution).
        trend: correlation of difference and mean; far from 0 the limits do not hold for all sizes alike.
    """

    n: int
    bias: float | None
    bias_interval: tuple[float, float] | None
    low: float | None
    high: float | None
    low_interval: tuple[float, float] | None
    high_interval: tuple[float, float] | None
    sd: float | None
    trend: float | None
    reason: str | None = None
    warnings: tuple[str, ...] = ()


def intraclass_correlations(
    ratings: Sequence[Sequence[float | None]], *, confidence: float = 0.95
) -> dict[IccForm, IntraclassCorrelation]:
    """The six forms of Shrout and Fleiss (1979), with the limits of McGraw and Wong (1996).

    1: raters differ from unit to unit; 2: raters drawn from many, absolute agreement; 3: these raters and no
    others, consistency. ``1`` is one rater's number, ``k`` the mean of all. Units with a missing rating are
    left out.

    Raises:
        UsageError: rows differ in length, or the confidence is impossible.
    """
    if len({len(row) for row in ratings}) > 1:
        raise UsageError("the rows of the ratings differ in length", None, "give one column a rater")
    if not 0 < confidence < 1:
        raise UsageError(f"confidence {confidence} is not possible", None, "give one between 0 and 1")
    complete = [row for row in ratings if all(value is not None for value in row)]
    raters = len(ratings[0]) if ratings else 0
    left_out = sum(any(value is not None for value in row) for row in ratings) - len(complete)
    table = np.array(complete, dtype=float).reshape(len(complete), raters)
    reason = _undefined(table)
    squares = None if reason else mean_squares(table)
    return {
        form: _correlation(form, squares, table, left_out=left_out, confidence=confidence, reason=reason)
        for form in ICC_FORMS
    }


def mean_squares(table: Floats) -> MeanSquares:
    """The mean squares of a complete table, rows units, columns raters."""
    n, k = table.shape
    # Differences do not depend on the origin; rounding does.
    table = table - table.mean()
    between = k * float((table.mean(axis=1) ** 2).sum())
    of_raters = n * float((table.mean(axis=0) ** 2).sum())
    whole = float((table**2).sum())
    residual = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0)
    left = float((residual**2).sum()) if whole and float((residual**2).sum()) > 1e-20 * whole else 0.0
    return MeanSquares(
        between / (n - 1),
        (of_raters + left) / (n * (k - 1)),
        of_raters / (k - 1),
        left / ((n - 1) * (k - 1)),
        n,
        k,
    )


def bland_altman(
    pairs: Sequence[tuple[float | None, float | None]], *, confidence: float = 0.95
) -> LimitsOfAgreement:
    """Bias and limits of agreement of two raters' totals; pairs with a missing number are left out."""
    both = np.array([(a, b) for a, b in pairs if a is not None and b is not None], dtype=float).reshape(-1, 2)
    n = len(both)
    if n < 2:
        bias = float(both[0, 1] - both[0, 0]) if n else None
        return LimitsOfAgreement(
            n, bias, None, None, None, None, None, None, None, "fewer than two units with both numbers"
        )
    differences = both[:, 1] - both[:, 0]
    bias, sd = float(differences.mean()), float(differences.std(ddof=1))
    z = float(stats.norm.ppf(0.975))
    t = float(stats.t.ppf(0.5 + confidence / 2, n - 1))
    of_bias = t * sd / np.sqrt(n)
    of_limit = t * sd * np.sqrt(1 / n + z * z / (2 * (n - 1)))
    low, high = bias - z * sd, bias + z * sd
    means = both.mean(axis=1)
    trend = float(np.corrcoef(differences, means)[0, 1]) if sd > 0 and means.std() > 0 else None
    few = (f"{n} units are too few for reliable limits",) if n < FEW_UNITS else ()
    return LimitsOfAgreement(
        n,
        bias,
        (bias - of_bias, bias + of_bias),
        low,
        high,
        (low - of_limit, low + of_limit),
        (high - of_limit, high + of_limit),
        sd,
        trend,
        None,
        few,
    )


def _undefined(table: Floats) -> str | None:
    n, k = table.shape
    if k < 2:
        return "there is one rater"
    if n < 2:
        return _TOO_FEW
    return NO_VARIATION if np.ptp(table) == 0 else None


def _correlation(
    form: IccForm,
    squares: MeanSquares | None,
    table: Floats,
    *,
    left_out: int,
    confidence: float,
    reason: str | None,
) -> IntraclassCorrelation:
    n, k = table.shape
    value = None if squares is None else _ESTIMATES[form](squares)
    if value is None:
        return IntraclassCorrelation(
            form, None, None, None, n, k, left_out, confidence, reason or _NO_DIFFERENCE
        )
    low, high = _limits(form, cast("MeanSquares", squares), confidence)
    few = (f"{n} units are too few for a reliable interval",) if n < FEW_UNITS else ()
    return IntraclassCorrelation(form, value, low, high, n, k, left_out, confidence, None, few)


def _ratio(above: float, below: float) -> float | None:
    return above / below if abs(below) > 1e-12 * max(1.0, abs(above)) else None


_ESTIMATES: dict[IccForm, Callable[[MeanSquares], float | None]] = {
    "1,1": lambda s: _ratio(s.units - s.within, s.units + (s.k - 1) * s.within),
    "2,1": lambda s: _ratio(
        s.units - s.residual, s.units + (s.k - 1) * s.residual + s.k * (s.raters - s.residual) / s.n
    ),
    "3,1": lambda s: _ratio(s.units - s.residual, s.units + (s.k - 1) * s.residual),
    "1,k": lambda s: _ratio(s.units - s.within, s.units),
    "2,k": lambda s: _ratio(s.units - s.residual, s.units + (s.raters - s.residual) / s.n),
    "3,k": lambda s: _ratio(s.units - s.residual, s.units),
}


def _limits(form: IccForm, s: MeanSquares, confidence: float) -> tuple[float | None, float | None]:
    """Limits of the single form; those of the mean of k follow by Spearman and Brown."""
    upper = 0.5 + confidence / 2
    low, high = _limits_of_two(s, upper) if form[0] == "2" else _limits_of_f(form, s, upper)
    if form.endswith("k"):
        return _of_mean(low, s.k), _of_mean(high, s.k)
    return low, high


def _limits_of_f(form: IccForm, s: MeanSquares, upper: float) -> tuple[float | None, float | None]:
    below = s.within if form[0] == "1" else s.residual
    freedom = s.n * (s.k - 1) if form[0] == "1" else (s.n - 1) * (s.k - 1)
    if below <= 0:
        return (1.0, 1.0) if s.units > 0 else (None, None)
    f = s.units / below
    least = f / float(stats.f.ppf(upper, s.n - 1, freedom))
    most = f * float(stats.f.ppf(upper, freedom, s.n - 1))
    return (least - 1) / (least + s.k - 1), (most - 1) / (most + s.k - 1)


def _limits_of_two(s: MeanSquares, upper: float) -> tuple[float | None, float | None]:
    """McGraw and Wong (1996), table 7, for ICC(A,1)."""
    n, k = s.n, s.k
    if s.residual <= 0:
        return (1.0, 1.0) if s.raters <= 0 and s.units > 0 else (None, None)
    icc = _ESTIMATES["2,1"](s)
    if icc is None or icc >= 1:
        return None, None
    a = k * icc / (n * (1 - icc))
    b = 1 + k * icc * (n - 1) / (n * (1 - icc))
    spread = (a * s.raters) ** 2 / (k - 1) + (b * s.residual) ** 2 / ((n - 1) * (k - 1))
    if spread <= 0:
        return None, None
    freedom = (a * s.raters + b * s.residual) ** 2 / spread
    least = float(stats.f.ppf(upper, n - 1, freedom))
    most = float(stats.f.ppf(upper, freedom, n - 1))
    rest = k * s.raters + (k * n - k - n) * s.residual
    low = n * (s.units - least * s.residual) / (least * rest + n * s.units)
    high = n * (most * s.units - s.residual) / (rest + n * most * s.units)
    return (low, high) if np.isfinite(low) and np.isfinite(high) else (None, None)


def _of_mean(limit: float | None, k: int) -> float | None:
    return None if limit is None else _ratio(k * limit, 1 + (k - 1) * limit)
