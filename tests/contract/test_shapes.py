"""Names of the JSON shapes: they may grow, they may not change. The lists are those of docs/contract.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Qa = Callable[..., Any]

NAMES = {
    "transcript": {
        "": "schema id language duration_s recording turns metadata warnings made_by",
        "recording": "file sha256 sample_rate_hz channels layout",
        "turns": "id role speaker channel start_s end_s text words",
        "turns.words": "text start_s end_s confidence",
        "made_by": "engine model model_sha256 profile settings",
    },
    "metrics": {
        "": "schema interaction metrics events",
        "metrics": "name role value unit definition thresholds measured_from unavailable_because",
        "events": "kind role start_s end_s probability",
    },
    "evaluation": {
        "": "schema interaction rubric source id revision based_on blind session answers score",
        "rubric": "id version sha256",
        "source": "kind name",
        "answers": "criterion status answer points max_points confidence reason evaluator evidence",
        "answers.evaluator": "name version",
        "score": "percent points max_points complete open passed auto_failed_by percent_before_auto_fail sections critical",
        "score.sections": "id percent",
    },
    "result": {"": "schema input status reason transcript metrics evaluation"},
    "keying-worklist": {
        "": "schema note items records rejected",
        "items": "record group member field kind keyed read priority",
    },
}


def resolved(node: Any, root: Any) -> Any:
    """The object schema behind references, lists and optional parts."""
    while True:
        if "$ref" in node:
            node = root["$defs"][node["$ref"].rsplit("/", 1)[-1]]
        elif "anyOf" in node:
            node = next(part for part in node["anyOf"] if part.get("type") != "null")
        elif node.get("type") == "array":
            node = node["items"]
        else:
            return node


@pytest.mark.parametrize(
    ("shape", "path"), [(shape, path) for shape, paths in NAMES.items() for path in paths]
)
def test_every_published_name_is_in_the_schema(qa: Qa, shape: str, path: str) -> None:
    root = qa("schema", shape).json
    node = resolved(root, root)
    for part in path.split(".") if path else []:
        node = resolved(node["properties"][part], root)
    assert set(NAMES[shape][path].split()) <= set(node["properties"])


def test_evidence_has_its_published_kinds_and_names(qa: Qa, transcripts: Path) -> None:
    names = {
        "span": {"kind", "turn", "channel", "start_s", "end_s", "text"},
        "window": {"kind", "start_s", "end_s", "looked_for"},
        "metric": {"kind", "name", "value"},
        "metadata": {"kind", "name", "value"},
    }
    seen = set()
    for name in ("inb-001", "inb-003", "inb-006"):
        for answer in qa("evaluate", transcripts / f"{name}.json", "--rubric", "inbound_call", "--json").json[
            "answers"
        ]:
            for evidence in answer["evidence"]:
                seen.add(evidence["kind"])
                assert names[evidence["kind"]] <= set(evidence)
    assert seen == set(names)


def test_critical_families_are_named_and_counted(qa: Qa, transcripts: Path) -> None:
    ran = qa("evaluate", transcripts / "inb-003.json", "--rubric", "inbound_call", "--json")
    assert {name: set(count) for name, count in ran.json["score"]["critical"].items()} == {
        "customer": {"applicable", "failed"},
        "business": {"applicable", "failed"},
        "compliance": {"applicable", "failed"},
    }


def test_a_hand_written_transcript_may_hold_little_and_more(qa: Qa, tmp_path: Path) -> None:
    """Roles under ``speaker``, no ids, top-level facts as metadata, holds as events, labels and audio ignored."""
    path = tmp_path / "call.json"
    call = {
        "direction": "inbound",
        "transaction": "renewal",
        "holds": [{"start_s": 4.0, "end_s": 64.0}],
        "labels": {"X": {"answer": "yes"}},
        "audio": "call.wav",
        "voices": {"agent": "a"},
        "times": "estimated",
        "turns": [
            {"speaker": "agent", "text": "One moment, I will put you on hold.", "start_s": 0.0, "end_s": 3.5},
            {"role": "customer", "text": "Sure.", "start_s": 64.5, "end_s": 65.0},
        ],
    }
    path.write_text(json.dumps(call), encoding="utf-8")
    found = qa("metrics", path, "--json").json
    assert found["interaction"] == "call"
    hold = next(m for m in found["metrics"] if m["name"] == "hold" and m["definition"] == "hold/1")
    assert hold["value"] == 60.0
    assert [e["kind"] for e in found["events"] if e["kind"] == "hold"] == ["hold"]


def test_a_chat_is_read_with_the_times_of_its_messages(qa: Qa, tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    turns = [
        {"role": "customer", "text": "Hello?", "at": "2026-03-04T10:00:00+00:00"},
        {"role": "agent", "text": "Hi, this is Ana.", "at": "2026-03-04T10:00:45+00:00"},
    ]
    path.write_text(json.dumps({"kind": "chat", "id": "c", "turns": turns}), encoding="utf-8")
    found = qa("metrics", path, "--json").json
    first = next(m for m in found["metrics"] if m["name"] == "first_response" and m["role"] == "agent")
    assert first["value"] == 45.0
