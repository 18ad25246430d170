"""Pages of long queues: what they hold, and that the database finds them by an index, in order; both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from review_examples import USERS
from sqlalchemy import insert, text

from qa_toolkit.errors import PermissionRefusedError
from qa_toolkit.review import queue_page
from qa_toolkit.store import Store
from qa_toolkit.store.people_tables import NO_DAY, AssignmentRow
from qa_toolkit.store.queues import AssignmentFilter, count_query, ids_query
from qa_toolkit.store.tables import InteractionRow

MANY = 2_000
START = datetime(2026, 11, 2, tzinfo=UTC)
SITES = ("Fresno", "Rancho", None)


def fill(store: Store, many: int = MANY) -> None:
    """Every second assignment is maria's; days run over a month, every fifth has none."""
    store.people.save(USERS, by="root")
    moment = datetime.now(UTC)
    interactions, assignments = [], []
    for n in range(many):
        name = f"call-{n:05}"
        day = None if n % 5 == 0 else (START + timedelta(days=n % 28)).date().isoformat()
        interactions.append(
            {
                "id": name,
                "kind": "call",
                "agent": f"A-{n % 40}",
                "site": SITES[n % 3],
                "language": "es" if n % 7 == 0 else "en",
                "metadata_json": "{}",
                "created_at": moment,
                "updated_at": moment,
            }
        )
        assignments.append(
            {
                "interaction_id": name,
                "rubric_id": "greeting",
                "reviewer": "maria" if n % 2 else "jun",
                "blind": n % 10 == 1,
                "due_on": day,
                "sort_day": day or NO_DAY,
                "state": "done" if n % 4 == 3 else "open",
                "assigned_by": "lena",
                "assigned_at": moment,
                "version": 1,
            }
        )
    with store.database.writing() as session:
        session.execute(insert(InteractionRow), interactions)
        session.execute(insert(AssignmentRow), assignments)
    with store.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def test_a_page_is_in_the_order_it_is_due(store: Store) -> None:
    fill(store, 200)
    whole = store.work.page(AssignmentFilter(reviewer="maria"), limit=None)
    days = [row.assignment.due_on or NO_DAY for row in whole.rows]
    assert (whole.total, days) == (50, sorted(days))
    pages = [store.work.page(AssignmentFilter(reviewer="maria"), limit=20, offset=n) for n in (0, 20, 40, 60)]
    assert [page.total for page in pages] == [50] * 4
    assert [row for page in pages for row in page.rows] == list(whole.rows)
    assert [each.assignment for each in whole.rows] == list(store.work.assignments(reviewer="maria"))


Check = Callable[[Any], bool]
FILTERS: list[tuple[AssignmentFilter, Check]] = [
    (AssignmentFilter(site="Fresno"), lambda row: row.site == "Fresno"),
    (AssignmentFilter(agent="A-3"), lambda row: row.agent == "A-3"),
    (AssignmentFilter(language="es"), lambda row: row.language == "es"),
    (AssignmentFilter(blind=True), lambda row: row.assignment.blind),
    (AssignmentFilter(state="done"), lambda row: row.assignment.state == "done"),
    (
        AssignmentFilter(state=None, text="CALL-0001"),
        lambda row: row.assignment.interaction[:9] == "call-0001",
    ),
    (AssignmentFilter(due_by="2026-11-10"), lambda row: (row.assignment.due_on or "9") <= "2026-11-10"),
    (AssignmentFilter(rubric="greeting", reviewer="jun"), lambda row: row.assignment.reviewer == "jun"),
    (AssignmentFilter(rubric="other"), lambda row: False),
    (AssignmentFilter(session="november"), lambda row: False),
    (AssignmentFilter(rating=True), lambda row: False),
    (AssignmentFilter(rating=False, blind=False), lambda row: not row.assignment.blind),
    (AssignmentFilter(begun=True), lambda row: row.has_draft),
    (AssignmentFilter(begun=False, reviewer="maria"), lambda row: mine(row) and not row.has_draft),
]


def mine(row: Any) -> bool:
    return bool(row.assignment.reviewer == "maria")


def test_filters_give_exactly_what_they_say(store: Store) -> None:
    fill(store, 200)
    first = store.work.page(AssignmentFilter(reviewer="maria"), limit=1).rows[0].assignment
    store.work.save_draft(first.interaction, "greeting", by="maria", json="{}")
    everything = store.work.page(AssignmentFilter(state=None), limit=None)
    assert everything.total == 200
    for wanted, fits in FILTERS:
        found = store.work.page(wanted, limit=None)
        state = wanted.state
        expected = [
            row for row in everything.rows if fits(row) and (state is None or row.assignment.state == state)
        ]
        assert list(found.rows) == expected, wanted
        assert store.work.page(wanted, limit=3).total == len(expected), wanted


def test_a_draft_shows_and_answers_never_do(store: Store) -> None:
    fill(store, 10)
    store.work.save_draft("call-00001", "greeting", by="maria", json="{}")
    rows = store.work.page(AssignmentFilter(reviewer="maria")).rows
    assert [row.assignment.interaction for row in rows if row.has_draft] == ["call-00001"]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (AssignmentFilter(reviewer="maria"), "ix_assignments_reviewer"),
        (AssignmentFilter(), "ix_assignments_state"),
        (AssignmentFilter(due_by="2026-11-10"), "ix_assignments_state"),
    ],
)
def test_a_page_is_read_by_an_index_that_is_in_order(
    store: Store, wanted: AssignmentFilter, index: str
) -> None:
    fill(store)
    plan = explained(store, ids_query(wanted, 50, 0))
    assert index in plan
    assert "TEMP B-TREE" not in plan, "nothing is sorted"
    assert "Sort" not in plan
    assert "SCAN assignments" not in plan
    assert "Seq Scan on assignments" not in plan


@pytest.mark.parametrize("wanted", [AssignmentFilter(reviewer="maria"), AssignmentFilter()])
def test_rows_are_counted_in_the_index_alone(store: Store, wanted: AssignmentFilter) -> None:
    fill(store)
    plan = explained(store, count_query(wanted))
    assert "ix_assignments" in plan or "Seq Scan on assignments" in plan
    if store.database.is_sqlite:
        assert "COVERING INDEX" in plan


@pytest.mark.parametrize(
    "wanted",
    [
        AssignmentFilter(agent="A-3"),
        AssignmentFilter(site="Fresno"),
        AssignmentFilter(reviewer="maria", agent="A-3"),
    ],
)
def test_interactions_that_fit_are_found_first_and_once(store: Store, wanted: AssignmentFilter) -> None:
    fill(store)
    for query in (ids_query(wanted, 50, 0), count_query(wanted)):
        plan = explained(store, query)
        assert ("LIST SUBQUERY" if store.database.is_sqlite else "CTE fitting") in plan
        assert "Index Scan using pk_interactions" not in plan, (
            "no interaction is looked up for each assignment"
        )


def explained(store: Store, query: Any) -> str:
    """How the database would run a query."""
    with store.database.engine.connect() as connection:
        compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
        word = "EXPLAIN QUERY PLAN" if store.database.is_sqlite else "EXPLAIN"
        return "\n".join(str(tuple(row)) for row in connection.execute(text(f"{word} {compiled}")))


def test_drafts_come_the_last_saved_first(store: Store) -> None:
    fill(store, 10)
    for name in ("call-00001", "call-00005"):
        store.work.save_draft(name, "greeting", by="maria", json="{}")
    store.work.save_draft("call-00001", "greeting", by="jun", json="{}")
    store.work.save_draft("call-00001", "greeting", by="maria", json='{"G-1": "yes"}', version=1)
    assert [each.interaction for each in store.work.drafts(by="maria")] == ["call-00001", "call-00005"]


def test_a_queue_is_ones_own_or_needs_the_role(store: Store) -> None:
    fill(store, 20)
    assert queue_page(store, AssignmentFilter(reviewer="maria"), by="maria").total == 5
    assert queue_page(store, AssignmentFilter(reviewer="mo"), by="mo").total == 0, "managers rate in sessions"
    for who, wanted in (("maria", "jun"), ("maria", None), ("ana", "ana"), ("root", None)):
        with pytest.raises(PermissionRefusedError):
            queue_page(store, AssignmentFilter(reviewer=wanted), by=who)
    for who in ("lena", "mo", "aud"):
        assert queue_page(store, AssignmentFilter(), by=who).total == 15
