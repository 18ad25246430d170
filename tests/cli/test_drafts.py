"""A draft transcript is marked in everything that is made of it, down to tables and pages."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from qa_toolkit.cli.main import execute
from qa_toolkit.domain.transcript import DRAFT_MARK
from qa_toolkit.pipeline import read_case
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription.formats import write

SAMPLE = sample_dir() / "transcripts" / "inb-003.json"


@pytest.fixture(params=["draft", "accurate"])
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def call(tmp_path: Path, profile: str) -> Path:
    """A bundled transcript as if it had been made with that profile."""
    made_by = {"engine": "e", "model": "m", "model_sha256": "0" * 64, "profile": profile, "settings": {}}
    path = tmp_path / "call.json"
    data = json.loads(SAMPLE.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, "id": "call", "made_by": made_by}), encoding="utf-8")
    return path


def test_runs_their_pages_and_exports(
    call: Path, profile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, out, table = tmp_path / "qa.db", tmp_path / "out", tmp_path / "t.csv"
    common = ["--store", str(store), "--as", "root"]
    assert execute(["score", str(call), "--rubric", "inbound_call", "--out", str(out), *common]) == 0
    marked = profile == "draft"
    assert ("draft" in capsys.readouterr().out) is marked
    assert ("from a draft transcript" in (out / "index.html").read_text(encoding="utf-8")) is marked
    assert ("draft transcript" in (out / "calls" / "call.html").read_text(encoding="utf-8")) is marked
    assert ("draft transcript" in (out / "results" / "call.json").read_text(encoding="utf-8")) is marked
    for name in ("evaluations", "interactions"):
        assert execute(["export", name, "--out", str(table), *common]) == 0
        (row,) = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
        assert row["draft"].lower() in (("true", "1") if marked else ("false", "0"))
        table.unlink()


def test_what_is_evaluated_and_measured(call: Path, profile: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["evaluate", "--rubric", "inbound_call"], ["metrics"]):
        assert execute([*command, str(call)]) == 0
        captured = capsys.readouterr()
        assert ("draft" in captured.out + captured.err) is (profile == "draft")


@pytest.mark.parametrize("form", ["vtt", "srt"])
def test_a_draft_in_another_format_stays_one(
    call: Path, profile: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    transcript = read_case(call).transcript
    assert transcript is not None
    (tmp_path / f"other.{form}").write_text(write(transcript, form), encoding="utf-8")
    read = read_case(tmp_path / f"other.{form}").transcript
    assert read is not None
    assert read.is_draft is (DRAFT_MARK in read.warnings) is (profile == "draft")
    assert execute(["evaluate", str(tmp_path / f"other.{form}"), "--rubric", "inbound_call", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert any("draft" in warning for warning in found["warnings"]) is (profile == "draft")
