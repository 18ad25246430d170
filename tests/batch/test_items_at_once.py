"""Workers with several items in hand: the same outcomes, and a death is blamed on nobody but the one at fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from store_examples import GREETING

from qa_toolkit.batch import BatchEvent, BatchSummary, WorkItem, run_batch
from qa_toolkit.errors import ModelFileError
from qa_toolkit.store import Store


def work(name: str, **payload: Any) -> WorkItem:
    return WorkItem(f"key of {name}", {"name": name, **payload}, f"{name}.wav", name)


def run(store: Store, items: list[WorkItem], **options: Any) -> BatchSummary:
    chosen = {"workers": 1, "items_at_once": 2, **options}
    return run_batch(items, "batch_tasks:score", store=store, by="tester", rubrics=[GREETING], **chosen)


def states(store: Store, summary: BatchSummary) -> dict[str, str]:
    found = store.run(summary.run)
    assert found is not None
    return {item.input.removesuffix(".wav"): item.state for item in found.items}


def test_a_worker_has_two_items_in_hand(store: Store, tmp_path: Path) -> None:
    """The first waits for what the second leaves behind; one after the other they would never end."""
    journal = tmp_path / "journal"
    summary = run(store, [work("first", after=str(journal)), work("second", journal=str(journal))])
    assert states(store, summary) == {"first": "done", "second": "done"}


@pytest.mark.parametrize("workers", [1, 2])
def test_every_item_is_done_once_and_kept_at_its_place(store: Store, tmp_path: Path, workers: int) -> None:
    journal = tmp_path / "journal"
    items = [work(f"c{n}", sleep_s=0.1 * (n % 3), journal=str(journal)) for n in range(9)]
    summary = run(store, items, workers=workers, items_at_once=3)
    assert [result.input for result in store.results(summary.run)] == [f"c{n}.wav" for n in range(9)]
    worked = [json.loads(line)[0] for line in journal.read_text("utf-8").splitlines()]
    assert sorted(worked) == [f"c{n}" for n in range(9)]
    assert {json.loads(line)[2] for line in journal.read_text("utf-8").splitlines()} <= {0, 1}


def test_bad_items_end_with_their_reason_and_the_others_are_done(store: Store) -> None:
    items = [
        work("a"),
        work("b", do="bad audio"),
        work("c", do="bug"),
        work("d", do="not applicable"),
        work("e"),
    ]
    summary = run(store, items)
    assert states(store, summary) == {"a": "done", "b": "failed", "c": "failed", "d": "rejected", "e": "done"}


def test_only_the_item_that_kills_its_worker_fails(store: Store) -> None:
    events: list[BatchEvent] = []
    items = [work(f"c{n}", do="die" if n == 1 else None, sleep_s=0.2) for n in range(5)]
    summary = run(store, items, on_event=events.append)
    assert states(store, summary) == {f"c{n}": "failed" if n == 1 else "done" for n in range(5)}
    reasons = {result.input: result.reason for result in store.results(summary.run)}
    assert reasons["c1.wav"] == "its worker process died 3 times"
    assert {event.input for event in events if event.kind == "worker_lost"} == {"c1.wav"}


def test_an_item_that_kills_once_is_done_in_the_end(store: Store, tmp_path: Path) -> None:
    items = [work("a", sleep_s=0.2), work("b", do="die once", mark=str(tmp_path / "mark")), work("c")]
    assert set(states(store, run(store, items)).values()) == {"done"}


def test_an_item_that_hangs_is_failed_and_its_companions_are_not(store: Store) -> None:
    items = [work("a"), work("b", do="hang"), work("c"), work("d")]
    # Long enough for a worker to start on a busy machine: only the one that hangs for ever is to be over it.
    summary = run(store, items, item_timeout_s=10.0)
    assert states(store, summary) == {"a": "done", "b": "failed", "c": "done", "d": "done"}


def test_a_fault_of_the_run_stops_it(store: Store) -> None:
    with pytest.raises(ModelFileError, match="the model is missing"):
        run(store, [work("a", sleep_s=0.3), work("b", do="no model"), work("c")])
