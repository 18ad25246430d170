"""Runs the command line in this process, as a user's script would see it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qa_toolkit.cli.main import execute
from qa_toolkit.resources import sample_dir


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def errors(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("error: ")]


@pytest.fixture
def qa(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """``qa("evaluate", path, "--json")`` gives exit code, stdout and stderr."""

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        code = execute([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def transcripts() -> Path:
    """The folder of written sample calls."""
    return sample_dir() / "transcripts"
