"""Every role and every action: what is not written here as allowed is refused."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from qa_toolkit.errors import PermissionRefusedError
from qa_toolkit.review import Action, may, permit
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import User, UserRole

# A: all interactions, o: their own only, -: refused. Columns in the order of ROLES.
ROLES: tuple[UserRole, ...] = ("analyst", "lead", "manager", "agent", "auditor", "admin")
TABLE = {
    Action.VIEW_CONTENT: "AAAoA-",
    Action.PLAY_AUDIO: "AAAo--",
    Action.REVIEW: "AA----",
    Action.ASSIGN: "-AA---",
    Action.UNMASK: "AA----",
    Action.CORRECT_WORDS: "AA----",
    Action.ADJUDICATE_KEYING: "AA----",
    Action.VIEW_QUEUES: "-AA-A-",
    Action.DISPUTE: "AAAo--",
    Action.JUDGE_DISPUTE: "-AA---",
    Action.ACKNOWLEDGE: "---o--",
    Action.COACH: "AAA---",
    Action.RATE_CALIBRATION: "AAA---",
    Action.LEAD_CALIBRATION: "-A----",
    Action.DRAFT_RUBRIC: "AAA---",
    Action.PUBLISH_RUBRIC: "-A----",
    Action.VIEW_REPORTS: "AAAoA-",
    Action.EXPORT: "-AA---",
    Action.VIEW_AUDIT: "----AA",
    Action.VIEW_PEOPLE: "-AA-AA",
    Action.IMPORT_PEOPLE: "-----A",
    Action.CHANGE_SETTINGS: "-----A",
}


def test_the_table_is_complete() -> None:
    assert set(TABLE) == set(Action)
    assert set(ROLES) == set(get_args(UserRole))


@pytest.mark.parametrize(("action", "role"), list(product(Action, ROLES)))
def test_every_pair_of_role_and_action(action: Action, role: UserRole) -> None:
    user = User("x", role, agent="A-17" if role == "agent" else None)
    sign = TABLE[action][ROLES.index(role)]
    assert may(user, action, agent="A-17") is (sign in "Ao")
    assert may(user, action, agent="B-2") is (sign == "A"), "an agent's own interactions only"
    assert may(user, action) is (sign == "A"), "of nobody in particular"
    assert not may(User("x", role, agent="A-17", active=False), action, agent="A-17")


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ("nobody", "'nobody' is not a user of this store"),
        ("gone", "'gone' is not active any more"),
        ("aud", "'aud' may not review interactions as auditor"),
    ],
)
def test_a_refusal_says_who_what_and_whom_to_ask(store: Store, user: str, message: str) -> None:
    with pytest.raises(PermissionRefusedError, match=message):
        permit(store, user, Action.REVIEW)
    assert permit(store, "maria", Action.REVIEW).role == "analyst"


def test_a_changed_role_holds_from_the_next_action_on(store: Store) -> None:
    permit(store, "lena", Action.ASSIGN)
    store.people.save([User("lena", "analyst")], by="root")
    with pytest.raises(PermissionRefusedError):
        permit(store, "lena", Action.ASSIGN)
