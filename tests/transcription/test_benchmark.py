"""The benchmark runs: three contestants on the smallest sample, what it prints and keeps, when it refuses."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from qa_toolkit import model_files


def script(checkout: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(checkout / "benchmarks"))
    spec = importlib.util.spec_from_file_location(name, checkout / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.model
def test_a_quick_run(checkout: Path, tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    found = model_files.status("whisper-tiny.en")
    if found.path is None:
        pytest.skip(found.detail)
    kept = tmp_path / "run.json"
    command = [sys.executable, str(checkout / "benchmarks/transcription.py"), "--quick", "--calls", "1"]
    ran = subprocess.run(
        [*command, "--model", "whisper-tiny.en", "--json", str(kept)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    data = json.loads(kept.read_text("utf-8"))
    assert data["speed"]["order"] == "abd"
    assert data["speed"]["quality"]["rates"]["ours"] <= data["speed"]["quality"]["rates"]["stock"] + 0.01
    for row in data["speed"]["contestants"].values():
        assert row["calls_s"] == pytest.approx(41.8, abs=0.5)
        assert row["wall_s"] > 0
    ratio = data["speed"]["ratios"]["stock"]["wall"]
    assert (ratio is None) == bool(data["speed"]["noisy"])
    assert "ours held against stock: not worse" in ran.stdout


def test_a_ratio_is_paired_and_per_second_of_call(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = script(checkout, "transcription", monkeypatch)
    ours = [{"wall_s": 10.0, "calls_s": 1000.0}, {"wall_s": 20.0, "calls_s": 1000.0}]
    stock = [{"wall_s": 8.0, "calls_s": 100.0}, {"wall_s": 12.0, "calls_s": 100.0}]
    assert bench._paired(stock, ours, "wall_s") == {"median": 7.0, "low": 6.0, "high": 8.0, "n": 2}


@pytest.mark.parametrize(
    ("load", "others", "words"),
    [
        (0.9, 0.1, []),
        (1.1, 0.0, ["load average"]),
        (0.5, 0.5, ["others used"]),
        (2.0, 1.0, ["load", "others"]),
    ],
)
def test_a_busy_machine_gives_reasons(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, load: float, others: float, words: list[str]
) -> None:
    bench = script(checkout, "transcription", monkeypatch)
    reasons = bench._noise(load, {"ours": [{"others": 0.0}], "stock": [{"others": others}]}, 2)
    assert len(reasons) == len(words)
    assert all(word in reason for word, reason in zip(words, reasons, strict=True))


@pytest.mark.parametrize(
    ("ours", "stock", "worse"),
    [
        ("one two three four", "one two three four", False),
        ("one two", "one two three four", True),
        ("one two three", "one two", False),
    ],
)
def test_worse_text_is_found(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, ours: str, stock: str, *, worse: bool
) -> None:
    report = script(checkout, "transcription_report", monkeypatch)
    texts = {"ours": {"a:1": ours}, "stock": {"a-1:0": stock}, "batched": {"a-1:0": "one two three four"}}
    assert report.quality(texts, [Path("a.wav")], {"a-1:0": "a:1"})["worse"] is worse


def test_a_transcript_beside_the_recording_is_the_measure(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    report = script(checkout, "transcription_report", monkeypatch)
    (tmp_path / "a.txt").write_text("one two three four", encoding="utf-8")
    texts = {"ours": {"a:0": "one two three for"}, "batched": {"a:0": "one two three four"}}
    found = report.quality(texts, [tmp_path / "a.wav"], {})
    assert (found["measure"], found["rates"]["ours"], found["worse"]) == ("word error rate", 0.25, True)
