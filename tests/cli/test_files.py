"""Files that commands write: every interaction has one of its own, whatever its id."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.cli.files import json_name
from qa_toolkit.cli.main import execute
from qa_toolkit.resources import sample_dir


@pytest.mark.parametrize(
    ("interactions", "names"),
    [
        (["call-1", "call-2"], ["call-1.json", "call-2.json"]),
        (["A/1", "A_1", "A 1"], ["A_1.json", "A_1-2.json", "A_1-3.json"]),
        (["call-a", "CALL-A"], ["call-a.json", "CALL-A-2.json"]),
        (["..", "../x", ""], ["_.json", "_x.json", "_-2.json"]),
        (["ñ" * 300], ["ñ" * 100 + ".json"]),
        (["A/1", "A_1-2", "A_1"], ["A_1.json", "A_1-2.json", "A_1-3.json"]),
    ],
)
def test_names(interactions: list[str], names: list[str]) -> None:
    taken: set[str] = set()
    assert [json_name(each, taken) for each in interactions] == names


@given(st.lists(st.text(max_size=300), max_size=8, unique=True))
def test_no_two_share_a_name_and_none_leads_elsewhere(interactions: list[str]) -> None:
    taken: set[str] = set()
    names = [json_name(each, taken).lower() for each in interactions]
    assert len(set(names)) == len(names)
    for name in names:
        assert Path(name).name == name
        assert len(name.encode()) <= 255


def test_records_whose_ids_make_one_name_are_both_written(tmp_path: Path) -> None:
    head, *rows = (sample_dir() / "keying" / "keyed.csv").read_text(encoding="utf-8").splitlines()
    one = [row for row in rows if row.startswith("APP-00001,")]
    ids = ("A/1", "A_1")
    records = tmp_path / "records.csv"
    lines = [row.replace("APP-00001", name, 1) for name in ids for row in one]
    records.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    out = tmp_path / "cases"
    files = [str(records), str(records), "--layout", "covered_application", "--out", str(out)]
    assert execute(["keying", "score", *files, "--rubric", "paper_keying"]) == 0
    found = {path.name: json.loads(path.read_text(encoding="utf-8"))["id"] for path in out.iterdir()}
    assert found == {"A_1.json": "A/1", "A_1-2.json": "A_1"}
