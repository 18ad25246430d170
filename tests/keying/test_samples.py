"""The shipped applications: what was put in is what is found, and the rubric scores them."""

from __future__ import annotations

import csv
import importlib.util
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from keying_builders import layout, shipped

from qa_toolkit.domain.keying import KINDS
from qa_toolkit.evaluation import evaluate, load_rubric
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.keying import compare_files
from qa_toolkit.keying.cases import case_document, cases_of_files
from qa_toolkit.keying.seeding import SeededError, found_errors
from qa_toolkit.resources import sample_dir

FOLDER = sample_dir() / "keying"
KEYED, REFERENCE = FOLDER / "keyed.csv", FOLDER / "reference.csv"


def seeded() -> set[SeededError]:
    with (FOLDER / "seeded_errors.csv").open(encoding="utf-8", newline="") as stream:
        return {SeededError(**row) for row in csv.DictReader(stream)}


def test_every_seeded_error_is_found_as_what_it_is_and_nothing_else() -> None:
    accuracy = compare_files(KEYED, REFERENCE, shipped())
    assert (accuracy.records, accuracy.rejected, accuracy.warnings) == (36, (), ())
    assert found_errors(accuracy.discrepancies) == seeded()
    assert {error.kind for error in seeded()} == set(KINDS)
    assert [share.name for share in accuracy.by["site"]] == ["Fresno", "Rancho"]
    assert sum(share.errors for share in accuracy.by["operator"]) == accuracy.fields.errors


def test_the_pareto_ends_at_all_errors() -> None:
    accuracy = compare_files(KEYED, REFERENCE, shipped())
    for name in ("field", "kind"):
        shares = accuracy.by[name]
        assert shares[-1].cumulative == pytest.approx(1.0)
        assert [s.root_errors for s in shares] == sorted((s.root_errors for s in shares), reverse=True)


def test_the_sample_is_what_its_generator_makes(checkout: Path, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        "make_keying_sample", checkout / "benchmarks/make_keying_sample.py"
    )
    assert spec is not None
    assert spec.loader is not None
    generator: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    generator.write(tmp_path, generator.sample())
    for name in ("keyed.csv", "reference.csv", "seeded_errors.csv"):
        assert (tmp_path / name).read_text(encoding="utf-8") == (FOLDER / name).read_text(encoding="utf-8")


def test_forms_without_errors_miss_nothing_and_forms_with_errors_do() -> None:
    rubric = load_rubric("paper_keying")
    wrong = {error.record for error in seeded()}
    missed = Counter[str]()
    for case in cases_of_files(KEYED, REFERENCE, layout()):
        evaluation = evaluate(case, rubric)
        answers = {a.criterion: a.answer or a.status.value for a in evaluation.answers}
        missed.update(criterion for criterion, answer in answers.items() if answer == "no")
        if case.interaction.id not in wrong:
            assert "no" not in answers.values()
            assert evaluation.score.percent == 100.0
            assert answers["PK-19"] == "not_applicable"
        assert answers["PK-20"] in ("unanswered", "no")
        assert all(a.evidence or a.status.value != "answered" for a in evaluation.answers)
    assert missed["PK-24"] == sum(error.kind == "unreadable_guessed" for error in seeded())
    assert missed["PK-14"] >= sum(error.kind == "wrong_frequency" for error in seeded())


def test_a_case_survives_being_written_and_read() -> None:
    rubric = load_rubric("paper_keying")
    for case in list(cases_of_files(KEYED, REFERENCE, layout()))[:6]:
        again = case_from_document(case_document(case), default_id="x")
        assert again.discrepancies == case.discrepancies
        assert evaluate(again, rubric) == evaluate(case, rubric)


def test_no_identifier_leaves_in_full() -> None:
    for case in cases_of_files(KEYED, REFERENCE, layout()):
        for values in (case.record, case.reference):
            assert values is not None
            numbers = [
                str(v) for name, v in values.items() if name.endswith(".ssn") and not str(v).startswith("(")
            ]
            assert all("*" in number for number in numbers)


def test_qa_keying_score_gives_evaluations(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    from qa_toolkit.cli.main import execute

    command = ["keying", "score", str(KEYED), str(REFERENCE), "--layout", "covered_application", "--json"]
    assert execute([*command, "--out", str(tmp_path)]) == 0
    evaluations = json.loads(capsys.readouterr().out)
    assert len(evaluations) == len(list(tmp_path.glob("*.json"))) == 36
    assert {e["rubric"]["id"] for e in evaluations} == {"paper_keying"}
    assert execute(["evaluate", str(tmp_path), "--rubric", "paper_keying", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == evaluations
