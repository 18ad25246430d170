"""What a calibration session shows: where people agree, where they do not, and who is strict."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from qa_toolkit.calibration.answers import NOT_APPLICABLE, CriterionAnswers, answers_by_criterion, one_rubric
from qa_toolkit.calibration.severity import CrossedEffects, Observation, crossed_effects
from qa_toolkit.domain.evaluation import Evaluation, RubricRef, Source
from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import (
    Agreement,
    Interval,
    IntraclassCorrelation,
    LimitsOfAgreement,
    bland_altman,
    category_kappas,
    cluster_bootstrap,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    intraclass_correlations,
    krippendorff_alpha,
    percent_agreement,
    weighted_kappa,
)


@dataclass(frozen=True, slots=True)
class CriterionAgreement:
    """Agreement on one criterion.

    Attributes:
        figures: percent agreement, Fleiss' and Conger's kappa, AC1, alpha, and Cohen's kappa for two raters;
            for more than two answers of different points also the weighted kappa and AC2 with quadratic
            weights, for which ``na`` counts as missing.
        by_answer: Fleiss' kappa of each answer against the others.
        split: interactions whose raters disagree, most divided first.
    """

    criterion: str
    figures: Mapping[str, Agreement]
    by_answer: Mapping[Hashable, Agreement]
    split: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RaterAgreement:
    """How often one rater's answers equal those of the others, over all criteria; clusters are interactions.

    Attributes:
        with_others: share of pairs with another rater's answer that agree.
        with_expert: share of answers that are the expert's; None without an expert.
        totals: differences of the rater's total scores from the expert's or, without one, from the mean of
            the others.
    """

    rater: Source
    interactions: int
    answers: int
    with_others: Interval
    with_expert: Interval | None
    totals: LimitsOfAgreement


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything a session shows. Its evaluations never enter an agent's average."""

    rubric: RubricRef
    interactions: tuple[str, ...]
    expert: Source | None
    criteria: tuple[CriterionAgreement, ...]
    raters: tuple[RaterAgreement, ...]
    totals: Mapping[str, IntraclassCorrelation]
    severity: CrossedEffects
    warnings: tuple[str, ...] = ()


def calibrate(
    evaluations: Sequence[Evaluation], *, expert: str | None = None, confidence: float = 0.95
) -> Calibration:
    """Compares evaluations of the same interactions by several raters on one rubric version.

    An expert, when named, is the reference and not one of the raters who are compared with one another.

    Raises:
        UsageError: several rubric versions, an interaction evaluated twice by one rater, fewer than two
            raters, or no evaluation by the expert.
    """
    rubric = one_rubric(evaluations)
    reference = _expert(evaluations, expert)
    peers = [evaluation for evaluation in evaluations if evaluation.source != reference]
    raters = sorted({each.source for each in peers}, key=lambda source: (source.kind, source.name))
    if len(raters) + (reference is not None) < 2:
        raise UsageError(
            "a calibration needs two raters", None, "let another person evaluate the same interactions"
        )
    tables = answers_by_criterion(evaluations)
    totals = {(e.interaction, e.source): e.score.percent for e in evaluations if e.score.percent is not None}
    interactions = tuple(sorted({evaluation.interaction for evaluation in evaluations}))
    observed = [
        Observation(unit, rater.name, percent)
        for (unit, rater), percent in totals.items()
        if rater != reference
    ]
    return Calibration(
        rubric=rubric,
        interactions=interactions,
        expert=reference,
        criteria=tuple(_criterion(table.of(raters), confidence) for table in tables.values()),
        raters=tuple(
            _rater(rater, raters, reference, tables, totals, confidence=confidence) for rater in raters
        ),
        totals={
            str(form): found
            for form, found in intraclass_correlations(
                [[totals.get((unit, rater)) for rater in raters] for unit in interactions],
                confidence=confidence,
            ).items()
        },
        severity=crossed_effects(observed, confidence=confidence),
        warnings=_warnings(len(interactions)),
    )


def criterion_agreement(table: CriterionAnswers, *, confidence: float = 0.95) -> CriterionAgreement:
    """Agreement of all raters of a table on its criterion."""
    return _criterion(table, confidence)


def _warnings(interactions: int) -> tuple[str, ...]:
    few = f"{interactions} interactions are too few for reliable intervals"
    return (few,) if interactions < 20 else ()


def _expert(evaluations: Sequence[Evaluation], name: str | None) -> Source | None:
    if name is None:
        return None
    found = {each.source for each in evaluations if each.source.name == name}
    if len(found) != 1:
        raise UsageError(f"'{name}' is not one of the raters", None, "name the rater who is the expert")
    return found.pop()


def _criterion(table: CriterionAnswers, confidence: float) -> CriterionAgreement:
    rows = table.rows
    figures = {
        function.__name__: function(rows, confidence=confidence)
        for function in (percent_agreement, fleiss_kappa, conger_kappa, gwet_ac1, krippendorff_alpha)
    }
    if len(table.raters) == 2:
        figures["cohen_kappa"] = cohen_kappa(rows, confidence=confidence)
    order = table.ordered
    if len(order) > 2 and len(set(table.shares.values())) == len(order):
        applicable = [tuple(None if each == NOT_APPLICABLE else each for each in row) for row in rows]
        figures["gwet_ac2"] = gwet_ac2(applicable, categories=order, confidence=confidence)
        if len(table.raters) == 2:
            figures["weighted_kappa"] = weighted_kappa(applicable, categories=order, confidence=confidence)
    return CriterionAgreement(table.criterion, figures, category_kappas(rows), _split(table))


def _split(table: CriterionAnswers) -> tuple[str, ...]:
    shares = {}
    for unit, row in zip(table.units, table.rows, strict=True):
        answers = [each for each in row if each is not None]
        pairs = len(answers) * (len(answers) - 1)
        if pairs:
            shares[unit] = sum(answers.count(each) - 1 for each in answers) / pairs
    return tuple(unit for unit in sorted(shares, key=lambda each: (shares[each], each)) if shares[unit] < 1)


def _rater(
    rater: Source,
    raters: Sequence[Source],
    reference: Source | None,
    tables: Mapping[str, CriterionAnswers],
    totals: Mapping[tuple[str, Source], float],
    *,
    confidence: float,
) -> RaterAgreement:
    others = [each for each in raters if each != rater]
    answered = sum(
        row[table.raters.index(rater)] is not None for table in tables.values() for row in table.rows
    )
    own = {unit: percent for (unit, who), percent in totals.items() if who == rater}
    pairs = []
    for unit, percent in own.items():
        compared = [reference] if reference is not None else others
        known = [totals[unit, each] for each in compared if (unit, each) in totals]
        if known:
            pairs.append((sum(known) / len(known), percent))
    expert = None if reference is None else _shared(rater, [reference], tables, confidence)
    return RaterAgreement(
        rater=rater,
        interactions=len({unit for table in tables.values() for unit in _answered_units(table, rater)}),
        answers=answered,
        with_others=_shared(rater, others, tables, confidence),
        with_expert=expert,
        totals=bland_altman(pairs, confidence=confidence),
    )


def _answered_units(table: CriterionAnswers, rater: Source) -> list[str]:
    place = table.raters.index(rater)
    return [unit for unit, row in zip(table.units, table.rows, strict=True) if row[place] is not None]


def _shared(
    rater: Source, others: Sequence[Source], tables: Mapping[str, CriterionAnswers], confidence: float
) -> Interval:
    """Share of pairs of answers that agree; whole interactions are drawn for the interval."""
    counts: dict[str, tuple[float, float]] = {}
    for table in tables.values():
        own = table.raters.index(rater)
        places = [table.raters.index(each) for each in others]
        for unit, row in zip(table.units, table.rows, strict=True):
            met = [row[place] for place in places if row[place] is not None and row[own] is not None]
            agreed, pairs = counts.get(unit, (0.0, 0.0))
            counts[unit] = (agreed + sum(each == row[own] for each in met), pairs + len(met))
    return cluster_bootstrap([pair for pair in counts.values() if pair[1]], confidence=confidence)
