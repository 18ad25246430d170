"""Runs and the ledger of keys: who may work on what, and how it ended. Inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa_toolkit.domain.evaluation import RubricRef
from qa_toolkit.errors import StoreError
from qa_toolkit.store.audit import note
from qa_toolkit.store.records import Claim, LedgerState, Outcome, RunState
from qa_toolkit.store.tables import LedgerRow, RunItemRow, RunRow
from qa_toolkit.store.writing import insert_missing, now


class ClaimLostError(StoreError):
    """The key is not the run's any more; nothing may be saved for it."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a finished key led to; ids of rows."""

    interaction: str
    evaluation: int
    transcript: int | None
    metrics: int | None


def add_run(
    session: Session, *, by: str, rubrics: Sequence[RubricRef], settings: Mapping[str, object]
) -> int:
    """A new run; its number."""
    references = [{"id": r.id, "version": r.version, "sha256": r.sha256} for r in rubrics]
    row = RunRow(
        state="running",
        started_at=now(),
        finished_at=None,
        started_by=by,
        rubrics_json=json.dumps(references, ensure_ascii=False),
        settings_json=json.dumps(dict(settings), ensure_ascii=False, sort_keys=True, allow_nan=False),
    )
    session.add(row)
    session.flush()
    note(session, by, "run.start", "run", row.id, rubrics=[f"{r.id}@{r.version}" for r in rubrics])
    return row.id


def end_run(session: Session, run: int, state: RunState) -> None:
    """Ends a run; what it still held becomes queued again, for whoever comes next."""
    session.execute(
        update(LedgerRow)
        .where(LedgerRow.run_id == run, LedgerRow.state == "running")
        .values(state="queued", updated_at=now())
    )
    session.execute(
        update(RunItemRow)
        .where(RunItemRow.run_id == run, RunItemRow.state == "running")
        .values(state="queued")
    )
    session.execute(update(RunRow).where(RunRow.id == run).values(state=state, finished_at=now()))
    states = session.execute(
        select(RunItemRow.state, func.count()).where(RunItemRow.run_id == run).group_by(RunItemRow.state)
    )
    who = session.scalar(select(RunRow.started_by).where(RunRow.id == run)) or "unknown"
    note(
        session, who, "run.end", "run", run, state=state, items=dict(sorted((each, n) for each, n in states))
    )


def claim(session: Session, run: int, key: str, *, is_alive: Callable[[int], bool]) -> Claim:
    """Takes a key for a run, so that no other run works on it.

    Returns:
        ``claimed``; ``done`` when it was done before; ``busy`` while another live run has it.
    """
    moment = now()
    insert_missing(
        session,
        LedgerRow,
        {"key": key, "state": "queued", "attempts": 0, "created_at": moment, "updated_at": moment},
    )
    row = session.get_one(LedgerRow, key, with_for_update=True)
    if row.state == "done":
        return "done"
    if row.state == "running" and row.run_id is not None and row.run_id != run:
        if is_alive(row.run_id):
            return "busy"
        end_run(session, row.run_id, "abandoned")
        session.refresh(row, with_for_update=True)
    row.state, row.run_id, row.attempts = "running", run, row.attempts + 1
    row.reason, row.updated_at = None, moment
    return "claimed"


def place(
    session: Session,
    run: int,
    position: int,
    *,
    name: str,
    key: str | None,
    state: LedgerState,
    reason: str | None = None,
    done_before: bool = False,
) -> None:
    """Writes an input of a run at its place, or how it stands now."""
    row = session.get(RunItemRow, (run, position))
    if row is None:
        row = RunItemRow(run_id=run, position=position)
        session.add(row)
    row.input, row.key, row.state = name, key, state
    row.reason, row.done_before = reason, done_before


def settle(
    session: Session, run: int, key: str, state: Outcome, *, reason: str | None, made: Made | None = None
) -> None:
    """Ends a key that the run has claimed, and every place of the run that waits for it.

    Raises:
        ClaimLostError: another run has taken the key over.
    """
    row = session.get(LedgerRow, key, with_for_update=True)
    if row is None or row.state != "running" or row.run_id != run:
        raise StoreError(
            f"item {key[:12]}… is not run {run}'s to finish", None, "another run has taken it over"
        )
    row.state, row.reason, row.updated_at = state, reason, now()
    if made is not None:
        row.interaction_id, row.evaluation_id = made.interaction, made.evaluation
        row.transcript_id, row.metrics_id = made.transcript, made.metrics
    session.execute(
        update(RunItemRow)
        .where(RunItemRow.run_id == run, RunItemRow.key == key, RunItemRow.state == "running")
        .values(state=state, reason=reason)
    )


def running_runs(session: Session) -> tuple[int, ...]:
    """Runs that have not been ended; those of killed processes among them."""
    return tuple(session.scalars(select(RunRow.id).where(RunRow.state == "running").order_by(RunRow.id)))
