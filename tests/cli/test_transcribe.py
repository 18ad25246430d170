"""``qa transcribe`` over several recordings, with a recogniser of the test's own in place of Whisper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import echo_engine
import pytest
from made_sound import write_wave

from qa_toolkit.cli.main import execute
from qa_toolkit.domain.transcript import DRAFT_MARK
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription.audio import decode

pytest.importorskip("av")
pytest.importorskip("onnxruntime")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Qa = Callable[..., Ran]


@pytest.fixture
def qa(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Qa]:
    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        code = execute([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    with echo_engine.installed(tmp_path / "site", monkeypatch):
        yield run


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calls")
    sides = [
        side[5 * 16_000 : 15 * 16_000] for side in decode(sample_dir() / "calls" / "inb-003.wav").channels
    ]
    for name in ("b", "a", "c"):
        write_wave(folder / f"{name}.wav", *sides)
    write_wave(folder / "mono.wav", (sides[0] // 2 + sides[1] // 2).astype("int16"))
    return folder


def test_a_folder_gives_an_array_in_order_of_names(qa: Qa, calls: Path) -> None:
    ran = qa("transcribe", calls, "--engine", "echo", "--json", "--workers", 3)
    assert ran.code == 0
    found = json.loads(ran.out)
    assert [item["id"] for item in found] == ["a", "b", "c", "mono"]
    assert found[0]["made_by"]["engine"] == "echo"
    assert found[0]["recognition"].keys() == {
        "speech_s", "gated_s", "windows", "retried_windows", "doubtful_windows", "channels",
    }  # fmt: skip
    sound = found[0]["recognition"]["channels"]
    assert [each["channel"] for each in sound] == [0, 1]
    assert all(each["sound_s"] > 1.0 and each["speech_s"] > 1.0 and each["other_s"] < 1.0 for each in sound)
    assert sum(each["speech_s"] for each in sound) == pytest.approx(found[0]["recognition"]["speech_s"])
    assert found[0]["recognition"]["windows"] == 2


def test_workers_change_nothing(qa: Qa, calls: Path) -> None:
    command = ["transcribe", calls, "--engine", "echo", "--json", "--workers"]
    assert qa(*command, 1).out == qa(*command, 4).out


def test_each_is_written_as_it_is_ready_and_counted_in_the_end(qa: Qa, calls: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_text("no sound")
    out = tmp_path / "out"
    ran = qa(
        "transcribe", calls / "a.wav", broken, calls / "b.wav", "--engine", "echo", "--out", out, "--verbose"
    )
    assert ran.code == 1
    assert sorted(path.name for path in out.iterdir()) == ["a.json", "b.json"]
    lines = ran.err.splitlines()
    assert [line for line in lines if line.startswith("error: broken.wav")]
    assert [
        line for line in lines if line.startswith("a: 10 s of audio, ") and "2 windows, 0 retried" in line
    ]
    assert lines[-1].startswith("2 transcribed, 1 not: 20 s of audio, ")
    assert "0 in doubt" in lines[-1]


def test_inputs_of_one_name_are_rejected_in_their_places(qa: Qa, calls: Path, tmp_path: Path) -> None:
    copy = tmp_path / "a.wav"
    copy.write_bytes((calls / "a.wav").read_bytes())
    ran = qa("transcribe", calls / "a.wav", calls / "b.wav", copy, "--engine", "echo", "--json")
    assert ran.code == 1
    assert [item.get("status", "done") for item in json.loads(ran.out)] == ["rejected", "done", "rejected"]


def test_a_folder_that_cannot_be_written_is_found_before_listening(
    qa: Qa, calls: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    ran = qa("transcribe", calls / "a.wav", "--engine", "echo", "--out", tmp_path / "file" / "below")
    assert ran.code == 4
    assert ran.err.startswith("error: cannot write")


def test_words_and_speakers_can_be_left_out(qa: Qa, calls: Path) -> None:
    plain = ["transcribe", calls / "mono.wav", "--engine", "echo", "--json"]
    ran: dict[str, Any] = json.loads(qa(*plain, "--no-words", "--speakers", "off").out)
    assert {turn["speaker"] for turn in ran["turns"]} == {"S0"}
    assert ran["made_by"]["settings"]["word_times"] is False
    assert ran["made_by"]["settings"]["speakers"] == 1
    assert json.loads(qa(*plain).out)["made_by"]["settings"]["word_times"] is True
    assert qa(*plain, "--speakers", "many").code == 3


def test_an_unknown_recogniser_is_one_line(qa: Qa, calls: Path) -> None:
    ran = qa("transcribe", calls / "a.wav", "--engine", "parrot")
    assert ran.code == 2
    assert ran.err.startswith("error: no recogniser is called 'parrot'")


@pytest.mark.parametrize("form", ["vtt", "srt", "txt", "rttm", "ctm"])
def test_a_draft_says_so_in_every_format(qa: Qa, calls: Path, form: str) -> None:
    command = ["transcribe", calls / "a.wav", "--engine", "echo", "--format", form]
    assert qa(*command, "--profile", "draft").out.count(DRAFT_MARK) == 1
    assert DRAFT_MARK not in qa(*command).out


def test_a_draft_says_so_in_transcript_metrics_and_evaluation(qa: Qa, calls: Path, tmp_path: Path) -> None:
    made = qa("transcribe", calls / "a.wav", "--engine", "echo", "--profile", "draft", "--json")
    assert json.loads(made.out)["made_by"]["profile"] == "draft"
    assert "warning: a: draft" in made.err
    (tmp_path / "a.json").write_text(made.out, encoding="utf-8")
    metrics = json.loads(qa("metrics", tmp_path / "a.json", "--json").out)
    assert any("draft" in warning for warning in metrics["warnings"])
    evaluation = json.loads(qa("evaluate", tmp_path / "a.json", "--rubric", "inbound_call", "--json").out)
    assert any("draft" in warning for warning in evaluation["warnings"])


@pytest.mark.parametrize("form", ["vtt", "srt"])
def test_a_draft_read_back_is_still_one(qa: Qa, calls: Path, tmp_path: Path, form: str) -> None:
    command = ["transcribe", calls / "a.wav", "--engine", "echo", "--profile", "draft", "--format"]
    (tmp_path / f"a.{form}").write_text(qa(*command, form).out, encoding="utf-8")
    turns = json.loads(qa(*command, "json").out)["turns"]
    read = json.loads(qa("import", tmp_path / f"a.{form}", "--json").out)
    assert [turn["text"] for turn in read["turns"]] == [turn["text"] for turn in turns]
    assert DRAFT_MARK in read["warnings"]
