"""Files of people: all of it or nothing, and one line for each row that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_toolkit.errors import AuthoredFileError, PermissionRefusedError
from qa_toolkit.review import import_people
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import PeopleChange

USERS = "user,role,name,agent,active\nroot,admin,,,\nana,Agent,Ana Díaz,A-17,yes\nold,lead,,,no\n"
AGENTS = "agent,name,team,site,vendor,from,until\nA-17,Ana,Blue,Fresno,,2026-01-01,2026-06-30\nA-17,,Green,,Vendor Inc.,2026-07-01,\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_users_and_agents_are_taken_over_and_again_without_change(empty_store: Store, tmp_path: Path) -> None:
    assert import_people(empty_store, write(tmp_path, USERS), by="os-user") == PeopleChange(3, 0, 0)
    agents = write(tmp_path, "\ufeff" + AGENTS)
    assert import_people(empty_store, agents, by="root") == PeopleChange(2, 0, 0)
    assert import_people(empty_store, agents, by="root") == PeopleChange(0, 0, 2)
    assert [user.id for user in empty_store.people.users() if user.active] == ["ana", "root"]
    found = empty_store.people.placement("A-17", "2026-07-01")
    assert found is not None
    assert (found.team, found.vendor, found.name) == ("Green", "Vendor Inc.", "Ana")


BAD = [
    ("user,role\nx,boss\n", [":2: role 'boss' is not known: accepted: analyst, lead"]),
    ("user,role\nx,\n,lead\n", [":2: role is empty", ":3: user is empty"]),
    ("user,role\nx,agent\n", [":2: agent is empty"]),
    ("user,role,active\nx,lead,maybe\n", [":2: active is 'maybe': accepted: yes, no"]),
    ("user,role\nx,lead\nx,lead\n", [":3: x stands in line 2 too"]),
    ("user,role\nx,lead,more\n", [":2: more values than the 2 columns"]),
    ("user,role\nx,lead\n", ["no active admin would be left"]),
    ("user,name\nx,y\n", [":1: columns do not fit (role)"]),
    ("user,role,colour\nx,lead,red\n", [":1: columns do not fit (colour)"]),
    ("user,role\n", ["the file holds no rows"]),
    ("", ["the file holds no rows"]),
    ("agent,team,from\nA,Blue,1/2/2026\nB,,2026-01-01\n", [":2: from is '1/2/2026'", ":3: team is empty"]),
    ("agent,team,from\nA,Blue,20260102\n", [":2: from is '20260102': a day as YYYY-MM-DD"]),
    ("agent,team,from\nA,Blue,2026-02-30\n", [":2: from is '2026-02-30'"]),
    ("agent,team,from,until\nA,Blue,2026-02-03,2026-02-01\n", [":2: until 2026-02-01 is before from"]),
    (
        "agent,team,from,until\nA,Blue,2026-01-01,2026-03-01\nA,Red,2026-03-01,\n",
        [":3: A is in Blue until 2026-03-01 and in Red from 2026-03-01"],
    ),
]


@pytest.mark.parametrize(("text", "faults"), BAD)
def test_a_row_that_cannot_be_used_is_one_line_and_nothing_is_written(
    tmp_path: Path, text: str, faults: list[str]
) -> None:
    with Store.open(tmp_path / "store") as store:
        with pytest.raises(AuthoredFileError) as refused:
            import_people(store, write(tmp_path, text), by="root")
        assert (store.people.users(), store.people.placements()) == ((), ())
        assert store.audit.head() is None
    found = refused.value.faults
    assert [part for part, line in zip(faults, found, strict=True) if part not in line] == [], found
    assert all("\n" not in line for line in found)


def test_what_the_store_knows_counts_too(empty_store: Store, tmp_path: Path) -> None:
    import_people(empty_store, write(tmp_path, AGENTS), by="os-user")
    early = write(tmp_path, "agent,team,from\nA-17,Red,2026-06-01\n")
    with pytest.raises(AuthoredFileError) as refused:
        import_people(empty_store, early, by="os-user")
    assert refused.value.faults == (
        (
            "people.csv:2: A-17 is in Blue until 2026-06-30 and in Red from 2026-06-01: "
            "end the first before the second begins"
        ),
    )


def test_only_an_admin_imports_and_the_last_one_stays(store: Store, tmp_path: Path) -> None:
    with pytest.raises(PermissionRefusedError, match="'lena' may not import users and agents as lead"):
        import_people(store, write(tmp_path, AGENTS), by="lena")
    with pytest.raises(AuthoredFileError) as refused:
        import_people(store, write(tmp_path, "user,role\nroot,lead\n"), by="root")
    assert "no active admin" in refused.value.faults[0]


def test_a_file_that_is_no_text_is_said(empty_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"\xff\xfe\x00user")
    for each in (path, tmp_path / "absent.csv"):
        with pytest.raises(AuthoredFileError, match="cannot be imported"):
            import_people(empty_store, each, by="root")
