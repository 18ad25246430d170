"""Recorders' tables and the mapping that explains them."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_toolkit.domain import Role
from qa_toolkit.errors import AuthoredFileError, ManifestError
from qa_toolkit.importing import load_mapping, manifest_csv, metadata_for, read_table

MAPPING = """\
match: {column: Recording File}
recording: {column: Recording File, folder: audio}
columns:
  agent: Agent Name
  direction: {column: Call Type, values: {I: inbound, O: outbound}}
  started_at: {column: Start, date_format: "%m/%d/%Y %H:%M"}
roles: {SPEAKER_00: agent}
"""
TABLE = """\
Recording File,Agent Name,Call Type,Start,Skill
C:\\rec\\a-1.wav,"Lopez, Maria",I,03/05/2026 15:02,Renewals
/rec/b 2.wav,,O,,
"""


@pytest.fixture
def files(tmp_path: Path):
    def write(mapping: str = MAPPING, table: str = TABLE):
        (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
        (tmp_path / "calls.csv").write_text(table, encoding="utf-8")
        return load_mapping(tmp_path / "map.yaml"), tmp_path / "calls.csv"

    return write


def test_rows_become_metadata(files):
    mapping, table = files()
    rows = read_table(table, mapping)
    assert mapping.roles == {"SPEAKER_00": Role.AGENT}
    assert [(row.line, row.key, row.recording) for row in rows] == [
        (2, "a-1", "audio/a-1.wav"),
        (3, "b 2", "audio/b 2.wav"),
    ]
    assert rows[0].metadata == {
        "agent": "Lopez, Maria",
        "direction": "inbound",
        "started_at": "2026-03-05T15:02:00",
    }
    assert rows[1].metadata == {"direction": "outbound"}
    assert metadata_for(rows, mapping, Path("x/b 2.vtt"), "any") == {"direction": "outbound"}
    assert metadata_for(rows, mapping, Path("c.vtt"), "any") == {}


def test_a_manifest_for_scoring(files):
    mapping, table = files()
    assert manifest_csv(read_table(table, mapping)) == (
        "path,agent,direction,started_at\n"
        'audio/a-1.wav,"Lopez, Maria",inbound,2026-03-05T15:02:00\n'
        "audio/b 2.wav,,outbound,\n"
    )


@pytest.mark.parametrize(("by", "key"), [("name", "a-1.wav"), ("id", "C:\\rec\\a-1.wav"), ("stem", "a-1")])
def test_what_a_row_is_matched_by(files, by, key):
    mapping, table = files(
        MAPPING.replace("{column: Recording File}", f"{{column: Recording File, by: {by}}}")
    )
    assert read_table(table, mapping)[0].key == key


def test_other_columns_can_be_kept_and_the_delimiter_set(files):
    mapping, table = files(
        "columns: {agent: Agent}\nother_columns: keep\ndelimiter: ';'\n", "Agent;Skill\nAnn;Renewals\n"
    )
    assert read_table(table, mapping)[0].metadata == {"agent": "Ann", "Skill": "Renewals"}


@pytest.mark.parametrize(
    ("mapping", "table", "message"),
    [
        (MAPPING, TABLE.replace(",I,", ",X,"), "line 2: 'X' in column 'Call Type' is not known"),
        (
            MAPPING,
            TABLE.replace("03/05/2026", "2026-03-05"),
            "line 2: '2026-03-05 15:02' is not a date like %m/%d/%Y",
        ),
        (MAPPING, TABLE.replace("Agent Name", "Agent"), "line 1: the column 'Agent Name' is missing"),
        (MAPPING, TABLE.replace("Skill", "Agent Name"), "line 1: the column 'Agent Name' stands twice"),
        (MAPPING, TABLE.splitlines()[0], "the table has no rows"),
        (MAPPING, TABLE + "a,b,I,,,,,\n", "line 4: more cells than columns"),
        (MAPPING, TABLE + 'a,"b"c,I,,\n', "line 4: not CSV"),
    ],
)
def test_faults_of_a_table_name_the_line(files, mapping, table, message):
    loaded, path = files(mapping, table)
    with pytest.raises(ManifestError) as caught:
        read_table(path, loaded)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("columns: {agent: [a]}\n", "map.yaml:1: columns"),
        ("colums: {}\n", "map.yaml:1: colums"),
        ("roles: {Ann: boss}\n", "map.yaml:1: roles.Ann"),
        ("match: {column: x, by: guess}\n", "map.yaml:1: match.by"),
        ("- a\n", "map.yaml:1: (file): not a mapping"),
    ],
)
def test_faults_of_a_mapping_name_the_line(files, mapping, message):
    with pytest.raises(AuthoredFileError) as caught:
        files(mapping)
    assert message in str(caught.value)
    assert caught.value.faults


def test_two_rows_about_one_file_are_a_fault(files):
    mapping, table = files(table=TABLE + "a-1.wav,,I,,\n")
    with pytest.raises(ManifestError, match="lines 2, 4"):
        metadata_for(read_table(table, mapping), mapping, Path("a-1.vtt"), "x")


def test_a_manifest_needs_recordings(files):
    mapping, table = files("columns: {agent: Agent Name}\n")
    with pytest.raises(ManifestError, match="no recording is named"):
        manifest_csv(read_table(table, mapping))
