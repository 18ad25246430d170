"""``qa agreement`` as scripts of users call it: agreement/1, and one clear line for every faulty file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

Qa = Callable[..., Any]

SHAPE = {
    *("schema", "units", "raters", "level", "percent_agreement", "cohen_kappa", "scott_pi", "weighted_kappa"),
    *(
        "fleiss_kappa",
        "conger_kappa",
        "brennan_prediger",
        "gwet_ac1",
        "gwet_ac2",
        "krippendorff_alpha",
        "icc",
    ),
    *("intervals", "prevalence", "warnings"),
}

KRIPPENDORFF = """unit,A,B,C,D
1,1,1,,1
2,2,2,3,2
3,3,3,3,3
4,3,3,3,3
5,2,2,2,2
6,1,2,3,4
7,4,4,4,4
8,1,1,2,1
9,2,2,2,2
10,,5,5,5
11,,,1,1
12,,3,,
"""
JUDGES = "unit,a,b,c,d\n1,9,2,5,8\n2,6,1,3,2\n3,8,4,6,8\n4,7,1,2,6\n5,10,5,6,9\n6,6,2,4,7\n"


def table(counts: list[list[int]], names: str) -> str:
    rows = [
        f"u{i}{j}{n},{names[i]},{names[j]}"
        for i, row in enumerate(counts)
        for j, count in enumerate(row)
        for n in range(count)
    ]
    return "\n".join(["unit,first,second", *rows]) + "\n"


COHEN = table([[88, 14, 18], [10, 40, 10], [2, 6, 12]], "xyz")


@pytest.fixture
def agreement(qa: Qa, tmp_path: Path) -> Callable[..., Any]:
    def run(text: str, *arguments: object) -> Any:
        path = tmp_path / "ratings.csv"
        path.write_text(text, encoding="utf-8")
        return qa("agreement", path, "--json", *arguments)

    return run


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_krippendorffs_example(agreement: Qa, qa: Qa, level: str, alpha: float) -> None:
    ran = agreement(KRIPPENDORFF, "--level", level)
    assert ran.code == 0
    jsonschema.validate(ran.json, qa("schema", "agreement").json)
    assert set(ran.json) >= SHAPE
    assert ran.json["krippendorff_alpha"] == pytest.approx(alpha, abs=5e-4)
    assert (ran.json["units"], ran.json["raters"], ran.json["paired_units"]) == (12, 4, 11)
    assert ran.json["cohen_kappa"] is ran.json["scott_pi"] is None
    assert set(ran.json["weighted_kappa"].values()) == {None}
    assert any("too few" in warning for warning in ran.json["warnings"])
    assert list(ran.json["prevalence"]) == ["1", "2", "3", "4", "5"]


def test_shrout_and_fleiss(agreement: Qa) -> None:
    icc = agreement(JUDGES, "--level", "interval").json["icc"]
    expected = {"1,1": 0.1657, "2,1": 0.2898, "3,1": 0.7148, "1,k": 0.4428, "2,k": 0.6201, "3,k": 0.9093}
    assert icc == pytest.approx(expected, abs=5e-5)


WEIGHTS = {
    "with both labels": ",x,y,z\nx,0,1,3\ny,1,0,6\nz,3,6,0\n",
    "in another order": "category,z,x,y\nz,0,3,6\nx,3,0,1\ny,6,1,0\n",
    "with a first line": "x,y,z\n0,1,3\n1,0,6\n3,6,0\n",
    "numbers alone": "0,1,3\n1,0,6\n3,6,0\n",
    "semicolons": "0;1;3\n1;0;6\n3;6;0\n",
    "of agreement": "6,5,3\n5,6,0\n3,0,6\n",
    "JSON lists": "[[0, 1, 3], [1, 0, 6], [3, 6, 0]]",
    "JSON with categories": '{"categories": ["x", "y", "z"], "weights": [[0, 1, 3], [1, 0, 6], [3, 6, 0]]}',
    "JSON by name": '{"x": {"x": 0, "y": 1, "z": 3}, "y": {"x": 1, "y": 0, "z": 6}, "z": {"x": 3, "y": 6, "z": 0}}',
}


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS.keys())
def test_cohens_table_with_weights_of_ones_own(agreement: Qa, tmp_path: Path, weights: str) -> None:
    """Cohen (1960, 1968)."""
    path = tmp_path / "weights"
    path.write_text(weights, encoding="utf-8")
    found = agreement(COHEN, "--weights", path, "--order", "x,y,z").json
    assert found["weighted_kappa"]["custom"] == pytest.approx(0.34783, abs=6e-6)
    assert found["cohen_kappa"] == pytest.approx(0.49153, abs=6e-6)
    low, high = found["intervals"]["cohen_kappa"]
    assert low < 0.49153 < high
    assert found["prevalence"] == pytest.approx({"x": 0.55, "y": 0.30, "z": 0.15})
    assert found["warnings"] == []


def test_text_without_an_order_is_sorted_with_a_warning(agreement: Qa) -> None:
    scale = "unit,a,b\n1,low,medium\n2,high,high\n3,low,low\n4,medium,high\n"
    guessed = agreement(scale)
    assert guessed.json["categories"] == ["high", "low", "medium"]
    assert any("--order" in warning for warning in guessed.json["warnings"])
    ordered = agreement(scale, "--order", "low,medium,high")
    assert not any("--order" in warning for warning in ordered.json["warnings"])
    assert ordered.json["gwet_ac2"]["linear"] > guessed.json["gwet_ac2"]["linear"]
    assert ordered.json["gwet_ac1"] == guessed.json["gwet_ac1"]


def test_numbers_are_in_order_of_size_and_na_makes_them_texts(agreement: Qa) -> None:
    assert agreement("unit,a,b\n1,10,9\n2,2,2.0\n").json["categories"] == ["2", "9", "10"]
    assert agreement("unit,a,b\n1,10,9\n2,na,2\n").json["categories"] == ["10", "2", "9", "na"]
    assert agreement("unit,a,b\n1,nan,9\n2,nan,9\n").json["percent_agreement"] == 0.0


CHANCE = ["cohen_kappa", "scott_pi", "fleiss_kappa", "conger_kappa", "brennan_prediger", "gwet_ac1"]


@pytest.mark.parametrize(
    ("text", "percent", "says"),
    [
        ("unit,a,b\n1,yes,yes\n2,yes,yes\n3,yes,yes\n", 1.0, "every rating is the same"),
        ("unit,a,b\n1,5,5\n2,5,5\n", 1.0, "every rating is the same"),
        ("unit,a\n1,yes\n2,no\n", None, "one rater"),
        ("unit,a,b\n1,,\n2,,\n", None, "no unit has two ratings"),
        ("unit,a,b\n1,yes,\n2,,no\n", None, "no unit has two ratings"),
        ("unit,a,b\n", None, "no unit has two ratings"),
    ],
)
def test_degenerate_tables_give_null_with_a_warning(
    agreement: Qa, text: str, percent: float | None, says: str
) -> None:
    ran = agreement(text)
    assert ran.code == 0
    assert ran.json["percent_agreement"] == percent
    corrected = [ran.json[name] for name in [*CHANCE, "krippendorff_alpha"]]
    for name in ("weighted_kappa", "gwet_ac2", "icc"):
        corrected += ran.json[name].values()
    assert set(corrected) == {None}
    assert any(says in warning for warning in ran.json["warnings"])


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", None, "empty"),
        ("\n\n", None, "empty"),
        ("call,a,b\n1,yes,no\n", 1, "'call'"),
        ("unit\n1\n", 1, "no column of ratings"),
        ("unit,a,\n1,yes,no\n", 1, "column 3 has no name"),
        ("unit,a,a\n1,yes,no\n", 1, "rater 'a' has two columns"),
        ("unit,a,b\n1,yes,no\n2,yes\n", 3, "2 cells and the header 3"),
        ("unit,a,b\n1,yes,no,yes\n", 2, "4 cells and the header 3"),
        ("unit,a,b\n1,yes,no\n\n1,no,no\n", 4, "unit '1' stands in line 2 already"),
        ("unit,a,b\n,yes,no\n", 2, "no unit"),
        ('unit,a,b\n1,"yes,no\n', None, "broken"),
    ],
)
def test_a_faulty_file_is_one_line(agreement: Qa, text: str, line: int | None, says: str) -> None:
    ran = agreement(text)
    assert ran.code == 1
    assert ran.out == ""
    assert len(ran.errors) == 1
    assert says in ran.errors[0]
    assert "ratings.csv" in ran.errors[0]
    assert line is None or f"ratings.csv:{line}" in ran.errors[0]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--order", "x,y"], 2, "'z' is not in the order"),
        (["--order", "x,y,x,z"], 2, "'x' twice"),
        (["--level", "interval"], 2, "needs numbers"),
        (["--level", "colour"], 2, "colour"),
        (["--weights", "missing.csv"], 1, "missing.csv"),
    ],
)
def test_an_impossible_wish_is_one_line(agreement: Qa, arguments: list[str], code: int, says: str) -> None:
    ran = agreement(COHEN, *arguments)
    assert (ran.code, len(ran.errors)) == (code, 1)
    assert says in ran.errors[0]


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ("0,1\n1,0\n", "2 lines of weights for 3 categories"),
        (",x,y\nx,0,1\ny,1,0\n", "lack the category 'z'"),
        ("0,1,2\n1,0,many\n2,1,0\n", "'many' is no number"),
        (",x,y,z\ny,0,1,1\nx,1,0,1\nz,1,1,0\n", "first column"),
        ("{", "not JSON"),
        ("1,1,1\n1,1,1\n1,1,1\n", "diagonal"),
    ],
)
def test_faulty_weights_are_one_line(agreement: Qa, tmp_path: Path, weights: str, says: str) -> None:
    path = tmp_path / "weights"
    path.write_text(weights, encoding="utf-8")
    ran = agreement(COHEN, "--weights", path)
    assert ran.code in {1, 2}
    assert len(ran.errors) == 1
    assert says in ran.errors[0]


def test_the_table_for_people_says_why_a_figure_is_missing(qa: Qa, tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(KRIPPENDORFF, encoding="utf-8")
    ran = qa("agreement", path)
    assert "krippendorff_alpha" in ran.out
    assert "0.743" in ran.out
    assert "it is for two raters" in ran.out
    assert "warning: 11 units" in ran.err


def test_the_same_file_gives_the_same_bytes(agreement: Qa) -> None:
    assert agreement(KRIPPENDORFF).out == agreement(KRIPPENDORFF).out
    lines = KRIPPENDORFF.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])])
    assert json.loads(agreement(turned).out) == agreement(KRIPPENDORFF).json
