"""Whatever is handed to a command: one line that says what, where and what to do, and the right exit code."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qa_toolkit.cli import main
from qa_toolkit.cli.console import LONGEST_LINE
from qa_toolkit.resources import sample_dir

Qa = Callable[..., Any]
CALL = sample_dir() / "transcripts" / "inb-002.json"
KEYED, REFERENCE = sample_dir() / "keying" / "keyed.csv", sample_dir() / "keying" / "reference.csv"
LAYOUT = ("--layout", "covered_application")
LONG = "a" * 5000
JUNK = bytes(range(256)) * 8
FILES: dict[str, bytes] = {
    "empty.json": b"",
    "junk.json": JUNK,
    "junk.csv": JUNK,
    "latin.json": '{"G-1": "é"}'.encode("latin-1"),
    "deep.json": b"[" * 100_000,
    "nan.json": b'{"forms": NaN}',
    "number.json": b"5",
    "list.json": b"[1, 2]",
    "text.txt": b"hello\n",
    "ratings.csv": b"unit,a,b\nu1,yes,no\nu2,yes,yes\n",
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files that are not what a command wants, which is also the current folder."""
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# What is given, the exit code, and what the one line on stderr says.
CASES: list[tuple[tuple[object, ...], int, str]] = [
    (("evaluate", "none.json", "--rubric", "inbound_call"), 1, "no such file"),
    (("evaluate", "empty.json", "--rubric", "inbound_call"), 1, "the file is empty"),
    (("evaluate", "junk.json", "--rubric", "inbound_call"), 1, "not UTF-8"),
    (("evaluate", "deep.json", "--rubric", "inbound_call"), 1, "nested too deeply"),
    (("evaluate", "loop", "--rubric", "inbound_call"), 1, "no such file"),
    (("evaluate", LONG, "--rubric", "inbound_call"), 1, "File name too long"),
    (("evaluate", CALL, "--rubric", ""), 3, "no rubric"),
    (("evaluate", CALL, "--rubric", "none.yaml"), 3, "none.yaml"),
    (("evaluate", CALL, "--rubric", "folder"), 3, "folder"),
    (("score", CALL, "--rubric", ""), 2, "no rubric is given"),
    (("score", CALL, "--rubric", "inbound_call", "--store", LONG), 1, "File name too long"),
    (("report", "unit", "--store", "none.db"), 4, "none.db"),
    (("report", "unit", "--store", "junk.csv"), 4, "not a store"),
    (("report", "unit", "--store", "folder"), 4, "folder"),
    (("agreement", "ratings.csv", "--weights", "deep.json"), 1, "not JSON"),
    (("agreement", "junk.csv"), 1, "junk.csv"),
    (("agreement", "deep.json"), 1, "the first column is"),
    (("keying", "compare", KEYED, "folder", *LAYOUT), 1, "folder"),
    (("keying", "compare", KEYED, REFERENCE, "--layout", "none"), 3, "none"),
    (("keying", "accept", "--lot-size", 500, "--aql", 1, "--result", "none.json"), 1, "No such file"),
    (("keying", "accept", "--lot-size", 500, "--aql", 1, "--result", "deep.json"), 1, "nested too deeply"),
    (("keying", "accept", "--lot-size", 500, "--aql", 1, "--result", "nan.json"), 1, "NaN"),
    (("keying", "accept", "--lot-size", 500, "--aql", 1, "--result", "list.json"), 1, "result of a comparison"),
    (("keying", "chapman", "junk.json", "list.json"), 1, "not UTF-8"),
    (("keying", "chapman", "number.json", "list.json"), 1, "result of a check"),
    (("keying", "audit", "score", KEYED, "none.csv", *LAYOUT, "--by", "x", "--key", "folder"), 1, "directory"),
    (("keying", "audit", "score", KEYED, "none.csv", *LAYOUT, "--by", "x", "--key", "list.json"), 1, "key of"),
    (("keying", "worklist", KEYED, *LAYOUT, "--scan-readings", "latin.json"), 1, "not UTF-8"),
    (("keying", "score", KEYED, REFERENCE, *LAYOUT, "--out", "text.txt"), 4, "text.txt"),
    (("keying", "report", KEYED, REFERENCE, *LAYOUT, "--out", "text.txt/below"), 4, "text.txt"),
    (("keying", "audit", "draw", KEYED, *LAYOUT, "--out", "folder"), 1, "cannot be written"),
    (("keying", "form", *LAYOUT, "--out", ""), 2, "names no file"),
    (("watch",), 2, "No such command 'watch', see 'qa --help'"),
    (("import", CALL, "--out", "text.txt"), 4, "text.txt"),
    (("sample", "draw", "folder", "--seed", 1, "--n", 1), 1, "folder"),
    (("people", "import", "junk.csv", "--store", "new.db"), 3, "junk.csv"),
    (("db", "restore", "text.txt", "--store", "new.db"), 4, "text.txt"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "says"), CASES, ids=lambda value: str(value)[:60])
def test_bad_input_is_one_line_and_leaves_everything_as_it_was(
    files: Path, qa: Qa, arguments: tuple[object, ...], code: int, says: str
) -> None:
    ran = qa(*arguments)
    assert (ran.code, len(ran.errors)) == (code, 1), (ran.out, ran.err)
    assert ran.out == "" or arguments[0] == "evaluate", "a table of items, failed ones among them"
    assert says in ran.errors[0]
    assert len(ran.errors[0]) < LONGEST_LINE + 20
    assert "unexpected" not in ran.err
    left = {path.name: path.read_bytes() for path in files.iterdir() if path.is_file()}
    assert {name: content for name, content in left.items() if name in FILES} == FILES
    assert [path for path in files.iterdir() if path.name.startswith(".")] == []


def test_keyed_records_that_are_not_scored_are_named(files: Path, qa: Qa) -> None:
    lines = KEYED.read_text(encoding="utf-8").splitlines(keepends=True)
    short = [line for line in lines if not line.startswith("APP-00002,")]
    (files / "short.csv").write_text("".join(short), encoding="utf-8")
    ran = qa("keying", "score", "short.csv", REFERENCE, *LAYOUT, "--json")
    assert (ran.code, len(ran.errors), len(ran.json)) == (1, 1, 35)
    assert "record APP-00002" in ran.errors[0]
    charts = qa("keying", "charts", "short.csv", REFERENCE, *LAYOUT, "--json")
    assert charts.code == 0
    assert "1 rows or records are left out" in charts.err


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [
        (errno.ENOSPC, 4, "No space left on device"),
        (errno.EROFS, 4, "Read-only file system"),
        (errno.EACCES, 1, "Permission denied"),
    ],
)
def test_a_fault_of_the_machine_is_no_bug(
    qa: Qa, monkeypatch: pytest.MonkeyPatch, number: int, code: int, says: str
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, says, "/somewhere/file")

    monkeypatch.setattr("qa_toolkit.config.load_configuration", refused)
    ran = qa("config", "show")
    assert (ran.code, ran.err) == (
        code,
        f"error: the system refused: {says}, /somewhere/file, {_fix(code)}\n",
    )


def _fix(code: int) -> str:
    return "free what is missing" if code == 4 else "check the path and its permissions"


def test_an_interruption_is_said_and_has_its_code(qa: Qa, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("qa_toolkit.config.load_configuration", interrupted)
    ran = qa("config", "show")
    assert (ran.code, len(ran.errors)) == (main.INTERRUPTED, 1)
