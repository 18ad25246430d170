"""What follows an evaluation: the agent acknowledges it, and is coached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa_toolkit.errors import InputError
from qa_toolkit.review.permissions import Action, permit
from qa_toolkit.store.people_records import Acknowledgement, CoachingNote

if TYPE_CHECKING:
    from qa_toolkit.store import EvaluationRecord, Store

MAX_COMMENT = 3072
"""Characters of a comment, as in Amazon Connect's evaluation acknowledgement."""


def acknowledge(store: Store, evaluation: str, *, by: str, comment: str | None = None) -> Acknowledgement:
    """An agent has seen an evaluation of their own interaction; it does not say that they agree.

    Raises:
        PermissionRefusedError: the interaction is not theirs.
        InputError: there is no such evaluation, or the comment is too long.
        ConflictError: they have acknowledged it before.
    """
    _, agent = _about(store, evaluation)
    permit(store, by, Action.ACKNOWLEDGE, agent=agent)
    if comment is not None and len(comment) > MAX_COMMENT:
        raise InputError(
            f"the comment has {len(comment)} characters", f"evaluation {evaluation}", f"{MAX_COMMENT} at most"
        )
    return store.feedback.acknowledge(evaluation, by=by, comment=(comment or "").strip() or None)


def coach(
    store: Store,
    evaluation: str,
    *,
    by: str,
    text: str,
    criterion: str | None = None,
    revises: int | None = None,
) -> CoachingNote:
    """Writes advice to the agent of an evaluation, about one criterion or the whole.

    Raises:
        PermissionRefusedError: the role does not allow it.
        InputError: no such evaluation or criterion, nobody to advise, or no text.
        ConflictError: the note to be revised was revised meanwhile.
    """
    permit(store, by, Action.COACH)
    record, agent = _about(store, evaluation)
    if agent is None:
        raise InputError(f"'{record.interaction}' names no agent", None, "give it one in the manifest")
    if not text.strip():
        raise InputError("a note needs a text", f"evaluation {evaluation}", "say what would help")
    if criterion is not None and criterion not in _criteria(record):
        raise InputError(f"unknown criterion '{criterion}'", record.rubric.id, "name one of the rubric")
    return store.feedback.coach(
        evaluation, agent, by=by, text=text.strip(), criterion=criterion, revises=revises
    )


def _about(store: Store, evaluation: str) -> tuple[EvaluationRecord, str | None]:
    record = store.evaluation(evaluation)
    if record is None or record.session is not None:
        raise InputError(f"there is no evaluation {evaluation}", store.database.where, "see 'qa review list'")
    found = store.interaction(record.interaction)
    return record, None if found is None else found.agent


def _criteria(record: EvaluationRecord) -> frozenset[str]:
    import json

    return frozenset(answer["criterion"] for answer in json.loads(record.json)["answers"])
