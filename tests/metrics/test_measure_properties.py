"""What holds of the metrics of every conversation."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from made_calls import TALK, values

from qa_toolkit.domain import Role, Transcript, Turn
from qa_toolkit.metrics import DEFINITIONS, measure

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
    # Turns of both parties that begin at the very same moment have no order but that of their roles.
    begun = [{start for role, start, *_ in parts if role == each} for each in ("agent", "customer")]
    assume(begun[0].isdisjoint(begun[1]))
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
