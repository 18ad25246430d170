"""Every page with no store, an empty one and a filled one; what comes from outside is shown as text."""

from __future__ import annotations

import hashlib
import sys
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from app_server import PEOPLE, made_store
from store_examples import GREETING, example_evaluation, example_interaction, example_transcript

from qa_toolkit.domain import Result, Source
from qa_toolkit.domain.contract import to_contract
from qa_toolkit.resources import app_dir
from qa_toolkit.store import InputRef, Store

testing = pytest.importorskip("streamlit.testing.v1", reason="the app needs the extra 'app'")
PAGES = ["views/calls.py", "views/call.py", "views/rubrics.py"]


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    import streamlit

    yield
    streamlit.cache_resource.clear()
    streamlit.cache_data.clear()


@pytest.fixture
def store_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "store.sqlite3"
    monkeypatch.setenv("QA_STORE", str(path))
    return path


@pytest.fixture
def recording(tmp_path: Path) -> InputRef:
    path = tmp_path / "call-1.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    return InputRef("call-1.wav", hashlib.sha256(path.read_bytes()).hexdigest(), str(path))


@pytest.fixture
def filled(store_path: Path, recording: InputRef) -> Path:
    with Store.open(store_path) as store:
        store.register_rubric(GREETING, by="author")
        for name, site, percent, failed, still_open in [
            ("call-1", "Fresno", 50.0, ("G-2",), 0),
            ("call-2", "Rancho", 90.0, (), 0),
            ("call-3", "Rancho", None, (), 2),
        ]:
            evaluation = example_evaluation(
                name, percent=percent, auto_failed_by=failed, open_answers=still_open
            )
            transcript = to_contract(example_transcript(name))
            result = Result(f"{name}.wav", "done", None, transcript, None, to_contract(evaluation))
            source = recording if name == "call-1" else InputRef(f"{name}.wav", "c" * 64, f"/gone/{name}.wav")
            store.save_result(
                result, interaction=example_interaction(name, site=site), source=source, by="tester"
            )
    return store_path


def players(at) -> list[str]:  # type: ignore[no-untyped-def]
    """The players of a page; they fetch the sound by the route, never by Streamlit's memory."""
    assert not at.get("audio")
    drawn = [str(each.value if hasattr(each, "value") else each) for each in at.get("html")]
    return [each for each in drawn if "<audio" in each]


def start(script: str | None = None, **query: str):  # type: ignore[no-untyped-def]
    at = testing.AppTest.from_file(str(app_dir() / "main.py"), default_timeout=30)
    for name, value in query.items():
        at.query_params[name] = value
    if script is not None:
        at.switch_page(script)
    at.run()
    assert not at.exception, at.exception
    return at


def texts(at) -> str:  # type: ignore[no-untyped-def]
    kinds = ["title", "caption", "info", "error", "warning", "markdown", "text", "subheader", "code", "html"]
    return "\n".join(str(getattr(found, "value", found)) for kind in kinds for found in at.get(kind))


@pytest.mark.parametrize("page", PAGES)
def test_without_a_store_every_page_says_what_to_do(page: str, store_path: Path) -> None:
    at = start(page)
    assert "there is no store" in at.error[0].value
    assert at.error[0].value.startswith("there")
    assert "qa demo" in at.info[0].value
    assert not store_path.exists(), "looking makes no store"


def test_without_an_address_the_page_says_how_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QA_STORE", raising=False)
    assert "qa app" in start().error[0].value


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("views/calls.py", "The store holds no calls yet"),
        ("views/call.py", "Choose a call on the page Calls"),
        ("views/rubrics.py", "No rubric has been used yet"),
    ],
)
def test_an_empty_store(page: str, said: str, store_path: Path) -> None:
    Store.open(store_path).close()
    at = start(page)
    assert said in at.info[0].value
    assert "No people yet" in at.sidebar.caption[0].value


class TestCalls:
    def test_all_calls_are_listed_with_their_number(self, filled: Path) -> None:
        at = start()
        table = at.dataframe[0].value
        assert list(table["Interaction"]) == ["call-1", "call-2", "call-3"]
        assert list(table["Result"]) == ["auto-failed", "passed", "incomplete"]
        assert "n = 3; shown 1 to 3" in texts(at)

    def test_filters_narrow_the_list(self, filled: Path) -> None:
        at = start()
        at.selectbox(key="filter_site").select("Rancho").run()
        assert list(at.dataframe[0].value["Interaction"]) == ["call-2", "call-3"]
        at.checkbox(key="incomplete").check().run()
        assert list(at.dataframe[0].value["Interaction"]) == ["call-3"]
        at.checkbox(key="auto_failed").check().run()
        assert "n = 0" in at.info[0].value

    def test_the_score_range_leaves_out_calls_without_a_score(self, filled: Path) -> None:
        at = start()
        at.slider(key="score_range").set_range(0, 95).run()
        assert list(at.dataframe[0].value["Interaction"]) == ["call-1", "call-2"]
        at.slider(key="score_range").set_range(60, 100).run()
        assert list(at.dataframe[0].value["Interaction"]) == ["call-2"]

    def test_the_filter_stands_in_the_address(self, filled: Path) -> None:
        at = start()
        assert not set(at.query_params) & {"site", "score", "incomplete"}
        at.selectbox(key="filter_site").select("Rancho").run()
        at.checkbox(key="incomplete").check().run()
        at.slider(key="score_range").set_range(10, 100).run()
        assert at.query_params["site"] == "Rancho"
        assert at.query_params["incomplete"] == "yes"
        assert at.query_params["score"] == "10-100"
        at.slider(key="score_range").set_range(0, 100).run()
        assert "score" not in at.query_params
        at.button(key="clear_filter").click().run()
        assert not set(at.query_params) & {"site", "score", "incomplete"}
        assert len(at.dataframe[0].value) == 3

    def test_an_address_sets_the_filter(self, filled: Path) -> None:
        at = start(site="Rancho", score="0-95", text="call")
        assert at.selectbox(key="filter_site").value == "Rancho"
        assert at.slider(key="score_range").value == (0, 95)
        assert at.text_input(key="text").value == "call"
        assert list(at.dataframe[0].value["Interaction"]) == ["call-2"]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("site", "Nowhere"), ("score", "90-10"), ("score", "x"), ("page", "-3"), ("page", "9" * 30)],
    )
    def test_an_address_that_says_nothing_sets_nothing(self, name: str, value: str, filled: Path) -> None:
        at = start(**{name: value})
        assert len(at.dataframe[0].value) == 3
        assert name not in at.query_params, "the address says what is shown"

    def test_many_calls_come_in_pages(self, filled: Path) -> None:
        with Store.open(filled) as store:
            for n in range(120):
                store.save_result(
                    Result("x", "done", evaluation=to_contract(example_evaluation(f"more-{n:03}"))),
                    interaction=example_interaction(f"more-{n:03}"),
                    source=InputRef("x", f"{n:064}"),
                    by="tester",
                )
        at = start()
        assert len(at.dataframe[0].value) == 100
        at.number_input(key="page_number").set_value(2).run()
        assert len(at.dataframe[0].value) == 23
        assert at.query_params["page"] == "2"
        assert len(start(page="2").dataframe[0].value) == 23
        at.text_input(key="text").input("call-1").run()
        assert not at.exception
        assert list(at.dataframe[0].value["Interaction"]) == ["call-1"]


class TestCall:
    def test_score_answers_evidence_and_transcript(self, filled: Path) -> None:
        at = start("views/call.py", interaction="call-1", rubric="greeting")
        assert at.metric[0].value == "50.0 %"
        shown = texts(at)
        assert "Automatic fail" in shown
        assert "Was the name of the agent given" in shown
        assert "Agent “Good morning”" in shown
        assert "Looked for, not found: my name is … (0:00 to 0:12)" in shown
        assert 'title="G-1">Good morning</mark>, how can I help you?' in shown
        drawn = [str(getattr(each, "value", each)) for each in at.get("html")]
        assert sum('src="data:image/svg+xml;base64,' in each for each in drawn) == 1, "the timeline"
        history = at.dataframe[-1].value
        assert list(history["Source"]) == ["machine (qa_toolkit)"]

    def test_a_click_on_evidence_plays_the_recording_from_there(self, filled: Path) -> None:
        at = start("views/call.py", interaction="call-1")
        (player,) = players(at)
        assert "autoplay" not in player
        at.button(key="play_0_0").click().run()
        assert not at.exception
        (player,) = players(at)
        assert " autoplay " in player
        assert "#t=0.5" in player

    def test_a_recording_that_is_gone_or_changed_is_not_played(
        self, filled: Path, recording: InputRef
    ) -> None:
        at = start("views/call.py", interaction="call-2")
        assert players(at) == []
        assert "is not where it was read from any more" in texts(at)
        assert recording.location is not None
        Path(recording.location).write_bytes(b"another")
        at = start("views/call.py", interaction="call-1")
        assert players(at) == []
        assert "has changed since it was scored" in texts(at)

    def test_a_review_is_what_counts(self, filled: Path) -> None:
        with Store.open(filled) as store:
            review = example_evaluation("call-1", percent=100.0, source=Source("reviewer", "maria"))
            store.file_evaluation(review, by="maria")
        at = start("views/call.py", interaction="call-1")
        assert at.metric[0].value == "100.0 %"
        assert list(at.dataframe[-1].value["Counts"]) == [False, True]

    def test_an_unknown_id_is_said(self, filled: Path) -> None:
        at = start("views/call.py")
        at.text_input(key="interaction_id").input("call-99").run()
        assert "no interaction 'call\\-99'" in at.error[0].value

    def test_words_from_outside_are_shown_as_text(self, filled: Path) -> None:
        bad = "<script>alert(1)</script><img src=x onerror=alert(1)> **bold** :red[x] ![x](http://away.example/x.png)"
        original = example_transcript("evil")
        turns = (replace(original.turns[0], text=f"Good morning {bad}"), original.turns[1])
        evaluation = example_evaluation("evil")
        answers = (replace(evaluation.answers[0], reason=bad), evaluation.answers[1])
        evaluation = replace(evaluation, warnings=(bad,))
        result = Result(
            bad,
            "done",
            None,
            to_contract(replace(original, turns=turns)),
            None,
            to_contract(replace(evaluation, answers=answers)),
        )
        with Store.open(filled) as store:
            store.save_result(
                result,
                interaction=example_interaction("evil", agent=bad),
                source=InputRef(bad, "d" * 64),
                by="t",
            )
        at = start("views/call.py", interaction="evil")
        drawn = "\n".join(str(found.value if hasattr(found, "value") else found) for found in at.get("html"))
        assert "&lt;script&gt;" in drawn
        assert "<script" not in drawn
        assert "<img src=x" not in drawn
        assert "![x]" not in texts(at).replace(drawn, "").replace(answers[0].reason or "", "")


class TestRubrics:
    def test_the_versions_are_listed_and_shown(self, filled: Path) -> None:
        at = start("views/rubrics.py")
        table = at.dataframe[0].value
        assert (list(table["Rubric"]), list(table["Evaluations"])) == (["greeting"], [3])
        assert list(at.dataframe[1].value["Criterion"]) == ["G-1", "G-2"]
        assert at.code[0].value == GREETING.text.strip()

    def test_a_file_this_version_cannot_read_is_still_shown(self, filled: Path) -> None:
        with Store.open(filled) as store:
            store.register_rubric(replace(GREETING, version="9.0.0", text="from: the future"), by="author")
        at = start("views/rubrics.py")
        assert "cannot read the file" in at.warning[0].value
        assert at.code[0].value == "from: the future"


sys.path.insert(0, str(app_dir()))
from pages import PAGES as EVERY_PAGE  # noqa: E402 - the app's scripts see its folder on the path
from pages import may_open  # noqa: E402

ROLES = ("analyst", "lead", "manager", "agent", "auditor", "admin")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("calls", [0, 2])
def test_every_page_opens_for_whoever_may(
    role: str, calls: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made_store(tmp_path / "calls", calls=calls)
    person = next(each for each in PEOPLE if each.role == role)
    monkeypatch.setenv("QA_STORE", str(path))
    monkeypatch.setenv("QATOOLKIT_USER", person.id)
    at = testing.AppTest.from_file(str(app_dir() / "main.py"), default_timeout=60)
    at.query_params["interaction"] = "call-1"
    at.query_params["rubric"] = "greeting"
    at.run()
    for page in EVERY_PAGE:
        if may_open(person, page):
            at.switch_page(page.script)
            at.run()
            assert not at.exception, (page.name, at.exception)
            assert at.title, page.name
