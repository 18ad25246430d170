"""Many items, one run: claim, work, save, each on its own, so that a crash loses nothing and repeats nothing.

Only the process that calls ``run_batch`` writes the store. A task is ``module:function``; it gets the
payload of an item and returns an *outcome*, JSON of this shape:

    {"result": {…result/1…},
     "interaction": {"id": "…", "kind": "call", "agent": "…", …, "metadata": {…}},
     "input": {"name": "…", "sha256": "…", "location": "/where/it/lay"}}

``interaction`` and ``input`` are needed for a result that is done. A task raises InputError for a fault of
its item; every other QAToolkitError is a fault of the run and stops it; any other exception is a failed item.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from qa_toolkit.batch.executors import Executor, Finished, InProcess, LocalWorkers, Work
from qa_toolkit.batch.interruption import StopRequest, stop_on_signals
from qa_toolkit.batch.items import BatchEvent, BatchSummary, EventKind, WorkItem
from qa_toolkit.batch.worker import one_line
from qa_toolkit.domain.case import Interaction
from qa_toolkit.domain.contract import from_contract
from qa_toolkit.domain.evaluation import Result
from qa_toolkit.errors import InputError, QAToolkitError, StoreError, UsageError
from qa_toolkit.store import ClaimLostError, InputRef, Outcome, RubricText, RunState, SavedResult

if TYPE_CHECKING:
    from qa_toolkit.store import Store

MAX_WORKER_DEATHS = 3
"""An item whose worker process died this often is failed; until then it is tried again."""

POLL_S = 0.25
BUSY_POLL_S = 1.0


def run_batch(
    items: Iterable[WorkItem],
    task: str,
    *,
    store: Store,
    workers: int,
    by: str,
    rubrics: Sequence[RubricText] = (),
    settings: Mapping[str, object] | None = None,
    window: int | None = None,
    initialiser: str | None = None,
    initialiser_payload: Mapping[str, Any] | None = None,
    item_timeout_s: float | None = None,
    items_at_once: int = 1,
    on_event: Callable[[BatchEvent], None] | None = None,
) -> BatchSummary:
    """Works through items and saves each as it finishes; what was done before is not done again.

    Args:
        items: read as they are needed, never all at once.
        task: ``module:function``, importable in the workers; see above.
        workers: worker processes; 0 works in this process, one item at a time.
        by: the person or service that the store records.
        rubrics: rubric versions the items are evaluated with; registered before anything runs.
        settings: kept with the run, for people.
        window: items claimed at a time; by default one more for each worker than it has in hand.
        initialiser: ``module:function``, called with ``initialiser_payload`` once in each worker.
        item_timeout_s: an item that takes longer is failed and its worker replaced; not with 0 workers.
        items_at_once: items that a worker has in hand, in threads; for tasks whose items share work.

    Returns:
        How it ended. ``interrupted`` is true after Ctrl-C or SIGTERM: what had finished is saved.

    Raises:
        RubricError: a rubric version was used before with other content; nothing was started.
        StoreError: the store failed (a full disk, say); what was saved before stays, the same call goes on.
        QAToolkitError: a fault of the whole run, such as a missing model.
    """
    if workers < 0 or (window is not None and window < 1):
        raise UsageError(f"{workers} workers with a window of {window} cannot work", None, "use 1 or more")
    store.abandoned_runs()  # those of killed processes are ended here, so that nothing seems to run on
    run = store.start_run(by=by, rubrics=rubrics, settings=settings)
    work = Work(task, initialiser, initialiser_payload or {})
    executor: Executor = (
        LocalWorkers(work, workers, item_timeout_s=item_timeout_s, items_at_once=items_at_once)
        if workers
        else InProcess(work)
    )
    batch = _Batch(
        store,
        executor,
        run=run,
        by=by,
        window=window or max(1, (items_at_once + 1) * workers),
        on_event=on_event or _ignore,
    )
    state: RunState = "stopped"
    try:
        batch.work_through(items, deferred=workers > 0)
        state = "interrupted" if batch.summary.interrupted else "finished"
    finally:
        executor.stop()
        # A store that is full cannot note the end either; the released lock tells the next run.
        with suppress(StoreError):
            store.end_run(run, state)
    return batch.summary


class _Batch:
    """The state of one run while it goes on."""

    def __init__(
        self,
        store: Store,
        executor: Executor,
        *,
        run: int,
        by: str,
        window: int,
        on_event: Callable[[BatchEvent], None],
    ) -> None:
        self._store, self._executor, self._run, self._by = store, executor, run, by
        self._window, self._on_event = window, on_event
        self.summary = BatchSummary(run)
        self._places: dict[str, list[int]] = {}
        """Places of the run that wait for a key."""
        self._ended: dict[str, tuple[Outcome, str | None]] = {}
        self._keys_by_interaction: dict[str, tuple[str, str]] = {}
        self._deaths: Counter[str] = Counter()
        self._busy: deque[tuple[int, WorkItem]] = deque()
        self._ask_again_at = 0.0
        self._stopping = False

    def work_through(self, items: Iterable[WorkItem], *, deferred: bool) -> None:
        """Works until everything has an end or somebody asks to stop."""
        try:
            if deferred:
                with stop_on_signals() as stop:
                    self._loop(items, stop)
            else:
                self._loop(items, StopRequest())
        except KeyboardInterrupt:
            self.summary.interrupted = True

    def _loop(self, items: Iterable[WorkItem], stop: StopRequest) -> None:
        source = enumerate(items)
        exhausted = False
        while not stop.requested:
            taken = False
            if not exhausted and self._executor.outstanding < self._window:
                upcoming = next(source, None)
                exhausted = upcoming is None
                if upcoming is not None:
                    self._take(*upcoming)
                    taken = True
            if exhausted and not self._executor.outstanding and not self._busy:
                return
            # One input a round: many inputs done before must not keep finished ones from being saved.
            self._collect(0 if taken else POLL_S)
            self._ask_for_busy()
        self.summary.interrupted = self._stopping = True
        self._collect(0)

    def _collect(self, timeout_s: float) -> None:
        if not self._executor.outstanding:
            time.sleep(timeout_s)
            return
        for finished in self._executor.collect(timeout_s):
            self._handle(finished)

    def _take(self, position: int, item: WorkItem) -> None:
        """Finds out what an input needs: nothing, a place beside its twin, or work."""
        if item.refused is not None:
            self._refuse(position, item, item.refused.status, item.refused.reason)
            return
        clash = None if item.interaction is None else self._clash(item, item.interaction)
        if clash is not None:
            self._refuse(position, item, "rejected", clash)
        else:
            self._seek(position, item)

    def _seek(self, position: int, item: WorkItem, *, asked_before: bool = False) -> None:
        """An outcome for the input: one this run has, one it is getting, or a claim of its own."""
        if item.key in self._ended:
            self._repeat(position, item, *self._ended[item.key])
        elif item.key in self._places:
            self._places[item.key].append(position)
            self._store.place(self._run, position, name=item.input, key=item.key, state="running")
        else:
            self._claim(position, item, asked_before=asked_before)

    def _clash(self, item: WorkItem, interaction: str) -> str | None:
        """What is wrong when another input of this run has the interaction id."""
        key, name = self._keys_by_interaction.setdefault(interaction, (item.key, item.input))
        if key == item.key:
            return None
        return f"the id '{interaction}' belongs to another input of this run, {name}, give each its own"

    def _refuse(self, position: int, item: WorkItem, state: Outcome, reason: str) -> None:
        self._store.place(self._run, position, name=item.input, state=state, reason=reason)
        self._count(state)
        self._tell(state, position, item.input, reason)

    def _repeat(self, position: int, item: WorkItem, state: Outcome, reason: str | None) -> None:
        twice = state == "done"
        self._store.place(
            self._run, position, name=item.input, key=item.key, state=state, reason=reason, done_before=twice
        )
        self._count("done_before" if twice else state)
        self._tell("done_before" if twice else state, position, item.input, reason)

    def _claim(self, position: int, item: WorkItem, *, asked_before: bool) -> None:
        answer = self._store.claim(self._run, position, item.key, name=item.input)
        if answer == "claimed":
            self._places[item.key] = [position]
            self._executor.submit(item)
        elif answer == "done":
            self._ended[item.key] = ("done", None)
            known = self._store.ledger_item(item.key)
            if known is not None and known.interaction is not None:
                self._clash(item, known.interaction)
            self._count("done_before")
            self._tell("done_before", position, item.input)
        else:
            self._busy.append((position, item))
            if not asked_before:
                self._tell("waiting", position, item.input, "another run works on it")

    def _ask_for_busy(self) -> None:
        """Asks again for what other runs work on, each once a while."""
        if not self._busy or time.monotonic() < self._ask_again_at:
            return
        self._ask_again_at = time.monotonic() + BUSY_POLL_S
        for _ in range(len(self._busy)):
            position, item = self._busy.popleft()
            self._seek(position, item, asked_before=True)

    def _handle(self, finished: Finished) -> None:
        item = finished.item
        if finished.lost == "took too long":
            self._settle(item, "failed", "it took longer than the time limit for an item")
        elif finished.outcome is None:
            self._worker_died(item)
        else:
            self._save(item, finished.outcome)

    def _worker_died(self, item: WorkItem) -> None:
        if self._stopping:  # whoever asked to stop may have ended the workers too
            return
        self._deaths[item.key] += 1
        times = self._deaths[item.key]
        if times >= MAX_WORKER_DEATHS:
            self._settle(item, "failed", f"its worker process died {times} times")
            return
        self._tell("worker_lost", self._places[item.key][0], item.input, f"its worker process died ({times})")
        self._executor.submit(item)

    def _save(self, item: WorkItem, outcome: str) -> None:
        try:
            made = json.loads(outcome)
            result = from_contract(Result, {**made["result"], "input": item.input})
            if result.status == "done":
                about = Interaction(**made["interaction"])
                clash = self._clash(item, about.id)
                if clash is None:
                    saved = self._save_done(item, result, about, InputRef(**made["input"]))
                    self._end(item, "done", None, saved.warnings)
                    return
                result = Result(item.input, "rejected", clash)
        except ClaimLostError:
            self._hand_over(item)
            return
        except InputError as error:
            result = Result(item.input, "failed", str(error))
        except QAToolkitError:
            raise
        except Exception as error:  # noqa: BLE001 - a task that answers nonsense fails its item only
            reason = f"the task's outcome cannot be saved ({type(error).__name__}: {one_line(error)})"
            result = Result(item.input, "failed", reason)
        status: Outcome = "rejected" if result.status == "rejected" else "failed"
        self._settle(item, status, result.reason or "no reason was given")

    def _save_done(
        self, item: WorkItem, result: Result, interaction: Interaction, source: InputRef
    ) -> SavedResult:
        return self._store.save_result(
            result, interaction=interaction, source=source, by=self._by, run=self._run, key=item.key
        )

    def _settle(self, item: WorkItem, state: Outcome, reason: str) -> None:
        try:
            self._store.settle(self._run, item.key, state, reason)
        except ClaimLostError:
            self._hand_over(item)
            return
        self._end(item, state, reason)

    def _hand_over(self, item: WorkItem) -> None:
        """Another run has taken the item over; its outcome is awaited like that of any busy item."""
        self._busy.extend((position, item) for position in self._places.pop(item.key))

    def _end(
        self, item: WorkItem, state: Outcome, reason: str | None, warnings: tuple[str, ...] = ()
    ) -> None:
        self._ended[item.key] = (state, reason)
        self.summary.warnings.extend(warnings)
        for place, position in enumerate(self._places.pop(item.key)):
            kind: EventKind = "done_before" if place and state == "done" else state
            self._count(kind)
            self._tell(kind, position, item.input, reason, warnings)
            warnings = ()

    def _count(self, kind: EventKind) -> None:
        setattr(self.summary, kind, getattr(self.summary, kind) + 1)

    def _tell(
        self,
        kind: EventKind,
        position: int,
        name: str,
        reason: str | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self._on_event(BatchEvent(kind, self._run, position, name, reason, warnings))


def _ignore(event: BatchEvent) -> None:
    """Nobody listens."""
