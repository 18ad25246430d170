"""Who speaks when, and what must be measured. Add a row to a table to add a case."""

from __future__ import annotations

import pytest
from made_calls import CALL_AI_METRICS, TALK, call, values

from qa_toolkit.domain import Event, Role, Transcript, Turn, Word
from qa_toolkit.metrics import measure

# --- published examples ------------------------------------------------------------------------------------


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
    (
        "a long silence that nobody announced stays dead air",
        "A 0-4 | C 4-5 Okay. | A 70-72",
        {"hold": 0.0, "dead_air": 65.0},
    ),
    # what vendors count
    (
        "silences of 3 s and longer",
        "A 0-2 | C 4-6 | A 10-12 | C 18-20",
        {"silence_count": 2, "mean_silence": 5.0, "shortest_silence": 4.0, "longest_silence": 6.0},
    ),
    (
        "no long silence has no length",
        "A 0-2 | C 3-5",
        {"silence_count": 0, "mean_silence": None, "shortest_silence": None},
    ),
    (
        "speaking at once",
        "A 0-5 | C 4-8 | A 7.8-14 | C 10-14",
        {
            "overlap_count": 2,
            "mean_overlap": 2.5,
            "shortest_overlap": 1.0,
            "longest_overlap": 4.0,
            "interruptions_by_length": 1,
            "overtalk_share customer": 1.0,
            "overtalk_share agent": 0.5,
        },
    ),
    (
        "an overlap of 3 s is not longer than 3 s",
        "A 0-5 | C 2-8",
        {"interruptions_by_length": 0, "interruptions": 1, "overtalk_share agent": 0.0},
    ),
    (
        "customer and interpreter are one side",
        "A 0-1 | C 2-9 | I 3-8",
        {"interruptions_by_length": 0, "longest_overlap": 5.0, "overtalk_share interpreter": 0.0},
    ),
    (
        "the time of turns is not drawn in",
        "A 0-5 | C 4-8",
        {"talk_time_of_turns agent": 5.0, "talk_time_of_turns customer": 4.0, "talk_time_of_turns": 9.0},
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


def test_the_first_word_of_a_sentence_is_no_backchannel():
    words = [
        Word("Okay,", 4.0, 4.3),
        Word("what's", 4.58, 4.8),
        Word("your", 4.8, 5.0),
        Word("date?", 5.0, 5.6),
    ]
    agent = Turn(2, Role.AGENT, "Okay,", 4.0, 4.3, words=tuple(words[:1]))
    goes_on = Turn(3, Role.AGENT, "what's your date?", 4.58, 5.6, words=tuple(words[1:]))
    customer = Turn(1, Role.CUSTOMER, TALK, 0.0, 5.5)
    measured = measure(Transcript("case", (customer, agent, goes_on)))
    cuts = [(e.start_s, e.end_s) for e in measured.events if e.kind == "interruption"]
    assert cuts == [(4.0, 5.5)]
    assert not [e for e in measured.events if e.kind == "backchannel"]
