"""Vectors kept on disk: found again, shared, and passed over when the file is no good."""

from __future__ import annotations

import hashlib
import multiprocessing
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from qa_toolkit.language.vector_cache import VectorCache


def key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def vector(value: float) -> np.ndarray:
    return np.full(4, value, dtype=np.float32)


def test_what_was_kept_is_found_by_another(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "vectors.sqlite"
    VectorCache(path, 4).put({key("a"): vector(0.25), key("b"): vector(0.5)})
    found = VectorCache(path, 4).get([key("a"), key("b"), key("c")])
    assert set(found) == {key("a"), key("b")}
    assert np.array_equal(found[key("a")], vector(0.25))


def test_no_text_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    VectorCache(path, 4).put({key("my secret sentence"): vector(1)})
    assert all(b"secret" not in file.read_bytes() for file in tmp_path.iterdir())


def test_many_at_once(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "v.sqlite", 4)
    many = {key(str(n)): vector(n) for n in range(1234)}
    cache.put(many)
    found = cache.get(list(many))
    assert len(found) == 1234
    assert found[key("1233")][0] == 1233


def test_a_file_of_another_layout_is_used_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    with sqlite3.connect(path) as old:
        old.execute("PRAGMA page_size=4096")
        old.execute("CREATE TABLE vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID")
        old.execute("INSERT INTO vectors VALUES (?, ?)", (key("a"), vector(1).tobytes()))
    old.close()
    cache = VectorCache(path, 4)
    cache.put({key("b"): vector(2)})
    assert set(cache.get([key("a"), key("b")])) == {key("a"), key("b")}


@pytest.mark.parametrize("size", [384, 512])
def test_vectors_do_not_each_take_a_page(tmp_path: Path, size: int) -> None:
    path = tmp_path / "v.sqlite"
    VectorCache(path, size).put({key(str(n)): np.full(size, n, dtype=np.float32) for n in range(500)})
    with sqlite3.connect(path) as read:
        (pages,), (size_of_page,) = (
            read.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "page_size")
        )
    read.close()
    assert pages * size_of_page < 2 * 500 * (size * 4 + 32)


@pytest.mark.parametrize("content", [b"no database at all, but long enough to look like one" * 20, b"SQLite"])
def test_a_file_that_is_none_is_passed_over(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "v.sqlite"
    path.write_bytes(content)
    cache = VectorCache(path, 4)
    cache.put({key("a"): vector(1)})
    assert cache.get([key("a")]) == {}
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_written_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = VectorCache(tmp_path / "file" / "v.sqlite", 4)
    cache.put({key("a"): vector(1)})
    assert cache.get([key("a")]) == {}


def test_vectors_of_another_size_are_not_taken(tmp_path: Path) -> None:
    VectorCache(tmp_path / "v.sqlite", 4).put({key("a"): vector(1)})
    assert VectorCache(tmp_path / "v.sqlite", 8).get([key("a")]) == {}


def _put(path: Path, number: int) -> None:
    VectorCache(path, 4).put({key(str(number)): vector(number)})


def test_processes_share_it(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_put, args=(path, n)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert {int(v[0]) for v in VectorCache(path, 4).get([key("0"), key("1")]).values()} == {0, 1}
