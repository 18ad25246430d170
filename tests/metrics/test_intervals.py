from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.metrics.intervals import covered_twice, difference, gaps, intersection, total_s, union

tenths = st.integers(0, 300).map(lambda n: n / 10)
spans = st.lists(st.tuples(tenths, tenths).map(lambda pair: (min(pair), max(pair))), max_size=12)


@pytest.mark.parametrize(
    ("given_spans", "bridge_s", "expected"),
    [
        ([], 0.0, ()),
        ([(3, 4), (0, 1)], 0.0, ((0, 1), (3, 4))),  # order does not matter
        ([(0, 2), (1, 3)], 0.0, ((0, 3),)),
        ([(0, 1), (1, 2)], 0.0, ((0, 2),)),  # touching is one
        ([(0, 1), (1.3, 2)], 0.3, ((0, 2),)),  # a gap as long as the bridge is closed
        ([(0, 1), (1.31, 2)], 0.3, ((0, 1), (1.31, 2))),
        ([(0, 5), (1, 2)], 0.0, ((0, 5),)),
        ([(2, 2)], 0.0, ()),  # nothing is empty
    ],
)
def test_union(given_spans, bridge_s, expected):
    assert union(given_spans, bridge_s=bridge_s) == expected


@pytest.mark.parametrize(
    ("covered", "start_s", "end_s", "expected"),
    [
        ([], 0, 10, ((0, 10),)),
        ([(2, 3), (5, 6)], 0, 10, ((0, 2), (3, 5), (6, 10))),
        ([(0, 10)], 0, 10, ()),
        ([(8, 12)], 0, 10, ((0, 8),)),
        ([(11, 12)], 0, 10, ((0, 10),)),
    ],
)
def test_gaps(covered, start_s, end_s, expected):
    assert gaps(covered, start_s, end_s) == expected


def test_three_voices_at_once_are_one_overlap():
    assert covered_twice([[(0, 4)], [(1, 3)], [(2, 6)]]) == ((1, 4),)


@given(spans, spans)
def test_difference_and_intersection_make_up_the_whole(one, other):
    parts = total_s(difference(one, other)) + total_s(intersection(one, other))
    assert parts == pytest.approx(total_s(union(one)))


@given(spans, spans)
def test_inclusion_and_exclusion(one, other):
    both = total_s(union([*one, *other]))
    assert both == pytest.approx(
        total_s(union(one)) + total_s(union(other)) - total_s(intersection(one, other))
    )


@given(spans)
def test_gaps_and_spans_fill_the_window(given_spans):
    assert total_s(gaps(given_spans, 0.0, 30.0)) + total_s(union(given_spans)) == pytest.approx(30.0)
