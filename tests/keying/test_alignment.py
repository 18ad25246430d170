"""Pairing of members: the published costs, and households with mistyped keys."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keying_builders import layout

from qa_toolkit.keying.alignment import EXCHANGED, Alignment, align, distance, known_distance
from qa_toolkit.keying.layout import DEFAULT_NO_MATCH_COST
from qa_toolkit.keying.normalisers import rule_for

WEIGHTS = {"ssn": 0.35, "date_of_birth": 0.30, "first_name": 0.20, "last_name": 0.10, "gender": 0.05}
ANA = {"ssn": "912345678", "date_of_birth": "1986-07-14", "first_name": "ana", "last_name": "garcia"}
LUIS = {"ssn": "987651111", "date_of_birth": "2010-01-02", "first_name": "luis", "last_name": "garcia"}


@pytest.mark.parametrize(
    ("one", "other", "cost"),
    [
        (ANA, ANA, 0.025),
        ({**ANA, "gender": "f"}, {**ANA, "gender": "f"}, 0.0),
        ({}, ANA, 0.5),
        ({}, {}, 0.5),
        # One of nine digits: twice 1/9 of .35; gender unknown.
        (ANA, {**ANA, "ssn": "912345679"}, 0.025 + 0.35 * 2 / 9),
        # A swap of neighbours is one edit.
        (ANA, {**ANA, "ssn": "912345687"}, 0.025 + 0.35 * 2 / 9),
    ],
)
def test_cost_of_a_pair(one: dict[str, str], other: dict[str, str], cost: float) -> None:
    assert distance(one, other, WEIGHTS) == pytest.approx(cost)


def test_a_distance_over_too_little_is_no_resemblance() -> None:
    assert known_distance({"last_name": "garcia"}, ANA, WEIGHTS) == 1.0
    assert known_distance(ANA, ANA, WEIGHTS) == 0.0


def paired(reference: dict[str, dict[str, str]], keyed: dict[str, dict[str, str]]) -> Alignment:
    return align(reference, keyed, WEIGHTS, DEFAULT_NO_MATCH_COST)


def test_pairs_swaps_shifts_strangers_and_copies() -> None:
    stranger = {
        "ssn": "900112222",
        "date_of_birth": "1951-11-23",
        "first_name": "quentin",
        "last_name": "zapata",
    }
    assert paired({"1": ANA, "2": LUIS}, {"1": LUIS, "2": ANA}).cycles == (("1", "2"),)
    shift = paired({"1": stranger, "2": ANA, "3": LUIS}, {"1": ANA, "2": LUIS})
    assert (shift.missed, shift.cycles) == (("1",), ())
    assert paired({"1": ANA}, {"1": ANA, "2": stranger}).extra == ("2",)
    assert paired({"1": ANA}, {"1": ANA, "2": ANA}).duplicated == (("2", "1"),)
    assert paired({}, {"1": ANA}).extra == ("1",)
    three = paired({"1": ANA, "2": LUIS, "3": stranger}, {"1": LUIS, "2": stranger, "3": ANA})
    assert three.cycles == (("1", "3", "2"),)


def test_members_without_keys_pair_by_their_label() -> None:
    assert paired({"1": {}, "2": {}}, {"2": {}, "1": {}}).pairs == (("1", "1"), ("2", "2"))


@settings(deadline=None)
@given(st.lists(st.sampled_from("abcdef"), unique=True), st.lists(st.sampled_from("abcdef"), unique=True))
def test_every_member_is_paired_missed_extra_or_a_copy(ours: list[str], theirs: list[str]) -> None:
    people = {c: {**LUIS, "ssn": c * 9, "first_name": c * 5, "date_of_birth": c * 10} for c in "abcdef"}
    found = paired({c: people[c] for c in ours}, {c: people[c] for c in theirs})
    assert {r for r, _ in found.pairs} | set(found.missed) == set(ours)
    assert {k for _, k in found.pairs} | set(found.extra) | {k for k, _ in found.duplicated} == set(theirs)
    assert all(r == k for r, k in found.pairs)


def mistyped(text: str, random: Random) -> str:
    at = random.randrange(len(text))
    return text[:at] + random.choice("abcdefghij0123456789") + text[at + 1 :]


def test_members_are_found_although_15_percent_of_their_fields_are_mistyped() -> None:
    """As in the published simulation: 20 % without a number, 30 % of households with two columns exchanged."""
    random, right, members = Random(5), 0, 0
    group = layout().by_id["person"]
    rule = rule_for(group.by_id["date_of_birth"])
    for _ in range(400):
        size = random.randint(2, 6)
        people = {}
        for label in range(1, size + 1):
            person = {
                "ssn": f"{random.randrange(10**9):09}",
                "date_of_birth": rule(
                    f"{random.randint(1940, 2024)}-{random.randint(1, 12)}-{random.randint(1, 28)}"
                ).key,
                "first_name": "".join(random.choices("abcdefghijklmnoprstuvy", k=random.randint(3, 9))),
                "last_name": "garcia",
                "gender": random.choice(("female", "male")),
            }
            if random.random() < 0.2:
                del person["ssn"]
            people[str(label)] = person
        keyed = {
            label: {n: mistyped(v, random) if random.random() < 0.15 else v for n, v in person.items()}
            for label, person in people.items()
        }
        truth = {label: label for label in people}
        if random.random() < 0.3:
            one, other = random.sample(sorted(people), 2)
            keyed[one], keyed[other] = keyed[other], keyed[one]
            truth[one], truth[other] = other, one
        found = dict(align(people, keyed, group.weights, group.no_match_cost).pairs)
        right += sum(found.get(label) == partner for label, partner in truth.items())
        members += size
    assert right / members >= 0.999


def test_first_and_last_name_in_each_others_place_are_the_same_person() -> None:
    weights = {"ssn": 0.35, "born": 0.3, "first": 0.2, "last": 0.15}
    paper = {"1": {"ssn": "6637214", "first": "kale", "last": "tschirn"}}
    keyed = {"1": {"ssn": "6637214", "first": "tschirn", "last": "kale"}}
    assert align(paper, {"2": keyed["1"]}, weights, 0.25).pairs == ()
    assert align(paper, {"2": keyed["1"]}, weights, 0.25, names=("first", "last")).pairs == (("1", "2"),)
    assert distance(paper["1"], keyed["1"], weights, ("first", "last")) == pytest.approx(0.15 + EXCHANGED)
    # Where they stand right, nothing changes, and a stranger does not come near.
    assert distance(paper["1"], paper["1"], weights, ("first", "last")) == pytest.approx(0.15)
    stranger = {"ssn": "1112223", "first": "kim", "last": "lee"}
    assert distance(paper["1"], stranger, weights, ("first", "last")) > 0.5
