"""`qa db backup | restore`: a store comes back as it was, and nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from review_examples import AGENTS, USERS, save_call

from qa_toolkit.store import Store, schema


def test_a_store_is_copied_and_comes_back(qa: Callable[..., Any], tmp_path: Path) -> None:
    with Store.open(tmp_path / "qa.db") as store:
        store.people.save(USERS, AGENTS, by="root")
        save_call(store)
    backup = ("db", "backup", tmp_path / "copy.db", "--as", "root")
    made = qa(*backup, "--store", tmp_path / "qa.db", "--json")
    assert made.json == {"file": str(tmp_path / "copy.db")}
    again = qa(*backup, "--store", tmp_path / "qa.db")
    assert (again.code, len(again.errors)) == (4, 1)
    assert "would overwrite a file" in again.errors[0]

    restore = ("db", "restore", tmp_path / "copy.db", "--as", "root")
    done = qa(*restore, "--store", tmp_path / "new" / "qa.db", "--json").json["done"]
    assert f"restored from copy.db (revision {schema.HEAD}); audit log: " in done
    assert "whole" in done
    with Store.open(tmp_path / "new" / "qa.db") as store:
        assert store.counts().evaluations == 1
        entry = [*store.audit.entries()][-1]
    assert (entry.action, entry.who, entry.record) == ("store.restore", "root", "copy.db")
    for target in ("new/qa.db", "qa.db"):
        refused = qa(*restore, "--store", tmp_path / target)
        assert (refused.code, len(refused.errors), refused.out) == (4, 1, "")
        assert "the store holds data" in refused.errors[0]


def test_what_is_no_backup_makes_no_store(qa: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database")
    for name in ("text.db", "nothing.db"):
        refused = qa("db", "restore", tmp_path / name, "--store", tmp_path / "target.db")
        assert (refused.code, len(refused.errors)) == (4, 1)
        assert not (tmp_path / "target.db").exists()
