"""What the calls of a report say together: rates, families, criteria, causes, and who answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.reports.behind import behind_states, newest_first
from qa_toolkit.reports.calls import DRAFT, FAULTY, NOT_APPLICABLE, OPEN, Calls, counts_of
from qa_toolkit.reports.charts import Bar, pareto_chart
from qa_toolkit.reports.quality import CRITERION, Block, mean_score, non_critical, rate_of
from qa_toolkit.reports.tables import Behind, Cell, Figure, Table, figure
from qa_toolkit.reports.translation import first_upper, say, translated
from qa_toolkit.reports.wording import FAMILIES
from qa_toolkit.statistics import wilson
from qa_toolkit.store.reporting import CountedCause

BASES = ("machine", "review", "dispute")


def overview(block: Block) -> Table:
    """Pass rate, automatic fails, completeness and mean score."""
    calls = block.calls
    rows: list[Mapping[str, Cell]] = [
        {
            "name": first_upper(say("passed")),
            "value": rate_of(calls, "passed"),
            "target": block.targets.get("passed"),
        },
        {
            "name": say("Without automatic fail"),
            "value": rate_of(calls, "no_auto_fail"),
            "target": block.targets.get("no_auto_fail"),
        },
        {
            "name": say("Complete, no answer open"),
            "value": figure(wilson(int(calls.complete.sum()), calls.n), "complete/1"),
        },
        {"name": say("Mean score"), "value": mean_score(calls)},
    ]
    columns = (("name", "All calls"), ("value", "Value"), ("target", "Target"))
    return Table("overview", "Overview", calls.rubric, columns, tuple(rows))


def shares(calls: Calls) -> Table:
    """Which evaluations count: the machine's, reviews, outcomes of disputes."""
    basis = calls.columns["basis"]
    rows: list[Mapping[str, Cell]] = [
        {
            "name": translated(name),
            "calls": int(basis.where(name).sum()),
            "value": figure(wilson(int(basis.where(name).sum()), calls.n), "share_of_calls/1"),
        }
        for name in BASES
    ]
    note = say(
        "What counts of a call: the outcome of a dispute, else the submitted review, else the machine."
    )
    if drafts := int(calls.columns[DRAFT].where("yes").sum()):
        note += " " + say(
            "{drafts} of {n} rest on draft transcripts and should decide nothing.", drafts=drafts, n=calls.n
        )
    columns = (("name", "What counts"), ("calls", "Calls"), ("value", "Share"))
    return Table("basis", "Who answered", calls.rubric, columns, tuple(rows), note)


def families(block: Block) -> Table:
    """Critical-error accuracy by family, never blended, and what is not critical per opportunity."""
    calls = block.calls
    rows: list[Mapping[str, Cell]] = []
    for family in FAMILIES:
        met, n = counts_of(calls.families[family])
        found = figure(wilson(met, n), "critical_accuracy/1")
        target = block.targets.get(family)
        rows.append(
            {
                "name": translated(family.capitalize()),
                "value": found,
                "with_error": n - met,
                "target": target,
                "against_target": against(found, target),
            }
        )
    plain = non_critical(block)
    if plain is not None:
        rows.append({"name": say("Not critical, per answer"), "value": plain})
    columns = (
        ("name", "Family"),
        ("value", "Accuracy"),
        ("with_error", "Calls with error"),
        ("target", "Target"),
        ("against_target", "Against the target"),
    )
    note = "Two errors of a family in one call count once; the families are never blended into one figure."
    order = newest_first(calls)
    named = [behind_states(calls, order, calls.families[family]) for family in FAMILIES]
    named += [Behind((), 0, 0)] * (len(rows) - len(named))
    title = "Critical-error accuracy"
    return Table("families", title, calls.rubric, columns, tuple(rows), note, behind=tuple(named))


def against(found: Figure, target: float | None) -> str | None:
    """On which side of a target the rate lies, if its interval settles it; None without target or limits."""
    if target is None or found.low is None or found.high is None:
        return None
    if found.low >= target:
        return say("met")
    return say("missed") if found.high < target else say("cannot be told from {n}", n=found.n)


def criteria(block: Block) -> Table:
    """Every criterion of the form with how often it was met, and why it did not count."""
    rows = []
    named, order = [], newest_first(block.calls)
    for name in block.criteria():
        named.append(behind_states(block.calls, order, block.calls.answers[name]))
        states, found = block.calls.answers[name], block.criterion(name)
        rows.append(
            {
                "name": name,
                "question": found.question if found else say("not in the newest version"),
                "critical": translated(found.critical) if found and found.critical != "none" else None,
                "value": rate_of(block.calls, f"{CRITERION}{name}"),
                "not_applicable": int((states == NOT_APPLICABLE).sum()),
                "open": int((states == OPEN).sum()),
                "failed_evaluators": int((states == FAULTY).sum()),
            }
        )
    columns = (
        ("name", "Criterion"),
        ("question", "Question"),
        ("critical", "Critical"),
        ("value", "Met in full"),
        ("not_applicable", "Not applicable"),
        ("open", "Not answered"),
        ("failed_evaluators", "Evaluator failed"),
    )
    return Table("criteria", "Criteria", block.calls.rubric, columns, tuple(rows), behind=tuple(named))


def pareto(block: Block) -> Table:
    """Criteria by how often they were short of full points, with the share they make up together."""
    counts = Counter(
        {
            name: n - met
            for name, states in block.calls.answers.items()
            for met, n in [counts_of(states)]
            if n > met
        }
    )
    note = "Half a dozen criteria usually make up most of what is lost: start at the top."
    return _ranked(
        "pareto", "Failed criteria", block.calls.rubric, counts, definition="share_of_faults/1", note=note
    )


def root_causes(calls: Calls, causes: Iterable[CountedCause]) -> Table:
    """Root causes that reviewers gave in what counts."""
    inside = set(calls.interactions)
    counts = Counter(c.cause for c in causes if c.rubric == calls.rubric and c.interaction in inside)
    note = "Given by reviewers, so only calls that people looked at are in it."
    return _ranked(
        "root_causes", "Root causes", calls.rubric, counts, definition="share_of_causes/1", note=note
    )


def _ranked(
    name: str, title: str, rubric: str, counts: Mapping[str, int], *, definition: str, note: str
) -> Table:
    total, running = sum(counts.values()), 0
    rows: list[Mapping[str, Cell]] = []
    bars = []
    for each, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        running += count
        share = Figure(count / total, None, None, total, definition)
        rows.append({"name": translated(each), "count": count, "share": share, "cumulative": running / total})
        bars.append(Bar(translated(each), count, running / total))
    columns = (("name", "Name"), ("count", "Count"), ("share", "Share"), ("cumulative", "Share so far"))
    return Table(name, title, rubric, columns, tuple(rows), note, pareto_chart(bars, translated(title)))


def machine_against_people(block: Block) -> Table:
    """Where people decided: how often the machine failed wrongly or missed a failure, by criterion."""
    rows: list[Mapping[str, Cell]] = []
    for name in block.criteria():
        if name not in block.calls.machine:
            continue
        wrongly, missed = machine_errors(block.calls, [name])
        rows.append({"name": name, "failed_wrongly": wrongly, "missed": missed})
    columns = (("name", "Criterion"), ("failed_wrongly", "Failed wrongly"), ("missed", "Failure missed"))
    note = (
        "People saw the machine's answer unless they worked blind; what they looked at was not always drawn"
        " at random."
    )
    return Table("machine", "Machine against people", block.calls.rubric, columns, tuple(rows), note)


def machine_errors(
    calls: Calls,
    names: Sequence[str],
    chosen: NDArray[np.bool_] | None = None,
) -> tuple[Figure, Figure]:
    """Failures the machine found and people did not, and the other way round, over some criteria."""
    wrong = failed = slipped = fine = 0
    for name in names:
        machine, people = calls.machine[name], calls.answers[name]
        if chosen is not None:
            machine, people = machine[chosen], people[chosen]
        both = (machine >= 0) & (people >= 0)
        failed += int((both & (machine == 0)).sum())
        fine += int((both & (machine == 1)).sum())
        wrong += int((both & (machine == 0) & (people == 1)).sum())
        slipped += int((both & (machine == 1) & (people == 0)).sum())
    return (
        figure(wilson(wrong, failed), "machine_failed_wrongly/1"),
        figure(wilson(slipped, fine), "machine_missed/1"),
    )
