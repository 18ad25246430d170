"""Truths about the project itself: commands documented, start-up quick, wheel complete, contracts of imports."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from qa_toolkit.cli.main import cli
from qa_toolkit.pipeline import read_case
from qa_toolkit.resources import sample_dir

PACKAGES = [
    "qa_toolkit",
    "qa_toolkit.authored",
    "qa_toolkit.batch",
    "qa_toolkit.calibration",
    "qa_toolkit.domain",
    "qa_toolkit.evaluation",
    "qa_toolkit.importing",
    "qa_toolkit.keying",
    "qa_toolkit.language",
    "qa_toolkit.metrics",
    "qa_toolkit.reports",
    "qa_toolkit.review",
    "qa_toolkit.sampling",
    "qa_toolkit.statistics",
    "qa_toolkit.store",
    "qa_toolkit.testing",
    "qa_toolkit.transcription",
]


def commands() -> Iterator[tuple[str, object]]:
    def walk(prefix: str, command: object) -> Iterator[tuple[str, object]]:
        below = getattr(command, "commands", None)
        if below is None:
            yield prefix.strip(), command
        else:
            for name, item in below.items():
                yield from walk(f"{prefix} {name}", item)

    yield from walk("", typer.main.get_command(cli))


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=[name for name, _ in commands()])
def test_every_command_has_help_and_stands_in_the_contract(
    name: str, command: object, checkout: Path
) -> None:
    assert getattr(command, "help", None), f"qa {name} has no help"
    contract = (checkout / "docs" / "contract.md").read_text(encoding="utf-8")
    group, *rest = name.split()
    rows = [
        line for line in contract.splitlines() if line.startswith("|") and re.search(rf"[`/ ]{group}\b", line)
    ]
    assert any(all(re.search(rf"\b{word}\b", row) for word in rest) for row in rows), (
        f"qa {name} is not in docs/contract.md"
    )


@pytest.mark.parametrize("name", PACKAGES)
def test_all_names_what_is_there(name: str) -> None:
    module = importlib.import_module(name)
    for public in module.__all__:
        assert getattr(module, public) is not None
    assert sorted(module.__all__) == sorted(set(module.__all__))


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, qa_toolkit, qa_toolkit.cli.main;"
        "heavy = {'pydantic', 'numpy', 'scipy', 'av', 'faster_whisper', 'onnxruntime', 'librosa', 'sklearn', 'spacy', 'sqlalchemy',"
        " 'streamlit', 'jinja2', 'torch', 'pandas'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_base_install_has_no_heavy_part(checkout: Path) -> None:
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base = " ".join(project["dependencies"])
    assert not re.search(r"torch|tensorflow|nvidia|faster-whisper|streamlit|spacy|librosa", base)
    pinned = (checkout / ".ci" / "constraints.txt").read_text(encoding="utf-8")
    assert not re.search(r"^(torch|nvidia)", pinned, re.MULTILINE)
    assert "://" not in pinned


def test_the_wheel_carries_rubrics_models_app_and_samples_and_works_alone(
    checkout: Path, tmp_path: Path
) -> None:
    build = [
        sys.executable,
        "-m",
        "uv",
        "build",
        "--wheel",
        "--quiet",
        "--out-dir",
        str(tmp_path),
        str(checkout),
    ]
    made = subprocess.run(build, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(site)
    for needed in (
        "qa_toolkit/_data/rubrics/inbound_call.yaml",
        "qa_toolkit/_data/rubrics/schema.json",
        "qa_toolkit/_data/models/manifest.toml",
        "qa_toolkit/_data/app/main.py",
        "qa_toolkit/samples/calls/manifest.csv",
        "qa_toolkit/store/migrations/env.py",
        "qa_toolkit/py.typed",
    ):
        assert needed in names
    sample = site / "qa_toolkit" / "samples" / "transcripts" / "inb-001.json"
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r}); import qa_toolkit; "
        f"assert qa_toolkit.__file__.startswith({str(site)!r}); from qa_toolkit.cli.main import execute; "
        f"sys.exit(execute(['evaluate', {str(sample)!r}, '--rubric', 'inbound_call', '--json']))"
    )
    environment = {**os.environ, "QA_HOME": str(tmp_path / "home")}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
    )
    assert ran.returncode == 0, ran.stderr
    assert '"schema": "qa-toolkit/evaluation/1"' in ran.stdout


def test_the_readme_shows_both_commands(checkout: Path) -> None:
    readme = (checkout / "README.md").read_text(encoding="utf-8")
    assert "make demo" in readme
    assert "make test" in readme


def test_the_python_of_the_readme_runs(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hearing is left out: the call is a bundled transcript."""
    heard = read_case(sample_dir() / "transcripts" / "inb-003.json").transcript
    monkeypatch.setattr("qa_toolkit.pipeline.listen", lambda *_, **__: heard)
    readme = (checkout / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own text
    assert "IN-03" in capsys.readouterr().out
