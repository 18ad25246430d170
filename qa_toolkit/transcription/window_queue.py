"""One queue for the windows of many calls: each is prepared alone, then several are finished together.

Callers in several threads hand in their windows and wait. Workers prepare windows one at a time, the longest
first, and finish up to ``together`` of those that may be finished together, whichever calls they come from.
What a window becomes must not depend on its neighbours; that is for ``prepare`` and ``finish`` to keep.

Workers are threads that live while there is work.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Generic, TypeVar, cast

Item = TypeVar("Item")
Ready = TypeVar("Ready")
Result = TypeVar("Result")

TOGETHER = 16


@dataclass(slots=True, eq=False)
class _Order(Generic[Item, Ready, Result]):
    """What one caller waits for."""

    key: Hashable
    results: list[Result | None]
    done: int = 0
    error: BaseException | None = None
    over: bool = False


@dataclass(slots=True, eq=False)
class _Entry(Generic[Item, Ready, Result]):
    """One window of an order."""

    order: _Order[Item, Ready, Result]
    place: int
    item: Item
    ready: Ready | None = None


@dataclass(slots=True)
class _State(Generic[Item, Ready, Result]):
    """What is known under the lock."""

    pending: list[tuple[float, int, _Entry[Item, Ready, Result]]] = field(default_factory=list)
    prepared: dict[Hashable, list[_Entry[Item, Ready, Result]]] = field(default_factory=dict)
    preparing: int = 0
    finishing: int = 0
    running: int = 0


class WindowQueue(Generic[Item, Ready, Result]):
    """Windows of all callers, and the threads that work on them.

    Args:
        prepare: what is done with each window alone.
        finish: what is done with several prepared windows of one key; one result each, in order.
        workers: threads that prepare and finish.
        together: windows finished at once at most.
    """

    def __init__(
        self,
        prepare: Callable[[Item], Ready],
        finish: Callable[[Hashable, Sequence[Ready]], Sequence[Result]],
        *,
        workers: int,
        together: int = TOGETHER,
    ) -> None:
        self._prepare, self._finish = prepare, finish
        self._workers, self._together = workers, together
        self._held = 2 * together + workers
        self._state: _State[Item, Ready, Result] = _State()
        self._changed = threading.Condition()
        self._serial = count()

    @property
    def waiting(self) -> int:
        """Windows handed in that nobody prepares yet."""
        with self._changed:
            return len(self._state.pending)

    def work(
        self,
        items: Sequence[Item],
        key: Hashable,
        *,
        lengths: Sequence[float],
        ready: Mapping[int, Ready] | None = None,
        on_done: Callable[[int], None] | None = None,
    ) -> list[Result]:
        """The results of the items, in their order; waits until all are there.

        Args:
            key: items are finished together with others of the same key only.
            lengths: how long each item is; longer ones are prepared first.
            ready: what is prepared already, by place.
            on_done: told in this thread how many are finished.

        Raises:
            Exception: what ``prepare`` or ``finish`` raised for one of these items. An item of another caller
                that fails is no matter here.
        """
        order: _Order[Item, Ready, Result] = _Order(key, [None] * len(items))
        with self._changed:
            self._take_in(order, items, lengths, ready or {})
            self._start_workers()
            self._changed.notify_all()
        try:
            for done in self._progress(order):
                if on_done is not None:
                    on_done(done)
        finally:
            with self._changed:
                order.over = True
        return cast("list[Result]", order.results)

    def _take_in(
        self,
        order: _Order[Item, Ready, Result],
        items: Sequence[Item],
        lengths: Sequence[float],
        ready: Mapping[int, Ready],
    ) -> None:
        for place, (item, length) in enumerate(zip(items, lengths, strict=True)):
            entry = _Entry(order, place, item, ready.get(place))
            if entry.ready is None:
                heapq.heappush(self._state.pending, (-length, next(self._serial), entry))
            else:
                self._state.prepared.setdefault(order.key, []).append(entry)

    def _progress(self, order: _Order[Item, Ready, Result]) -> Iterator[int]:
        told = 0
        while told < len(order.results):
            with self._changed:
                self._changed.wait_for(lambda: order.error is not None or order.done > told)  # noqa: B023
                told = order.done
                if order.error is not None:
                    raise order.error
            yield told

    def _start_workers(self) -> None:
        state = self._state
        wanted = min(self._workers, len(state.pending) + sum(map(len, state.prepared.values())))
        for _ in range(wanted - state.running):
            state.running += 1
            threading.Thread(target=self._run, name="qa-window-worker", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._changed:
                step = self._next_step()
            if step is None:
                return
            step()

    def _next_step(self) -> Callable[[], None] | None:
        """What a free worker does next; None when it is not needed any more."""
        state = self._state
        while True:
            self._forget_what_nobody_wants()
            batch = self._batch()
            if batch:
                state.finishing += 1
                return lambda: self._finish_together(batch)
            if state.pending and self._in_hand() < self._held:
                entry = heapq.heappop(state.pending)[2]
                state.preparing += 1
                return lambda: self._prepare_one(entry)
            if not state.preparing:
                state.running -= 1
                return None
            self._changed.wait()

    def _forget_what_nobody_wants(self) -> None:
        state = self._state
        if any(entry.order.over for _, _, entry in state.pending[:1]):
            state.pending = [each for each in state.pending if not each[2].order.over]
            heapq.heapify(state.pending)
        for key, entries in list(state.prepared.items()):
            kept = [entry for entry in entries if not entry.order.over]
            if kept:
                state.prepared[key] = kept
            else:
                del state.prepared[key]

    def _batch(self) -> list[_Entry[Item, Ready, Result]]:
        """Windows to finish now: a full group, or a fair share of what there is when no more are to come."""
        state = self._state
        if not state.prepared:
            return []
        key, group = max(state.prepared.items(), key=lambda each: len(each[1]))
        size = self._together
        if len(group) < self._together:
            if state.pending and self._in_hand() < self._held:
                return []
            coming = 0 if state.pending else state.preparing
            size = -(-(len(group) + coming) // max(1, self._workers - state.finishing))
        state.prepared[key] = group[size:]
        return group[:size]

    def _in_hand(self) -> int:
        return self._state.preparing + sum(map(len, self._state.prepared.values()))

    def _prepare_one(self, entry: _Entry[Item, Ready, Result]) -> None:
        error: BaseException | None = None
        try:
            entry.ready = self._prepare(entry.item)
        except Exception as caught:  # noqa: BLE001 - raised again in the caller's thread
            error = caught
        with self._changed:
            self._state.preparing -= 1
            if error is None:
                self._state.prepared.setdefault(entry.order.key, []).append(entry)
            else:
                entry.order.error, entry.order.over = error, True
            self._changed.notify_all()

    def _finish_together(self, entries: list[_Entry[Item, Ready, Result]]) -> None:
        outcomes = self._finished(entries)
        with self._changed:
            self._state.finishing -= 1
            for entry, outcome in zip(entries, outcomes, strict=True):
                if isinstance(outcome, BaseException):
                    entry.order.error, entry.order.over = outcome, True
                else:
                    entry.order.results[entry.place] = outcome
                    entry.order.done += 1
            self._changed.notify_all()

    def _finished(self, entries: list[_Entry[Item, Ready, Result]]) -> Sequence[Result | BaseException]:
        """Results; windows that fail together are tried alone, so that only the one at fault fails."""
        try:
            return self._finish(entries[0].order.key, [cast("Ready", entry.ready) for entry in entries])
        except Exception as error:  # noqa: BLE001 - raised again in the caller's thread
            if len(entries) == 1:
                return [error]
            return [outcome for entry in entries for outcome in self._finished([entry])]
