"""The page of one interaction: everything is there, marked, linked and escaped."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import Page, assert_sound

from qa_toolkit.domain import (
    Answer,
    AnswerStatus,
    ChannelLayout,
    Evaluation,
    Event,
    Interaction,
    Metric,
    Role,
    RubricRef,
    Score,
    Source,
    SpanEvidence,
    Transcript,
    Turn,
    WindowEvidence,
)
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.metrics import measure
from qa_toolkit.reports import ReportCall, call_report
from qa_toolkit.reports.timeline import timeline_of
from qa_toolkit.resources import sample_dir


def read(call: ReportCall) -> Page:
    return assert_sound(call_report(call))


@pytest.mark.parametrize(
    "expected",
    [
        "call-1",
        "66.7 %",
        "Incomplete",
        "2 answers are open; 2 of 3 points so far",
        "Agent A-17",
        "Site Fresno",
        "Direction inbound",
        "Date 2026-03-05 15:02:00 -08:00",
        "Duration 1:05 min",
        "Greeting calls · greeting 1.2.0",
        "machine (qa_toolkit)",
        "Opening 50.0 %",
        "Customer 1 0 No error",
        "Business 0 0 None applied",
        "Compliance 1 1 Critical error",
        "Was the caller greeted?",
        "critical: compliance",
        "Looked for, not found: a recording notice (0:00 to 1:00)",
        "Longest silence = 23 (metric)",
        "Not applicable",
        "Not answered",
        "Evaluator failed",
        "no other language was asked for",
        "93%",
        "phrase 1.0.0",
        "Talk time Agent 4.5 s Customer 3.4 s talk_time/1 bridge_s 0.5 channel speech",
        "Longest silence Call 1:15 min",
        "Not available because no hold was announced",
        "faster-whisper, whisper-base, profile accurate",
    ],
)
def test_the_page_says(call: ReportCall, expected: str) -> None:
    assert expected in read(call).words


def test_the_same_call_gives_the_same_page(call: ReportCall) -> None:
    assert call_report(call) == call_report(call)


def test_yes_no_not_applicable_open_and_failed_look_different(call: ReportCall) -> None:
    pills = [a["class"].split()[1] for a in read(call).of("span", "pill")[1:]]
    assert [kind for kind in pills if kind in {"good", "bad", "na", "open", "error"}][-6:] == [
        "good", "bad", "good", "na", "open", "error",
    ]  # fmt: skip


def test_every_quotation_links_to_its_turn_and_back(call: ReportCall) -> None:
    page = read(call)
    assert "#turn-1" in page.links
    assert page.links.count("#answer-0") == 1
    assert "turn-3" in page.ids


def test_overlapping_quotations_are_marked_piece_by_piece(call: ReportCall) -> None:
    source = call_report(call)
    first = source[source.index('id="turn-1"') : source.index('id="turn-2"')]
    assert Page(first).words.startswith("0:01 Agent thank you,")
    # The later "thank you" is meant: the evidence starts at its second, not at the first one.
    assert (
        'thank you, <mark title="G-1">thank </mark><mark title="G-1">you for</mark><mark title="G-1"> calling'
        in first
    )


def test_two_criteria_on_the_same_words(call: ReportCall) -> None:
    answers = list(call.evaluation.answers)
    answers[1] = replace(answers[1], evidence=(SpanEvidence(1, "calling"),))
    source = call_report(replace(call, evaluation=replace(call.evaluation, answers=tuple(answers))))
    assert '<mark class="many" title="G-1, G-2">calling</mark>' in source


def test_quotations_that_are_not_in_the_transcript_are_shown_without_a_link(call: ReportCall) -> None:
    answers = list(call.evaluation.answers)
    answers[0] = replace(answers[0], evidence=(SpanEvidence(99, "gone"), SpanEvidence(2, "never said")))
    page = read(replace(call, evaluation=replace(call.evaluation, answers=tuple(answers))))
    assert "gone" in page.words
    assert "never said" in page.words
    assert "#turn-99" not in page.links


def test_an_automatic_fail_is_said_at_the_top(call: ReportCall, auto_failed: Evaluation) -> None:
    words = read(replace(call, evaluation=auto_failed)).words
    assert "Automatic fail. Without it the score would be 66.7 %. G-2: Was the recording announced?" in words
    assert words.index("Automatic fail") < words.index("Timeline")


@pytest.mark.parametrize(
    ("score", "shown", "label"),
    [
        (Score(92.0, 9.2, 10.0, complete=True, open=0, passed=True), "92.0 %", "Passed"),
        (Score(60.0, 6.0, 10.0, complete=True, open=0, passed=False), "60.0 %", "Failed"),
        (Score(None, 0.0, 0.0, complete=True, open=0, passed=None), "–", "No score"),
        (Score(104.5, 11.0, 10.0, complete=True, open=0, passed=True), "104.5 %", "Passed"),
        (Score(50.0, 1.0, 2.0, complete=False, open=1, passed=None), "50.0 %", "1 answer is open"),
    ],
)
def test_the_verdict(call: ReportCall, score: Score, shown: str, label: str) -> None:
    words = read(replace(call, evaluation=replace(call.evaluation, score=score))).words
    assert shown in words
    assert label in words


def test_mono_and_doubtful_roles_are_warned_of(call: ReportCall) -> None:
    recording = replace(call.transcript.recording, layout=ChannelLayout.MONO)
    doubtful = replace(
        call.transcript, recording=recording, role_confidence=0.55, warnings=("clipped sound",)
    )
    late = tuple(f"warning {n}" for n in range(9))
    evaluation = replace(call.evaluation, warnings=late)
    page = read(replace(call, transcript=doubtful, evaluation=evaluation))
    expected = [
        "Read this first",
        "only 55% sure",
        "clipped sound",
        "one channel",
        "warning 0",
        "7 more",
        *late[2:],
    ]
    places = [page.words.index(text) for text in expected]
    assert places == sorted(places)
    said = replace(doubtful, warnings=("one channel for both parties",))
    assert read(replace(call, transcript=said)).words.count("one channel") == 1
    assert "Read this first" not in read(call).words


def test_the_timeline_in_shapes_and_in_words(call: ReportCall) -> None:
    page = read(call)
    assert len(page.of("path", "interruption")) == 2  # one in the picture, one in the legend
    assert len(page.of("rect", "hold")) == 2
    assert len(page.of("rect", "silence")) == 2  # the short silence is left out
    assert [a["href"] for a in page.of("a", "chip")] == ["#turn-1", "#turn-1"]
    assert "Timeline of 1:05. Speech: agent 0:04, customer 0:03." in page.words
    assert "Customer interrupts at 0:04" in page.words
    assert "G-1: Was the caller greeted? – “thank you for calling”" in page.words


def test_an_inferred_hold_says_how_sure_it_is() -> None:
    turns = (Turn(1, Role.AGENT, "we went on", 0.0, 4.0), Turn(2, Role.CUSTOMER, "and so it was", 90.0, 92.0))
    transcript = Transcript("t-1", turns, events=(Event("hold", "agent", 10.0, 20.0, source="given"),))
    drawn = timeline_of(transcript, measure(transcript))
    assert drawn is not None
    holds = [box.title for box in drawn.shades if box.kind == "hold"]
    assert holds == ["Hold, 0:10 to 0:20 (10.0 s)", "Hold (40% sure), 0:20 to 1:30 (70.0 s)"]


def test_a_record_without_conversation(evaluation: Evaluation) -> None:
    bare = ReportCall(
        evaluation=replace(evaluation, answers=(Answer("X-1", AnswerStatus.ANSWERED, 3.5, 1.0, 1.0),)),
        interaction=Interaction("r-1", "record", agent="K-9", metadata={"lot": "7"}),
    )
    page = read(bare)
    assert "K-9" in page.words
    assert "3.5" in page.words
    assert "Timeline" not in page.words
    assert "Transcript" not in page.words


def test_a_chat_without_ends(call: ReportCall) -> None:
    turns = (
        Turn(1, Role.CUSTOMER, "hello\nanybody there?", 0.0, at="2026-03-05T15:00:00Z"),
        Turn(2, Role.AGENT, "yes", 95.0, at="2026-03-05T15:01:35Z"),
    )
    chat = Transcript("c-1", turns, kind="chat")
    page = read(replace(call, transcript=chat, metrics=None))
    assert "Timeline of 1:35" in page.words
    assert "2026-03-05T15:01:35Z" in page.words


def test_a_transcript_without_times_has_no_timeline(call: ReportCall) -> None:
    bare = Transcript("t-1", (Turn(1, Role.UNKNOWN, "hm", speaker="S1"), Turn(2, Role.UNKNOWN, "yes")))
    page = read(replace(call, transcript=bare, metrics=None))
    assert not page.of("svg", "timeline")
    assert "Speaker S1 hm" in page.words


HOSTILE = [
    "<script>alert(1)</script>", "</style><script>x</script>", "\"><img src=x onerror=alert(1)>", "' onload='x",
    "javascript:alert(1)", "&lt;b&gt; &amp; &#60;", "{{ 7 * 7 }}", "{% raw %}", "<!-- ", "]]>", "</title>",
    "\u202egnirts lanretxe\u202c", "שלום <b>עולם</b>", "a\u0000b", "\ud800", "\ufffe", "`${x}`", "%00", "</svg></a>",
    "\u2028\u2029", "😀" * 50, "x" * 5000, "../../etc/passwd", "//example.org/x", "file:///x", "<svg/onload=alert(1)>", "a\r\nb\tc",
]  # fmt: skip


def hostile_call(text: str) -> ReportCall:
    """A call in which every text that can come from outside is that text."""
    quoted = SpanEvidence(1, text, 0, 1.0, 2.0)
    answers = (
        Answer(
            text, AnswerStatus.ANSWERED, text, 0.0, 1.0, 0.5, text, evidence=(quoted, WindowEvidence(text))
        ),
        Answer(f"{text}2", AnswerStatus.UNANSWERED, reason=text),
    )
    score = Score(0.0, 0.0, 1.0, complete=False, open=1, passed=False, auto_failed_by=(text,))
    rubric = RubricRef(text, text, text)
    evaluation = Evaluation(text, rubric, Source("reviewer", text), answers, score, warnings=(text,))
    turns = (
        Turn(1, Role.AGENT, f"say {text} now", 0.5, 3.0),
        Turn(2, Role.UNKNOWN, text, 3.0, 4.0, speaker=text),
    )
    metadata = {"agent": text, "site": text}
    transcript = Transcript(text, turns, text, 9.0, metadata=metadata, warnings=(text,))
    missing = Metric("hold", None, None, "s", "h", unavailable_because=text)
    metrics = replace(measure(transcript), metrics=(Metric(text, text, 1.0, text, text), missing))
    return ReportCall(evaluation, transcript, metrics, None, Interaction(text, queue=text), back=text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_from_outside_stays_text(text: str) -> None:
    source = call_report(hostile_call(text))
    plain = assert_sound(call_report(hostile_call("plain")))
    page = assert_sound(source)
    folding = {"details", "summary"}  # long texts are folded
    assert [tag for tag, _ in page.tags if tag not in folding] == [tag for tag, _ in plain.tags]
    source.encode("utf-8")
    if text.isprintable():
        assert text in page.text


@given(st.text(min_size=1, max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_text_stays_text(text: str) -> None:
    page = assert_sound(call_report(hostile_call(text)))
    assert "script" not in {tag for tag, _ in page.tags}


@pytest.mark.parametrize("name", ["inb-002", "inb-006", "inb-es-001", "out-005"])
def test_the_bundled_samples(name: str, evaluation: Evaluation) -> None:
    document = json.loads((sample_dir() / "transcripts" / f"{name}.json").read_text(encoding="utf-8"))
    case = case_from_document(document, default_id=name)
    quoted = case.transcript.turns[2]
    answer = replace(
        evaluation.answers[0], evidence=(SpanEvidence(quoted.id, quoted.text, start_s=quoted.start_s),)
    )
    judged = replace(evaluation, interaction=name, answers=(answer,))
    call = ReportCall(judged, case.transcript, measure(case.transcript), interaction=case.interaction)
    page = read(replace(call, unmasked=True))
    assert f"#turn-{quoted.id}" in page.links
    assert all(" ".join(turn.text.split()) in page.words for turn in case.transcript.turns)


def test_a_long_reason_is_folded_and_whole(call: ReportCall) -> None:
    answers = list(call.evaluation.answers)
    reason = "not found: " + " / ".join(f"phrase number {n}" for n in range(40))
    answers[1] = replace(answers[1], reason=reason)
    page = read(replace(call, evaluation=replace(call.evaluation, answers=tuple(answers))))
    assert len(page.of("details", "long")) == 1
    assert reason in page.words


def test_the_page_names_no_host(call: ReportCall) -> None:
    assert "http" not in call_report(call)
