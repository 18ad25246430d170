"""The commands of a rubric's author, as scripts call them: new, test, explain, diff, mutate, backtest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from qa_toolkit.domain import Result
from qa_toolkit.domain.contract import to_contract
from qa_toolkit.evaluation import load_rubric
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.pipeline import judge, with_metrics
from qa_toolkit.store import InputRef, RubricText, Store

Qa = Callable[..., Any]

CALL: dict[str, Any] = {
    "id": "c1",
    "agent": "ana",
    "site": "rancho",
    "turns": [
        {"role": "agent", "text": "Good morning, how can I help you?", "start_s": 0, "end_s": 3},
        {"role": "customer", "text": "I moved.", "start_s": 3, "end_s": 5},
        {"role": "agent", "text": "Your plan is Silver.", "start_s": 5, "end_s": 8},
        {"role": "agent", "text": "What is your date of birth?", "start_s": 8, "end_s": 11},
    ],
}


@pytest.fixture
def rubric(qa: Qa, tmp_path: Path) -> Path:
    """A fresh rubric from the template: T-01 greeting, T-02 order, T-03 dead air, T-04 for a person."""
    path = tmp_path / "thing.yaml"
    assert qa("rubric", "new", "thing", "--work-area", "things", "--out", path).code == 0
    return path


@pytest.fixture
def call(tmp_path: Path) -> Path:
    path = tmp_path / "c1.json"
    path.write_text(json.dumps(CALL), encoding="utf-8")
    return path


class TestNew:
    @pytest.mark.parametrize("kind", ["call", "chat", "record"])
    def test_what_is_written_lints_clean_and_its_examples_pass(
        self, qa: Qa, tmp_path: Path, kind: str
    ) -> None:
        ran = qa(
            "rubric",
            "new",
            "appeal_intake",
            "--work-area",
            "appeals",
            "--for",
            kind,
            "--out",
            tmp_path,
            "--json",
        )
        assert ran.code == 0
        assert ran.err == ""
        path = Path(ran.json["file"])
        assert ran.json["criteria"][0] == "AI-01"
        assert qa("rubric", "lint", path, "--json").json == []
        tested = qa("rubric", "test", path, "--json")
        assert tested.code == 0
        assert len(tested.json) >= 12

    @pytest.mark.parametrize("kind", ["call", "chat"])
    @pytest.mark.parametrize(
        ("language", "turns", "expected"),
        [
            # nothing was said of the account, and identity was not asked for
            ("en", ["agent: Our office is on Main Street.", "customer: Thanks."], "unanswered"),
            # in another language than the one its author began with
            ("es", ["agent: ¿Me da su fecha de nacimiento?", "agent: Su plan es el Silver."], "yes"),
            ("es", ["agent: Su plan es el Silver.", "agent: ¿Y su fecha de nacimiento?"], "no"),
            ("vi", ["agent: Văn phòng mở cửa lúc tám giờ.", "agent: Cảm ơn."], "unanswered"),
        ],
    )
    def test_a_first_rubric_fails_no_one_for_what_was_not_heard(
        self, qa: Qa, tmp_path: Path, kind: str, language: str, turns: list[str], expected: str
    ) -> None:
        path = tmp_path / "thing.yaml"
        assert qa("rubric", "new", "thing", "--work-area", "w", "--for", kind, "--out", path).code == 0
        said = [dict(zip(("role", "text"), line.split(": ", 1), strict=True)) for line in turns]
        call = tmp_path / "call.json"
        call.write_text(json.dumps({"kind": kind, "language": language, "turns": said}), encoding="utf-8")
        ran = qa("evaluate", call, "--rubric", path, "--json")
        found = {answer["criterion"]: answer for answer in ran.json["answers"]}["TH-02"]
        assert (found.get("answer") or found["status"]) == expected

    @pytest.mark.model
    def test_other_wordings_of_asking_are_for_a_person(self, qa: Qa, tmp_path: Path) -> None:
        path = tmp_path / "thing.yaml"
        assert qa("rubric", "new", "thing", "--work-area", "w", "--out", path).code == 0
        said = ["Can you tell me what day you were born?", "Thank you. Your plan is the Silver one."]
        call = tmp_path / "call.json"
        turns = [{"role": "agent", "text": text} for text in said]
        call.write_text(json.dumps({"language": "en", "turns": turns}), encoding="utf-8")
        ran = qa("evaluate", call, "--rubric", path, "--json")
        found = {answer["criterion"]: answer for answer in ran.json["answers"]}["TH-02"]
        assert found["status"] == "unanswered"

    def test_a_title_may_hold_anything(self, qa: Qa, tmp_path: Path) -> None:
        title = 'Reclamos: "sí" # $id \\ ü'
        assert qa("rubric", "new", "r", "--work-area", "w", "--title", title, "--out", tmp_path).code == 0
        assert qa("rubric", "lint", tmp_path / "r.yaml").code == 0
        assert json.dumps(title, ensure_ascii=False) in (tmp_path / "r.yaml").read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["9lives", "--work-area", "w"], "9lives"),
            (["a b", "--work-area", "w"], "'a b'"),
            (["../up", "--work-area", "w"], "../up"),
            (["x", "--work-area", "no area"], "no area"),
            (["x", "--work-area", "w", "--for", "letter"], "call, chat, record"),
            (["x"], "--work-area"),
        ],
    )
    def test_what_cannot_be_is_one_line(
        self, qa: Qa, tmp_path: Path, arguments: list[str], says: str
    ) -> None:
        ran = qa("rubric", "new", *arguments, "--out", tmp_path)
        assert ran.code == 2
        assert len(ran.errors) == 1
        assert says in ran.errors[0]
        assert list(tmp_path.iterdir()) == []

    def test_no_file_is_written_over(self, qa: Qa, rubric: Path) -> None:
        rubric.write_text("mine", encoding="utf-8")
        ran = qa("rubric", "new", "thing", "--work-area", "things", "--out", rubric)
        assert ran.code == 2
        assert rubric.read_text(encoding="utf-8") == "mine"


class TestTest:
    def test_a_wrong_example_fails_and_junit_says_which(self, qa: Qa, rubric: Path, tmp_path: Path) -> None:
        text = rubric.read_text(encoding="utf-8")
        rubric.write_text(text.replace('["agent: Yes?"], expect: "no"', '["agent: Yes?"], expect: "yes"'))
        ran = qa("rubric", "test", rubric, "--json", "--junit", tmp_path / "out.xml")
        assert ran.code == 1
        wrong = [row for row in ran.json if not row["met"]]
        assert [(row["criterion"], row["number"], row["expected"], row["got"]) for row in wrong] == [
            ("TH-01", 4, "yes", "no")
        ]
        suites = Xml.parse(tmp_path / "out.xml").getroot()  # noqa: S314
        assert suites.get("failures") == "1"
        assert suites.get("tests") == str(len(ran.json))
        (failure,) = suites.iter("failure")
        assert "expected yes, got no" in str(failure.get("message"))

    def test_labelled_interactions_are_compared(self, qa: Qa, rubric: Path, tmp_path: Path) -> None:
        folder = tmp_path / "labelled"
        folder.mkdir()
        labels: dict[str, object] = {
            "TH-01": {"answer": "yes"},
            "TH-02": "yes",
            "TH-04": "no",
            "XX-09": "yes",
        }
        (folder / "a.json").write_text(json.dumps({**CALL, "labels": labels}), encoding="utf-8")
        ran = qa("rubric", "test", rubric, "--labelled", folder, "--json", "--junit", tmp_path / "out.xml")
        assert ran.code == 1
        rows = [(row["criterion"], row["got"], row["met"]) for row in ran.json if "interaction" in row]
        assert rows == [("TH-01", "yes", True), ("TH-02", "no", False), ("TH-04", "unanswered", None)]
        assert Xml.parse(tmp_path / "out.xml").getroot().get("skipped") == "1"  # noqa: S314

    def test_an_unreadable_file_is_named_and_the_others_are_tested(
        self, qa: Qa, rubric: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "labelled"
        folder.mkdir()
        (folder / "a.json").write_text("{", encoding="utf-8")
        (folder / "b.json").write_text(json.dumps({**CALL, "labels": {"TH-01": "perhaps"}}), encoding="utf-8")
        (folder / "c.json").write_text(json.dumps({**CALL, "labels": {"TH-01": "yes"}}), encoding="utf-8")
        ran = qa("rubric", "test", rubric, "--labelled", folder, "--json")
        assert ran.code == 1
        assert [row["met"] for row in ran.json if "interaction" in row] == [True]
        assert len(ran.errors) == 2
        assert "a.json" in ran.errors[0]
        assert "perhaps" in ran.errors[1]

    def test_labels_of_the_shipped_samples_are_never_contradicted(self, qa: Qa, transcripts: Path) -> None:
        ran = qa("rubric", "test", "inbound_call", "outbound_call", "--labelled", transcripts, "--json")
        labels = [row for row in ran.json if "interaction" in row]
        assert len(labels) > 100
        assert [row for row in labels if row["met"] is False] == []


class TestExplain:
    def test_one_criterion_step_by_step(self, qa: Qa, rubric: Path, call: Path) -> None:
        ran = qa("rubric", "explain", rubric, call, "--criterion", "TH-02", "--json")
        assert ran.code == 0
        (found,) = ran.json["criteria"]
        assert found["answer"]["answer"] == "no"
        assert [step["stage"] for step in found["steps"]][-1] == "answer"
        quoted = [e["text"] for step in found["steps"] for e in step["evidence"] if e["kind"] == "span"]
        assert "Your plan is" in quoted
        text = qa("rubric", "explain", rubric, call, "--criterion", "TH-02")
        assert text.code == 0
        assert "turn 3 (5.0 s" in text.out

    def test_all_criteria_without_the_option(self, qa: Qa, rubric: Path, call: Path) -> None:
        ran = qa("rubric", "explain", rubric, call, "--json")
        assert [item["criterion"] for item in ran.json["criteria"]] == ["TH-01", "TH-02", "TH-03", "TH-04"]

    def test_faults_are_one_line(self, qa: Qa, rubric: Path, call: Path) -> None:
        unknown = qa("rubric", "explain", rubric, call, "--criterion", "TH-2")
        assert (unknown.code, len(unknown.errors)) == (2, 1)
        assert "did you mean 'TH-02'" in unknown.errors[0]
        missing = qa("rubric", "explain", rubric, call.with_name("none.json"))
        assert (missing.code, len(missing.errors)) == (1, 1)
        assert qa("rubric", "explain", "no_such_rubric", call).code == 3


class TestDiff:
    def changed(self, rubric: Path) -> Path:
        new = rubric.with_name("newer.yaml")
        text = rubric.read_text(encoding="utf-8").replace("version: 0.1.0", "version: 0.2.0")
        new.write_text(text.replace('"how can i help"', '"who are you"'), encoding="utf-8")
        return new

    def test_changes_and_who_would_change(self, qa: Qa, rubric: Path, call: Path) -> None:
        ran = qa("rubric", "diff", rubric, self.changed(rubric), call, "--json")
        assert ran.code == 0
        assert ran.err == ""
        assert {change["path"] for change in ran.json["changes"]} == {
            "version",
            "criterion.TH-01.evaluator.parameters.any.en",
        }
        (found,) = ran.json["interactions"]
        assert (found["agent"], found["site"], found["changed"]) == ("ana", "rancho", True)
        assert [(a["criterion"], a["old"], a["new"]) for a in found["answers"]] == [("TH-01", "yes", "no")]
        assert found["percent"][0] == found["percent"][1] == 0.0  # auto-fail by TH-02, both times

    def test_without_files_only_the_text_is_compared(self, qa: Qa, rubric: Path) -> None:
        ran = qa("rubric", "diff", rubric, rubric, "--json")
        assert (ran.code, ran.json["changes"], ran.json["interactions"]) == (0, [], [])

    def test_the_same_version_with_other_words_is_warned_about(self, qa: Qa, rubric: Path) -> None:
        other = rubric.with_name("other.yaml")
        other.write_text(rubric.read_text(encoding="utf-8").replace("weight: 30", "weight: 31"))
        ran = qa("rubric", "diff", rubric, other)
        assert ran.code == 0
        assert "raise it" in ran.err
        assert "30.0 -> 31.0" in ran.out

    def test_a_file_that_cannot_be_read_is_one_line(self, qa: Qa, rubric: Path, call: Path) -> None:
        broken = call.with_name("broken.json")
        broken.write_text("{", encoding="utf-8")
        ran = qa("rubric", "diff", rubric, self.changed(rubric), call, broken, "--json")
        assert (ran.code, len(ran.errors), len(ran.json["interactions"])) == (1, 1, 1)


class TestMutate:
    def test_what_nobody_notices_is_named(self, qa: Qa, rubric: Path) -> None:
        whole = qa("rubric", "mutate", rubric, "--json", "--least", "1")
        assert (whole.code, whole.json["kill_rate"], whole.json["untested"]) == (0, 1.0, [])
        lines = rubric.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if "How can I help?" not in line]
        rubric.write_text("\n".join(kept), encoding="utf-8")
        ran = qa("rubric", "mutate", rubric, "--json", "--least", "1")
        assert ran.code == 1
        assert ran.json["noticed"] == ran.json["mutants"] - 2
        found = {c["criterion"]: c for c in ran.json["criteria"]}
        missed = [change["what"] for change in found["TH-01"]["changes"] if not change["noticed"]]
        assert missed == ["first_turns left out", "first_turns is 4 instead of 2"]

    def test_a_rubric_without_examples_fails_the_limit(self, qa: Qa, rubric: Path) -> None:
        text = rubric.read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if "expect:" not in line and "examples:" not in line]
        rubric.write_text("\n".join(lines), encoding="utf-8")
        ran = qa("rubric", "mutate", rubric, "--least", "0.5")
        assert ran.code == 1
        assert "TH-01: no example that passes" in ran.out
        assert qa("rubric", "mutate", rubric).code == 0


class TestBacktest:
    @pytest.fixture
    def store(self, rubric: Path, tmp_path: Path) -> Path:
        """Three calls of two agents, evaluated by the rubric as it is."""
        loaded = load_rubric(rubric)
        path = tmp_path / "qa.db"
        with Store.open(path) as opened:
            text = RubricText(loaded.rubric.id, loaded.rubric.version, loaded.sha256, loaded.text)
            opened.register_rubric(text, by="t")
            for name, agent, said in (
                ("a", "ana", "Yes?"),
                ("b", "ana", "How can I help?"),
                ("c", "ben", "Yes?"),
            ):
                turns = [{"role": "agent", "text": said, "start_s": 0, "end_s": 2}, *CALL["turns"][1:3]]
                data = {**CALL, "id": name, "agent": agent, "turns": turns}
                case = with_metrics(case_from_document(data, default_id=name))
                assert case.transcript is not None
                evaluation = to_contract(judge(case, loaded))
                result = Result(name, "done", None, to_contract(case.transcript), None, evaluation)
                opened.save_result(
                    result, interaction=case.interaction, source=InputRef(name, name * 64), by="t"
                )
        return path

    def test_changes_by_agent_site_and_criterion(self, qa: Qa, rubric: Path, store: Path) -> None:
        text = rubric.read_text(encoding="utf-8").replace("version: 0.1.0", "version: 0.2.0")
        rubric.write_text(text.replace('en: ["how can i help"', 'en: ["yes", "how can i help"'))
        ran = qa("rubric", "backtest", rubric, "--store", store, "--json")
        assert ran.code == 0
        assert ran.err == ""
        assert ran.json["rubric"]["version"] == "0.2.0"
        assert [(g["name"], g["interactions"], g["changed"]) for g in ran.json["agents"]] == [
            ("ana", 2, 1),
            ("ben", 1, 1),
        ]
        assert [g["name"] for g in ran.json["sites"]] == ["rancho"]
        (first, *_) = ran.json["criteria"]
        assert first["turns"] == {"no -> yes": 2}
        assert (first["changed"]["n"], first["agreement_new"]["estimate"]) == (3, None)
        shown = qa("rubric", "backtest", rubric, "--store", store)
        assert shown.code == 0
        assert "TH-01" in shown.out

    def test_the_same_rubric_changes_nothing(self, qa: Qa, rubric: Path, store: Path) -> None:
        ran = qa("rubric", "backtest", rubric, "--store", store, "--json", "--limit", 2)
        assert (ran.json["overall"]["interactions"], ran.json["overall"]["changed"]) == (2, 0)
        assert ran.json["interactions"] == []

    def test_a_store_without_such_evaluations_is_one_line(self, qa: Qa, store: Path) -> None:
        ran = qa("rubric", "backtest", "inbound_call", "--store", store)
        assert (ran.code, len(ran.errors)) == (1, 1)
        assert "inbound_call" in ran.errors[0]

    def test_a_missing_store_is_the_environments_fault(self, qa: Qa, rubric: Path, tmp_path: Path) -> None:
        assert qa("rubric", "backtest", rubric, "--store", tmp_path / "none.db").code == 4


class TestGuide:
    @pytest.mark.parametrize("page", ["authoring.md", "plugins.md"])
    def test_every_command_of_the_guides_exists(self, qa: Qa, checkout: Path, page: str) -> None:
        text = (checkout / "docs" / page).read_text(encoding="utf-8")
        named = set(re.findall(r"\bqa ((?:rubric|plugins) [a-z]+|[a-z]+)\b", text))
        assert named
        for command in named:
            assert qa(*command.split(), "--help").code == 0, command

    def test_the_examples_of_the_guide_are_examples(self, qa: Qa, checkout: Path, rubric: Path) -> None:
        text = (checkout / "docs" / "authoring.md").read_text(encoding="utf-8")
        (block,) = re.findall(r"```yaml\nexamples:\n(.*?)```", text, re.DOTALL)
        indented = "".join(f"        {line}\n" for line in block.splitlines())
        rubric.write_text(
            "id: guide\nversion: 1.0.0\ntitle: Guide\nsections:\n  - id: a\n    title: A\n    criteria:\n"
            f"      - id: A\n        question: a?\n        examples:\n{indented}",
            encoding="utf-8",
        )
        assert qa("rubric", "lint", rubric).code == 0

    def test_the_evaluators_of_the_guide_are_accepted(self, qa: Qa, checkout: Path, rubric: Path) -> None:
        text = (checkout / "docs" / "authoring.md").read_text(encoding="utf-8")
        written = [e for e in re.findall(r"^\|[^|]*\|[^|]*\| `(\{.*\})`", text, re.MULTILINE) if "…" not in e]
        assert len(written) >= 5
        criteria = "".join(
            f"      - {{id: C{n}, question: c?, evaluator: {each}}}\n" for n, each in enumerate(written)
        )
        rubric.write_text(
            "id: guide\nversion: 1.0.0\ntitle: Guide\nevents:\n  identity_asked: {phrase: {any: [a]}}\n"
            "  account_detail: {phrase: {any: [b]}}\nsections:\n  - id: a\n    title: A\n    criteria:\n"
            + criteria,
            encoding="utf-8",
        )
        ran = qa("rubric", "lint", rubric)
        assert ran.code == 0, ran.out
