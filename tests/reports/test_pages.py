"""Pages of a run out of a store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from page_reader import Page, assert_sound
from store_examples import (
    GREETING,
    example_evaluation,
    example_input,
    example_interaction,
    example_result,
)

from qa_toolkit.domain import Source
from qa_toolkit.errors import InputError
from qa_toolkit.reports.pages import write_pages
from qa_toolkit.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "store.sqlite3")) as opened:
        yield opened


def run_of(store: Store, *names: str) -> int:
    """A finished run that scored these interactions and could not read one file."""
    run = store.start_run(by="ana", rubrics=[GREETING])
    for position, name in enumerate(names):
        store.claim(run, position, f"key {name}", name=f"{name}.wav")
        store.save_result(
            example_result(name), interaction=example_interaction(name), source=example_input(name), by="ana",
            run=run, key=f"key {name}",
        )  # fmt: skip
    store.place(run, len(names), name="broken.wav", state="failed", reason="the file holds no sound")
    store.end_run(run, "finished")
    return run


def read(path: Path) -> Page:
    return assert_sound(path.read_text(encoding="utf-8"))


def test_a_page_for_the_run_and_one_for_each_call(store: Store, tmp_path: Path) -> None:
    run = run_of(store, "call-1", "call-2")
    first = write_pages(store, run, tmp_path / "out")
    assert first == tmp_path / "out" / "index.html"
    page = read(first)
    assert [link for link in page.links if link.endswith(".html")] == [
        "calls/call-1.html",
        "calls/call-2.html",
    ]
    assert "broken.wav Failed the file holds no sound" in page.words
    assert "Started by ana" in page.words
    assert "A-17 Fresno 2026-11-02 09:00" in page.words
    call = read(tmp_path / "out" / "calls" / "call-2.html")
    assert "../index.html" in call.links
    assert "Was the caller greeted?" in call.words
    assert "#turn-1" in call.links


def test_every_link_between_the_pages_arrives(store: Store, tmp_path: Path) -> None:
    run = run_of(store, "call-1", "Call-1", "call/1", "..", "ünï", "a b")
    first = write_pages(store, run, tmp_path / "out")
    targets = [first.parent / link for link in read(first).links if link.endswith(".html")]
    assert len({str(target).lower() for target in targets}) == 6
    assert all(target.is_file() and target.parent == first.parent / "calls" for target in targets)
    assert {path.name for path in first.parent.iterdir()} == {"index.html", "calls"}


def test_the_same_run_gives_the_same_pages(store: Store, tmp_path: Path) -> None:
    run = run_of(store, "call-1")
    pages = [write_pages(store, run, tmp_path / name) for name in ("one", "two")]
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_a_review_counts_instead_of_the_machine(store: Store, tmp_path: Path) -> None:
    run = run_of(store, "call-1", "call-2")
    review = replace(example_evaluation("call-2", percent=100.0), source=Source("reviewer", "bo"))
    store.file_evaluation(review, by="bo")
    words = read(write_pages(store, run, tmp_path)).words
    assert "call-2 A-17 Fresno 2026-11-02 09:00 0:12 100.0 % Passed 0 greeting 1.0.0 bo" in words
    assert "Of 4 answers, the machine gave 2 and people gave 2." in words
    assert "reviewer (bo)" in read(tmp_path / "calls" / "call-2.html").words


def test_an_unknown_run_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run 7"):
        write_pages(store, 7, tmp_path)
