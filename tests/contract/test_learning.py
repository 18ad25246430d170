"""What a rubric's author learns from data with: train, tune, and what lint says about the files they write."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qa_toolkit.domain import Answer, AnswerStatus, Result, Source, SpanEvidence
from qa_toolkit.domain.contract import to_contract
from qa_toolkit.evaluation import EvaluationSettings, load_rubric
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.pipeline import judge, with_metrics
from qa_toolkit.store import InputRef, RubricText, Store

Qa = Callable[..., Any]

THINGS = [
    "roses",
    "tomatoes",
    "herbs",
    "the lawn",
    "a hedge",
    "tulips",
    "beans",
    "an orchard",
    "moss",
    "ferns",
    "figs",
    "corn",
]
RUBRIC = """
id: garden
version: 1.0.0
title: Garden
work_area: garden
sections:
  - id: one
    title: One
    criteria:
      - id: G-1
        question: Was the garden asked about?
        evaluator: {phrase: {role: agent, any: [do you grow], meaning: {event: garden_asked, alone: counts}}}
      - id: G-2
        question: Was there thanks?
        evaluator: {phrase: {role: agent, any: [thank you]}}
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site's rubric folder with a bank, its held-back split and a rubric that asks the classifier."""
    folder = tmp_path / "rubrics"
    lines = {
        "positive": [f"Do you grow {thing} in your garden?" for thing in THINGS],
        "negative": [f"I like to eat {thing} for lunch." for thing in THINGS],
        "near_miss": ["I do not grow anything in a garden.", "My garden is small."],
    }
    _write(
        folder / "banks" / "en" / "garden_asked.yaml", {"event": "garden_asked", "language": "en", **lines}
    )
    apart = {
        "positive": [{"text": "Is anything growing in your garden?", "split": "held_back"}],
        "negative": [{"text": "Lunch is at noon.", "split": "held_back"}],
    }
    _write(
        folder / "banks" / "held_back" / "en" / "garden_asked.yaml",
        {"event": "garden_asked", "language": "en", **apart},
    )
    (folder / "garden.yaml").write_text(RUBRIC, encoding="utf-8")
    monkeypatch.setenv("QA_RUBRICS_DIR", str(folder))
    return folder


@pytest.fixture
def trained(qa: Qa, site: Path) -> Path:
    assert qa("rubric", "train", "garden_asked", "--words-only").code == 0
    return site / "classifiers" / "en" / "garden_asked.json"


def _write(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), encoding="utf-8")


def call(name: str, *lines: str, **more: Any) -> dict[str, Any]:
    turns = [
        {"role": role, "text": text, "start_s": 4 * n, "end_s": 4 * n + 3}
        for n, (role, _, text) in enumerate(line.partition(": ") for line in lines)
    ]
    return {"id": name, "language": "en", "turns": turns, **more}


class TestTrain:
    def test_a_file_with_a_card_and_what_was_measured(self, qa: Qa, site: Path) -> None:
        ran = qa("rubric", "train", "garden_asked", "--words-only", "--json")
        assert (ran.code, ran.err) == (0, "")
        (row,) = ran.json
        assert (row["event"], row["language"], row["reviewed"]) == ("garden_asked", "en", 0)
        assert (row["left_out"]["words"]["positives"], row["left_out"]["words"]["negatives"]) == (12, 14)
        assert row["held_back"]["words"] == {
            **row["held_back"]["words"],
            "positives": 1,
            "negatives": 1,
            "accuracy": 1.0,
        }
        written = json.loads((site / "classifiers" / "en" / "garden_asked.json").read_text("utf-8"))
        assert written["schema"] == "qa-toolkit/classifier/2"
        assert written["card"]["accuracy"] == row["left_out"]["both"]["accuracy"]

    def test_again_gives_the_same_bytes(self, qa: Qa, trained: Path) -> None:
        before = trained.read_bytes()
        shown = qa("rubric", "train", "garden_asked", "--words-only")
        assert "garden_asked" in shown.out
        assert trained.read_bytes() == before

    def test_check_writes_nothing(self, qa: Qa, site: Path) -> None:
        assert qa("rubric", "train", "garden_asked", "--words-only", "--check").code == 0
        assert not (site / "classifiers").exists()

    def test_an_event_without_a_bank(self, qa: Qa, site: Path) -> None:
        ran = qa("rubric", "train", "gardn_asked", "--words-only")
        assert (ran.code, len(ran.errors)) == (2, 1)
        assert "garden_asked" in ran.errors[0]

    def test_where_own_banks_are_looked_for_is_said(self, qa: Qa, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("QA_RUBRICS_DIR", raising=False)
        ran = qa("rubric", "train", "garden_asked", "--words-only")
        assert ran.code == 2
        assert "rubrics_dir, which is not set" in ran.err

    def test_reviewed_answers_of_a_folder(self, qa: Qa, trained: Path, tmp_path: Path) -> None:
        yes = call(
            "r1",
            "agent: Do you grow kale?",
            "customer: I do.",
            labels={"G-1": {"answer": "yes", "turns": [1]}},
        )
        no = call(
            "r2", "agent: The soup is good.", "customer: Yes.", labels={"G-1": {"answer": "no", "turns": []}}
        )
        for document in (yes, no):
            _write(tmp_path / "calls" / f"{document['id']}.json", document)
        before = trained.read_bytes()
        ran = qa(
            "rubric",
            "train",
            "garden_asked",
            "--words-only",
            "--reviewed",
            "garden",
            "--labelled",
            tmp_path / "calls",
            "--json",
        )
        assert ran.code == 0
        assert ran.json[0]["reviewed"] == 2
        assert trained.read_bytes() != before

    def test_reviewed_answers_of_the_store(self, qa: Qa, trained: Path, tmp_path: Path) -> None:
        loaded = load_rubric(trained.parents[2] / "garden.yaml")
        document = call("s1", "agent: Hello. Are there kiwis growing behind your house?", "customer: No.")
        case = with_metrics(case_from_document(document, default_id="s1"))
        assert case.transcript is not None
        settings = EvaluationSettings(evaluators={"rubrics_dir": str(trained.parents[2])})
        machine = judge(case, loaded, settings=settings)
        quote = SpanEvidence(1, "kiwis growing", None, 0.0, 3.0)
        answers = tuple(
            replace(a, status=AnswerStatus.ANSWERED, answer="yes", evidence=(quote,))
            if a.criterion == "G-1"
            else a
            for a in machine.answers
        )
        assert all(isinstance(answer, Answer) for answer in answers)
        path = tmp_path / "qa.db"
        with Store.open(path) as store:
            store.register_rubric(RubricText("garden", "1.0.0", loaded.sha256, loaded.text), by="t")
            result = Result("s1", "done", None, to_contract(case.transcript), None, to_contract(machine))
            store.save_result(result, interaction=case.interaction, source=InputRef("s1", "0" * 64), by="t")
            person = replace(machine, source=Source("reviewer", "ana"), answers=answers)
            store.file_evaluation(person, by="ana")
        ran = qa(
            "rubric",
            "train",
            "garden_asked",
            "--words-only",
            "--reviewed",
            "garden",
            "--store",
            path,
            "--json",
        )
        assert ran.code == 0
        assert ran.json[0]["reviewed"] == 1

    def test_nobody_reviewed_anything(self, qa: Qa, trained: Path, tmp_path: Path) -> None:
        with Store.open(tmp_path / "qa.db"):
            pass
        ran = qa(
            "rubric",
            "train",
            "garden_asked",
            "--words-only",
            "--reviewed",
            "garden",
            "--store",
            tmp_path / "qa.db",
        )
        assert (ran.code, len(ran.errors)) == (1, 1)
        assert "nobody answered 'garden'" in ran.errors[0]


class TestTune:
    @pytest.fixture
    def calls(self, tmp_path: Path) -> Path:
        """Labelled calls that phrases judge rightly."""
        folder = tmp_path / "calls"
        for number in range(120):
            asked, thanked = number % 2 == 0, number % 3 == 0
            lines = [
                f"agent: {'Do you grow' if asked else 'I had'} {THINGS[number % 12]} here.",
                f"agent: {'Thank you' if thanked else 'Goodbye'} then.",
            ]
            labels = {"G-1": "yes" if asked else "no", "G-2": "yes" if thanked else "no"}
            _write(folder / f"c{number}.json", call(f"c{number}", *lines, labels=labels))
        return folder

    def test_thresholds_with_their_bound(self, qa: Qa, trained: Path, calls: Path) -> None:
        ran = qa("rubric", "tune", "garden", "--labels", calls, "--json")
        assert ran.code == 0
        assert (ran.json["interactions"], ran.json["tuned_on"], ran.json["word_error_rates"]) == (
            120,
            "calls",
            [],
        )
        found = ran.json["criteria"]["G-2"]
        assert (found["pool"], found["wrong"], found["accepted"]) == ("criterion", 0, 120)
        assert found["error_bound"] == pytest.approx(1 - 0.05 ** (1 / 120), abs=1e-4)
        path = trained.parents[2] / "thresholds" / "garden.json"
        assert json.loads(path.read_text("utf-8")) == ran.json
        judged = qa("evaluate", calls / "c0.json", "--rubric", "garden", "--json").json
        assert "+thresholds." in judged["answers"][1]["evaluator"]["version"]
        assert "classifier." in judged["answers"][0]["evaluator"]["version"]

    def test_the_table_says_what_n_supports(self, qa: Qa, trained: Path, calls: Path) -> None:
        ran = qa("rubric", "tune", "garden", "--labels", calls, "--word-error-rate", 0.2, "--check")
        assert ran.code == 0
        assert "as they are: " in ran.out
        assert "at 20% simulated word errors: " in ran.out
        assert "in-sample: 120 interactions; bound with 95% confidence" in ran.out
        assert not (trained.parents[2] / "thresholds").exists()

    def test_a_folder_without_labels(self, qa: Qa, trained: Path, tmp_path: Path) -> None:
        _write(tmp_path / "bare" / "c.json", call("c", "agent: Hi."))
        ran = qa("rubric", "tune", "garden", "--labels", tmp_path / "bare")
        assert (ran.code, len(ran.errors)) == (2, 1)

    def test_a_file_that_cannot_be_read_is_named_and_the_rest_goes_on(
        self, qa: Qa, trained: Path, calls: Path
    ) -> None:
        (calls / "broken.json").write_text("{", encoding="utf-8")
        ran = qa("rubric", "tune", "garden", "--labels", calls, "--check", "--json")
        assert (ran.code, ran.json["interactions"]) == (1, 120)
        assert "broken.json" in ran.errors[0]


class TestLint:
    def test_a_classifier_of_another_bank_is_named(self, qa: Qa, trained: Path) -> None:
        site = trained.parents[2]
        assert not [
            row for row in qa("rubric", "lint", "garden", "--json").json if "classifier" in row["message"]
        ]
        bank = site / "banks" / "en" / "garden_asked.yaml"
        bank.write_text(bank.read_text("utf-8").replace("figs", "dates"), encoding="utf-8")
        (row,) = [
            row for row in qa("rubric", "lint", "garden", "--json").json if "classifier" in row["message"]
        ]
        assert row["level"] == "warning"
        assert "trained on another version of its bank: train it again" in row["message"]

    def test_an_event_without_a_classifier_is_an_error(self, qa: Qa, site: Path) -> None:
        ran = qa("rubric", "lint", "garden", "--json")
        assert ran.code == 1
        assert any("no classifier was trained for 'garden_asked'" in row["message"] for row in ran.json)

    def test_stale_thresholds_are_named(self, qa: Qa, trained: Path, tmp_path: Path) -> None:
        labels = {"G-2": "yes"}
        _write(tmp_path / "calls" / "c.json", call("c", "agent: Thank you.", labels=labels))
        assert qa("rubric", "tune", "garden", "--labels", tmp_path / "calls").code == 0
        rubric = trained.parents[2] / "garden.yaml"
        rubric.write_text(rubric.read_text("utf-8").replace("thank you", "many thanks"), encoding="utf-8")
        messages = [row["message"] for row in qa("rubric", "lint", "garden", "--json").json]
        assert any("its thresholds were tuned for other evaluators" in message for message in messages)


@pytest.mark.parametrize("name", ["inbound_call", "outbound_call"])
def test_shipped_rubrics_rest_on_what_lies_beside_them(qa: Qa, name: str) -> None:
    """Run ``qa rubric train --out rubrics`` and ``qa rubric tune`` after a change of banks or evaluators."""
    messages = [row["message"] for row in qa("rubric", "lint", name, "--json").json]
    assert [m for m in messages if "train" in m or "classifier" in m or "threshold" in m] == []
