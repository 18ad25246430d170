"""What adds to the store, the ledger aside; each function works inside the caller's transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from qa_toolkit.domain.case import Interaction
from qa_toolkit.domain.contract import canonical_json, to_contract
from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.errors import RubricError, StoreError
from qa_toolkit.store.audit import note
from qa_toolkit.store.records import Basis, InputRef, RubricText, SavedResult
from qa_toolkit.store.tables import (
    Base,
    CountingRow,
    EvaluationRow,
    InputRow,
    InteractionRow,
    MetricsRow,
    RubricRow,
    TranscriptRow,
)

_STRENGTH = {"machine": 0, "review": 1, "dispute": 2}
"""What counts: the outcome of a dispute, else a review, else the machine; of one basis the later filing."""

_FACTS = ("kind", "agent", "site", "queue", "started_at", "work_area", "direction", "language")


@dataclass(frozen=True, slots=True)
class Filing:
    """Who files an evaluation, on what it rests, and how it came about."""

    by: str
    run: int | None = None
    based_on: str | None = None
    blind: bool | None = None
    session: str | None = None
    input_id: int | None = None
    transcript_id: int | None = None
    metrics_id: int | None = None


def now() -> datetime:
    """The time of a row: aware, UTC."""
    return datetime.now(UTC)


def time_text(moment: datetime) -> str:
    """A time for messages: UTC, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def text_sha256(value: str) -> str:
    """Hash of a text in UTF-8."""
    return hashlib.sha256(value.encode()).hexdigest()


def insert_missing(session: Session, table: type[Base], values: Mapping[str, Any]) -> bool:
    """Inserts a row unless one with the same key is there, also when two processes try at once.

    Returns:
        Whether a row was inserted.
    """
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing()
    return bool(session.connection().execute(statement).rowcount)


def register_rubric(session: Session, rubric: RubricText, *, by: str) -> bool:
    """Registers a rubric version; nothing happens when it is there with the same hash.

    Returns:
        Whether it was new.

    Raises:
        RubricError: the version was registered before with another hash.
    """
    known = session.get(RubricRow, (rubric.id, rubric.version))
    if known is None:
        values = {
            "id": rubric.id,
            "version": rubric.version,
            "sha256": rubric.sha256,
            "title": rubric.title,
            "text": rubric.text,
            "registered_at": now(),
            "registered_by": by,
        }
        if insert_missing(session, RubricRow, values):
            note(
                session,
                by,
                "rubric.register",
                "rubric",
                f"{rubric.id}@{rubric.version}",
                digest=rubric.sha256,
            )
            return True
        known = session.get_one(RubricRow, (rubric.id, rubric.version))
    if known.sha256 != rubric.sha256:
        raise RubricError(
            f"rubric {rubric.id} {rubric.version} was used before with other content "
            f"(sha256 {known.sha256}, now {rubric.sha256})",
            None,
            "a version once used is never changed: raise the version in the file",
        )
    return False


def save_interaction(session: Session, interaction: Interaction, *, by: str) -> InteractionRow:
    """Adds an interaction, or brings its facts up to date; holds it against other writers till the end.

    A fact that is not given this time stays: a second run without the manifest takes nothing away.
    """
    facts = {name: getattr(interaction, name) for name in _FACTS}
    moment = now()
    new = {"id": interaction.id, "created_at": moment, "updated_at": moment, "metadata_json": "{}", **facts}
    added = insert_missing(session, InteractionRow, new)
    row = session.get_one(InteractionRow, interaction.id, with_for_update=True)
    known = {**json.loads(row.metadata_json), **interaction.metadata}
    facts["metadata_json"] = json.dumps(known, ensure_ascii=False, allow_nan=False)
    changed = {
        name: value for name, value in facts.items() if value is not None and getattr(row, name) != value
    }
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.updated_at = moment
    if added or changed:
        action = "interaction.add" if added else "interaction.change"
        note(session, by, action, "interaction", row.id, facts=None if added else sorted(changed))
    return row


def save_input(session: Session, interaction: str, source: InputRef) -> tuple[int, str | None]:
    """Adds the file an interaction was read from.

    Returns:
        Its id, and a warning when the interaction had only other files before.
    """
    earlier = session.scalars(
        select(InputRow).where(InputRow.interaction_id == interaction).order_by(InputRow.id)
    ).all()
    for row in earlier:
        if row.sha256 == source.sha256:
            row.name, row.location = source.name, source.location or row.location
            return row.id, None
    row = InputRow(
        interaction_id=interaction,
        sha256=source.sha256,
        name=source.name,
        location=source.location,
        created_at=now(),
    )
    session.add(row)
    session.flush()
    if not earlier:
        return row.id, None
    return row.id, (
        f"interaction '{interaction}' was read before from another input ({earlier[-1].name}, "
        f"sha256 {earlier[-1].sha256[:12]}…); both are kept, the newer one counts"
    )


def save_content(
    session: Session, table: type[TranscriptRow | MetricsRow], interaction: str, content: str
) -> int:
    """Adds a transcript or metrics as text, once for each content; its id."""
    digest = text_sha256(content)
    insert_missing(
        session,
        table,
        {"interaction_id": interaction, "sha256": digest, "json": content, "created_at": now()},
    )
    return session.scalars(
        select(table.id).where(table.interaction_id == interaction, table.sha256 == digest)
    ).one()


def file_evaluation(session: Session, evaluation: Evaluation, filing: Filing) -> SavedResult:
    """Appends an evaluation as the next revision of its rubric version and source.

    The same evaluation of the same content filed again adds nothing. The interaction must be in the store,
    and held by ``save_interaction`` or here, so that two writers never number the same revision.

    Raises:
        StoreError: the interaction or the rubric version is not in the store.
        RubricError: the rubric version is there with another hash.
    """
    _check_references(session, evaluation)
    latest = session.scalars(
        select(EvaluationRow)
        .where(
            EvaluationRow.interaction_id == evaluation.interaction,
            EvaluationRow.rubric_id == evaluation.rubric.id,
            EvaluationRow.rubric_version == evaluation.rubric.version,
            EvaluationRow.source_kind == evaluation.source.kind,
            EvaluationRow.source_name == evaluation.source.name,
        )
        .order_by(EvaluationRow.revision.desc())
        .limit(1)
    ).first()
    row = _evaluation_row(evaluation, filing, revision=(latest.revision + 1) if latest else 1)
    if latest is not None and _same_filing(latest, row):
        return SavedResult(evaluation.interaction, str(latest.id), latest.revision, new=False)
    session.add(row)
    session.flush()
    if row.session is None:
        make_count(session, row, "review" if row.source_kind == "reviewer" else "machine")
    _note_filing(session, row)
    return SavedResult(evaluation.interaction, str(row.id), row.revision, new=True)


def _note_filing(session: Session, row: EvaluationRow) -> None:
    note(
        session,
        row.created_by,
        "evaluation.file",
        "evaluation",
        row.id,
        digest=row.sha256,
        interaction=row.interaction_id,
        rubric=f"{row.rubric_id}@{row.rubric_version}",
        source=row.source_kind,
        revision=row.revision,
        based_on=row.based_on,
        blind=row.blind,
        session=row.session,
        input=row.input_id,
        transcript=row.transcript_id,
        metrics=row.metrics_id,
        run=row.run_id,
    )


def make_count(session: Session, row: EvaluationRow, basis: Basis) -> None:
    """Makes an evaluation the one that counts, unless one of a stronger basis counts already."""
    counting = session.get(CountingRow, (row.interaction_id, row.rubric_id))
    if counting is not None and _STRENGTH[counting.basis] > _STRENGTH[basis]:
        return
    if counting is None:
        counting = CountingRow(interaction_id=row.interaction_id, rubric_id=row.rubric_id)
        session.add(counting)
    counting.evaluation_id, counting.basis = row.id, basis
    counting.by_person = row.source_kind == "reviewer"
    for name in ("percent", "passed", "complete", "auto_failed"):
        setattr(counting, name, getattr(row, name))


def _check_references(session: Session, evaluation: Evaluation) -> None:
    if session.get(InteractionRow, evaluation.interaction, with_for_update=True) is None:
        raise StoreError(
            f"interaction '{evaluation.interaction}' is not in the store", None, "score it first"
        )
    rubric = evaluation.rubric
    known = session.get(RubricRow, (rubric.id, rubric.version))
    if known is None:
        raise StoreError(f"rubric {rubric.id} {rubric.version} is not registered", None, "register it first")
    if known.sha256 != rubric.sha256:
        raise RubricError(
            f"the evaluation was made with other content of rubric {rubric.id} {rubric.version} "
            f"(sha256 {rubric.sha256}, registered {known.sha256})",
            None,
            "raise the version in the rubric file",
        )


def _evaluation_row(evaluation: Evaluation, filing: Filing, *, revision: int) -> EvaluationRow:
    content = canonical_json(to_contract(evaluation))
    based_on = filing.based_on if filing.based_on is not None else evaluation.based_on
    score = evaluation.score
    return EvaluationRow(
        interaction_id=evaluation.interaction,
        rubric_id=evaluation.rubric.id,
        rubric_version=evaluation.rubric.version,
        source_kind=evaluation.source.kind,
        source_name=evaluation.source.name,
        revision=revision,
        based_on=int(based_on) if based_on is not None else None,
        blind=filing.blind,
        session=filing.session,
        created_at=now(),
        created_by=filing.by,
        input_id=filing.input_id,
        transcript_id=filing.transcript_id,
        metrics_id=filing.metrics_id,
        run_id=filing.run,
        sha256=text_sha256(content),
        json=content,
        percent=score.percent,
        passed=score.passed,
        complete=score.complete,
        open=score.open,
        auto_failed=bool(score.auto_failed_by),
    )


def _same_filing(old: EvaluationRow, new: EvaluationRow) -> bool:
    names = ("sha256", "input_id", "transcript_id", "metrics_id", "based_on", "blind", "session")
    return all(getattr(old, name) == getattr(new, name) for name in names)


def count(session: Session, table: type[Base]) -> int:
    """Number of rows."""
    return session.scalar(select(func.count()).select_from(table)) or 0
