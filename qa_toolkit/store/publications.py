"""Rubric versions on their way into use and out of it: draft, active, retired.

A draft is a text that may change. Publishing registers it: from then on the version has one hash for ever.
One version of a rubric is active; the one before it is retired in the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qa_toolkit.errors import ConflictError, InputError, RubricError
from qa_toolkit.store import queries, writing
from qa_toolkit.store.audit import note
from qa_toolkit.store.desk_records import RubricDraft, RubricStanding, RubricState
from qa_toolkit.store.desk_tables import RubricDraftRow, RubricPublicationRow
from qa_toolkit.store.records import RubricRecord, RubricText
from qa_toolkit.store.tables import RubricRow

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database


class Publications:
    """How rubric versions stand."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_draft(self, rubric: RubricText, *, by: str, version: int | None = None) -> RubricDraft:
        """Keeps a rubric version that is still being written.

        Args:
            version: of the draft that was changed; None for a first one.

        Raises:
            ConflictError: it was saved elsewhere meanwhile, or is registered already.
        """
        with self._database.writing() as session:
            if session.get(RubricRow, (rubric.id, rubric.version)) is not None:
                raise ConflictError(
                    f"{rubric.id} {rubric.version} is registered and never changed", None, "raise the version"
                )
            key = (rubric.id, rubric.version)
            row = session.get(RubricDraftRow, key, with_for_update=True)
            if (None if row is None else row.version) != version:
                who = "" if row is None else f" by {row.updated_by} at {writing.time_text(row.updated_at)}"
                state = "published or dropped" if row is None else f"saved{who}"
                raise ConflictError(f"the draft was {state}", "@".join(key), "load it again")
            if row is None:
                row = RubricDraftRow(rubric_id=rubric.id, rubric_version=rubric.version, version=0)
                session.add(row)
            row.text, row.sha256, row.version = rubric.text, rubric.sha256, row.version + 1
            row.updated_at, row.updated_by = writing.now(), by
            note(session, by, "rubric.draft", "rubric", "@".join(key), digest=rubric.sha256)
            session.flush()
            return _draft_of(row)

    def draft(self, rubric: str, rubric_version: str) -> RubricDraft | None:
        """A draft; None when there is none of that version."""
        with self._database.reading() as session:
            row = session.get(RubricDraftRow, (rubric, rubric_version))
            return None if row is None else _draft_of(row)

    def drafts(self, rubric: str | None = None) -> tuple[RubricDraft, ...]:
        """Drafts by rubric and version."""
        query = select(RubricDraftRow)
        if rubric is not None:
            query = query.where(RubricDraftRow.rubric_id == rubric)
        order = (RubricDraftRow.rubric_id, RubricDraftRow.rubric_version)
        with self._database.reading() as session:
            return tuple(_draft_of(row) for row in session.scalars(query.order_by(*order)))

    def drop_draft(self, rubric: str, rubric_version: str, *, by: str) -> None:
        """Drops a draft; nothing happens when there is none."""
        with self._database.writing() as session:
            if _drop(session, rubric, rubric_version):
                note(session, by, "rubric.drop_draft", "rubric", f"{rubric}@{rubric_version}")

    def publish(
        self, rubric: RubricText, *, by: str, text: str | None = None, seen: int | None = None
    ) -> RubricStanding:
        """Makes a version the active one, registering it; the one that was active is retired.

        Args:
            seen: number of the rubric's last publication the person knew; None to publish whatever was done
                meanwhile.

        Raises:
            RubricError: the version is registered with another hash.
            ConflictError: somebody published or retired meanwhile, or it is active already.
        """
        with self._database.writing() as session:
            writing.register_rubric(session, rubric, by=by)
            steps = _hold(session, rubric.id, seen)
            active = _active(steps)
            if active == rubric.version:
                raise ConflictError(
                    f"{rubric.id} {rubric.version} is active already", None, "nothing to publish"
                )
            if active is not None:
                _add(session, rubric.id, active, "retired", by=by, text=None, number=len(steps) + 1)
                steps = _steps(session, rubric.id)
            _add(session, rubric.id, rubric.version, "active", by=by, text=text, number=len(steps) + 1)
            _drop(session, rubric.id, rubric.version)
            return _standings(session, rubric.id)[rubric.version]

    def retire(
        self, rubric: str, rubric_version: str, *, by: str, text: str | None = None, seen: int | None = None
    ) -> RubricStanding:
        """Takes a version out of use; what was filed under it stays.

        Raises:
            InputError: the version is not registered.
            ConflictError: somebody published or retired meanwhile, or it is retired already.
        """
        with self._database.writing() as session:
            if session.get(RubricRow, (rubric, rubric_version)) is None:
                raise InputError(
                    f"{rubric} {rubric_version} is not registered", None, "see 'qa rubric states'"
                )
            steps = _hold(session, rubric, seen)
            if _state(steps, rubric_version) == "retired":
                last = [step for step in steps if step.rubric_version == rubric_version][-1]
                raise ConflictError(
                    f"{last.who} retired it at {writing.time_text(last.at)}",
                    f"{rubric}@{rubric_version}",
                    "nothing to do",
                )
            _add(session, rubric, rubric_version, "retired", by=by, text=text, number=len(steps) + 1)
            return _standings(session, rubric)[rubric_version]

    def standings(self, rubric: str | None = None) -> tuple[RubricStanding, ...]:
        """Every version, drafts included, by rubric; each rubric's registered ones in their order first."""
        with self._database.reading() as session:
            names = [rubric] if rubric is not None else _rubric_names(session)
            found = [each for name in names for each in _standings(session, name).values()]
            return tuple(found)

    def active(self, rubric: str) -> str | None:
        """The version that is active; None when the rubric was never published or is retired."""
        with self._database.reading() as session:
            return _active(_steps(session, rubric))

    def record(self, rubric: str, rubric_version: str | None = None) -> RubricRecord | None:
        """A registered version with its text: the one named, else the active, else the last registered."""
        with self._database.reading() as session:
            wanted = rubric_version or _active(_steps(session, rubric))
            query = select(RubricRow).where(RubricRow.id == rubric)
            if wanted is not None:
                query = query.where(RubricRow.version == wanted)
            order = (RubricRow.registered_at.desc(), RubricRow.version.desc())
            row = session.scalars(query.order_by(*order).limit(1)).first()
            return None if row is None else queries.rubric_of(row)

    def history(self, rubric: str) -> tuple[RubricStanding, ...]:
        """Every step of a rubric's versions, in their order."""
        with self._database.reading() as session:
            return tuple(_step_of(session, row) for row in _steps(session, rubric))


def refuse_retired(session: Session, rubric: str, rubric_version: str) -> None:
    """Refuses to score anything with a version that was taken out of use.

    Raises:
        RubricError: it says by whom and when, and which version is in use.
    """
    steps = _steps(session, rubric)
    if _state(steps, rubric_version) != "retired":
        return
    last = [step for step in steps if step.rubric_version == rubric_version][-1]
    active = _active(steps)
    use = f"use version {active}" if active else "publish a version with 'qa rubric publish'"
    raise RubricError(
        f"rubric {rubric} {rubric_version} was retired by {last.who} at {writing.time_text(last.at)}",
        None,
        use,
    )


def _hold(session: Session, rubric: str, seen: int | None) -> list[RubricPublicationRow]:
    """The steps of a rubric; other writers wait till the end."""
    session.scalars(
        select(RubricRow).where(RubricRow.id == rubric).order_by(RubricRow.version).with_for_update()
    ).all()
    steps = _steps(session, rubric)
    if seen is not None and seen != len(steps):
        last = steps[-1]
        raise ConflictError(
            f"{last.who} made {rubric} {last.rubric_version} {last.state} at {writing.time_text(last.at)}",
            None,
            "look at it again",
        )
    return steps


def _steps(session: Session, rubric: str) -> list[RubricPublicationRow]:
    query = select(RubricPublicationRow).where(RubricPublicationRow.rubric_id == rubric)
    return list(session.scalars(query.order_by(RubricPublicationRow.number)))


def _state(steps: list[RubricPublicationRow], rubric_version: str) -> RubricState:
    own = [step.state for step in steps if step.rubric_version == rubric_version]
    return own[-1] if own else "registered"  # type: ignore[return-value]  # a constraint says so


def _active(steps: list[RubricPublicationRow]) -> str | None:
    versions = dict.fromkeys(step.rubric_version for step in steps)
    return next((version for version in versions if _state(steps, version) == "active"), None)


def _add(
    session: Session, rubric: str, version: str, state: RubricState, *, by: str, text: str | None, number: int
) -> None:
    session.add(
        RubricPublicationRow(
            rubric_id=rubric,
            number=number,
            rubric_version=version,
            state=state,
            who=by,
            at=writing.now(),
            text=text,
        )
    )
    session.flush()
    action = "rubric.publish" if state == "active" else "rubric.retire"
    note(session, by, action, "rubric", f"{rubric}@{version}", number=number)


def _drop(session: Session, rubric: str, version: str) -> bool:
    gone = session.execute(
        delete(RubricDraftRow).where(
            RubricDraftRow.rubric_id == rubric, RubricDraftRow.rubric_version == version
        )
    )
    return bool(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a cursor result


def _rubric_names(session: Session) -> list[str]:
    names = set(session.scalars(select(RubricRow.id).distinct()))
    return sorted(names | set(session.scalars(select(RubricDraftRow.rubric_id).distinct())))


def _standings(session: Session, rubric: str) -> dict[str, RubricStanding]:
    steps = _steps(session, rubric)
    rows = session.scalars(
        select(RubricRow).where(RubricRow.id == rubric).order_by(RubricRow.registered_at, RubricRow.version)
    )
    found = {}
    for row in rows:
        own = [step for step in steps if step.rubric_version == row.version]
        who, at, text = (
            (own[-1].who, own[-1].at, own[-1].text) if own else (row.registered_by, row.registered_at, None)
        )
        found[row.version] = RubricStanding(
            rubric, row.version, _state(steps, row.version), row.sha256, who, at, text, len(steps)
        )
    drafts = select(RubricDraftRow).where(RubricDraftRow.rubric_id == rubric)
    for draft in session.scalars(drafts.order_by(RubricDraftRow.rubric_version)):
        found[draft.rubric_version] = RubricStanding(
            rubric,
            draft.rubric_version,
            "draft",
            draft.sha256,
            draft.updated_by,
            draft.updated_at,
            None,
            len(steps),
        )
    return found


def _step_of(session: Session, row: RubricPublicationRow) -> RubricStanding:
    known = session.get_one(RubricRow, (row.rubric_id, row.rubric_version))
    return RubricStanding(
        row.rubric_id,
        row.rubric_version,
        row.state,  # type: ignore[arg-type]  # a constraint says so
        known.sha256,
        row.who,
        row.at,
        row.text,
        row.number,
    )


def _draft_of(row: RubricDraftRow) -> RubricDraft:
    return RubricDraft(
        row.rubric_id,
        row.rubric_version,
        row.text,
        row.sha256,
        row.version,
        row.updated_at,
        row.updated_by,
    )
