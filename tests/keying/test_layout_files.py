"""Record layouts: every fault with its line and what is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
from keying_builders import layout, shipped

from qa_toolkit.errors import LayoutError
from qa_toolkit.keying import lint_layout, load_layout, parse_layout

GOOD = """\
id: small
version: 1.0.0
title: Small
groups:
  - id: person
    repeats: true
    align_on: {name: 1}
    fields:
      - {id: name, type: name, label: {en: Name, es: Nombre}}
      - {id: amount, type: money, label: {en: Amount, es: Cantidad}}
      - {id: period, type: frequency, amount_of: amount, criticality: A, label: {en: Period, es: Periodo}}
"""


def test_the_smallest_layout_takes_its_defaults() -> None:
    group = parse_layout(GOOD).layout.groups[0]
    assert (group.no_match_cost, group.repeated, group.ordered) == (0.25, True, True)
    assert [spec.rule for spec in group.fields] == ["name", "money", "frequency"]
    assert [spec.weighs for spec in group.fields] == ["C", "C", "A"]
    assert parse_layout(GOOD).layout.groups[0].fields[0].date_formats == (
        "YYYY-MM-DD",
        "MM/DD/YYYY",
        "MM-DD-YYYY",
    )


@pytest.mark.parametrize(
    ("was", "becomes", "line", "said"),
    [
        ("type: money", "type: mony", 10, "groups[0].fields[1].type"),
        ("amount_of: amount", "amount_of: amuont", 11, "did you mean 'amount'"),
        ("amount_of: amount", "amount_of: name", 11, "is not money"),
        ("type: name", "type: name, amount_of: amount", 9, "amount_of belongs to frequencies"),
        ("{name: 1}", "{nme: 1}", 7, "did you mean 'name'"),
        ("{name: 1}", "{name: 0}", 7, "greater than 0"),
        ("    repeats: true\n", "", 6, "the group does not repeat"),
        ("id: amount", "id: name", 10, "two fields are called 'name'"),
        ("type: name", "tpe: name", 9, "did you mean 'type'"),
        ("criticality: A", "criticality: D", 11, "'A', 'B' or 'C'"),
        ("type: name", "type: name, formats: [MM/DD/YYYY]", 9, "formats belong to dates"),
        ("type: name", "type: date, formats: [MM/DD/YY]", 9, "does not name one day"),
        ("type: name", "type: date, formats: [MM/DD/YYYY, DD/MM/YYYY]", 9, "two formats read one text"),
        ("type: name", "type: name, active_when: {nme: x}", 9, "no field 'nme'"),
        ("type: name", "type: name, active_when: name", 9, "depends on itself"),
        ("type: name", "type: number, refers_to: person", 9, "is no other repeated group"),
        ("type: name", "type: name, inverse: {parent: child}", 9, "inverse belongs to codes"),
        ("type: name", "type: code, inverse: {parent: child, child: parent}", 9, "it takes two members"),
        ("type: name", "type: code, inverse: {parent: child}", 9, "does not lead back to 'parent'"),
        ("type: name", "type: name, per_week: {hourly: amount}", 9, "per_week belongs to frequencies"),
        ("amount_of: amount", "amount_of: amount, per_week: {hourly: amount}", 11, "is no number"),
        (
            "{name: 1}\n",
            "{name: 1}\n    belongs_to: {group: persons, by: {name: name}}\n",
            8,
            "is no other repeated",
        ),
        ("version: 1.0.0", "version: v1", 2, "a version of three numbers"),
        ("title: Small", "title: Small\nid: other", 4, "stands twice"),
    ],
)
def test_a_wrong_layout_is_refused_with_line_and_reason(was: str, becomes: str, line: int, said: str) -> None:
    assert was in GOOD
    with pytest.raises(LayoutError) as caught:
        parse_layout(GOOD.replace(was, becomes, 1), "small.yaml")
    assert any(f"small.yaml:{line}: " in fault and said in fault for fault in caught.value.faults)


OWNED = (
    GOOD
    + """\
  - id: income
    repeats: true
    belongs_to: {group: person, by: {whose: name}}
    fields:
      - {id: whose, type: name}
"""
)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [("{whose: name}", "{who: name}", "did you mean 'whose'"), ("{whose: name}", "{whose: nme}", "did you mean 'name'"),
     ("group: person,", "group: income,", "is no other repeated group")],
)  # fmt: skip
def test_whose_the_members_are_must_lead_to_fields(was: str, becomes: str, said: str) -> None:
    assert parse_layout(OWNED).layout.by_id["income"].belongs_to is not None
    with pytest.raises(LayoutError) as caught:
        parse_layout(OWNED.replace(was, becomes, 1), "small.yaml")
    assert any(fault.startswith("small.yaml:14: ") and said in fault for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("    align_on: {name: 1}\n", "", "repeats without align_on"),
        (", es: Nombre", "", "no label in es"),
        ("amount_of: amount, ", "", "says of no amount"),
        ("criticality: A", "criticality: B", "counts as A"),
    ],
)
def test_what_is_doubtful_is_a_warning(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(GOOD.replace(was, becomes, 1), encoding="utf-8")
    assert [f.level for f in lint_layout(path)] == ["warning"]
    assert said in lint_layout(path)[0].message


def test_a_layout_that_is_not_there_says_which_are(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="covered_application"):
        load_layout("covered_aplication")
    with pytest.raises(LayoutError, match="no such layout file"):
        load_layout(tmp_path / "none.yaml")


def test_the_shipped_layout_is_the_whole_form() -> None:
    fields = list(layout().fields())
    assert shipped().layout.id == "covered_application"
    assert len(layout().groups) == 16
    assert len(fields) == 178
    core = [spec for _, spec in fields if spec.core]
    assert (len(core), sum(spec.criticality == "A" for spec in core)) == (126, 69)
    assert all(set(spec.label) == {"en", "es"} and spec.source for _, spec in fields)
    assert layout().by_id["person"].weights["ssn"] == pytest.approx(0.35)
    assert all(spec.amount_of for _, spec in fields if spec.type == "frequency")
