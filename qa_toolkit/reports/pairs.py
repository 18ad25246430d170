"""The machine's answer beside the person's, criterion by criterion; blind and not blind are never mixed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from qa_toolkit.reports.calls import ABSENT, MET, NOT_APPLICABLE, NOT_MET, state_of
from qa_toolkit.store.reviewed import ReviewedCall

NA = "na"
NOT_ANSWERED = "not answered"

Change = Literal["none", "to_failure", "to_no_failure", "applicability", "other"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One criterion of one interaction that a person answered.

    Attributes:
        machine, person: answers as written, ``na`` for not applicable; of a criterion with ranges whether the
            number earns full points. ``machine`` is None where the machine did not answer.
        machine_state, person_state: states of :mod:`qa_toolkit.reports.calls`.
        seen: whether the person was shown the machine's answer.
    """

    interaction: str
    evaluation: int
    criterion: str
    version: str
    evaluator: str | None
    machine: str | None
    person: str
    machine_state: int
    person_state: int
    seen: bool
    reviewer: str
    agent: str | None
    day: str | None
    team: str | None
    site: str | None
    vendor: str | None
    language: str | None

    @property
    def both(self) -> bool:
        """Whether the machine answered, too."""
        return self.machine is not None

    @property
    def agrees(self) -> bool:
        """Whether both gave the same answer."""
        return self.machine == self.person

    @property
    def change(self) -> Change:
        """What the person's answer changed; ``none`` where there was nothing to change."""
        if not self.both or self.agrees:
            return "none"
        if NA in (self.machine, self.person):
            return "applicability"
        if (self.machine_state, self.person_state) == (MET, NOT_MET):
            return "to_failure"
        return "to_no_failure" if (self.machine_state, self.person_state) == (NOT_MET, MET) else "other"


@dataclass(frozen=True, slots=True)
class Pairs:
    """What people answered of one rubric.

    Attributes:
        seen: of the evaluations that count, whose reviewers saw the machine's answers.
        blind: of blind evaluations: one for each interaction and criterion, the answer of most.
        divided: by criterion, interactions whose blind people are evenly divided; they are left out.
    """

    seen: tuple[Pair, ...]
    blind: tuple[Pair, ...]
    divided: Mapping[str, int]

    @property
    def all(self) -> tuple[Pair, ...]:
        """Both kinds, one after the other."""
        return (*self.seen, *self.blind)


def pairs_by_rubric(rows: Iterable[ReviewedCall]) -> dict[str, Pairs]:
    """The pairs of every rubric; where nobody was shown anything, a review counts as blind.

    Of a reviewer's several blind evaluations of an interaction the last is taken.
    """
    seen: dict[str, list[Pair]] = {}
    blind: dict[str, dict[tuple[str, str], ReviewedCall]] = {}
    for row in rows:
        if row.machine_json is None:
            continue
        if row.blind or not row.proposed:
            blind.setdefault(row.rubric, {})[row.interaction, row.reviewer] = row
        elif row.counts:
            seen.setdefault(row.rubric, []).extend(_pairs(row, seen=True))
    found = {}
    for rubric in sorted({*seen, *blind}):
        single, divided = _of_most(blind.get(rubric, {}).values())
        found[rubric] = Pairs(tuple(seen.get(rubric, ())), single, divided)
    return found


def _of_most(rows: Iterable[ReviewedCall]) -> tuple[tuple[Pair, ...], Mapping[str, int]]:
    given: dict[tuple[str, str], list[Pair]] = {}
    for row in rows:
        for pair in _pairs(row, seen=False):
            given.setdefault((pair.interaction, pair.criterion), []).append(pair)
    kept: list[Pair] = []
    divided: Counter[str] = Counter()
    for (_, criterion), pairs in given.items():
        first, *others = Counter(pair.person for pair in pairs).most_common(2)
        if others and others[0][1] == first[1]:
            divided[criterion] += 1
        else:
            kept.append(next(pair for pair in pairs if pair.person == first[0]))
    return tuple(kept), divided


def _pairs(row: ReviewedCall, *, seen: bool) -> Iterator[Pair]:
    machine = {each["criterion"]: each for each in json.loads(row.machine_json or "{}").get("answers", ())}
    for given in json.loads(row.json)["answers"]:
        person = _label(given)
        proposed = machine.get(given["criterion"])
        if person is None or proposed is None:
            continue
        evaluator = proposed.get("evaluator")
        yield Pair(
            interaction=row.interaction,
            evaluation=row.evaluation,
            criterion=given["criterion"],
            version=row.version,
            evaluator=evaluator["name"] if evaluator else None,
            machine=_label(proposed),
            person=person,
            machine_state=state_of(proposed),
            person_state=state_of(given),
            seen=seen,
            reviewer=row.reviewer,
            agent=row.agent,
            day=row.day,
            team=row.team,
            site=row.site,
            vendor=row.vendor,
            language=row.language,
        )


def _label(answer: Mapping[str, Any]) -> str | None:
    """The answer as a category; None where there is none."""
    if answer["status"] == "not_applicable":
        return NA
    if answer["status"] != "answered":
        return None
    if isinstance(answer["answer"], str):
        return answer["answer"]
    state = state_of(answer)
    return None if state in (ABSENT, NOT_APPLICABLE) else "in full" if state == MET else "short of full"
