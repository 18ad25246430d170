"""The page of a run: the figures of the trade, each with its n and interval, and what was not scored."""

from __future__ import annotations

from dataclasses import replace

import pytest
from page_reader import Page, assert_sound

from qa_toolkit.domain import (
    Answer,
    AnswerStatus,
    CriticalCount,
    Evaluation,
    RubricRef,
    Score,
    SectionScore,
    Source,
)
from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.reports import ReportItem, ReportRun, run_report
from qa_toolkit.reports.summary import accuracy_per_opportunity, family_accuracy, summaries

MACHINE = Source("machine", "qa_toolkit")
REF = RubricRef("inbound", "1.0.0", "f" * 64)
YES, NO = (
    Answer("Q", AnswerStatus.ANSWERED, value, points, 1.0) for value, points in (("yes", 1.0), ("no", 0.0))
)


def judged(
    number: int,
    *answers: Answer,
    critical: dict[str, CriticalCount] | None = None,
    source: Source = MACHINE,
    **score: object,
) -> Evaluation:
    """An evaluation with a score as given; complete and passed unless said otherwise."""
    figures = {
        "percent": 100.0,
        "points": 1.0,
        "max_points": 1.0,
        "complete": True,
        "open": 0,
        "passed": True,
    }
    return Evaluation(
        f"call-{number}", REF, source, answers, Score(**figures | score, critical=critical or {})
    )


def with_critical(failed: dict[str, int]) -> dict[str, CriticalCount]:
    return {
        family: CriticalCount(3, failed.get(family, 0)) for family in ("customer", "business", "compliance")
    }


@pytest.fixture
def sixty_calls() -> list[Evaluation]:
    """60 calls; 5 customer-critical errors on 3 of them; 2 calls with business, 1 with compliance errors."""
    failed = {0: {"customer": 2}, 1: {"customer": 2, "business": 1}, 2: {"customer": 1}, 3: {"business": 1}}
    failed[4] = {"compliance": 1}
    return [judged(n, critical=with_critical(failed.get(n, {}))) for n in range(60)]


@pytest.mark.parametrize(
    ("family", "percent", "low", "high"),
    [
        ("customer", 95.00, 86.30, 98.29),
        ("business", 96.67, 88.64, 99.08),
        ("compliance", 98.33, 91.14, 99.71),
    ],
)
def test_critical_error_accuracy(
    sixty_calls: list[Evaluation], family: str, percent: float, low: float, high: float
) -> None:
    """Counted by transaction, in families: two errors in one call count once."""
    found = family_accuracy(family, sixty_calls).accuracy
    assert (100 * found.estimate, 100 * found.low, 100 * found.high) == pytest.approx(
        (percent, low, high), abs=0.006
    )
    assert found.n == 60


def test_transactions_to_which_a_family_did_not_apply_do_not_count(sixty_calls: list[Evaluation]) -> None:
    others = [judged(100 + n, critical={"customer": CriticalCount(0, 0)}) for n in range(20)]
    assert family_accuracy("customer", sixty_calls + others) == family_accuracy("customer", sixty_calls)
    nowhere = family_accuracy("business", others).accuracy
    assert (nowhere.estimate, nowhere.n, nowhere.reason) == (None, 0, "there are no items")


def test_the_page_prints_them(sixty_calls: list[Evaluation]) -> None:
    words = read(sixty_calls).words
    assert "Customer 95.00 % 86.3–98.3 % 60 3" in words
    assert "Business 96.67 % 88.6–99.1 % 60 2" in words
    assert "Compliance 98.33 % 91.1–99.7 % 60 1" in words


RUBRIC = Rubric.model_validate(
    {
        "id": "inbound",
        "version": "1.0.0",
        "title": "Inbound",
        "sections": [
            {
                "id": "all",
                "title": "Everything",
                "criteria": [
                    *({"id": f"Q{n}", "question": f"Question {n}?"} for n in range(12)),
                    {"id": "C", "question": "Critical?", "critical": "customer"},
                ],
            }
        ],
    }
)


def test_accuracy_of_what_is_not_critical_is_counted_per_opportunity() -> None:
    """60 calls of 12 items, 31 errors: 1 - 31/720; errors of critical items are not among them."""
    wrong = {(call, item) for call in range(31) for item in [call % 12]}
    evaluations = [
        judged(
            call,
            *(replace(NO if (call, item) in wrong else YES, criterion=f"Q{item}") for item in range(12)),
            replace(NO, criterion="C"),
        )
        for call in range(60)
    ]
    found = accuracy_per_opportunity(evaluations, RUBRIC)
    assert 100 * found.estimate == pytest.approx(95.69, abs=0.005)
    assert found.low < found.estimate < found.high
    assert found.n == 60


def test_rates_of_criteria_and_sections() -> None:
    states = [YES, YES, NO, replace(NO, status=AnswerStatus.UNANSWERED, points=None)]
    states += [
        replace(NO, status=AnswerStatus.NOT_APPLICABLE, points=None),
        replace(NO, status=AnswerStatus.ERROR, points=None),
    ]
    evaluations = [
        judged(
            n, replace(state, criterion="Q1"), sections=(SectionScore("all", [50.0, None][n % 2], 0.5, 1.0),)
        )
        for n, state in enumerate(states)
    ]
    (summary,) = summaries(evaluations, {("inbound", "1.0.0"): RUBRIC})
    found = next(criterion for criterion in summary.criteria if criterion.id == "Q1")
    assert (found.met.estimate, found.met.n) == (pytest.approx(2 / 3), 3)
    assert (found.not_applicable, found.open, found.errors) == (1, 1, 1)
    (section,) = summary.sections
    assert (section.title, section.mean_percent.estimate, section.mean_percent.n) == ("Everything", 50.0, 3)


def test_passes_are_counted_among_the_complete() -> None:
    """An automatic fail is known early; among incomplete evaluations only fails would be counted."""
    evaluations = [judged(n, passed=n < 18) for n in range(20)]
    evaluations += [judged(n, passed=None, complete=False, open=1) for n in range(20, 23)]
    evaluations += [
        judged(n, passed=False, complete=False, open=1, auto_failed_by=("Q",)) for n in range(23, 25)
    ]
    (summary,) = summaries(evaluations, {})
    assert (summary.passed.estimate, summary.passed.n) == (0.9, 20)
    assert (round(summary.passed.low, 4), round(summary.passed.high, 4)) == (0.6990, 0.9721)
    assert (summary.complete.estimate, summary.n) == (0.8, 25)
    assert summary.auto_failed.estimate == 2 / 25


def test_versions_and_sources_are_kept_apart() -> None:
    newer = replace(REF, version="1.1.0")
    by_person = judged(2, YES, YES, source=Source("reviewer", "ana"))
    evaluations = [judged(1, YES, NO, YES), by_person, replace(judged(3, NO), rubric=newer)]
    first, second = summaries(evaluations, {})
    assert (first.rubric.version, first.n, first.by_machine, first.by_person) == ("1.0.0", 2, 3, 2)
    assert (second.rubric.version, second.n) == ("1.1.0", 1)
    words = read(evaluations).words
    assert "Of 5 answers, the machine gave 3 and people gave 2." in words


def read(evaluations: list[Evaluation], *others: ReportItem, **facts: object) -> Page:
    items = tuple(ReportItem(f"{e.interaction}.wav", "done", evaluation=e) for e in evaluations)
    return assert_sound(run_report(ReportRun("Run 7", items + others, **facts)))


def test_no_rate_stands_without_its_n_and_interval(sixty_calls: list[Evaluation]) -> None:
    source = run_report(
        ReportRun("Run 7", tuple(ReportItem("x", "done", evaluation=e) for e in sixty_calls[:25]))
    )
    figures = [row for row in source.split("<tr>") if "<svg" in row]
    assert len(figures) >= 7
    for row in figures:
        assert "n under 30" in row
        assert row.count('class="number"') >= 2
        assert "–" in Page(f"<table><tr>{row}").words


def test_what_was_not_scored_is_named_and_counted_nowhere(sixty_calls: list[Evaluation]) -> None:
    page = read(
        sixty_calls[:2],
        ReportItem("broken.wav", "failed", "the file holds no sound"),
        ReportItem("out.wav", "rejected", "the rubric is for inbound calls"),
        unfinished=3,
    )
    assert "Scored 2 of 7 Failed 1 Rejected 1 Not finished 3" in page.words
    assert "broken.wav Failed the file holds no sound" in page.words
    assert "out.wav Rejected the rubric is for inbound calls" in page.words
    assert "Mean score 100.0 %" in page.words


def test_rows_sort_by_number_and_by_name() -> None:
    evaluations = [judged(1, percent=9.5), judged(2, percent=100.0), judged(3, percent=None, passed=None)]
    page = read(evaluations)
    keys = [cell["data-sort"] for cell in page.of("td") if "data-sort" in cell]
    assert {"9.5000", "100.0000", ""} <= set(keys)
    assert len(page.of("table", "sortable")) == 1
    assert all(cell.get("type") == "button" for cell in page.of("button"))


def test_links_lead_to_the_call_pages() -> None:
    item = ReportItem(
        "a.wav",
        "done",
        evaluation=judged(1),
        agent="A-1",
        site="Rancho",
        duration_s=61.0,
        page="calls/a b.html",
    )
    page = assert_sound(run_report(ReportRun("Run 7", (item,))))
    assert "calls/a%20b.html" in page.links
    assert "A-1 Rancho 1:01" in page.words


def test_an_empty_run() -> None:
    page = read([])
    assert "Nothing was scored." in page.words
    assert "Scored 0 of 0" in page.words


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "\"' onclick=x", "</script>", "\ud800", "//host/x", "<b>" * 9]
)
def test_text_from_outside_stays_text(text: str) -> None:
    evaluation = replace(
        judged(1, replace(NO, criterion=text), auto_failed_by=(text,), sections=(SectionScore(text, 1.0),)),
        interaction=text, rubric=RubricRef(text, text, text), source=Source("reviewer", text),
    )  # fmt: skip
    item = ReportItem(text, "done", None, evaluation, text, text, text, 1.0, text)
    run = ReportRun(text, (item, ReportItem(text, "failed", text)), facts=((text, text),))
    source = run_report(run)
    page = assert_sound(source)
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert "http" not in source
    source.encode("utf-8")
