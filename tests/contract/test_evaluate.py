"""``qa evaluate``, ``qa metrics`` and ``qa schema`` as scripts of users call them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

Qa = Callable[..., Any]

CALL = {
    "id": "call-1",
    "direction": "inbound",
    "turns": [
        {"role": "agent", "text": "Thank you for calling, this is Ana.", "start_s": 0.0, "end_s": 2.5},
        {"speaker": "customer", "text": "I moved last month.", "start_s": 3.0, "end_s": 4.5},
    ],
}


@pytest.fixture
def call(tmp_path: Path) -> Path:
    path = tmp_path / "call-1.json"
    path.write_text(json.dumps(CALL), encoding="utf-8")
    return path


def schema_of(qa: Qa, name: str) -> Any:
    return qa("schema", name).json


@pytest.mark.parametrize("name", ["transcript", "metrics", "evaluation", "result", "rubric"])
def test_every_schema_is_a_valid_json_schema(qa: Qa, name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(qa, name))


def test_an_unknown_schema_is_a_usage_error_that_lists_the_known_ones(qa: Qa) -> None:
    ran = qa("schema", "nonsense")
    assert ran.code == 2
    assert "transcript" in ran.errors[0]


def test_one_file_gives_one_object_of_the_published_shape(qa: Qa, call: Path) -> None:
    ran = qa("evaluate", call, "--rubric", "inbound_call", "--json")
    assert ran.code == 0
    jsonschema.validate(ran.json, schema_of(qa, "evaluation"))
    assert ran.json["schema"] == "qa-toolkit/evaluation/1"
    assert ran.json["interaction"] == "call-1"
    assert ran.json["source"]["kind"] == "machine"
    assert [ran.json[key] for key in ("id", "revision", "based_on", "blind", "session")] == [None] * 5


def test_several_files_give_an_array_in_input_order_with_failures_in_place(qa: Qa, call: Path) -> None:
    other = call.with_name("a-second.json")
    other.write_text(json.dumps({**CALL, "id": "second"}), encoding="utf-8")
    broken = call.with_name("broken.json")
    broken.write_text('{"turns": [', encoding="utf-8")
    ran = qa("evaluate", other, broken, call, "--rubric", "inbound_call", "--json")
    assert ran.code == 1
    assert [item.get("interaction") for item in ran.json] == ["second", None, "call-1"]
    assert ran.json[1]["schema"] == "qa-toolkit/result/1"
    assert ran.json[1]["status"] == "failed"
    assert ran.json[1]["input"] == "broken.json"
    jsonschema.validate(ran.json[1], schema_of(qa, "result"))
    assert len(ran.errors) == 1


def test_a_folder_of_one_gives_an_array(qa: Qa, call: Path) -> None:
    ran = qa("evaluate", call.parent, "--rubric", "inbound_call", "--json")
    assert isinstance(ran.json, list)
    assert len(ran.json) == 1


def test_two_inputs_with_one_id_are_rejected(qa: Qa, call: Path) -> None:
    other = call.with_name("copy.json")
    other.write_text(json.dumps(CALL), encoding="utf-8")
    ran = qa("evaluate", call, other, "--rubric", "inbound_call", "--json")
    assert ran.code == 1
    assert [item["status"] for item in ran.json] == ["rejected", "rejected"]
    assert "call-1" in ran.json[0]["reason"]


def test_metadata_that_contradicts_the_rubric_rejects_the_item(qa: Qa, call: Path) -> None:
    ran = qa("evaluate", call, "--rubric", "outbound_call", "--json")
    assert ran.code == 1
    assert ran.json["status"] == "rejected"
    assert "direction" in ran.json["reason"]


def test_missing_metadata_is_evaluated_with_a_warning(qa: Qa, call: Path) -> None:
    call.write_text(json.dumps({k: v for k, v in CALL.items() if k != "direction"}), encoding="utf-8")
    ran = qa("evaluate", call, "--rubric", "inbound_call", "--json")
    assert ran.code == 0
    assert any("direction" in warning for warning in ran.json["warnings"])


def test_a_low_score_or_failed_call_is_exit_code_0(qa: Qa, transcripts: Path) -> None:
    ran = qa("evaluate", transcripts / "inb-003.json", "--rubric", "inbound_call", "--json")
    assert ran.code == 0


def test_the_same_input_gives_the_same_bytes_from_any_folder(
    qa: Qa, transcripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = qa("evaluate", transcripts / "inb-001.json", "--rubric", "inbound_call", "--json").out
    again = qa("evaluate", transcripts / "inb-001.json", "--rubric", "inbound_call", "--json").out
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    shutil.copy(transcripts / "inb-001.json", elsewhere)
    monkeypatch.chdir(elsewhere)
    there = qa("evaluate", "inb-001.json", "--rubric", "inbound_call", "--json").out
    assert here == again == there


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "{",
        "[]",
        "null",
        '{"turns": "no"}',
        '{"turns": [{"role": "boss", "text": "x"}]}',
        '{"turns": [{"role": "agent", "text": "x", "start_s": 5, "end_s": 1}]}',
        '{"turns": [{"role": "agent", "text": "x", "start_s": NaN, "end_s": 1}]}',
        '{"turns": [{"role": "agent"}]}',
        '{"id": "a", "id": "b", "turns": []}',
        '{"schema": "qa-toolkit/transcript/9", "turns": []}',
        "\x00\x01",
    ],
)
def test_a_file_that_is_no_transcript_is_one_line(qa: Qa, tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    ran = qa("evaluate", path, "--rubric", "inbound_call", "--json")
    assert ran.code == 1
    assert len(ran.errors) == 1
    assert ran.json["status"] == "failed"
    assert "Traceback" not in ran.err


def test_a_recording_given_as_transcript_says_where_it_belongs(qa: Qa, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(b"RIFF\xff\xff\x00\x00WAVE")
    ran = qa("evaluate", path, "--rubric", "inbound_call", "--json")
    assert ran.code == 1
    assert "qa score" in ran.errors[0]


def test_a_missing_file_is_exit_code_1_and_an_unknown_rubric_3(qa: Qa, call: Path, tmp_path: Path) -> None:
    assert qa("evaluate", tmp_path / "none.json", "--rubric", "inbound_call").code == 1
    ran = qa("evaluate", call, "--rubric", "no_such_rubric")
    assert ran.code == 3
    assert "inbound_call" in ran.errors[0]


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["evaluate"], ["evaluate", "x.json"], ["score", "--wrong"]]
)
def test_wrong_usage_is_exit_code_2_and_one_line(qa: Qa, arguments: list[str]) -> None:
    ran = qa(*arguments)
    assert ran.code == 2
    assert len(ran.errors) == 1
    assert ran.out == ""


def test_metrics_of_a_transcript_have_definitions_and_units(qa: Qa, transcripts: Path) -> None:
    ran = qa("metrics", transcripts / "inb-001.json", "--json")
    assert ran.code == 0
    jsonschema.validate(ran.json, schema_of(qa, "metrics"))
    names = {metric["name"] for metric in ran.json["metrics"]}
    assert names >= {
        "talk_time",
        "talk_share",
        "silence",
        "longest_silence",
        "dead_air",
        "hold",
        "overlap",
        "interruptions",
        "backchannels",
        "response_latency",
        "longest_monologue",
        "words_per_minute",
    }
    for metric in ran.json["metrics"]:
        assert metric["definition"]
        assert metric["unit"]
        assert (metric["value"] is None) == bool(metric["unavailable_because"])


def test_a_record_is_evaluated_without_turns(qa: Qa, tmp_path: Path) -> None:
    record = tmp_path / "case-7.json"
    record.write_text(
        json.dumps(
            {"kind": "record", "id": "case-7", "metadata": {"outcome": "verified"}, "fields": {"a": 1}}
        ),
        encoding="utf-8",
    )
    rubric = tmp_path / "check.yaml"
    rubric.write_text(
        "id: check\nversion: 1.0.0\ntitle: Check\nsections:\n  - id: s\n    title: S\n    criteria:\n"
        "      - id: A\n        question: Outcome set?\n        evaluator: {metadata: {name: outcome, in: [verified]}}\n",
        encoding="utf-8",
    )
    ran = qa("evaluate", record, "--rubric", rubric, "--json")
    assert ran.code == 0
    assert ran.json["answers"][0]["answer"] == "yes"
    assert ran.json["answers"][0]["evidence"] == [
        {"kind": "metadata", "name": "outcome", "value": "verified"}
    ]
