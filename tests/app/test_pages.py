"""Who may open which page, who is signed in, what is translated: the rules of the app without a browser."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from qa_toolkit.cli.main import execute
from qa_toolkit.resources import app_dir
from qa_toolkit.store.people_records import User, UserRole

pytest.importorskip("streamlit", reason="the app needs the extra 'app'")
NOW = 1_800_000_000.0


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Modules of the app by name, as its scripts see them."""
    monkeypatch.syspath_prepend(str(app_dir()))

    def one(name: str) -> ModuleType:
        return importlib.import_module(name)

    yield one
    for name in ("pages", "signing_in", "tickets", "words", "desk_data"):
        sys.modules.pop(name, None)


# A page per line, a column per role, x: may open it.
TABLE = """
page         analyst lead manager agent auditor admin
queue        x       x    x       .     x       .
review       x       x    x       .     .       .
calls        x       x    x       x     x       .
call         x       x    x       x     x       .
keying       x       x    .       .     .       .
calibration  x       x    x       .     .       .
disputes     x       x    x       x     .       .
coaching     x       x    x       x     .       .
dashboards   x       x    x       .     x       .
samples      .       x    x       .     .       .
studio       x       x    x       .     .       .
audit        .       .    .       .     x       x
help         x       x    x       x     x       x
rubrics      x       x    x       .     x       .
"""


def cells() -> list[tuple[str, UserRole, bool]]:
    header, *lines = TABLE.strip().splitlines()
    roles = header.split()[1:]
    return [
        (line.split()[0], role, cell == "x")  # type: ignore[misc]
        for line in lines
        for role, cell in zip(roles, line.split()[1:], strict=True)
    ]


@pytest.mark.parametrize(("page", "role", "expected"), cells())
def test_a_role_opens_a_page(page: str, role: UserRole, expected: bool, load) -> None:  # type: ignore[no-untyped-def]
    pages = load("pages")
    found = next(each for each in pages.PAGES if each.name == page)
    assert pages.may_open(User("u", role, agent="A-1"), found) is expected
    assert not pages.may_open(User("u", role, agent="A-1", active=False), found) or not found.actions


def test_every_page_is_in_the_table(load) -> None:  # type: ignore[no-untyped-def]
    pages = load("pages")
    assert {page.name for page in pages.PAGES} == {page for page, _, _ in cells()}
    assert all((app_dir() / page.script).is_file() for page in pages.PAGES)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"email": "ana@example.org", "exp": NOW + 60}, "ana@example.org"),
        ({"preferred_username": "jun", "exp": NOW + 60}, "jun"),
        ({"email": "ana@example.org", "exp": NOW - 1}, None),
        ({"email": "ana@example.org"}, None),
        ({"email": "ana@example.org", "exp": "soon"}, None),
        ({"email": "ana@example.org", "email_verified": False, "exp": NOW + 60}, None),
        ({"email": "stranger@example.org", "exp": NOW + 60}, None),
        ({}, None),
    ],
)
def test_who_an_identity_token_names(claims: dict[str, object], expected: str | None, load) -> None:  # type: ignore[no-untyped-def]
    known = {"ana@example.org", "jun"}
    assert load("signing_in").user_of_claims(claims, known, now=NOW) == expected


def test_a_ticket_opens_one_recording_for_a_while(load) -> None:  # type: ignore[no-untyped-def]
    tickets = load("tickets")
    ticket = tickets.issue("ana", "audio", "call-1", now=NOW)
    assert tickets.check(ticket, "audio", "call-1", now=NOW + 60).user == "ana"
    assert tickets.check(ticket, "audio", "call-2", now=NOW) is None
    assert tickets.check(ticket, "page", "call-1", now=NOW) is None
    assert tickets.check(ticket, "audio", "call-1", now=NOW + tickets.VALID_S + 1) is None
    for broken in ("", ".", "a.b", ticket[:-1], ticket[1:], ticket.replace(".", ""), ticket + "é"):
        assert tickets.check(broken, "audio", "call-1", now=NOW) is None


def said_in_code() -> set[str]:
    """Every text given to ``t`` as a literal."""
    found: set[str] = set()
    for path in app_dir().rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in {"t", "say"} and node.args and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


def test_every_text_is_translated_with_the_same_places_to_fill(load) -> None:  # type: ignore[no-untyped-def]
    from string import Formatter

    spanish = load("words").catalogue("es")
    assert sorted(said_in_code() - set(spanish)) == []

    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert {text for text, found in spanish.items() if places(text) != places(found)} == set()


def test_what_samples_show_is_said_in_spanish(load, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from qa_toolkit.sampling import planner

    words = load("words")
    monkeypatch.setattr(words, "language", lambda: "es")
    plans = [
        planner.plan_estimate(0.05, rate=0.9),
        planner.plan_estimate(0.05, rate=0.995),
        planner.plan_detection(0.9, 0.8),
        planner.plan_certification(0.9, failures=2, rate=0.97),
        *(planner.plan_agents(n, target=0.85, rate=0.9, agents=100) for n in (3, 60)),
    ]
    texts = [text for plan in plans for text in (*plan.shows, *plan.does_not_show)]
    assert [text for text in texts if words.told(text) == text] == []
    assert not any("points" in words.told(text) for text in texts)
    assert {pattern for pattern in words.FILLED if pattern not in words.catalogue("es")} == set()


def test_no_page_has_a_bare_text_that_streamlit_would_write_onto_it() -> None:
    for path in [*(app_dir() / "views").glob("*.py"), app_dir() / "main.py", app_dir() / "serve.py"]:
        first, *rest = ast.parse(path.read_text(encoding="utf-8")).body
        assert ast.get_docstring(ast.Module([first], [])) is not None
        assert [
            each.lineno
            for each in rest
            if isinstance(each, ast.Expr) and not isinstance(each.value, ast.Call)
        ] == []


def test_nothing_of_the_app_names_a_host_or_reads_the_network() -> None:
    for path in [*app_dir().rglob("*.js"), *app_dir().rglob("*.css"), *app_dir().rglob("*.html")]:
        text = Path(path).read_text(encoding="utf-8")
        assert "http://" not in text
        assert "https://" not in text


def test_the_demos_store_comes_with_its_keyed_applications(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa_toolkit.cli.app import demo_files

    monkeypatch.setenv("QA_HOME", str(tmp_path))
    store = tmp_path / "demo" / "qa.db"
    store.parent.mkdir()
    assert demo_files(str(store), None) == (None, None, None, None), "the demo read no scans"
    (tmp_path / "demo" / "readings.json").write_text("{}", encoding="utf-8")
    found = demo_files(str(store), None)
    assert all(path is not None and path.exists() for path in found)
    assert demo_files(str(tmp_path / "other.db"), Path("mine")) == (None, None, None, Path("mine"))
    assert demo_files("postgresql+psycopg://localhost/qa", None) == (None, None, None, None)


def test_the_app_does_not_start_on_a_file_that_is_no_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("no database", encoding="utf-8")
    assert execute(["app", "--store", str(other), "--headless"]) == 4
    assert "the file is not a store of qa_toolkit" in capsys.readouterr().err
    assert other.read_text(encoding="utf-8") == "no database"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--reference", "there.csv"], "--keyed is missing, name both files, or neither"),
        (["--keyed", "there.csv", "--reference", "gone.csv"], "there is no such file, gone.csv, correct --reference"),
        (["--keyed", "gone.csv", "--reference", "there.csv"], "there is no such file, gone.csv, correct --keyed"),
        (["--keyed", "there.csv"], "--scan-readings is missing, name both files, or neither"),
        (["--scan-readings", "there.csv"], "--keyed is missing, name both files, or neither"),
    ],
)  # fmt: skip
def test_the_app_does_not_start_without_the_files_its_keying_pages_need(
    options: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.csv").write_text("", encoding="utf-8")
    assert execute(["app", "--store", str(tmp_path / "none.db"), "--headless", *options]) == 2
    assert capsys.readouterr().err == f"error: {said}\n"
