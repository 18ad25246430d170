"""The index of rows by record holds what a plain table of lists holds."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.keying.row_index import RowIndex
from qa_toolkit.keying.tables import Stretch

runs = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 5)), max_size=30)


@given(runs=runs)
def test_every_stretch_is_kept_in_order(runs: list[tuple[str, int]]) -> None:
    index, plain, at = RowIndex(), dict[str, list[Stretch]](), 0
    for line, (record, length) in enumerate(runs):
        stretch = Stretch(at, at + length, line)
        index.add(record, stretch, join=False)
        plain.setdefault(record, []).append(stretch)
        at += length
    assert dict(index) == plain
    assert list(index) == list(plain)


@given(runs=runs)
def test_joined_stretches_cover_the_same_rows(runs: list[tuple[str, int]]) -> None:
    index, plain, at = RowIndex(), dict[str, set[int]](), 0
    for line, (record, length) in enumerate(runs):
        index.add(record, Stretch(at, at + length, line))
        plain.setdefault(record, set()).update(range(at, at + length))
        at += length
    for record, rows in plain.items():
        stretches = index[record]
        assert {row for s in stretches for row in range(s.start, s.end)} == rows
        assert all(one.end < other.start for one, other in pairwise(stretches))
