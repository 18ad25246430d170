"""Strictness of reviewers told apart from the difficulty of what they reviewed.

Score = subject - severity of the reviewer + rest. Severities are found inside subjects alone (interactions,
or agents), by least squares, so that whoever is given the hard ones does not look strict. Subjects are then
drawn to their mean by as much as chance explains (best linear unbiased prediction, Henderson, 1975).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from qa_toolkit.errors import UsageError

_ALONE = "shares no subject with another reviewer"
_NO_ERROR = "too few scores to tell severity from chance"


@dataclass(frozen=True, slots=True)
class Observation:
    """One score given by one reviewer to one subject."""

    subject: str
    rater: str
    score: float


@dataclass(frozen=True, slots=True)
class Severity:
    """How many points a reviewer gives less than the others would have given; negative for a lenient one.

    Attributes:
        raw: mean of the scores given less the mean of all; it mixes strictness with what was reviewed.
        points: None where it cannot be told; ``reason`` says why.
        group: reviewers of one group are linked by subjects they share; groups cannot be compared.
    """

    rater: str
    scores: int
    raw_mean: float
    raw: float
    points: float | None
    low: float | None
    high: float | None
    group: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AdjustedScore:
    """The score of a subject, raw and with its reviewers' severity taken out.

    Attributes:
        raw: mean of the scores.
        adjusted: mean of the scores after the severity of whoever gave them is added back.
        shrunken: the adjusted mean drawn to the mean of all by as much as chance explains; for rankings.
        low, high: of the shrunken score.
    """

    subject: str
    scores: int
    raw: float
    adjusted: float
    shrunken: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class CrossedEffects:
    """Severity of reviewers and scores of subjects, raw and adjusted side by side.

    Attributes:
        subject_sd, residual_sd: spread of the subjects and of what neither subject nor reviewer explains.
    """

    scores: int
    severities: tuple[Severity, ...]
    subjects: tuple[AdjustedScore, ...]
    subject_sd: float | None
    residual_sd: float | None
    reason: str | None = None
    warnings: tuple[str, ...] = ()

    def severity(self, rater: str) -> Severity:
        """Of that reviewer; KeyError when there is none of that name."""
        for severity in self.severities:
            if severity.rater == rater:
                return severity
        raise KeyError(rater)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    raters: tuple[str, ...]
    subjects: tuple[str, ...]
    rater: NDArray[np.int64]
    subject: NDArray[np.int64]
    score: NDArray[np.float64]
    met: NDArray[np.float64]  # subjects x raters: how many scores

    @property
    def per_subject(self) -> NDArray[np.float64]:
        counts: NDArray[np.float64] = self.met.sum(axis=1)
        return counts


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    effects: NDArray[np.float64]  # of each rater; they add up to 0 inside a group
    covariance: NDArray[np.float64]
    adjusted: NDArray[np.float64]  # mean of each subject without the effects
    residual_variance: float
    subject_variance: float
    freedom: int


def crossed_effects(observations: Sequence[Observation], *, confidence: float = 0.95) -> CrossedEffects:
    """Severity of each reviewer and adjusted scores of the subjects.

    Without enough scores to tell the rest from the effects severities are None with the reason, and adjusted
    scores are the raw means. Shrunken scores have no limits where the subjects do not differ beyond chance.

    Raises:
        UsageError: a score is not finite, or the confidence is impossible.
    """
    if any(not math.isfinite(each.score) for each in observations):
        raise UsageError("a score is not a number", None, "leave out what has no score")
    if not 0 < confidence < 1:
        raise UsageError(f"confidence {confidence} is not possible", None, "give one between 0 and 1")
    if not observations:
        return CrossedEffects(0, (), (), None, None, "there are no scores")
    table = _table(observations)
    groups = _groups(table)
    fit = _fit(table, groups)
    warnings = []
    if len(set(groups)) > 1:
        apart = len(set(groups))
        warnings.append(f"{apart} groups of reviewers share no subject; severity is told inside each only")
    return CrossedEffects(
        scores=len(table.score),
        severities=tuple(_severities(table, groups, fit, confidence)),
        subjects=tuple(_subjects(table, fit, confidence)),
        subject_sd=None if fit is None else math.sqrt(fit.subject_variance),
        residual_sd=None if fit is None else math.sqrt(fit.residual_variance),
        reason=None if fit is not None else _NO_ERROR,
        warnings=tuple(warnings),
    )


def _table(observations: Sequence[Observation]) -> _Table:
    ordered = sorted(observations, key=lambda each: (each.subject, each.rater, each.score))
    raters = tuple(sorted({each.rater for each in ordered}))
    subjects = tuple(sorted({each.subject for each in ordered}))
    place = {name: index for index, name in enumerate(raters)}
    spot = {name: index for index, name in enumerate(subjects)}
    rater = np.array([place[each.rater] for each in ordered], dtype=np.int64)
    subject = np.array([spot[each.subject] for each in ordered], dtype=np.int64)
    met = np.zeros((len(subjects), len(raters)))
    np.add.at(met, (subject, rater), 1.0)
    return _Table(raters, subjects, rater, subject, np.array([each.score for each in ordered]), met)


def _groups(table: _Table) -> NDArray[np.int64]:
    """Which reviewers are linked by subjects they share."""
    n = len(table.raters)
    links = coo_array(
        (np.ones(len(table.rater)), (table.rater, n + table.subject)), shape=(n + len(table.subjects),) * 2
    )
    _, labels = connected_components(links, directed=False)
    _, groups = np.unique(labels[:n], return_inverse=True)
    return np.asarray(groups, dtype=np.int64)


def _fit(table: _Table, groups: NDArray[np.int64]) -> _Fit | None:
    """Reviewers by least squares inside subjects; then the spread of the subjects (Henderson, 1953)."""
    n = table.per_subject
    by_rater = np.bincount(table.rater, weights=table.score, minlength=len(table.raters))
    by_subject = np.bincount(table.subject, weights=table.score, minlength=len(table.subjects))
    left = np.diag(table.met.sum(axis=0)) - table.met.T @ (table.met / n[:, None])
    inverse = np.asarray(np.linalg.pinv(left, rcond=1e-9, hermitian=True), dtype=np.float64)
    # The shortest solution adds up to 0 inside every group of linked reviewers.
    effects = inverse @ (by_rater - table.met.T @ (by_subject / n))
    freed = table.score - effects[table.rater]
    adjusted = np.bincount(table.subject, weights=freed) / n
    freedom = len(table.score) - len(n) - len(table.raters) + len(set(groups.tolist()))
    if freedom < 1:
        return None
    residual = float(((freed - adjusted[table.subject]) ** 2).sum()) / freedom
    return _Fit(
        effects, residual * inverse, adjusted, residual, _subject_variance(adjusted, n, residual), freedom
    )


def _subject_variance(means: NDArray[np.float64], n: NDArray[np.float64], residual: float) -> float:
    if len(n) < 2:
        return 0.0
    whole = float(n.sum())
    between = float((n * (means - float(n @ means) / whole) ** 2).sum()) / (len(n) - 1)
    size = (whole - float((n**2).sum()) / whole) / (len(n) - 1)
    return max(0.0, (between - residual) / size)


def _severities(
    table: _Table, groups: NDArray[np.int64], fit: _Fit | None, confidence: float
) -> list[Severity]:
    found = []
    whole = float(table.score.mean())
    for place, rater in enumerate(table.raters):
        own = table.score[table.rater == place]
        points = low = high = None
        reason = _ALONE if int((groups == groups[place]).sum()) < 2 else _NO_ERROR if fit is None else None
        if fit is not None and reason is None:
            points = -float(fit.effects[place])
            wide = float(stats.t.ppf(0.5 + confidence / 2, fit.freedom))
            half = wide * math.sqrt(max(0.0, float(fit.covariance[place, place])))
            low, high = points - half, points + half
        raw = float(own.mean())
        found.append(
            Severity(rater, len(own), raw, raw - whole, points, low, high, int(groups[place]), reason)
        )
    return found


def _subjects(table: _Table, fit: _Fit | None, confidence: float) -> list[AdjustedScore]:
    n = table.per_subject
    raw = np.bincount(table.subject, weights=table.score) / n
    if fit is None or fit.subject_variance == 0:
        adjusted = raw if fit is None else fit.adjusted
        shrunken = adjusted if fit is None else np.full(len(n), float(n @ adjusted) / float(n.sum()))
        half = np.full(len(n), np.nan)
    else:
        adjusted = fit.adjusted
        kept = fit.subject_variance / (fit.subject_variance + fit.residual_variance / n)
        middle = float(kept @ adjusted) / float(kept.sum())
        shrunken = middle + kept * (adjusted - middle)
        half = float(stats.norm.ppf(0.5 + confidence / 2)) * np.sqrt(fit.subject_variance * (1 - kept))
    return [
        AdjustedScore(
            name,
            int(n[place]),
            float(raw[place]),
            float(adjusted[place]),
            float(shrunken[place]),
            float(shrunken[place] - half[place]) if np.isfinite(half[place]) else None,
            float(shrunken[place] + half[place]) if np.isfinite(half[place]) else None,
        )
        for place, name in enumerate(table.subjects)
    ]
