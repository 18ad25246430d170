"""The dashboards without a browser: every kind on an empty and a filled store, the way down, what stays unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app_server import made_store
from store_examples import example_evaluation

from qa_toolkit.domain import Source
from qa_toolkit.resources import app_dir, sample_dir
from qa_toolkit.review import assign
from qa_toolkit.store import Store

testing = pytest.importorskip("streamlit.testing.v1", reason="the app needs the extra 'app'")
KINDS = {
    "unit": "Sites · greeting",
    "site": "Sites · greeting",
    "vendor": "Sites · greeting",
    "team": "Agents · greeting",
    "agent": "Agents · greeting",
    "rubric": "Rubric versions · greeting",
    "criterion": "Criteria · greeting",
    "day": "Automatic fails and compliance failures of 2026\\-11\\-02 · greeting",
    "machine": "What the machine answers · greeting",
    "drift": "What moves · greeting",
    "keying": "Operators",
}
"""Every kind of report, and a table that it has."""
KEYED = {
    "keyed": str(sample_dir() / "keying" / "keyed.csv"),
    "reference": str(sample_dir() / "keying" / "reference.csv"),
    "layout": "covered_application",
}


@pytest.fixture(autouse=True)
def _fresh_caches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import streamlit

    monkeypatch.setenv("QATOOLKIT_KEYED", json.dumps(KEYED))
    yield
    streamlit.cache_resource.clear()
    streamlit.cache_data.clear()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six calls, two of them reviewed by people who saw the machine's answers."""
    path = made_store(tmp_path_factory.mktemp("dashboards") / "calls")
    with Store.open(path) as store:
        for name in ("call-1", "call-2"):
            first = store.revisions(name)[0].id
            review = example_evaluation(name, percent=100.0, source=Source("reviewer", "jun"))
            store.file_evaluation(review, by="jun", based_on=first, blind=False)
        assign(store, ["call-2"], "greeting", ["kit"], by="lee", blind=True)
    return path


def opened(path: Path, monkeypatch: pytest.MonkeyPatch, who: str = "lee", **query: str) -> Any:
    monkeypatch.setenv("QA_STORE", str(path))
    monkeypatch.setenv("QATOOLKIT_USER", who)
    at = testing.AppTest.from_file(str(app_dir() / "main.py"), default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    at.switch_page("views/dashboards.py")
    at.run()
    assert not at.exception, at.exception
    return at


def heads(at: Any) -> list[str]:
    return [each.value for each in at.subheader]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_on_a_filled_store(kind: str, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(filled, monkeypatch, what=kind)
    assert KINDS[kind] in heads(at)
    assert at.query_params["what"] == kind


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "keying"])
def test_every_kind_on_an_empty_store(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made_store(tmp_path / "empty", calls=0)
    at = opened(path, monkeypatch, what=kind)
    assert "nothing counts" in at.info[0].value


def test_keying_without_files_says_how_to_start(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QATOOLKIT_KEYED")
    at = opened(filled, monkeypatch, what="keying")
    assert "nothing keyed" in at.info[0].value.replace("\\", "")
    assert "--reference" in at.caption[0].value


def test_the_way_down_from_a_row_to_its_calls(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(filled, monkeypatch, what="machine")
    tables = at.selectbox(key="behind_table")
    place = next(k for k, name in enumerate(tables.options) if "What the machine answers" in name)
    tables.set_value(place).run()
    rows = at.selectbox(key=f"behind_row_{place}")
    assert rows.options == ["G-1", "G-2"]
    rows.set_value(0).run()
    assert not at.exception
    listed = at.dataframe[-1].value
    assert sorted(listed["Interaction"]) == [f"call-{k}" for k in range(1, 7)]
    assert any("n \\= 6" in each.value or "n = 6" in each.value for each in at.caption)


def test_the_way_down_to_forms_leads_to_the_keying_page_by_role(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who, opens in (("lee", True), ("max", False)):
        at = opened(filled, monkeypatch, who, what="keying")
        at.selectbox(key="behind_table").set_value(1).run()
        at.selectbox(key="behind_row_1").set_value(0).run()
        assert not at.exception
        assert at.dataframe[-1].value["Form"].iloc[0].startswith("APP-")
        assert bool(at.dataframe[-1].proto.selection_mode) is opens, "only who may rule on them is led there"


def test_what_somebody_has_open_blind_is_on_no_dashboard_of_theirs(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def calls(who: str, kind: str) -> str:
        at = opened(filled, monkeypatch, who, what=kind)
        return next(each.value for each in at.caption if "Calls that count" in each.value)

    for kind in ("unit", "machine", "drift"):
        assert calls("kit", kind).endswith("Calls that count: 5")
        assert calls("ana", kind).endswith("Calls that count: 6")


def test_gaps_are_empty_not_none(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(filled, monkeypatch, what="drift", name="G-1")
    signals = next(each.value["Signal"] for each in at.dataframe if "Signal" in each.value.columns)
    assert set(signals) == {""}


def test_in_spanish(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(filled, monkeypatch, what="drift", lang="es")
    assert heads(at)[0] == "Cambios en el tiempo"
    assert "Fila" in [each.label for each in at.selectbox]
    assert "Cifra" in at.dataframe[0].value.columns


def test_another_kind_forgets_the_name(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(filled, monkeypatch, what="agent", name="A-17")
    assert heads(at)[0].replace("\\", "") == "Agent A-17"
    about = next(each for each in at.selectbox if each.label == "About")
    about.set_value("machine").run()
    assert not at.exception
    assert heads(at)[0] == "Machine against people"
    assert "name" not in at.query_params


def test_an_address_asks_for_rubric_period_and_days(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {
        "what": "criterion",
        "rubric": "greeting",
        "by": "week",
        "from": "2026-11-02",
        "to": "2026-11-03",
    }
    at = opened(filled, monkeypatch, **asked)
    assert "Asked for: from 2026\\-11\\-02 to 2026\\-11\\-03" in at.caption[0].value
    assert any("Week" in each.value.columns for each in at.dataframe)
    assert dict(at.query_params) == asked
    at = opened(filled, monkeypatch, what="unit", rubric="none", by="year", **{"from": "soon"})
    assert dict(at.query_params) == {"what": "unit"}, "the address says what is shown"


def test_every_look_is_in_the_audit_log_once(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def seen() -> list[str]:
        with Store.open(filled) as store:
            entries = store.audit.entries()
            return [e.who for e in entries if (e.action, e.record) == ("report.view", "drift:G-1")]

    before = len(seen())
    at = opened(filled, monkeypatch, what="drift", name="G-1")
    at.run()
    assert seen()[before:] == ["lee"]
