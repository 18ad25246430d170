"""Everything that counts under one rubric as columns, so that a year of calls is grouped in a moment."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.domain.evaluation import FROM_DRAFT
from qa_toolkit.reports.wording import FAMILIES
from qa_toolkit.store.reporting import CountedCall

States = NDArray[np.int8]
Codes = NDArray[np.int64]

MET, NOT_MET, NOT_APPLICABLE, OPEN, FAULTY, ABSENT = 1, 0, -1, -2, -3, -4
"""State of an answer or a verdict. Only the first two count; ``FAULTY`` is an evaluator that failed."""

FACTS = ("version", "basis", "reviewer", "agent", "team", "site", "vendor", "queue", "direction", "language")


MACHINE = "evaluators"
"""Column of the evaluators behind the machine's answers with their versions, ``name version, …``."""
DRAFT = "draft"
"""Column that says ``yes`` where an evaluation rests on a transcript of the quick profile, else ``no``."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A value of each call as a code; -1 where there is none."""

    codes: Codes
    values: tuple[str, ...]

    def where(self, value: str) -> NDArray[np.bool_]:
        """Which calls have that value; none for a value nobody has."""
        if value not in self.values:
            return np.zeros(len(self.codes), dtype=bool)
        return np.asarray(self.codes == self.values.index(value))

    def groups(self) -> dict[str, NDArray[np.bool_]]:
        """The calls of each value that occurs, by value."""
        used = np.unique(self.codes[self.codes >= 0])
        return {v: self.codes == c for v, c in sorted((self.values[int(code)], code) for code in used)}

    def of(self, place: int) -> str | None:
        """The value of one call; None where it has none."""
        code = int(self.codes[place])
        return None if code < 0 else self.values[code]


@dataclass(frozen=True, slots=True, eq=False)
class Calls:
    """Calls of one rubric, a row each.

    Attributes:
        columns: facts by name; metadata and derived values stand among them.
        days: ISO days, empty text where there is none.
        percent: score, NaN where there is none; never shown as such.
        passed: MET, NOT_MET, or OPEN where the evaluation is not complete.
        no_auto_fail: MET unless an auto-fail was answered.
        complete: whether nothing is open.
        families: state of each critical family; NOT_APPLICABLE where nothing of it was answered.
        answers: state of each criterion.
        machine: the machine's state of each criterion where a person's evaluation counts, else ABSENT.
        auto_failed_by: criteria that failed a call as a whole, by row.
    """

    rubric: str
    interactions: tuple[str, ...]
    started: tuple[str | None, ...]
    columns: Mapping[str, Column]
    days: NDArray[np.str_]
    percent: NDArray[np.float64]
    passed: States
    no_auto_fail: States
    complete: NDArray[np.bool_]
    families: Mapping[str, States]
    answers: Mapping[str, States]
    machine: Mapping[str, States] = field(default_factory=dict)
    auto_failed_by: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Number of calls."""
        return len(self.interactions)

    def only(self, chosen: NDArray[np.bool_]) -> Calls:
        """The calls for which ``chosen`` is true."""
        places = np.flatnonzero(chosen)
        moved = {int(old): new for new, old in enumerate(places)}
        return replace(
            self,
            interactions=tuple(self.interactions[i] for i in places),
            started=tuple(self.started[i] for i in places),
            columns={k: Column(c.codes[places], c.values) for k, c in self.columns.items()},
            days=self.days[places],
            percent=self.percent[places],
            passed=self.passed[places],
            no_auto_fail=self.no_auto_fail[places],
            complete=self.complete[places],
            families={k: s[places] for k, s in self.families.items()},
            answers={k: s[places] for k, s in self.answers.items()},
            machine={k: s[places] for k, s in self.machine.items()},
            auto_failed_by={moved[i]: by for i, by in self.auto_failed_by.items() if i in moved},
        )


def counts_of(states: States, chosen: NDArray[np.bool_] | None = None) -> tuple[int, int]:
    """Successes and items among the states that count."""
    used = states if chosen is None else states[chosen]
    met = int((used == MET).sum())
    return met, met + int((used == NOT_MET).sum())


def read_calls(rows: Iterable[CountedCall], metadata: Sequence[str] = ()) -> dict[str, Calls]:
    """Columns of every rubric in ``rows``.

    Args:
        metadata: names of metadata values to keep as columns beside the facts of :data:`FACTS`.
    """
    found: dict[str, _Collected] = {}
    for row in rows:
        found.setdefault(row.rubric, _Collected(row.rubric, tuple(metadata))).add(row)
    return {rubric: found[rubric].finished() for rubric in sorted(found)}


class _Coded:
    """A column while it is being read."""

    def __init__(self) -> None:
        self.codes = array("q")
        self.known: dict[str, int] = {}

    def add(self, value: object) -> None:
        if value is None or value == "":
            self.codes.append(-1)
            return
        text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        self.codes.append(self.known.setdefault(text, len(self.known)))

    def column(self) -> Column:
        return Column(np.array(self.codes, dtype=np.int64), tuple(self.known))


class _States:
    """States by name while they are read; a name that comes late was absent before."""

    def __init__(self) -> None:
        self.rows = 0
        self.states: dict[str, bytearray] = {}

    def add(self, given: Mapping[str, int]) -> None:
        for name, state in given.items():
            if name not in self.states:
                self.states[name] = bytearray([ABSENT % 256]) * self.rows
            self.states[name].append(state % 256)
        self.rows += 1
        for column in self.states.values():
            if len(column) < self.rows:
                column.append(ABSENT % 256)

    def finished(self) -> dict[str, States]:
        return {name: np.frombuffer(bytes(c), dtype=np.int8) for name, c in self.states.items()}


class _Collected:
    def __init__(self, rubric: str, metadata: tuple[str, ...]) -> None:
        self.rubric, self.metadata = rubric, metadata
        self.columns = {name: _Coded() for name in (*FACTS, MACHINE, DRAFT, *metadata)}
        self.answers, self.machine, self.families = _States(), _States(), _States()
        self.interactions: list[str] = []
        self.started: list[str | None] = []
        self.days: list[str] = []
        self.percent, self.verdicts = array("d"), bytearray()
        self.auto_failed_by: dict[int, tuple[str, ...]] = {}

    def add(self, row: CountedCall) -> None:
        evaluation = json.loads(row.json)
        score = evaluation["score"]
        known = json.loads(row.metadata_json) if self.metadata else {}
        for name in FACTS:
            self.columns[name].add(getattr(row, name))
        for name in self.metadata:
            if name not in FACTS:
                self.columns[name].add(_metadata(name, known, row))
        self.answers.add({a["criterion"]: state_of(a) for a in evaluation["answers"]})
        others = json.loads(row.machine_json)["answers"] if row.machine_json else ()
        self.columns[MACHINE].add(_made_by(evaluation["answers"] if row.basis == "machine" else others))
        self.columns[DRAFT].add(FROM_DRAFT in evaluation.get("warnings", ()))
        self.machine.add({a["criterion"]: state_of(a) for a in others})
        self.families.add({family: _family(score["critical"].get(family)) for family in FAMILIES})
        if score["auto_failed_by"]:
            self.auto_failed_by[len(self.interactions)] = tuple(score["auto_failed_by"])
        self.interactions.append(row.interaction)
        self.started.append(row.started_at)
        self.days.append(_iso_day(row.day or ""))
        self.percent.append(float("nan") if score["percent"] is None else score["percent"])
        decided = score["complete"] and score["passed"] is not None
        self.verdicts.append(
            (1 if decided and score["passed"] else 0)
            | (2 if score["complete"] else 0)
            | (4 if decided else 0)
        )

    def finished(self) -> Calls:
        verdicts = np.frombuffer(bytes(self.verdicts), dtype=np.uint8)
        passed = np.where(verdicts & 4, verdicts & 1, OPEN).astype(np.int8)
        fine = np.ones(len(self.interactions), dtype=np.int8)
        fine[list(self.auto_failed_by)] = NOT_MET
        return Calls(
            rubric=self.rubric,
            interactions=tuple(self.interactions),
            started=tuple(self.started),
            columns={name: column.column() for name, column in self.columns.items()},
            days=np.array(self.days, dtype=np.str_),
            percent=np.array(self.percent, dtype=np.float64),
            passed=passed,
            no_auto_fail=fine,
            complete=(verdicts & 2) > 0,
            families=self.families.finished(),
            answers=self.answers.finished(),
            machine=self.machine.finished(),
            auto_failed_by=self.auto_failed_by,
        )


@lru_cache(maxsize=4096)
def _iso_day(text: str) -> str:
    """The day, or empty text where there is no such day in the calendar."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _metadata(name: str, known: Mapping[str, Any], row: CountedCall) -> object:
    """A metadata value as written; whether an interpreter spoke is measured where nobody wrote it down."""
    value = known.get(name)
    if name == "interpreter" and value is None:
        return row.interpreted
    return value if isinstance(value, str | int | float | bool) else None


def state_of(answer: Mapping[str, Any]) -> int:
    """What an answer counts as: met, not met, not applicable, open or faulty; absent without points."""
    status = answer["status"]
    if status == "answered":
        points, most = answer["points"], answer["max_points"]
        if points is None or not most:
            return ABSENT
        return MET if points >= most else NOT_MET
    return {"not_applicable": NOT_APPLICABLE, "unanswered": OPEN}.get(status, FAULTY)


def _made_by(answers: Iterable[Mapping[str, Any]]) -> str:
    """Evaluators and versions in a fixed order; empty where the machine answered nothing."""
    found = {(e["name"], e["version"]) for a in answers if (e := a.get("evaluator"))}
    return ", ".join(f"{name} {version}" for name, version in sorted(found))


def _family(count: Mapping[str, int] | None) -> int:
    if not count or not count["applicable"]:
        return NOT_APPLICABLE
    return NOT_MET if count["failed"] else MET
