"""Every coefficient of agreement of one table of ratings, with its interval or the reason it has none."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from qa_toolkit.calibration.ratings_file import RatingsFile, WeightsFile, number
from qa_toolkit.domain.agreement import AgreementSummary, Limits
from qa_toolkit.errors import InputError, UsageError
from qa_toolkit.statistics import (
    BOOTSTRAP_SEED,
    FEW_UNITS,
    ICC_FORMS,
    Agreement,
    IntraclassCorrelation,
    Level,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    intraclass_correlations,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
    weighted_kappa,
)

RESAMPLES = 2000

_KAPPA_WEIGHTS = ("linear", "quadratic")
_AC2_WEIGHTS = ("linear", "quadratic", "ordinal")
_TWO_ONLY = "it is for two raters"


@dataclass(frozen=True, slots=True)
class RatingTable:
    """Ratings with their categories in order; numbers are numbers where all of them are."""

    raters: tuple[str, ...]
    rows: tuple[tuple[Hashable | None, ...], ...]
    categories: tuple[Hashable, ...]
    weights: tuple[tuple[float, ...], ...] | None = None
    warnings: tuple[str, ...] = ()

    @property
    def numeric(self) -> bool:
        """Whether the ratings are numbers."""
        return bool(self.categories) and all(isinstance(value, float) for value in self.categories)


@dataclass(frozen=True, slots=True)
class _Found:
    value: float | None
    limits: Limits
    error: float | None
    reason: str | None
    warnings: tuple[str, ...] = field(default=())


def rating_table(
    ratings: RatingsFile, order: Sequence[str] | None = None, weights: WeightsFile | None = None
) -> RatingTable:
    """Puts the categories in order: numbers by size, else ``order``, else the alphabet with a warning.

    Categories of ``order`` and of the weights that nobody used belong to the scale, too.

    Raises:
        UsageError: ``order`` lacks a rating, or names one twice.
        InputError: the weights lack a rating.
    """
    texts = dict.fromkeys(cell for row in ratings.cells for cell in row if cell is not None)
    scale = [*texts, *(order or ()), *((weights.categories or ()) if weights else ())]
    values: dict[str, Hashable] = {text: number(text) for text in scale}
    warnings = []
    if not texts or any(value is None for value in values.values()):
        values = {text: text for text in scale}
    numeric = all(isinstance(value, float) for value in values.values())
    if weights is not None and weights.categories is not None:
        _check_weights(weights.categories, order or texts, values)
        order = order or weights.categories
    if order is not None:
        _check_order(order, texts, values)
    known = list(dict.fromkeys(values[text] for text in (order if order is not None else texts)))
    if numeric:
        known.sort(key=lambda value: cast("float", value))
    elif order is None:
        known.sort(key=str)
        if len(known) > 1:
            warnings.append(
                "the categories are in alphabetical order, which weighted figures rest on: give --order"
            )
    rows = tuple(tuple(None if cell is None else values[cell] for cell in row) for row in ratings.cells)
    matrix = None if weights is None else _matrix(weights, known, values)
    return RatingTable(ratings.raters, rows, tuple(known), matrix, tuple(warnings))


def _check_order(order: Sequence[str], texts: Mapping[str, None], values: Mapping[str, Hashable]) -> None:
    named = [values[text] for text in order]
    for place, text in enumerate(order):
        if not text or named[place] in named[:place]:
            what = f"the order names '{text}' twice" if text else "the order has an empty name"
            raise UsageError(what, None, "name each category once, from lowest to highest")
    for text in texts:
        if values[text] not in named:
            raise UsageError(f"the rating '{text}' is not in the order", None, "name every category")


def _check_weights(named: Sequence[str], texts: Iterable[str], values: Mapping[str, Hashable]) -> None:
    known = {values[text] for text in named}
    for text in texts:
        if values[text] not in known:
            raise InputError(f"the weights lack the category '{text}'", None, "add its line and column")


def _matrix(
    weights: WeightsFile, known: Sequence[Hashable], values: Mapping[str, Hashable]
) -> tuple[tuple[float, ...], ...]:
    if weights.categories is None:
        if len(weights.matrix) != len(known):
            what = f"{len(weights.matrix)} lines of weights for {len(known)} categories"
            raise InputError(
                what, None, "name the categories in the first line of the weights, or give --order"
            )
        return weights.matrix
    place = {values[text]: index for index, text in enumerate(weights.categories)}
    return tuple(tuple(weights.matrix[place[a]][place[b]] for b in known) for a in known)


def label(category: Hashable) -> str:
    """A category as text: 3 rather than 3.0."""
    return f"{category:.15g}" if isinstance(category, float) else str(category)


def summarise(table: RatingTable, level: Level = "nominal", *, confidence: float = 0.95) -> AgreementSummary:
    """All coefficients of a table; what cannot be told is None, with the reason and a warning.

    Raises:
        UsageError: the level needs numbers and the ratings are none.
    """
    if level in {"interval", "ratio"} and table.categories and not table.numeric:
        odd = next(label(c) for c in table.categories)
        raise UsageError(
            f"the {level} level needs numbers and '{odd}' is none", None, "use nominal or ordinal"
        )
    found = dict(_figures(table, level, confidence))
    correlations = _correlations(table, confidence)
    found |= {f"icc.{form}": correlation for form, correlation in correlations.items()}
    percent = percent_agreement(table.rows, confidence=confidence)
    value = {name: figure.value for name, figure in found.items()}
    return AgreementSummary(
        units=len(table.rows),
        raters=len(table.raters),
        level=level,
        percent_agreement=value["percent_agreement"],
        cohen_kappa=value["cohen_kappa"],
        scott_pi=value["scott_pi"],
        weighted_kappa={kind: value[f"weighted_kappa.{kind}"] for kind in (*_KAPPA_WEIGHTS, "custom")},
        fleiss_kappa=value["fleiss_kappa"],
        conger_kappa=value["conger_kappa"],
        brennan_prediger=value["brennan_prediger"],
        gwet_ac1=value["gwet_ac1"],
        gwet_ac2={kind: value[f"gwet_ac2.{kind}"] for kind in _AC2_WEIGHTS},
        krippendorff_alpha=value["krippendorff_alpha"],
        icc={form: value[f"icc.{form}"] for form in ICC_FORMS},
        intervals={name: figure.limits for name, figure in found.items() if figure.value is not None},
        prevalence=_prevalence(table, percent),
        warnings=_warnings(table, found, percent.units),
        paired_units=percent.units,
        rater_names=table.raters,
        categories=tuple(label(category) for category in table.categories),
        reasons={name: figure.reason for name, figure in found.items() if figure.reason},
        standard_errors={name: figure.error for name, figure in found.items() if figure.error is not None},
        confidence=confidence,
        resamples=RESAMPLES,
        seed=BOOTSTRAP_SEED,
    )


def _prevalence(table: RatingTable, percent: Agreement) -> dict[str, float]:
    shares = percent.prevalence
    return {label(category): shares.get(category, 0.0) for category in table.categories} if shares else {}


def _figures(table: RatingTable, level: Level, confidence: float) -> Iterator[tuple[str, _Found]]:
    def each(function: Callable[..., Agreement], *arguments: Any, scale: bool = True) -> _Found:
        known = {"categories": table.categories} if scale else {}
        return _found(function(table.rows, *arguments, confidence=confidence, resamples=RESAMPLES, **known))

    two = len(table.raters) == 2
    yield "percent_agreement", each(percent_agreement, scale=False)
    yield "cohen_kappa", each(cohen_kappa, scale=False) if two else _nothing(_TWO_ONLY)
    yield "scott_pi", each(scott_pi, scale=False) if two else _nothing(_TWO_ONLY)
    for kind in _KAPPA_WEIGHTS:
        yield f"weighted_kappa.{kind}", each(weighted_kappa, kind) if two else _nothing(_TWO_ONLY)
    yield "weighted_kappa.custom", _custom(table, each, two=two)
    for function in (fleiss_kappa, conger_kappa, brennan_prediger, gwet_ac1):
        yield function.__name__, each(function)
    for kind in _AC2_WEIGHTS:
        yield f"gwet_ac2.{kind}", each(gwet_ac2, kind)
    yield "krippendorff_alpha", _alpha(table, level, each)


def _custom(table: RatingTable, each: Callable[..., _Found], *, two: bool) -> _Found:
    if table.weights is None:
        return _nothing("no weights were given")
    return each(weighted_kappa, table.weights) if two else _nothing(_TWO_ONLY)


def _alpha(table: RatingTable, level: Level, each: Callable[..., _Found]) -> _Found:
    if level == "ratio" and any(cast("float", value) < 0 for value in table.categories):
        return _nothing("the ratio level needs numbers of 0 or more")
    return each(krippendorff_alpha, level)


def _correlations(table: RatingTable, confidence: float) -> dict[str, _Found]:
    if not table.numeric:
        reason = "the ratings are not numbers" if table.categories else "no unit has two ratings"
        return {form: _nothing(reason) for form in ICC_FORMS}
    rows = cast("Sequence[Sequence[float | None]]", table.rows)
    found = intraclass_correlations(rows, confidence=confidence)
    return {form: _found_correlation(correlation) for form, correlation in found.items()}


def _found(agreement: Agreement) -> _Found:
    limits = (agreement.low, agreement.high)
    warnings = tuple(text for text in agreement.warnings if text.startswith("no interval"))
    return _Found(agreement.estimate, limits, agreement.standard_error, agreement.reason, warnings)


def _found_correlation(found: IntraclassCorrelation) -> _Found:
    warning: tuple[str, ...] = ()
    if found.left_out and found.estimate is not None:
        warning = (f"intraclass correlations leave out {found.left_out} units with a missing rating",)
    return _Found(found.estimate, (found.low, found.high), None, found.reason, warning)


def _nothing(reason: str) -> _Found:
    return _Found(None, (None, None), None, reason)


def _warnings(table: RatingTable, found: Mapping[str, _Found], paired: int) -> tuple[str, ...]:
    """Reasons that concern the data come as warnings, too; those of the design of the table do not."""
    expected = {_TWO_ONLY, "no weights were given", "the ratings are not numbers"}
    texts = list(table.warnings)
    if len(table.raters) < 2:
        texts.append("there is one rater, so there is no agreement to tell")
    if table.weights is not None and len(table.raters) != 2:
        texts.append("the weights are not used: weighted kappa is for two raters")
    by_reason: dict[str, list[str]] = {}
    for name, figure in found.items():
        if figure.reason and figure.reason not in expected:
            by_reason.setdefault(figure.reason, []).append(name)
        texts += [
            text if "left" in text or "leave" in text else f"{name}: {text}" for text in figure.warnings
        ]
    texts += [f"{', '.join(names)}: {reason}" for reason, names in by_reason.items()]
    if 0 < paired < FEW_UNITS:
        texts.append(f"{paired} units with two ratings are too few for reliable intervals")
    return tuple(dict.fromkeys(texts))
