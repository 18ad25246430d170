"""Disputes: who may raise and judge them, until when, and what comes of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from qa_toolkit.config import ReviewSettings
from qa_toolkit.domain.contract import from_contract
from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.errors import InputError, PermissionRefusedError, UsageError
from qa_toolkit.review.permissions import Action, permit
from qa_toolkit.review.reviewing import GivenReview, answered, check_day, overridden, remarks_of, rubric_of
from qa_toolkit.store.people_records import Dispute

if TYPE_CHECKING:
    from qa_toolkit.store import EvaluationRecord, Store

WINDOW_DAYS = ReviewSettings().dispute_days
"""How long after its filing an evaluation can be disputed (Genesys Cloud allows as much)."""


def raise_dispute(
    store: Store,
    interaction: str,
    rubric: str,
    *,
    by: str,
    text: str,
    criteria: Sequence[str] = (),
    window_days: int = WINDOW_DAYS,
    now: datetime | None = None,
) -> Dispute:
    """Disputes the evaluation that counts; agents that of their own interactions.

    Args:
        criteria: the answers that are disputed; none means the evaluation as a whole.

    Raises:
        PermissionRefusedError: the role does not allow it, or the interaction is another agent's.
        InputError: there is no evaluation, no text, an unknown criterion, or the window has closed.
        ConflictError: a dispute is open already.
    """
    found = store.interaction(interaction)
    permit(store, by, Action.DISPUTE, agent=None if found is None else found.agent)
    record = store.latest_evaluation(interaction, rubric)
    if record is None:
        raise InputError(f"'{interaction}' has no evaluation under {rubric}", None, "nothing to dispute")
    if not text.strip():
        raise InputError("a dispute needs a text", interaction, "say what is wrong")
    known = {answer.criterion for answer in _evaluation(record).answers}
    unknown = [name for name in criteria if name not in known]
    if unknown:
        raise InputError(f"unknown criterion '{unknown[0]}'", rubric, "name one of the rubric")
    closed = record.created_at + timedelta(days=window_days)
    if (now or datetime.now(UTC)) > closed:
        raise InputError(
            f"evaluation {record.id} could be disputed until {closed:%Y-%m-%d %H:%M} UTC",
            interaction,
            "ask a lead to review it",
        )
    return store.disputes.open(
        record.id, interaction=interaction, rubric=rubric, by=by, text=text.strip(), criteria=criteria
    )


def ask_reading(store: Store, dispute: int, *, reader: str, by: str, due_on: str | None = None) -> Dispute:
    """Asks somebody who had no part in it for a second, blind reading; it is judged after that.

    Raises:
        PermissionRefusedError: ``by`` may not judge disputes, or the reader had a part in it.
        ConflictError: the dispute has moved on.
    """
    permit(store, by, Action.JUDGE_DISPUTE)
    found = _dispute(store, dispute)
    permit(store, reader, Action.REVIEW)
    if due_on is not None:
        check_day(due_on)
    if reader == by:
        raise UsageError("a second reading is somebody else's", f"dispute {dispute}", "name another reader")
    _refuse_involved(store, found, reader, "read")
    return store.disputes.ask_reading(dispute, reader=reader, by=by, due_on=due_on, seen=found.version)


def uphold(store: Store, dispute: int, *, by: str, text: str, seen: int | None = None) -> Dispute:
    """The disputed evaluation stands, and counts as the outcome of a dispute.

    Raises:
        PermissionRefusedError: ``by`` may not judge disputes or had a part in this one.
        ConflictError: the dispute has moved on since step ``seen``.
    """
    found = _judged_by(store, dispute, by, text)
    return store.disputes.close(dispute, "upheld", by=by, text=text.strip(), seen=_step(found, seen))


def change(
    store: Store, dispute: int, given: GivenReview, *, by: str, text: str, seen: int | None = None
) -> Dispute:
    """Other answers take the place of the disputed ones; each changed answer needs its reason.

    Raises:
        PermissionRefusedError, ConflictError: as for ``uphold``.
        InputError: nothing is changed, or an answer, code or criterion is not one of the rubric's.
    """
    found = _judged_by(store, dispute, by, text)
    base = _evaluation(_record(store, found.evaluation))
    form = rubric_of(store, base)
    made = answered(form, given, base, interaction=found.interaction, by=by)
    remarks = remarks_of(form, given, base, made)
    same = {answer.criterion: answer.answer for answer in base.answers}
    filled = any(same.get(answer.criterion) != answer.answer for answer in made.answers)
    if not overridden(base, made) and not filled:
        raise InputError(
            "nothing is changed", f"dispute {dispute}", "uphold the evaluation, or change an answer"
        )
    return store.disputes.close(
        dispute,
        "changed",
        by=by,
        text=text.strip(),
        seen=_step(found, seen),
        evaluation=made,
        remarks=remarks,
    )


def withdraw(store: Store, dispute: int, *, by: str, text: str | None = None) -> Dispute:
    """Takes a dispute back; only who raised it can.

    Raises:
        PermissionRefusedError: somebody else raised it.
        ConflictError: it has been judged.
    """
    found = _dispute(store, dispute)
    interaction = store.interaction(found.interaction)
    permit(store, by, Action.DISPUTE, agent=None if interaction is None else interaction.agent)
    if by != found.raised_by:
        raise PermissionRefusedError(
            f"dispute {dispute} was raised by {found.raised_by}", None, "only they can withdraw it"
        )
    return store.disputes.close(dispute, "withdrawn", by=by, text=text, seen=found.version)


def involved(store: Store, dispute: Dispute) -> frozenset[str]:
    """Who raised the dispute, and every person whose answers it is about."""
    people = {dispute.raised_by}
    next_one: str | None = dispute.evaluation
    while next_one is not None:
        record = _record(store, next_one)
        if record.source.kind == "reviewer":
            people |= {record.source.name, record.created_by}
        next_one = record.based_on
    return frozenset(people)


def _judged_by(store: Store, dispute: int, by: str, text: str) -> Dispute:
    permit(store, by, Action.JUDGE_DISPUTE)
    found = _dispute(store, dispute)
    _refuse_involved(store, found, by, "judge")
    if not text.strip():
        raise InputError("a judgement needs a text", f"dispute {dispute}", "say why")
    kinds = [step.kind for step in found.steps]
    if kinds.count("reading_asked") > kinds.count("read"):
        raise InputError("the second reading is not there yet", f"dispute {dispute}", "wait for the reader")
    return found


def _refuse_involved(store: Store, dispute: Dispute, user: str, what: str) -> None:
    if user in involved(store, dispute):
        part = "raised it" if user == dispute.raised_by else "gave the disputed answers"
        raise PermissionRefusedError(
            f"'{user}' may not {what} dispute {dispute.id}: they {part}", None, "ask somebody else"
        )


def _step(dispute: Dispute, seen: int | None) -> int:
    return dispute.version if seen is None else seen


def _dispute(store: Store, dispute: int) -> Dispute:
    found = store.disputes.get(dispute)
    if found is None:
        raise InputError(f"there is no dispute {dispute}", store.database.where, "see 'qa review list'")
    return found


def _record(store: Store, evaluation: str) -> EvaluationRecord:
    record = store.evaluation(evaluation)
    if record is None:
        raise InputError(f"there is no evaluation {evaluation}", store.database.where, "see 'qa review list'")
    return record


def _evaluation(record: EvaluationRecord) -> Evaluation:
    return from_contract(Evaluation, json.loads(record.json))
