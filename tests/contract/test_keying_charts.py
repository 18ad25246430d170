"""``qa keying charts``: points, limits, Pareto, and speed beside the error rate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from qa_toolkit.domain.contract import json_schema

Qa = Callable[..., Any]
LAYOUT = ("--layout", "covered_application")
HEADER = "record,group,member,field,value,state,operator,started,ended\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Thirty days of ten forms by two operators; op-2 makes four of five errors; each form takes two minutes."""
    random = Random(8)
    keyed, reference = [HEADER], [HEADER]
    for day in range(1, 31):
        for form in range(10):
            name, operator = f"A{day:02}{form}", "op-1" if form % 2 else "op-2"
            when = f"2026-01-{day:02}T09:00:00,2026-01-{day:02}T09:02:00"
            wrong = random.random() < (0.1 if operator == "op-1" else 0.4)
            for field, value in (
                ("first_name", "Ana"),
                ("last_name", "Garcia"),
                ("email", "ana@example.org"),
            ):
                typed = value + "x" if wrong and field == "last_name" else value
                keyed.append(f"{name},contact,,{field},{typed},,{operator},{when}\n")
                reference.append(f"{name},contact,,{field},{value},,,,\n")
    made = tmp_path / "keyed.csv", tmp_path / "reference.csv"
    made[0].write_text("".join(keyed), encoding="utf-8")
    made[1].write_text("".join(reference), encoding="utf-8")
    return made


def test_charts_by_day(qa: Qa, files: tuple[Path, Path], tmp_path: Path) -> None:
    ran = qa("keying", "charts", *files, *LAYOUT, "--out", tmp_path / "out", "--json")
    assert (ran.code, ran.errors) == (0, [])
    jsonschema.validate(ran.json, json_schema("keying-charts"))
    found = ran.json
    assert (found["records"], found["undated"], len(found["charts"]["u"]["points"])) == (300, 0, 30)
    point = found["charts"]["u"]["points"][0]
    assert (point["label"], point["size"]) == ("2026-01-01", 30)
    # Last names are critical, so that a form is faulty where a field is: three fields a form.
    assert found["charts"]["p"]["centre"] == pytest.approx(3 * found["charts"]["u"]["centre"])
    assert found["recommended"] == "u"
    (bar,) = found["pareto"]
    assert (bar["field"], bar["kind"], bar["operators"], bar["cumulative"]) == (
        "contact.last_name",
        "wrong_value",
        2,
        1.0,
    )
    assert found["spread"] == {"operators": 2, "half_made_by": 1, "their_share_of_fields": 0.5}
    one, two = found["operators"]
    assert (one["operator"], one["forms"], one["fields_per_hour"]) == ("op-1", 150, 90.0)
    # Twenty-four characters a form in two minutes, and one more in a wrong one.
    assert two["keystrokes_per_hour"] == pytest.approx(30 * (24 + two["errors"] / 150))
    assert two["interval"][0] < two["per_10000"] < two["interval"][1]
    for name in ("u", "laney_u", "p", "laney_p"):
        assert ET.parse(tmp_path / "out" / f"{name}.svg").getroot().tag.endswith("svg")  # noqa: S314 - written just now


def test_charts_of_one_operator_and_by_operator(qa: Qa, files: tuple[Path, Path]) -> None:
    one = qa("keying", "charts", *files, *LAYOUT, "--operator", "op-1", "--json").json
    assert (one["records"], one["spread"]) == (150, None)
    every = qa("keying", "charts", *files, *LAYOUT, "--by", "operator", "--chart", "p")
    assert "Forms with a critical error (p chart)" in every.out
    assert "half of the root errors were made by 1 of 2 operators" in every.out


def test_forms_that_do_not_say_when_are_counted(qa: Qa, files: tuple[Path, Path]) -> None:
    ran = qa("keying", "charts", *files, *LAYOUT, "--by", "batch", "--json")
    assert (ran.code, ran.json["undated"], ran.json["recommended"]) == (0, 300, None)
    assert "warning: 300 of 300 forms have no 'batch'" in ran.err
    assert qa("keying", "charts", *files, *LAYOUT, "--operator", "nobody").code == 2
    assert qa("keying", "charts", *files, *LAYOUT, "--chart", "c").code == 2
