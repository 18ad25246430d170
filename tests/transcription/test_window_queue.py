"""The queue of windows: order, company, failures and callers that go away; with workers made up for the test."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.transcription.window_queue import WindowQueue


class Recorder:
    """Prepares a number by doubling it, finishes it as text; notes what was done together and in which order."""

    def __init__(self, *, workers: int = 1, together: int = 4, bad: frozenset[int] = frozenset()) -> None:
        self.prepared: list[int] = []
        self.batches: list[tuple[Hashable, list[int]]] = []
        self.bad = bad
        self.open = threading.Event()
        self.open.set()
        self.queue: WindowQueue[int, int, str] = WindowQueue(
            self.prepare, self.finish, workers=workers, together=together
        )

    def prepare(self, item: int) -> int:
        assert self.open.wait(60)
        self.prepared.append(item)
        if item < 0:
            raise ValueError(f"cannot prepare {item}")
        return 2 * item

    def finish(self, key: Hashable, ready: Sequence[int]) -> list[str]:
        self.batches.append((key, list(ready)))
        if self.bad & set(ready):
            raise RuntimeError(f"cannot finish {sorted(self.bad & set(ready))}")
        return [f"{key}{number}" for number in ready]


@given(
    st.lists(st.lists(st.integers(0, 30), max_size=25), min_size=1, max_size=5),
    st.integers(1, 3),
    st.integers(1, 8),
)
def test_every_caller_gets_its_own_results_in_order(
    orders: list[list[int]], workers: int, together: int
) -> None:
    recorder = Recorder(workers=workers, together=together)
    with ThreadPoolExecutor(len(orders)) as pool:
        results = list(pool.map(lambda items: recorder.queue.work(items, "k", lengths=items), orders))
    assert results == [[f"k{2 * item}" for item in items] for items in orders]
    assert max((len(ready) for _, ready in recorder.batches), default=0) <= together
    assert sorted(recorder.prepared) == sorted(item for items in orders for item in items)


def test_the_longest_is_prepared_first_and_full_groups_are_finished_together() -> None:
    recorder = Recorder(together=4)
    items = [3, 9, 1, 7, 5, 2, 8, 6, 4, 0]
    recorder.queue.work(items, "k", lengths=items)
    assert recorder.prepared == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert [len(ready) for _, ready in recorder.batches] == [4, 4, 2]


def test_windows_of_several_callers_are_finished_together() -> None:
    recorder = Recorder(together=8)
    recorder.open.clear()
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(recorder.queue.work, [n, n + 10], "k", lengths=[1, 1]) for n in range(4)]
        while recorder.queue.waiting < 7:  # one of eight is in the worker's hands
            threading.Event().wait(0.001)
        recorder.open.set()
        assert [each.result(60) for each in waiting] == [[f"k{2 * n}", f"k{2 * n + 20}"] for n in range(4)]
    assert [len(ready) for _, ready in recorder.batches] == [8]


def test_other_keys_are_never_finished_together() -> None:
    recorder = Recorder(together=8)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda key: recorder.queue.work(range(10), key, lengths=[1] * 10), "ab"))
    assert {key for key, _ in recorder.batches} == {"a", "b"}


def test_what_is_ready_is_not_prepared_again() -> None:
    recorder = Recorder()
    assert recorder.queue.work([1, 2, 3], "k", lengths=[1, 1, 1], ready={1: 4}) == ["k2", "k4", "k6"]
    assert sorted(recorder.prepared) == [1, 3]


def test_progress_is_told_in_the_callers_thread_and_ends_with_all() -> None:
    recorder = Recorder(together=2)
    told: list[tuple[int, int]] = []
    recorder.queue.work(
        range(5), "k", lengths=[1] * 5, on_done=lambda done: told.append((done, threading.get_ident()))
    )
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1] == (5, threading.get_ident())


def test_only_the_caller_of_a_bad_window_is_told() -> None:
    recorder = Recorder(workers=2, together=8, bad=frozenset({14}))
    with ThreadPoolExecutor(3) as pool:
        good = pool.submit(recorder.queue.work, range(5), "k", lengths=[1] * 5)
        bad = pool.submit(recorder.queue.work, [7, 8], "k", lengths=[1, 1])
        unprepared = pool.submit(recorder.queue.work, [-1, 20], "k", lengths=[1, 1])
        assert good.result(60) == [f"k{2 * n}" for n in range(5)]
        with pytest.raises(RuntimeError, match="cannot finish"):
            bad.result(60)
        with pytest.raises(ValueError, match="cannot prepare -1"):
            unprepared.result(60)
    assert recorder.queue.work([1], "k", lengths=[1]) == ["k2"]


class SlowAfterTheFirst(Recorder):
    def prepare(self, item: int) -> int:
        if self.prepared:
            assert self.open.wait(60)
        return super().prepare(item)


def test_windows_of_a_caller_who_went_away_are_dropped() -> None:
    class GoneError(Exception):
        pass

    def leave(_: int) -> None:
        raise GoneError

    recorder = SlowAfterTheFirst(together=1)
    recorder.open = threading.Event()
    recorder.open.set()
    recorder.prepare(0)  # from here on, preparing waits
    recorder.open.clear()
    with ThreadPoolExecutor(1) as pool:
        gone = pool.submit(
            recorder.queue.work, range(100), "k", lengths=[1] * 100, ready={0: 0}, on_done=leave
        )
        with pytest.raises(GoneError):
            gone.result(60)
    recorder.open.set()
    assert recorder.queue.work([200], "k", lengths=[1]) == ["k400"]
    assert len(recorder.prepared) <= 3


def test_nothing_to_do_is_done_at_once() -> None:
    assert Recorder().queue.work([], "k", lengths=[]) == []
