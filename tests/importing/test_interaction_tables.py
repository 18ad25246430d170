"""Chats and records as CSV: read without a mapping, each interaction for itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa_toolkit.cli.main import execute
from qa_toolkit.errors import ManifestError
from qa_toolkit.importing import interactions_of_table

CHATS = """id,at,role,text,language,transaction
ch1,2026-03-02T09:00:00-08:00,customer,help with my bill,en,billing
ch2,2026-03-02T09:00:05-08:00,Cliente,hola,es,
ch1,2026-03-02T09:00:40-08:00,agent,"Hello, my name is Dee.",en,billing
"""
RECORDS = """id,kind,root_cause,hours_to_accept,reference.target_hours,metadata.promise_made
r1,document,policy,3,4,no
r2,,unknown,5,4,
"""


def table(folder: Path, text: str) -> Path:
    file = folder / "table.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_rows_of_one_id_are_a_chat(tmp_path: Path) -> None:
    found = interactions_of_table(table(tmp_path, CHATS))
    assert found is not None
    assert [(chat["id"], chat["language"], chat["metadata"]) for chat in found] == [
        ("ch1", "en", {"transaction": "billing"}),
        ("ch2", "es", {}),
    ]
    assert [turn["role"] for chat in found for turn in chat["turns"]] == ["customer", "agent", "customer"]
    assert found[0]["turns"][1]["text"] == "Hello, my name is Dee."


def test_a_row_is_a_record(tmp_path: Path) -> None:
    assert interactions_of_table(table(tmp_path, RECORDS)) == (
        {
            "kind": "document",
            "id": "r1",
            "fields": {"root_cause": "policy", "hours_to_accept": "3"},
            "reference": {"target_hours": "4"},
            "metadata": {"promise_made": "no"},
        },
        {
            "kind": "record",
            "id": "r2",
            "fields": {"root_cause": "unknown", "hours_to_accept": "5"},
            "reference": {"target_hours": "4"},
        },
    )


@pytest.mark.parametrize("text", ["", "Recording File,Agent\na.wav,Ana\n", "id,at,role,text\n"])
def test_other_tables_are_none(tmp_path: Path, text: str) -> None:
    assert interactions_of_table(table(tmp_path, text)) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,a\nr1,1,2\n", "line 2: more cells than columns"),
        ("id,a,a\nr1,1,2\n", "line 1: the column 'a' stands twice"),
        ("id,a\n,1\n", "line 2: the column 'id' is empty"),
        (
            CHATS.replace("agent,", "agent,").replace('Dee.",en', 'Dee.",es'),
            "line 4: 'language' is 'es' here",
        ),
        ('id,a\nr1,"x\n', "not CSV"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ManifestError, match=said):
        interactions_of_table(table(tmp_path, text))


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes("id,a\nr1,ñ\n".encode("cp1252"))
    with pytest.raises(ManifestError, match="UTF-8"):
        interactions_of_table(file)


def test_a_chat_comes_as_a_file_of_its_own(tmp_path: Path) -> None:
    assert execute(["import", str(table(tmp_path, CHATS)), "--out", str(tmp_path / "out")]) == 0
    assert json.loads((tmp_path / "out" / "ch1.json").read_text("utf-8"))["kind"] == "chat"


@pytest.mark.parametrize(
    ("text", "rubric", "criterion", "answers"),
    [(CHATS, "chat", "CH-01", ["yes", None]), (RECORDS, "escalation", "ES-01", ["yes", "no"])],
)
def test_each_is_evaluated(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    rubric: str,
    criterion: str,
    answers: list[str],
) -> None:
    assert execute(["evaluate", str(table(tmp_path, text)), "--rubric", rubric, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    given = [{a["criterion"]: a["answer"] for a in each["answers"]}[criterion] for each in found]
    assert given == answers
