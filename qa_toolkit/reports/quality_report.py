"""Puts a report together: which tables and recommendations each kind of report has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.errors import UsageError
from qa_toolkit.reports import overview as tables_of
from qa_toolkit.reports.calls import Calls
from qa_toolkit.reports.day import failures_of, newest_day
from qa_toolkit.reports.definitions import DEFINITIONS
from qa_toolkit.reports.fairness import fairness
from qa_toolkit.reports.groups import comparison, group_table, mix_table, usable_mix
from qa_toolkit.reports.quality import CRITERION, Block, states_of, usual_measure
from qa_toolkit.reports.recommending import (
    on_criteria_by,
    on_fairness,
    on_groups,
    on_reviewers,
    on_signals,
    on_sites,
    on_targets,
    on_versions,
)
from qa_toolkit.reports.reviewers import reviewer_table, severities
from qa_toolkit.reports.tables import QualityReport, Recommendation, Table, in_words, used_definitions
from qa_toolkit.reports.translation import say, translated
from qa_toolkit.reports.trend import Period, period_of, signals, stretches, trend
from qa_toolkit.reports.versions import version_table
from qa_toolkit.reports.wording import FAMILIES
from qa_toolkit.store.reporting import CountedCause

Kind = Literal[
    "unit", "site", "vendor", "team", "agent", "rubric", "criterion", "day", "machine", "drift", "keying"
]
KINDS: tuple[Kind, ...] = ("unit", "site", "vendor", "team", "agent", "rubric", "criterion", "day")
WATCHING: tuple[Kind, ...] = ("machine", "drift", "keying")
"""Reports that read more than what counts; :func:`quality_report` does not make them."""

WORK_MIX = ("transaction", "caller_type", "language", "direction", "queue")
FAIRNESS = ("language", "interpreter", "audio_quality")

_BELOW: Mapping[str, tuple[str, ...]] = {
    "unit": ("site", "vendor", "team", "agent"),
    "rubric": (),
    "criterion": ("site", "vendor", "team", "agent"),
    "site": ("team", "agent"),
    "vendor": ("site", "team", "agent"),
    "team": ("agent",),
    "agent": (),
    "day": (),
}


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a report is asked to be about.

    Attributes:
        name: which agent, team, site, vendor, criterion or keying operator; None for all of a kind. Of
            ``machine`` and ``drift`` a criterion.
        measure: what groups are compared by; None for the most telling one there is.
        targets: by measure, fractions.
        mix: columns that tell kinds of work apart.
        fairness: columns whose groups are held against each other.
        day: of the list of failures; None for the last day with calls.
    """

    kind: Kind = "unit"
    name: str | None = None
    measure: str | None = None
    targets: Mapping[str, float] = field(default_factory=dict)
    period: Period | None = None
    mix: tuple[str, ...] = WORK_MIX
    fairness: tuple[str, ...] = FAIRNESS
    day: str | None = None


def quality_report(
    calls: Mapping[str, Calls],
    request: ReportRequest,
    *,
    rubrics: Mapping[str, Rubric] | None = None,
    causes: Sequence[CountedCause] = (),
    facts: Sequence[tuple[str, str]] = (),
) -> QualityReport:
    """The report of what counts, one block of tables for each rubric.

    Raises:
        UsageError: nothing counts for what was asked, or there is no such measure or criterion.
    """
    tables: list[Table] = []
    advice: list[Recommendation] = []
    seen = 0
    for rubric, whole in calls.items():
        own = _about(whole, request)
        if not own.n:
            continue
        seen += own.n
        measure = _measure(own, request)
        if measure is None:
            continue
        block = Block(own, (rubrics or {}).get(rubric), measure, _targets(request, measure))
        everything = replace(block, calls=whole)
        tables += _tables(block, everything, request, causes)
        advice += _advice(block, everything, request)
    if not tables:
        raise UsageError(
            nothing(request), None, say("see 'qa report --help'; score or review something first")
        )
    return report_of(
        request, title_of(request), tables, advice, (*facts, (say("Calls that count"), str(seen)))
    )


def report_of(
    request: ReportRequest,
    title: str,
    tables: Sequence[Table],
    advice: Sequence[Recommendation],
    facts: Sequence[tuple[str, str]],
) -> QualityReport:
    """A report out of its tables, with the definitions of the figures in them."""
    return QualityReport(
        kind=request.kind,
        name=request.name,
        title=title,
        facts=tuple(facts),
        recommendations=tuple(advice),
        tables=tuple(map(in_words, tables)),
        definitions={
            name: translated(text) for name, text in used_definitions(tables, advice, DEFINITIONS).items()
        },
    )


def title_of(request: ReportRequest) -> str:
    """The heading of a report."""
    heads = {
        "unit": "The unit",
        "day": "Failures of the day",
        "criterion": "Criteria",
        "machine": "Machine against people",
        "drift": "Drift",
        "keying": "Keying operators",
    }
    if request.kind in WATCHING:
        head = translated(heads[request.kind])
        return f"{head}: {request.name}" if request.name else head
    head = heads.get(request.kind, f"{request.kind.capitalize()}s")
    return f"{translated(request.kind.capitalize())} {request.name}" if request.name else translated(head)


def _about(whole: Calls, request: ReportRequest) -> Calls:
    if request.name is None or request.kind not in {"site", "vendor", "team", "agent"}:
        return whole
    return whole.only(whole.columns[request.kind].where(request.name))


def _measure(own: Calls, request: ReportRequest) -> str | None:
    if request.kind == "criterion" and request.name is not None:
        return f"{CRITERION}{request.name}" if request.name in own.answers else None
    if request.measure is None:
        return usual_measure(own)
    if request.measure.startswith(CRITERION) and request.measure.removeprefix(CRITERION) not in own.answers:
        return None
    states_of(own, request.measure)
    return request.measure


def _targets(request: ReportRequest, measure: str) -> dict[str, float]:
    """Targets by measure; the one without a name is that of the measure."""
    return {name or measure: value for name, value in request.targets.items()}


def nothing(request: ReportRequest) -> str:
    """That there is nothing to report on."""
    if request.name is not None:
        kind = "criterion" if request.kind in WATCHING else request.kind
        return say("nothing counts for {kind} '{name}'", kind=translated(kind), name=request.name)
    if request.measure is not None:
        return say("nothing counts for measure '{measure}'", measure=request.measure)
    return say("nothing counts in this period")


def _tables(
    block: Block, everything: Block, request: ReportRequest, causes: Sequence[CountedCause]
) -> Iterator[Table]:
    day = request.day or newest_day(block)
    if request.kind == "day":
        if day is not None:
            yield failures_of(block, day)
        return
    period = request.period or period_of(block.calls.days.tolist())
    yield from (tables_of.overview(block), tables_of.shares(block.calls), tables_of.families(block))
    yield tables_of.criteria(block)
    yield trend(block, period)
    if request.kind != "criterion":
        yield from (tables_of.pareto(block), tables_of.root_causes(block.calls, causes))
    yield from _comparisons(block, request)
    if request.kind == "agent" and request.name is not None:
        yield from _among(everything, "agent", request)
    for column in request.fairness:
        found = fairness(block, column, usable_mix(block.calls, (*request.mix, "site")))
        if found is not None:
            yield found
    if request.kind in {"unit", "rubric", "criterion"}:
        yield from (tables_of.machine_against_people(block), version_table(block))
    if request.kind in {"unit", "rubric"}:
        people = reviewer_table(block.calls, severities(block.calls))
        if people is not None:
            yield people
    if day is not None and request.kind in {"unit", "site", "vendor", "team"}:
        yield failures_of(block, day)


def _comparisons(block: Block, request: ReportRequest) -> Iterator[Table]:
    mix = usable_mix(block.calls, request.mix)
    levels = _BELOW[request.kind]
    if request.name is None and request.kind in {"site", "vendor", "team", "agent"}:
        levels = (request.kind, *levels)
    for level in levels:
        groups = block.calls.columns[level].groups()
        if not groups:
            continue
        if level in {"site", "vendor"} and len(groups) > 1:
            yield mix_table(block, level, mix)[0]
        yield group_table(block, level, mix, comparison(block, level, mix))


def _among(everything: Block, level: str, request: ReportRequest) -> Iterator[Table]:
    """Where one agent lies among all of them, without naming the others."""
    mix = usable_mix(everything.calls, request.mix)
    whole = group_table(everything, level, mix, comparison(everything, level, mix))
    mine = tuple(row for row in whole.rows if row["name"] == request.name)
    yield replace(whole, title="Among all agents", rows=mine, chart=None)


def _advice(block: Block, everything: Block, request: ReportRequest) -> Iterator[Recommendation]:
    if request.kind == "day":
        return
    mix = usable_mix(block.calls, request.mix)
    period = request.period or period_of(block.calls.days.tolist())
    yield from on_targets(block)
    if request.kind == "agent" and request.name is not None:
        found = comparison(everything, "agent", usable_mix(everything.calls, request.mix))
        mine = replace(found, rates=tuple(rate for rate in found.rates if rate.name == request.name))
        yield from on_groups(everything, "agent", mine)
        return
    for level in ("site", "vendor"):
        if level in {request.kind, *_BELOW[request.kind]} and not (level == request.kind and request.name):
            yield from on_sites(block, level, mix)
            if request.kind != "criterion":
                yield from on_criteria_by(block, level, mix)
    for level in ("team", "agent"):
        if level in {request.kind, *_BELOW[request.kind]} and not (level == request.kind and request.name):
            yield from on_groups(block, level, comparison(block, level, mix))
    if request.kind in {"unit", "rubric", "criterion"}:
        watched = (block.measure,) if request.kind == "criterion" else _watched(block)
        yield from on_signals(block, signals(block, watched, period), period)
        yield from on_versions(block) if len(stretches(block.calls)) > 1 else ()
        yield from on_fairness(block, request.fairness, usable_mix(block.calls, (*request.mix, "site")))
    if request.kind in {"unit", "rubric"}:
        yield from on_reviewers(block, severities(block.calls))


def _watched(block: Block) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys((block.measure, *FAMILIES, *(f"{CRITERION}{name}" for name in block.criteria())))
    )
