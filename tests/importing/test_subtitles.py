"""WebVTT and SRT: what is read from them, what is refused, and that our own come back whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qa_toolkit.domain import Role, Transcript, Turn
from qa_toolkit.errors import TranscriptError
from qa_toolkit.importing import read_subtitles, transcript_of_subtitles
from qa_toolkit.importing.subtitles import SHARED_CUE
from qa_toolkit.transcription.formats import write

A, C, U = Role.AGENT, Role.CUSTOMER, Role.UNKNOWN


def read(text: str, **roles: Role) -> Transcript:
    return transcript_of_subtitles(text, default_id="call", source="call.vtt", roles=roles)


def said(transcript: Transcript) -> list[tuple[Role, str | None, str, float | None, float | None]]:
    return [(turn.role, turn.speaker, turn.text, turn.start_s, turn.end_s) for turn in transcript.turns]


# --- WebVTT ------------------------------------------------------------------------------------------------

RICH = """\
WEBVTT - a call
Kind: captions
Language: en-US

NOTE
made by hand --
over two lines

STYLE
::cue(v[voice="Agent"]) { color: lime }

REGION
id:bill

intro
00:00.500 --> 00:02.000 align:start position:10%
<v Agent>Good <b>morning</b>,
how can I <i.loud>help</i>?

01:00:02.000 --> 01:00:04.250
<v.loud Maria Lopez>AT&amp;T &lt;call&gt;</v>

2
01:00:05.000 --> 01:00:06.000
no voice <00:05.500>here
"""


def test_a_rich_file():
    transcript = read(RICH)
    assert said(transcript) == [
        (A, None, "Good morning, how can I help?", 0.5, 2.0),
        (U, "Maria Lopez", "AT&T <call>", 3602.0, 3604.25),
        (U, None, "no voice here", 3605.0, 3606.0),
    ]
    assert (transcript.language, transcript.duration_s, transcript.id) == ("en", 3606.0, "call")
    assert [turn.id for turn in transcript.turns] == [1, 2, 3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_byte_order_mark(end, tmp_path):
    path = tmp_path / "x.vtt"
    path.write_bytes(("\ufeff" + RICH).replace("\n", end).encode())
    assert said(read_subtitles(path)) == said(read(RICH))


def test_several_voices_in_one_cue_are_several_turns_with_estimated_times():
    transcript = read("WEBVTT\n\n00:10.000 --> 00:14.000\n<v Agent>Hello there\n<v Customer>Hi\n")
    assert [(t.role, t.text) for t in transcript.turns] == [(A, "Hello there"), (C, "Hi")]
    assert [(t.start_s, t.end_s) for t in transcript.turns] == [(10.0, 13.385), (13.385, 14.0)]
    assert transcript.warnings == (SHARED_CUE,)


def test_roles_of_names_can_be_given():
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Maria Lopez>Hi\n\n00:02.000 --> 00:03.000\n<v SPEAKER_01>Hello\n"
    transcript = transcript_of_subtitles(text, default_id="x", roles={"maria lopez": C, "SPEAKER_01": A})
    assert [t.role for t in transcript.turns] == [C, A]


@pytest.mark.parametrize(
    ("name", "role"),
    [("Agent", A), ("REPRESENTATIVE", A), ("Asesora", A), ("caller", C), ("Cliente", C), ("Intérprete", Role.INTERPRETER), ("IVR", Role.IVR),
     ("Ann", U)],
)  # fmt: skip
def test_names_that_mean_a_role(name, role):
    assert read(f"WEBVTT\n\n00:01.000 --> 00:02.000\n<v {name}>Hi\n").turns[0].role == role


# --- SRT ---------------------------------------------------------------------------------------------------


def test_srt_of_several_kinds():
    transcript = read(
        "1\n00:00:01,000 --> 00:00:02,500\n[SPEAKER_00]: Good <i>morning</i>.\n\n"
        "2\n00:00:03,000 --> 00:00:04,000\nCustomer: Hi: it is me.\nStill me.\n\n\n"
        "00:00:05,0 --> 00:00:06,000\nNote: this is no speaker\n\n"
        "4\n00:00:07,000 --> 00:00:08,000\n>> AGENT: Bye\n"
    )
    assert said(transcript) == [
        (U, "SPEAKER_00", "Good morning.", 1.0, 2.5),
        (C, None, "Hi: it is me. Still me.", 3.0, 4.0),
        (U, None, "Note: this is no speaker", 5.0, 6.0),
        (A, None, "Bye", 7.0, 8.0),
    ]


def test_names_in_front_of_most_cues_are_speakers():
    cues = ["Ann: Hello", "Bob: Hi", "Ann: How are you?", "Bob: Fine", "Ann: Good"]
    text = "\n".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{cue}\n" for n, cue in enumerate(cues, start=1)
    )
    assert [(t.speaker, t.text) for t in read(text).turns][:2] == [("Ann", "Hello"), ("Bob", "Hi")]


# --- faults ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file holds no cue"),
        ("WEBVTT\n", "the file holds no cue"),
        ("Dear all,\nplease call", "line 1: 'Dear all,' is no cue"),
        ("WEBVTT\n\n1\n00:00:01.000 -> 00:00:02.000\nHi", "line 3: '1' is no cue"),
        ("1\n00:00:01,000 --> later\nHi", "line 2: '00:00:01,000 --> later' are not times"),
        ("1\n00:00:03,000 --> 00:00:02,000\nHi", "line 2: the cue ends before it starts (2 < 3 s)"),
        ("1\n00:61:03,000 --> 01:62:02,000\nHi", "line 2: minutes and seconds go up to 59"),
        (
            "1\n00:00:01,000 --> 00:00:02,000\nHi\n2\n00:00:03,000 --> 00:00:04,000\nHo",
            "line 5: an empty line is missing",
        ),
    ],
)
def test_faults_are_one_line_that_names_the_line(text, message):
    with pytest.raises(TranscriptError) as caught:
        read(text)
    assert message in str(caught.value)
    assert "call.vtt" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_text(tmp_path: Path):
    (tmp_path / "x.srt").write_bytes(b"1\n00:00:01,000 --> 00:00:02,000\n\xff\xfe\n")
    with pytest.raises(TranscriptError, match="not UTF-8"):
        read_subtitles(tmp_path / "x.srt")
    with pytest.raises(TranscriptError, match="no such file"):
        read_subtitles(tmp_path / "y.srt")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    for start in ("", "WEBVTT\n\n", "1\n00:00:01,000 --> 00:00:02,000\n"):
        fault = None
        try:
            assert read(start + text).turns
        except TranscriptError as error:
            fault = str(error)
        assert "\n" not in (fault or "")


# --- our own files come back -------------------------------------------------------------------------------

moments = st.integers(0, 36_000_000).map(lambda ms: ms / 1000)
spoken = st.text(min_size=1, max_size=60).filter(lambda text: text.split())
parts = st.lists(st.tuples(st.sampled_from(list(Role)), spoken, moments, moments), min_size=1, max_size=8)


def made(parts) -> Transcript:
    turns = (
        Turn(number * 3, role, text, min(a, b), max(a, b), "S0", 0)
        for number, (role, text, a, b) in enumerate(parts, start=1)
    )
    return Transcript("t", tuple(turns))


def heard(transcript: Transcript) -> list[tuple[Role, list[str], float | None, float | None]]:
    """Roles, words and times; the writers make an arrow inside a text shorter, as it would end the cue."""
    return [(t.role, t.text.replace("-->", "->").split(), t.start_s, t.end_s) for t in transcript.turns]


@given(parts)
def test_our_webvtt_reads_back(parts):
    assume(not any("\x00" in text for _, text, _, _ in parts))
    transcript = made(parts)
    back = transcript_of_subtitles(write(transcript, "vtt"), default_id="t")
    assert heard(back) == heard(transcript)
    assert [t.id for t in back.turns] == [t.id for t in transcript.turns]


@given(parts)
def test_our_srt_reads_back(parts):
    # SRT has no escapes: its own marks (<i>, {\an8}) inside a text are taken for marks.
    assume(not any(mark in text for _, text, _, _ in parts for mark in ("<", "{", "\x00")))
    transcript = made(parts)
    back = transcript_of_subtitles(write(transcript, "srt"), default_id="t")
    assert heard(back) == heard(transcript)


@pytest.mark.parametrize("form", ["vtt", "srt"])
@pytest.mark.parametrize(
    "text", ["customer: no", "<v agent>x", "note: a & b &lt; c", "a --> b", "", "[x]: y", "Ann: hi"]
)
def test_texts_that_look_like_something_else_come_back(form, text):
    transcript = Transcript("t", (Turn(1, C, text, 1.0, 2.0), Turn(2, A, text, 2.0, 3.0)))
    assert heard(transcript_of_subtitles(write(transcript, form), default_id="t")) == heard(transcript)
