"""Processes, not threads: nothing is lost when several people file at once, or when one is killed; both databases."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from review_examples import USERS
from review_racers import rate_at_once, review_again_and_again

from qa_toolkit.review import GivenReview, assign, open_session, submit_review
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import User

ANALYSTS = ("maria", "jun", "noor", "pat")
EACH = 5
TESTS = Path(__file__).parents[1]


@pytest.fixture
def at_once() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(len(ANALYSTS), mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.slow
def test_four_analysts_on_one_interaction_lose_no_update(
    store: Store, address: str, at_once: ProcessPoolExecutor
) -> None:
    store.people.save([*USERS, User("noor", "analyst"), User("pat", "analyst")], by="root")
    with at_once as pool:
        found = list(
            pool.map(review_again_and_again, [address] * len(ANALYSTS), ANALYSTS, [EACH] * len(ANALYSTS))
        )
    filed = sorted((number for numbers, _ in found for number in numbers), key=int)
    assert len(set(filed)) == len(ANALYSTS) * EACH
    chain = [record for record in store.revisions("call-1") if record.source.kind == "reviewer"]
    assert [record.id for record in chain] == filed
    # Each review rests on the very one filed before it: nobody overwrote what they had not seen.
    assert [record.based_on for record in chain] == ["1", *filed[:-1]]
    assert [record.percent for record in chain] == [0.0, 50.0] * (len(filed) // 2)
    (score,) = store.people.counting_scores()
    assert score.evaluation == filed[-1]
    assert all(len(store.work.remarks(number).overrides) == 1 for number in filed)
    assert store.audit.verify().whole
    actions = [entry.action for entry in store.audit.entries(kind="evaluation")]
    assert actions.count("review.remarks") == len(filed)


@pytest.mark.slow
def test_one_rating_is_taken_of_four_windows(
    store: Store, address: str, at_once: ProcessPoolExecutor
) -> None:
    open_session(
        store, "november", rubric="greeting", interactions=["call-1"], raters=["maria", "jun"], by="lena"
    )
    with at_once as pool:
        found = list(pool.map(rate_at_once, [address] * len(ANALYSTS), ["maria"] * len(ANALYSTS)))
    assert sorted(found) == ["refused"] * 3 + ["taken"]
    assert len(store.calibration.ratings("november", viewer="maria")) == 1


@pytest.mark.slow
def test_a_reviewer_killed_amid_a_submit_leaves_all_as_it_was(store: Store, address: str) -> None:
    assign(store, ["call-1"], "greeting", ["maria"], by="lena")
    store.work.save_draft("call-1", "greeting", by="maria", json='{"G-1": "no"}')
    head = store.audit.head()
    process = subprocess.Popen(
        [sys.executable, str(TESTS / "review_racers.py"), address, "maria"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "about to commit\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL
    assert [record.id for record in store.revisions("call-1")] == ["1"]
    assert store.audit.head() == head
    draft = store.work.draft("call-1", "greeting", by="maria")
    assert draft is not None
    (waiting,) = store.work.assignments(reviewer="maria")
    assert waiting.state == "open"
    given = GivenReview({"G-1": "no"}, {"G-1": ("judgement", "No greeting.")})
    again = submit_review(store, "call-1", "greeting", given, by="maria", based_on="1")
    assert (again.new, store.work.assignments(reviewer="maria")) == (True, ())
    assert store.audit.verify().whole
