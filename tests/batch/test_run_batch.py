"""One run: order, outcomes, repeats, refusals, bad workers. The task is a fake (tests/batch_tasks.py)."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from store_examples import GREETING

from qa_toolkit.batch import BatchEvent, BatchSummary, Refusal, WorkItem, item_key, run_batch
from qa_toolkit.errors import ConfigurationError, ModelFileError, RubricError, UsageError
from qa_toolkit.store import RubricText, Store

SCORE = "batch_tasks:score"


def work(name: str, **payload: Any) -> WorkItem:
    return WorkItem(f"key of {name}", {"name": name, **payload}, f"{name}.wav", name)


def run(store: Store, items: Any, *, workers: int = 2, task: str = SCORE, **options: Any) -> BatchSummary:
    return run_batch(items, task, store=store, workers=workers, by="tester", rubrics=[GREETING], **options)


def states(store: Store, summary: BatchSummary) -> list[tuple[str, str]]:
    found = store.run(summary.run)
    assert found is not None
    return [(item.input, item.state) for item in found.items]


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_every_item_is_done_and_kept_at_its_place(store: Store, workers: int) -> None:
    # The first takes longest, so that the order of ends differs from the order of inputs.
    items = [work(f"c{n}", sleep_s=0.3 if n == 0 else 0.0) for n in range(5)]
    summary = run(store, items, workers=workers)
    assert (summary.done, summary.finished, summary.interrupted) == (5, 5, False)
    assert states(store, summary) == [(f"c{n}.wav", "done") for n in range(5)]
    results = list(store.results(summary.run))
    assert [result.input for result in results] == [f"c{n}.wav" for n in range(5)]
    assert [result.evaluation["interaction"] for result in results if result.evaluation] == [
        f"c{n}" for n in range(5)
    ]
    found = store.run(summary.run)
    assert found is not None
    assert (found.state, found.started_by) == ("finished", "tester")


def test_a_second_run_repeats_nothing_and_reports_the_same(store: Store, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    items = [work(f"c{n}", journal=str(journal)) for n in range(4)]
    first = run(store, items)
    more = [*items, work("c4", journal=str(journal))]
    second = run(store, more)
    assert (second.done, second.done_before) == (1, 4)
    assert len(journal.read_text().splitlines()) == 5
    again = list(store.results(second.run))
    assert again[:4] == list(store.results(first.run))
    assert store.counts().evaluations == 5


BAD = [
    ("bad audio", "failed", "the file holds no sound, x.wav, check it"),
    ("not applicable", "rejected", "the rubric is for outbound calls, x.wav"),
    ("bug", "failed", "unexpected ZeroDivisionError: division by zero"),
    ("exit", "failed", "unexpected SystemExit: 3"),
]


def test_a_bad_item_ends_with_its_reason_and_the_rest_goes_on(store: Store) -> None:
    items = [work(do, do=do) for do, _, _ in BAD] + [work("good")]
    summary = run(store, items)
    assert (summary.done, summary.failed, summary.rejected) == (1, 3, 1)
    found = store.run(summary.run)
    assert found is not None
    assert [(item.state, item.reason) for item in found.items[:-1]] == [bad[1:] for bad in BAD]
    assert found.items[-1].state == "done"


def test_what_failed_is_tried_again_and_what_was_done_is_not(store: Store) -> None:
    first = run(store, [work("a", do="bug"), work("b")])
    second = run(store, [work("a"), work("b")])
    assert (first.failed, second.done, second.done_before, second.failed) == (1, 1, 1, 0)
    item = store.ledger_item("key of a")
    assert item is not None
    assert (item.state, item.attempts) == ("done", 2)


NONSENSE = [
    None,
    {},
    {"result": {"status": "fine"}},
    {"result": {"status": "done"}},
    {"result": {"status": "done"}, "interaction": {"id": "x", "unknown": 1}, "input": {}},
    float("nan"),
    "\ud800",
]


@pytest.mark.parametrize("answer", NONSENSE)
def test_a_task_that_answers_nonsense_fails_its_item_only(store: Store, answer: object) -> None:
    item = WorkItem("k", {"answer": answer}, "a.wav")
    summary = run(store, [item], workers=0, task="batch_tasks:answer_nonsense")
    assert summary.failed == 1
    found = store.run(summary.run)
    assert found is not None
    assert found.items[0].reason


class TestRefused:
    def test_an_input_that_cannot_be_used_keeps_its_place(self, store: Store) -> None:
        refused = WorkItem("", {}, "gone.wav", refused=Refusal("failed", "there is no such file"))
        summary = run(store, [work("a"), refused, work("b")])
        assert states(store, summary) == [("a.wav", "done"), ("gone.wav", "failed"), ("b.wav", "done")]
        assert [result.reason for result in store.results(summary.run)] == [
            None,
            "there is no such file",
            None,
        ]

    def test_two_inputs_with_one_id_are_not_both_worked_on(self, store: Store) -> None:
        other = WorkItem("another key", {"name": "a"}, "elsewhere/a.wav", "a")
        summary = run(store, [work("a"), other])
        assert (summary.done, summary.rejected) == (1, 1)
        (_, second) = store.results(summary.run)
        assert "the id 'a' belongs to another input of this run, a.wav" in (second.reason or "")

    @pytest.mark.parametrize("before", [False, True])
    def test_an_id_found_by_the_work_itself_is_not_saved_twice_either(
        self, store: Store, *, before: bool
    ) -> None:
        items = [WorkItem(f"key {n}", {"name": "a", "percent": n}, f"{n}.json") for n in (10, 20)]
        if before:
            run(store, items[:1], workers=0)
        summary = run(store, items, workers=0)
        assert (summary.done + summary.done_before, summary.rejected) == (1, 1)
        (record,) = store.revisions("a")
        assert record.percent == 10
        assert "belongs to another input of this run, 10.json" in (
            list(store.results(summary.run))[1].reason or ""
        )

    @pytest.mark.parametrize("do", [None, "bug"])
    def test_the_same_input_twice_is_worked_on_once(
        self, store: Store, tmp_path: Path, do: str | None
    ) -> None:
        journal = tmp_path / "journal"
        twice = work("a", journal=str(journal), do=do, sleep_s=0.2)
        summary = run(store, [twice, twice, work("b"), work("c"), work("d"), work("e"), twice])
        assert len(journal.read_text().splitlines()) == 1
        state = "done" if do is None else "failed"
        assert [found for _, found in states(store, summary)] == [
            state,
            state,
            "done",
            "done",
            "done",
            "done",
            state,
        ]
        assert summary.finished == 7


class TestWorkers:
    def test_the_model_is_loaded_once_in_each_worker(self, store: Store, tmp_path: Path) -> None:
        journal = tmp_path / "journal"
        items = [work(f"c{n}", journal=str(journal), sleep_s=0.02) for n in range(12)]
        run(store, items, initialiser="batch_tasks:load", initialiser_payload={})
        lines = [json.loads(line) for line in journal.read_text().splitlines()]
        assert {loads for _, _, loads in lines} == {1}
        assert len({pid for _, pid, _ in lines}) == 2
        assert os.getpid() not in {pid for _, pid, _ in lines}

    def test_what_a_worker_prints_keeps_off_standard_output(
        self, store: Store, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert run(store, [work("a", do="print")], workers=1).done == 1
        out, err = capfd.readouterr()
        assert out == ""
        assert "native chatter" in err

    def test_a_killed_worker_is_replaced_and_its_item_tried_again(self, store: Store, tmp_path: Path) -> None:
        events: list[BatchEvent] = []
        items = [work(f"c{n}") for n in range(6)]
        items[2] = work("c2", do="die once", mark=str(tmp_path / "mark"))
        summary = run(store, items, on_event=events.append)
        assert summary.done == 6
        assert [event.input for event in events if event.kind == "worker_lost"] == ["c2.wav"]
        assert store.counts().evaluations == 6

    def test_an_item_that_kills_its_worker_three_times_is_failed(self, store: Store, tmp_path: Path) -> None:
        journal = tmp_path / "journal"
        items = [work(f"c{n}", journal=str(journal)) for n in range(5)]
        items.insert(1, work("poison", do="die", journal=str(journal)))
        summary = run(store, items)
        assert (summary.done, summary.failed) == (5, 1)
        calls = [json.loads(line)[0] for line in journal.read_text().splitlines()]
        assert calls.count("poison") == 3
        assert all(calls.count(f"c{n}") == 1 for n in range(5)), "the others were not blamed or repeated"
        (_, poison, *_) = store.results(summary.run)
        assert poison.reason == "its worker process died 3 times"

    def test_an_item_over_the_time_limit_is_failed(self, store: Store) -> None:
        summary = run(store, [work("a"), work("slow", do="hang"), work("b"), work("c")], item_timeout_s=20.0)
        assert (summary.done, summary.failed) == (3, 1)

    def test_a_worker_that_cannot_load_stops_the_run_before_any_item(self, store: Store) -> None:
        with pytest.raises(ModelFileError, match="the model is missing"):
            run(store, [work("a")], initialiser="batch_tasks:load", initialiser_payload={"broken": True})
        item = store.ledger_item("key of a")
        assert item is not None
        assert item.state == "queued"
        assert store.runs()[0].state == "stopped"

    @pytest.mark.parametrize("workers", [0, 2])
    def test_a_fault_of_the_whole_run_stops_it_and_what_was_done_stays(
        self, store: Store, workers: int, tmp_path: Path
    ) -> None:
        kept = tmp_path / "a is kept"
        items = [
            work("a"),
            work("b", do="no model", after=str(kept)),
            *(work(f"c{n}", sleep_s=0.2) for n in range(9)),
        ]
        with pytest.raises(ModelFileError):
            run(store, items, workers=workers, on_event=lambda event: kept.touch())
        assert run(store, [work("a")]).done_before == 1

    @pytest.mark.parametrize("task", ["batch_tasks:absent", "no_such_module:x", "nothing"])
    def test_a_task_that_cannot_be_imported_is_said_at_once(self, store: Store, task: str) -> None:
        with pytest.raises(ConfigurationError, match="cannot be imported"):
            run(store, [work("a")], task=task)


def test_items_are_read_as_they_are_needed(store: Store) -> None:
    taken, ended, ahead = 0, 0, 0

    def items() -> Iterator[WorkItem]:
        nonlocal taken, ahead
        for n in range(20):
            taken += 1
            ahead = max(ahead, taken - ended)
            yield work(f"c{n}")

    def count(event: BatchEvent) -> None:
        nonlocal ended
        ended += 1

    assert run(store, items(), window=3, on_event=count).done == 20
    assert ahead == 3


@pytest.mark.parametrize("workers", [0, 2])
def test_ctrl_c_keeps_what_was_done_and_the_next_run_goes_on(
    store: Store, tmp_path: Path, workers: int
) -> None:
    journal = tmp_path / "journal"
    items = [work(f"c{n}", journal=str(journal), sleep_s=0.05) for n in range(30)]

    def interrupt(event: BatchEvent) -> None:
        if event.position == 5:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    summary = run(store, items, workers=workers, on_event=interrupt)
    assert signal.getsignal(signal.SIGINT) is before
    assert summary.interrupted
    assert 3 <= summary.done < 30, "two workers may finish the sixth while three before it are still open"
    assert store.counts().evaluations == summary.done
    assert store.runs()[0].state == "interrupted"
    rest = run(store, items)
    assert (rest.done_before, rest.done) == (summary.done, 30 - summary.done)


def test_a_signal_that_is_ignored_stays_ignored(store: Store) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        summary = run(
            store, [work(f"c{n}") for n in range(4)], on_event=lambda _: os.kill(os.getpid(), signal.SIGINT)
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert (summary.done, summary.interrupted) == (4, False)


def test_a_run_ends_those_whose_process_is_gone(store: Store, store_path: Path) -> None:
    with Store.open(store_path) as killed:
        gone = killed.start_run(by="tester")
        killed.claim(gone, 0, "another key", name="x")
    run(store, [work("a")], workers=0)
    assert [(found.id, found.state) for found in store.runs()] == [
        (gone + 1, "finished"),
        (gone, "abandoned"),
    ]
    item = store.ledger_item("another key")
    assert item is not None
    assert item.state == "queued"
    assert not [*store_path.parent.glob("*.lock")]


def test_outside_the_main_thread_it_works_without_signals(store: Store) -> None:
    found: list[BatchSummary] = []
    thread = threading.Thread(target=lambda: found.append(run(store, [work("a")])))
    thread.start()
    thread.join()
    assert found[0].done == 1


def test_two_runs_at_once_share_the_work_and_do_nothing_twice(
    store: Store, store_path: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    items = [work(f"c{n}", journal=str(journal), sleep_s=0.05) for n in range(12)]
    found: list[BatchSummary] = []

    def second_run() -> None:
        with Store.open(store_path) as other:
            found.append(run(other, items, workers=1))

    thread = threading.Thread(target=second_run)
    thread.start()
    found.append(run(store, items, workers=1))
    thread.join()
    calls = [json.loads(line)[0] for line in journal.read_text().splitlines()]
    assert sorted(calls) == sorted(f"c{n}" for n in range(12))
    assert sum(summary.done for summary in found) == 12
    assert all(summary.finished == 12 for summary in found)


def test_a_changed_rubric_of_the_same_version_starts_nothing(store: Store) -> None:
    run(store, [work("a")], workers=0)
    changed = RubricText(GREETING.id, GREETING.version, "f" * 64, "other", None)
    with pytest.raises(RubricError, match="raise the version"):
        run_batch([work("b")], SCORE, store=store, workers=0, by="tester", rubrics=[changed])
    assert len(store.runs()) == 1


def test_impossible_numbers_are_refused(store: Store) -> None:
    with pytest.raises(UsageError):
        run(store, [], workers=-1)
    with pytest.raises(UsageError):
        run(store, [], window=0)


PARTS: dict[str, Any] = {
    "input_sha256": "a",
    "rubric_sha256": "b",
    "models": {"whisper-base": "c", "silero-vad": "d"},
    "settings": {"language": None, "confidence": 0.7},
    "interaction": {"id": "x", "transaction": "renewal"},
}


def test_a_key_is_the_same_for_the_same_work_whatever_the_order() -> None:
    turned = {
        name: dict(reversed(part.items())) if isinstance(part, dict) else part for name, part in PARTS.items()
    }
    assert item_key(**turned) == item_key(**PARTS)
    assert len(item_key(**PARTS)) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"input_sha256": "z"},
        {"rubric_sha256": "z"},
        {"models": {"whisper-base": "z", "silero-vad": "d"}},
        {"settings": {"language": "en", "confidence": 0.7}},
        {"interaction": {"id": "y", "transaction": "renewal"}},
        {"interaction": {"id": "x", "transaction": "appeal"}},
    ],
)
def test_everything_a_result_depends_on_changes_the_key(change: dict[str, Any]) -> None:
    assert item_key(**{**PARTS, **change}) != item_key(**PARTS)
