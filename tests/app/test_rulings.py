"""Rulings lead on: after one the next open place, or dispute, is shown; when none is left, that is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app_server import AMOUNT, made_readings, made_store

from qa_toolkit.resources import app_dir
from qa_toolkit.review import GivenReview, raise_dispute, submit_review
from qa_toolkit.store import Store

testing = pytest.importorskip("streamlit.testing.v1", reason="the app needs the extra 'app'")
FIELDS = (
    AMOUNT,
    ("person", "1", "date_of_birth", "06/05/1971", (643, 775, 902, 823)),
    ("person", "1", "home_city", "Fresno", (643, 875, 902, 923)),
    ("person", "1", "home_zip", "90001", (643, 975, 902, 1023)),
)


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    import streamlit

    yield
    streamlit.cache_resource.clear()
    streamlit.cache_data.clear()


def opened(path: Path, page: str, who: str, monkeypatch: pytest.MonkeyPatch, **query: str) -> Any:
    monkeypatch.setenv("QA_STORE", str(path))
    monkeypatch.setenv("QATOOLKIT_USER", who)
    at = testing.AppTest.from_file(str(app_dir() / "main.py"), default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    at.switch_page(page)
    at.run()
    assert not at.exception, at.exception
    return at


class TestKeying:
    @pytest.fixture
    def store(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        options = made_readings(tmp_path, FIELDS)
        given = dict(zip(options[::2], options[1::2], strict=True))
        files = {
            "keyed": given["--keyed"],
            "layout": "covered_application",
            "readings": given["--scan-readings"],
            "scans": given["--scans"],
        }
        monkeypatch.setenv("QATOOLKIT_KEYING", json.dumps(files))
        return made_store(tmp_path / "calls", calls=0)

    def place(self, at: Any) -> str:
        head = next(each.value for each in at.markdown if each.value.startswith("**APP"))
        return str(head).replace("\\", "").strip("*").partition(" · ")[2]

    def rule(self, at: Any) -> None:
        next(each for each in at.button if each.label == "Keyed is right").click()
        at.run()
        assert not at.exception, at.exception

    def places(self, at: Any) -> list[str]:
        """All places in the order of the page, walked by its own buttons."""
        found = [self.place(at)]
        while not (following := next(each for each in at.button if each.label == "Next")).disabled:
            following.click()
            at.run()
            found.append(self.place(at))
        for _ in found[1:]:
            next(each for each in at.button if each.label == "Back").click()
            at.run()
        return found

    @pytest.mark.parametrize("every", [False, True])
    def test_each_ruling_leads_to_the_next_open_place(
        self, every: bool, store: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at = opened(store, "views/keying.py", "ana", monkeypatch)
        if every:
            at.toggle[0].set_value(True).run()
        first, second, third, fourth = self.places(at)
        for _ in range(2):
            next(each for each in at.button if each.label == "Next").click()
            at.run()
        walked = [self.place(at)]
        for _ in range(3):
            self.rule(at)
            walked.append(self.place(at))
        assert walked == [third, fourth, first, second], "from the end on at the head again"
        self.rule(at)
        assert "Everything is ruled on." in [each.value for each in at.success]

    def test_what_is_ruled_on_already_is_passed_over(
        self, store: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at = opened(store, "views/keying.py", "ana", monkeypatch)
        places = self.places(at)
        next(each for each in at.button if each.label == "Next").click()
        at.run()
        self.rule(at)
        at.toggle[0].set_value(True).run()
        next(each for each in at.button if each.label == "Back").click()
        at.run()
        next(each for each in at.button if each.label == "Back").click()
        at.run()
        assert self.place(at) == places[0]
        self.rule(at)
        assert self.place(at) == places[2]

    def test_a_form_alone_says_when_it_is_done(self, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        at = opened(store, "views/keying.py", "ana", monkeypatch, record="APP-00006")
        for _ in FIELDS:
            assert not any("form is ruled on" in each.value for each in at.success)
            self.rule(at)
        assert "All of this form is ruled on." in [each.value for each in at.success]


class TestDisputes:
    @pytest.fixture
    def store(self, tmp_path: Path) -> Path:
        path = made_store(tmp_path / "calls", calls=3)
        with Store.open(path) as store:
            for number in (1, 2, 3):
                call = f"call-{number}"
                counts = store.latest_evaluation(call, "greeting")
                assert counts is not None
                given = GivenReview({"G-2": "yes"}, {"G-2": ("judgement", "Heard it.")})
                submit_review(store, call, "greeting", given, by="ana", based_on=counts.id)
                raise_dispute(store, call, "greeting", by="tess", text="No.", criteria=["G-2"])
        return path

    def unfolded(self, at: Any) -> list[str]:
        return [each.label.split(" · ")[1] for each in at.expander if each.proto.expanded]

    @pytest.mark.parametrize("every", [False, True])
    def test_after_a_decision_the_next_open_one_is_unfolded(
        self, every: bool, store: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at = opened(store, "views/disputes.py", "max", monkeypatch)
        if every:
            at.button_group[0].set_value("all").run()
        for number in (1, 2, 3):
            assert [each.replace("\\", "") for each in self.unfolded(at)] == [f"call-{number}"]
            at.text_area(key=f"uphold_text_{number}").input("It stays.")
            next(b for b in at.button if b.label == "Uphold the evaluation").click()
            at.run()
            assert not at.exception, at.exception
        said = [each.value for each in (*at.success, *at.info)]
        assert any(("None of these is open" if every else "n = 0") in each for each in said)
