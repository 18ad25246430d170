"""Agreement between raters: how often they agree, and how much of it is more than chance.

Ratings are a table: one row a unit (an evaluated interaction), one column a rater, None where a rater did not
rate. Categories may be anything that can be compared for equality; ``na`` is a category like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import coefficients as formulas
from qa_toolkit.statistics.agreement_interval import (
    FEW_UNITS,
    NO_PAIRS,
    NO_VARIATION,
    Agreement,
    IntervalMethod,
    Options,
    figure_of,
)
from qa_toolkit.statistics.coefficients import Chance, Coefficient, Level
from qa_toolkit.statistics.intervals import BOOTSTRAP_SEED
from qa_toolkit.statistics.ratings import Floats, Patterns, Ratings, checked_rows, patterns
from qa_toolkit.statistics.weights import Weights, agreement_weights


def percent_agreement(
    ratings: Ratings,
    *,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Mean, over the units with two ratings or more, of the share of pairs of ratings that agree.

    Missing ratings are allowed. Without a unit that has two ratings it is None with the reason. It is defined
    without variation, too.
    """
    rows = patterns(ratings)
    options = Options(interval, confidence, seed, resamples, beyond_chance=False)
    return figure_of("percent_agreement", rows, rows.having(2), formulas.percent, options, matrices=False)


def cohen_kappa(
    ratings: Ratings,
    *,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Cohen's kappa of two raters (Cohen, 1960) over the units both rated.

    The standard error is that of Fleiss, Cohen and Everitt (1969). Kappa falls towards 0 when one answer
    prevails, however well the raters agree; read it beside ``gwet_ac1`` and the prevalence. When both raters
    gave one and the same answer throughout it is None with the reason.

    Raises:
        UsageError: there are not two raters.
    """
    options = Options(interval, confidence, seed, resamples, freedom_lost=0)
    return _of_two("cohen_kappa", ratings, "identity", None, options)


def weighted_kappa(
    ratings: Ratings,
    weights: Weights = "quadratic",
    *,
    categories: Sequence[Hashable] | None = None,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Cohen's weighted kappa of two raters (Cohen, 1968) over the units both rated.

    Args:
        ratings: the table of ratings.
        weights: a kind, or a matrix of weights of agreement or disagreement in the order of the categories.
        categories: every answer in order; by default numbers by size, texts by the alphabet.

    Raises:
        UsageError: there are not two raters, or the weights do not fit the categories.
    """
    options = Options(interval, confidence, seed, resamples, freedom_lost=0)
    return _of_two("weighted_kappa", ratings, weights, categories, options)


def scott_pi(
    ratings: Ratings,
    *,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Scott's pi of two raters (Scott, 1955) over the units both rated.

    Raises:
        UsageError: there are not two raters.
    """
    _two_only(ratings, "Scott's pi")
    rows = patterns(ratings)
    options = Options(interval, confidence, seed, resamples)
    return figure_of("scott_pi", rows, rows.having(2), _beyond("identity", formulas.chance_fleiss), options)


def fleiss_kappa(
    ratings: Ratings,
    weights: Weights = "identity",
    *,
    categories: Sequence[Hashable] | None = None,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Fleiss' kappa (Fleiss, 1971; missing ratings and weights as in Gwet, 2014), two raters or more.

    Units with a single rating count for the prevalence of the categories, not for the agreement.
    """
    rows = patterns(ratings, categories)
    options = Options(interval, confidence, seed, resamples)
    return figure_of("fleiss_kappa", rows, rows, _beyond(weights, formulas.chance_fleiss), options)


def conger_kappa(
    ratings: Ratings,
    weights: Weights = "identity",
    *,
    categories: Sequence[Hashable] | None = None,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Conger's kappa (Conger, 1980): Cohen's for two raters or more, each with habits of their own."""
    rows = patterns(ratings, categories)
    options = Options(interval, confidence, seed, resamples)
    return figure_of("conger_kappa", rows, rows, _beyond(weights, formulas.chance_conger), options)


def brennan_prediger(
    ratings: Ratings,
    weights: Weights = "identity",
    *,
    categories: Sequence[Hashable] | None = None,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Brennan and Prediger (1981): chance is one in the number of categories.

    For two raters and two answers it is the prevalence- and bias-adjusted kappa (PABAK).
    """
    rows = patterns(ratings, categories)
    options = Options(interval, confidence, seed, resamples)
    return figure_of("brennan_prediger", rows, rows, _beyond(weights, formulas.chance_uniform), options)


def gwet_ac1(
    ratings: Ratings,
    *,
    categories: Sequence[Hashable] | None = None,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Gwet's AC1 (Gwet, 2008; missing ratings as in Gwet, 2014), for any number of raters.

    Units with a single rating count for the prevalence of the categories, not for the agreement. The standard
    error is Gwet's, for units drawn from many and raters as they are. Without variation it is None with the
    reason.

    Args:
        ratings: the table of ratings.
        categories: every answer that could have been given; by default those that were.
    """
    rows = patterns(ratings, categories)
    options = Options(interval, confidence, seed, resamples)
    return figure_of("gwet_ac1", rows, rows, _beyond("identity", formulas.chance_gwet), options)


def gwet_ac2(
    ratings: Ratings,
    weights: Weights = "quadratic",
    *,
    categories: Sequence[Hashable] | None = None,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Gwet's AC2: AC1 with weights for partial agreement (Gwet, 2014).

    Args:
        ratings: the table of ratings.
        weights: a kind, or a matrix in the order of the categories.
        categories: every answer in order; by default numbers by size, texts by the alphabet.
    """
    rows = patterns(ratings, categories)
    options = Options(interval, confidence, seed, resamples)
    return figure_of("gwet_ac2", rows, rows, _beyond(weights, formulas.chance_gwet), options)


def krippendorff_alpha(
    ratings: Ratings,
    level: Level = "nominal",
    *,
    categories: Sequence[Hashable] | None = None,
    interval: IntervalMethod = "bootstrap",
    confidence: float = 0.95,
    seed: int = BOOTSTRAP_SEED,
    resamples: int = 2000,
) -> Agreement:
    """Krippendorff's alpha (Krippendorff, 2004), for any number of raters and missing ratings.

    Units with a single rating do not count.

    Args:
        ratings: the table of ratings.
        level: which differences count: any, in rank, in amount, or in proportion.
        categories: every answer in order; by default numbers by size, texts by the alphabet.

    Raises:
        UsageError: an interval or ratio level without numbers, or a negative number at the ratio level.
    """
    rows = patterns(ratings, categories)
    if level in {"interval", "ratio"} and rows.categories and not rows.numeric:
        raise UsageError(f"the {level} level needs numbers as ratings", None, "use nominal or ordinal")

    def build(used: Patterns) -> Coefficient:
        return formulas.krippendorff(used, level)

    options = Options(interval, confidence, seed, resamples)
    return figure_of(
        "krippendorff_alpha", rows, rows.having(2), build, options, matrices=level != "interval", shares=False
    )


def _two_only(ratings: Ratings, name: str) -> None:
    if any(len(row) != 2 for row in ratings):
        raise UsageError(f"{name} is for two raters", None, "use gwet_ac1 for more of them")


def _of_two(
    name: str,
    ratings: Ratings,
    weights: Weights,
    categories: Sequence[Hashable] | None,
    options: Options,
) -> Agreement:
    _two_only(ratings, "Cohen's kappa")
    rows = patterns(ratings, categories)

    def build(both: Patterns) -> Coefficient:
        return formulas.two_raters(both, agreement_weights(weights, both.values))

    return figure_of(name, rows, rows.having(2), build, options)


def _beyond(
    weights: Weights, chance: Callable[[Patterns, Floats], Chance]
) -> Callable[[Patterns], Coefficient]:
    def build(rows: Patterns) -> Coefficient:
        matrix = agreement_weights(weights, rows.values)
        return formulas.corrected(rows, matrix, chance(rows, matrix))

    return build


__all__ = [
    "FEW_UNITS",
    "NO_PAIRS",
    "NO_VARIATION",
    "Agreement",
    "IntervalMethod",
    "Ratings",
    "brennan_prediger",
    "checked_rows",
    "cohen_kappa",
    "conger_kappa",
    "fleiss_kappa",
    "gwet_ac1",
    "gwet_ac2",
    "krippendorff_alpha",
    "percent_agreement",
    "scott_pi",
    "weighted_kappa",
]
