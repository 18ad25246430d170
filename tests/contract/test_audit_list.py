"""`qa audit list`: who did what; and samples as files of either kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from review_examples import AGENTS, USERS, save_call

from qa_toolkit.review import Access, record_access
from qa_toolkit.store import Store


@pytest.fixture
def address(tmp_path: Path) -> Path:
    path = tmp_path / "qa.db"
    with Store.open(path) as store:
        store.people.save(USERS, AGENTS, by="root")
        save_call(store)
        record_access(store, Access.PLAY, "call-1", by="maria", turn=2)
    return path


def test_rows_are_found_by_what_is_asked(qa: Callable[..., Any], address: Path) -> None:
    def rows(*asked: str) -> list[tuple[str, str]]:
        ran = qa("audit", "list", *asked, "--json", "--store", address, "--as", "aud")
        return [(row["who"], row["action"]) for row in ran.json["rows"]]

    assert rows("--who", "maria") == [("maria", "audio.play")]
    assert rows("--action", "audio.play") == [("maria", "audio.play")]
    assert rows("--kind", "interaction", "--record", "call-1") == [
        ("maria", "audio.play"),
        ("night", "interaction.add"),
    ]
    assert rows("--action", "rubric.") == [("night", "rubric.register")]
    assert rows("--action", "rubric") == []
    assert rows("--to", "2020-01-01") == []
    today = qa("audit", "list", "--limit", "1", "--json", "--store", address, "--as", "aud").json
    assert today["rows"][0]["action"] == "audit.view", "looking is written down, too"
    day = today["rows"][0]["at"][:10]
    assert len(rows("--from", day, "--to", day, "--action", "audio.play")) == 1
    assert "audio.play" in qa("audit", "list", "--store", address, "--as", "aud").out


@pytest.mark.parametrize("who", ["lena", "maria", "ana", "nobody"])
def test_others_are_refused(qa: Callable[..., Any], address: Path, who: str) -> None:
    ran = qa("audit", "list", "--store", address, "--as", who)
    assert (ran.code, len(ran.errors), ran.out) == (1, 1, "")


def test_the_first_broken_row_is_named(qa: Callable[..., Any], address: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(address)) as file:
        file.execute("DROP TRIGGER audit_log_refuse_update")
        file.execute("UPDATE audit_log SET who = 'somebody' WHERE id = 4")
        file.execute("UPDATE audit_log SET who = 'somebody' WHERE id = 7")
        file.commit()
    ran = qa("audit", "verify", "--json", "--store", address)
    assert (ran.code, ran.json["broken"], ran.json["rows"]) == (1, 4, 3)
    assert "row 4 of the audit log is broken" in ran.errors[0]


def test_a_sample_is_assigned_from_its_json(qa: Callable[..., Any], address: Path, tmp_path: Path) -> None:
    frame = tmp_path / "frame.csv"
    frame.write_text("id,site\ncall-1,Fresno\n")
    sample = tmp_path / "sample.json"
    drawn = qa("sample", "draw", frame, "--n", "1", "--seed", "7", "--json")
    sample.write_text(drawn.out)
    assign = ("assign", "--from", sample, "--rubric", "greeting", "--to", "maria", "--json")
    assert qa(*assign, "--store", address, "--as", "lena").json["assigned"] == [1]
    for content in ("{}", "[]", "no json", json.dumps({"schema": "qa-toolkit/sample/1"})):
        sample.write_text(content)
        ran = qa(*assign, "--store", address, "--as", "lena")
        said = "the file is not JSON" if content == "no json" else "the file is no sample"
        assert (ran.code, said in ran.errors[0]) == (1, True)
