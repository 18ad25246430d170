"""Households that are easily mixed up: whose income it is, who is what to whom, and what it comes to a year."""

from __future__ import annotations

from decimal import Decimal

import pytest
from keying_builders import compared, kinds, layout, record

from qa_toolkit.keying.layout import FieldSpec
from qa_toolkit.keying.rules import LayoutRules
from qa_toolkit.keying.yearly import yearly_amount, yearly_field

Values = dict[str, str]


def member(group: str, label: str, **values: str) -> Values:
    return {f"{group}.{label}.{name}": value for name, value in values.items()}


def person(
    label: str, first: str, last: str = "Garcia", born: str = "", ssn: str = "", **more: str
) -> Values:
    values = {"first_name": first, "last_name": last, "date_of_birth": born, "ssn": ssn, **more}
    return member("person", label, **{name: value for name, value in values.items() if value})


def income(label: str, first: str, source: str, amount: str, often: str = "weekly", **more: str) -> Values:
    names = {"person_first_name": first, "income_name": source, "amount": amount, "frequency": often}
    return member("income", label, **names, **more)


def relation(label: str, one: str, other: str, what: str) -> Values:
    return member("relationship", label, from_person=one, to_person=other, relationship=what)


ANA = person("1", "Ana", born="07/14/1986", ssn="912-34-5678")
LUIS = person("2", "Luis", born="01/02/1985", ssn="987-65-1111")
EVA = person("3", "Eva", born="05/05/2015", ssn="955-11-2222")
HOME = {**ANA, **LUIS, **EVA}


INCOMES = {
    # name: (keyed, reference, kinds)
    "same employer and amount, in the other order": (
        {**income("1", "Luis", "Valley Farm", "$900.00"), **income("2", "Ana", "Valley Farm", "$900.00")},
        {**income("1", "Ana", "Valley Farm", "$900.00"), **income("2", "Luis", "Valley Farm", "$900.00")},
        {},
    ),
    "the owner's name mistyped in one of two incomes of the same amount": (
        {**income("1", "Lius", "Valley Farm", "$900.00"), **income("2", "Ana", "Valley Farm", "$900.00")},
        {**income("1", "Ana", "Valley Farm", "$900.00"), **income("2", "Luis", "Valley Farm", "$900.00")},
        {"income.2.person_first_name": "transposed"},
    ),
    "two jobs of one person in the other order": (
        {**income("1", "Ana", "Central Bakery", "$300.00"), **income("2", "Ana", "Valley Farm", "$900.00")},
        {**income("1", "Ana", "Valley Farm", "$900.00"), **income("2", "Ana", "Central Bakery", "$300.00")},
        {},
    ),
    "an income keyed under another person": (
        income("1", "Luis", "Valley Farm", "$900.00"),
        income("1", "Ana", "Valley Farm", "$900.00"),
        {"income.1.person_first_name": "wrong_member"},
    ),
    "the incomes of two persons exchanged": (
        {**income("1", "Luis", "Valley Farm", "$900.00"), **income("2", "Ana", "Central Bakery", "$300.00")},
        {**income("1", "Ana", "Valley Farm", "$900.00"), **income("2", "Luis", "Central Bakery", "$300.00")},
        {"income.1.income_name": "wrong_member", "income.1.amount": "wrong_member"},
    ),
    "a person keyed under another's first name, the incomes right": (
        {
            **person("2", "Ana", born="01/02/1985", ssn="987-65-1111"),
            "person.1.middle_name": "Eva",
            **income("1", "Ana", "Valley Farm", "$900.00"),
            **income("2", "Luis", "Valley Farm", "$300.00"),
        },
        {
            **LUIS,
            "person.1.middle_name": "Eva",
            **income("1", "Ana", "Valley Farm", "$900.00"),
            **income("2", "Luis", "Valley Farm", "$300.00"),
        },
        {"person.2.first_name": "wrong_member"},
    ),
    "the second income not keyed": (
        income("1", "Luis", "Valley Farm", "$900.00"),
        {**income("1", "Ana", "Valley Farm", "$900.00"), **income("2", "Luis", "Valley Farm", "$900.00")},
        {"income.1": "missed_member"},
    ),
}


@pytest.mark.parametrize("name", INCOMES)
def test_incomes_are_linked_to_their_person_first(name: str) -> None:
    keyed, reference, expected = INCOMES[name]
    assert kinds(compared({**HOME, **keyed}, {**HOME, **reference})) == expected


def test_father_and_son_of_one_name_are_told_apart_by_their_suffix() -> None:
    home = {
        **person("1", "Jose", born="07/14/1960", suffix="Sr"),
        **person("2", "Jose", born="01/02/1985", suffix="Jr"),
    }
    pay = ("Valley Farm", "$900.00")
    reference = {
        **home,
        **income("1", "Jose", *pay, person_suffix="Sr"),
        **income("2", "Jose", *pay, person_suffix="Jr"),
    }
    keyed = {
        **home,
        **income("1", "Jose", *pay, person_suffix="Jr"),
        **income("2", "Jose", *pay, person_suffix="Sr"),
    }
    assert kinds(compared(keyed, reference)) == {}
    keyed |= {"income.1.amount": "$700.00"}
    assert kinds(compared(keyed, reference)) == {"income.2.amount": "wrong_value"}


def test_incomes_follow_persons_keyed_in_one_anothers_place() -> None:
    keyed = {**person("1", "Luis", born="01/02/1985", ssn="987-65-1111"),
             **person("2", "Ana", born="07/14/1986", ssn="912-34-5678"), **EVA}  # fmt: skip
    pay = {**income("1", "Ana", "Valley Farm", "$900.00"), **income("2", "Luis", "Valley Farm", "$900.00")}
    assert kinds(compared({**keyed, **pay}, {**HOME, **pay})) == {"person.1+2": "column_swap"}


RELATIONS = {
    # name: (keyed edges, reference edges, kinds)
    "in the same words": ([("3", "1", "child")], [("3", "1", "child")], {}),
    "said from the other side": ([("1", "3", "parent")], [("3", "1", "child")],
                                 {"relationship.1.relationship": "format_only"}),
    "turned round": ([("1", "3", "child")], [("3", "1", "child")],
                     {"relationship.1.relationship": "wrong_code"}),
    "another relation": ([("3", "1", "sibling")], [("3", "1", "child")],
                         {"relationship.1.relationship": "wrong_code"}),
    "spouses either way": ([("2", "1", "Spouse")], [("1", "2", "spouse")],
                           {"relationship.1.relationship": "format_only"}),
    "a code without an inverse is not turned: one missed, one too many": (
        [("1", "3", "cousin once removed")],
        [("3", "1", "cousin once removed")],
        {"relationship.1": "extra_member"},
    ),
    "both directions on paper, both keyed": (
        [("3", "1", "child"), ("1", "3", "parent")], [("1", "3", "parent"), ("3", "1", "child")], {}),
    "one of three missing": ([("2", "1", "spouse"), ("3", "2", "child")],
                             [("2", "1", "spouse"), ("3", "1", "child"), ("3", "2", "child")],
                             {"relationship.2": "missed_member"}),
}  # fmt: skip


@pytest.mark.parametrize("name", RELATIONS)
def test_relations_are_directed(name: str) -> None:
    sides = [
        {k: v for n, edge in enumerate(edges, start=1) for k, v in relation(str(n), *edge).items()}
        for edges in RELATIONS[name][:2]
    ]
    assert kinds(compared({**HOME, **sides[0]}, {**HOME, **sides[1]})) == RELATIONS[name][2]


def test_relations_that_contradict_one_another_in_the_reference_are_said() -> None:
    edges = {**relation("1", "3", "1", "child"), **relation("2", "1", "3", "sibling")}
    (note,) = compared({**HOME, **edges}, {**HOME, **edges}).notes
    assert "relationship 1 and 2 contradict one another" in note
    fine = {**relation("1", "3", "1", "child"), **relation("2", "1", "3", "parent")}
    assert compared({**HOME, **fine}, {**HOME, **fine}).notes == ()


@pytest.mark.parametrize(
    ("amount", "often", "more", "yearly"),
    [
        ("$900.00", "weekly", {}, "46800"),
        ("$1,200.00", "every_2_weeks", {}, "31200"),
        ("1200", "twice_a_month", {}, "28800"),
        ("1200", "Monthly", {}, "14400"),
        ("36000", "annually", {}, "36000"),
        ("500", "one_time", {}, "500"),
        ("18.50", "hourly", {"hours_per_week": "40"}, "38480"),
        ("100", "daily", {"days_per_week": "5"}, "26000"),
        ("18.50", "hourly", {}, None),
        ("100", "daily", {}, None),
        ("1200", "now and then", {}, None),
        ("twelve hundred", "monthly", {}, None),
        ("1200", "(illegible)", {}, None),
    ],
)
def test_what_an_amount_comes_to_a_year(amount: str, often: str, more: Values, yearly: str | None) -> None:
    group = layout().by_id["income"]
    frequency = yearly_field(group)
    assert frequency is not None
    values = record(income("1", "Ana", "Valley Farm", amount, often, **more)).groups["income"]["1"]
    found = yearly_amount(values, group, frequency, LayoutRules(layout()))
    assert found == (None if yearly is None else Decimal(yearly))


def test_a_wrong_period_changes_the_yearly_income_by_26_over_12() -> None:
    reference = {**HOME, **income("1", "Ana", "Valley Farm", "$1,200.00", "every_2_weeks")}
    comparison = compared({**reference, "income.1.frequency": "monthly"}, reference)
    (found,) = comparison.yearly
    assert (found.owner, found.keyed, found.reference, found.explained) == ("1", "14400.00", "31200.00", True)
    assert (comparison.yearly_compared, comparison.notes) == (1, ())


def test_a_yearly_income_that_differs_while_every_field_agrees_points_at_the_layout() -> None:
    def never_compared(spec: FieldSpec) -> FieldSpec:
        never = {"active_when": {"frequency": ("never",)}}
        return spec.model_copy(update=never if spec.id == "hours_per_week" else {})

    groups = tuple(
        group.model_copy(update={"fields": tuple(never_compared(spec) for spec in group.fields)})
        for group in layout().groups
    )
    odd = layout().model_copy(update={"groups": groups})
    reference = {**HOME, **income("1", "Ana", "Valley Farm", "18.50", "hourly", hours_per_week="40")}
    comparison = compared({**reference, "income.1.hours_per_week": "20"}, reference, odd)
    assert kinds(comparison) == {}
    assert [difference.explained for difference in comparison.yearly] == [False]
    assert "the layout equates values that differ" in comparison.notes[0]


def test_incomes_nobody_can_be_linked_to_have_no_yearly_sum() -> None:
    stranger = income("1", "Quentin", "Valley Farm", "$900.00")
    assert compared({**HOME, **stranger}, {**HOME, **stranger}).yearly_compared == 0


PEOPLE = {
    # name: (keyed persons, reference persons, kinds)
    "twins in one another's column": (
        {**person("1", "Maria", born="05/05/2015"), **person("2", "Mario", born="05/05/2015")},
        {**person("1", "Mario", born="05/05/2015"), **person("2", "Maria", born="05/05/2015")},
        {"person.1+2": "column_swap"},
    ),
    "a typo in one twin's name": (
        {**person("1", "Maria", born="05/05/2015"), **person("2", "Marlo", born="05/05/2015")},
        {**person("1", "Maria", born="05/05/2015"), **person("2", "Mario", born="05/05/2015")},
        {"person.2.first_name": "wrong_value"},
    ),
    "father and son of one name, exchanged": (
        {**person("1", "Jose", born="01/02/1985"), **person("2", "Jose", born="07/14/1960")},
        {**person("1", "Jose", born="07/14/1960"), **person("2", "Jose", born="01/02/1985")},
        {"person.1+2": "column_swap"},
    ),
    "a newborn without a number, month and day exchanged": (
        {**LUIS, **person("3", "Eva", born="2025-05-11")},
        {**LUIS, **person("3", "Eva", born="11/05/2025")},
        {"person.3.date_of_birth": "transposed"},
    ),
    "a hyphenated surname keyed with a space": (
        person("1", "Ana", "Garcia Lopez", "07/14/1986"),
        person("1", "Ana", "Garcia-Lopez", "07/14/1986"),
        {"person.1.last_name": "wrong_value"},
    ),
    "a double surname with the second in the middle name": (
        person("1", "Ana", "Garcia", "07/14/1986", middle_name="Lopez"),
        person("1", "Ana", "Garcia Lopez", "07/14/1986"),
        {"person.1.last_name": "wrong_value", "person.1.middle_name": "extra"},
    ),
    "accents left out": (
        person("1", "Jose", "Peña Núñez", "07/14/1986"),
        person("1", "José", "Pena Nuñez", "07/14/1986"),
        {"person.1.first_name": "format_only", "person.1.last_name": "format_only"},
    ),
    "exchanged while the one between them is missing": (
        {**person("1", "Eva", born="05/05/2015", ssn="955-11-2222"),
         **person("2", "Ana", born="07/14/1986", ssn="912-34-5678")},
        HOME,
        {"person.1+3": "column_swap", "person.2": "missed_member"},
    ),
    "shifted because the first is missing": (
        {**person("1", "Luis", born="01/02/1985", ssn="987-65-1111"),
         **person("2", "Eva", born="05/05/2015", ssn="955-11-2222")},
        HOME,
        {"person.1": "missed_member"},
    ),
    "a column left empty": (
        {**ANA, **person("4", "Luis", born="01/02/1985", ssn="987-65-1111")},
        {**ANA, **LUIS},
        {},
    ),
    "three in a ring": (
        {**person("1", "Luis", born="01/02/1985", ssn="987-65-1111"),
         **person("2", "Eva", born="05/05/2015", ssn="955-11-2222"),
         **person("3", "Ana", born="07/14/1986", ssn="912-34-5678")},
        HOME,
        {"person.1+3+2": "column_swap"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_people_who_are_easily_mixed_up(name: str) -> None:
    keyed, reference, expected = PEOPLE[name]
    assert kinds(compared(keyed, reference)) == expected
