"""Files of people: users with their roles, or agents with where they work from which day on."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

from qa_toolkit.errors import AuthoredFileError
from qa_toolkit.review.permissions import Action, permit
from qa_toolkit.store.people_records import PeopleChange, Placement, User, UserRole

if TYPE_CHECKING:
    from qa_toolkit.store import Store

USER_COLUMNS = ("user", "role", "name", "agent", "active")
AGENT_COLUMNS = ("agent", "name", "team", "site", "vendor", "from", "until")
ROLES = get_args(UserRole)
_ACTIVE = {"": True, "yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """What a file says, with the line of each."""

    users: Mapping[int, User]
    placements: Mapping[int, Placement]


def import_people(store: Store, path: Path, *, by: str) -> PeopleChange:
    """Saves what a file says, all of it or nothing; the same file again changes nothing.

    The first import into a store without users needs no permission and must name an active admin, if it names
    users.

    Raises:
        AuthoredFileError: one line for each row that cannot be used; nothing was saved.
        PermissionRefusedError: the role of ``by`` does not allow it.
    """
    users = store.people.users()
    if users:
        permit(store, by, Action.IMPORT_PEOPLE)
    read = read_people(path)
    faults = [*_misplaced(read, store.people.placements(), path), *_no_admin(read, users, path)]
    if faults:
        raise AuthoredFileError("the file cannot be imported", str(path), faults=tuple(faults))
    return store.people.save(tuple(read.users.values()), tuple(read.placements.values()), by=by)


def read_people(path: Path) -> PeopleFile:
    """Reads a CSV file; its header says whether it holds users (``user``, ``role`` …) or agents.

    Raises:
        AuthoredFileError: it cannot be read, or has rows that cannot be used: one line each.
    """
    header, rows = _rows(path)
    is_users = "user" in header
    known, needed = (
        (USER_COLUMNS, {"user", "role"}) if is_users else (AGENT_COLUMNS, {"agent", "team", "from"})
    )
    wrong = [name for name in header if name not in known] or sorted(needed - set(header))
    if wrong or len(set(header)) != len(header):
        accepted = f"accepted: {', '.join(USER_COLUMNS)}, or {', '.join(AGENT_COLUMNS)}"
        raise _unusable(
            path, f"{path.name}:1: columns do not fit ({', '.join(wrong) or 'one twice'}): {accepted}"
        )
    users: dict[int, User] = {}
    placements: dict[int, Placement] = {}
    faults: list[str] = []
    seen: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        try:
            _check_width(row, header)
            if is_users:
                users[line] = _user(row)
                key: tuple[str, ...] = (users[line].id,)
            else:
                placements[line] = _placement(row)
                key = (placements[line].agent, placements[line].valid_from)
            if seen.setdefault(key, line) != line:
                raise ValueError(f"{' from '.join(key)} stands in line {seen[key]} too: give each once")
        except ValueError as error:
            faults.append(f"{path.name}:{line}: {error}")
    if faults:
        raise _unusable(path, *faults)
    return PeopleFile(users, placements)


def _rows(path: Path) -> tuple[list[str], list[tuple[int, dict[str | None, str]]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, restval="")
            header = [name.strip() for name in reader.fieldnames or ()]
            reader.fieldnames = header
            rows = [(reader.line_num, cast("dict[str | None, str]", row)) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unusable(
            path, f"{path.name}: the file cannot be read ({error}): a CSV file in UTF-8"
        ) from error
    if not rows:
        raise _unusable(path, f"{path.name}: the file holds no rows: a header and a line for each person")
    return header, rows


def _unusable(path: Path, *faults: str) -> AuthoredFileError:
    return AuthoredFileError("the file cannot be imported", str(path), faults=faults)


def _check_width(row: Mapping[str | None, object], header: Sequence[str]) -> None:
    if None in row:
        raise ValueError(f"more values than the {len(header)} columns: put values with commas in quotes")


def _value(row: Mapping[str | None, str], name: str) -> str | None:
    return (row.get(name) or "").strip() or None


def _needed(row: Mapping[str | None, str], name: str) -> str:
    found = _value(row, name)
    if found is None:
        raise ValueError(f"{name} is empty: every row needs one")
    return found


def _user(row: Mapping[str | None, str]) -> User:
    user, role = _needed(row, "user"), _needed(row, "role").lower()
    if role not in ROLES:
        raise ValueError(f"role '{role}' is not known: accepted: {', '.join(ROLES)}")
    active = _ACTIVE.get((_value(row, "active") or "").lower())
    if active is None:
        raise ValueError(f"active is '{_value(row, 'active')}': accepted: yes, no, or empty for yes")
    agent = _value(row, "agent")
    if role == "agent" and agent is None:
        raise ValueError("agent is empty: a user of role agent needs the id that interactions carry")
    return User(user, cast("UserRole", role), _value(row, "name"), agent, active)


def _placement(row: Mapping[str | None, str]) -> Placement:
    agent, team = _needed(row, "agent"), _needed(row, "team")
    first, last = _day(_needed(row, "from"), "from"), _day(_value(row, "until"), "until")
    if last is not None and last < str(first):
        raise ValueError(f"until {last} is before from {first}: give the last day of the placement")
    site, vendor, name = (_value(row, column) for column in ("site", "vendor", "name"))
    return Placement(agent, str(first), team, site, vendor, last, name)


def _day(text: str | None, name: str) -> str | None:
    if text is None:
        return None
    try:
        if len(text) == len("2026-11-02"):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise ValueError(f"{name} is '{text}': a day as YYYY-MM-DD is expected")


def _misplaced(read: PeopleFile, known: Iterable[Placement], path: Path) -> list[str]:
    """Placements that end after the agent's next one begins, those in the store included."""
    lines = {(each.agent, each.valid_from): line for line, each in read.placements.items()}
    merged = {(each.agent, each.valid_from): each for each in (*known, *read.placements.values())}
    ordered = [merged[key] for key in sorted(merged)]
    faults = []
    for earlier, later in pairwise(ordered):
        overlap = earlier.valid_until is not None and earlier.valid_until >= later.valid_from
        line = lines.get((later.agent, later.valid_from)) or lines.get((earlier.agent, earlier.valid_from))
        if earlier.agent == later.agent and overlap and line is not None:
            faults.append(
                f"{path.name}:{line}: {earlier.agent} is in {earlier.team} until {earlier.valid_until} and "
                f"in {later.team} from {later.valid_from}: end the first before the second begins"
            )
    return faults


def _no_admin(read: PeopleFile, known: Iterable[User], path: Path) -> list[str]:
    after = {user.id: user for user in (*known, *read.users.values())}
    if not read.users or any(user.role == "admin" and user.active for user in after.values()):
        return []
    return [f"{path.name}: no active admin would be left: name one user of role admin"]
