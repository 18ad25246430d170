"""Whatever stands in a file, the answer is a comparison or one line, never a crash."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keying_builders import shipped

from qa_toolkit.errors import InputError, LayoutError
from qa_toolkit.keying import compare_files, parse_layout

QUIET = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
HEADER = b"record,group,member,field,value,state\n"
names = st.sampled_from(["contact", "person", "income", "relationship", "other", ""])
fields = st.sampled_from(
    ["first_name", "ssn", "date_of_birth", "amount", "frequency", "from_person", "pregnant", "x"]
)
states = st.sampled_from(["", "", "", "blank", "illegible", "crossed_out", "ambiguous_mark", "odd"])
rows = st.tuples(
    st.sampled_from("ABC"), names, st.sampled_from(["", "1", "2", "x"]), fields, st.text(max_size=8), states
)


def attempt(keyed: Path, reference: Path) -> None:
    with contextlib.suppress(InputError):
        accuracy = compare_files(keyed, reference, shipped())
        counts = accuracy.fields
        assert counts.errors <= counts.active
        assert counts.missing + counts.extra + counts.wrong == counts.errors
        assert accuracy.critical.errors <= accuracy.critical.active
        assert accuracy.forms.with_critical_error <= accuracy.forms.with_error <= accuracy.forms.n
        if counts.interval is not None:
            assert counts.per_10000 is not None
            assert 0 <= counts.interval[0] <= counts.per_10000 <= counts.interval[1] <= 10_000


@QUIET
@given(
    st.binary(max_size=300), st.binary(max_size=300), st.sampled_from([".csv", ".json", ".xlsx", ".parquet"])
)
def test_any_bytes(tmp_path: Path, one: bytes, other: bytes, suffix: str) -> None:
    keyed, reference = tmp_path / f"k{suffix}", tmp_path / "r.csv"
    keyed.write_bytes(one)
    reference.write_bytes(HEADER + other)
    attempt(keyed, reference)


@QUIET
@given(st.lists(rows, max_size=25), st.lists(rows, max_size=25))
def test_any_rows(tmp_path: Path, one: list[tuple[str, ...]], other: list[tuple[str, ...]]) -> None:
    paths = tmp_path / "k.json", tmp_path / "r.json"
    keys = ("record", "group", "member", "field", "value", "state")
    for path, made in zip(paths, (one, other), strict=True):
        path.write_text(json.dumps([dict(zip(keys, row, strict=True)) for row in made]), encoding="utf-8")
    attempt(*paths)


@QUIET
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["id", "groups", "person", "contact", "ssn", "fields", "1", "value",
                                                       "metadata", "records", "member"]), inner, max_size=4)))  # fmt: skip
def test_any_json(tmp_path: Path, data: object) -> None:
    path = tmp_path / "k.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    attempt(path, path)


@QUIET
@given(st.text(max_size=200))
def test_any_layout(text: str) -> None:
    with contextlib.suppress(LayoutError):
        parse_layout(text)
    with contextlib.suppress(LayoutError):
        parse_layout(
            f"id: a\nversion: 1.0.0\ntitle: A\ngroups:\n  - id: b\n    fields: [{{id: c, {text}}}]\n"
        )
