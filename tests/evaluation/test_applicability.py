"""What a rubric writes of metadata, compared with what an interaction says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.domain.transcript import Scalar
from qa_toolkit.evaluation.applicability import _is_one_of, same_value

SCALARS = st.sampled_from(
    [0, 1, 1.0, 2.5, True, False, "1", "1.0", "true", " Yes  it is", "yes IT is", "ß", "ss", ""]
)


@given(value=SCALARS, values=st.lists(SCALARS, min_size=1, max_size=4))
def test_one_of_several_is_the_same_as_any_of_them(value: Scalar, values: list[Scalar]) -> None:
    assert _is_one_of(value, tuple(values)) == any(same_value(value, item) for item in values)
