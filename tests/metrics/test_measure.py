"""Who speaks when, and what must be measured. Add a row to a table to add a case."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.domain import ChannelLayout, Event, Recording, Role, SpeechSpan, Transcript, Turn, Word
from qa_toolkit.errors import ConfigurationError
from qa_toolkit.metrics import DEFINITIONS, MetricThresholds, measure

TALK = "and then we went on with it"  # seven words that are no back-channel
SHORT = {"A": "agent", "C": "customer", "I": "interpreter", "V": "ivr", "?": "unknown"}


def call(script: str, **fields: object) -> Transcript:
    """``A 0-6.5 text | C 6.9-9``: role, from, to and (else seven words) the text."""
    turns = []
    for number, part in enumerate((p for p in script.split("|") if p.strip()), start=1):
        role, times, *text = part.split(maxsplit=2)
        start, end = times.split("-")
        said = text[0].strip() if text else TALK
        turns.append(Turn(number, Role(SHORT[role]), said, float(start), float(end)))
    return Transcript("case", tuple(turns), **fields)


def values(transcript: Transcript, thresholds: MetricThresholds | None = None) -> dict[str, float | None]:
    """Values by ``definition role`` (``name role`` for version 1 of the default definition)."""
    measured = measure(transcript, thresholds or MetricThresholds())
    found = {}
    for metric in measured.metrics:
        name = metric.definition.removesuffix("/1")
        found[f"{name} {metric.role}" if metric.role else name] = metric.value
    return found


# --- published examples ------------------------------------------------------------------------------------

CALL_AI_METRICS = "A 0-6.5 | C 6.9-9.0 | A 8.7-20 | C 12-12.4 {small} | C 21.5-24 | A 23-41"


@pytest.mark.parametrize("small", ["mm-hm", "…"])  # with the word, and without any words to judge by
def test_the_example_of_call_ai_metrics(small):
    found = values(call(CALL_AI_METRICS.format(small=small)))
    expected = {
        "talk_time agent": 35.8,
        "talk_time customer": 5.0,
        "talk_share agent": 35.8 / 40.8,
        "turns agent": 3,
        "turns customer": 2,
        "longest_monologue agent": 18.0,
        "interruptions": 1,
        "interruptions agent": 1,
        "interruptions customer": 0,
        "backchannels customer": 1,
        "overlap": 1.7,
        "silence": 1.9,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert round(found["talk_share agent"], 2) == 0.88


def test_the_sample_of_amazon_transcribe_call_analytics():
    # Talk time 32.75 s and 18.01 s in a call of 42.46 s; the agent cuts in from 26.04 to 31.55 s, the
    # customer from 0.77 to 5.96 s. The turns around these numbers are ours; the totals are the sample's.
    sample = call("A 0-18 | C 0.77-5.96 | C 18.73-31.55 | A 26.04-40.79", duration_s=42.46)
    found = values(sample)
    assert found["talk_time agent"] == pytest.approx(32.75)
    assert found["talk_time customer"] == pytest.approx(18.01)
    assert found["talk_time"] == pytest.approx(50.76)  # the sum, longer than the call
    assert (found["interruptions agent"], found["interruptions customer"], found["interruptions"]) == (
        1,
        1,
        2,
    )
    assert found["interruption_time agent"] == pytest.approx(5.51)
    assert found["interruption_time customer"] == pytest.approx(5.19)
    assert found["interruption_time"] == pytest.approx(10.70)
    assert found["overlap"] >= 50.76 - 42.46


# --- small conversations -----------------------------------------------------------------------------------

CASES = [
    # who interrupts whom
    (
        "a turn 0.5 s before the other's end interrupts",
        "C 0-5 | A 4.5-8",
        {"interruptions agent": 1, "interruptions customer": 0},
    ),
    ("a turn 0.49 s before it does not", "C 0-5 | A 4.51-8", {"interruptions agent": 0, "overlap": 0.49}),
    (
        "the customer can interrupt too",
        "A 0-5 | C 3-8",
        {"interruptions agent": 0, "interruptions customer": 1},
    ),
    (
        "a back-channel never interrupts",
        "C 0-9 | A 4-4.6 uh-huh",
        {"interruptions": 0, "backchannels agent": 1},
    ),
    ("nobody is interrupted while humming", "C 0-3 | A 3.2-4.4 mm-hm | C 3.5-9", {"interruptions": 0}),
    ("a start at the same moment interrupts nobody", "C 1-5 | A 1-4", {"interruptions": 0, "overlap": 3.0}),
    (
        "an interruption that fails counts",
        "C 0-9 | A 4-5 wait a moment please",
        {"interruptions agent": 1, "interruption_time agent": 1.0},
    ),
    (
        "interpreter and customer are one side",
        "C 0-5 | I 3-8 | A 8.5-9",
        {"interruptions": 0, "overlap": 2.0},
    ),
    ("the agent cuts off the interpreter", "C 0-2 | I 2.5-8 | A 6-9", {"interruptions agent": 1}),
    (
        "an announcement cannot be interrupted",
        "V 0-6 | A 4-9 | C 9.2-11",
        {"interruptions": 0, "overlap": 2.0},
    ),
    # who holds the floor how long
    (
        "a back-channel ends nobody's monologue",
        "A 0-5 | C 5.1-5.6 okay | A 5.7-12 | C 13-14",
        {"longest_monologue agent": 12.0, "turns agent": 1},
    ),
    (
        "a real word ends it",
        "A 0-5 | C 5.1-5.6 why | A 5.7-12 | C 13-14",
        {"longest_monologue agent": 6.3, "turns agent": 2},
    ),
    (
        "a pause of 2 s goes on with a monologue, not with a turn",
        "A 0-5 | A 7-12 | C 13-14",
        {"longest_monologue agent": 12.0, "turns agent": 2},
    ),
    (
        "a pause of 4 s ends both",
        "A 0-5 | A 9-12 | C 13-14",
        {"longest_monologue agent": 5.0, "turns agent": 2},
    ),
    # talk and shares
    (
        "speech of one party is not counted twice",
        "C 0-5 | C 3-6 | A 7-9",
        {"talk_time customer": 6.0, "talk_share customer": 0.75},
    ),
    (
        "the announcement is nobody's share",
        "V 0-10 | A 10-16 | C 16-18",
        {"talk_share agent": 0.75, "talk_time ivr": 10.0, "talk_time agent": 6.0},
    ),
    (
        "the interpreter has a share of its own",
        "A 0-5 | C 5-8 | I 8-10",
        {"talk_share agent": 0.5, "talk_share interpreter": 0.2},
    ),
    (
        "share of the call counts silence",
        "A 0-5 | C 10-15 | A 15-20",
        {"talk_share_of_call agent": 0.5, "talk_share agent": 2 / 3},
    ),
    # silence
    ("pauses up to 0.3 s are speech", "A 0-2 | A 2.3-4 | C 5-6", {"talk_time agent": 4.0, "silence": 1.0}),
    (
        "four published silences of one call",
        "A 0-2 | C 4-6 | A 10-12 | C 18-20",
        {"silence": 12.0, "silence_over_limit_and_holds": 10.0, "silence_share": 0.3, "longest_silence": 6.0},
    ),
    ("20 s are no dead air yet", "A 0-2 | C 22-24", {"dead_air": 0.0, "silence": 20.0}),
    ("20.1 s are", "A 0-2 | C 22.1-24", {"dead_air": 20.1, "dead_air_count": 1}),
    (
        "an announced wait is no dead air",
        "A 0-2 Let me look that up. | C 2.2-3 Sure. | A 30-32",
        {"dead_air": 0.0, "silence": 27.2, "hold": 0.0},
    ),
    (
        "an announced wait over 45 s is",
        "A 0-2 Let me look that up. | C 2.2-3 Sure. | A 50-52",
        {"dead_air": 47.0},
    ),
    ("thanks announce nothing", "C 0-1 | A 1-2 That matches, thank you. | A 33-35", {"dead_air": 31.0}),
    (
        "an announced hold is a hold",
        "A 0-4 Can I put you on a brief hold? | C 4.2-5 Sure, go ahead. | A 65-67",
        {"hold": 60.0, "hold_count": 1, "dead_air": 0.0, "silence": 0.2},
    ),
    (
        "in Spanish as well",
        "A 0-4 Le voy a poner en espera. | C 4.2-5 Sí, está bien. | A 65-67",
        {"hold": 60.0, "dead_air": 0.0},
    ),
    (
        "the customer's words announce nothing",
        "A 0-1 | C 1-2 Hold on, one moment. | C 30-31",
        {"hold": 0.0, "dead_air": 28.0},
    ),
    # replies
    (
        "from the end of one to the first word of the other",
        "C 0-2 | A 2.5-4 | C 5-6 | A 7.5-8",
        {
            "response_latency agent": 1.0,
            "response_latency customer": 1.0,
            "longest_response_latency agent": 1.5,
        },
    ),
    (
        "a reply in overlap counts as 0, or with its negative time",
        "C 0-2 | A 1.8-4 | C 5-6",
        {"response_latency agent": 0.0, "response_latency_offset agent": -0.2},
    ),
    (
        "a back-channel is no reply",
        "C 0-2 | A 2.2-2.6 uh-huh | C 2.8-5 | A 6-8",
        {"response_latency agent": 1.0},
    ),
    (
        "a failed interruption is no reply",
        "C 0-9 | A 4-5 wait a moment please | A 10-12",
        {"response_latency agent": 1.0},
    ),
    # pace
    (
        "words per minute over turns of five words or more",
        "A 0-3 one two three four five six | A 5-8 one two | C 9-10",
        {"words_per_minute agent": 120.0},
    ),
    (
        "marks alone are no words",
        "A 0-3 one - two … three four ¡ five six | C 4-5",
        {"words_per_minute agent": 120.0},
    ),
]


@pytest.mark.parametrize(("script", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_small_conversations(script, expected):
    found = values(call(script))
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def hold(start_s: float, end_s: float) -> Event:
    return Event("hold", "agent", start_s, end_s, source="given")


def test_a_hold_of_the_telephone_system_is_neither_silence_nor_dead_air():
    held = call("A 0-4 | C 4-5 | A 65-67", events=(hold(6, 64),))
    found = values(held)
    assert found["hold"] == pytest.approx(58.0)
    assert found["silence"] == pytest.approx(2.0)
    assert found["silence_with_holds"] == pytest.approx(60.0)
    assert found["silence_over_limit_and_holds"] == pytest.approx(58.0)
    assert found["dead_air"] == 0.0
    assert found["longest_silence"] == pytest.approx(1.0)
    assert found["response_latency agent"] == pytest.approx(2.0)  # 60 s less the hold of 58 s


def test_given_holds_are_all_the_holds_there_are():
    both = call("A 0-3 Please hold. | A 20-22 Please hold. | A 60-62 | C 63-64", events=(hold(22, 60),))
    measured = measure(both)
    assert measured.get("hold").value == pytest.approx(38.0)
    holds = [(e.start_s, e.probability) for e in measured.events if e.kind == "hold"]
    assert holds == [(3.0, 0.8), (22, 1.0)]  # the announced one is still seen, with its probability
    assert measured.get("dead_air").value == 0.0


def test_the_announcement_of_a_hold_is_quoted_from_its_turn():
    measured = measure(call("C 0-1 | A 1-4 Could I put you on hold? | A 40-42"))
    (event,) = [e for e in measured.events if e.kind == "hold"]
    assert (event.turn, event.text, event.role) == (2, "on hold", "agent") or "put you on hold" in event.text
    assert event.text in "Could I put you on hold?"


def test_events_say_when_and_who():
    measured = measure(call("C 0-5 | A 4-8 | C 8.1-8.5 okay | C 40-42"))
    seen = [(e.kind, e.role, e.start_s, e.end_s, e.turn) for e in measured.events]
    assert ("interruption", "agent", 4.0, 5.0, 2) in seen
    assert ("overlap", None, 4.0, 5.0, None) in seen
    assert ("backchannel", "customer", 8.1, 8.5, 3) in seen
    assert ("silence", None, 8.5, 40.0, None) in seen
    assert ("dead_air", None, 8.5, 40.0, None) in seen


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


# --- properties --------------------------------------------------------------------------------------------

texts = st.sampled_from([TALK, "mm-hm", "no", "", "one moment please", "I will put you on hold"])
tenths = st.integers(0, 600).map(lambda n: n / 10)
turn_parts = st.tuples(st.sampled_from(["agent", "customer"]), tenths, st.integers(1, 80), texts)


def built(parts) -> Transcript:
    turns = tuple(
        Turn(number, Role(role), text, start, start + length / 10)
        for number, (role, start, length, text) in enumerate(parts, start=1)
    )
    return Transcript("p", turns, duration_s=80.0)


@given(st.lists(turn_parts, min_size=1, max_size=15))
def test_talk_less_overlap_plus_silence_is_the_call(parts):
    found = values(built(parts))
    overlap = found["overlap"] or 0.0
    assert found["talk_time"] - overlap + found["silence_with_holds"] == pytest.approx(80.0)


@given(st.lists(turn_parts, min_size=1, max_size=15), st.randoms(use_true_random=False))
def test_the_order_of_turns_does_not_matter(parts, random):
    transcript = built(parts)
    shuffled = list(transcript.turns)
    random.shuffle(shuffled)
    assert measure(dataclasses.replace(transcript, turns=tuple(shuffled))) == measure(transcript)


@given(st.lists(turn_parts, max_size=15))
def test_numbers_are_finite_and_in_range_and_gaps_are_explained(parts):
    measured = measure(built(parts))
    for metric in measured.metrics:
        definition = DEFINITIONS[metric.definition]
        if metric.value is None:
            assert metric.unavailable_because
            continue
        assert math.isfinite(metric.value)
        assert metric.unavailable_because is None
        assert definition.lowest is None or metric.value >= definition.lowest - 1e-9
        assert definition.highest is None or metric.value <= definition.highest + 1e-9
    shares = [m.value for m in measured.metrics if m.definition == "talk_share/1" and m.value is not None]
    assert not shares or sum(shares) == pytest.approx(1.0)


@given(
    st.lists(turn_parts, min_size=1, max_size=15).filter(
        lambda parts: not any("I will" in p[3] for p in parts)
    )
)
def test_the_parties_change_places(parts):
    swapped = [({"agent": "customer", "customer": "agent"}[role], *rest) for role, *rest in parts]
    one, other = values(built(parts)), values(built(swapped))
    for name in (
        "talk_time",
        "interruptions",
        "turns",
        "longest_monologue",
        "response_latency",
        "backchannels",
    ):
        assert one[f"{name} agent"] == other[f"{name} customer"]
