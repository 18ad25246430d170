"""JSON of other systems, in the shapes their documentation shows."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.domain import Role, Transcript
from qa_toolkit.errors import TranscriptError
from qa_toolkit.importing import transcript_of_json

# The shape of the example output file in the Amazon Connect Administrator Guide (Contact Lens, schema 1.1.0).
CONTACT_LENS = {
    "Version": "1.1.0",
    "AccountId": "123456789012",
    "Channel": "VOICE",
    "ContentMetadata": {"Output": "Raw"},
    "JobStatus": "COMPLETED",
    "LanguageCode": "en-US",
    "Participants": [
        {"ParticipantId": "p-1", "ParticipantRole": "CUSTOMER"},
        {"ParticipantId": "p-2", "ParticipantRole": "AGENT"},
        {"ParticipantId": "p-3", "ParticipantRole": "CUSTOM_BOT"},
    ],
    "Categories": {"MatchedCategories": ["Greeting", "Renewal"], "MatchedDetails": {}},
    "ConversationCharacteristics": {"TotalConversationDurationMillis": 32110, "TalkTime": {"TotalTimeMillis": 28698}},
    "CustomerMetadata": {"InstanceId": "i-1", "ContactId": "c-77"},
    "Transcript": [
        {"BeginOffsetMillis": 0, "EndOffsetMillis": 90, "Content": "Okay.", "Id": "a", "ParticipantId": "p-2",
         "Sentiment": "NEUTRAL", "LoudnessScore": [79.27]},
        {"BeginOffsetMillis": 160, "EndOffsetMillis": 4640, "Content": "Just hello. My name is Peter.", "Id": "b",
         "ParticipantId": "p-1", "Sentiment": "NEUTRAL"},
        {"BeginOffsetMillis": 5000, "EndOffsetMillis": 6000, "Content": "Press one.", "Id": "c", "ParticipantId": "p-3"},
    ],
}  # fmt: skip

# The shape of the example in the Amazon Transcribe Developer Guide (Call Analytics).
CALL_ANALYTICS = {
    "JobStatus": "COMPLETED",
    "JobName": "my-job",
    "LanguageCode": "es-US",
    "ConversationCharacteristics": {"TotalConversationDurationMillis": 42460},
    "Transcript": [
        {
            "LoudnessScores": [78.63, 78.37], "Content": "Hola, buenas.", "Sentiment": "NEUTRAL",
            "ParticipantRole": "AGENT", "BeginOffsetMillis": 440, "EndOffsetMillis": 1500, "Id": "x",
            "Items": [
                {"Type": "pronunciation", "Confidence": "0.98", "Content": "Hola", "BeginOffsetMillis": 440, "EndOffsetMillis": 800},
                {"Type": "punctuation", "Confidence": "0.0", "Content": ",", "BeginOffsetMillis": 800, "EndOffsetMillis": 800},
                {"Type": "pronunciation", "Confidence": "1.0", "Content": "buenas", "BeginOffsetMillis": 900, "EndOffsetMillis": 1500},
                {"Type": "punctuation", "Content": "."},
            ],
        }
    ],
}  # fmt: skip

WHISPERX = {
    "segments": [
        {"start": 0.5, "end": 2.0, "text": " Thanks for calling in 2026.", "speaker": "SPEAKER_01", "words": [
            {"word": "Thanks", "start": 0.5, "end": 0.8, "score": 0.9, "speaker": "SPEAKER_01"},
            {"word": "for", "start": 0.8, "end": 0.9, "score": 0.8},
            {"word": "calling", "start": 0.9, "end": 1.3, "score": 1.2},
            {"word": "in", "start": 1.3, "end": 1.4, "score": 0.5},
            {"word": "2026."},
        ]},
        {"start": 2.2, "end": 3.0, "text": " Hello", "words": [
            {"word": "Hello", "start": 2.2, "end": 3.0, "score": 0.7, "speaker": "SPEAKER_00"}]},
        {"start": 3.0, "end": 3.1, "text": " "},
    ],
    "word_segments": [],
    "language": "en",
}  # fmt: skip


def read(data: object, **roles: Role) -> Transcript:
    transcript = transcript_of_json(data, default_id="stem", source="x.json", roles=roles)
    assert transcript is not None
    return transcript


def test_contact_lens():
    transcript = read(CONTACT_LENS)
    assert [(t.id, t.role, t.text, t.start_s, t.end_s) for t in transcript.turns] == [
        (1, Role.AGENT, "Okay.", 0.0, 0.09),
        (2, Role.CUSTOMER, "Just hello. My name is Peter.", 0.16, 4.64),
        (3, Role.IVR, "Press one.", 5.0, 6.0),
    ]
    assert (transcript.id, transcript.language, transcript.duration_s, transcript.kind) == (
        "c-77",
        "en",
        32.11,
        "call",
    )
    assert transcript.metadata == {"contact_id": "c-77", "matched_categories": "Greeting, Renewal"}


def test_contact_lens_chat():
    data = {
        "Channel": "CHAT",
        "Participants": [{"ParticipantId": "AGENT", "ParticipantRole": "AGENT"}],
        "Transcript": [
            {
                "AbsoluteTime": "2026-01-02T10:00:00.000Z",
                "Content": "Hi",
                "ParticipantId": "CUSTOMER",
                "Id": "1",
            },
            {
                "AbsoluteTime": "2026-01-02T10:00:30.500Z",
                "Content": "Hello",
                "ParticipantId": "AGENT",
                "Id": "2",
            },
        ],
    }
    transcript = read(data)
    assert transcript.kind == "chat"
    assert [(t.role, t.start_s, t.at) for t in transcript.turns] == [
        (Role.CUSTOMER, 0.0, "2026-01-02T10:00:00.000Z"),
        (Role.AGENT, 30.5, "2026-01-02T10:00:30.500Z"),
    ]


def test_call_analytics_has_words_with_their_punctuation():
    transcript = read(CALL_ANALYTICS)
    (turn,) = transcript.turns
    assert turn.role is Role.AGENT
    assert " ".join(word.text for word in turn.words) == turn.text == "Hola, buenas."
    assert [(w.start_s, w.end_s, w.confidence) for w in turn.words] == [(0.44, 0.8, 0.98), (0.9, 1.5, 1.0)]
    assert (transcript.id, transcript.language, transcript.duration_s) == ("stem", "es", 42.46)


def test_whisperx():
    transcript = read(WHISPERX)
    first, second = transcript.turns
    assert (first.speaker, first.role, first.text) == (
        "SPEAKER_01",
        Role.UNKNOWN,
        "Thanks for calling in 2026.",
    )
    assert second.speaker == "SPEAKER_00"  # from its word
    # The number has no times of its own: it fills the gap to the end of the segment.
    assert [(w.text, w.start_s, w.end_s, w.confidence) for w in first.words][2:] == [
        ("calling", 0.9, 1.3, 1.0), ("in", 1.3, 1.4, 0.5), ("2026.", 1.4, 2.0, None),
    ]  # fmt: skip
    assert (transcript.language, transcript.duration_s) == ("en", 3.1)


def test_roles_of_labels_can_be_given():
    transcript = read(WHISPERX, SPEAKER_01=Role.AGENT, speaker_00=Role.CUSTOMER)
    assert [turn.role for turn in transcript.turns] == [Role.AGENT, Role.CUSTOMER]
    assert read(CONTACT_LENS, **{"p-1": Role.INTERPRETER}).turns[1].role is Role.INTERPRETER


@pytest.mark.parametrize(
    "data",
    [
        {"turns": []},
        {"turns": [], "segments": []},
        [],
        "text",
        {"kind": "record", "fields": {}},
        {"segments": "none"},
        {"kind": "record", "fields": {}, "segments": []},
        {},
    ],
)
def test_other_shapes_are_left_to_others(data):
    assert transcript_of_json(data, default_id="x") is None


def broken(data: dict, path: str, value: object) -> dict:
    changed = copy.deepcopy(data)
    target = changed
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        target = target[step]
    target[last] = value
    return changed


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (broken(CONTACT_LENS, "Transcript.1.Content", None), "Transcript[1].Content: is missing or not text"),
        (
            broken(CONTACT_LENS, "Transcript.1.EndOffsetMillis", 100),
            "Transcript[1]: ends at 0.1 s, before its start",
        ),
        (broken(CONTACT_LENS, "Transcript.1", "x"), "Transcript[1]: an object is expected"),
        (
            broken(CONTACT_LENS, "Transcript.0.BeginOffsetMillis", -5),
            "Transcript[0].BeginOffsetMillis: -5 is negative",
        ),
        (
            broken(CALL_ANALYTICS, "Transcript.0.Items.0.Content", 3),
            "Transcript[0].Items[0].Content: is missing",
        ),
        (broken(WHISPERX, "segments.0.start", "now"), "segments[0].start: 'now' is not a time"),
        (broken(WHISPERX, "segments.0.words.2.start", 9.0), "segments[0].words[2]: ends at 1.3 s"),
        (broken(WHISPERX, "segments.0.words", {}), "segments[0].words: a list is expected"),
    ],
)
def test_faults_name_file_and_path(data, message):
    with pytest.raises(TranscriptError) as caught:
        read(data)
    assert message in str(caught.value)
    assert "x.json" in str(caught.value)


values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["start", "end", "text", "words", "word", "speaker", "score", "Content", "Items", "Type", "BeginOffsetMillis", "EndOffsetMillis",
         "ParticipantId", "ParticipantRole", "AbsoluteTime", "Confidence"]), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@given(
    st.sampled_from(["Transcript", "segments"]),
    st.lists(values, max_size=3),
    st.sampled_from(["VOICE", "CHAT"]),
    values,
)
def test_any_content_is_read_or_refused(key, items, channel, more):
    data = {key: items, "Channel": channel, "Participants": more, "language": None}
    fault = None
    try:
        transcript_of_json(data, default_id="x")
    except TranscriptError as error:
        fault = str(error)
    assert "\n" not in (fault or "")
