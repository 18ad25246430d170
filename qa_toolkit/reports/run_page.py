"""The page of a run: every item, what could not be scored, and what the scores say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.reports.call_page import Verdict, verdict
from qa_toolkit.reports.measures import Fact
from qa_toolkit.reports.summary import FamilyAccuracy, RubricSummary, summaries
from qa_toolkit.reports.wording import clock, limits, percent, rate
from qa_toolkit.statistics import FEW_UNITS, SMALL_N, Interval


@dataclass(frozen=True, slots=True)
class ReportItem:
    """One input of a run.

    Attributes:
        evaluation: None unless the item is ``done``.
        page: file of its call page, relative to the run page; None when there is none.
    """

    input: str
    status: Literal["done", "failed", "rejected"]
    reason: str | None = None
    evaluation: Evaluation | None = None
    agent: str | None = None
    site: str | None = None
    started_at: str | None = None
    duration_s: float | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class ReportRun:
    """What a run page is made of.

    Attributes:
        rubrics: the rubrics by id and version, for titles and questions.
        facts: what is known of the run, such as its number and when it started.
        unfinished: inputs that have no result yet.
    """

    title: str
    items: tuple[ReportItem, ...]
    rubrics: Mapping[tuple[str, str], Rubric] = field(default_factory=dict)
    facts: tuple[tuple[str, str], ...] = ()
    unfinished: int = 0


@dataclass(frozen=True, slots=True)
class CallRow:
    """One scored item in the table; the ``…_key`` values order it."""

    name: str
    page: str | None
    agent: str
    site: str
    when: str
    duration: str
    duration_key: str
    rubric: str
    percent: str
    percent_key: str
    verdict: Verdict
    open: int
    auto_failed: str
    by: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with what it rests on; ``note`` says when that is little.

    ``at``, ``low`` and ``high`` are its places in the small picture of the interval.
    """

    name: str
    value: str
    limits: str
    n: int
    note: str = ""
    extra: tuple[str, ...] = ()
    critical: str | None = None
    detail: str = ""
    at: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class RubricBlock:
    """The summary of one rubric version, written out."""

    title: str
    version: str
    totals: tuple[Figure, ...]
    families: tuple[Figure, ...]
    sections: tuple[Figure, ...]
    criteria: tuple[Figure, ...]
    shares: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """Everything the template prints; ``has`` names the columns that hold anything."""

    title: str
    facts: tuple[Fact, ...]
    rows: tuple[CallRow, ...]
    has: Mapping[str, bool]
    not_scored: tuple[ReportItem, ...]
    blocks: tuple[RubricBlock, ...]


def run_page(run: ReportRun) -> RunPage:
    """Arranges a run for its template."""
    scored = [(item, item.evaluation) for item in run.items if item.status == "done" and item.evaluation]
    found = summaries([evaluation for _, evaluation in scored], run.rubrics)
    rows = tuple(_row(item, evaluation) for item, evaluation in scored)
    return RunPage(
        title=run.title,
        facts=tuple(_facts(run, len(scored))),
        rows=rows,
        has={name: any(getattr(row, name) for row in rows) for name in ("agent", "site", "when", "duration")},
        not_scored=tuple(item for item in run.items if item.status != "done" or item.evaluation is None),
        blocks=tuple(map(_block, found)),
    )


def _facts(run: ReportRun, scored: int) -> Iterator[Fact]:
    for name, value in run.facts:
        yield Fact(name, value)
    yield Fact("Scored", f"{scored} of {len(run.items) + run.unfinished}")
    for status in ("failed", "rejected"):
        count = sum(item.status == status for item in run.items)
        yield Fact(status.capitalize(), str(count))
    if drafts := sum(item.evaluation is not None and item.evaluation.is_from_draft for item in run.items):
        yield Fact("From draft transcripts", f"{drafts}; they should not decide anything")
    if run.unfinished:
        yield Fact("Not finished", str(run.unfinished))


def _row(item: ReportItem, evaluation: Evaluation) -> CallRow:
    score = evaluation.score
    return CallRow(
        name=evaluation.interaction,
        page=item.page,
        agent=item.agent or "",
        site=item.site or "",
        when=(item.started_at or "").replace("T", " ")[:16],
        duration=clock(item.duration_s),
        duration_key="" if item.duration_s is None else f"{item.duration_s:.2f}",
        rubric=f"{evaluation.rubric.id} {evaluation.rubric.version}",
        percent=percent(score.percent),
        percent_key="" if score.percent is None else f"{score.percent:.4f}",
        verdict=verdict(score),
        open=score.open,
        auto_failed=", ".join(score.auto_failed_by),
        by=_by(evaluation),
    )


def _by(evaluation: Evaluation) -> str:
    who = "machine" if evaluation.source.kind == "machine" else evaluation.source.name
    return f"{who}, from a draft transcript" if evaluation.is_from_draft else who


def _block(summary: RubricSummary) -> RubricBlock:
    given = summary.by_machine + summary.by_person
    shares = f"Of {given} answers, the machine gave {summary.by_machine} and people gave {summary.by_person}."
    return RubricBlock(
        title=summary.title,
        version=f"{summary.rubric.id} {summary.rubric.version}",
        totals=(
            _mean("Mean score", summary.mean_percent),
            _rate("Passed, of the complete ones", summary.passed),
            _rate("Automatic fail", summary.auto_failed),
            _rate("Complete, no answer open", summary.complete),
        ),
        families=(*map(_family, summary.families), *_non_critical(summary.non_critical)),
        sections=tuple(_mean(section.title, section.mean_percent) for section in summary.sections),
        criteria=tuple(
            _rate(c.id, c.met, (str(c.not_applicable), str(c.open), str(c.errors)), c.critical, c.question)
            for c in summary.criteria
        ),
        shares=shares if given else "No answers were given.",
    )


def _family(found: FamilyAccuracy) -> Figure:
    open_in = "" if found.open_in is None else str(found.open_in)
    figure = _rate(found.family.capitalize(), found.accuracy, (str(found.failed), open_in))
    return replace(figure, value=rate(found.accuracy.estimate, 2))


def _non_critical(found: Interval | None) -> Sequence[Figure]:
    if found is None:
        return ()
    return (replace(_rate("Not critical, per answer", found, ("", "")), value=rate(found.estimate, 2)),)


def _rate(
    name: str,
    found: Interval,
    extra: tuple[str, ...] = (),
    critical: str | None = None,
    detail: str = "",
) -> Figure:
    return _figure(name, rate(found.estimate), found, 100.0, extra=extra, critical=critical, detail=detail)


def _mean(name: str, found: Interval) -> Figure:
    return _figure(name, percent(found.estimate), found, 1.0)


def _figure(
    name: str,
    value: str,
    found: Interval,
    scale: float,
    *,
    extra: tuple[str, ...] = (),
    critical: str | None = None,
    detail: str = "",
) -> Figure:
    at, low, high = (_place(v, scale) for v in (found.estimate, found.low, found.high))
    note = _few(found.n)
    return Figure(name, value, limits(found, scale), found.n, note, extra, critical, detail, at, low, high)


def _place(value: float | None, scale: float) -> float | None:
    """Where a value lies in a picture 130 wide, from 0 to 100 % (bonus points end on its edge)."""
    return None if value is None else round(5 + 1.2 * min(max(scale * value, 0.0), 100.0), 1)


def _few(n: int) -> str:
    if n == 0 or n >= SMALL_N:
        return ""
    return f"n under {FEW_UNITS if n < FEW_UNITS else SMALL_N}"
