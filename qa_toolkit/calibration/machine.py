"""The machine against people, criterion by criterion: what would answering it by machine change?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from qa_toolkit.calibration.answers import NOT_APPLICABLE, CriterionAnswers, answers_by_criterion
from qa_toolkit.domain.evaluation import Evaluation, Source
from qa_toolkit.errors import UsageError
from qa_toolkit.statistics import (
    FEW_UNITS,
    Agreement,
    Interval,
    cluster_bootstrap,
    cohen_kappa,
    gwet_ac1,
    percent_agreement,
    wilson,
)


@dataclass(frozen=True, slots=True)
class MachineAgreement:
    """How far the machine answers as people do.

    Attributes:
        answered: share of the interactions people answered that the machine answered, too.
        percent, kappa, ac1: machine against the answer of the people (the expert's, else the majority's).
        without_majority: interactions whose people are evenly divided; they are left out.
        missed_failures: of what people failed, the share the machine passed.
        false_failures: of what people passed, the share the machine failed.
        gain: agreement of the machine with single people less that of people with one another, over
            interactions with an answer of the machine and two of people; above 0 the machine agrees better.
        says: the same in words.
    """

    criterion: str
    answered: Interval
    percent: Agreement
    kappa: Agreement
    ac1: Agreement
    without_majority: int
    missed_failures: Interval
    false_failures: Interval
    gain: Interval
    says: str


def machine_against_people(
    evaluations: Sequence[Evaluation], *, expert: str | None = None, confidence: float = 0.95
) -> dict[str, MachineAgreement]:
    """Compares the machine's answers with people's, for each criterion of one rubric version.

    Raises:
        UsageError: there is not exactly one machine, there are no people, or the expert is not one of them.
    """
    tables = answers_by_criterion(evaluations)
    sources = {evaluation.source for evaluation in evaluations}
    machines = [source for source in sources if source.kind == "machine"]
    people = [source for source in sources if source.kind == "reviewer"]
    if len(machines) != 1 or not people:
        what = f"{len(machines)} machines and {len(people)} people"
        raise UsageError(what, None, "compare one machine with one person or more")
    if expert is not None and expert not in {source.name for source in people}:
        raise UsageError(f"'{expert}' is not one of the people", None, "name the person who is the expert")
    return {
        criterion: _compared(table, machines[0], expert, confidence) for criterion, table in tables.items()
    }


def _compared(
    table: CriterionAnswers, machine: Source, expert: str | None, confidence: float
) -> MachineAgreement:
    place = table.raters.index(machine)
    pairs: list[tuple[Hashable | None, Hashable | None]] = []
    divided = gave = asked = 0
    gains: list[tuple[float, float]] = []
    for row in table.rows:
        people = {
            rater.name: answer
            for rater, answer in zip(table.raters, row, strict=True)
            if rater != machine and answer is not None
        }
        if not people:
            continue
        asked += 1
        gave += row[place] is not None
        answer = people.get(expert) if expert is not None else _majority(list(people.values()))
        divided += answer is None and expert is None
        if answer is not None:
            pairs.append((row[place], answer))
        if row[place] is not None and len(people) > 1:
            gains.append((_gain(row[place], list(people.values())), 1.0))
    gain = cluster_bootstrap(gains, confidence=confidence)
    percent = percent_agreement(pairs, confidence=confidence)
    missed, false = _failures(table, pairs, confidence)
    return MachineAgreement(
        criterion=table.criterion,
        answered=wilson(gave, asked, confidence),
        percent=percent,
        kappa=cohen_kappa(pairs, confidence=confidence),
        ac1=gwet_ac1(pairs, confidence=confidence),
        without_majority=divided,
        missed_failures=missed,
        false_failures=false,
        gain=gain,
        says=_verdict(percent, gain),
    )


def _majority(answers: Sequence[Hashable]) -> Hashable | None:
    counts = {answer: answers.count(answer) for answer in answers}
    most = max(counts.values())
    winners = [answer for answer, count in counts.items() if count == most]
    return winners[0] if len(winners) == 1 else None


def _gain(machine: Hashable | None, people: Sequence[Hashable]) -> float:
    with_machine = people.count(machine) / len(people)
    pairs = len(people) * (len(people) - 1)
    return with_machine - sum(people.count(each) - 1 for each in people) / pairs


def _failures(
    table: CriterionAnswers, pairs: Sequence[tuple[Hashable | None, Hashable | None]], confidence: float
) -> tuple[Interval, Interval]:
    """Missed and false failures; answers that do not apply for either side do not count."""
    judged = [
        (table.passes(machine), table.passes(people))
        for machine, people in pairs
        if machine not in {None, NOT_APPLICABLE} and people not in {None, NOT_APPLICABLE}
    ]
    failed = [machine for machine, people in judged if people is False]
    passed = [machine for machine, people in judged if people is True]
    return (
        wilson(sum(each is True for each in failed), len(failed), confidence),
        wilson(sum(each is False for each in passed), len(passed), confidence),
    )


def _verdict(percent: Agreement, gain: Interval) -> str:
    if percent.units < FEW_UNITS:
        return f"{percent.units} interactions are too few to decide"
    if gain.low is None or gain.high is None or gain.estimate is None:
        return "people's agreement with one another is not known: let two people answer the same interactions"
    points = f"{100 * gain.low:+.1f} to {100 * gain.high:+.1f} points"
    if gain.low > 0:
        return f"the machine agrees with people better than they with one another ({points})"
    if gain.high < 0:
        return f"the machine agrees with people worse than they with one another ({points})"
    return f"no difference between machine and people can be told ({points})"
