"""``qa score`` and ``qa transcribe`` with a real recogniser on short cuts of the bundled calls."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from qa_toolkit.errors import ModelFileError
from qa_toolkit.model_files import resolve
from qa_toolkit.resources import sample_dir

Qa = Callable[..., Any]

pytestmark = [pytest.mark.model, pytest.mark.xdist_group("recogniser")]

RUBRIC = """\
id: small
version: 1.0.0
title: Small
applies_when: {direction: inbound}
sections:
  - id: one
    title: One
    criteria:
      - id: NOTICE
        question: Is the recording notice given?
        evaluator: {phrase: {any: ["may be recorded", "is recorded", "recorded line"]}}
      - {id: LOOK, question: Listen}
"""


@pytest.fixture(scope="session", autouse=True)
def _recogniser() -> None:
    pytest.importorskip("faster_whisper")
    try:
        resolve("whisper-tiny.en")
    except ModelFileError as error:
        pytest.skip(str(error))


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with two short two-channel recordings and a rubric."""
    import soundfile

    folder = tmp_path / "work"
    (folder / "calls").mkdir(parents=True)
    for name, first, last in (("one", 0, 8), ("two", 8, 20)):
        samples, rate = soundfile.read(sample_dir() / "calls" / "inb-006.wav", dtype="float32")
        soundfile.write(folder / "calls" / f"{name}.wav", samples[first * rate : last * rate], rate)
    (folder / "small.yaml").write_text(RUBRIC, encoding="utf-8")
    return folder


def score(qa: Qa, work: Path, *arguments: object) -> Any:
    rubric = ["--rubric", work / "small.yaml"]
    return qa(
        "score", *(arguments or [work / "calls"]), *rubric, "--profile", "draft", "--workers", 1, "--json"
    )


def test_a_folder_is_scored_and_running_it_again_repeats_nothing(qa: Qa, work: Path) -> None:
    first = score(qa, work)
    assert first.code == 0
    assert [item["input"] for item in first.json] == ["one.wav", "two.wav"]
    schema = qa("schema", "result").json
    for item in first.json:
        jsonschema.validate(item, schema)
        assert item["transcript"]["made_by"]["profile"] == "draft"
    answers = {a["criterion"]: a for a in first.json[0]["evaluation"]["answers"]}
    assert answers["NOTICE"]["answer"] == "yes"
    assert answers["LOOK"]["status"] == "unanswered"
    again = score(qa, work)
    assert again.out == first.out
    store = sqlite3.connect(Path(qa("config", "show", "--json").json["store"]))
    assert store.execute("select count(*) from evaluations").fetchone() == (2,)
    assert store.execute("select max(attempts) from ledger").fetchone() == (1,)


def test_one_file_gives_one_object(qa: Qa, work: Path) -> None:
    ran = score(qa, work, work / "calls" / "one.wav")
    assert ran.json["schema"] == "qa-toolkit/result/1"
    assert ran.json["status"] == "done"


def test_bad_files_keep_their_place_and_the_rest_is_done(qa: Qa, work: Path) -> None:
    calls = work / "calls"
    (calls / "a-empty.wav").write_bytes(b"")
    (calls / "b-text.wav").write_text("this is no sound")
    (calls / "c-header.wav").write_bytes((calls / "one.wav").read_bytes()[:44])
    (calls / "notes.txt").write_text("not a recording")
    ran = score(qa, work)
    assert ran.code == 1
    assert [(item["input"], item["status"]) for item in ran.json] == [
        ("a-empty.wav", "failed"),
        ("b-text.wav", "failed"),
        ("c-header.wav", "failed"),
        ("one.wav", "done"),
        ("two.wav", "done"),
    ]
    assert len(ran.errors) == 3
    assert all(item["reason"] and str(work) not in item["reason"] for item in ran.json[:3])


def test_a_manifest_brings_metadata_and_a_row_that_leads_outside_is_rejected(qa: Qa, work: Path) -> None:
    manifest = work / "calls" / "manifest.csv"
    manifest.write_text(
        "path,agent,direction,shift\none.wav,A-7,inbound,night\n../small.yaml,A-7,inbound,\n"
        "two.wav,A-8,outbound,\nnone.wav,A-9,inbound,\n",
        encoding="utf-8",
    )
    ran = score(qa, work, manifest)
    assert ran.code == 1
    assert [item["status"] for item in ran.json] == ["done", "rejected", "rejected", "failed"]
    assert ran.json[0]["transcript"]["metadata"] == {"agent": "A-7", "direction": "inbound", "shift": "night"}
    assert "outside" in ran.json[1]["reason"]
    assert "direction" in ran.json[2]["reason"]


def test_a_changed_recording_or_rubric_is_scored_anew(qa: Qa, work: Path) -> None:
    score(qa, work)
    (work / "small.yaml").write_text(
        RUBRIC.replace("1.0.0", "1.0.1").replace("Listen", "Look"), encoding="utf-8"
    )
    ran = score(qa, work)
    assert {item["evaluation"]["rubric"]["version"] for item in ran.json} == {"1.0.1"}


def test_a_published_version_with_other_content_is_refused(qa: Qa, work: Path) -> None:
    before = score(qa, work)
    (work / "small.yaml").write_text(RUBRIC.replace("Listen", "Look"), encoding="utf-8")
    ran = score(qa, work)
    assert ran.code == 3
    assert "1.0.0" in ran.errors[0]
    (work / "small.yaml").write_text(RUBRIC, encoding="utf-8")
    assert score(qa, work).out == before.out


@pytest.mark.parametrize(
    ("rubric", "code"),
    [("no_such_rubric", 3), ("missing.yaml", 3), (None, 2)],
    ids=["unknown", "no file", "none"],
)
def test_a_run_without_a_usable_rubric_stops_before_anything_is_done(
    qa: Qa, work: Path, rubric: str | None, code: int
) -> None:
    ran = qa("score", work / "calls", *(["--rubric", rubric] if rubric else []))
    assert ran.code == code
    assert len(ran.errors) == 1


def test_a_store_of_a_newer_version_is_left_alone(qa: Qa, work: Path) -> None:
    score(qa, work)
    path = Path(qa("config", "show", "--json").json["store"])
    with sqlite3.connect(path) as store:
        store.execute("update alembic_version set version_num = '9999'")
    before = path.read_bytes()
    ran = score(qa, work)
    assert ran.code == 4
    assert len(ran.errors) == 1
    assert "newer" in ran.errors[0]
    assert path.read_bytes() == before


def test_a_missing_model_is_exit_code_4_with_the_way_out(qa: Qa, work: Path) -> None:
    ran = qa("score", work / "calls", "--rubric", work / "small.yaml", "--model", "whisper-huge")
    assert ran.code == 4
    assert len(ran.errors) == 1


def test_cuda_without_a_card_is_one_line(qa: Qa, work: Path) -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("this machine has a CUDA device")
    ran = qa("transcribe", work / "calls" / "one.wav", "--device", "cuda", "--profile", "draft")
    assert ran.code == 4
    assert "CUDA" in ran.errors[0]


def test_results_and_pages_are_written_where_asked(qa: Qa, work: Path) -> None:
    out = work / "out"
    rubric = ["--rubric", work / "small.yaml", "--profile", "draft"]
    ran = qa("score", work / "calls" / "one.wav", *rubric, "--out", out)
    assert ran.code == 0
    assert json.loads((out / "results" / "one.json").read_text(encoding="utf-8"))["status"] == "done"
    assert (out / "index.html").is_file()
    blocked = work / "file"
    blocked.write_text("x")
    ran = qa("score", work / "calls" / "one.wav", *rubric, "--out", blocked / "below")
    assert ran.code == 4
    assert len(ran.errors) == 1


def test_transcribe_gives_the_same_bytes_again_and_the_published_shape(qa: Qa, work: Path) -> None:
    path = work / "calls" / "one.wav"
    first = qa("transcribe", path, "--profile", "draft", "--json")
    again = qa("transcribe", path, "--profile", "draft", "--json")
    assert first.out == again.out
    jsonschema.validate(first.json, qa("schema", "transcript").json)
    assert {turn["role"] for turn in first.json["turns"]} <= {"agent", "customer", "ivr"}
    for turn in first.json["turns"]:
        assert turn["text"] == " ".join(word["text"] for word in turn["words"])


def test_the_channel_map_names_the_parties(qa: Qa, work: Path) -> None:
    path = work / "calls" / "one.wav"
    usual = qa("transcribe", path, "--profile", "draft", "--json").json
    turned = qa("transcribe", path, "--profile", "draft", "--channels", "customer,agent", "--json").json
    roles = {turn["channel"]: turn["role"] for turn in usual["turns"]}
    other = {turn["channel"]: turn["role"] for turn in turned["turns"]}
    assert roles[0] == "agent"
    assert other[0] == "customer"


@pytest.mark.parametrize("form", ["vtt", "srt", "txt", "rttm", "ctm"])
def test_other_formats_hold_every_word(qa: Qa, work: Path, form: str) -> None:
    path = work / "calls" / "one.wav"
    words = [
        w["text"]
        for t in qa("transcribe", path, "--profile", "draft", "--json").json["turns"]
        for w in t["words"]
    ]
    text = qa("transcribe", path, "--profile", "draft", "--format", form).out
    if form == "rttm":
        assert text.count("SPEAKER") >= 1
    else:
        assert all(word in text for word in words)


def test_metrics_of_a_recording_equal_those_of_its_transcript(qa: Qa, work: Path) -> None:
    path = work / "calls" / "one.wav"
    direct = qa("metrics", path, "--profile", "draft", "--json")
    (work / "one.json").write_text(
        qa("transcribe", path, "--profile", "draft", "--json").out, encoding="utf-8"
    )
    assert qa("metrics", work / "one.json", "--json").out == direct.out


def test_evaluate_of_the_transcript_equals_the_score_of_the_recording(qa: Qa, work: Path) -> None:
    scored = score(qa, work, work / "calls" / "one.wav").json
    (work / "one.json").write_text(json.dumps(scored["transcript"]), encoding="utf-8")
    evaluated = qa("evaluate", work / "one.json", "--rubric", work / "small.yaml", "--json").json
    assert evaluated == scored["evaluation"]


def test_a_full_disk_stops_cleanly_and_the_run_goes_on_later(qa: Qa, work: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from qa_toolkit.cli.main import run; run()",
        "score",
        str(work / "calls"),
    ]
    command += ["--rubric", str(work / "small.yaml"), "--profile", "draft", "--workers", "1"]
    full = subprocess.run(
        ["bash", "-c", 'ulimit -f 40; exec "$@"', "bash", *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert full.returncode == 4
    assert "Traceback" not in full.stderr
    errors = [line for line in full.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    done = score(qa, work)
    assert [item["status"] for item in done.json] == ["done", "done"]


def test_silence_gives_no_phantom_words(qa: Qa, work: Path) -> None:
    import soundfile

    path = work / "silence.wav"
    soundfile.write(path, np.zeros((8000 * 20, 2), dtype="float32"), 8000)
    ran = qa("transcribe", path, "--profile", "draft", "--json")
    assert ran.code == 0
    assert ran.json["turns"] == []
    assert any("no speech" in warning for warning in ran.json["warnings"])
