"""``qa metrics`` as people read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa_toolkit.cli.main import execute
from qa_toolkit.resources import sample_dir


def lines(capsys: pytest.CaptureFixture[str], path: Path) -> list[str]:
    assert execute(["metrics", str(path)]) == 0
    return capsys.readouterr().out.splitlines()


def test_what_is_not_available_is_one_line_a_reason(capsys, tmp_path):
    turns = [
        {"role": "agent", "text": "Hello, how can I help?"},
        {"role": "customer", "text": "My card, please."},
    ]
    path = tmp_path / "plain.json"
    path.write_text(json.dumps({"id": "plain", "turns": turns}), encoding="utf-8")
    printed = lines(capsys, path)
    missing = [line for line in printed if line.startswith("not available")]
    assert len(missing) == len({line.split(":")[0] for line in missing}) <= 4
    timeless = next(line for line in missing if line.startswith("not available, the transcript has no times"))
    assert "talk_time/1" in timeless
    assert "overlap/1" in timeless
    assert "(agent, customer)" in timeless
    assert not any("talk_time" in line for line in printed if line not in missing)
    assert not any(line.startswith("note:") for line in printed)  # no language, no sentiment


def test_what_is_known_is_a_table(capsys):
    printed = lines(capsys, sample_dir() / "transcripts" / "inb-001.json")
    assert sum("talk_time/1" in line for line in printed) >= 3
    (note,) = [line for line in printed if line.startswith("note: sentiment")]
    assert "misses irony" in note
    assert "never score a person by it" in note
    missing = [line.split(":")[0] for line in printed if line.startswith("not available")]
    assert len(missing) == len(set(missing)) <= 7  # each reason once
