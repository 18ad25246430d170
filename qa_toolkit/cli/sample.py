"""``qa sample plan | draw | estimate``: how many to review, which, and what they say about all."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_json, print_table, print_warning
from qa_toolkit.cli.options import Json
from qa_toolkit.errors import UsageError
from qa_toolkit.whole_files import write_whole

if TYPE_CHECKING:
    from qa_toolkit.sampling import SampleEstimate, SizePlan
    from qa_toolkit.statistics import PopulationEstimate

commands = typer.Typer(help="Samples of interactions.", no_args_is_help=True)


class GoalName(StrEnum):
    """What the sample is for."""

    ESTIMATE = "estimate"
    DETECT = "detect"
    CERTIFY = "certify"
    AGENT = "agent"


class MethodName(StrEnum):
    """How interactions are drawn."""

    RANDOM = "random"
    STRATIFIED = "stratified"
    RISK = "risk"


class AllocationName(StrEnum):
    """How n is shared among strata."""

    PROPORTIONAL = "proportional"
    EQUAL = "equal"


class AgainstName(StrEnum):
    """What a change is measured against."""

    PERIOD = "period"
    STANDARD = "standard"


Confidence = Annotated[float, typer.Option(help="Confidence of the interval, a fraction.")]


def register(cli: typer.Typer) -> None:
    cli.add_typer(commands, name="sample")


@commands.command()
def plan(
    goal: Annotated[GoalName, typer.Argument(help="estimate, detect, certify or agent.")],
    margin: Annotated[float, typer.Option(help="estimate: half width of the interval.")] = 0.05,
    rate: Annotated[float | None, typer.Option(help="Expected rate.", show_default=False)] = None,
    to: Annotated[float | None, typer.Option(help="detect: rate to notice.", show_default=False)] = None,
    against: Annotated[
        AgainstName, typer.Option(help="detect: two periods or a standard.")
    ] = AgainstName.PERIOD,
    power: Annotated[float, typer.Option(help="detect: chance of noticing.")] = 0.8,
    target: Annotated[float | None, typer.Option(help="certify, agent: target.", show_default=False)] = None,
    failures: Annotated[int, typer.Option(help="certify: failures allowed.", min=0)] = 0,
    n: Annotated[
        int | None, typer.Option("--n", help="agent: interactions each.", show_default=False)
    ] = None,
    agents: Annotated[int, typer.Option(help="agent: how many agents.", min=1)] = 1,
    population: Annotated[
        int | None, typer.Option(help="Interactions there are in all.", show_default=False)
    ] = None,
    confidence: Confidence = 0.95,
    json: Json = False,
) -> None:
    """Says how many interactions a question needs, and what that number cannot show. Rates are fractions."""
    from qa_toolkit import sampling

    if goal is GoalName.ESTIMATE:
        found = sampling.plan_estimate(
            margin, rate=0.5 if rate is None else rate, population=population, confidence=confidence
        )
    elif goal is GoalName.DETECT:
        found = sampling.plan_detection(
            _needed(rate, "--rate"),
            _needed(to, "--to"),
            against=against.value,
            power=power,
            confidence=confidence,
            population=population,
        )
    elif goal is GoalName.CERTIFY:
        found = sampling.plan_certification(
            _needed(target, "--target"), failures=failures, rate=rate, confidence=confidence
        )
    else:
        found = sampling.plan_agents(
            int(_needed(n, "--n")),
            target=_needed(target, "--target"),
            rate=0.9 if rate is None else rate,
            agents=agents,
            confidence=confidence,
        )
    _show_plan(found, json=json)


@commands.command()
def draw(
    frame: Annotated[
        Path, typer.Argument(metavar="FRAME.csv", help="All interactions: id and other columns.")
    ],
    seed: Annotated[int, typer.Option(help="The same seed draws the same interactions.")],
    n: Annotated[int | None, typer.Option("--n", help="Interactions in all.", show_default=False)] = None,
    method: Annotated[
        MethodName | None, typer.Option(help="random, stratified or risk.", show_default=False)
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="COLUMN,…", help="Columns of the strata.", show_default=False)
    ] = None,
    per_stratum: Annotated[
        int | None, typer.Option(help="Interactions from each stratum.", show_default=False)
    ] = None,
    allocation: Annotated[
        AllocationName, typer.Option(help="Of n to the strata.")
    ] = AllocationName.PROPORTIONAL,
    risk: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of risks.", show_default=False)
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=A,B", help="Only these; may be repeated.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV to write.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Draws a sample that anyone can draw again from the same frame and seed."""
    from qa_toolkit.sampling import SamplingPlan, read_frame, sample_csv, sample_object
    from qa_toolkit.sampling import draw as draw_sample

    columns = tuple(name.strip() for name in by.split(",")) if by else ()
    wanted = SamplingPlan(
        n=n,
        method=method.value if method else ("risk" if risk else "stratified" if by else "random"),
        by=columns,
        allocation=allocation.value,
        per_stratum=per_stratum,
        risk=risk,
        filters=_filters(where or ()),
    )
    sample = draw_sample(read_frame(frame), wanted, seed)
    for warning in sample.warnings:
        print_warning(warning)
    text = sample_csv(sample)
    if out is not None:
        _write(out, text)
    if json:
        print_json(sample_object(sample))
    elif out is None:
        typer.echo(text, nl=False)
    else:
        typer.echo(f"{len(sample.items)} of {sample.eligible} interactions: {out}")


@commands.command()
def estimate(
    sample: Annotated[
        Path, typer.Argument(metavar="SAMPLE.csv", help="A drawn sample with a column of answers.")
    ],
    value: Annotated[str, typer.Option(metavar="COLUMN", help="The answers: yes, no, na or numbers.")],
    per: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Counts to divide by, such as opportunities.", show_default=False
        ),
    ] = None,
    machine: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The machine's answers.", show_default=False)
    ] = None,
    frame: Annotated[
        Path | None,
        typer.Option(
            metavar="FRAME.csv", help="All interactions with the machine's answers.", show_default=False
        ),
    ] = None,
    confidence: Confidence = 0.95,
    json: Json = False,
) -> None:
    """Estimates a rate or a mean of all interactions from a sample, with the weights of its draw."""
    from dataclasses import asdict

    from qa_toolkit.sampling import estimate_sample

    found = estimate_sample(sample, value, per=per, machine=machine, frame=frame, confidence=confidence)
    if json:
        print_json({"schema": "qa-toolkit/sample-estimate/1", **asdict(found)})
    else:
        _show_estimate(found)


def _needed(value: float | None, option: str) -> float:
    if value is None:
        raise UsageError(f"this goal needs {option}", None, "see 'qa sample plan --help'")
    return value


def _filters(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        column, sign, values = text.partition("=")
        if not sign or not column.strip():
            raise UsageError(f"'{text}' is no filter", None, "write --where site=Rancho,Fresno")
        found[column.strip()] = tuple(value.strip() for value in values.split(","))
    return found


def _write(path: Path, text: str) -> None:
    try:
        write_whole(path, text)
    except OSError as error:
        raise UsageError(
            f"the sample cannot be written: {error.strerror}", str(path), "give another file"
        ) from None


def _show_plan(found: SizePlan, *, json: bool) -> None:
    from dataclasses import asdict

    if json:
        print_json({"schema": "qa-toolkit/sample-plan/1", **asdict(found)})
        return
    typer.echo(f"{found.n} interactions")
    for heading, texts in (("They show", found.shows), ("They do not show", found.does_not_show)):
        if texts:
            typer.echo(f"{heading}:")
            for text in texts:
                typer.echo(f"  - {text}")


def _show_estimate(found: SampleEstimate) -> None:
    rows = [_row("people" if found.per is None else f"people, per {found.per}", found.human)]
    if found.total is not None:
        rows.append(_row("total", found.total))
    if found.assisted is not None:
        rows.append(
            ["machine alone", f"{found.assisted.machine_only:.4f}", "", "", "as wrong as the machine is"]
        )
        rows.append(_row("machine put right by people", found.assisted.corrected))
    title = f"{found.value}: {found.answered} answers of {found.drawn} drawn"
    print_table(title, ["figure", "estimate>", "interval", "n>", "method"], rows)
    for warning in (*found.warnings, *found.human.warnings):
        print_warning(warning)


def _row(name: str, found: PopulationEstimate) -> list[str]:
    if found.estimate is None:
        return [name, "–", "", str(found.n), found.reason or ""]
    limits = "" if found.low is None or found.high is None else f"{found.low:.4f} to {found.high:.4f}"
    return [name, f"{found.estimate:.4f}", limits, str(found.n), found.method]
