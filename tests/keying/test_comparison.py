"""The taxonomy in its stated order: one row is what was keyed over what stands on the paper."""

from __future__ import annotations

import pytest
from keying_builders import compared, kinds, layout, place

from qa_toolkit.domain.keying import CHARGED
from qa_toolkit.keying import parse_layout

ANA = {
    "person.1.first_name": "Ana",
    "person.1.middle_name": "Elena",
    "person.1.last_name": "Garcia",
    "person.1.date_of_birth": "07/14/1986",
    "person.1.ssn": "912-34-5678",
    "person.1.home_street": "12 Oak Street",
    "person.1.phone": "(916) 555-0123",
    "person.1.marital_status": "married",
}
LUIS = {
    "person.2.first_name": "Luis",
    "person.2.last_name": "Garcia",
    "person.2.date_of_birth": "01/02/2010",
    "person.2.ssn": "987-65-1111",
    "person.2.applying": "yes",
    "person.2.marital_status": "single",
}
PAY = {
    "income.1.person_first_name": "Ana",
    "income.1.income_name": "Valley Farm",
    "income.1.amount": "$1,200.00",
    "income.1.frequency": "every_2_weeks",
}
FORM = {"contact.first_name": "Ana", "contact.phone": "(916) 555-0123", **ANA, **LUIS, **PAY}


def keyed(**changes: str) -> dict[str, str]:
    """The form as keyed, with some fields changed; double underscores stand for dots."""
    return {**FORM, **{name.replace("__", "."): value for name, value in changes.items()}}


@pytest.mark.parametrize(
    ("field", "typed", "kind"),
    [
        ("person.1.first_name", "", "missing"),
        ("person.2.middle_name", "Pablo", "extra"),
        ("person.1.first_name", "Luis", "wrong_member"),
        ("person.2.date_of_birth", "07/14/1986", "wrong_member"),
        ("person.2.ssn", "912345678", "wrong_member"),
        ("person.1.first_name", "Elena", "mis_fielded"),
        ("person.2.middle_name", "Garcia", "mis_fielded"),
        ("income.1.frequency", "monthly", "wrong_frequency"),
        ("income.1.amount", "12000", "decimal_shift"),
        ("income.1.amount", "$12.00", "decimal_shift"),
        ("income.1.amount", "2100", "transposed"),
        ("income.1.amount", "1250", "wrong_value"),
        ("person.1.last_name", "Garica", "transposed"),
        ("person.1.date_of_birth", "07/14/1968", "transposed"),
        ("person.2.date_of_birth", "02/01/2010", "transposed"),
        ("person.1.date_of_birth", "14/07/1986", "transposed"),
        ("person.1.date_of_birth", "1986-14-07", "transposed"),
        ("person.1.date_of_birth", "02/30/1986", "wrong_value"),
        ("person.1.ssn", "912-34-5687", "transposed"),
        ("person.1.marital_status", "single", "wrong_code"),
        ("person.2.applying", "no", "wrong_code"),
        ("person.1.home_street", "12 Oaks Street", "wrong_value"),
        ("person.1.home_street", "12 OAK ST", "format_only"),
        ("person.1.phone", "9165550123", "format_only"),
        ("person.1.date_of_birth", "1986-07-14", "format_only"),
        ("person.1.first_name", "ANA", "format_only"),
    ],
)
def test_one_wrong_field_gets_one_kind(field: str, typed: str, kind: str) -> None:
    comparison = compared({**FORM, field: typed}, FORM)
    assert kinds(comparison) == {field: kind}
    assert comparison.errors.total() == (kind in CHARGED)


@pytest.mark.parametrize(
    ("typed", "slip"),
    [("12 Ok Street", "dropped"), ("12 Oakk Street", "doubled"), ("12 Ozk Street", "adjacent_key"),
     ("12 Omk Street", "substitution"), ("12 Oank Street", "inserted"), ("77 Elm Lane", None)],
)  # fmt: skip
def test_a_wrong_value_says_which_slip_explains_it(typed: str, slip: str | None) -> None:
    (found,) = compared(keyed(person__1__home_street=typed), FORM).discrepancies
    assert (found.kind, found.detail) == ("wrong_value", slip)


@pytest.mark.parametrize(
    ("mark", "typed", "kind"),
    [
        ("(illegible)", "", "illegible"),
        ("(illegible)", "Ana", "unreadable_guessed"),
        ("(illegible)", "(illegible)", None),
        ("(ambiguous_mark)", "Ana", "ambiguous_mark"),
        ("(crossed_out)", "Ana", "crossed_out"),
        ("(crossed_out)", "(crossed_out)", None),
        ("(source_conflict)", "Ana", "source_conflict"),
        ("(blank)", "Ana", "extra"),
        ("Ana", "(illegible)", "missing"),
    ],
)
def test_what_the_paper_leaves_open_is_charged_to_nobody(mark: str, typed: str, kind: str | None) -> None:
    reference = {**FORM, "contact.first_name": mark}
    comparison = compared({**FORM, "contact.first_name": typed}, reference)
    assert kinds(comparison) == ({} if kind is None else {"contact.first_name": kind})
    assert comparison.errors.total() == (kind in ("extra", "missing"))
    assert comparison.active["contact", "first_name"] == (kind in ("extra", "missing"))


def test_both_boxes_marked_on_paper_is_an_ambiguous_mark() -> None:
    reference = {**FORM, "person.2.applying": "yes;no"}
    assert kinds(compared(FORM, reference)) == {"person.2.applying": "ambiguous_mark"}
    assert kinds(compared(keyed(person__2__applying="yes;no"), FORM)) == {"person.2.applying": "wrong_code"}


def test_a_wrong_period_is_critical_whatever_the_layout_says() -> None:
    (found,) = compared(keyed(income__1__frequency="monthly"), FORM).discrepancies
    assert (found.kind, found.criticality) == ("wrong_frequency", "A")
    both = compared(keyed(income__1__frequency="monthly", income__1__amount="999"), FORM)
    assert kinds(both)["income.1.frequency"] == "wrong_code"


def test_a_value_in_the_wrong_field_and_its_empty_place_are_one_root_error() -> None:
    comparison = compared(keyed(person__1__first_name="Elena", person__1__middle_name=""), FORM)
    assert kinds(comparison) == {"person.1.first_name": "mis_fielded"}
    assert kinds(comparison, roots_only=False)["person.1.middle_name"] == "missing"
    assert comparison.errors.total() == 2


def test_two_fields_exchanged_are_one_root_error() -> None:
    comparison = compared(keyed(person__1__first_name="Elena", person__1__middle_name="Ana"), FORM)
    assert [(d.kind, d.root is None) for d in comparison.discrepancies] == [
        ("mis_fielded", True),
        ("mis_fielded", False),
    ]


def swapped(form: dict[str, str]) -> dict[str, str]:
    """Persons 1 and 2 in each other's column."""
    exchange = {"1": "2", "2": "1"}
    made = {}
    for name, value in form.items():
        group, _, rest = name.partition(".")
        if group == "person":
            label, _, field = rest.partition(".")
            made[f"person.{exchange[label]}.{field}"] = value
        else:
            made[name] = value
    return made


def test_two_columns_exchanged_are_one_root_error_and_their_fields_are_affected() -> None:
    comparison = compared(swapped(FORM), FORM)
    assert kinds(comparison) == {"person.1+2": "column_swap"}
    affected = [d for d in comparison.discrepancies if d.root == "column_swap:person:1+2"]
    # All but the last name, which both share.
    assert len(affected) == comparison.errors.total() == len(ANA) + len(LUIS) - 2
    assert {d.kind for d in affected} == {"wrong_member", "missing"}


def test_an_error_inside_exchanged_columns_stays_an_error_of_its_own() -> None:
    comparison = compared({**swapped(FORM), "person.2.ssn": "912-34-5687"}, FORM)
    assert kinds(comparison) == {"person.1+2": "column_swap", "person.1.ssn": "transposed"}


def test_order_of_incomes_means_nothing() -> None:
    second = {name.replace("income.1", "income.2"): v for name, v in PAY.items()}
    second |= {"income.2.income_name": "Central Bakery", "income.2.amount": "$300.00"}
    reference = {**FORM, **second}
    exchanged = {name.replace("income.1", "x").replace("income.2", "income.1").replace("x", "income.2"): value
                 for name, value in reference.items()}  # fmt: skip
    assert kinds(compared(exchanged, reference)) == {}


def test_a_missed_person_is_one_root_error() -> None:
    comparison = compared({n: v for n, v in FORM.items() if not n.startswith("person.2")}, FORM)
    assert kinds(comparison) == {"person.2": "missed_member"}
    assert comparison.errors.total() == len(LUIS)


def test_a_person_keyed_in_the_place_of_a_missed_one_is_not_a_swap() -> None:
    three = {name.replace("person.2", "person.3"): v for name, v in LUIS.items()}
    three |= {
        "person.3.first_name": "Sofia",
        "person.3.ssn": "955-11-2222",
        "person.3.date_of_birth": "05/05/2012",
    }
    reference = {**FORM, **three}
    typed = {name.replace("person.3", "person.2"): value for name, value in {**FORM, **three}.items()
             if not name.startswith("person.2")}  # fmt: skip
    assert kinds(compared(typed, reference)) == {"person.2": "missed_member"}


def test_a_stranger_and_a_copy_are_told_apart() -> None:
    stranger = {
        "person.3.first_name": "Quentin",
        "person.3.last_name": "Zapata",
        "person.3.ssn": "933-22-4444",
    }
    copy = {name.replace("person.2", "person.4"): value for name, value in LUIS.items()}
    comparison = compared({**FORM, **stranger, **copy}, FORM)
    assert kinds(comparison) == {"person.3": "extra_member", "person.4": "duplicated_member"}


def test_a_person_without_any_key_stays_where_it_is() -> None:
    bare = {"person.3.applying": "yes"}
    assert kinds(compared({**FORM, **bare}, {**FORM, **bare})) == {}
    assert kinds(compared({**FORM, "person.3.applying": "no"}, {**FORM, **bare})) == {
        "person.3.applying": "wrong_code"
    }


def test_relationships_follow_the_persons() -> None:
    edge = {
        "relationship.1.from_person": "2",
        "relationship.1.to_person": "1",
        "relationship.1.relationship": "child",
    }
    reference = {**FORM, **edge}
    renumbered = {"relationship.1.from_person": "1", "relationship.1.to_person": "2",
                  "relationship.1.relationship": "child"}  # fmt: skip
    assert kinds(compared({**swapped(FORM), **renumbered}, reference)) == {"person.1+2": "column_swap"}
    assert kinds(compared({**swapped(FORM), **edge}, reference)) == {"person.1+2": "column_swap"}
    assert kinds(compared({**FORM, **edge, "relationship.1.relationship": "parent"}, reference)) == {
        "relationship.1.relationship": "wrong_code"
    }


@pytest.mark.parametrize(
    ("pregnant", "paper", "typed", "kind"),
    [
        ("yes", "01/05/2026", "", "missing"),
        ("no", "01/05/2026", "", None),
        ("no", "", "01/05/2026", "extra"),
        ("(illegible)", "01/05/2026", "", "missing"),
    ],
)
def test_a_field_counts_where_its_rule_holds_on_paper(
    pregnant: str, paper: str, typed: str, kind: str | None
) -> None:
    base = {**FORM, "person.1.pregnant": pregnant}
    comparison = compared({**base, "person.1.due_date": typed}, {**base, "person.1.due_date": paper})
    assert kinds(comparison) == ({} if kind is None else {"person.1.due_date": kind})


@pytest.mark.parametrize(
    "rule", ["{gate: yes}", "{gate: [yes, maybe]}", "gate = yes", "gate == 'yes'", "gate"]
)
def test_ways_to_write_an_active_rule(rule: str) -> None:
    text = f"""
id: small
version: 1.0.0
title: Small
groups:
  - id: one
    fields:
      - {{id: gate, type: checkbox, normaliser: yes_no}}
      - {{id: more, type: text, active_when: {rule}}}
"""
    small = parse_layout(text).layout
    closed = "" if rule == "gate" else "no"
    for gate, counted in (("yes", True), (closed, False)):
        paper = {"one.gate": gate, "one.more": "oak"}
        assert bool(kinds(compared({**paper, "one.more": ""}, paper, small))) is counted


def test_identifiers_are_masked_wherever_they_were_keyed() -> None:
    comparison = compared(keyed(person__1__ssn="912-34-5687", contact__last_name="912-34-5678"), FORM)
    shown = {place(d): (d.keyed, d.reference) for d in comparison.discrepancies}
    assert shown == {
        "person.1.ssn": ("***-**-5687", "***-**-5678"),
        "contact.last_name": ("***-**-5678", None),
    }


def test_texts_in_nearly_the_same_words_are_errors_that_want_a_look() -> None:
    (found,) = compared(keyed(income__1__income_name="Farm Valley"), FORM).discrepancies
    assert (found.kind, found.state) == ("wrong_value", "review")


def test_words_for_blank_mean_blank_only_where_the_layout_says_so() -> None:
    text = """
id: small
version: 1.0.0
title: Small
groups:
  - id: one
    fields:
      - {id: middle, type: name, blank_values: [n/a, none]}
      - {id: filer, type: name}
"""
    small = parse_layout(text).layout
    comparison = compared(
        {"one.middle": "N/A", "one.filer": "none"}, {"one.middle": "", "one.filer": ""}, small
    )
    assert kinds(comparison) == {"one.filer": "extra"}


def test_all_fields_can_be_the_denominator() -> None:
    every = layout().model_copy(update={"counting": "all"})
    comparison = compared({"contact.first_name": "Ana"}, {"contact.first_name": "Ana"}, every)
    assert comparison.active.total() == len(every.by_id["contact"].fields)
    assert compared({"contact.first_name": "Ana"}, {"contact.first_name": "Ana"}).active.total() == 1
