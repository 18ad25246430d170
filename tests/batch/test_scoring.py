"""What scores a recording again: another detector of two voices does, the same one does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import echo_engine
import numpy as np
import pytest
from made_sound import write_wave

from qa_toolkit import model_files
from qa_toolkit.batch import scoring
from qa_toolkit.cli.main import execute
from qa_toolkit.errors import ModelFileError
from qa_toolkit.resources import sample_dir
from qa_toolkit.store import Store
from qa_toolkit.transcription import overlap
from qa_toolkit.transcription.audio import decode

pytest.importorskip("av")
pytest.importorskip("onnxruntime")

RUBRIC = """\
id: small
version: 1.0.0
title: Small
sections:
  - {id: one, title: One, criteria: [{id: LOOK, question: Listen}]}
"""
SETTINGS = '[transcription]\nengine = "echo"\n'


@pytest.fixture
def revisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[str]]]:
    """Scores a recording on one channel; the evaluations that the store has of it afterwards."""
    try:
        model_files.resolve("speaker-embedder")
    except ModelFileError as error:
        pytest.skip(str(error))
    sides = [
        side[16_000 * 5 : 16_000 * 11] for side in decode(sample_dir() / "calls" / "inb-003.wav").channels
    ]
    call = write_wave(tmp_path / "call.wav", (sides[0] // 2 + sides[1] // 2).astype(np.int16))
    (tmp_path / "small.yaml").write_text(RUBRIC, encoding="utf-8")
    (tmp_path / "qa.toml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def score() -> list[str]:
        assert execute(["score", str(call), "--rubric", "small.yaml", "--store", "calls.db"]) == 0
        with Store.open(tmp_path / "calls.db") as store:
            return [record.id for record in store.revisions("call", "small")]

    with echo_engine.installed(tmp_path / "site", monkeypatch):
        yield score
    overlap.shipped_detector.cache_clear()
    overlap.detector_identity.cache_clear()


def test_another_detector_of_two_voices_scores_again(
    revisions: Callable[[], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = revisions()
    assert len(first) == 1
    assert revisions() == first
    learnt = json.loads(overlap.DETECTOR_FILE.read_text(encoding="utf-8"))
    (tmp_path / "other.json").write_text(json.dumps({**learnt, "opens": 0.9}), encoding="utf-8")
    monkeypatch.setattr(overlap, "DETECTOR_FILE", tmp_path / "other.json")
    overlap.shipped_detector.cache_clear()
    overlap.detector_identity.cache_clear()
    second = revisions()
    assert len(second) == 2
    assert first[0] in second
    assert revisions() == second


def test_a_store_whose_keys_did_not_name_the_detector_goes_on(
    revisions: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    named = scoring._models

    def without(*arguments: Any) -> dict[str, str]:
        return {name: tag for name, tag in named(*arguments).items() if name != "overlap-detector"}

    with monkeypatch.context() as before:
        before.setattr(scoring, "_models", without)
        old = revisions()
        assert "1 scored, 0 done before" in capsys.readouterr().err
    assert revisions() == old  # heard again, and the same is not filed twice
    assert "1 scored, 0 done before" in capsys.readouterr().err
    assert revisions() == old
    assert "0 scored, 1 done before" in capsys.readouterr().err
