"""Where the times of a measurement come from, and what cannot be known."""

from __future__ import annotations

import dataclasses
import math

import pytest
from made_calls import CALL_AI_METRICS, TALK, call, values

from qa_toolkit.domain import ChannelLayout, Event, Recording, Role, SpeechSpan, Transcript, Turn, Word
from qa_toolkit.errors import ConfigurationError
from qa_toolkit.metrics import DEFINITIONS, MetricThresholds, measure

# --- where the times come from -----------------------------------------------------------------------------


def worded(number: int, role: Role, *groups: tuple[float, float, int], channel: int = 0) -> Turn:
    """A turn whose words fill each group (from, to, how many) evenly."""
    words = []
    for start, end, count in groups:
        step = (end - start) / count
        words += [Word(f"w{i}", start + i * step, start + (i + 1) * step) for i in range(count)]
    text = " ".join(w.text for w in words)
    return Turn(number, role, text, 0.0, 99.0, channel=channel, words=tuple(words))


def test_words_beat_the_edges_of_a_turn():
    both = Transcript("c", (worded(1, Role.AGENT, (1, 3, 6)), worded(2, Role.CUSTOMER, (4, 5, 3))))
    found = measure(both)
    talk = found.get("talk_time", "agent")
    assert (talk.value, talk.measured_from) == (pytest.approx(2.0), "words")
    assert found.get("silence").value == pytest.approx(2.0)  # before 1 s and from 3 to 4 s


def test_a_turn_with_a_long_pause_is_two():
    # a recogniser's segment may hold the whole of the other side's answer as silence
    both = Transcript(
        "c", (worded(1, Role.AGENT, (0, 2, 6), (8, 10, 6)), worded(2, Role.CUSTOMER, (3, 7, 9)))
    )
    found = values(both)
    assert found["interruptions"] == 0
    assert found["talk_time agent"] == pytest.approx(4.0)
    assert found["response_latency agent"] == pytest.approx(1.0)


def spans(role: Role, *times: tuple[float, float], channel: int = 0) -> tuple[SpeechSpan, ...]:
    return tuple(SpeechSpan(role, channel, start, end) for start, end in times)


def test_speech_spans_beat_words_and_their_small_gaps_are_speech():
    speech = spans(Role.AGENT, (1.0, 2.0), (2.2, 3.0)) + spans(Role.CUSTOMER, (4.5, 5.5), channel=1)
    turns = (worded(1, Role.AGENT, (0.2, 3.0, 6)), worded(2, Role.CUSTOMER, (2.0, 5.5, 6), channel=1))
    found = measure(Transcript("c", turns, speech=speech, duration_s=6.0))
    talk = found.get("talk_time", "agent")
    assert (talk.value, talk.measured_from) == (pytest.approx(2.0), "channel_speech")
    assert found.get("overlap").value == 0.0
    # the customer's first word is stretched back over silence; the voice starts at 4.5 s
    assert found.get("interruptions").value == 0
    assert found.get("response_latency", "customer").value == pytest.approx(1.5)
    assert found.get("interruptions").measured_from == "words"


def test_speech_without_any_words_still_counts():
    speech = spans(Role.AGENT, (0, 5)) + spans(Role.CUSTOMER, (6, 9), (2, 2.4), channel=1)
    found = measure(Transcript("c", (), speech=speech))
    assert found.get("talk_time", "customer").value == pytest.approx(3.4)
    assert found.get("backchannels", "customer").value == 1
    assert found.get("response_latency", "customer").value == pytest.approx(1.0)
    assert found.get("words_per_minute", "agent").value is None


def test_an_announcement_on_the_agents_channel_is_not_agent_talk():
    turns = (
        Turn(1, Role.IVR, "This call may be recorded.", 0.5, 4.0, channel=0),
        Turn(2, Role.AGENT, TALK, 5.0, 8.0, channel=0),
        Turn(3, Role.CUSTOMER, TALK, 9.0, 11.0, channel=1),
    )
    speech = spans(Role.AGENT, (0.6, 3.9), (5, 8)) + spans(Role.CUSTOMER, (9, 11), channel=1)
    found = measure(Transcript("c", turns, speech=speech))
    assert found.get("talk_time", "agent").value == pytest.approx(3.0)
    assert found.get("talk_time", "ivr").value == pytest.approx(3.3)


# --- what cannot be known ----------------------------------------------------------------------------------

MONO = Recording("a.wav", "0" * 64, 8000, 1, ChannelLayout.MONO)
STEREO = Recording("a.wav", "0" * 64, 8000, 2, ChannelLayout.TWO_PARTY)
UNTIMED = Transcript("c", (Turn(1, Role.AGENT, "hello"), Turn(2, Role.CUSTOMER, "hi")))


@pytest.mark.parametrize(
    ("transcript", "name", "role", "reason"),
    [
        (UNTIMED, "talk_time", "agent", "no times"),
        (UNTIMED, "silence", None, "no times"),
        (UNTIMED, "words_per_minute", "agent", "no times"),
        (Transcript("c", ()), "talk_time", "agent", "nobody speaks"),
        (call("A 0-5"), "talk_share", "agent", "one party"),
        (call("A 0-5"), "overlap", None, "one party"),
        (call("A 0-5"), "interruptions", "agent", "one party"),
        (call("A 0-5"), "response_latency", "agent", "one party"),
        (call("A 0-5"), "talk_time", "customer", "no speech of the customer"),
        (call("V 0-5 | A 6-9"), "talk_share", "agent", "one party"),
        (call("? 0-5 | ? 6-9"), "talk_time", "agent", "not known who is agent"),
        (call("? 0-5 | ? 6-9"), "interruptions", "customer", "not known who is agent"),
        (call("A 0-5 | C 4-9", recording=MONO), "overlap", None, "one channel"),
        (call("A 0-5 | C 4-9", recording=MONO), "interruptions", "customer", "one channel"),
        (call("A 0-5 yes | C 6-9"), "words_per_minute", "agent", "5 words"),
        (call("A 0-5 | A 6-9"), "response_latency", "agent", "one party"),
    ],
)
def test_a_reason_in_place_of_a_wrong_number(transcript, name, role, reason):
    metric = measure(transcript).get(name, role)
    assert metric.value is None
    assert reason in metric.unavailable_because
    assert metric.measured_from is None


def test_a_message_on_an_answering_machine_has_a_silent_customer():
    found = measure(call("V 0-5 | A 6-15"))
    assert found.get("talk_time", "customer").value == 0.0
    assert found.get("turns", "customer").value == 0
    assert found.get("interruptions", "customer").unavailable_because == "only one party speaks"


def test_a_silent_channel_is_known_to_be_silent():
    silent = call("A 0-5", recording=STEREO, duration_s=9.0)
    found = measure(silent)
    assert found.get("talk_time", "customer").value == 0.0
    assert found.get("talk_share", "agent").value is None
    assert any("only one party" in warning for warning in found.warnings)


def test_a_recording_without_any_speech_is_all_silence():
    found = measure(Transcript("c", (), recording=STEREO, duration_s=30.0))
    assert found.get("silence").value == pytest.approx(30.0)
    assert found.get("talk_time").value == 0.0
    assert found.get("dead_air").unavailable_because == "nobody speaks"


def test_speakers_without_roles_are_still_told_apart():
    turns = (
        Turn(1, Role.UNKNOWN, TALK, 0.0, 5.0, speaker="S0"),
        Turn(2, Role.UNKNOWN, TALK, 3.0, 8.0, speaker="S1"),
    )
    found = values(Transcript("c", turns))
    assert found["overlap"] == pytest.approx(2.0)
    assert found["interruptions"] == 1
    assert found["talk_time"] == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("start_s", "end_s"),
    [(None, None), (5.0, None), (5.0, 4.0), (-1.0, 2.0), (math.nan, 3.0), (1.0, math.inf)],
)
def test_a_turn_without_usable_times_is_left_out_and_said_so(start_s, end_s):
    broken = Turn(9, Role.AGENT, TALK, start_s, end_s)
    whole = call("A 0-5 | C 6-9")
    found = measure(dataclasses.replace(whole, turns=(*whole.turns, broken)))
    assert found.get("talk_time", "agent").value == pytest.approx(5.0)
    assert found.warnings == ("1 turns without usable times are not measured",)


def test_a_duration_that_ends_before_the_last_word_is_not_believed():
    found = measure(call("A 0-5 | C 6-90", duration_s=10.0))
    assert found.get("silence").value == pytest.approx(1.0)
    assert "before the last speech" in found.warnings[0]


def test_chats_have_response_times_and_no_speech():
    said = [
        (Role.CUSTOMER, 0.0),
        (Role.CUSTOMER, 20.0),
        (Role.AGENT, 50.0),
        (Role.CUSTOMER, 90.0),
        (Role.AGENT, 100.0),
    ]
    turns = tuple(Turn(i, role, "text", at) for i, (role, at) in enumerate(said, start=1))
    found = values(Transcript("c", turns, kind="chat"))
    assert found["first_response agent"] == 50.0
    assert found["response_latency agent"] == 20.0  # of 30 and 10 s
    assert found["longest_response_latency agent"] == 30.0
    assert found["response_latency customer"] == 40.0
    assert "talk_time agent" not in found


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf, "20", True])
def test_a_threshold_that_is_no_limit_is_refused(wrong):
    with pytest.raises(ConfigurationError, match="dead_air_s"):
        MetricThresholds(dead_air_s=wrong)


def test_every_value_carries_its_definition_thresholds_and_unit():
    measured = measure(call(CALL_AI_METRICS.format(small="mm-hm")), MetricThresholds(dead_air_s=5.0))
    for metric in measured.metrics:
        definition = DEFINITIONS[metric.definition]
        assert (metric.name, metric.unit) == (definition.name, definition.unit)
        assert set(metric.thresholds) == set(definition.thresholds)
    assert measured.get("dead_air").thresholds["dead_air_s"] == 5.0


def test_each_definition_and_threshold_is_written_down(checkout):
    page = (checkout / "docs" / "metrics.md").read_text(encoding="utf-8")
    for definition in DEFINITIONS.values():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{definition.id}` |")]
        for fact in (definition.meaning, definition.source, definition.unit, *definition.thresholds):
            assert fact in row
    for limit in dataclasses.fields(MetricThresholds):
        assert f"| `{limit.name}` | {limit.default:g} |" in page


MARKED = Event("overlap", None, 4.0, 4.9, probability=0.8, channel=0, source="diarisation")
SHORT = Event("overlap", None, 7.0, 7.3, probability=0.9, channel=0, source="diarisation")
HOLD = Event("hold", "agent", 20.0, 30.0, source="given")


def test_overlap_heard_on_one_channel_is_an_event_and_no_number():
    found = measure(call("A 0-5 | C 4.9-9", recording=MONO, events=(MARKED, SHORT, HOLD)))
    assert [event for event in found.events if event.kind == "overlap"] == [MARKED]
    assert found.get("overlap").value is None
    assert "overlap events" in found.get("overlap").unavailable_because
    assert not [event for event in found.events if event.kind == "interruption"]


def test_with_a_channel_each_the_channels_say_what_overlaps():
    found = measure(call("A 0-5 | C 4-9", events=(MARKED,)))
    (event,) = [event for event in found.events if event.kind == "overlap"]
    assert (event.start_s, event.end_s, event.source) == (4.0, 5.0, "overlap/1")
