"""The main job on every bundled sample: the demo runs, and every machine answer rests on words that are there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from qa_toolkit.cli.main import execute
from qa_toolkit.errors import ModelFileError
from qa_toolkit.model_files import resolve
from qa_toolkit.resources import sample_dir

QA = [sys.executable, "-c", "from qa_toolkit.cli.main import run; run()"]
TRANSCRIPTS = sorted((sample_dir() / "transcripts").glob("*.json"))


def evaluation_of(path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    rubric = "inbound_call" if path.stem.startswith("inb") else "outbound_call"
    capsys.readouterr()
    assert execute(["evaluate", str(path), "--rubric", rubric, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def faults(evaluation: Any, turns: Any) -> Iterator[str]:
    """What is wrong with the evidence of an evaluation; nothing, if every answer rests on something that is there."""
    texts = {turn["id"]: turn for turn in turns}
    for answer in evaluation["answers"]:
        name = answer["criterion"]
        if answer["status"] in {"answered", "not_applicable"} and not answer["evidence"]:
            yield f"{name}: no evidence"
        if answer["status"] in {"unanswered", "error"} and not answer["reason"]:
            yield f"{name}: no reason"
        for evidence in answer["evidence"]:
            if evidence["kind"] != "span":
                continue
            turn = texts.get(evidence["turn"])
            if turn is None:
                yield f"{name}: turn {evidence['turn']} does not exist"
            elif not evidence["text"] or evidence["text"] not in turn["text"]:
                yield f"{name}: '{evidence['text']}' is not in turn {evidence['turn']}"
            elif evidence["start_s"] is not None and not (
                turn["start_s"] - 0.001 <= evidence["start_s"] <= evidence["end_s"] <= turn["end_s"] + 0.001
            ):
                yield f"{name}: {evidence['start_s']}-{evidence['end_s']} s lies outside turn {evidence['turn']}"


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=[path.stem for path in TRANSCRIPTS])
def test_every_answer_of_a_written_sample_rests_on_evidence(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turns = json.loads(path.read_text(encoding="utf-8"))["turns"]
    evaluation = evaluation_of(path, capsys)
    assert list(faults(evaluation, turns)) == []
    assert any(answer["status"] == "answered" for answer in evaluation["answers"])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """What ``qa demo`` leaves in an empty home, and what it prints."""
    pytest.importorskip("faster_whisper")
    try:
        resolve("whisper-base")
    except ModelFileError as error:
        pytest.skip(str(error))
    home, here = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("here")
    environment = {**os.environ, "QA_HOME": str(home)}
    ran = subprocess.run(
        [*QA, "demo"], capture_output=True, text=True, check=False, env=environment, cwd=here
    )
    assert ran.returncode == 0, ran.stderr
    assert list(here.iterdir()) == [], "the demo wrote into the current folder"
    return home / "demo", ran.stdout


@pytest.fixture(scope="module")
def results(demo: tuple[Path, str]) -> dict[str, Any]:
    folder = demo[0] / "report" / "results"
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.xdist_group("demo")
class TestDemo:
    """The seven recordings, heard and judged with the default model."""

    def test_it_ends_with_a_table_and_the_path_of_a_report(self, demo: tuple[Path, str]) -> None:
        folder, out = demo
        assert all(
            name in out for name in ("inb-001", "inb-003", "inb-006", "inb-es-002", "out-001", "out-010")
        )
        assert str(folder / "report" / "index.html") in out.replace("\n", "")
        assert (folder / "report" / "index.html").is_file()

    def test_keyed_applications_are_compared_and_scored_as_the_readme_shows_and_their_scans_read(
        self, demo: tuple[Path, str], checkout: Path
    ) -> None:
        folder, out = demo
        assert "36 keyed applications: " in out
        assert "rubric paper_keying: 36 scored" in out
        assert "8 scanned pages read as a second opinion" in out
        readme = (checkout / "README.md").read_text(encoding="utf-8")
        told = re.findall(r"^(?:36 keyed applications|rubric paper_keying): .*$", out, re.MULTILINE)
        assert len(told) == 2
        assert [line for line in told if line not in readme] == []
        operators = folder / "report" / "keying" / "operators"
        assert any("data:image/png" in page.read_text("utf-8") for page in operators.glob("*.html"))

    def test_every_answer_rests_on_evidence(self, results: dict[str, Any]) -> None:
        assert len(results) == 7
        for name, result in results.items():
            assert list(faults(result["evaluation"], result["transcript"]["turns"])) == [], name

    @pytest.mark.parametrize("name", ["inb-001", "inb-003", "inb-006", "inb-es-002", "out-001", "out-010"])
    def test_words_are_heard_on_the_right_channel(self, results: dict[str, Any], name: str) -> None:
        from qa_toolkit.language import word_error_counts

        truth = json.loads((sample_dir() / "transcripts" / f"{name}.json").read_text(encoding="utf-8"))
        heard = results[name]["transcript"]
        errors = reference = 0
        for channel in (0, 1):
            far_end_ivr = truth["direction"] == "outbound"
            own = {
                0: {"agent"} | (set() if far_end_ivr else {"ivr"}),
                1: {"customer"} | ({"ivr"} if far_end_ivr else set()),
            }
            said = " ".join(turn["text"] for turn in truth["turns"] if turn["speaker"] in own[channel])
            got = " ".join(turn["text"] for turn in heard["turns"] if turn["channel"] == channel)
            counts = word_error_counts(said, got, heard["language"])
            errors += counts.substitutions + counts.deletions + counts.insertions
            reference += counts.reference_words
        assert heard["recording"]["layout"] == "two_party"
        assert heard["language"] == truth["language"]
        assert errors / reference < 0.25, f"{errors} of {reference} words"

    def test_the_mono_mix_says_what_it_cannot_know(self, results: dict[str, Any]) -> None:
        heard = results["out-001-mono"]["transcript"]
        assert heard["recording"]["layout"] == "mono"
        assert heard["role_confidence"] is not None
        assert any("mono" in warning or "one channel" in warning for warning in heard["warnings"])

    def test_pages_need_no_network_and_every_link_leads_somewhere(self, demo: tuple[Path, str]) -> None:
        pages = sorted((demo[0] / "report").rglob("*.html"))
        assert len([page for page in pages if "keying" not in page.parts]) == 8
        assert len([page for page in pages if "keying" in page.parts]) == 5
        for page in pages:
            text = page.read_text(encoding="utf-8")
            assert not re.search(r"(src|href)\s*=\s*[\"']?\s*(https?:)?//", text)
            links = Links()
            links.feed(text)
            for target in links.targets:
                file, _, anchor = target.partition("#")
                assert not file or (page.parent / file).is_file(), f"{page.name}: {target}"
                assert file or not anchor or anchor in links.ids, f"{page.name}: {target}"


class Links(HTMLParser):
    """Collects link targets and ids of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.ids.add(str(values["id"]))
        if tag == "a" and values.get("href"):
            self.targets.append(str(values["href"]))
