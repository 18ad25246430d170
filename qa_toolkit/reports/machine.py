"""The machine against people: how much it answers, how often people answer otherwise, what it misses.

People see the machine's answer and tend to keep it (verification bias), so agreement of reviews that saw
it is an upper bound. Blind evaluations stand in tables of their own, and the two are never added up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa_toolkit.reports.behind import behind_marked, newest_first
from qa_toolkit.reports.calls import FAULTY, MET, NOT_MET, OPEN, Calls, States
from qa_toolkit.reports.pairs import NOT_ANSWERED, Pair, Pairs
from qa_toolkit.reports.quality import Block
from qa_toolkit.reports.tables import Behind, Cell, Figure, Table, behind, figure
from qa_toolkit.reports.translation import in_plain_words, say, translated
from qa_toolkit.statistics import (
    FEW_UNITS,
    Agreement,
    clustered_rate,
    cohen_kappa,
    gwet_ac1,
    wilson,
)
from qa_toolkit.statistics.agreement_interval import IntervalMethod

SEEN_NOTE = (
    "These reviewers saw the machine's answer, and people tend to keep what they are shown: agreement is"
    " likely lower where they do not. The calls were not always drawn at random."
)
BLIND_NOTE = (
    "These people were shown no answer: blind reviews, ratings of closed calibration sessions, and reviews"
    " filed before the machine's. Of several people the answer of most counts; without one the call is left"
    " out."
)
KAPPA_NOTE = "Kappa falls towards 0 where failures are rare: read AC1 beside it."
MOST_LISTED = 200
MANY_UNITS = 500
GROUPS = ("version", "evaluator", "language", "site", "vendor", "team")


@dataclass(frozen=True, slots=True)
class MachineBlock:
    """Calls and pairs of one rubric; ``criteria`` are those the tables are about."""

    block: Block
    pairs: Pairs
    criteria: tuple[str, ...]
    reasons: Mapping[tuple[int, str], str]

    @property
    def rubric(self) -> str:
        """Whose calls they are."""
        return self.block.calls.rubric


def by_criterion(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    """The pairs of each criterion."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(pair.criterion, []).append(pair)
    return found


def machine_tables(found: MachineBlock, *, single: bool) -> Iterator[Table]:
    """Every table of a rubric; ``single``: they are about one criterion, so groups get coefficients."""
    yield _overview(found)
    yield _coverage(found)
    yield _by_criterion(found, seen=True)
    yield _by_criterion(found, seen=False)
    missed = _missed(found)
    if missed is not None:
        yield missed
    for column in GROUPS:
        table = _groups(found, column, single=single)
        if table is not None:
            yield table
    yield _overrides(found)


def machine_states(calls: Calls, criterion: str) -> States:
    """The machine's state of a criterion in every call, whoever's answer counts."""
    counted = calls.answers[criterion]
    proposed = calls.machine.get(criterion)
    by_machine = calls.columns["basis"].where("machine")
    if proposed is None:
        return np.where(by_machine, counted, np.int8(-4)).astype(np.int8)
    return np.where(by_machine, counted, proposed).astype(np.int8)


def coverage(calls: Calls, criteria: Sequence[str]) -> tuple[list[int], list[int]]:
    """By call, criteria the machine answered and those it could have; not applicable is neither."""
    answered, asked = np.zeros(calls.n, dtype=int), np.zeros(calls.n, dtype=int)
    for criterion in criteria:
        states = machine_states(calls, criterion)
        given = (states == MET) | (states == NOT_MET)
        answered += given
        asked += given | (states == OPEN) | (states == FAULTY)
    return answered.tolist(), asked.tolist()


def clustered(pairs: Sequence[Pair], of: Callable[[Pair], bool]) -> Figure:
    """Share of pairs, knowing that those of one interaction belong together."""
    by_call: dict[str, list[int]] = {}
    for pair in pairs:
        counts = by_call.setdefault(pair.interaction, [0, 0])
        counts[0] += of(pair)
        counts[1] += 1
    found = clustered_rate([(float(hits), float(n)) for hits, n in by_call.values()])
    shown = figure(found, "override/1")
    return Figure(
        shown.estimate,
        shown.low,
        shown.high,
        len(pairs),
        "override/1",
        "rate",
        _few(len(by_call), found.reason),
    )


def _few(n: int, reason: str | None) -> str | None:
    if reason is not None:
        return translated(reason)
    return None if n >= FEW_UNITS else say("n under {n}", n=FEW_UNITS)


def _coefficients(pairs: Sequence[Pair]) -> dict[str, Cell]:
    """AC1 and kappa; from :data:`MANY_UNITS` calls on with large-sample limits, which then are the same."""
    ratings = [(pair.machine, pair.person) for pair in pairs if pair.both]
    interval: IntervalMethod = "bootstrap" if len(ratings) < MANY_UNITS else "asymptotic"
    found = {"ac1": gwet_ac1(ratings, interval=interval), "kappa": cohen_kappa(ratings, interval=interval)}
    return {name: _coefficient(each, f"{name}/1") for name, each in found.items()}


def _coefficient(found: Agreement, definition: str) -> Figure:
    note = _few(found.units, found.reason)
    return Figure(found.estimate, found.low, found.high, found.units, definition, "ratio", note)


def _overview(found: MachineBlock) -> Table:
    answered, asked = coverage(found.block.calls, found.criteria)
    counts = [(float(a), float(n)) for a, n in zip(answered, asked, strict=True) if n]
    share = clustered_rate(counts)
    shown = figure(share, "coverage/1")
    seen, blind = (
        [p for p in pairs if p.criterion in found.criteria and p.both]
        for pairs in (found.pairs.seen, found.pairs.blind)
    )
    total = int(sum(asked))
    rows: list[Mapping[str, Cell]] = [
        {
            "name": say("Answered by the machine"),
            "value": Figure(shown.estimate, shown.low, shown.high, total, "coverage/1", "rate", shown.note),
            "calls": found.block.calls.n,
        },
        {
            "name": say("Overridden, answer seen"),
            "value": clustered(seen, lambda p: not p.agrees),
            "calls": len({p.interaction for p in seen}),
        },
        {
            "name": say("Answered otherwise, blind"),
            "value": clustered(blind, lambda p: not p.agrees),
            "calls": len({p.interaction for p in blind}),
        },
    ]
    columns = (("name", "Answers"), ("value", "Share"), ("calls", "Calls"))
    note = (
        "Answered: of the answers to criteria that applied; what the machine is not sure of it leaves to"
        " people. n counts answers; the limits know that answers of one call belong together."
    )
    return Table("machine_overview", "Machine and people", found.rubric, columns, tuple(rows), note)


def _coverage(found: MachineBlock) -> Table:
    calls = found.block.calls
    rows: list[Mapping[str, Cell]] = []
    named: list[Behind] = []
    order = newest_first(calls)
    for name in found.criteria:
        states, now = machine_states(calls, name), found.block.criterion(name)
        given = (states == MET) | (states == NOT_MET)
        left = (states == OPEN) | (states == FAULTY)
        rows.append(
            {
                "name": name,
                "question": now.question if now else say("not in the newest version"),
                "critical": translated(now.critical) if now and now.critical != "none" else None,
                "evaluator": now.evaluator.name if now else None,
                "value": figure(wilson(int(given.sum()), int((given | left).sum())), "coverage/1"),
                "open": int((states == OPEN).sum()),
                "failed_evaluators": int((states == FAULTY).sum()),
            }
        )
        named.append(behind_marked(calls, order, left, given | left))
    columns = (
        ("name", "Criterion"),
        ("question", "Question"),
        ("critical", "Critical"),
        ("evaluator", "Evaluator"),
        ("value", "Answered by the machine"),
        ("open", "Left to people"),
        ("failed_evaluators", "Evaluator failed"),
    )
    note = "Behind each row: calls the machine left to people first."
    title = "What the machine answers"
    return Table("machine_coverage", title, found.rubric, columns, tuple(rows), note, behind=tuple(named))


def _by_criterion(found: MachineBlock, *, seen: bool) -> Table:
    pairs = found.pairs.seen if seen else found.pairs.blind
    rows: list[Mapping[str, Cell]] = []
    named: list[Behind] = []
    of = by_criterion(pairs)
    for name in found.criteria if pairs else ():
        own = of.get(name, [])
        both = [pair for pair in own if pair.both]
        changes = Counter(pair.change for pair in both)
        failed = sum(pair.person_state == NOT_MET for pair in both)
        judged = failed + sum(pair.person_state == MET for pair in both)
        rows.append(
            {
                "name": name,
                "overridden": figure(wilson(len(both) - changes["none"], len(both)), "override/1"),
                "to_failure": changes["to_failure"],
                "to_no_failure": changes["to_no_failure"],
                "applicability": changes["applicability"],
                "other": changes["other"],
                "agreement": figure(wilson(changes["none"], len(both)), "agreement/1"),
                **_coefficients(own),
                "prevalence": figure(wilson(failed, judged), "failed_by_people/1"),
                "divided": None if seen else found.pairs.divided.get(name, 0),
            }
        )
        named.append(_behind(both))
    other = "Overridden" if seen else "Answered otherwise"
    columns = [
        ("name", "Criterion"),
        ("overridden", other),
        ("to_failure", "To a failure"),
        ("to_no_failure", "To no failure"),
        ("applicability", "To or from not applicable"),
        ("other", "To another answer"),
        ("agreement", "Agreement"),
        ("ac1", "AC1"),
        ("kappa", "Kappa"),
        ("prevalence", "Failures by people"),
    ]
    if not seen:
        columns.append(("divided", "People divided"))
    title = "Where people saw the machine's answer" if seen else "Where people answered blind"
    note = f"{SEEN_NOTE if seen else BLIND_NOTE} {KAPPA_NOTE}"
    name = "machine_seen" if seen else "machine_blind"
    return Table(name, title, found.rubric, tuple(columns), tuple(rows), note, behind=tuple(named))


def _behind(pairs: Sequence[Pair]) -> Behind:
    """The interactions of the pairs: those answered otherwise first, the newest in front."""
    otherwise: dict[str, bool] = {}
    for pair in sorted(pairs, key=lambda p: (p.day or "", p.interaction), reverse=True):
        otherwise[pair.interaction] = otherwise.get(pair.interaction, False) or not pair.agrees
    return behind(list(otherwise), list(otherwise.values()))


def _missed(found: MachineBlock) -> Table | None:
    """What people failed and the machine did not, of critical criteria; None where there is none."""
    rows: list[Mapping[str, Cell]] = []
    named: list[Behind] = []
    families = [(c, now.critical) for c in found.criteria if (now := found.block.criterion(c))]
    both = ((True, by_criterion(found.pairs.seen)), (False, by_criterion(found.pairs.blind)))
    for family in ("compliance", "customer", "business"):
        for name in [c for c, critical in families if critical == family]:
            for seen, pairs in both:
                judged = [p for p in pairs.get(name, []) if p.machine_state in (MET, NOT_MET)]
                if not judged:
                    continue
                failures = [p for p in judged if p.person_state == NOT_MET]
                fine = [p for p in judged if p.person_state == MET]
                slipped = sum(p.machine_state == MET for p in failures)
                wrong = sum(p.machine_state == NOT_MET for p in fine)
                rows.append(
                    {
                        "name": name,
                        "family": translated(family),
                        "how": say("answer seen") if seen else say("blind"),
                        "missed": figure(wilson(slipped, len(failures)), "failures_missed/1"),
                        "missed_count": slipped,
                        "false": figure(wilson(wrong, len(fine)), "false_failures/1"),
                    }
                )
                named.append(_behind([p for p in judged if p.change == "to_failure"]))
    if not rows:
        return None
    columns = (
        ("name", "Criterion"),
        ("family", "Family"),
        ("how", "People"),
        ("missed", "Failures missed"),
        ("missed_count", "Missed"),
        ("false", "Failed wrongly"),
    )
    note = (
        "Missed: of the failures people found and the machine answered, those it answered as no failure. Who"
        " sees 'no failure' looks less closely, so the true share is likely higher than where the answer was"
        " seen."
    )
    title = "Critical failures the machine missed"
    return Table("machine_missed", title, found.rubric, columns, tuple(rows), note, behind=tuple(named))


def _groups(found: MachineBlock, column: str, *, single: bool) -> Table | None:
    """Agreement by a fact of the call or by the evaluator; None where it tells nothing apart."""
    own = [p for p in found.pairs.all if p.criterion in found.criteria and p.both]
    values = sorted({value for p in own if (value := getattr(p, column))})
    if len(values) < 2 and not (column in ("version", "evaluator") and values):
        return None
    rows: list[Mapping[str, Cell]] = []
    named: list[Behind] = []
    for value in values:
        chosen = [p for p in own if getattr(p, column) == value]
        for seen in (True, False):
            part = [p for p in chosen if p.seen is seen]
            if not part:
                continue
            row: dict[str, Cell] = {
                "name": translated(value) if column == "language" else value,
                "how": say("answer seen") if seen else say("blind"),
                "calls": len({p.interaction for p in part}),
                "overridden": clustered(part, lambda p: not p.agrees),
                "to_failure": sum(p.change == "to_failure" for p in part),
                "to_no_failure": sum(p.change == "to_no_failure" for p in part),
            }
            if single:
                row |= _coefficients(part)
            rows.append(row)
            named.append(_behind(part))
    head = {"version": "Rubric version"}.get(column, column.capitalize())
    columns = [
        ("name", head),
        ("how", "People"),
        ("calls", "Calls"),
        ("overridden", "Answered otherwise"),
        ("to_failure", "To a failure"),
        ("to_no_failure", "To no failure"),
    ]
    if single:
        columns += [("ac1", "AC1"), ("kappa", "Kappa")]
    note = (
        "n counts answers; the limits know that answers of one call belong together. In alphabetical order."
    )
    title = f"Machine against people by {head.lower()}"
    return Table(
        f"machine_{column}", title, found.rubric, tuple(columns), tuple(rows), note, behind=tuple(named)
    )


def _overrides(found: MachineBlock) -> Table:
    """Every answer people changed, the newest first."""
    own = [p for p in found.pairs.seen if p.criterion in found.criteria and p.both and not p.agrees]
    own.sort(key=lambda p: (p.day or "", p.interaction, p.criterion), reverse=True)
    rows: list[Mapping[str, Cell]] = [
        {
            "name": p.interaction,
            "day": p.day,
            "criterion": p.criterion,
            "machine": translated(p.machine or NOT_ANSWERED),
            "person": translated(p.person),
            "reason": in_plain_words(found.reasons.get((p.evaluation, p.criterion)) or "") or None,
            "evaluator": p.evaluator,
            "site": p.site,
            "reviewer": p.reviewer,
        }
        for p in own[:MOST_LISTED]
    ]
    columns = (
        ("name", "Interaction"),
        ("day", "Day"),
        ("criterion", "Criterion"),
        ("machine", "Machine"),
        ("person", "Person"),
        ("reason", "Reason"),
        ("evaluator", "Evaluator"),
        ("site", "Site"),
        ("reviewer", "Reviewer"),
    )
    note = say(
        "The newest {n} of {all} answers that people changed after seeing them.", n=len(rows), all=len(own)
    )
    named = tuple(behind([p.interaction]) for p in own[:MOST_LISTED])
    return Table(
        "machine_overrides", "Overridden answers", found.rubric, columns, tuple(rows), note, behind=named
    )
