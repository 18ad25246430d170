"""Users, agents and their placements: who worked where on the day of a call; both databases."""

from __future__ import annotations

import pytest
from store_examples import GREETING, example_input, example_interaction, example_result

from qa_toolkit.store import Store
from qa_toolkit.store.people_records import PeopleChange, Placement, User

MOVES = [
    Placement("A-17", "2026-01-01", "Blue", "Fresno", valid_until="2026-05-31", name="Ana Díaz"),
    Placement("A-17", "2026-07-01", "Green", "Rancho"),
    Placement("A-17", "2026-11-02", "Surge 1", None, "Vendor Inc."),
    Placement("B-2", "2026-01-01", "Blue", "Fresno"),
]
WHERE = [
    ("A-17", "2025-12-31", None),
    ("A-17", "2026-01-01", "Blue"),
    ("A-17", "2026-05-31", "Blue"),
    ("A-17", "2026-06-15", None),
    ("A-17", "2026-07-01", "Green"),
    ("A-17", "2026-11-01", "Green"),
    ("A-17", "2026-11-02", "Surge 1"),
    ("A-17", "2030-01-01", "Surge 1"),
    ("B-2", "2026-06-15", "Blue"),
    ("C-3", "2026-06-15", None),
]


@pytest.mark.parametrize(("agent", "day", "team"), WHERE)
def test_the_team_is_that_of_the_day(store: Store, agent: str, day: str, team: str | None) -> None:
    store.people.save(placements=MOVES, by="admin")
    found = store.people.placement(agent, day)
    assert (None if found is None else found.team) == team


def test_a_report_joins_each_call_to_the_team_of_its_day(store: Store) -> None:
    store.register_rubric(GREETING, by="tester")
    store.people.save(placements=MOVES, by="admin")
    calls = [(f"c{n}", agent, f"{day}T23:30:00-08:00", team) for n, (agent, day, team) in enumerate(WHERE)]
    calls += [("no-day", "A-17", "11/02/2026", None), ("no-agent", None, "2026-11-02T09:00:00Z", None)]
    for name, agent, started, _ in calls:
        store.save_result(
            example_result(name),
            interaction=example_interaction(name, agent=agent, started_at=started),
            source=example_input(name),
            by="tester",
        )
    scores = {score.interaction: score for score in store.people.counting_scores(rubric="greeting")}
    assert {name: scores[name].team for name in scores} == {name: team for name, _, _, team in calls}
    assert scores["c6"].vendor == "Vendor Inc."
    assert (scores["c6"].basis, scores["c6"].day, scores["no-day"].day) == ("machine", "2026-11-02", None)
    inside = store.people.counting_scores(first_day="2026-06-15", last_day="2026-07-01")
    assert sorted({score.day for score in inside if score.day}) == ["2026-06-15", "2026-07-01"]
    assert store.people.counting_scores(rubric="other") == ()


def test_saving_again_changes_nothing_and_corrections_are_in_the_log(store: Store) -> None:
    users = [User("lena", "lead", "Lena"), User("ana", "agent", agent="A-17")]
    assert store.people.save(users, MOVES, by="root") == PeopleChange(6, 0, 0)
    assert store.people.save(users, MOVES, by="root") == PeopleChange(0, 0, 6)
    promoted = User("lena", "manager", "Lena")
    moved = Placement("B-2", "2026-01-01", "Red", "Fresno")
    assert store.people.save([promoted], [moved], by="root") == PeopleChange(0, 2, 0)
    assert (store.people.user("lena"), store.people.user("nobody")) == (promoted, None)
    assert [user.id for user in store.people.users()] == ["ana", "lena"]
    assert store.people.placements("A-17")[0] == MOVES[0]
    last = [*store.audit.entries()][-2:]
    assert [(row.who, row.action, row.record) for row in last] == [
        ("root", "user.change", "lena"),
        ("root", "placement.change", "B-2"),
    ]
    assert '"role_before":"lead"' in last[0].facts
    assert store.audit.verify().whole
