"""A batch that is killed, interrupted or out of disk: nothing is lost, nothing is repeated."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from batch_process import items
from postgres_server import postgres_url
from sqlalchemy import event, text
from store_examples import GREETING

from qa_toolkit.batch import BatchEvent, run_batch
from qa_toolkit.errors import StoreError
from qa_toolkit.store import Store, upgrade

TESTS = Path(__file__).resolve().parents[1]


def start(address: str | Path, journal: Path, *, count: int, sleep_s: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", str(TESTS / "batch_process.py"), str(address), str(journal)]
    return subprocess.Popen(
        [*command, str(count), str(sleep_s)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        start_new_session=True,
    )


def executed(journal: Path) -> list[str]:
    lines = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
    return [json.loads(line)[0] for line in lines]


def done_keys(store: Store) -> set[str]:
    with store.database.reading() as session:
        return set(session.scalars(text("SELECT key FROM ledger WHERE state = 'done'")))


def kill_again_and_again(address: str | Path, folder: Path, *, kills: int, count: int, seed: int) -> None:
    """Kills the batch at random moments, then lets it finish; checks the ledger after every kill."""
    moments = random.Random(seed)
    journal = folder / "journal"
    survived = 0
    with Store.open(address) as store:
        for _ in range(kills):
            done = done_keys(store)
            seen = len(executed(journal))
            process = start(address, journal, count=count, sleep_s=0.01)
            time.sleep(moments.uniform(0.2, 1.8))
            survived += process.poll() is None
            process.kill()
            process.communicate()
            repeated = {f"key-{name}" for name in executed(journal)[seen:]} & done
            assert not repeated, "what was saved before the kill was worked on again"
            assert done <= done_keys(store), "something saved was lost"
            assert store.counts().evaluations == len(done_keys(store)), (
                "a result without its ledger, or twice"
            )
        process = start(address, journal, count=count, sleep_s=0)
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err
        done_now, done_before, _ = json.loads(out)
        assert done_now + done_before == count
        counts = store.counts()
        assert (counts.evaluations, counts.interactions, counts.ledger) == (count, count, {"done": count})
        assert all(store.revisions(f"c{n}")[0].revision == 1 for n in range(0, count, 50))
        states = {run.state for run in store.runs()}
        assert states <= {"abandoned", "finished", "running"}
        store.abandoned_runs()
        assert {run.state for run in store.runs()} <= {"abandoned", "finished"}
    assert survived >= kills // 2, "too few of the kills hit a batch that was still at work"


@pytest.mark.slow
def test_sixteen_kills_at_random_moments(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path / "s.sqlite3", tmp_path, kills=16, count=900, seed=20261123)


@pytest.mark.slow
@pytest.mark.postgres
def test_kills_with_postgresql(tmp_path: Path) -> None:
    with postgres_url() as url:
        upgrade(url)
        kill_again_and_again(url, tmp_path, kills=3, count=200, seed=5)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_fifty_kills_at_random_moments(tmp_path: Path, seed: int) -> None:
    kill_again_and_again(tmp_path / "s.sqlite3", tmp_path, kills=50, count=5000, seed=seed)


def wait_for(condition: object, *, limit_s: float = 30.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_workers_of_a_killed_batch_leave_too(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    process = start(tmp_path / "s.sqlite3", journal, count=50, sleep_s=0.05)
    wait_for(lambda: len(executed(journal)) >= 6)
    workers = {json.loads(line)[1] for line in journal.read_text().splitlines()}
    process.kill()
    process.communicate()
    wait_for(lambda: not any(alive(pid) for pid in workers), limit_s=5)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_stops_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    journal = tmp_path / "journal"
    process = start(tmp_path / "s.sqlite3", journal, count=200, sleep_s=0.02)
    wait_for(lambda: len(executed(journal)) >= 8)
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert not err, "no traceback of parent or worker"
    done, _, interrupted = json.loads(out)
    assert interrupted
    with Store.open(tmp_path / "s.sqlite3") as store:
        assert store.counts().evaluations == done > 0
        assert set(store.counts().ledger) <= {"done", "queued"}
        assert store.runs()[0].state == "interrupted"


def limit_pages(store: Store, pages: int | None) -> None:
    """Lets the file grow no further than so many pages: SQLite then says that the disk is full."""

    @event.listens_for(store.database.engine, "checkout")
    def set_limit(connection: object, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages or 2**30}")  # type: ignore[attr-defined]


def test_a_full_disk_stops_it_cleanly_and_the_next_run_goes_on(tmp_path: Path) -> None:
    store_path, journal = tmp_path / "s.sqlite3", tmp_path / "journal"
    work = items(str(journal), 40, 0.0)
    saved: list[BatchEvent] = []
    with Store.open(store_path) as store:
        limit_pages(store, 60)
        with pytest.raises(StoreError, match=r"the disk is full.*free space"):
            run_batch(
                work,
                "batch_tasks:score",
                store=store,
                workers=2,
                by="t",
                rubrics=[GREETING],
                on_event=saved.append,
            )
    assert 0 < len(saved) < 40
    with Store.open(store_path) as store:
        assert store.counts().evaluations == len(saved) == len(done_keys(store))
        summary = run_batch(work, "batch_tasks:score", store=store, workers=2, by="t", rubrics=[GREETING])
        assert (summary.done_before, summary.done) == (len(saved), 40 - len(saved))
        with store.database.reading() as session:
            assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def test_a_really_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=640k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    try:
        process = start(disk / "s.sqlite3", tmp_path / "journal", count=300, sleep_s=0)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "the disk is full" in err.splitlines()[-1]
        kept = tmp_path / "copy.sqlite3"
        kept.write_bytes((disk / "s.sqlite3").read_bytes())
        wal = disk / "s.sqlite3-wal"
        if wal.exists():
            (tmp_path / "copy.sqlite3-wal").write_bytes(wal.read_bytes())
        with Store.open(kept) as store:
            done = done_keys(store)
            assert store.counts().evaluations == len(done) > 0
            work = items(str(tmp_path / "second"), 300, 0.0)
            run_batch(work, "batch_tasks:score", store=store, workers=2, by="t", rubrics=[GREETING])
        assert not {f"key-{name}" for name in executed(tmp_path / "second")} & done
    finally:
        subprocess.run(["umount", str(disk)], check=False, capture_output=True)
