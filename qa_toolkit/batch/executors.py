"""Where the items of a batch run: worker processes of this machine, or this process itself."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from qa_toolkit.batch import worker
from qa_toolkit.batch.items import WorkItem
from qa_toolkit.errors import EnvironmentProblemError, QAToolkitError

_START_ATTEMPTS = 3
_ROOM_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Work:
    """What every worker of a batch does.

    Attributes:
        task: ``module:function``, called with the payload of an item; gives an outcome (``runner``).
        initialiser: ``module:function``, called once in each worker with ``initialiser_payload``.
    """

    task: str
    initialiser: str | None = None
    initialiser_payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finished:
    """An item that came back: with an outcome as JSON text, or because its worker is gone."""

    item: WorkItem
    outcome: str | None = None
    lost: Literal["died", "took too long"] | None = None


class Executor(Protocol):
    """Runs items. Nothing here knows the store; a cluster needs no more than these."""

    @property
    def outstanding(self) -> int:
        """Items submitted and not yet come back."""
        ...

    def submit(self, item: WorkItem) -> None:
        """Takes an item."""
        ...

    def collect(self, timeout_s: float) -> list[Finished]:
        """Items that came back, waiting up to that time for the first.

        Raises:
            QAToolkitError: a fault of the whole run.
        """
        ...

    def stop(self) -> None:
        """Ends everything at once; items that had not come back are lost."""
        ...


class InProcess:
    """Works in this process, one item at a time: for a single input, and for looking for a fault."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._queue: deque[WorkItem] = deque()
        self._prepared = False

    @property
    def outstanding(self) -> int:
        return len(self._queue)

    def submit(self, item: WorkItem) -> None:
        self._queue.append(item)

    def collect(self, timeout_s: float) -> list[Finished]:  # noqa: ARG002 - the item takes what it takes
        if not self._queue:
            return []
        if not self._prepared:
            worker.prepare(self._work.task, self._work.initialiser, self._work.initialiser_payload)
            self._prepared = True
        item = self._queue[0]
        outcome = worker.perform(self._work.task, item.payload, item.input)
        self._queue.popleft()
        return [Finished(item, outcome)]

    def stop(self) -> None:
        self._queue.clear()


class LocalWorkers:
    """Worker processes, each with a short queue of its own and ``items_at_once`` items in hand.

    One process behind each queue makes it certain which item a dead process was working on, and leaves the
    other workers alone. Processes are started as items come.
    """

    def __init__(
        self, work: Work, workers: int, *, item_timeout_s: float | None = None, items_at_once: int = 1
    ) -> None:
        if items_at_once == 1:
            self._slots = [_Slot(work, item_timeout_s) for _ in range(workers)]
        else:
            self._slots = [_SharedSlot(work, item_timeout_s, items_at_once) for _ in range(workers)]

    @property
    def outstanding(self) -> int:
        return sum(slot.outstanding for slot in self._slots)

    def submit(self, item: WorkItem) -> None:
        min(self._slots, key=lambda slot: (slot.outstanding, not slot.started)).submit(item)

    def collect(self, timeout_s: float) -> list[Finished]:
        heads = [future for slot in self._slots for future in slot.awaited()]
        if heads:
            wait(heads, timeout=timeout_s, return_when=FIRST_COMPLETED)
        return [finished for slot in self._slots for finished in slot.collect()]

    def stop(self) -> None:
        for slot in self._slots:
            slot.end()


@dataclass(slots=True)
class _Submitted:
    item: WorkItem
    future: Future[str]
    since: float | None = None


class _Slot:
    """One worker process, replaced when it dies."""

    def __init__(self, work: Work, item_timeout_s: float | None) -> None:
        self._work = work
        self._timeout_s = item_timeout_s
        self._pool: ProcessPoolExecutor | None = None
        self._process: Future[int] | None = None
        self._ready: Future[None] | None = None
        self._failed_starts = 0
        self._timed_out = False
        self.queue: deque[_Submitted] = deque()

    @property
    def started(self) -> bool:
        return self._pool is not None

    @property
    def outstanding(self) -> int:
        """Items that have not come back."""
        return len(self.queue)

    def submit(self, item: WorkItem) -> None:
        self.queue.append(_Submitted(item, self._send(item)))

    def awaited(self) -> list[Future[Any]]:
        """The future that comes next, if the slot has work."""
        if not self.queue or self._ready is None:
            return []
        return [self.queue[0].future if self._ready.done() else self._ready]

    def collect(self) -> Iterator[Finished]:
        if not self.queue or not self._is_ready():
            return
        while self.queue and self.queue[0].future.done():
            head = self.queue.popleft()
            yield self._finished(head)
        self._watch_head()

    def end(self) -> None:
        if self.outstanding:
            self._kill()
        self._forget()
        self._shut_down()

    def _forget(self) -> None:
        self.queue.clear()

    def _shut_down(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _send(self, item: WorkItem) -> Future[str]:
        try:
            return self._living_pool().submit(worker.perform, self._work.task, item.payload, item.input)
        except BrokenProcessPool as error:
            if not self.queue:  # died while idle: nobody's fault
                self._replace()
                return self._living_pool().submit(worker.perform, self._work.task, item.payload, item.input)
            broken: Future[str] = Future()  # died with an earlier item: dealt with when that is collected
            broken.set_exception(error)
            return broken

    def _living_pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=worker.enter)
            self._process = self._pool.submit(worker.process_id)
            work = self._work
            self._ready = self._pool.submit(
                worker.prepare, work.task, work.initialiser, work.initialiser_payload
            )
        return self._pool

    def _is_ready(self) -> bool:
        """Whether the worker has started; a worker that cannot start is no fault of an item."""
        if self._ready is None or not self._ready.done():
            return False
        try:
            self._ready.result()
        except BrokenProcessPool:
            self._failed_starts += 1
            if self._failed_starts >= _START_ATTEMPTS:
                raise EnvironmentProblemError(
                    f"a worker process died {_START_ATTEMPTS} times while starting",
                    None,
                    "check memory; try fewer workers",
                ) from None
            self._replace()
            return False
        except QAToolkitError:
            raise
        except Exception as error:
            raise EnvironmentProblemError(
                f"a worker could not start ({type(error).__name__}: {worker.one_line(error)})"
            ) from error
        self._failed_starts = 0
        return True

    def _finished(self, head: _Submitted) -> Finished:
        try:
            return Finished(head.item, head.future.result())
        except BrokenProcessPool:
            late, self._timed_out = self._timed_out, False
            self._replace()
            return Finished(head.item, lost="took too long" if late else "died")

    def _replace(self) -> None:
        """A new process, which gets what the old one had queued."""
        self._shut_down()
        waiting = [submitted.item for submitted in self.queue]
        self.queue.clear()
        for item in waiting:
            self.submit(item)

    def _watch_head(self) -> None:
        if not self.queue or self._timeout_s is None:
            return
        head = self.queue[0]
        moment = time.monotonic()
        if head.since is None:
            head.since = moment
        elif moment - head.since > self._timeout_s and not self._timed_out:
            self._timed_out = True
            self._kill()

    def _kill(self) -> None:
        if self._process is None or not self._process.done() or self._process.exception() is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(self._process.result(), getattr(signal, "SIGKILL", signal.SIGTERM))


class _SharedSlot(_Slot):
    """One worker process that has several items in hand, so that they can share what it does.

    When the process dies with several in hand, nobody knows whose fault it was: each of them is then tried
    alone, and only one that dies alone counts as dead.
    """

    def __init__(self, work: Work, item_timeout_s: float | None, items_at_once: int) -> None:
        super().__init__(work, item_timeout_s)
        self._at_once = items_at_once
        self._in_hand: dict[int, tuple[WorkItem, float]] = {}
        self._fresh: deque[WorkItem] = deque()
        self._suspects: deque[WorkItem] = deque()
        self._exchange: Future[list[tuple[int, str]]] | None = None
        self._numbers = itertools.count()
        self._late: set[int] = set()

    @property
    def outstanding(self) -> int:
        return len(self._in_hand) + len(self._fresh) + len(self._suspects)

    def submit(self, item: WorkItem) -> None:
        self._fresh.append(item)
        self._hand_over()

    def awaited(self) -> list[Future[Any]]:
        if self._exchange is None or self._ready is None:
            return []
        return [self._exchange if self._ready.done() else self._ready]

    def collect(self) -> Iterator[Finished]:
        if self._exchange is None or not self._is_ready():
            return
        if self._exchange.done():
            exchange, self._exchange = self._exchange, None
            try:
                for number, outcome in exchange.result():
                    yield Finished(self._in_hand.pop(number)[0], outcome)
            except BrokenProcessPool:
                yield from self._lost()
            self._hand_over()
        self._watch()

    def _hand_over(self) -> None:
        """Gives the process what it has room for and asks for what finishes."""
        if self._exchange is not None:
            return
        fresh = []
        while (source := self._next_source()) is not None:
            item = source.popleft()
            number = next(self._numbers)
            self._in_hand[number] = (item, time.monotonic())
            fresh.append((number, item.payload, item.input))
            if source is self._suspects:
                break
        if not self._in_hand:
            return
        # With room for more it comes back soon to fetch what was submitted meanwhile.
        wait_s = None if len(self._in_hand) >= self._at_once or self._suspects else _ROOM_POLL_S
        try:
            self._exchange = self._living_pool().submit(worker.exchange, self._work.task, fresh, wait_s)
        except BrokenProcessPool as error:
            if len(fresh) == len(self._in_hand):  # died while idle: nobody's fault
                self._shut_down()
                self._exchange = self._living_pool().submit(worker.exchange, self._work.task, fresh, wait_s)
                return
            self._exchange = Future()
            self._exchange.set_exception(error)

    def _next_source(self) -> deque[WorkItem] | None:
        """Where the next item comes from; a suspect is handed over when nothing else is in hand."""
        if self._suspects:
            return None if self._in_hand else self._suspects
        return self._fresh if self._fresh and len(self._in_hand) < self._at_once else None

    def _lost(self) -> Iterator[Finished]:
        """The process is gone: who took too long, who died, and who has to be tried alone."""
        in_hand, late = self._in_hand, self._late
        self._in_hand, self._late = {}, set()
        self._shut_down()
        for number, (item, _) in in_hand.items():
            if number in late:
                yield Finished(item, lost="took too long")
            elif len(in_hand) == 1:
                yield Finished(item, lost="died")
            else:
                self._suspects.append(item)

    def _replace(self) -> None:
        self._shut_down()
        self._fresh.extendleft(item for item, _ in reversed(self._in_hand.values()))
        self._in_hand, self._exchange = {}, None
        self._hand_over()

    def _forget(self) -> None:
        self._in_hand, self._exchange = {}, None
        self._fresh.clear()
        self._suspects.clear()

    def _watch(self) -> None:
        if self._timeout_s is None or self._late:
            return
        moment = time.monotonic()
        self._late = {n for n, (_, since) in self._in_hand.items() if moment - since > self._timeout_s}
        if self._late:
            self._kill()
