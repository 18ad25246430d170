"""Puts a simulated year into an empty store: people, placements, reviews, disputes and their audit rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from qa_toolkit.domain.contract import canonical_json, to_contract
from qa_toolkit.domain.evaluation import Source
from qa_toolkit.errors import StoreError
from qa_toolkit.simulation.form import CRITERIA, RUBRIC, VERSIONS, form
from qa_toolkit.simulation.year import SITES, TRANSACTIONS, SimulatedYear
from qa_toolkit.store.audit import note
from qa_toolkit.store.people_records import Placement, User
from qa_toolkit.store.people_tables import DisputeRow, DisputeStepRow, RootCauseRow
from qa_toolkit.store.records import RubricText
from qa_toolkit.store.tables import Base, CountingRow, EvaluationRow, InteractionRow
from qa_toolkit.store.writing import text_sha256

if TYPE_CHECKING:
    from qa_toolkit.store import Store

BY = "simulation"
LEAD = "lead-01"
MACHINE = "qa_toolkit simulation"
_AT_ONCE = 2000
_QUALITIES = ("good", "fair", "poor")
_CAUSES = ("knowledge", "attention", "process", "skill", "system")
_NAMELESS = "\u0000interaction\u0000"
_ESCAPED = json.dumps(_NAMELESS)[1:-1]


@dataclass(frozen=True, slots=True)
class YearCounts:
    """What was written."""

    calls: int
    reviews: int
    disputes: int
    evaluations: int


@dataclass(slots=True)
class _Rows:
    """Rows of one transaction, by table in the order they must be written."""

    interactions: list[dict[str, Any]] = field(default_factory=list)
    evaluations: list[dict[str, Any]] = field(default_factory=list)
    counting: list[dict[str, Any]] = field(default_factory=list)
    causes: list[dict[str, Any]] = field(default_factory=list)
    disputes: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)

    def write(self, session: Session) -> None:
        tables: tuple[tuple[type[Base], list[dict[str, Any]]], ...] = (
            (InteractionRow, self.interactions),
            (EvaluationRow, self.evaluations),
            (CountingRow, self.counting),
            (RootCauseRow, self.causes),
            (DisputeRow, self.disputes),
            (DisputeStepRow, self.steps),
        )
        for table, rows in tables:
            if rows:
                session.execute(insert(table), rows)


def fill_store(store: Store, year: SimulatedYear) -> YearCounts:
    """Writes the year: a transaction for each couple of thousand calls.

    Evaluations carry the time they would have been filed at; rows of the audit log the time they are written.

    Raises:
        StoreError: the store holds calls already, or is not a SQLite file.
    """
    if not store.database.is_sqlite:
        raise StoreError("a simulated year goes into a file", store.database.where, "name a new SQLite file")
    if store.counts().interactions:
        raise StoreError("the store is not empty", store.database.where, "name a new file for the year")
    for version in VERSIONS:
        loaded = form(version)
        text = RubricText(RUBRIC, version, loaded.sha256, loaded.text, loaded.rubric.title)
        store.register_rubric(text, by=BY)
    store.people.save(_users(year), tuple(_placements(year)), by=BY)
    writer = _Writer(year)
    for first in range(0, year.calls, _AT_ONCE):
        with store.database.writing() as session:
            rows = _Rows()
            for call in range(first, min(first + _AT_ONCE, year.calls)):
                writer.add(session, rows, call)
            rows.write(session)
    return YearCounts(year.calls, writer.reviews, writer.disputes, writer.evaluations)


def _users(year: SimulatedYear) -> list[User]:
    people = [User(name, "analyst") for name in year.analysts]
    people += [User(LEAD, "lead"), User("lead-02", "lead"), User("manager-01", "manager")]
    people += [User("auditor-01", "auditor"), User("admin-01", "admin")]
    return people + [User(agent, "agent", agent=agent) for agent in year.agents]


def _placements(year: SimulatedYear) -> Iterator[Placement]:
    for place, agent in enumerate(year.agents):
        site = SITES[int(year.site_of_agent[place])]
        vendor = "Surge vendor" if site == "Surge" else None
        before, after = int(year.team_before[place]), int(year.team_after[place])
        yield Placement(agent, f"{year.plan.year}-01-01", f"team-{before + 1:02d}", site, vendor)
        if before != after:
            yield Placement(agent, year.change_day.isoformat(), f"team-{after + 1:02d}", site, vendor)


class _Writer:
    """Numbers evaluations and disputes from 1: the store was empty."""

    def __init__(self, year: SimulatedYear) -> None:
        self.year = year
        self.evaluations = self.reviews = self.disputes = 0

    def add(self, session: Session, rows: _Rows, call: int) -> None:
        year = self.year
        name = f"call-{call + 1:06d}"
        day = year.days[int(year.day[call])]
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=int(year.minute[call]))
        rows.interactions.append(self._interaction(name, call, start))
        note(session, BY, "interaction.add", "interaction", name)
        scorer = Source("machine", MACHINE)
        machine = self._file(session, rows, call, name, scorer, filed=start + timedelta(hours=8))
        counts, basis = machine, "machine"
        if year.analyst[call] >= 0:
            analyst = Source("reviewer", year.analysts[int(year.analyst[call])])
            filed = start + timedelta(days=2)
            counts = self._file(session, rows, call, name, analyst, filed=filed, based_on=machine["id"])
            basis = "review"
            self.reviews += 1
            self._causes(rows, counts, call)
            if year.disputed[call]:
                judged = Source("reviewer", LEAD)
                outcome = self._file(
                    session, rows, call, name, judged, filed=start + timedelta(days=9), based_on=counts["id"]
                )
                self._dispute(session, rows, name, counts, outcome)
                counts, basis = outcome, "dispute"
        kept = ("interaction_id", "rubric_id", "percent", "passed", "complete", "auto_failed")
        row = {key: counts[key] for key in kept}
        by_person = basis != "machine"
        rows.counting.append({**row, "evaluation_id": counts["id"], "basis": basis, "by_person": by_person})

    def _interaction(self, name: str, call: int, start: datetime) -> dict[str, Any]:
        year = self.year
        agent = year.agents[int(year.agent[call])]
        site = SITES[int(year.site_of_agent[year.agent[call]])]
        language = "es" if year.spanish[call] else "en"
        facts = {
            "agent": agent,
            "site": site,
            "queue": "inbound",
            "started_at": start.isoformat().replace("+00:00", "Z"),
            "work_area": "inbound_call",
            "direction": "inbound",
            "language": language,
        }
        told = {
            **facts,
            "transaction": TRANSACTIONS[int(year.transaction[call])],
            "interpreter": bool(year.interpreter[call]),
            "audio_quality": _QUALITIES[int(year.quality[call])],
        }
        moments = {"created_at": start, "updated_at": start}
        return {"id": name, "kind": "call", **facts, "metadata_json": json.dumps(told), **moments}

    def _file(
        self,
        session: Session,
        rows: _Rows,
        call: int,
        name: str,
        source: Source,
        *,
        filed: datetime,
        based_on: int | None = None,
    ) -> dict[str, Any]:
        self.evaluations += 1
        year = self.year
        states = (
            year.machine if source.kind == "machine" else year.truth if source.name == LEAD else year.given
        )
        answers = tuple(
            "na" if not applies else "yes" if met else "no"
            for met, applies in zip(states[call].tolist(), year.applies[call].tolist(), strict=True)
        )
        version = VERSIONS[int(year.version[call])]
        text, score = _evaluation(version, source.kind, source.name, answers)
        content = text.replace(_ESCAPED, name)
        row = {
            "id": self.evaluations,
            "interaction_id": name,
            "rubric_id": RUBRIC,
            "rubric_version": version,
            "source_kind": source.kind,
            "source_name": source.name,
            "revision": 1,
            "based_on": based_on,
            "blind": None if based_on is None else False,
            "created_at": filed,
            "created_by": source.name if source.kind == "reviewer" else BY,
            "sha256": text_sha256(content),
            "json": content,
            **score,
        }
        rows.evaluations.append(row)
        told = {"interaction": name, "rubric": f"{RUBRIC}@{version}", "source": source.kind, "revision": 1}
        by = str(row["created_by"])
        note(session, by, "evaluation.file", "evaluation", row["id"], digest=row["sha256"], **told)
        return row

    def _causes(self, rows: _Rows, review: dict[str, Any], call: int) -> None:
        year = self.year
        failed = year.applies[call] & ~year.given[call]
        for place in failed.nonzero()[0].tolist():
            cause = _CAUSES[(call * 7 + place * 3) % 8 % len(_CAUSES)]
            found = {"evaluation_id": review["id"], "criterion": CRITERIA[place], "cause": cause}
            rows.causes.append(found)

    def _dispute(
        self, session: Session, rows: _Rows, name: str, before: dict[str, Any], outcome: dict[str, Any]
    ) -> None:
        self.disputes += 1
        same = before["percent"] == outcome["percent"]
        state = "upheld" if same else "changed"
        agent = json.loads(rows.interactions[-1]["metadata_json"])["agent"]
        rows.disputes.append(
            {
                "id": self.disputes,
                "interaction_id": name,
                "rubric_id": RUBRIC,
                "evaluation_id": before["id"],
                "criteria_json": "[]",
                "raised_by": agent,
                "state": state,
                "outcome_id": outcome["id"],
                "version": 2,
            }
        )
        raised = before["created_at"] + timedelta(days=3)
        step = {"dispute_id": self.disputes, "text": "simulated", "evaluation_id": None}
        rows.steps.append({**step, "number": 1, "kind": "raised", "who": agent, "at": raised})
        judged = {"number": 2, "kind": state, "who": LEAD, "at": outcome["created_at"]}
        rows.steps.append({**step, **judged, "evaluation_id": outcome["id"]})
        note(session, agent, "dispute.raise", "dispute", self.disputes, evaluation=before["id"])
        note(session, LEAD, f"dispute.{state}", "dispute", self.disputes, evaluation=outcome["id"])


@lru_cache(maxsize=65536)
def _evaluation(version: str, kind: str, name: str, answers: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """The evaluation as filed, with a mark where the interaction stands, and its score columns."""
    from qa_toolkit.evaluation.given_answers import score_answers

    source = Source("machine" if kind == "machine" else "reviewer", name)
    found = score_answers(
        form(version), dict(zip(CRITERIA, answers, strict=True)), interaction=_NAMELESS, source=source
    )
    score = found.score
    columns = {
        "percent": score.percent,
        "passed": score.passed,
        "complete": score.complete,
        "open": score.open,
        "auto_failed": bool(score.auto_failed_by),
    }
    return canonical_json(to_contract(found)), columns
