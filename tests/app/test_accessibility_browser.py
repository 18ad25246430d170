"""axe-core over the main pages, light and dark: no fault of ours that is serious or critical."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app_server import CHROMIUM, PATIENCE_MS, Server, made_readings, made_store, serving

from qa_toolkit.resources import app_dir
from qa_toolkit.review import assign, coach, open_session, raise_dispute
from qa_toolkit.store import Store

pytest.importorskip("streamlit", reason="the app needs the extra 'app'")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it or set QA_CHROMIUM"),
]
PAGES = {
    "/": "shown 1 to",
    "/review?interaction=call-1&rubric=greeting": "Submit",
    "/calls": "shown 1 to",
    "/call?interaction=call-1&rubric=greeting": "Score",
    "/calibration": "Session",
    "/keying": "Read by the machine",
    "/disputes": "The name was given.",
    "/coaching": "revised later",
    "/dashboards": "The unit",
    "/dashboards?what=machine": "Look behind a row",
    "/dashboards?what=drift": "Look behind a row",
    "/studio": "Rubric (YAML)",
    "/samples": "Interactions to review",
    "/rubrics": "question weight",
    "/help": "On the review page",
}
OF_STREAMLIT = (
    "stSidebar",
    "stDataFrame",
    "stToolbar",
    "stHeader",
    "stTabs",
    "stSelectbox",
    "stDateInput",
    "stButtonGroup",
    "stSlider",
)
"""Parts whose markup is Streamlit's own and which no page can change; ours are checked whole."""


WIDTHS = (1280, 1920)
OF_AUDITORS = {"/audit": "newest first"}
FITS = """() => { const main = document.querySelector("[data-testid=stMain]");
  return main.scrollWidth <= main.clientWidth + 1; }"""
FOCUSED = """() => { let on = document.activeElement; while (on.shadowRoot?.activeElement) on = on.shadowRoot.activeElement;
  const drawn = getComputedStyle(on);
  return { what: on.outerHTML.slice(0, 80), style: drawn.outlineStyle, width: parseFloat(drawn.outlineWidth) }; }"""
UNSIGNED = {"/": "Who are you?"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = made_store(tmp_path_factory.mktemp("app") / "calls", calls=2)
    with Store.open(path) as store:
        assign(store, ["call-1"], "greeting", ["lee"], by="max", due_on="2026-12-01")
        session = {"rubric": "greeting", "interactions": ["call-2"], "raters": ["ana", "jun"]}
        open_session(store, "march", by="lee", **session)
        raise_dispute(store, "call-1", "greeting", by="max", text="The name was given.")
        counts = store.latest_evaluation("call-2", "greeting")
        assert counts is not None
        coach(store, counts.id, by="ana", text="Say your name.")
    return path


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[Server]:
    with serving(store, "--as", "lee", *made_readings(store.parent)) as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault(scheme: str, server: Server, browser: Any) -> None:
    assert faults_of(server, PAGES, scheme, browser) == []


@pytest.mark.parametrize(("who", "pages"), [("aud", OF_AUDITORS), (None, UNSIGNED)])
def test_no_serious_fault_for_others(
    who: str | None, pages: dict[str, str], store: Path, browser: Any
) -> None:
    with serving(store, *(("--as", who) if who else ())) as running:
        assert [faults_of(running, pages, scheme, browser) for scheme in ("light", "dark")] == [[], []]


def test_every_page_is_looked_at() -> None:
    looked = {path.partition("?")[0].strip("/") for path in (*PAGES, *OF_AUDITORS)}
    pages = {script.stem for script in (app_dir() / "views").glob("*.py")}
    assert pages - looked == {"queue"}, "the queue is the first page"


def faults_of(server: Server, pages: dict[str, str], scheme: str, browser: Any) -> list[str]:
    """Serious and critical faults by page, and pages wider than the window."""
    script = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page = browser.new_page(color_scheme=scheme, viewport={"width": WIDTHS[0], "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    faults = []
    for path, text in pages.items():
        page.goto(server.url + path)
        page.get_by_text(text).first.wait_for()
        page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
        page.evaluate(script)
        exclude = [[f"[data-testid={name}]"] for name in OF_STREAMLIT]
        found = page.evaluate("exclude => axe.run({ exclude })", exclude)
        for violation in found["violations"]:
            if violation["impact"] in {"serious", "critical"}:
                nodes = [node["html"][:140] for node in violation["nodes"][:3]]
                faults.append(f"{path}: {violation['id']}: {nodes}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            try:  # tables follow the window a moment later
                page.wait_for_function(FITS, timeout=PATIENCE_MS / 3)
            except playwright.TimeoutError:
                faults.append(f"{path}: wider than {width} pixels")
    page.close()
    return faults


def test_what_has_the_focus_is_seen(server: Server, browser: Any) -> None:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{server.url}/review?interaction=call-1&rubric=greeting")
    play = page.locator(".desk button.play")
    play.wait_for()
    page.locator(".desk .turn").first.wait_for()
    play.focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        drawn = page.evaluate(FOCUSED)
        assert drawn["style"] != "none", drawn
        assert drawn["width"] >= 2, drawn
    page.close()
