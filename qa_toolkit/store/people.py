"""Users, agents and where they worked when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, String, cast, select
from sqlalchemy.orm import Session

from qa_toolkit.store.audit import note
from qa_toolkit.store.people_records import CountingScore, PeopleChange, Placement, User
from qa_toolkit.store.people_tables import AgentRow, PlacementRow, UserRow
from qa_toolkit.store.placing import DAY, placed
from qa_toolkit.store.tables import CountingRow, InteractionRow
from qa_toolkit.store.writing import now

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database


class People:
    """Who works with the store, and who is evaluated in it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self, users: Sequence[User] = (), placements: Sequence[Placement] = (), *, by: str
    ) -> PeopleChange:
        """Adds users and placements or corrects them, all or none.

        A placement is known by agent and first day; one with a later first day follows it.
        """
        with self._database.writing() as session:
            outcomes = [_save_user(session, user, by=by) for user in users]
            outcomes += [_save_placement(session, placement, by=by) for placement in placements]
        return PeopleChange(*(outcomes.count(kind) for kind in ("added", "changed", "unchanged")))

    def user(self, user: str) -> User | None:
        """One user as they are now; None when there is none of that id."""
        with self._database.reading() as session:
            row = session.get(UserRow, user)
            return None if row is None else _user_of(row)

    def users(self) -> tuple[User, ...]:
        """All users by id."""
        with self._database.reading() as session:
            return tuple(_user_of(row) for row in session.scalars(select(UserRow).order_by(UserRow.id)))

    def placements(self, agent: str | None = None) -> tuple[Placement, ...]:
        """Placements by agent and first day."""
        query = select(PlacementRow, AgentRow.name).join(AgentRow, AgentRow.id == PlacementRow.agent_id)
        if agent is not None:
            query = query.where(PlacementRow.agent_id == agent)
        with self._database.reading() as session:
            rows = session.execute(query.order_by(PlacementRow.agent_id, PlacementRow.valid_from))
            return tuple(_placement_of(row, name) for row, name in rows)

    def placement(self, agent: str, day: str) -> Placement | None:
        """Where an agent worked on an ISO day; None when nothing says so."""
        known = [each for each in self.placements(agent) if each.valid_from <= day]
        latest = known[-1] if known else None
        return latest if latest and (latest.valid_until is None or day <= latest.valid_until) else None

    def counting_scores(
        self, *, rubric: str | None = None, first_day: str | None = None, last_day: str | None = None
    ) -> tuple[CountingScore, ...]:
        """What counts, each with the team, site and vendor of the agent on the day of the interaction.

        Args:
            first_day, last_day: ISO days, both included; interactions without an ISO start are then left out.
        """
        query = _counting_query()
        if rubric is not None:
            query = query.where(CountingRow.rubric_id == rubric)
        if first_day is not None:
            query = query.where(first_day <= DAY)
        if last_day is not None:
            query = query.where(last_day >= DAY)
        with self._database.reading() as session:
            rows = session.execute(query.order_by(CountingRow.interaction_id, CountingRow.rubric_id))
            return tuple(CountingScore(*row) for row in rows)


def _counting_query() -> Select[Any]:
    return (
        select(
            CountingRow.interaction_id,
            CountingRow.rubric_id,
            cast(CountingRow.evaluation_id, String),
            CountingRow.basis,
            InteractionRow.agent,
            DAY,
            CountingRow.percent,
            CountingRow.passed,
            CountingRow.complete,
            CountingRow.auto_failed,
            PlacementRow.team,
            PlacementRow.site,
            PlacementRow.vendor,
        )
        .join(InteractionRow, InteractionRow.id == CountingRow.interaction_id)
        .outerjoin(PlacementRow, placed())
    )


def _save_user(session: Session, user: User, *, by: str) -> str:
    row = session.get(UserRow, user.id, with_for_update=True)
    if row is not None and _user_of(row) == user:
        return "unchanged"
    before = None if row is None else row.role
    if row is None:
        row = UserRow(id=user.id)
        session.add(row)
    row.name, row.role, row.agent_id, row.active = user.name, user.role, user.agent, user.active
    row.updated_at, row.updated_by = now(), by
    action = "user.add" if before is None else "user.change"
    note(session, by, action, "user", user.id, role=user.role, role_before=before, active=user.active)
    return "added" if before is None else "changed"


def _save_placement(session: Session, placement: Placement, *, by: str) -> str:
    agent = session.get(AgentRow, placement.agent)
    if agent is None:
        agent = AgentRow(id=placement.agent, name=placement.name)
        session.add(agent)
        session.flush()
        note(session, by, "agent.add", "agent", placement.agent)
    renamed = placement.name is not None and agent.name != placement.name
    if renamed:
        agent.name = placement.name
    row = session.get(PlacementRow, (placement.agent, placement.valid_from))
    if row is not None and _where(row) == _where_of(placement):
        return "changed" if renamed else "unchanged"
    added = row is None
    if row is None:
        row = PlacementRow(agent_id=placement.agent, valid_from=placement.valid_from)
        session.add(row)
    row.team, row.site, row.vendor, row.valid_until = _where_of(placement)
    content = json.dumps(asdict(placement), sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(content.encode()).hexdigest()
    action = "placement.add" if added else "placement.change"
    note(session, by, action, "agent", placement.agent, digest=digest, valid_from=placement.valid_from)
    return "added" if added else "changed"


def _where(row: PlacementRow) -> tuple[str, str | None, str | None, str | None]:
    return row.team, row.site, row.vendor, row.valid_until


def _where_of(placement: Placement) -> tuple[str, str | None, str | None, str | None]:
    return placement.team, placement.site, placement.vendor, placement.valid_until


def _user_of(row: UserRow) -> User:
    return User(row.id, row.role, row.name, row.agent_id, row.active)  # type: ignore[arg-type]  # a constraint says so


def _placement_of(row: PlacementRow, name: str | None) -> Placement:
    return Placement(row.agent_id, row.valid_from, row.team, row.site, row.vendor, row.valid_until, name)
