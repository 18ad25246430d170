"""``qa import``, and other systems' transcripts given straight to ``qa evaluate`` and ``qa metrics``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from qa_toolkit.cli.main import execute
from qa_toolkit.domain import Role
from qa_toolkit.pipeline import import_transcript, read_case
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription.formats import write

SAMPLE = sample_dir() / "transcripts" / "inb-001.json"


@pytest.fixture
def subtitles(tmp_path: Path) -> Path:
    """A bundled transcript as WebVTT, beside nothing else."""
    transcript = read_case(SAMPLE).transcript
    assert transcript is not None
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "inb-001.vtt"
    path.write_text(write(transcript, "vtt"), encoding="utf-8")
    return path


def printed(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> object:
    assert execute([str(argument) for argument in arguments]) == code
    return json.loads(capsys.readouterr().out)


def test_a_file_becomes_a_transcript_of_the_contract(subtitles, capsys, tmp_path):
    made = printed(capsys, "import", subtitles, "--json", "--out", tmp_path / "out")
    assert made["schema"] == "qa-toolkit/transcript/1"
    assert json.loads((tmp_path / "out" / "inb-001.json").read_text(encoding="utf-8")) == made
    assert {turn["role"] for turn in made["turns"]} >= {"agent", "customer"}


def test_evaluation_and_metrics_of_subtitles_are_those_of_the_transcript(subtitles, capsys, tmp_path):
    bare = json.loads(SAMPLE.read_text(encoding="utf-8"))
    plain = {"id": "inb-001", "turns": [
        {**{k: t.get(k) for k in ("text", "start_s", "end_s")}, "role": t.get("role") or t["speaker"]} for t in bare["turns"]
    ]}  # fmt: skip
    (tmp_path / "inb-001.json").write_text(json.dumps(plain), encoding="utf-8")
    for command in (["metrics"], ["evaluate", "--rubric", "inbound_call"]):
        of_json = printed(capsys, *command, tmp_path / "inb-001.json", "--json")
        of_vtt = printed(capsys, *command, subtitles, "--json")
        if command == ["metrics"]:
            assert of_vtt == of_json
        else:
            assert [(a["criterion"], a["status"], a["answer"]) for a in of_vtt["answers"]] == [
                (a["criterion"], a["status"], a["answer"]) for a in of_json["answers"]
            ]


def test_a_folder_with_the_same_call_twice_counts_it_once(subtitles, capsys):
    shutil.copy(SAMPLE, subtitles.with_suffix(".json"))
    shutil.copy(subtitles, subtitles.with_name("other.vtt"))
    found = printed(capsys, "metrics", subtitles.parent, "--json")
    assert [item["interaction"] for item in found] == ["inb-001", "other"]


def test_a_bad_file_keeps_its_place_among_good_ones(subtitles, capsys, tmp_path):
    bad = tmp_path / "bad.srt"
    bad.write_text("no subtitles", encoding="utf-8")
    found = printed(capsys, "import", bad, subtitles, "--json", code=1)
    assert (found[0]["schema"], found[0]["status"]) == ("qa-toolkit/result/1", "failed")
    assert found[0]["reason"].startswith("line 1: 'no subtitles' is no cue")
    assert found[1]["id"] == "inb-001"


def test_tables_bring_metadata_or_become_a_manifest(subtitles, capsys, tmp_path):
    (tmp_path / "map.yaml").write_text(
        "match: {column: File}\nrecording: {column: File}\ncolumns: {agent: Name, direction: Way}\n",
        encoding="utf-8",
    )
    (tmp_path / "calls.csv").write_text("File,Name,Way\ninb-001.wav,Ann,inbound\n", encoding="utf-8")
    table, mapping = tmp_path / "calls.csv", tmp_path / "map.yaml"
    found = printed(capsys, "import", table, subtitles, "--mapping", mapping, "--json")
    assert found["metadata"] == {"agent": "Ann", "direction": "inbound"}
    assert printed(capsys, "import", table, "--mapping", mapping, "--json") == [
        {"path": "inb-001.wav", "agent": "Ann", "direction": "inbound"}
    ]
    assert execute(["import", str(table), "--mapping", str(mapping), "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "manifest.csv").read_text(
        encoding="utf-8"
    ) == "path,agent,direction\ninb-001.wav,Ann,inbound\n"
    assert execute(["import", str(table)]) == 2
    mapping.write_text("colums: {}\n", encoding="utf-8")
    assert execute(["import", str(table), "--mapping", str(mapping)]) == 3
    assert "map.yaml:1: colums" in capsys.readouterr().err


SEGMENTS = {
    "segments": [
        {"start": 0.0, "end": 4.0, "text": "Good morning, how can I help you today?", "speaker": "LEFT"},
        {"start": 4.5, "end": 8.0, "text": "I would like to change my plan, please.", "speaker": "RIGHT"},
    ]
}
MAPPING = """match: {column: Recording File}
recording: {column: Recording File}
columns: {agent: Agent Name, language: Lang, direction: {column: Way, values: {I: inbound, O: outbound}}}
roles: {LEFT: customer, RIGHT: agent}
"""


@pytest.fixture
def recorder(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Table, mapping and one whisperX file whose speakers only the mapping knows."""
    (tmp_path / "calls.csv").write_text(
        "Recording File,Agent Name,Lang,Way\none.json,Ann,en,O\ntwo.json,Bea,es,I\n", encoding="utf-8"
    )
    (tmp_path / "map.yaml").write_text(MAPPING, encoding="utf-8")
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(json.dumps(SEGMENTS), encoding="utf-8")
    return tmp_path / "calls.csv", tmp_path / "map.yaml", tmp_path / "one.json"


def test_metrics_know_what_the_recorders_mapping_says(recorder, capsys):
    table, mapping, call = recorder
    found = printed(capsys, "metrics", table, call, "--mapping", mapping, "--json")
    talk = {m["role"]: m["value"] for m in found["metrics"] if m["definition"] == "talk_time/1"}
    assert talk == {"agent": 3.5, "customer": 4.0, None: 7.5}
    tone = [m for m in found["metrics"] if m["definition"] == "sentiment/1" and m["role"] == "agent"]
    assert tone[0]["value"] is not None  # the table's column says that it is English
    without = printed(capsys, "metrics", call, "--json")
    assert {m["value"] for m in without["metrics"] if m["definition"] == "sentiment/1"} == {None}


def test_evaluations_know_what_the_recorders_table_says(recorder, capsys):
    table, mapping, call = recorder
    command = ["evaluate", table, call, "--mapping", mapping, "--rubric", "inbound_call", "--json"]
    refused = printed(capsys, *command, code=1)
    assert (refused["schema"], refused["status"]) == ("qa-toolkit/result/1", "rejected")
    assert "outbound" in refused["reason"]
    command[command.index("inbound_call")] = "outbound_call"
    assert printed(capsys, *command)["interaction"] == "one"


@pytest.mark.parametrize("command", [["metrics"], ["evaluate", "--rubric", "outbound_call"]])
def test_a_table_alone_stands_for_the_files_it_names(recorder, capsys, command):
    table, mapping, _ = recorder
    found = printed(
        capsys, *command, table, "--mapping", mapping, "--json", code=1 if len(command) > 1 else 0
    )
    assert [item.get("interaction") or item["input"] for item in found] == [
        "one", "two" if len(command) == 1 else "two.json",
    ]  # fmt: skip
    mapping.write_text("match: {column: Recording File}\n", encoding="utf-8")
    assert execute([*command, str(table), "--mapping", str(mapping)]) == 2
    assert "line 2 of the table names no file" in capsys.readouterr().err
    assert execute([*command, str(table)]) == 2
    assert "add --mapping" in capsys.readouterr().err


SAID = (
    ("AGENT", 0.0, 6.0, "Thank you for calling the exchange, this is Ann, how can I help you?"),
    ("CUSTOMER", 6.5, 10.0, "I would like to change my plan, please."),
    ("AGENT", 10.4, 14.0, "Of course, I am happy to help you with that."),
)


def clock(seconds: float, comma: str) -> str:
    return f"00:00:{int(seconds):02d}{comma}{round(seconds % 1 * 1000):03d}"


def in_other_words() -> dict[str, str]:
    """One call in the formats of five systems."""
    cues = [(clock(a, "."), clock(b, "."), role, text) for role, a, b, text in SAID]
    contact_lens = {
        "Version": "1.1.0", "LanguageCode": "en-US", "Channel": "VOICE",
        "Participants": [{"ParticipantId": r, "ParticipantRole": r} for r in ("AGENT", "CUSTOMER")],
        "Transcript": [
            {"ParticipantId": r, "Content": t, "BeginOffsetMillis": a * 1000, "EndOffsetMillis": b * 1000, "Id": str(a)}
            for r, a, b, t in SAID
        ],
    }  # fmt: skip
    analytics = {
        "LanguageCode": "en-US", "JobName": "call",
        "Transcript": [
            {"ParticipantRole": r, "Content": t, "BeginOffsetMillis": a * 1000, "EndOffsetMillis": b * 1000}
            for r, a, b, t in SAID
        ],
    }  # fmt: skip
    whisperx = {
        "language": "en",
        "segments": [{"start": a, "end": b, "text": f" {t}", "speaker": r} for r, a, b, t in SAID],
    }
    return {
        "call.vtt": "WEBVTT\n\n" + "\n".join(f"{a} --> {b}\n<v {r.title()}>{t}\n" for a, b, r, t in cues),
        "call.srt": "\n".join(
            f"{n}\n{a} --> {b}\n{r.title()}: {t}\n".replace(".", ",", 2)
            for n, (a, b, r, t) in enumerate(cues, 1)
        ),
        "contact-lens.json": json.dumps(contact_lens),
        "analytics.json": json.dumps(analytics),
        "whisperx.json": json.dumps(whisperx),
    }


@pytest.mark.parametrize("name", in_other_words())
def test_every_format_goes_straight_into_every_command(tmp_path, capsys, name):
    path = tmp_path / name
    path.write_text(in_other_words()[name], encoding="utf-8")
    made = printed(capsys, "import", path, "--json", "--language", "en")
    assert [(t["role"], t["start_s"], t["end_s"], t["text"]) for t in made["turns"]] == [
        (role.lower(), start, end, text) for role, start, end, text in SAID
    ]
    assert made["language"].startswith("en")
    measured = printed(capsys, "metrics", path, "--json", "--language", "en")
    values = {(m["definition"], m["role"]): m["value"] for m in measured["metrics"]}
    assert (values["talk_time/1", "agent"], values["talk_time/1", "customer"]) == (9.6, 3.5)
    assert values["sentiment/1", "agent"] > 0  # needs to know that it is English
    found = printed(capsys, "evaluate", path, "--rubric", "inbound_call", "--json", "--language", "en")
    courtesy = [a for a in found["answers"] if a["status"] == "answered" and a["evidence"]]
    quoted = {e["text"] for a in courtesy for e in a["evidence"] if e["kind"] == "span"}
    assert quoted
    assert quoted <= {part for _, _, _, text in SAID for part in parts_of(text)}
    assert found["interaction"] == made["id"]


def parts_of(text: str) -> set[str]:
    """Every contiguous part of a text."""
    return {text[a:b] for a in range(len(text)) for b in range(a + 1, len(text) + 1)}


def test_a_manifests_row_reaches_the_interaction_of_a_transcript(subtitles):
    known = {"agent": "Ann", "language": "en", "direction": "inbound"}
    case = read_case(subtitles, metadata=known)
    assert (case.interaction.agent, case.interaction.language) == ("Ann", "en")
    assert case.transcript.metadata == known
    assert read_case(SAMPLE, metadata={"site": "Fresno"}).interaction.site == "Fresno"


@pytest.mark.parametrize("command", [["metrics"], ["evaluate", "--rubric", "inbound_call"]])
def test_what_was_guessed_on_reading_is_said(tmp_path, capsys, command):
    data = json.loads(in_other_words()["whisperx.json"])
    for segment, label in zip(data["segments"], ("LEFT", "RIGHT", "LEFT"), strict=True):
        segment["speaker"] = label
    path = tmp_path / "call.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    assert execute([*command, str(path)]) == 0
    assert "warning: call.json: who is the agent was inferred from the words" in capsys.readouterr().err


def test_the_language_of_a_file_that_does_not_state_it(subtitles, capsys):
    assert printed(capsys, "import", subtitles, "--json")["language"] is None
    assert printed(capsys, "import", subtitles, "--json", "--language", "en")["language"] == "en"


def test_two_files_of_one_contact_are_rejected(subtitles, capsys, tmp_path):
    other = tmp_path / "inb-001.vtt"
    shutil.copy(subtitles, other)
    found = printed(capsys, "import", subtitles, other, "--json", code=1)
    assert [item["status"] for item in found] == ["rejected", "rejected"]


def test_roles_of_labelled_speakers_are_inferred_from_the_words(tmp_path):
    source = json.loads(SAMPLE.read_text(encoding="utf-8"))["turns"]
    labels = {"agent": "SPEAKER_01", "customer": "SPEAKER_00", "ivr": "SPEAKER_02"}
    segments = [
        {
            "start": t["start_s"],
            "end": t["end_s"],
            "text": t["text"],
            "speaker": labels[t.get("role") or t["speaker"]],
        }
        for t in source
        if (t.get("role") or t["speaker"]) != "ivr"
    ]
    (tmp_path / "w.json").write_text(json.dumps({"segments": segments, "language": "en"}), encoding="utf-8")
    transcript = import_transcript(tmp_path / "w.json")
    roles = {turn.speaker: turn.role for turn in transcript.turns}
    assert roles == {"SPEAKER_01": Role.AGENT, "SPEAKER_00": Role.CUSTOMER}
    assert transcript.role_confidence > 0.6
    assert "inferred from the words" in transcript.warnings[0]
    given = import_transcript(
        tmp_path / "w.json", roles={"SPEAKER_00": Role.CUSTOMER, "SPEAKER_01": Role.AGENT}
    )
    assert (given.role_confidence, given.warnings) == (None, ())


def whisperx(folder: Path) -> Path:
    """The bundled call as whisperX writes it."""
    turns = json.loads(SAMPLE.read_text(encoding="utf-8"))["turns"]
    segments = [
        {
            "start": t["start_s"],
            "end": t["end_s"],
            "text": t["text"],
            "speaker": t.get("role") or t["speaker"],
        }
        for t in turns
    ]
    path = folder / "inb-001-w.json"
    path.write_text(json.dumps({"segments": segments, "language": "en"}), encoding="utf-8")
    return path


def contact_lens(folder: Path) -> Path:
    """The bundled call as Contact Lens writes it."""
    turns = json.loads(SAMPLE.read_text(encoding="utf-8"))["turns"]
    items = [
        {
            "Id": str(number),
            "ParticipantId": (t.get("role") or t["speaker"]).upper(),
            "Content": t["text"],
            "BeginOffsetMillis": round(1000 * t["start_s"]),
            "EndOffsetMillis": round(1000 * t["end_s"]),
        }
        for number, t in enumerate(turns, 1)
    ]
    people = [
        {"ParticipantId": role.upper(), "ParticipantRole": "SYSTEM" if role == "ivr" else role.upper()}
        for role in sorted({t.get("role") or t["speaker"] for t in turns})
    ]
    path = folder / "inb-001-c.json"
    document = {
        "Version": "1.1.0", "Channel": "VOICE", "LanguageCode": "en-US", "Participants": people,
        "CustomerMetadata": {"ContactId": "inb-001-c"}, "Transcript": items,
    }  # fmt: skip
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def srt(folder: Path) -> Path:
    transcript = read_case(SAMPLE).transcript
    assert transcript is not None
    path = folder / "inb-001-s.srt"
    path.write_text(write(transcript, "srt"), encoding="utf-8")
    return path


def test_scoring_takes_every_transcript_that_evaluation_takes(subtitles, capsys, tmp_path):
    files = [subtitles, srt(tmp_path), whisperx(tmp_path), contact_lens(tmp_path)]
    rubric = ["--rubric", "inbound_call", "--json"]
    direct = printed(capsys, "evaluate", *files, *rubric)
    scored = printed(capsys, "score", *files, *rubric, "--workers", 1)
    assert [result["status"] for result in scored] == ["done"] * 4
    for one, result in zip(direct, scored, strict=True):
        assert result["evaluation"]["answers"] == one["answers"]
        assert result["evaluation"]["score"] == one["score"]
        assert len(result["transcript"]["turns"]) > 20


def test_a_manifest_may_name_transcripts_of_other_systems(subtitles, capsys, tmp_path):
    paths = [subtitles, srt(subtitles.parent), whisperx(subtitles.parent)]
    rows = "".join(f"{path.name},inbound\n" for path in paths)
    manifest = subtitles.parent / "manifest.csv"
    manifest.write_text(f"path,direction\n{rows}", encoding="utf-8")
    scored = printed(capsys, "score", manifest, "--rubric", "inbound_call", "--json", "--workers", 1)
    assert [(r["input"], r["status"]) for r in scored] == [(path.name, "done") for path in paths]
    assert {r["evaluation"]["score"]["percent"] for r in scored} == {
        scored[0]["evaluation"]["score"]["percent"]
    }


def test_a_transcript_that_cannot_be_read_fails_alone(subtitles, capsys, tmp_path):
    (tmp_path / "bad.vtt").write_text("WEBVTT\n\n00:05.000 --> 00:01.000\n<v agent>Hello\n", encoding="utf-8")
    scored = printed(
        capsys, "score", subtitles, tmp_path / "bad.vtt", "--rubric", "inbound_call", "--json", "--workers", 1,
        code=1,
    )  # fmt: skip
    assert [result["status"] for result in scored] == ["done", "failed"]
    assert "line 3: the cue ends before it starts" in scored[1]["reason"]


def test_answers_that_depend_on_doubtful_roles_are_left_open(capsys, tmp_path):
    turns = [
        {"role": "agent", "text": "Thank you for calling, this call may be recorded, how can I help you?"},
        {"role": "customer", "text": "I have a question about my renewal."},
    ]
    rubric = tmp_path / "r.yaml"
    rubric.write_text(
        "id: r\nversion: 1.0.0\ntitle: R\nsections:\n  - id: s\n    title: S\n    criteria:\n"
        '      - {id: WHO, question: Q, evaluator: {phrase: {role: agent, any: ["how can I help"]}}}\n'
        '      - {id: ANY, question: Q, evaluator: {phrase: {any: ["may be recorded"]}}}\n',
        encoding="utf-8",
    )
    found = {}
    for sure in (0.95, 0.65):
        path = tmp_path / "c.json"
        path.write_text(json.dumps({"id": "c", "role_confidence": sure, "turns": turns}), encoding="utf-8")
        made = printed(capsys, "evaluate", path, "--rubric", rubric, "--json")
        found[sure] = {a["criterion"]: (a["status"], a["answer"]) for a in made["answers"]}
    assert found[0.95] == {"WHO": ("answered", "yes"), "ANY": ("answered", "yes")}
    assert found[0.65] == {"WHO": ("unanswered", None), "ANY": ("answered", "yes")}
