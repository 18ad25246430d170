"""`qa rubric publish | retire | states` and what they mean for `qa score`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from store_examples import RUBRIC_YAML

from qa_toolkit.store import Store


@pytest.fixture
def rubric(tmp_path: Path) -> Path:
    path = tmp_path / "greeting.yaml"
    path.write_text(RUBRIC_YAML)
    return path


def written(path: Path, version: str, question: str = "Was the caller greeted?") -> Path:
    path.write_text(RUBRIC_YAML.replace("1.0.0", version).replace("Was the caller greeted?", question))
    return path


def test_a_version_from_draft_to_retired(
    qa: Callable[..., Any], rubric: Path, tmp_path: Path, transcripts: Path
) -> None:
    store = ("--store", tmp_path / "qa.db", "--as", "lena")
    draft = qa("rubric", "publish", rubric, "--draft", "--json", *store).json
    assert (draft["state"], draft["version"]) == ("draft", "1.0.0")
    written(rubric, "1.0.0", "Was the caller greeted warmly?")
    assert qa("rubric", "publish", rubric, "--draft", *store).code == 0
    active = qa("rubric", "publish", "greeting@1.0.0", "--stored", "--note", "First.", "--json", *store).json
    assert active["state"] == "active"
    assert active["sha256"] == hashlib.sha256(rubric.read_bytes()).hexdigest()
    written(rubric, "1.0.0", "Another question?")
    refused = qa("rubric", "publish", rubric, *store)
    assert (refused.code, len(refused.errors)) == (3, 1)
    assert "raise the version" in refused.errors[0]
    assert qa("rubric", "publish", written(rubric, "1.1.0"), *store).code == 0
    states = qa("rubric", "states", "greeting", "--json", "--store", tmp_path / "qa.db").json
    assert [(each["version"], each["state"]) for each in states] == [
        ("1.0.0", "retired"),
        ("1.1.0", "active"),
    ]
    assert qa("rubric", "retire", "greeting@1.1.0", *store).out == "greeting 1.1.0 is retired\n"
    call = min(transcripts.glob("*.json"))
    scored = qa("score", call, "--rubric", rubric, "--store", tmp_path / "qa.db", "--out", tmp_path / "out")
    assert (scored.code, len(scored.errors)) == (3, 1)
    assert "greeting 1.1.0 was retired by lena" in scored.errors[0]
    with Store.open(tmp_path / "qa.db") as opened:
        assert opened.counts().evaluations == 0
        assert opened.audit.verify().whole


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("retire", "greeting"), 2, "names no version"),
        (("retire", "greeting@9.9.9"), 1, "is not registered"),
        (("publish", "nothing@1.0.0", "--stored"), 1, "the store has no rubric 'nothing@1.0.0'"),
        (("publish", "nowhere.yaml"), 3, "no such rubric file"),
    ],
)
def test_what_is_refused_is_one_line(
    qa: Callable[..., Any], rubric: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    assert qa("rubric", "publish", rubric, "--store", tmp_path / "qa.db").code == 0
    ran = qa("rubric", *arguments, "--store", tmp_path / "qa.db")
    assert (ran.code, len(ran.errors)) == (code, 1)
    assert message in ran.errors[0]


def test_a_run_judges_by_the_active_version_of_the_store(
    qa: Callable[..., Any], tmp_path: Path, transcripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "rubrics"
    folder.mkdir()
    monkeypatch.setenv("QA_RUBRICS_DIR", str(folder))
    file = written(folder / "greeting.yaml", "1.0.0")
    store = ("--store", tmp_path / "qa.db")
    call = min(transcripts.glob("*.json"))

    def scored(name: str) -> str:
        ran = qa("score", call, "--rubric", name, *store, "--json")
        version: str = ran.json["evaluation"]["rubric"]["version"]
        return version

    assert scored("greeting") == "1.0.0", "nothing is published: the file"
    assert qa("rubric", "publish", written(tmp_path / "new.yaml", "1.1.0"), *store).code == 0
    assert scored("greeting") == "1.1.0"
    assert scored("greeting@1.1.0") == "1.1.0", "only the store has it"
    assert scored(str(file)) == "1.0.0", "registered before, and never retired"
    assert qa("rubric", "publish", "greeting@1.0.0", "--stored", *store).code == 0
    assert scored("greeting") == "1.0.0"
    refused = qa("score", call, "--rubric", "greeting@1.1.0", *store)
    assert (refused.code, "was retired" in refused.errors[0]) == (3, True)
    assert qa("score", call, "--rubric", "nothing", *store).code == 3
