"""Four processes write one store at once: nothing lost, nothing numbered twice, one copy of the tables."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from store_writers import write_many

from qa_toolkit.store import Store

WRITERS, EACH = 4, 12


def write_at_once(address: str) -> list[list[int]]:
    with ProcessPoolExecutor(WRITERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(write_many, [address] * WRITERS, range(WRITERS), [EACH] * WRITERS))


@pytest.mark.slow
def test_no_write_is_lost_and_no_revision_numbered_twice(address: str) -> None:
    numbered = write_at_once(address)
    assert sorted(revision for revisions in numbered for revision in revisions) == [
        *range(1, WRITERS * EACH + 1)
    ]
    with Store.open(address) as store:
        counts = store.counts()
        assert (counts.interactions, counts.evaluations) == (WRITERS * EACH + 1, 2 * WRITERS * EACH)
        assert counts.ledger == {"done": WRITERS * EACH}
        assert [record.revision for record in store.revisions("shared")] == [*range(1, WRITERS * EACH + 1)]
        assert len(store.rubrics()) == 1
        assert {run.state for run in store.runs()} == {"finished"}


def test_processes_that_open_a_new_file_at_once_make_it_once(tmp_path: Path) -> None:
    numbered = write_at_once(str(tmp_path / "new" / "store.sqlite3"))
    assert len(numbered) == WRITERS
