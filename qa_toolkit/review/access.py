"""Seeing, hearing and unmasking: checked against the role, and written into the audit log, in one place."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from qa_toolkit.errors import InputError
from qa_toolkit.review.permissions import Action, Scope, permit, scope_of
from qa_toolkit.store.people_records import User

if TYPE_CHECKING:
    from qa_toolkit.store import EvaluationRecord, Store


class Access(StrEnum):
    """What leaves no other trace in the store, by its name in the audit log."""

    VIEW = "interaction.view"
    PLAY = "audio.play"
    UNMASK = "identifiers.unmask"
    SCAN = "scan.view"


_NEEDS = {
    Access.VIEW: Action.VIEW_CONTENT,
    Access.PLAY: Action.PLAY_AUDIO,
    Access.UNMASK: Action.UNMASK,
    Access.SCAN: Action.ADJUDICATE_KEYING,
}


def record_access(
    store: Store, what: Access, interaction: str, *, by: str, evaluation: str | None = None, **facts: Any
) -> User:
    """Permits somebody to see, hear or unmask an interaction and writes it into the audit log.

    Call it before anything is shown or played: when it raises, nothing may be.

    Args:
        evaluation: the one that is shown, if any.
        facts: further ids, codes and numbers for the log, such as a turn; never words of callers.

    Raises:
        PermissionRefusedError: the role does not allow it, or the interaction is another agent's.
        InputError: there is no such interaction.
    """
    found = store.interaction(interaction)
    if found is None:
        permit(store, by, _NEEDS[what], agent=None)
        raise InputError(f"interaction '{interaction}' is not in the store", None, "look for it in the list")
    user = permit(store, by, _NEEDS[what], agent=found.agent)
    store.audit.record(str(what), "interaction", interaction, by=by, evaluation=evaluation, **facts)
    return user


def record_scan_access(store: Store, application: str, *, by: str) -> User:
    """Permits somebody to see the scan of an application and writes it into the audit log.

    Applications are known by their id alone: those that are keyed need not be in the store.

    Raises:
        PermissionRefusedError: the role does not allow it.
    """
    user = permit(store, by, _NEEDS[Access.SCAN])
    store.audit.record(str(Access.SCAN), "application", application, by=by)
    return user


def evaluations_for(store: Store, interaction: str, rubric: str, *, by: str) -> tuple[EvaluationRecord, ...]:
    """What somebody may see of the evaluations of an interaction, in the order of filing.

    Agents see those of their own interactions; blind reviewers their own answers only; ratings of a session
    are shown when the session shows them. It writes nothing: ``record_access`` does.

    Raises:
        PermissionRefusedError: the role does not allow it, or the interaction is another agent's.
    """
    found = store.interaction(interaction)
    user = permit(store, by, Action.VIEW_CONTENT, agent=None if found is None else found.agent)
    leads = scope_of(user, Action.LEAD_CALIBRATION) is Scope.ALL
    return store.work.visible_evaluations(interaction, rubric, viewer=by, all_sessions=leads)
