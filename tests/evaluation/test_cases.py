"""Files to cases: what is read, what is metadata, what is refused and where."""

# a table is read by the row

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.domain import Case, Event, Interaction, Role, Transcript, Word
from qa_toolkit.domain.contract import to_contract
from qa_toolkit.errors import TranscriptError
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.resources import sample_dir

TURN = {"role": "agent", "text": "Hello.", "start_s": 0.0, "end_s": 1.0}


def read(document: object) -> Any:
    return case_from_document(document, default_id="stem", source="stem.json")


def test_the_least_a_transcript_needs() -> None:
    case = read({"turns": [{"role": "agent", "text": "Hello."}, {"speaker": "Customer", "text": "Hi."}]})
    assert case.interaction.id == "stem"
    assert [(t.id, t.role, t.start_s) for t in case.transcript.turns] == [
        (1, Role.AGENT, None),
        (2, Role.CUSTOMER, None),
    ]


def test_plain_values_at_the_top_are_metadata_and_holds_are_given_events() -> None:
    case = read(
        {
            "id": "c-1", "direction": "inbound", "language": "es", "agent": "A-1", "site": "Fresno", "queue": "q",
            "date": "2026-03-05T15:02:00-08:00", "caller_type": "holder", "attempt": 2, "turns": [TURN],
            "holds": [{"start_s": 5, "end_s": 9.5}], "metadata": {"transaction": "renewal", "site": "Rancho"},
            "labels": {"IN-01": {}}, "audio": "x.wav", "voices": {"agent": "v"}, "times": "audio",
        }
    )  # fmt: skip
    interaction = case.interaction
    assert (interaction.id, interaction.direction, interaction.language) == ("c-1", "inbound", "es")
    assert (interaction.agent, interaction.site, interaction.queue) == ("A-1", "Rancho", "q")
    assert interaction.started_at == "2026-03-05T15:02:00-08:00"
    assert set(interaction.metadata) == {
        "direction",
        "language",
        "agent",
        "site",
        "queue",
        "date",
        "caller_type",
        "attempt",
        "transaction",
    }
    assert case.events == (Event("hold", None, 5.0, 9.5, source="given"),)


def test_a_machine_transcript_is_read_whole() -> None:
    document = {
        "schema": "qa-toolkit/transcript/1", "id": "m", "language": "en", "duration_s": 9.0, "role_confidence": 0.7,
        "recording": {"file": "m.wav", "sha256": "0" * 64, "sample_rate_hz": 8000, "channels": 1, "layout": "mono"},
        "turns": [{"id": 4, "role": "agent", "speaker": "S0", "channel": 0, "start_s": 0.8, "end_s": 1.2, "text": "Hi you",
                   "words": [{"text": "Hi", "start_s": 0.8, "end_s": 0.9, "confidence": 0.98}]}],
        "metadata": {"agent": "A"}, "warnings": ["careful"], "speech": [{"role": "agent", "channel": 0, "start_s": 0.8, "end_s": 1.2}],
        "made_by": {"engine": "e", "model": "m", "model_sha256": "s", "profile": "p", "settings": {"beam": 5}},
        "a_later_field": {"kept": "out"},
    }  # fmt: skip
    transcript: Transcript = read(document).transcript
    assert transcript.turns[0].words == (Word("Hi", 0.8, 0.9, 0.98),)
    assert (transcript.turns[0].id, transcript.turns[0].speaker, transcript.role_confidence) == (4, "S0", 0.7)
    assert transcript.recording is not None
    assert transcript.recording.layout == "mono"
    again = read(json.loads(json.dumps(to_contract(transcript)))).transcript
    assert again == transcript


def test_a_chat_counts_seconds_from_its_first_message() -> None:
    case = read(
        {
            "kind": "chat",
            "turns": [
                {"role": "customer", "text": "Hi", "at": "2026-03-05T10:00:00Z"},
                {"role": "agent", "text": "Hello", "at": "2026-03-05T10:01:30Z"},
            ],
        }
    )
    assert case.interaction.kind == "chat"
    assert [t.start_s for t in case.transcript.turns] == [0.0, 90.0]


@pytest.mark.parametrize("kind", ["record", "document"])
def test_a_record_has_fields_and_no_transcript(kind: str) -> None:
    case = read(
        {
            "kind": kind,
            "id": "r",
            "metadata": {"site": "Fresno"},
            "fields": {"name": "Ana", "n": 3, "x": None},
        }
    )
    assert (case.interaction.kind, case.transcript, case.record) == (
        kind,
        None,
        {"name": "Ana", "n": 3, "x": None},
    )
    assert case.interaction.site == "Fresno"


NAN = float("nan")


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], "(file)"),
        (None, "(file)"),
        ("text", "(file)"),
        ({}, "turns"),
        ({"turns": "no"}, "turns"),
        ({"turns": ["no"]}, "turns[0]"),
        ({"turns": [{"role": "agent"}]}, "turns[0].text"),
        ({"turns": [{"role": "agent", "text": 5}]}, "turns[0].text"),
        ({"turns": [{"text": "x"}]}, "turns[0].speaker"),
        ({"turns": [{"role": "boss", "text": "x"}]}, "turns[0].role"),
        ({"turns": [{"speaker": "S0", "text": "x"}]}, "turns[0].speaker"),
        ({"turns": [TURN, {**TURN, "id": 1}]}, "turns[1].id"),
        ({"turns": [{**TURN, "id": "1"}]}, "turns[0].id"),
        ({"turns": [{**TURN, "id": True}]}, "turns[0].id"),
        ({"turns": [{**TURN, "start_s": 2}]}, "turns[0].end_s"),
        ({"turns": [{**TURN, "start_s": -1}]}, "turns[0].start_s"),
        ({"turns": [{**TURN, "start_s": NAN}]}, "turns[0].start_s"),
        ({"turns": [{**TURN, "end_s": float("inf")}]}, "turns[0].end_s"),
        ({"turns": [{**TURN, "start_s": None}]}, "turns[0].start_s"),
        ({"turns": [{**TURN, "start_s": "0"}]}, "turns[0].start_s"),
        ({"turns": [{**TURN, "start_s": 10**400}]}, "turns[0].start_s"),
        ({"turns": [{**TURN, "words": {}}]}, "turns[0].words"),
        ({"turns": [{**TURN, "words": [{"text": "a"}]}]}, "turns[0].words[0]"),
        ({"turns": [{**TURN, "words": [{"text": "a", "start_s": 0, "end_s": 1, "confidence": 2}]}]}, "turns[0].words[0].confidence"),
        ({"turns": [], "holds": [{"start_s": 3}]}, "holds[0]"),
        ({"turns": [], "holds": [{"start_s": 3, "end_s": 1}]}, "holds[0].end_s"),
        ({"turns": [], "metadata": {"a": [1]}}, "metadata.a"),
        ({"turns": [], "metadata": []}, "metadata"),
        ({"turns": [], "id": 1.5}, "id"),
        ({"turns": [], "language": 5}, "language"),
        ({"turns": [], "kind": "letter"}, "kind"),
        ({"turns": [], "schema": "qa-toolkit/transcript/9"}, "schema"),
        ({"turns": [], "duration_s": -2}, "duration_s"),
        ({"turns": [], "speech": [{"role": "agent", "channel": 0, "start_s": NAN, "end_s": 1}]}, "speech[0].start_s"),
        ({"turns": [], "speech": [{"role": "agent"}]}, "speech"),
        ({"kind": "chat", "turns": [{"role": "agent", "text": "x", "at": "noon"}]}, "turns[0].at"),
        ({"kind": "chat", "turns": [{"role": "agent", "text": "x", "at": t} for t in ("2026-03-05T10:01:00Z", "2026-03-05T10:00:00Z")]}, "turns[1].at"),
        ({"kind": "record"}, "fields"),
        ({"kind": "record", "fields": []}, "fields"),
        ({"kind": "record", "fields": {"a": {}}}, "fields.a"),
    ],
)  # fmt: skip
def test_faults_name_file_and_path(document: object, path: str) -> None:
    with pytest.raises(TranscriptError) as caught:
        read(document)
    assert caught.value.what.startswith(path)
    assert caught.value.where == "stem.json"
    assert "\n" not in str(caught.value)


def test_every_bundled_transcript_is_read() -> None:
    paths = sorted((sample_dir() / "transcripts").glob("*.json"))
    assert paths
    for path in paths:
        case = case_from_document(json.loads(path.read_text(encoding="utf-8")), default_id=path.stem)
        assert case.interaction.id == path.stem
        assert case.interaction.direction in ("inbound", "outbound")
        assert "labels" not in case.interaction.metadata


def test_labelled_calls_beside_the_project_are_read(shared_data: Callable[[str], Path]) -> None:
    for path in sorted(shared_data("exchange-calls").glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        case = case_from_document(document, default_id=path.stem)
        assert len(case.events) == len(document["holds"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["turns", "role", "speaker", "text", "start_s", "end_s", "words", "kind", "at", "id", "holds", "metadata", "fields", "speech", "recording", "events", "x"]),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_any_json_is_a_case_or_a_clear_refusal(document: object) -> None:
    try:
        case = read(document)
    except TranscriptError:
        return
    assert case.interaction.id


EVENTS = st.lists(
    st.builds(
        Event,
        kind=st.sampled_from(["asked", "told", "hold"]),
        role=st.none(),
        start_s=st.none() | st.sampled_from([0.0, 1.0, 2.5]),
        end_s=st.none(),
        turn=st.none() | st.integers(0, 3),
        text=st.sampled_from(["a", "b", "c"]),
    ),
    max_size=8,
)


@given(EVENTS, EVENTS)
def test_events_of_a_kind_are_those_of_the_list_in_order_of_time(
    events: list[Event], others: list[Event]
) -> None:
    def plain(events: list[Event], kind: str) -> tuple[Event, ...]:
        own = [event for event in events if event.kind == kind]
        return tuple(sorted(own, key=lambda e: (-1.0 if e.start_s is None else e.start_s, e.turn or 0)))

    case = Case(Interaction("x"), events=tuple(events))
    for each, given_events in ((case, events), (replace(case, events=tuple(others)), others)):
        for kind in ("told", "asked", "hold", "absent", "told"):
            assert each.events_of(kind) == plain(given_events, kind)
    fresh = Case(Interaction("x"), events=tuple(events))
    assert fresh == case
    assert repr(fresh) == repr(case)
    assert pickle.loads(pickle.dumps(case)) == case  # noqa: S301
