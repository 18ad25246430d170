"""What holds for every record, whatever is in it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from keying_builders import layout

from qa_toolkit.domain.keying import CHARGED
from qa_toolkit.keying import Record, RecordComparer
from qa_toolkit.keying.made_applications import make_application
from qa_toolkit.keying.seeding import FIELD_KINDS, MEMBER_KINDS, found_errors, seed

COMPARER = RecordComparer(layout())
seeds = st.integers(min_value=0, max_value=10_000)


def application(number: int) -> Record:
    return make_application(layout(), number, Random(number))


def shuffled(record: Record, random: Random) -> Record:
    """The same record with groups, members and fields in another order."""

    def mixed(mapping):  # type: ignore[no-untyped-def]
        items = list(mapping.items())
        random.shuffle(items)
        return items

    groups = {
        g: {m: dict(mixed(values)) for m, values in mixed(members)} for g, members in mixed(record.groups)
    }
    return Record(record.id, groups, record.metadata)


@settings(deadline=None, max_examples=60)
@given(seeds)
def test_a_record_equals_itself_in_any_order(number: int) -> None:
    record = application(number)
    comparison = COMPARER.compare(shuffled(record, Random(number)), record)
    assert comparison.discrepancies == ()
    assert comparison.errors.total() == comparison.character_errors == 0
    assert comparison.active.total() == sum(1 for *_, entry in record.entries() if entry.value)


@settings(deadline=None, max_examples=60)
@given(seeds)
@example(158)  # the name keyed at one person is that of two others
@example(785)
def test_order_changes_nothing_where_there_are_errors(number: int) -> None:
    random = Random(number)
    made = seed(application(number), layout(), random.sample(FIELD_KINDS, 5), random)
    one = COMPARER.compare(made.keyed, made.reference)
    other = COMPARER.compare(shuffled(made.keyed, random), shuffled(made.reference, random))
    assert set(one.discrepancies) == set(other.discrepancies)
    assert one.active == other.active


@settings(deadline=None, max_examples=60)
@given(seeds)
def test_wrong_fields_are_active_fields(number: int) -> None:
    random = Random(number)
    kinds = [*random.sample(FIELD_KINDS, 5), random.choice(MEMBER_KINDS)]
    made = seed(application(number), layout(), kinds, random)
    comparison = COMPARER.compare(made.keyed, made.reference)
    assert all(errors <= comparison.active[place] for place, errors in comparison.errors.items())
    charged = [d for d in comparison.discrepancies if d.kind in CHARGED and d.field]
    assert comparison.errors.total() == len(charged)


@pytest.mark.parametrize("kind", [*FIELD_KINDS, *MEMBER_KINDS])
def test_a_seeded_error_is_found_as_what_it_is(kind: str) -> None:
    tried = found = 0
    for number in range(60):
        made = seed(application(number), layout(), [kind], Random(number))
        if not made.errors:
            continue
        tried += 1
        comparison = COMPARER.compare(made.keyed, made.reference)
        found += found_errors(comparison.discrepancies) == set(made.errors)
    assert tried >= 8
    assert found / tried >= 0.97
