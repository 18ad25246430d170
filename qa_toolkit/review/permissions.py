"""Which role may do what. What is not in the table is refused."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from qa_toolkit.errors import PermissionRefusedError
from qa_toolkit.store.people_records import User, UserRole

if TYPE_CHECKING:
    from qa_toolkit.store import Store


class Action(StrEnum):
    """What people do, each with its line in ``ALLOWED``."""

    VIEW_CONTENT = "view transcripts and evaluations"
    PLAY_AUDIO = "play recordings"
    REVIEW = "review interactions"
    ASSIGN = "assign interactions"
    UNMASK = "see identifiers unmasked"
    CORRECT_WORDS = "correct transcripts"
    ADJUDICATE_KEYING = "adjudicate keyed fields"
    VIEW_QUEUES = "view the queues of others"
    DISPUTE = "dispute evaluations"
    JUDGE_DISPUTE = "judge disputes"
    ACKNOWLEDGE = "acknowledge evaluations"
    COACH = "write coaching notes"
    RATE_CALIBRATION = "rate in calibration sessions"
    LEAD_CALIBRATION = "lead calibration sessions"
    DRAFT_RUBRIC = "write drafts of rubrics"
    PUBLISH_RUBRIC = "publish and retire rubrics"
    VIEW_REPORTS = "view reports"
    EXPORT = "export data"
    VIEW_AUDIT = "view and verify the audit log"
    VIEW_PEOPLE = "view users and agents"
    IMPORT_PEOPLE = "import users and agents"
    CHANGE_SETTINGS = "change settings"


class Scope(StrEnum):
    """How far a permission goes: the person's own interactions, or all."""

    OWN = "own"
    ALL = "all"


_A, _OWN = Scope.ALL, Scope.OWN

ALLOWED: dict[Action, dict[UserRole, Scope]] = {
    Action.VIEW_CONTENT: {"analyst": _A, "lead": _A, "manager": _A, "auditor": _A, "agent": _OWN},
    Action.PLAY_AUDIO: {"analyst": _A, "lead": _A, "manager": _A, "agent": _OWN},
    Action.REVIEW: {"analyst": _A, "lead": _A},
    Action.ASSIGN: {"lead": _A, "manager": _A},
    Action.UNMASK: {"analyst": _A, "lead": _A},
    Action.CORRECT_WORDS: {"analyst": _A, "lead": _A},
    Action.ADJUDICATE_KEYING: {"analyst": _A, "lead": _A},
    Action.VIEW_QUEUES: {"lead": _A, "manager": _A, "auditor": _A},
    Action.DISPUTE: {"analyst": _A, "lead": _A, "manager": _A, "agent": _OWN},
    Action.JUDGE_DISPUTE: {"lead": _A, "manager": _A},
    Action.ACKNOWLEDGE: {"agent": _OWN},
    Action.COACH: {"analyst": _A, "lead": _A, "manager": _A},
    Action.RATE_CALIBRATION: {"analyst": _A, "lead": _A, "manager": _A},
    Action.LEAD_CALIBRATION: {"lead": _A},
    Action.DRAFT_RUBRIC: {"analyst": _A, "lead": _A, "manager": _A},
    Action.PUBLISH_RUBRIC: {"lead": _A},
    Action.VIEW_REPORTS: {"analyst": _A, "lead": _A, "manager": _A, "auditor": _A, "agent": _OWN},
    Action.EXPORT: {"lead": _A, "manager": _A},
    Action.VIEW_AUDIT: {"auditor": _A, "admin": _A},
    Action.VIEW_PEOPLE: {"lead": _A, "manager": _A, "auditor": _A, "admin": _A},
    Action.IMPORT_PEOPLE: {"admin": _A},
    Action.CHANGE_SETTINGS: {"admin": _A},
}
"""Auditors read only; admins keep users and settings and see no call."""


def scope_of(user: User, action: Action) -> Scope | None:
    """How far a user may do something; None when they may not."""
    return ALLOWED.get(action, {}).get(user.role) if user.active else None


def may(user: User, action: Action, *, agent: str | None = None) -> bool:
    """Whether a user may do something, to an interaction of that agent."""
    scope = scope_of(user, action)
    if scope is Scope.OWN:
        return agent is not None and user.agent == agent
    return scope is Scope.ALL


def permit(store: Store, user: str, action: Action, *, agent: str | None = None) -> User:
    """The acting user, as the store knows them at this moment, if they may do it.

    Args:
        agent: whose interaction it is about; needed where a role may act on its own only.

    Raises:
        PermissionRefusedError: the user is not known, is not active, or the role does not allow it.
    """
    known = store.people.user(user)
    if known is None or not known.active:
        what = "is not a user of this store" if known is None else "is not active any more"
        raise PermissionRefusedError(
            f"'{user}' {what}", store.database.where, "an admin adds users with 'qa people import'"
        )
    if may(known, action, agent=agent):
        return known
    which = " of others" if scope_of(known, action) is Scope.OWN else ""
    raise PermissionRefusedError(
        f"'{user}' may not {action}{which} as {known.role}", store.database.where, _who_may(action)
    )


def permit_among_users(store: Store, user: str, action: Action) -> None:
    """The same for commands that also serve a store without users: it belongs to whoever can open it.

    Raises:
        PermissionRefusedError: the store has users, and this one may not.
    """
    if store.people.users():
        permit(store, user, action)


def _who_may(action: Action) -> str:
    roles = [role for role, scope in ALLOWED.get(action, {}).items() if scope is Scope.ALL]
    return f"ask a {' or '.join(roles)}" if roles else "only the agent concerned may"
