"""``qa agreement``: how far raters agree on a table of ratings."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_json, print_table, print_warning
from qa_toolkit.cli.options import Json

if TYPE_CHECKING:
    from qa_toolkit.domain.agreement import AgreementSummary


class LevelName(StrEnum):
    """Which differences between ratings count."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


def register(cli: typer.Typer) -> None:
    cli.command("agreement")(agreement)


def agreement(
    ratings: Annotated[
        Path, typer.Argument(metavar="RATINGS.csv", help="First column unit, then one column a rater.")
    ],
    level: Annotated[LevelName, typer.Option(help="Level of measurement.")] = LevelName.NOMINAL,
    order: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="Categories from lowest to highest.", show_default=False),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Weights of one's own for kappa, CSV or JSON.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Tells how far raters agree: percent, kappas, AC1 and AC2, alpha, intraclass correlations."""
    from qa_toolkit.calibration import rating_table, read_ratings, read_weights, summarise
    from qa_toolkit.domain.contract import to_contract

    table = rating_table(
        read_ratings(ratings),
        None if order is None else [name.strip() for name in order.split(",")],
        None if weights is None else read_weights(weights),
    )
    found = summarise(table, level.value)
    if json:
        print_json(to_contract(found))
        return
    _show(found, ratings.name)
    for warning in found.warnings:
        print_warning(warning)


def _show(found: AgreementSummary, title: str) -> None:
    rows = [
        [name, _number(value), _limits(found, name), found.reasons.get(name)]
        for name, value in _figures(found).items()
    ]
    heading = f"{title}: {found.units} units, {found.paired_units} with two ratings, {found.raters} raters"
    print_table(heading, ["figure", "value>", f"{100 * found.confidence:.0f} % interval", "why not"], rows)
    shares = [[category, f"{100 * share:.1f} %"] for category, share in found.prevalence.items()]
    if len(shares) <= 20:
        print_table("Share of all ratings", ["category", "share>"], shares)


def _figures(found: AgreementSummary) -> dict[str, float | None]:
    return {
        "percent_agreement": found.percent_agreement,
        "cohen_kappa": found.cohen_kappa,
        "scott_pi": found.scott_pi,
        **{f"weighted_kappa.{kind}": value for kind, value in found.weighted_kappa.items()},
        "fleiss_kappa": found.fleiss_kappa,
        "conger_kappa": found.conger_kappa,
        "brennan_prediger": found.brennan_prediger,
        "gwet_ac1": found.gwet_ac1,
        **{f"gwet_ac2.{kind}": value for kind, value in found.gwet_ac2.items()},
        "krippendorff_alpha": found.krippendorff_alpha,
        **{f"icc.{form}": value for form, value in found.icc.items()},
    }


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _limits(found: AgreementSummary, name: str) -> str:
    low, high = found.intervals.get(name, (None, None))
    return "" if low is None or high is None else f"{low:.3f} to {high:.3f}"
