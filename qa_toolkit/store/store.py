"""The store: one object for everything that is kept, on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from sqlalchemy.orm import Session

from qa_toolkit.domain.case import Interaction
from qa_toolkit.domain.contract import canonical_json, from_contract
from qa_toolkit.domain.evaluation import Evaluation, Result, RubricRef
from qa_toolkit.errors import StoreError
from qa_toolkit.store import ledger, liveness, publications, queries, schema, writing
from qa_toolkit.store.audit_log import AuditLog
from qa_toolkit.store.calibration import Calibrations
from qa_toolkit.store.corrections import Corrections
from qa_toolkit.store.disputes import Disputes
from qa_toolkit.store.engine import Database, connect, parse_address
from qa_toolkit.store.feedback import Feedback
from qa_toolkit.store.keying import Keying
from qa_toolkit.store.people import People
from qa_toolkit.store.publications import Publications
from qa_toolkit.store.records import (
    Claim,
    Counts,
    EvaluationRecord,
    InputRecord,
    InputRef,
    InteractionFilter,
    InteractionPage,
    LedgerItem,
    LedgerState,
    Outcome,
    RubricRecord,
    RubricText,
    RunRecord,
    RunState,
    SavedResult,
)
from qa_toolkit.store.tables import MetricsRow, TranscriptRow
from qa_toolkit.store.upkeep import prepare_sqlite
from qa_toolkit.store.views import Views
from qa_toolkit.store.work import Work


class Store:
    """Interactions, what was made of them, rubrics, evaluations, runs and the ledger.

    Every method is one transaction: it happens as a whole or not at all. Every failure of the database is a
    StoreError of one line.

    Attributes:
        audit: who did what to which record; every change appends to it.
        people: users, agents and where they worked when.
        work: assignments, drafts and reviews. disputes, feedback: what is said to evaluations.
        calibration: sessions. publications: rubric versions in and out of use.
        corrections: words as people heard them. views: saved filters. keying: rulings and lots.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.audit = AuditLog(database)
        self.people = People(database)
        self.work = Work(database)
        self.disputes = Disputes(database)
        self.feedback = Feedback(database)
        self.calibration = Calibrations(database)
        self.publications = Publications(database)
        self.corrections = Corrections(database)
        self.views = Views(database)
        self.keying = Keying(database)
        self._locks: dict[int, liveness.RunLock] = {}

    @classmethod
    def open(cls, address: str | Path, *, create: bool = True, origin: str = "library") -> Self:
        """Opens a store: a path, ``sqlite:///…`` or ``postgresql+psycopg://…``.

        ``origin`` is the program that opens it, for the audit log.

        A SQLite file is made when it is not there and ``create`` is true, and brought to this version when
        it is older (a copy is made first). A PostgreSQL database is only opened at this version.

        Raises:
            StoreError: it is not there, cannot be written, is newer, is something else, or waits for
                ``qa db upgrade``.
        """
        url = parse_address(address)
        if url.get_backend_name() == "sqlite":
            prepare_sqlite(Path(url.database or ""), create=create)
        database = connect(url)
        database.origin = origin
        try:
            revision = schema.current_revision(database)
            schema.refuse_newer(revision, database.where)
            if revision != schema.HEAD:
                _bring_up(database, revision)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Releases the runs it holds and closes its connections."""
        for lock in self._locks.values():
            lock.release()
        self._locks.clear()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def describe(self) -> str:
        """Where it is and how much it holds, in one line."""
        found = self.counts()
        return (
            f"{self.database.where} (revision {schema.HEAD}, {found.interactions} interactions, "
            f"{found.evaluations} evaluations, {found.runs} runs)"
        )

    # Writing

    def register_rubric(self, rubric: RubricText, *, by: str) -> bool:
        """Registers a rubric version; whether it was new.

        Raises:
            RubricError: the version was registered before with another hash.
        """
        with self.database.writing() as session:
            return writing.register_rubric(session, rubric, by=by)

    def save_result(
        self,
        result: Result,
        *,
        interaction: Interaction,
        source: InputRef,
        by: str,
        run: int | None = None,
        key: str | None = None,
    ) -> SavedResult:
        """Saves everything made of one input in one transaction: all of it is there afterwards, or nothing.

        With ``run`` and ``key`` the key of the ledger is done in the same transaction.

        Raises:
            StoreError: the result holds no evaluation, its rubric is not registered, the key is not the
                run's any more, or the database failed.
        """
        if result.evaluation is None:
            raise StoreError("a result without an evaluation cannot be saved as done", result.input)
        evaluation = from_contract(Evaluation, dict(result.evaluation))
        if evaluation.interaction != interaction.id:
            raise StoreError(
                f"the evaluation is of '{evaluation.interaction}', the interaction '{interaction.id}'",
                result.input,
            )
        with self.database.writing() as session:
            writing.save_interaction(session, interaction, by=by)
            input_id, warning = writing.save_input(session, interaction.id, source)
            transcript = _save_part(session, TranscriptRow, interaction.id, result.transcript)
            metrics = _save_part(session, MetricsRow, interaction.id, result.metrics)
            filing = writing.Filing(
                by=by, run=run, input_id=input_id, transcript_id=transcript, metrics_id=metrics
            )
            saved = writing.file_evaluation(session, evaluation, filing)
            if run is not None and key is not None:
                made = ledger.Made(interaction.id, int(saved.evaluation_id), transcript, metrics)
                ledger.settle(session, run, key, "done", reason=None, made=made)
        if warning is None:
            return saved
        return SavedResult(saved.interaction, saved.evaluation_id, saved.revision, saved.new, (warning,))

    def file_evaluation(
        self,
        evaluation: Evaluation,
        *,
        by: str,
        based_on: str | None = None,
        blind: bool | None = None,
        session: str | None = None,
    ) -> SavedResult:
        """Files an evaluation of an interaction that is in the store, as the next revision of its source.

        Raises:
            StoreError: the interaction, the rubric or the evaluation it is based on is not in the store.
            RubricError: the rubric version is registered with another hash.
        """
        if based_on is not None and self.evaluation(based_on) is None:
            raise StoreError(f"there is no evaluation {based_on} to base one on", self.database.where)
        filing = writing.Filing(by=by, based_on=based_on, blind=blind, session=session)
        with self.database.writing() as transaction:
            return writing.file_evaluation(transaction, evaluation, filing)

    # Runs and the ledger

    def start_run(
        self, *, by: str, rubrics: Sequence[RubricText] = (), settings: Mapping[str, object] | None = None
    ) -> int:
        """Starts a run and holds it: it counts as alive until ``end_run``, ``close`` or the process' end.

        Raises:
            RubricError: a rubric version was registered before with another hash, or is retired.
        """
        references = [RubricRef(rubric.id, rubric.version, rubric.sha256) for rubric in rubrics]
        with ExitStack() as held, self.database.writing() as session:
            for rubric in rubrics:
                writing.register_rubric(session, rubric, by=by)
                publications.refuse_retired(session, rubric.id, rubric.version)
            run = ledger.add_run(session, by=by, rubrics=references, settings=settings or {})
            # Before the commit, so that nobody ever sees the run and takes it for dead.
            lock = liveness.hold(self.database, run)
            held.callback(lock.release)
            session.commit()
            held.pop_all()
        self._locks[run] = lock
        return run

    def end_run(self, run: int, state: RunState) -> None:
        """Ends a run; what it has claimed and not finished is free again."""
        try:
            with self.database.writing() as session:
                ledger.end_run(session, run, state)
        finally:
            if run in self._locks:
                self._locks.pop(run).release()

    def claim(self, run: int, position: int, key: str, *, name: str) -> Claim:
        """Takes a key for a run and writes the input at its place.

        Returns:
            ``claimed``: work on it and settle it; ``done``: it was done before, nothing to do; ``busy``:
            another live run works on it, ask again later.
        """
        dead: list[int] = []

        def is_alive(other: int) -> bool:
            living = liveness.alive(self.database, other)
            if not living:
                dead.append(other)
            return living

        with self.database.writing() as session:
            got = ledger.claim(session, run, key, is_alive=is_alive)
            ledger.place(
                session,
                run,
                position,
                name=name,
                key=key,
                state={"claimed": "running", "done": "done", "busy": "queued"}[got],  # type: ignore[arg-type]
                done_before=got == "done",
            )
        for other in dead:
            liveness.forget(self.database, other)
        return got

    def settle(self, run: int, key: str, state: Outcome, reason: str | None) -> None:
        """Ends a key without a result: ``failed`` or ``rejected``, with the reason."""
        with self.database.writing() as session:
            ledger.settle(session, run, key, state, reason=reason)

    def place(
        self,
        run: int,
        position: int,
        *,
        name: str,
        state: LedgerState,
        key: str | None = None,
        reason: str | None = None,
        done_before: bool = False,
    ) -> None:
        """Writes an input at its place without claiming anything: one refused without a key, or a repeat."""
        with self.database.writing() as session:
            ledger.place(
                session,
                run,
                position,
                name=name,
                key=key,
                state=state,
                reason=reason,
                done_before=done_before,
            )

    def abandoned_runs(self) -> tuple[int, ...]:
        """Ends the runs whose process is gone; their numbers. Their unfinished items are free again."""
        with self.database.reading() as session:
            unfinished = ledger.running_runs(session)
        dead = tuple(run for run in unfinished if not liveness.alive(self.database, run))
        for run in dead:
            with self.database.writing() as session:
                ledger.end_run(session, run, "abandoned")
            liveness.forget(self.database, run)
        return dead

    # Reading

    def interaction(self, interaction: str) -> Interaction | None:
        """One interaction; None when it is not in the store."""
        with self.database.reading() as session:
            return queries.interaction(session, interaction)

    def interactions(
        self, wanted: InteractionFilter | None = None, *, limit: int | None = None, offset: int = 0
    ) -> InteractionPage:
        """Interactions with the evaluation that counts; one row for each rubric they were evaluated by."""
        with self.database.reading() as session:
            return queries.interactions(session, wanted or InteractionFilter(), limit=limit, offset=offset)

    def inputs(self, interaction: str) -> tuple[InputRecord, ...]:
        """The files an interaction was read from, the first seen first."""
        with self.database.reading() as session:
            return queries.inputs(session, interaction)

    def transcript_json(self, interaction: str, *, evaluation: str | None = None) -> str | None:
        """The transcript as filed, byte for byte: an evaluation's, else the newest; None without one."""
        with self.database.reading() as session:
            return queries.content(session, TranscriptRow, interaction, evaluation)

    def metrics_json(self, interaction: str, *, evaluation: str | None = None) -> str | None:
        """The metrics as filed, byte for byte: an evaluation's, else the newest; None without any."""
        with self.database.reading() as session:
            return queries.content(session, MetricsRow, interaction, evaluation)

    def evaluation(self, evaluation: str) -> EvaluationRecord | None:
        """One evaluation by its id; None when there is none."""
        with self.database.reading() as session:
            return queries.evaluation(session, evaluation)

    def latest_evaluation(self, interaction: str, rubric: str) -> EvaluationRecord | None:
        """The evaluation that counts: a person's last, else the machine's last; None when there is none."""
        with self.database.reading() as session:
            return queries.latest_evaluation(session, interaction, rubric)

    def revisions(self, interaction: str, rubric: str | None = None) -> tuple[EvaluationRecord, ...]:
        """Every evaluation of an interaction in the order of filing."""
        with self.database.reading() as session:
            return queries.revisions(session, interaction, rubric)

    def rubrics(self) -> tuple[RubricRecord, ...]:
        """Every registered rubric version."""
        with self.database.reading() as session:
            return queries.rubrics(session)

    def run(self, run: int) -> RunRecord | None:
        """A run with its inputs in their order; None when there is none."""
        with self.database.reading() as session:
            return queries.run(session, run)

    def runs(self, *, limit: int | None = None) -> tuple[RunRecord, ...]:
        """Runs without their items, the newest first."""
        with self.database.reading() as session:
            return queries.runs(session, limit)

    def results(self, run: int) -> Iterator[Result]:
        """The results of a run in the order of its inputs; items not yet finished are left out."""
        with self.database.reading() as session:
            yield from queries.results(session, run)

    def ledger_item(self, key: str) -> LedgerItem | None:
        """Progress of a key; None when no run has met it."""
        with self.database.reading() as session:
            return queries.ledger_item(session, key)

    def counts(self) -> Counts:
        """How much the store holds."""
        with self.database.reading() as session:
            return queries.counts(session)

    def values_of(self, name: str) -> tuple[str, ...]:
        """The different values of kind, agent, site, queue, language or rubric, sorted."""
        with self.database.reading() as session:
            return queries.values_of(session, name)


def _bring_up(database: Database, revision: str | None) -> None:
    if database.is_sqlite:
        schema.upgrade(database)
        return
    state = "is empty" if revision is None else f"is at revision {revision}, {schema.HEAD} is needed"
    raise StoreError(f"the database {state}", database.where, "run `qa db upgrade` once")


def _save_part(
    session: Session,
    table: type[TranscriptRow | MetricsRow],
    interaction: str,
    part: Mapping[str, Any] | None,
) -> int | None:
    return None if part is None else writing.save_content(session, table, interaction, canonical_json(part))
