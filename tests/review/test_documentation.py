"""What docs/people.md says of roles and codes is what the code does."""

from __future__ import annotations

from pathlib import Path

from qa_toolkit.review import ALLOWED, OVERRIDE_REASONS, ROOT_CAUSES, WINDOW_DAYS
from qa_toolkit.review.people_file import ROLES

TEXT = (Path(__file__).parents[2] / "docs" / "people.md").read_text(encoding="utf-8")


def test_the_table_of_permissions_is_the_one_that_holds() -> None:
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if "|" in line
    ]
    start = next(n for n, cells in enumerate(lines) if cells[1:] == [*ROLES])
    rows = lines[start + 2 : start + 2 + len(ALLOWED)]
    documented = {
        cells[0]: {role: s for role, s in zip(ROLES, cells[1:], strict=True) if s} for cells in rows
    }
    assert documented == {
        action.value: {role: scope.value for role, scope in scopes.items()}
        for action, scopes in ALLOWED.items()
    }


def test_codes_and_the_window_are_named() -> None:
    for code in (*OVERRIDE_REASONS, *ROOT_CAUSES):
        assert f"`{code}`" in TEXT
    assert f"within {WINDOW_DAYS} days" in TEXT
